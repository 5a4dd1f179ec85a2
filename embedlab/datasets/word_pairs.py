"""Pairs of words and how alike people find them: SimLex-999 and WordSim-353.

SimLex-999 (Hill, Reichart and Korhonen 2015, https://aclanthology.org/J15-4004/) asked for *similarity* and warned its
raters of words that are only related: "coast" and "shore" are rated high, "closet" and "clothes" low,
"shrink" and "grow" lowest. WordSim-353 (Finkelstein et al. 2002, https://doi.org/10.1145/503104.503110) drew no such
line: related is enough. Both are means over some ten to fifty people, from 0 (least) to 10.

Nothing is copied: pairs and ratings are read out of the installed gensim (``simlex999.txt`` and ``wordsim353.tsv`` of
its test data); cite the papers when you use them. What to expect of cosines of all-MiniLM-L6-v2, bare words, Spearman's
rank correlation: .45 on SimLex-999, .73 on WordSim-353.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedlab import _need
from embedlab.datasets import _fixtures

_FILES = {"simlex": "simlex999.txt", "wordsim": "wordsim353.tsv"}


@dataclass(frozen=True)
class WordPairs:
    """Rated pairs of words; row ``i`` of both fields belongs to the same pair."""

    pairs: list[tuple[str, str]]  #: n pairs, lower case.
    ratings: np.ndarray  #: float64, shape (n,), mean of the raters, 0 (least) to 10.


def load(name: str = "simlex") -> WordPairs:
    """Read the pairs and the ratings of one list.

    Parameters
    ----------
    name : {"simlex", "wordsim"}

    Returns
    -------
    WordPairs
        999 pairs of SimLex-999, or 353 of WordSim-353.

    Raises
    ------
    ValueError
        If there is no list of that name, or a line of the file is not two words and a rating.
    ModuleNotFoundError, FileNotFoundError
        If gensim or its file is missing.

    Examples
    --------
    >>> data = load("simlex")
    >>> len(data.pairs), data.pairs[0], data.ratings[0]
    (999, ('old', 'new'), np.float64(1.58))
    """
    file = _FILES[_need.one_of(name, "name", _FILES)]
    lines = _fixtures.path(file).read_text(encoding="utf-8").splitlines()
    rows = [line.lower().split("\t") for line in lines if line and not line.startswith("#")]
    if wrong := [row for row in rows if len(row) != 3]:
        raise ValueError(f"{file} must hold two words and a rating in each line, but one line holds {wrong[0]}")
    return WordPairs([(a, b) for a, b, _ in rows], np.array([float(rating) for _, _, rating in rows]))
