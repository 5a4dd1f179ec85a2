"""Exercises and quiz of notebook 04, Dimensionality."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Dimensionality"

smallest_dimension = Exercise(
    id="04.smallest_dimension",
    title="The smallest size that will do",
    starter='''\
def smallest_dimension(dimensions, quality, keep):
    """Smallest size from which on the quality never falls below keep times that of the full size.

    dimensions: increasing list, the full size last; quality: list of the same length; keep: such as 0.95.
    """
    return ...


ex.smallest_dimension.check(smallest_dimension)
''',
    code="""\
def smallest_dimension(dimensions, quality, keep):
    best = dimensions[-1]
    for size, value in zip(dimensions[::-1], quality[::-1]):
        if value < keep * quality[-1]:
            break
        best = size
    return best
""",
    hints=(
        "What has to be reached is `keep * quality[-1]`.",
        "A lucky small size does not count if a larger one falls short: walk from the full size downwards.",
        "Stop at the first size that falls short; the one before it is the answer.",
    ),
    cases=(
        Case("[8, 32, 128, 384], [0.40, 0.62, 0.69, 0.70], 0.95", "a curve that rises all the way"),
        Case("[8, 32, 128, 384], [0.50, 0.96, 0.90, 1.00], 0.95", "a lucky size in the middle"),
        Case("[8, 32, 128, 384], [0.78, 0.84, 0.82, 0.81], 0.95", "more dimensions that do harm"),
        Case("[8, 32, 128, 384], [0.10, 0.20, 0.30, 0.40], 0.99", "only the full size is good enough"),
    ),
    mistakes=(
        Mistake(
            "def smallest_dimension(dimensions, quality, keep):\n"
            "    return next(d for d, q in zip(dimensions, quality) if q >= keep * quality[-1])",
            "A size may reach the mark by luck: all larger ones must reach it too.",
        ),
        Mistake(
            "def smallest_dimension(dimensions, quality, keep):\n"
            "    best = dimensions[-1]\n"
            "    for d, q in zip(dimensions[::-1], quality[::-1]):\n"
            "        if q < keep:\n"
            "            break\n"
            "        best = d\n"
            "    return best",
            "You compared with `keep` itself; it is a share of the quality at the full size.",
        ),
        Mistake(
            "def smallest_dimension(dimensions, quality, keep):\n"
            "    best = dimensions[-1]\n"
            "    for d, q in zip(dimensions[::-1], quality[::-1]):\n"
            "        if q < keep * max(quality):\n"
            "            break\n"
            "        best = d\n"
            "    return best",
            "You compared with the best size; the mark is the quality at the full size.",
        ),
    ),
    remark="The size is chosen on some queries: confirm it on others before you rely on it.",
)

kept_variance = Exercise(
    id="04.kept_variance",
    title="What the first axes hold",
    starter='''\
def kept_variance(x, d):
    """Share of the variance of the rows of x, shape (n, D), that their best d axes hold (0 to 1)."""
    return ...


ex.kept_variance.check(kept_variance)
''',
    code="""\
def kept_variance(x, d):
    values = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    return (values[:d] ** 2).sum() / (values**2).sum()
""",
    hints=(
        "Variance is measured around the mean: subtract the mean row first.",
        "`np.linalg.svd(…, compute_uv=False)` gives the singular values, largest first.",
        "The variance along an axis is proportional to the *square* of its singular value.",
    ),
    cases=(
        Case("np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), 1", "a flat cross around zero"),
        Case("np.array([[13.0, 5.0], [7.0, 5.0], [10.0, 6.0], [10.0, 4.0]]), 1", "the same cross, moved away"),
        Case(
            "np.random.default_rng(0).normal(size=(20, 5)) * [5, 3, 1, 1, 1] + 2, 2", "twenty points, two axes of five"
        ),
    ),
    mistakes=(
        Mistake(
            "def kept_variance(x, d):\n"
            "    values = np.linalg.svd(x, compute_uv=False)\n"
            "    return (values[:d] ** 2).sum() / (values**2).sum()",
            "Without centring, the distance of the cloud from the origin counts as variance.",
        ),
        Mistake(
            "def kept_variance(x, d):\n"
            "    values = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)\n"
            "    return values[:d].sum() / values.sum()",
            "You added singular values; variances are their squares.",
        ),
        Mistake(
            "def kept_variance(x, d):\n    spread = x.var(axis=0)\n    return np.sort(spread)[::-1][:d].sum() / spread.sum()",
            "Those are the given coordinates: the best axes may lie askew to them.",
        ),
    ),
    remark="Variance is no quality: the axes that carry most of it need not be those that your queries need.",
)

k_occurrence = Exercise(
    id="04.k_occurrence",
    title="Popular neighbours",
    starter='''\
def k_occurrence(x, k):
    """How often each row of x, of length one, is among the k nearest (by cosine) of the other rows.

    Returns an array of n counts; their sum is n * k.
    """
    return ...


ex.k_occurrence.check(k_occurrence)
''',
    code="""\
def k_occurrence(x, k):
    cosines = x @ x.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = np.argsort(-cosines, axis=1)[:, :k]
    return np.bincount(nearest.ravel(), minlength=len(x))
""",
    hints=(
        "All cosines at once: `x @ x.T`. A row must not find itself.",
        "`np.argsort(-cosines, axis=1)[:, :k]` holds the k nearest of each row.",
        "`np.bincount(…, minlength=len(x))` counts how often each index occurs in it.",
    ),
    setup="""\
import numpy as np

angles = np.deg2rad([0, 10, 25, 50, 90, 180])
fan = np.stack([np.cos(angles), np.sin(angles)], axis=1)
cloud = np.random.default_rng(1).normal(size=(12, 3))
cloud /= np.linalg.norm(cloud, axis=1, keepdims=True)
""",
    cases=(
        Case("fan, 1", "six directions in the plane"),
        Case("fan, 2", "the same, two neighbours each"),
        Case("cloud, 3", "twelve directions in space"),
    ),
    mistakes=(
        Mistake(
            "def k_occurrence(x, k):\n"
            "    nearest = np.argsort(-(x @ x.T), axis=1)[:, :k]\n"
            "    return np.bincount(nearest.ravel(), minlength=len(x))",
            "Every row found itself first: leave the diagonal out.",
        ),
        Mistake(
            "def k_occurrence(x, k):\n"
            "    cosines = x @ x.T\n"
            "    np.fill_diagonal(cosines, np.inf)\n"
            "    nearest = np.argsort(cosines, axis=1)[:, :k]\n"
            "    return np.bincount(nearest.ravel(), minlength=len(x))",
            "You counted the farthest rows: a large cosine is near.",
        ),
        Mistake(
            "def k_occurrence(x, k):\n"
            "    cosines = x @ x.T\n"
            "    np.fill_diagonal(cosines, -np.inf)\n"
            "    nearest = np.argsort(-cosines, axis=1)[:, :k]\n"
            "    return np.bincount(nearest.ravel())",
            "The rows that nobody finds may be missing at the end: there must be n counts.",
        ),
    ),
    remark="Its skewness is the usual measure of hubness; the search for word translations corrects for it (CSLS).",
)

quiz = Quiz(
    "04.quiz",
    (
        Question(
            "A model offers 3,072 dimensions, yours has 384. What do you know about the quality on your documents?",
            (
                Option(
                    "The larger one is better, if memory allows.",
                    False,
                    "BERT's CLS vector has twice the dimensions of all-MiniLM and is far worse on the same test.",
                ),
                Option(
                    "The smaller one is better, since high dimensions suffer from concentration.",
                    False,
                    "Real vectors fill few of their dimensions: they are far from the random case.",
                ),
                Option(
                    "Nothing yet: measure both on your queries, the larger one also cut to 384.",
                    True,
                    "Training decides more than size; and what size costs can be measured as well.",
                ),
            ),
        ),
        Question(
            "You keep the best 64 axes of 384. Which texts should the axes be fitted on?",
            (
                Option(
                    "On texts like those that you will search.",
                    True,
                    "Axes from another kind of text throw away directions that yours need, as the news showed.",
                ),
                Option(
                    "On any large collection, since axes belong to the model.",
                    False,
                    "They belong to the cloud of vectors: pages about arrays and news lie in different parts of it.",
                ),
                Option(
                    "On none: the first 64 coordinates are the most important ones.",
                    False,
                    "Only if the model was trained that way (Matryoshka); here the first 64 are worse than the best 64.",
                ),
            ),
        ),
        Question(
            "Freely optimised vectors with d = 4 solve a third of the LIMIT task, a construction with d = 4 all of it. Why?",
            (
                Option(
                    "The construction cheats: it uses other queries.",
                    False,
                    "The 46 documents and the 1,035 queries are the same; only the places of the vectors differ.",
                ),
                Option(
                    "A solution exists, but its margins are tiny, and optimisation does not find it.",
                    True,
                    "The best wrong document is only 0.00003 away; with half precision some queries already fail.",
                ),
                Option(
                    "Optimisation proves that 4 dimensions are too few.",
                    False,
                    "What one search does not find may still exist: the construction is the counterexample.",
                ),
            ),
        ),
    ),
)
