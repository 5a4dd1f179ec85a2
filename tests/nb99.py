"""Exercises and a quiz that stand for those of the course in the tests of engine, widgets and hygiene."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Samples"
quiz = quiz_of(__file__)


@exercise(
    "Recall at k",
    hints=("Which of the first k are relevant?", "Divide by the number of relevant documents."),
    cases=(
        case("the only relevant one comes second", [3, 1, 2], {1}, 2),
        case("two relevant, one found", [3, 1, 2], {1, 2}, 2),
        case("a long list", list(range(30)), {1, 2, 29}, 1),
    ),
    remark="Recall never falls when k grows.",
)
def recall_at_k(
    ranked,
    relevant,
    k=10,
):
    """Share of the relevant documents that are among the first k.

    ranked: list; relevant: set.
    """

    # What follows the docstring is the solution: a remark and a blank line belong to it.
    found = set(ranked[:k]) & relevant

    return len(found) / len(relevant)


@recall_at_k.mistake("You divided by k: that is precision.")
def _(ranked, relevant, k):
    return len(set(ranked[:k]) & relevant) / k


@recall_at_k.mistake("You asked whether any was found, not how many.")
def _(ranked, relevant, k):
    return float(bool(set(ranked[:k]) & relevant))


@exercise("Best first", hints=("`sorted` gives a new list.",), cases=(case("three scores", [1, 3, 2]),))
def best_first(scores):
    """A new list of the scores, the largest first."""
    return sorted(scores, reverse=True)


@best_first.mistake("`list.sort` sorts the list itself, which belongs to the caller.")
def _(scores):
    scores.sort(reverse=True)
    return scores


@best_first.mistake("That is the worst first, and the list itself is changed.")
def _(scores):
    scores.sort()
    return scores


@best_first.mistake("That is the worst first.")
def _(scores):
    return sorted(scores)


@exercise("Unit length", hints=("Divide.",), cases=(case("a triangle", np.array([3.0, 4.0])),))
def unit(x):
    """The vector x of shape (d,), brought to length one."""
    return x / np.linalg.norm(x)


@exercise("Draw", hints=("`rng.normal`",), cases=(case("seed 0", np.random.default_rng(0)),))
def draw(rng):
    """Three numbers from the normal distribution."""
    return rng.normal(size=3)


@exercise("Ratio", hints=("Divide.",), cases=(case("zeros", np.zeros(2)),))
def ratio(x):
    """An array divided by itself."""
    return x / x


@ratio.mistake("That is upside down.")
def _(x):
    return 1 / x


@exercise("Twice", hints=("Add.",), cases=(case("three", 3),))
def double(x):
    """Twice a number."""
    return 2 * x


@exercise("Thrice", hints=("Add.",), cases=(case("three", 3),))
def triple(x):
    """Three times a number."""
    return 3 * x


@exercise(
    "First even",
    hints=("`next` takes a default.",),
    cases=(case("the second is even", [3, 4]), case("none is even", [3, 5])),
)
def first_even(numbers):
    """The first even one of the numbers, None if there is none."""
    return next((n for n in numbers if n % 2 == 0), None)
