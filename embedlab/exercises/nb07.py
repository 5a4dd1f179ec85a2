"""Exercises and quiz of notebook 07, Vision."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Vision"
quiz = quiz_of(__file__)


SIMILARITIES = np.array([[1.0, 0.9, 0.2, 0.1], [0.9, 1.0, 0.3, 0.4], [0.2, 0.3, 1.0, 0.6], [0.1, 0.4, 0.6, 1.0]])
LOUD = np.array(
    [[-4.0, 3, -3, -11, 7], [3, 13, 5, -8, -12], [-3, 5, 12, 8, -2], [-11, -8, 8, -6, -10], [7, -12, -2, -10, 4]]
)


@exercise(
    "Precision at k",
    hints=(
        "A picture is most similar to itself, and finding it is no achievement.",
        "Put minus infinity on the diagonal of a copy, then `np.argsort(-scores, axis=1)` gives the order of each row.",
        "With the first k columns of that, `labels[nearest]` has shape (n, k): compare it with `labels[:, None]`.",
    ),
    cases=(
        case("two clear pairs", SIMILARITIES, np.array([0, 0, 1, 1]), 1),
        case("what looks alike is of different kinds", SIMILARITIES, np.array([0, 1, 0, 1]), 2),
        case("two places, one right answer each", SIMILARITIES, np.array([0, 0, 1, 1]), 2),
        case("no cosines: a picture is not always its own nearest", LOUD, np.array([1, 0, 0, 0, 1]), 2),
    ),
    remark=(
        "If a kind has fewer than k + 1 pictures, precision at k cannot reach 1: look at the best possible value too."
    ),
)
def precision_at_k(similarity, labels, k):
    """Mean share of right ones among the k most similar *other* pictures.

    similarity: array (n, n); labels: array (n,). Returns a number: the mean over all n.
    """
    scores = similarity.copy()
    np.fill_diagonal(scores, -np.inf)
    nearest = np.argsort(-scores, axis=1)[:, :k]
    return float(np.mean(labels[nearest] == labels[:, None]))


@precision_at_k.mistake("Each picture found itself first, which is always right: leave it out.")
def _(similarity, labels, k):
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return float(np.mean(labels[nearest] == labels[:, None]))


@precision_at_k.mistake("You took the least similar ones: sort by the negative similarity.")
def _(similarity, labels, k):
    scores = similarity.copy()
    np.fill_diagonal(scores, -np.inf)
    nearest = np.argsort(scores, axis=1, kind="stable")[:, :k]
    return float(np.mean(labels[nearest] == labels[:, None]))


@precision_at_k.mistake(
    "That counts the pictures with at least one right answer (a hit rate); precision is the share of the k places."
)
def _(similarity, labels, k):
    scores = similarity.copy()
    np.fill_diagonal(scores, -np.inf)
    nearest = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return float(np.mean((labels[nearest] == labels[:, None]).any(axis=1)))


@precision_at_k.mistake("You dropped whatever came first; remove the picture itself, wherever it stands.")
def _(similarity, labels, k):
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, 1 : k + 1]
    return float(np.mean(labels[nearest] == labels[:, None]))


DOOR = np.array([0.83, 0.46, 0.78, 0.63, 0.32, 0.11, 0.82, 0.71]), np.array([0, 0, 1, 1, 1, 0, 1, 0], dtype=bool)
GATE = np.array([0.23, 0.48, 0.8, 0.92, 0.13, 0.88, 0.72, 0.51]), np.array([1, 0, 0, 1, 0, 1, 1, 1], dtype=bool)
HALL = np.array([0.79, 0.32, 0.4, 0.59, 0.71, 0.28, 0.83, 0.77]), np.array([1, 1, 1, 0, 1, 0, 0, 0], dtype=bool)
VAULT = np.array([0.96, 0.82, 0.42, 0.78, 0.38, 0.51, 0.4, 0.3]), np.array([1, 0, 0, 1, 0, 1, 1, 1], dtype=bool)


@exercise(
    "What a mistake costs",
    hints=(
        "A try comes from a stranger or from an owner. What does each cost on average, at a given threshold?",
        (
            "The stranger costs `cost_in` times the false match rate, the owner `cost_out` times the false non-match "
            "rate; weigh them by `strangers` and `1 - strangers`."
        ),
        (
            "Work that out for every t in `thresholds = np.append(np.unique(scores), np.inf)`: the rates are "
            "`np.mean(scores[~same] >= t)` and `np.mean(scores[same] < t)`. `np.argmin` finds the first of the "
            "cheapest."
        ),
    ),
    cases=(
        case("an owner turned away costs more", *VAULT, 0.7, 3.0, 5.0),
        case("both mistakes cost the same", *VAULT, 0.6, 1.0, 1.0),
        case("a stranger inside costs four times as much", *DOOR, 0.3, 8.0, 2.0),
        case("the same costs at another door", *GATE, 0.3, 8.0, 2.0),
        case("a stranger has the best score", *HALL, 0.5, 3.0, 1.0),
        case("no stranger ever comes", *GATE, 0.0, 1.0, 1.0),
    ),
    remark=(
        "In the test of this notebook over a hundred pairs of strangers stand against each pair of one person: its "
        "rates carry over to a door, its counts do not."
    ),
)
def cheapest_threshold(scores, same, strangers, cost_in, cost_out):
    """The threshold at which a try at the door costs least on average.

    scores: array (n,); same: array (n,) of bool: test pairs. strangers: share of tries
    by strangers. cost_in: of letting one in; cost_out: of turning an owner away. A pair
    matches if its score reaches the threshold, which is one of the scores or infinity
    (nobody gets in); of equally cheap ones take the lowest.
    """
    thresholds = np.append(np.unique(scores), np.inf)
    let_in = np.array([np.mean(scores[~same] >= t) for t in thresholds])
    turned_away = np.array([np.mean(scores[same] < t) for t in thresholds])
    cost = strangers * cost_in * let_in + (1 - strangers) * cost_out * turned_away
    return thresholds[np.argmin(cost)]


@cheapest_threshold.mistake(
    "Strangers and owners do not come equally often: weigh the two costs by `strangers` and `1 - strangers`."
)
def _(scores, same, strangers, cost_in, cost_out):
    thresholds = np.append(np.unique(scores), np.inf)
    cost = [cost_in * np.mean(scores[~same] >= t) + cost_out * np.mean(scores[same] < t) for t in thresholds]
    return thresholds[np.argmin(cost)]


@cheapest_threshold.mistake(
    "You added up pairs; how many pairs of each kind the test has says nothing about the door, so use rates."
)
def _(scores, same, strangers, cost_in, cost_out):
    thresholds = np.append(np.unique(scores), np.inf)
    let_in = np.array([np.sum(scores[~same] >= t) for t in thresholds])
    turned_away = np.array([np.sum(scores[same] < t) for t in thresholds])
    cost = strangers * cost_in * let_in + (1 - strangers) * cost_out * turned_away
    return thresholds[np.argmin(cost)]


@cheapest_threshold.mistake("Letting nobody in may be cheapest: infinity is a threshold, too.")
def _(scores, same, strangers, cost_in, cost_out):
    thresholds = np.unique(scores)
    let_in = np.array([np.mean(scores[~same] >= t) for t in thresholds])
    turned_away = np.array([np.mean(scores[same] < t) for t in thresholds])
    cost = strangers * cost_in * let_in + (1 - strangers) * cost_out * turned_away
    return thresholds[np.argmin(cost)]


@cheapest_threshold.mistake("A score that reaches the threshold exactly matches.")
def _(scores, same, strangers, cost_in, cost_out):
    thresholds = np.append(np.unique(scores), np.inf)
    let_in = np.array([np.mean(scores[~same] > t) for t in thresholds])
    turned_away = np.array([np.mean(scores[same] <= t) for t in thresholds])
    cost = strangers * cost_in * let_in + (1 - strangers) * cost_out * turned_away
    return thresholds[np.argmin(cost)]


@exercise(
    "How strict must one comparison be?",
    hints=(
        "Turn the question round: an innocent passes if *none* of the comparisons matches.",
        "With a rate f that happens with probability (1 − f) to the power of the number of people.",
        "Set that equal to 1 − most and solve for f: the root `** (1 / people)` undoes the power.",
    ),
    cases=(
        case("a list of one", 1, 0.3),
        case("a list of two, and a large share", 2, 0.75),
        case("a list of ten", 10, 0.5),
        case("a list of a thousand", 1000, 0.2),
    ),
    remark=(
        "For a list of a million people and one stop in a hundred innocents, the rate must be near one in a hundred "
        "million."
    ),
)
def allowed_false_match(people, most):
    """The false match rate of one comparison that stops a share most of innocents.

    A passer-by is stopped who matches anybody on the list.
    people: number of strangers on the list; most: between 0 and 1. Returns a number.
    """
    return 1 - (1 - most) ** (1 / people)


@allowed_false_match.mistake(
    "Close for small shares, but chances of several comparisons do not add up: with two "
    "of 0.5 you would be certain to match."
)
def _(people, most):
    return most / people


@allowed_false_match.mistake(
    "That is the share that is stopped if each comparison errs at the rate `most`; the question goes the other way."
)
def _(people, most):
    return 1 - (1 - most) ** people


@allowed_false_match.mistake("That is for matching with everybody on the list; one match is enough to be stopped.")
def _(people, most):
    return most ** (1 / people)
