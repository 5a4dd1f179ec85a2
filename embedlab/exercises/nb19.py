"""Exercises and quiz of notebook 19, Visualisation."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Visualisation"
quiz = quiz_of(__file__)


LINE = np.abs(np.subtract.outer(np.arange(7.0), np.arange(7.0))) + 0.01 * np.arange(7)
np.fill_diagonal(LINE, -1)
RANKS = np.argsort(np.argsort(LINE, axis=1), axis=1)
ALL_KEPT = np.argsort(RANKS, axis=1)[:, 1:3]
UPSIDE_DOWN = np.argsort(-RANKS, axis=1)[:, :2]
THREE_FALSE = np.array([[1, 6], [0, 2], [1, 3], [6, 4], [3, 5], [4, 0], [5, 4]])
SIX_RANKS = np.array(
    [
        [0, 4, 1, 3, 2, 5],
        [2, 0, 4, 1, 5, 3],
        [3, 1, 0, 5, 4, 2],
        [4, 2, 3, 0, 1, 5],
        [1, 3, 5, 2, 0, 4],
        [5, 1, 2, 4, 3, 0],
    ]
)


@exercise(
    "Trustworthiness by hand",
    hints=(
        "`ranks[np.arange(n)[:, None], near]` gives the true ranks of the neighbours on the map, (n, k).",
        "A neighbour with a true rank of k or less costs nothing: `np.maximum(…, 0)`.",
        (
            "Sum `np.maximum(true - k, 0)` over everything, then scale by `2 / (n * k * (2 * n - 3 * k - 1))` and "
            "subtract from 1; n and k are the shape of `near`."
        ),
    ),
    cases=(
        case("a map that keeps all neighbours", RANKS, ALL_KEPT),
        case("three false neighbours", RANKS, THREE_FALSE),
        case("a map that is upside down", RANKS, UPSIDE_DOWN),
        case("six points with one neighbour each", SIX_RANKS, np.array([[2], [2], [0], [4], [3], [3]])),
    ),
    remark="Exchange map and original, and the same formula is called continuity: true neighbours that the map lost.",
)
def trust(ranks, near):
    """Trustworthiness of a map.

    ranks: array (n, n), in row i the true rank of point j from point i (1 = nearest);
    near: array (n, k), in row i the k points that are nearest to point i on the map.
    """
    n, k = near.shape
    true = ranks[np.arange(n)[:, None], near]
    costs = np.maximum(true - k, 0).sum()
    return float(1 - 2 * costs / (n * k * (2 * n - 3 * k - 1)))


@trust.mistake("A neighbour that is nearer than rank k must cost nothing; yours earns a bonus.")
def _(ranks, near):
    n, k = near.shape
    true = ranks[np.arange(len(near))[:, None], near]
    return float(1 - 2 * (true - k).sum() / (n * k * (2 * n - 3 * k - 1)))


@trust.mistake("The cost of a false neighbour is its rank minus k, not its rank.")
def _(ranks, near):
    n, k = near.shape
    true = ranks[np.arange(len(near))[:, None], near]
    return float(1 - 2 * true[true > k].sum() / (n * k * (2 * n - 3 * k - 1)))


@trust.mistake("You counted false neighbours; each must cost the more, the farther away it truly is.")
def _(ranks, near):
    true = ranks[np.arange(len(near))[:, None], near]
    return float(1 - (true > near.shape[1]).mean())


ORIGINAL = np.array([0.0, 1.0, 3.0, 7.0, 20.0])
TRUE_DISTANCES = np.abs(np.subtract.outer(ORIGINAL, ORIGINAL))
STRETCHED = np.abs(np.subtract.outer(ORIGINAL**0.5, ORIGINAL**0.5))
SHUFFLED = TRUE_DISTANCES[np.ix_([3, 0, 4, 1, 2], [3, 0, 4, 1, 2])]
PLANE = np.array([0.0, 2.0 + 1.0j, 6.0 + 3.0j, 7.0 - 2.0j])
PLANE_DISTANCES = np.abs(np.subtract.outer(PLANE, PLANE))
PLANE_SHADOW = np.abs(np.subtract.outer(PLANE.imag, PLANE.imag))
FIVE_TRIPLES = np.array([[0, 3, 1], [2, 0, 3], [1, 2, 3], [3, 2, 1], [2, 0, 1]])
EVERY_TRIPLE = np.array(
    [[i, j, l] for i in range(5) for j in range(5) for l in range(5) if len({i, j, l}) == 3 and j < l]
)


@exercise(
    "Three points at a time",
    hints=(
        "`i, j, l = triples.T` gives three arrays; `true[i, j]` is then an array of distances.",
        "For each triple there is one yes or no in the original (is j nearer than l?) and one on the map.",
        "Kept means that both say the same, be it yes or no: `==` compares the two arrays, and the mean is the share.",
    ),
    cases=(
        case("a map that is only larger", TRUE_DISTANCES, 3 * TRUE_DISTANCES, EVERY_TRIPLE),
        case("far distances shortened", TRUE_DISTANCES, STRETCHED, EVERY_TRIPLE),
        case("points that were exchanged", TRUE_DISTANCES, SHUFFLED, EVERY_TRIPLE),
        case("a sample of the triples of a plane", PLANE_DISTANCES, PLANE_SHADOW, FIVE_TRIPLES),
    ),
    remark="A few thousand random triples are enough, so this works for millions of points.",
)
def triples_kept(true, shown, triples):
    """Share of triples (i, j, l) whose map keeps which of j and l is nearer to i.

    true, shown: arrays (n, n) of distances, in the original space and on the map, no
    two of a row equal; triples: array (t, 3).
    """
    i, j, l = triples.T
    return float(np.mean((true[i, j] < true[i, l]) == (shown[i, j] < shown[i, l])))


@triples_kept.mistake(
    "If l is the nearer one in both, the order is kept too: compare the two answers instead of asking for two yes."
)
def _(true, shown, triples):
    i, j, l = triples.T
    return float(np.mean((true[i, j] < true[i, l]) & (shown[i, j] < shown[i, l])))


@triples_kept.mistake("Both distances start at i: i to j, and i to l.")
def _(true, shown, triples):
    i, j, l = triples.T
    return float(np.mean((true[i, j] < true[j, l]) == (shown[i, j] < shown[j, l])))


@triples_kept.mistake("The ratio of the two distances may change; only which of them is smaller counts.")
def _(true, shown, triples):
    i, j, l = triples.T
    return float(np.mean(np.isclose(true[i, j] / true[i, l], shown[i, j] / shown[i, l])))


@exercise(
    "A perplexity that cannot fail",
    hints=(
        "Each point has n - 1 others.",
        "A perplexity need not be a whole number: a third of four is allowed.",
        "The smaller of the two wins: `min(wanted, …)`, with a third of the others, `(n - 1) / 3`.",
    ),
    cases=(
        case("plenty of points", 300),
        case("the chapter's five documents", 5),
        case("a large wish", 60, 50),
        case("a large wish that can be met", 1000, 50),
        case("the fewest", 4),
    ),
    remark="scikit-learn itself looks at 3 × perplexity neighbours of each point, which is where the third comes from.",
)
def safe_perplexity(n, wanted=30):
    """The wanted perplexity, or a third of the other n - 1 points if that is less.

    n is at least 4. Returns a float.
    """
    return float(min(wanted, (n - 1) / 3))


@safe_perplexity.mistake(
    "That does not fail, but it makes every point a neighbour of every other: take a third of the others."
)
def _(n, wanted=30):
    return float(min(wanted, n - 1))


@safe_perplexity.mistake("You rounded down: a perplexity need not be whole, and for few points the rest counts.")
def _(n, wanted=30):
    return float(min(wanted, (n - 1) // 3))


@safe_perplexity.mistake("A point is not its own neighbour: a third of the n - 1 others.")
def _(n, wanted=30):
    return float(min(wanted, n / 3))
