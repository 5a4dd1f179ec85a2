"""Words and what people feel at them: 7,179 entries, each rated by ten people from −4 to +4.

The lexicon of VADER: Hutto and Gilbert (2014), VADER: A parsimonious rule-based model for sentiment analysis of social
media text (ICWSM-14; cite it when you use the ratings). Ten raters gave each entry a whole number from −4, extremely
negative, to +4, extremely positive. Nothing is copied: the table is read out of the installed ``vaderSentiment``
(``vader_lexicon.txt``, MIT licence, C. J. Hutto); the package and its rules are not imported.

How made: an entry stays if it is a plain word, three or more letters a to z and nothing else. That leaves out 341
emoticons, numbers, phrases, words with a hyphen and words of one or two letters; slang stays ("lmao"). Means and
deviations are computed from the ten ratings; in six rows the file's own differ. Five words (fav, lmao, lol, muah, sob)
were rated by ten people twice and have two rows: "lol" got 2.9 and 1.8, so exact are the means.

The trap: *hopeful*, *hopeless* and *hopes* are three rows, and a random split puts them on both sides.
`SentimentWords.stems` names each word's family. What to expect (ridge, Spearman with the mean rating, means of five
splits with a fifth held out): TF-IDF of characters .82 and all-MiniLM-L6-v2 .79 in a random split; with families
kept together characters .29 and MiniLM .75.

Limits: words without context, English of social media in 2014, ten raters; words that the raters found neutral were
left out by the authors; insults are among them. Families are made of letters: *unhappy* is not in that of *happy*, and
*freedom* is in that of *free*.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedlab import _need
from embedlab.datasets import _installed

_REQUIREMENT = "vaderSentiment==3.3.2"
_RATERS, _EXTREME = 10, 4
_PLAIN = re.compile(r"[a-z]{3,}")
_SHORTEST = 4  # letters of a stem that others are cut back to


@dataclass(frozen=True)
class SentimentWords:
    """Rated words; row ``i`` of every field (``n`` = 7,179) belongs to the same entry, in alphabetical order.

    Licence: MIT, C. J. Hutto (VADER).
    """

    words: list[str]  #: n words in lower case; five stand in two rows.
    means: np.ndarray  #: float64, shape (n,): mean rating, −4 to 4.
    deviations: np.ndarray  #: float64, shape (n,): standard deviation of the ten ratings (divided by 10, not 9).
    ratings: np.ndarray  #: int64, shape (n, 10): the ratings, −4 to 4; the columns are no fixed persons.
    stems: list[str]  #: The family of each word, as `stems` gives it.


def load() -> SentimentWords:
    """Read the words and their ratings, and find the families among them: about a second.

    Returns
    -------
    SentimentWords
        New lists and arrays each time.

    Raises
    ------
    ModuleNotFoundError, FileNotFoundError
        If vaderSentiment, its table or gensim (for the stems) is not installed; the message says what to install.
    ValueError
        If the table is damaged.

    Examples
    --------
    >>> data = load()
    >>> i = data.words.index("hopeless")
    >>> data.stems[i], float(data.means[i])
    ('hope', -2.0)
    """
    path = _installed.path("vaderSentiment", "vader_lexicon.txt", requirement=_REQUIREMENT, holds="the rated words")
    words, rows = zip(*sorted(_entries(path)), strict=True)
    ratings = np.array(rows, dtype=np.int64)  # (n, 10)
    return SentimentWords(list(words), ratings.mean(axis=1), ratings.std(axis=1), ratings, stems(words))


def stems(words: Sequence[str]) -> list[str]:
    """Name the family of each word, so that a split can keep families on one side.

    A word's stem is Porter's (1980), cut back to the shortest other stem of at least four letters in the list with
    which it begins: Porter takes *hopes* and *hopeful* to *hope* but leaves *hopeless*, which begins with it. Rather
    too large a family than one on both sides.

    Parameters
    ----------
    words : strings
        All words of the data, since families depend on the list.

    Returns
    -------
    list of str, one for each word.

    Raises
    ------
    ModuleNotFoundError
        If gensim is not installed.
    ValueError
        If a word is not made of letters a to z alone.

    Examples
    --------
    >>> stems(["hopes", "hopeful", "hopeless", "happy"])
    ['hope', 'hope', 'hope', 'happi']
    """
    words = _need.strings(words, "words")
    for word in words:
        if not re.fullmatch("[a-z]+", word):
            raise ValueError(f"words must be made of letters a to z, but one is {word!r}")
    try:
        from gensim.parsing.porter import PorterStemmer
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'the stems are made by gensim, but {error.name} is not installed: pip install "gensim>=4.4"',
            name=error.name,
        ) from error
    porter = [PorterStemmer().stem(word) for word in words]
    known = set(porter)
    return [next((s[:k] for k in range(_SHORTEST, len(s)) if s[:k] in known), s) for s in porter]


def _entries(path: Path) -> list[tuple[str, list[int]]]:
    """The plain words of a table with word, mean, deviation and list of ratings in each line."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fields = line.split("\t")
        ratings = [int(rating) for rating in re.findall(r"-?\d+", fields[-1])]
        if len(fields) != 4 or len(ratings) != _RATERS or max(map(abs, ratings)) > _EXTREME:
            raise ValueError(
                f"{path.name}: line {number} must hold a word, two numbers and ten ratings from -4 to 4, not {line!r}"
            )
        if _PLAIN.fullmatch(fields[0]):
            found.append((fields[0], ratings))
    if not found:
        raise ValueError(f"{path.name} must hold rated words, but it holds none")
    return found
