"""Uses of chosen words in three hundred short news texts: one sentence for each use.

The texts are the background collection of Lee, Pincombe and Welsh (2005): Australian news of the years 2000 and 2001,
about 60,000 words. Nothing is copied: they are read out of the installed gensim (``lee_background.cor`` of its test
data; cite the paper when you use them).

What it is for: a word in its places, as it was used and not as somebody wrote it for a test. Limits: one newspaper's
world (police, weather, cricket, a war), sentences cut by punctuation marks alone, and a word may have several senses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab import _need
from embedlab.datasets import _fixtures

_SHORTEST, _LONGEST = 6, 30  # words of a sentence
_WORD = re.compile(r"[a-z]{2,}")


@dataclass(frozen=True)
class NewsUses:
    """Sentences with one use each; row ``i`` of every field (``n`` items) belongs together."""

    sentences: list[str]  #: n sentences of 6 to 30 words; the word stands in each exactly once.
    words: list[str]  #: The word of each, lower case, in the order in which the words were asked for.
    starts: np.ndarray  #: int64, shape (n,): position of the word's first character in its sentence.


def load(words: Sequence[str], per_word: int = 20, seed: int = 0) -> NewsUses:
    """Draw sentences in which the words are used.

    Parameters
    ----------
    words : strings
        Words of letters a to z in lower case, each once.
    per_word : int
        Sentences for each word.
    seed : int
        The same seed gives the same sentences.

    Returns
    -------
    NewsUses
        With ``per_word`` sentences for each word, n in all, grouped by word.

    Raises
    ------
    ModuleNotFoundError, FileNotFoundError
        If gensim or its file is missing.
    ValueError
        If a word is not made of letters a to z, comes twice, or is used in fewer sentences than asked for.

    Examples
    --------
    >>> data = load(["police", "fire"], per_word=3)
    >>> data.words
    ['police', 'police', 'police', 'fire', 'fire', 'fire']
    >>> data.sentences[0][data.starts[0] :][:6]
    'police'
    """
    words, per_word = _need.strings(words, "words"), _need.whole(per_word, "per_word")
    seed = _need.whole(seed, "seed", at_least=0)
    for word in words:
        if not _WORD.fullmatch(word):
            raise ValueError(f"words must be made of two or more letters a to z, but one is {word!r}")
    if len(set(words)) != len(words):
        raise ValueError(f"words must be different, but there are {len(words)} with {len(set(words))} different ones")
    sentences = _sentences()
    order = np.random.default_rng(seed).permutation(len(sentences))
    found: list[tuple[str, str, int]] = []
    for word in words:
        uses = [(sentences[i], word, start) for i in order if (start := _only_place(sentences[i], word)) >= 0]
        if len(uses) < per_word:
            raise ValueError(f"per_word is {per_word}, but {word!r} is used in {len(uses)} of the sentences")
        found += uses[:per_word]
    texts, names, starts = zip(*found, strict=True) if found else ([], [], [])
    return NewsUses(list(texts), list(names), np.array(starts, dtype=np.int64))


def _sentences() -> list[str]:
    text = _fixtures.path("lee_background.cor").read_text(encoding="latin-1")
    parts = dict.fromkeys(part.strip() for line in text.splitlines() for part in re.split(r"(?<=[.?!])\s+", line))
    return [part for part in parts if _SHORTEST <= len(part.split()) <= _LONGEST]


def _only_place(sentence: str, word: str) -> int:
    """Where the word begins if it stands in the sentence once and in lower case, else -1."""
    places = [match.start() for match in re.finditer(rf"\b{word}\b", sentence, flags=re.IGNORECASE)]
    return places[0] if len(places) == 1 and sentence[places[0]].islower() else -1
