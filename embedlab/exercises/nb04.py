"""Exercises and quiz of notebook 04, Dimensionality."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Dimensionality"

still_possible = Exercise(
    id="04.still_possible",
    title="What the first numbers rule out",
    starter='''\
def still_possible(query, x):
    """Numbers of the rows of x that may still be the nearest (by cosine) to the query.

    query: array (d,); x: array (n, d): the first d coordinates of vectors of length one. The others, equally many
    for all, are unknown. Returns an array of row numbers, increasing.
    """
    return ...


ex.still_possible.check(still_possible)
''',
    code="""\
def still_possible(query, x):
    known = x @ query
    rest = np.sqrt(np.maximum(0, 1 - (x**2).sum(axis=1)) * max(0, 1 - query @ query))
    return np.flatnonzero(known + rest >= (known - rest).max())
""",
    hints=(
        "The whole dot product is that of the known parts plus that of the unknown parts. What are the most and the least that the second can be?",
        "All vectors have length one, so an unknown part has the length `sqrt(1 - sum of the known squares)`; the dot product of two parts lies between plus and minus the product of their lengths.",
        "One row is sure of more than all others: `(known - rest).max()`. A row that cannot reach that is out.",
    ),
    setup="""\
import numpy as np

ahead = np.array([[0.9, 0.3], [0.3, 0.9], [0.0, 0.1], [0.5, 0.0]])
open_race = np.array([[0.8, 0.4], [0.6, 0.1], [0.1, 0.1], [0.5, -0.8], [0.2, -0.95]])
bold = np.array([[0.7, 0.0], [0.35, 0.9], [-0.55, 0.8]])
whole = np.array([[0.5, 0.5, 0.5, -0.5], [0.5, 0.5, 0.5, 0.5], [1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.5, 0.5]])
""",
    cases=(
        Case("np.array([0.9, 0.3]), ahead", "one row is far ahead"),
        Case("np.array([0.6, 0.2]), open_race", "much is unknown"),
        Case("np.array([0.6, 0.2]), bold", "the row that leads has a long unknown part"),
        Case("whole[1], whole", "nothing is unknown, and two rows are equal"),
        Case("np.zeros(2), np.zeros((3, 2))", "nothing is known"),
    ),
    mistakes=(
        Mistake(
            "def still_possible(query, x):\n"
            "    known = x @ query\n"
            "    rest = np.sqrt(np.maximum(0, 1 - (x**2).sum(axis=1)) * max(0, 1 - query @ query))\n"
            "    return np.flatnonzero(known + rest >= known.max())",
            "The row that leads may lose by its unknown part, too: the others need not reach what it has now.",
        ),
        Mistake(
            "def still_possible(query, x):\n"
            "    known = x @ query\n"
            "    rest = np.sqrt(np.maximum(0, 1 - (x**2).sum(axis=1)))\n"
            "    return np.flatnonzero(known + rest >= (known - rest).max())",
            "The unknown part of the query is short as well: its length is a factor.",
        ),
        Mistake(
            "def still_possible(query, x):\n"
            "    known = x @ query\n"
            "    rest = (1 - np.linalg.norm(x, axis=1)) * (1 - np.linalg.norm(query))\n"
            "    return np.flatnonzero(known + rest >= (known - rest).max())",
            "Lengths of two parts do not add up to the whole length; their squares do (Pythagoras).",
        ),
        Mistake(
            "def still_possible(query, x):\n"
            "    known = x @ query\n"
            "    rest = np.sqrt(np.maximum(0, 1 - (x**2).sum(axis=1)) * max(0, 1 - query @ query))\n"
            "    return np.flatnonzero(known + rest >= (known - rest)[np.argmax(known)])",
            "More rows can be ruled out: the row that leads need not be the one that is sure of most.",
        ),
        Mistake(
            "def still_possible(query, x):\n    return np.array([np.argmax(x @ query)])",
            "That row leads so far; others may overtake it with what is unknown.",
        ),
    ),
    remark="Read the remaining numbers of these rows only, and the search is exact. The shorter the unknown parts, the fewer rows are left.",
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

mutual_proximity = Exercise(
    id="04.mutual_proximity",
    title="Near to each other",
    starter='''\
def mutual_proximity(scores, i):
    """For each row j, the share of the n rows that are farther from i than j is, and farther from j than i is.

    scores: symmetric array (n, n), higher is nearer, each row nearest to itself. Rows that are equally far do not count
    as farther. Returns an array (n,), with a share for i itself too.
    """
    return ...


ex.mutual_proximity.check(mutual_proximity)
''',
    code="""\
def mutual_proximity(scores, i):
    own = scores[i][:, None]
    farther_from_i = scores[i] < own
    farther_from_j = scores < own
    return (farther_from_i & farther_from_j).mean(axis=1)
""",
    hints=(
        "Begin with one j: which rows m have `scores[i, m] < scores[i, j]`, and which have `scores[j, m] < scores[i, j]`?",
        "A row counts if both hold, so join the two with `&`; the share is the mean of that over all n rows.",
        "A loop over j will do. Without a loop: compare with the column `scores[i][:, None]`, one line for each j.",
    ),
    setup="""\
import numpy as np

distances = np.array([
    [0.0, 3.0, 5.0, 1.0, 2.0, 1.5, 2.5],
    [3.0, 0.0, 4.0, 8.0, 9.0, 7.0, 6.0],
    [5.0, 4.0, 0.0, 9.0, 7.0, 8.0, 6.5],
    [1.0, 8.0, 9.0, 0.0, 3.5, 4.5, 5.5],
    [2.0, 9.0, 7.0, 3.5, 0.0, 6.0, 5.0],
    [1.5, 7.0, 8.0, 4.5, 6.0, 0.0, 3.2],
    [2.5, 6.0, 6.5, 5.5, 5.0, 3.2, 0.0],
])
steps = np.arange(4.0)
far = np.array([0.0, 1.0, 2.5, 20.0])
""",
    cases=(
        Case("-distances, 1", "the nearest row is near to everybody"),
        Case("-distances, 0", "the row that is near to everybody"),
        Case("-np.abs(steps - steps[:, None]), 1", "four points on a line, two of them equally far"),
        Case("-np.abs(far - far[:, None]), 3", "a point that is far from all"),
    ),
    mistakes=(
        Mistake(
            "def mutual_proximity(scores, i):\n    return (scores[i] < scores[i][:, None]).mean(axis=1)",
            "You looked from i only; a hub is near to nearly everybody, and that shows when you look from j.",
        ),
        Mistake(
            "def mutual_proximity(scores, i):\n"
            "    own = scores[i][:, None]\n"
            "    return (scores[i] < own).mean(axis=1) * (scores < own).mean(axis=1)",
            "You multiplied two shares; count the rows for which both hold.",
        ),
        Mistake(
            "def mutual_proximity(scores, i):\n"
            "    own = scores[i][:, None]\n"
            "    return ((scores[i] < own) | (scores < own)).mean(axis=1)",
            "A row must be farther from both; one of the two is not enough.",
        ),
        Mistake(
            "def mutual_proximity(scores, i):\n"
            "    own = scores[i][:, None]\n"
            "    return ((scores[i] > own) & (scores > own)).mean(axis=1)",
            "You counted the rows that are nearer: a higher score is nearer.",
        ),
        Mistake(
            "def mutual_proximity(scores, i):\n"
            "    own = scores[i][:, None]\n"
            "    return ((scores[i] <= own) & (scores <= own)).mean(axis=1)",
            "Rows that are equally far do not count as farther; with `<=` you also count i and j themselves.",
        ),
    ),
    remark="A hub gets a small share with nearly everybody, since few rows are farther from it: ranked by these shares, lists hold fewer hubs.",
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
