"""Exercises and quiz of notebook 04, Dimensionality."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Dimensionality"
quiz = quiz_of(__file__)


AHEAD = np.array([[0.9, 0.3], [0.3, 0.9], [0.0, 0.1], [0.5, 0.0]])
OPEN_RACE = np.array([[0.8, 0.4], [0.6, 0.1], [0.1, 0.1], [0.5, -0.8], [0.2, -0.95]])
LONG_UNKNOWN_PART = np.array([[0.7, 0.0], [0.35, 0.9], [-0.55, 0.8]])
ROUNDED = np.array([0.2673, 0.5345, 0.8018])  # rounded to four decimals, its length is a bit more than one
SHORT_PARTS = np.array([[0.5, 0.1, 0.2], [0.0, 0.1, -0.2], [0.4, 0.3, 0.1]])
FULLY_KNOWN = np.array([[0.5, 0.5, 0.5, -0.5], [0.5, 0.5, 0.5, 0.5], [1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.5, 0.5]])


@exercise(
    "What the first numbers rule out",
    hints=(
        (
            "The whole dot product is that of the known parts plus that of the unknown parts. What are the most and "
            "the least that the second can be?"
        ),
        (
            "All vectors have length one, so an unknown part has the length `sqrt(1 - sum of the known squares)`; "
            "the dot product of two parts lies between plus and minus the product of their lengths."
        ),
        (
            "With `known = x @ query` and `rest` the most that the unknown parts can add, one row is sure of `(known - "
            "rest).max()`; the rows whose `known + rest` reaches that are left. Rounding can make 1 - squares a bit "
            "negative: `np.maximum(0, …)` before the root."
        ),
    ),
    cases=(
        case("one row is far ahead", np.array([0.9, 0.3]), AHEAD),
        case("much is unknown", np.array([0.6, 0.2]), OPEN_RACE),
        case("the row that leads has a long unknown part", np.array([0.6, 0.2]), LONG_UNKNOWN_PART),
        case("nothing is unknown, and two rows are equal", FULLY_KNOWN[1], FULLY_KNOWN),
        case("a row is known to the end, rounded up", np.array([0.6, 0.2, 0.5]), np.vstack([SHORT_PARTS, ROUNDED])),
        case("the query is known to the end, rounded up", ROUNDED, SHORT_PARTS),
    ),
    remark=(
        "Read the remaining numbers of these rows only, and the search is exact. The shorter the unknown parts, the "
        "fewer rows are left."
    ),
    noun="row number",
)
def still_possible(query, x):
    """Numbers of the rows of x that may still be the nearest (by cosine) to the query.

    query: array (d,); x: array (n, d): the first d coordinates of vectors of length
    one. The others, equally many for all, are unknown. Returns an array of row
    numbers, increasing.
    """
    known = x @ query
    rest = np.sqrt(np.maximum(0, 1 - (x**2).sum(axis=1)) * max(0, 1 - query @ query))
    return np.flatnonzero(known + rest >= (known - rest).max())


@still_possible.mistake(
    "The row that leads may lose by its unknown part, too: the others need not reach what it has now."
)
def _(query, x):
    known = x @ query
    rest = np.sqrt(np.maximum(0, 1 - (x**2).sum(axis=1)) * max(0, 1 - query @ query))
    return np.flatnonzero(known + rest >= known.max())


@still_possible.mistake("The unknown part of the query is short as well: its length is a factor.")
def _(query, x):
    known = x @ query
    rest = np.sqrt(np.maximum(0, 1 - (x**2).sum(axis=1)))
    return np.flatnonzero(known + rest >= (known - rest).max())


@still_possible.mistake("Lengths of two parts do not add up to the whole length; their squares do (Pythagoras).")
def _(query, x):
    known = x @ query
    rest = (1 - np.linalg.norm(x, axis=1)) * (1 - np.linalg.norm(query))
    return np.flatnonzero(known + rest >= (known - rest).max())


@still_possible.mistake("More rows can be ruled out: the row that leads need not be the one that is sure of most.")
def _(query, x):
    known = x @ query
    rest = np.sqrt(np.maximum(0, 1 - (x**2).sum(axis=1)) * max(0, 1 - query @ query))
    return np.flatnonzero(known + rest >= (known - rest)[np.argmax(known)])


@still_possible.mistake("That row leads so far; others may overtake it with what is unknown.")
def _(query, x):
    return np.array([np.argmax(x @ query)])


@exercise(
    "What the first axes hold",
    hints=(
        "Variance is measured around the mean: subtract the mean row first.",
        "`np.linalg.svd(…, compute_uv=False)` gives the singular values, largest first.",
        "The variance along an axis is proportional to its *square*: `(values[:d] ** 2).sum()` is what d axes hold.",
    ),
    cases=(
        case("a flat cross around zero", np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), 1),
        case("the same cross, moved away", np.array([[13.0, 5.0], [7.0, 5.0], [10.0, 6.0], [10.0, 4.0]]), 1),
        case("two axes of three, askew", np.array([[4.0, 1, 0], [1, 3, 1], [0, 0, 2], [5, 4, 1], [2, 2, 6]]), 2),
    ),
    remark="Variance is no quality: the axes that carry most of it need not be those that your queries need.",
)
def kept_variance(x, d):
    """Share (0 to 1) of the variance of x, shape (n, D), that its best d axes hold."""
    values = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    return (values[:d] ** 2).sum() / (values**2).sum()


@kept_variance.mistake("Without centring, the distance of the cloud from the origin counts as variance.")
def _(x, d):
    values = np.linalg.svd(x, compute_uv=False)
    return (values[:d] ** 2).sum() / (values**2).sum()


@kept_variance.mistake("You added singular values; variances are their squares.")
def _(x, d):
    values = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    return values[:d].sum() / values.sum()


@kept_variance.mistake("Those are the given coordinates: the best axes may lie askew to them.")
def _(x, d):
    spread = x.var(axis=0)
    return np.sort(spread)[::-1][:d].sum() / spread.sum()


DISTANCES = np.array(
    [
        [0.0, 3.0, 5.0, 1.0, 2.0, 1.5, 2.5],
        [3.0, 0.0, 4.0, 8.0, 9.0, 7.0, 6.0],
        [5.0, 4.0, 0.0, 9.0, 7.0, 8.0, 6.5],
        [1.0, 8.0, 9.0, 0.0, 3.5, 4.5, 5.5],
        [2.0, 9.0, 7.0, 3.5, 0.0, 6.0, 5.0],
        [1.5, 7.0, 8.0, 4.5, 6.0, 0.0, 3.2],
        [2.5, 6.0, 6.5, 5.5, 5.0, 3.2, 0.0],
    ]
)
STEPS = np.arange(4.0)
FAR = np.array([0.0, 1.0, 2.5, 20.0])


@exercise(
    "Near to each other",
    hints=(
        (
            "Begin with one j: which rows m have `scores[i, m] < scores[i, j]`, and which have `scores[j, m] < "
            "scores[i, j]`?"
        ),
        "A row counts if both hold, so join the two with `&`; the share is the mean of that over all n rows.",
        (
            "A loop over j will do. Without a loop: compare `scores[i]` and `scores` with the column "
            "`scores[i][:, None]`, one line for each j, and take the mean of each line."
        ),
    ),
    cases=(
        case("the nearest row is near to everybody", -DISTANCES, 1),
        case("the row that is near to everybody", -DISTANCES, 0),
        case("four points on a line, two of them equally far", -np.abs(STEPS - STEPS[:, None]), 1),
        case("a point that is far from all", -np.abs(FAR - FAR[:, None]), 3),
    ),
    remark=(
        "A hub is near to you, but many rows are nearer to it than you are, and that lowers its share: ranked by "
        "these shares, lists hold fewer hubs."
    ),
)
def mutual_proximity(scores, i):
    """For each row j, the share of the n rows that are farther from both i and j.

    That is farther from i than j is, and farther from j than i is. scores: symmetric
    array (n, n), higher is nearer, each row nearest to itself. Rows that are equally
    far do not count as farther. Returns an array (n,), with a share for i itself too.
    """
    own = scores[i][:, None]
    farther_from_i = scores[i] < own
    farther_from_j = scores < own
    return (farther_from_i & farther_from_j).mean(axis=1)


@mutual_proximity.mistake(
    "You looked from i only; a hub is near to nearly everybody, and that shows when you look from j."
)
def _(scores, i):
    return (scores[i] < scores[i][:, None]).mean(axis=1)


@mutual_proximity.mistake("You multiplied two shares; count the rows for which both hold.")
def _(scores, i):
    own = scores[i][:, None]
    return (scores[i] < own).mean(axis=1) * (scores < own).mean(axis=1)


@mutual_proximity.mistake("A row must be farther from both; one of the two is not enough.")
def _(scores, i):
    own = scores[i][:, None]
    return ((scores[i] < own) | (scores < own)).mean(axis=1)


@mutual_proximity.mistake("You counted the rows that are nearer: a higher score is nearer.")
def _(scores, i):
    own = scores[i][:, None]
    return ((scores[i] > own) & (scores > own)).mean(axis=1)


@mutual_proximity.mistake(
    "Rows that are equally far do not count as farther; with `<=` you also count i and j themselves."
)
def _(scores, i):
    own = scores[i][:, None]
    return ((scores[i] <= own) & (scores <= own)).mean(axis=1)
