"""Ten English words with two senses each, and twelve sentences for each sense.

Written for this course for one question: does a vector for "bank" know which bank is meant? The word stands
exactly once in each sentence, whole and in lower case, with the rest of the sentence as the only clue. The
sentences are 8 to 15 words long and vary in form; some clues are plain (to strike a match), others are thin.

What to expect: the nearest other use of the same word has the same sense in 85 % of the cases for the last layer of
all-MiniLM-L6-v2 (from 67 % for crane and plant to all for pitcher), in 48 % by counting the words around it. A static
table gives all uses of a word one and the same vector, so it cannot do better than guess: 50 %.

Limits: one author, clear-cut senses (dictionaries list more), and nouns almost throughout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from embedlab.datasets import _table


@dataclass(frozen=True)
class AmbiguousWords:
    """Sentences with the sense of one word in each; row ``i`` of every field (``n`` = 240) belongs together.

    The rows are grouped by word and sense: shuffle before you split them.
    Licence: the same as the course's own, since all of it was written for the course.
    """

    sentences: list[str]  #: The ``n`` = 240 sentences.
    words: list[str]  #: The ambiguous word of each: 10 words, 24 sentences for each.
    senses: list[str]  #: What it means there, such as "money" or "river": 2 senses a word, 12 sentences for each.
    starts: np.ndarray  #: int64, shape (n,): position of the word's first character in its sentence.


def load() -> AmbiguousWords:
    """Read the sentences.

    Returns
    -------
    AmbiguousWords
        With 240 sentences.

    Examples
    --------
    >>> data = load()
    >>> data.words[12], data.senses[12], data.sentences[12]
    ('bank', 'river', 'We spread our blanket on the bank and watched the barges go by.')
    >>> data.sentences[12][data.starts[12] :][:4]
    'bank'
    """
    words, senses, sentences = _table.read("ambiguous_words", ("word", "sense", "sentence"))
    starts = [re.search(rf"\b{word}\b", text).start() for word, text in zip(words, sentences, strict=True)]
    return AmbiguousWords(sentences, words, senses, np.array(starts, dtype=np.int64))
