"""Exercises and quiz of notebook 03, Vector operations."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Vector operations"

share_below = Exercise(
    id="03.share_below",
    title="How high is high?",
    starter='''\
def share_below(value, x):
    """Share of the pairs of different rows of x, shape (n, d), whose cosine is below value."""
    return ...


ex.share_below.check(share_below)
''',
    code="""\
def share_below(value, x):
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    first, second = np.triu_indices(len(x), k=1)
    return np.mean((unit @ unit.T)[first, second] < value)
""",
    hints=(
        "Bring the rows to length one; then all cosines are one product of matrices.",
        "Of that table (n, n) only the entries above the diagonal are pairs of different rows.",
        "`np.triu_indices(n, k=1)` gives their rows and columns; the mean of a comparison is a share.",
    ),
    cases=(
        Case("0.5, np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])", "three vectors, three pairs"),
        Case("0.9, np.array([[5.0, 0.0], [3.0, 1.0], [0.0, 2.0], [-1.0, 0.0]])", "vectors of different length"),
        Case("1.5, np.array([[1.0, 2.0], [2.0, 1.0]])", "no cosine reaches 1.5"),
    ),
    mistakes=(
        Mistake(
            "def share_below(value, x):\n"
            "    unit = x / np.linalg.norm(x, axis=1, keepdims=True)\n"
            "    return np.mean(unit @ unit.T < value)",
            "You counted the diagonal: a row compared with itself has cosine 1 and is no pair.",
        ),
        Mistake(
            "def share_below(value, x):\n"
            "    first, second = np.triu_indices(len(x), k=1)\n"
            "    return np.mean((x @ x.T)[first, second] < value)",
            "Those are dot products: divide each row by its length first.",
        ),
        Mistake(
            "def share_below(value, x):\n"
            "    unit = x / np.linalg.norm(x, axis=1, keepdims=True)\n"
            "    first, second = np.triu_indices(len(x), k=1)\n"
            "    return np.mean((unit @ unit.T)[first, second] >= value)",
            "That is the share at or above the value, the other side.",
        ),
    ),
    remark="A similarity that beats 99 of 100 random pairs is high, whatever its size.",
)

analogy_by_product = Exercise(
    id="03.analogy_by_product",
    title="Multiply instead of add",
    starter='''\
def analogy_by_product(a, b, c, unit):
    """Answer "a is to b as c is to ?" by products; returns the index of a row of unit, not a, b or c.

    a, b, c: indices of rows; unit: array (n, d), rows of length one.
    """
    return ...


ex.analogy_by_product.check(analogy_by_product)
''',
    code="""\
def analogy_by_product(a, b, c, unit):
    closeness = (unit @ unit[[a, b, c]].T + 1) / 2  # (n, 3), from 0 to 1
    value = closeness[:, 1] * closeness[:, 2] / (closeness[:, 0] + 0.001)
    value[[a, b, c]] = -np.inf
    return int(np.argmax(value))
""",
    hints=(
        "Three cosines for each row: `unit @ unit[a]`, `unit @ unit[b]`, `unit @ unit[c]`.",
        "Bring them from [-1, 1] to [0, 1] before you multiply: `(cosine + 1) / 2`.",
        "Set the values of a, b and c to `-np.inf`, then take `np.argmax`.",
    ),
    setup="""\
import numpy as np

angles = np.deg2rad([0, 40, 90, 125, 200, 300])
circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
cloud = np.random.default_rng(8).normal(size=(30, 3))
cloud /= np.linalg.norm(cloud, axis=1, keepdims=True)
""",
    cases=(
        Case("0, 1, 2, circle", "six vectors on a circle"),
        Case("23, 20, 7, cloud", "thirty vectors in space"),
        Case("24, 16, 1, cloud", "thirty vectors, another question"),
        Case("29, 11, 15, cloud", "thirty vectors, a third question"),
    ),
    mistakes=(
        Mistake(
            "def analogy_by_product(a, b, c, unit):\n"
            "    closeness = (unit @ unit[[a, b, c]].T + 1) / 2\n"
            "    return int(np.argmax(closeness[:, 1] * closeness[:, 2] / (closeness[:, 0] + 0.001)))",
            "A word of the question may win in your version: rule out a, b and c.",
        ),
        Mistake(
            "def analogy_by_product(a, b, c, unit):\n"
            "    closeness = (unit @ unit[[a, b, c]].T + 1) / 2\n"
            "    value = closeness[:, 0] * closeness[:, 2] / (closeness[:, 1] + 0.001)\n"
            "    value[[a, b, c]] = -np.inf\n"
            "    return int(np.argmax(value))",
            "You divided by the closeness to b: the answer should be near b and c, and far from a.",
        ),
        Mistake(
            "def analogy_by_product(a, b, c, unit):\n"
            "    value = unit @ (unit[b] - unit[a] + unit[c])\n"
            "    value[[a, b, c]] = -np.inf\n"
            "    return int(np.argmax(value))",
            "That is the sum of the notebook: here the three closenesses are multiplied and divided.",
        ),
    ),
    remark="In a product no single large cosine can decide alone; the inputs must be excluded all the same.",
)

purity = Exercise(
    id="03.purity",
    title="Purity",
    starter='''\
def purity(labels, clusters):
    """Share of items that carry the most frequent label of their own cluster; both arrays are (n,)."""
    return ...


ex.purity.check(purity)
''',
    code="""\
def purity(labels, clusters):
    right = 0
    for cluster in np.unique(clusters):
        right += np.bincount(labels[clusters == cluster]).max()
    return right / len(labels)
""",
    hints=(
        "Go through the clusters one by one: `np.unique(clusters)`.",
        "`np.bincount(labels[clusters == cluster])` counts how often each label occurs in one of them.",
        "Add up the largest counts and divide once, by the number of all items.",
    ),
    cases=(
        Case("np.array([0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1])", "clusters that equal the labels"),
        Case("np.array([0, 0, 0, 1, 1, 1, 1]), np.array([5, 5, 5, 5, 5, 9, 9])", "clusters of different size"),
        Case("np.array([2, 0, 1, 0]), np.array([0, 1, 2, 3])", "every item its own cluster"),
        Case("np.array([0, 1, 2, 0, 1, 2]), np.array([7, 7, 7, 7, 7, 7])", "one cluster for all"),
    ),
    mistakes=(
        Mistake(
            "def purity(labels, clusters):\n"
            "    shares = [np.bincount(labels[clusters == c]).max() / (clusters == c).sum() for c in np.unique(clusters)]\n"
            "    return np.mean(shares)",
            "You averaged over clusters: a cluster of two then weighs as much as a cluster of five.",
        ),
        Mistake(
            "def purity(labels, clusters):\n    return np.mean(labels == clusters)",
            "The number of a cluster means nothing: cluster 5 may well be label 0.",
        ),
        Mistake(
            "def purity(labels, clusters):\n"
            "    return sum(np.bincount(clusters[labels == c]).max() for c in np.unique(labels)) / len(labels)",
            "You looked for the main cluster of each label; purity asks for the main label of each cluster.",
        ),
    ),
    remark="Every item its own cluster has purity 1: it grows with the number of clusters, which ARI does not.",
)

quiz = Quiz(
    "03.quiz",
    (
        Question(
            "Two descriptions of NumPy functions have a cosine of 0.35. What do you say?",
            (
                Option(
                    "They are alike: 0.35 is far above 0.",
                    False,
                    "Zero is not the baseline here. Random pairs of such texts already have 0.19 on average.",
                ),
                Option(
                    "Compare with random pairs of the same collection before you call it high.",
                    True,
                    "Each collection and each model has its own baseline and spread.",
                ),
                Option(
                    "They differ: alike begins at 0.5.",
                    False,
                    "No such limit exists. Among random words of the same model 0.35 would be exceptional.",
                ),
            ),
        ),
        Question(
            "With the inputs excluded, 75 % of the analogy questions are solved. How much of that needs the arithmetic?",
            (
                Option(
                    "All of it: without arithmetic there is no answer.",
                    False,
                    "The nearest neighbour of c alone already answers half of the questions.",
                ),
                Option(
                    "Nothing: the method only returns one of its inputs.",
                    False,
                    "Unrestricted it does, but with the inputs out it beats the neighbour of c clearly.",
                ),
                Option(
                    "About a quarter of the questions; half fall to the nearest neighbour of c.",
                    True,
                    "75 % against 51 %: the rest of the fame belongs to exclusion and neighbourhood.",
                ),
            ),
        ),
        Question(
            "All vectors have length one. Which of these can change the order of the search results?",
            (
                Option(
                    "Subtracting the mean vector and bringing the rows to length one again.",
                    True,
                    "Centring moves the point from which angles are measured, so the order may change.",
                ),
                Option(
                    "Ranking by Euclidean distance instead of cosine.",
                    False,
                    "The squared distance is 2 − 2 cos: a larger cosine is a smaller distance, always.",
                ),
                Option(
                    "Ranking by dot product instead of cosine.",
                    False,
                    "At length one both are the same number.",
                ),
            ),
        ),
    ),
)
