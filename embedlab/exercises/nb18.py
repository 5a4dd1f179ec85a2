"""Exercises and quiz of notebook 18, Contextual and static."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Contextual and static"
quiz = quiz_of(__file__)


# [CLS] bar ##ista s shout [SEP], and a padding token
PLACES = np.array([[0, 0], [0, 3], [3, 7], [7, 8], [9, 14], [0, 0], [0, 0]])
HIDDEN = np.array([[9.0, 9.0], [1.5, 0.0], [0.0, 1.25], [2.0, 2.5], [4.5, -0.75], [-7.0, 3.0], [5.0, 5.0]])
# ( bar ##ista ), without special tokens
BRACKET_PLACES = np.array([[0, 1], [1, 4], [4, 8], [8, 9]])
BRACKET_HIDDEN = np.array([[0.3, -2.0, 1.1], [0.6, 0.25, -3.3], [-1.9, 0.4, 0.8], [2.2, 7.0, 0.1]])


@exercise(
    "A word of several pieces",
    hints=(
        "A piece belongs to the word if it begins at `start` or later and ends at `end` or earlier.",
        (
            "That test accepts the special tokens when the word opens the sentence: they are empty, so ask for `last "
            "> first` too."
        ),
        (
            "With `first, last = offsets.T` the mask is `(first >= start) & (last <= end) & (last > first)`; it picks "
            "the rows, `states[mask].mean(axis=0)`."
        ),
    ),
    cases=(
        case("a word of one piece", HIDDEN, PLACES, 9, 14),
        case("a word of three pieces that opens the sentence", HIDDEN, PLACES, 0, 8),
        case("the same without special tokens", HIDDEN[1:-2], PLACES[1:-2], 0, 8),
        case("a word of two pieces in brackets", BRACKET_HIDDEN, BRACKET_PLACES, 1, 8),
    ),
    remark=(
        "The mean of the pieces is the usual choice; the first piece or the last one are others, so say which you took."
    ),
)
def word_vector(states, offsets, start, end):
    """Mean of the vectors of all pieces of the word text[start:end].

    states: array (tokens, d); offsets: array (tokens, 2), where each piece begins and
    ends in the text. Special tokens such as [CLS] have the offset (0, 0) and belong to
    no word. Returns an array (d,).
    """
    first, last = offsets[:, 0], offsets[:, 1]
    inside = (first >= start) & (last <= end) & (last > first)
    return states[inside].mean(axis=0)


@word_vector.mistake(
    "The special tokens came in: their offset (0, 0) looks as if they stood at the beginning of the text."
)
def _(states, offsets, start, end):
    return states[(offsets[:, 0] >= start) & (offsets[:, 1] <= end)].mean(axis=0)


@word_vector.mistake("That is the first piece alone; the rest of the word says something too.")
def _(states, offsets, start, end):
    return states[np.flatnonzero((offsets[:, 0] == start) & (offsets[:, 1] > start))[0]]


@word_vector.mistake("That is the sum: a word of three pieces would come out longer than a word of one.")
def _(states, offsets, start, end):
    inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
    return states[inside].sum(axis=0)


@exercise(
    "How much one vector can explain",
    hints=(
        "`np.linalg.svd(uses, compute_uv=False)` gives the singular values, the largest first.",
        "The first singular value belongs to the best single direction; its square is what that direction carries.",
        (
            "The squares of all singular values add up to the sum of the squared lengths: the share is the first "
            "square divided by `(uses**2).sum()`."
        ),
    ),
    cases=(
        case("all uses on one line", np.array([[3.0, 4.0], [6.0, 8.0], [-3.0, -4.0]])),
        case("three unrelated uses", np.array([[3.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])),
        case("uses that are alike", np.array([[1.0, 0.2], [0.9, -0.1], [1.1, 0.4], [0.8, 0.0]])),
    ),
    remark=(
        "Ethayarajh (2019) calls it maximum explainable variance, and subtracts what random words give before "
        "reading it."
    ),
)
def one_direction(uses):
    """Largest share of the summed squared lengths of `uses` that one direction carries.

    uses: array (n, d), the vectors of one word in n sentences, not centred. Returns a
    number from 1/n to 1.
    """
    squares = np.linalg.svd(uses, compute_uv=False) ** 2
    return float(squares[0] / squares.sum())


@one_direction.mistake("Square the singular values first: lengths add up by their squares.")
def _(uses):
    values = np.linalg.svd(uses, compute_uv=False)
    return float(values[0] / values.sum())


@one_direction.mistake("You subtracted the mean, which is just what a static vector would hold: leave it in.")
def _(uses):
    squares = np.linalg.svd(uses - uses.mean(axis=0), compute_uv=False) ** 2
    return float(squares[0] / squares.sum())


@one_direction.mistake("That is the direction of the mean; the best direction can carry more.")
def _(uses):
    middle = uses.mean(axis=0) / np.linalg.norm(uses.mean(axis=0))
    return float(((uses @ middle) ** 2).sum() / (uses**2).sum())


def _unit_rows(rows):
    rows = np.asarray(rows, dtype=float)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@exercise(
    "Has a word changed?",
    hints=(
        "Three means of cosines are needed: within old, within new, and across.",
        "Rows of length one: `old @ new.T` is the table of all cosines across.",
        (
            "Within a set leave out the diagonal, where every use meets itself: "
            "`(x @ x.T)[np.triu_indices(len(x), k=1)]` has each pair once. "
            "The result is `(within_old + within_new) / 2 - across`, three means."
        ),
    ),
    cases=(
        case("a word with a new sense", _unit_rows([[1, 0], [1, 0.5]]), _unit_rows([[0, 1], [0.4, 1], [0.1, 1]])),
        case(
            "a word that stayed as it was", _unit_rows([[1, 0.1], [1, 0.3], [1, -0.2]]), _unit_rows([[1, 0.2], [1, 0]])
        ),
        case(
            "a word with two senses before and after",
            _unit_rows([[1, 0], [0, 1], [1, 1]]),
            _unit_rows([[0, 1], [1, 0.1]]),
        ),
    ),
    remark=(
        "Measures of this kind find words whose meaning moved between decades; without the part within, they find "
        "words with many senses."
    ),
)
def usage_change(old, new):
    """Mean cosine within the two sets of uses, minus the mean cosine across them.

    old: array (n, d), new: array (m, d), rows of length one, two or more each. Within
    each set all pairs of different uses count; the two means within are averaged.
    Returns a number; of many uses it is about 0 if nothing changed.
    """

    def within(x):
        first, second = np.triu_indices(len(x), k=1)
        return (x @ x.T)[first, second].mean()

    return float((within(old) + within(new)) / 2 - (old @ new.T).mean())


@usage_change.mistake(
    "A word with many senses would seem to change all the time: compare with the cosines within each set."
)
def _(old, new):
    return float(1 - (old @ new.T).mean())


@usage_change.mistake("Each use was compared with itself, which is 1 and makes any word look changed.")
def _(old, new):
    return float(((old @ old.T).mean() + (new @ new.T).mean()) / 2 - (old @ new.T).mean())


@usage_change.mistake("The sign is turned: a word whose uses drift apart must get a positive number.")
def _(old, new):
    def within(x):
        first, second = np.triu_indices(len(x), k=1)
        return (x @ x.T)[first, second].mean()

    return float((old @ new.T).mean() - (within(old) + within(new)) / 2)
