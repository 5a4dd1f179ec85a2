"""Exercises and quiz of notebook 15, Semantic search."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Semantic search"
quiz = quiz_of(__file__)


@exercise(
    "Average precision",
    hints=(
        "Walk down the list with `enumerate(ranking, start=1)` and count the relevant documents as you meet them.",
        "The precision at a place is the number found so far divided by the place.",
        "Add up `found / place` at the relevant places only, and divide by `len(relevant)` at the end.",
    ),
    cases=(
        case("the only right document comes first", [7, 3, 9], {7}),
        case("two right documents, on places 2 and 3", [3, 7, 8, 9], {7, 8}),
        case("one right document is never found", [3, 7, 9], {7, 100}),
        case("more right documents than places", ["p", "q"], {"q", "r", "s"}),
        case("nothing is found", [1, 2], {5}),
    ),
    remark="Its mean over all queries is called MAP, the usual measure before nDCG.",
)
def average_precision(ranking, relevant):
    """Average precision of a ranked list; relevant is the set of all right ones."""
    found, total = 0, 0.0
    for place, document in enumerate(ranking, start=1):
        if document in relevant:
            found += 1
            total += found / place
    return total / len(relevant)


@average_precision.mistake(
    "That is the precision of the whole list: where in the list the right ones stand makes no difference."
)
def _(ranking, relevant):
    return sum(d in relevant for d in ranking) / len(ranking)


@average_precision.mistake(
    "You divided by the number found: a relevant document that is missing from the list must cost something."
)
def _(ranking, relevant):
    found, total = 0, 0.0
    for place, d in enumerate(ranking, start=1):
        if d in relevant:
            found += 1
            total += found / place
    return total / found if found else 0.0


@average_precision.mistake("You added reciprocal places; the precision counts how many were found up to that place.")
def _(ranking, relevant):
    return sum(1 / p for p, d in enumerate(ranking, start=1) if d in relevant) / len(relevant)


@exercise(
    "Passages",
    hints=(
        "From one passage to the next the start moves by `size - overlap`.",
        "A passage that starts at `i` holds `tokens[i:i + size]`; the last one may be shorter.",
        (
            "Stop when what remains is only the overlap: `range(0, len(tokens) - overlap, size - overlap)`. A text so "
            "short that this range is empty is one passage: let its end be 1 at least."
        ),
    ),
    cases=(
        case("no overlap", list("abcdef"), 3, 0),
        case("the last passage ends exactly at the end", list("abcdefgh"), 4, 2),
        case("one token is left over", list("abcdefghi"), 4, 2),
        case("much overlap", list("abcdef"), 4, 3),
        case("shorter than the overlap", list("ab"), 4, 3),
    ),
    remark="`encoding.chunk` does nearly this by the model's tokens, begins at words, and returns slices of the text.",
    noun="token",
)
def passages(tokens, size, overlap):
    """Cut a list of tokens into lists of size tokens, overlap of them shared.

    Each passage shares overlap tokens with the one before. Only the last may be
    shorter. It ends with the last token, and no passage before it does.
    """
    starts = range(0, max(1, len(tokens) - overlap), size - overlap)
    return [tokens[start : start + size] for start in starts]


@passages.mistake("Your passages do not overlap: the start must move by less than `size`.")
def _(tokens, size, overlap):
    return [tokens[i : i + size] for i in range(0, len(tokens), size)]


@passages.mistake("Your last passage holds only tokens that the one before already has.")
def _(tokens, size, overlap):
    return [tokens[i : i + size] for i in range(0, len(tokens), size - overlap)]


@passages.mistake("The end of the text is lost, and so is every text that is shorter than `size`.")
def _(tokens, size, overlap):
    return [tokens[i : i + size] for i in range(0, len(tokens) - size + 1, size - overlap)]


def _unit_vectors(n, seed):
    x = np.random.default_rng(seed).normal(size=(n, 4))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@exercise(
    "MaxSim for a collection",
    hints=(
        (
            "`query @ document.T` is a table: one row for each token of the query, one column for each token of the "
            "document."
        ),
        "Each token of the query looks for its best partner: the maximum of its row.",
        (
            "Add the best partners of all the query's tokens, `(query @ document.T).max(axis=1)`, for each document; "
            "`np.array` makes one array of the sums."
        ),
    ),
    cases=(
        case("one, both, none of two tokens found", np.eye(3)[:2], [np.eye(3)[:1], np.eye(3), np.eye(3)[2:]]),
        case("documents of different length", _unit_vectors(3, 0), [_unit_vectors(5, 1), _unit_vectors(2, 2)]),
        case(
            "a query of one token", _unit_vectors(1, 3), [_unit_vectors(6, 4), _unit_vectors(1, 5), _unit_vectors(3, 6)]
        ),
    ),
    remark=(
        "Adding all pairs instead of the best ones would bring back the single vector: the maximum is the whole "
        "difference."
    ),
)
def max_sim(query, documents):
    """MaxSim of one query and every document, an array (n,).

    query: array (q, d), one row a token; documents: list of n arrays (t, d), where t
    differs. All rows have length one.
    """
    return np.array([(query @ document.T).max(axis=1).sum() for document in documents])


@max_sim.mistake(
    "You let each token of the document look for a partner in the query, so long documents win: turn it round."
)
def _(query, documents):
    return np.array([(query @ document.T).max(axis=0).sum() for document in documents])


@max_sim.mistake("That is the best pair of all; one matching token would be enough, however many the query has.")
def _(query, documents):
    return np.array([(query @ document.T).max() for document in documents])


@max_sim.mistake("You added every pair: that is the product of two sums, one vector a text again, only not normalised.")
def _(query, documents):
    return np.array([(query @ document.T).sum() for document in documents])
