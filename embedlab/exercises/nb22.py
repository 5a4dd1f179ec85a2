"""Exercises and quiz of notebook 22, Future directions."""

from __future__ import annotations

import contextlib
from collections import UserList

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Future directions"
quiz = quiz_of(__file__)


POSTINGS = {"red": [(0, 0.52), (3, 0.25)], "wool": [(0, 0.8), (1, 0.63)], "lamp": [(2, 1.0)]}
OTHER_POSTINGS = {"lamp": [(4, 0.45), (1, 0.3)], "shade": [(1, 0.7), (2, 0.15)], "red": [(4, 0.9)]}


class _Posting(UserList):
    """A list of an inverted index whose class notes when it, or a copy of it, is read."""

    read = False

    def __getitem__(self, place):
        type(self).read = True
        return super().__getitem__(place)


def _reads_other_lists(answer):
    kinds = {term: type("Posting", (_Posting,), {}) for term in POSTINGS}
    answer({"wool": 1.0}, {term: kinds[term](postings) for term, postings in POSTINGS.items()}, 4)
    others = any(kind.read for term, kind in kinds.items() if term != "wool")
    return "it reads the lists of terms that the query does not hold: only its own matter." if others else None


@exercise(
    "Search with an inverted index",
    hints=(
        "Start with n zeros, and walk over the query's terms, not over the documents.",
        "A term that no document holds has no list: `index.get(term, [])`.",
        "Each pair of a term's list adds to its document: `scores[document] += weight * its_weight`.",
    ),
    cases=(
        case("one term", {"red": 2.0}, POSTINGS, 4),
        case("two terms that meet in one document", {"red": 1.0, "wool": 0.5}, POSTINGS, 4),
        case("a term that is in no document", {"lamp": 0.3, "velvet": 3.0, "shade": 2.0}, OTHER_POSTINGS, 6),
    ),
    remark="The same dot product as before, but the zeros are never touched. That is why search engines use it.",
    watch=_reads_other_lists,
)
def score_by_postings(query, index, n):
    """Scores of n documents for one sparse query, an array (n,).

    query: dict term -> weight; index: dict term -> list of (document, weight).
    Read only the lists that matter.
    """
    scores = np.zeros(n)
    for term, weight in query.items():
        for document, its_weight in index.get(term, []):
            scores[document] += weight * its_weight
    return scores


@score_by_postings.mistake("A second shared term overwrote the first: the scores of all shared terms add up.")
def _(query, index, n):
    scores = np.zeros(n)
    for term, weight in query.items():
        for document, its_weight in index.get(term, []):
            scores[document] = weight * its_weight
    return scores


@score_by_postings.mistake(
    "You left out the query's weights: its rare terms should count for more than its common ones."
)
def _(query, index, n):
    scores = np.zeros(n)
    for term in query:
        for document, its_weight in index.get(term, []):
            scores[document] += its_weight
    return scores


@score_by_postings.mistake(
    "You counted shared terms; the score is a dot product, so each adds the product of its two weights."
)
def _(query, index, n):
    scores = np.zeros(n)
    for term in query:
        for document, _ in index.get(term, []):
            scores[document] += 1
    return scores


RNG = np.random.default_rng(0)
BOOKS = RNG.normal(size=(3, 4, 2))
CODES = RNG.integers(4, size=(5, 3))


class _Counted(float):
    """A number of a query that counts the products it takes part in."""

    products = 0  # of the class: whatever is made of a query's numbers by * counts for it

    def __mul__(self, other):
        _Counted.products += 1
        return float(self) * other

    __rmul__ = __mul__


def _unpacks(answer):
    query = np.array([_Counted(1.0) for _ in range(6)], dtype=object)
    _Counted.products = 0
    with contextlib.suppress(TypeError, ValueError):  # torch, for one, does not take such numbers
        answer(query, BOOKS, np.zeros((500, 3), dtype=int))
    again = _Counted.products >= 500  # the table takes 24, unpacked vectors 3,000
    return "it multiplies the query with every vector: one table of products is enough." if again else None


@exercise(
    "Search without unpacking",
    hints=(
        "Cut the query like the vectors: `query.reshape(m, d // m)`.",
        (
            "First make a small table (m, c): the dot product of each piece of the query with each entry of its "
            "codebook. Row j is `codebooks[j] @ pieces[j]`."
        ),
        (
            "Each vector's score is a sum of m numbers looked up in that table: `table[np.arange(m), codes]` has "
            "shape (n, m), so sum along axis 1."
        ),
    ),
    cases=(
        case(
            "two pieces",
            np.array([1.0, 2.0]),
            np.array([[[1.0], [10.0]], [[3.0], [5.0]]]),
            np.array([[0, 1], [1, 0], [1, 1]]),
        ),
        case("three pieces of two numbers", RNG.normal(size=6), BOOKS, CODES),
        case("a single vector of two longer pieces", RNG.normal(size=6), BOOKS.reshape(2, 4, 3), CODES[:1, 1:]),
    ),
    remark="The table costs m × c small products once a query; after that each vector costs m look-ups, whatever d is.",
    watch=_unpacks,
)
def pq_scores(query, codebooks, codes):
    """Dot products of a query with n product-quantised vectors, an array (n,).

    query: (d,); codebooks: (m, c, d // m), c entries for each of m pieces;
    codes: (n, m), which entry each piece is. The vectors are not to be unpacked.
    """
    m, _, width = codebooks.shape
    pieces = query.reshape(m, width)
    table = np.einsum("mw,mcw->mc", pieces, codebooks)
    return table[np.arange(m), codes].sum(axis=1)


@pq_scores.mistake("You used the first code of a vector for all its pieces: piece j has its own code, in column j.")
def _(query, codebooks, codes):
    pieces = query.reshape(len(codebooks), -1)
    table = np.einsum("mw,mcw->mc", pieces, codebooks)
    return table[:, codes[:, 0]].sum(axis=0)


@pq_scores.mistake("You averaged the pieces: a dot product is the sum of the dot products of its pieces.")
def _(query, codebooks, codes):
    pieces = query.reshape(len(codebooks), -1)
    table = np.einsum("mw,mcw->mc", pieces, codebooks)
    return table[np.arange(len(codebooks)), codes].mean(axis=1)


@pq_scores.mistake("You dealt the query's numbers out in turn: the first piece is made of its first d // m numbers.")
def _(query, codebooks, codes):
    pieces = query.reshape(-1, len(codebooks)).T
    table = np.einsum("mw,mcw->mc", pieces, codebooks)
    return table[np.arange(len(codebooks)), codes].sum(axis=1)
