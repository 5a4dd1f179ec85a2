"""Exercises and quiz of notebook 05, Product recommendations."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Product recommendations"
quiz = quiz_of(__file__)


@exercise(
    "Lift",
    hints=(
        "Count three things: sessions with a, sessions with b, sessions with both.",
        "If a and b had nothing to do with each other, a share (with a) × (with b) of the sessions would hold both.",
        (
            "Divide the share of sessions with both by that product of shares: `both * len(sessions) / (with_a * "
            "with_b)`. Look for a count of 0 before you divide."
        ),
    ),
    cases=(
        case("always together", [{1, 2}, {1, 2}, {3}, {3, 4}, {5}], 1, 2),
        case("two bestsellers", [{1, 2}, {1, 3}, {2, 3}, {1, 2, 3}, {3}, {1, 3, 5}], 3, 1),
        case("one was viewed once", [{4, 7}, {7}, {8}, {7, 8}], 4, 7),
        case("never together", [{1}, {2}, {1, 3}], 1, 2),
        case("the first was never viewed", [{1}, {1, 3}], 2, 3),
        case("the second was never viewed", [{1}, {1, 3}], 1, 2),
    ),
    remark=(
        "1 means no connection; its logarithm is the pointwise mutual information, which Word2Vec's negative "
        "sampling implicitly factorises up to a constant."
    ),
)
def lift(sessions, a, b):
    """How many times more often than by chance a and b are in one session.

    sessions: list of sets. Return 0.0 if one of them is in no session.
    """
    with_a = sum(a in session for session in sessions)
    with_b = sum(b in session for session in sessions)
    both = sum(a in session and b in session for session in sessions)
    if with_a == 0 or with_b == 0:
        return 0.0
    return both * len(sessions) / (with_a * with_b)


@lift.mistake(
    "That is the share of a's sessions that hold b: it is large for every bestseller b, so divide by b's own share too."
)
def _(sessions, a, b):
    with_a = sum(a in s for s in sessions)
    return sum(a in s and b in s for s in sessions) / with_a if with_a else 0.0


@lift.mistake("You mixed counts: with shares of the sessions on both sides, the number of sessions does not cancel.")
def _(sessions, a, b):
    with_a, with_b = sum(a in s for s in sessions), sum(b in s for s in sessions)
    return sum(a in s and b in s for s in sessions) / (with_a * with_b) if with_a and with_b else 0.0


@lift.mistake("That is how often the two are viewed together; it has to be compared with what chance would give.")
def _(sessions, a, b):
    return sum(a in s and b in s for s in sessions) / len(sessions)


SIMILARITIES = np.array([[1.0, 0.8, 0.1, 0.3], [0.8, 1.0, 0.2, 0.5], [0.1, 0.2, 1.0, 0.6], [0.3, 0.5, 0.6, 1.0]])
BELOW_ZERO = np.array([[1.0, -0.4, 0.3], [-0.4, 1.0, -0.2], [0.3, -0.2, 1.0]])


@exercise(
    "Variety of a list",
    hints=(
        "`block = similarity[np.ix_(items, items)]` is the table of the list alone.",
        "A product compared with itself says nothing: leave out the diagonal.",
        "`first, second = np.triu_indices(len(items), 1)` gives each pair once: `block[first, second]`.",
    ),
    cases=(
        case("a list of two near-copies", SIMILARITIES, [0, 1]),
        case("a list of three", SIMILARITIES, [3, 0, 2]),
        case("the whole shop", SIMILARITIES, [0, 1, 2, 3]),
        case("another shop, similarities below zero", BELOW_ZERO, [2, 1, 0]),
    ),
    remark="The measure belongs beside Recall: of this notebook's lists the random ones are the most varied.",
)
def list_diversity(similarity, items):
    """Mean of 1 - similarity over all pairs of different products in a list.

    similarity: array (n, n); items: list of row numbers, two or more. Returns a number.
    """
    block = similarity[np.ix_(items, items)]
    first, second = np.triu_indices(len(items), k=1)
    return float(np.mean(1 - block[first, second]))


@list_diversity.mistake("Each product was also compared with itself, which pulls the diversity towards zero.")
def _(similarity, items):
    return float(np.mean(1 - similarity[np.ix_(items, items)]))


@list_diversity.mistake("That is the mean similarity: a varied list must get the larger number.")
def _(similarity, items):
    i, j = np.triu_indices(len(items), 1)
    return float(np.mean(similarity[np.ix_(items, items)][i, j]))


@list_diversity.mistake("You compared neighbours in the list only; the order of a list plays no part in its variety.")
def _(similarity, items):
    return float(np.mean([1 - similarity[a, b] for a, b in pairwise(items)]))


@exercise(
    "Trust that grows",
    hints=(
        "The weight of behaviour is `views / (views + half)`: 0 without views, a half after `half` views.",
        "Text gets `1 - weight`, so that the two weights always add up to one.",
        (
            "The behaviour score of a product without views may be `nan`, and 0 × nan is nan: replace it first, "
            "`np.where(views > 0, behaviour, 0.0)`."
        ),
    ),
    cases=(
        case("two products with views", np.array([0.2, 0.4]), np.array([0.8, 0.0]), np.array([10, 30]), 10),
        case("one has no views", np.array([0.5, 0.3]), np.array([-0.4, 1.0]), np.array([90, 0]), 10),
        case("no views, and so no score: nan", np.array([0.5, 0.3]), np.array([1.0, np.nan]), np.array([1, 0]), 5),
    ),
    remark="Statisticians call this shrinkage: little evidence is pulled towards what is known without it.",
)
def grow_trust(text, behaviour, views, half):
    """Blend two scores of each product by the number of its views.

    text, behaviour, views: arrays (n,); behaviour may be nan where there are no views,
    and text then counts alone. After `half` views both scores count equally.
    Returns an array (n,).
    """
    weight = views / (views + half)
    return weight * np.where(views > 0, behaviour, 0.0) + (1 - weight) * text


@grow_trust.mistake("The weights are exchanged: with more views, behaviour must count for more.")
def _(text, behaviour, views, half):
    weight = views / (views + half)
    return weight * text + (1 - weight) * behaviour


@grow_trust.mistake("You switched from one score to the other at `half` views; the weight should grow with each view.")
def _(text, behaviour, views, half):
    return np.where(views >= half, behaviour, text)


@grow_trust.mistake("Zero times nan is nan: a product without views must get its text score.")
def _(text, behaviour, views, half):
    weight = views / (views + half)
    return weight * behaviour + (1 - weight) * text


@grow_trust.mistake("You measured views against the bestseller; `half` says when both scores count equally.")
def _(text, behaviour, views, half):
    weight = views / views.max()
    return weight * np.where(views > 0, behaviour, 0.0) + (1 - weight) * text
