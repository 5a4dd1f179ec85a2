"""Fifty short news texts, and how similar people find them two by two.

Lee, Pincombe and Welsh (2005), An empirical evaluation of models of text document similarity (Proceedings of the
Cognitive Science Society 27), had people judge every pair on a scale of five steps; the rating is the mean
judgement divided by five. One person's judgements correlate with another's at about .6 only, so no model should be
expected to come near 1.

Nothing is copied: texts and ratings are read out of the installed gensim (``lee.cor`` and ``similarities0-1.txt``
of its test data, given to it by the first author of the paper; cite the paper when you use them). The file holds each
pair once, above the diagonal; `load` fills in the other half.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedlab.datasets import _fixtures


@dataclass(frozen=True)
class Lee:
    """Texts and ratings (``n`` = 50)."""

    documents: list[str]  #: The n texts, 45 to 126 words each.
    ratings: np.ndarray  #: float64, shape (n, n), symmetric, 0.2 (least) to 1 (most similar); 1 on the diagonal.


def load() -> Lee:
    """Read the texts and the ratings.

    Returns
    -------
    Lee
        50 texts; the 1,225 ratings above the diagonal are the judged pairs.

    Raises
    ------
    ModuleNotFoundError, FileNotFoundError
        If gensim or one of its files is missing.
    ValueError
        If the files do not fit together.

    Examples
    --------
    >>> data = load()
    >>> len(data.documents), data.ratings.shape
    (50, (50, 50))
    """
    # Written before UTF-8 was the rule: a pound sign is one byte.
    documents = _fixtures.path("lee.cor").read_text(encoding="latin-1").splitlines()
    return _checked(documents, np.loadtxt(_fixtures.path("similarities0-1.txt")))


def _checked(documents: list[str], table: np.ndarray) -> Lee:
    n = len(documents)
    if table.shape != (n, n):
        raise ValueError(
            f"similarities0-1.txt must have {n} rows and columns, one a text, but its shape is {table.shape}"
        )
    upper = np.triu(table, 1)
    if np.tril(table, -1).any() and not np.array_equal(table, table.T):
        raise ValueError("similarities0-1.txt must hold each pair once or twice alike, but its two halves differ")
    return Lee(documents, upper + upper.T + np.eye(n))
