"""Exercises and quiz of notebook 03, Vector operations."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Vector operations"
quiz = quiz_of(__file__)


@exercise(
    "How high is high?",
    hints=(
        "Bring the rows to length one; then all cosines are one product of matrices.",
        "Of that table (n, n) only the entries above the diagonal are pairs of different rows.",
        (
            "`first, second = np.triu_indices(n, k=1)` are their rows and columns: compare `(unit @ unit.T)[first, "
            "second]` with the value; the mean of a comparison is a share."
        ),
    ),
    cases=(
        case("three vectors, three pairs", 0.2, np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])),
        case("vectors of different length", 0.9, np.array([[5.0, 0.0], [3.0, 1.0], [0.0, 2.0], [-1.0, 0.0]])),
        case("a cosine that equals the value", 0.0, np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, -1.0], [2.0, 2.0]])),
        case("no cosine reaches 1.5", 1.5, np.array([[1.0, 2.0], [2.0, 1.0]])),
    ),
    remark="A similarity that beats 99 of 100 random pairs is high, whatever its size.",
)
def share_below(value, x):
    """Share of the pairs of different rows of x (n, d) with a cosine below value."""
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    first, second = np.triu_indices(len(x), k=1)
    return np.mean((unit @ unit.T)[first, second] < value)


@share_below.mistake("You counted the diagonal: a row compared with itself has cosine 1 and is no pair.")
def _(value, x):
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    return np.mean(unit @ unit.T < value)


@share_below.mistake("Those are dot products: divide each row by its length first.")
def _(value, x):
    first, second = np.triu_indices(len(x), k=1)
    return np.mean((x @ x.T)[first, second] < value)


@share_below.mistake("That is the share at or above the value, the other side.")
def _(value, x):
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    first, second = np.triu_indices(len(x), k=1)
    return np.mean((unit @ unit.T)[first, second] >= value)


@share_below.mistake("You compared distances, 1 − cosine: near pairs have a high cosine and a small distance.")
def _(value, x):
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    first, second = np.triu_indices(len(x), k=1)
    return np.mean(1 - (unit @ unit.T)[first, second] < value)


def _on_circle(*degrees):
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


CLOUD = np.random.default_rng(8).normal(size=(30, 3))
CLOUD /= np.linalg.norm(CLOUD, axis=1, keepdims=True)


@exercise(
    "Multiply instead of add",
    hints=(
        "Three cosines for each row: `unit @ unit[a]`, `unit @ unit[b]`, `unit @ unit[c]`.",
        "Bring them from [-1, 1] to [0, 1] before you multiply: `to_a = (unit @ unit[a] + 1) / 2`, and so on.",
        "`value = to_b * to_c / (to_a + 0.001)`; set `value[[a, b, c]]` to `-np.inf`, then take `np.argmax`.",
    ),
    cases=(
        case("six vectors on a circle", 0, 1, 2, _on_circle(0, 40, 90, 125, 200, 300)),
        case("thirty vectors in space", 23, 20, 7, CLOUD),
        case("one lies opposite to a", 2, 0, 1, _on_circle(30, 15, 40, 220, 226, 195, 245)),
        case("nearly opposite to a", 5, 3, 0, _on_circle(110, 160, 163, 85, 95, 340, 295)),
        case("seven vectors on a circle", 6, 5, 0, _on_circle(345, 20, 95, 210, 85, 205, 250)),
    ),
    remark="In a product no single large cosine can decide alone; the inputs must be excluded all the same.",
    noun="row number",
)
def analogy_by_product(a, b, c, unit):
    """Answer "a is to b as c is to ?" by the product above.

    Returns the index of a row of unit, not a, b or c.
    a, b, c: indices of rows; unit: array (n, d), rows of length one.
    """
    closeness = (unit @ unit[[a, b, c]].T + 1) / 2  # (n, 3), from 0 to 1
    value = closeness[:, 1] * closeness[:, 2] / (closeness[:, 0] + 0.001)
    value[[a, b, c]] = -np.inf
    return int(np.argmax(value))


@analogy_by_product.mistake("A word of the question may win in your version: rule out a, b and c.")
def _(a, b, c, unit):
    closeness = (unit @ unit[[a, b, c]].T + 1) / 2
    return int(np.argmax(closeness[:, 1] * closeness[:, 2] / (closeness[:, 0] + 0.001)))


@analogy_by_product.mistake("That is the sum of the notebook: here the three closenesses are multiplied and divided.")
def _(a, b, c, unit):
    value = unit @ (unit[b] - unit[a] + unit[c])
    value[[a, b, c]] = -np.inf
    return int(np.argmax(value))


@analogy_by_product.mistake("You divided by the closeness to b: the answer should be near b and c, and far from a.")
def _(a, b, c, unit):
    closeness = (unit @ unit[[a, b, c]].T + 1) / 2
    value = closeness[:, 0] * closeness[:, 2] / (closeness[:, 1] + 0.001)
    value[[a, b, c]] = -np.inf
    return int(np.argmax(value))


@exercise(
    "Purity",
    hints=(
        "Go through the clusters one by one: `np.unique(clusters)`.",
        "`np.bincount(labels[clusters == cluster])` counts how often each label occurs in one of them.",
        "`.max()` of these counts is what a cluster gets right. Add these up and divide once, by `len(labels)`.",
    ),
    cases=(
        case("clusters that equal the labels", np.array([0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1])),
        case("clusters of different size", np.array([0, 0, 0, 1, 1, 1, 1]), np.array([5, 5, 5, 5, 5, 9, 9])),
        case("every item its own cluster", np.array([2, 0, 1, 0]), np.array([0, 1, 2, 3])),
        case("one cluster for all", np.array([0, 1, 2, 0, 1, 2, 1]), np.array([7, 7, 7, 7, 7, 7, 7])),
    ),
    remark="Every item its own cluster has purity 1: it grows with the number of clusters, which ARI does not.",
)
def purity(labels, clusters):
    """Share of items that carry the most frequent label of their own cluster.

    labels, clusters: arrays (n,).
    """
    right = 0
    for cluster in np.unique(clusters):
        right += np.bincount(labels[clusters == cluster]).max()
    return right / len(labels)


@purity.mistake("You averaged over clusters: a cluster of two then weighs as much as a cluster of five.")
def _(labels, clusters):
    shares = [np.bincount(labels[clusters == c]).max() / (clusters == c).sum() for c in np.unique(clusters)]
    return np.mean(shares)


@purity.mistake("The number of a cluster means nothing: cluster 5 may well be label 0.")
def _(labels, clusters):
    return np.mean(labels == clusters)


@purity.mistake("You looked for the main cluster of each label; purity asks for the main label of each cluster.")
def _(labels, clusters):
    return sum(np.bincount(clusters[labels == c]).max() for c in np.unique(labels)) / len(labels)
