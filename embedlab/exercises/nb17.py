"""Exercises and quiz of notebook 17, Embedding spaces and transfer."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Embedding spaces and transfer"
quiz = quiz_of(__file__)


@exercise(
    "How many labels for this accuracy?",
    hints=(
        "Find the first point that reaches the target; the answer lies between it and the point before.",
        "`share = (target - before) / (after - before)` says how far along the piece the target is reached.",
        "A straight line over the logarithm of the count: `left * (right / left) ** share`.",
    ),
    cases=(
        case("reached half-way between two points", [1, 2, 4, 8, 16], [0.4, 0.5, 0.6, 0.8, 0.9], 0.7),
        case("reached soon after the first point", [2, 5, 20], [0.3, 0.5, 0.9], 0.35),
        case("the first point is enough", [3, 12, 48], [0.5, 0.6, 0.7], 0.45),
        case("never reached", [1, 4, 16], [0.5, 0.6, 0.7], 0.95),
        case("reached at the last point", [1, 10, 100], [0.2, 0.4, 0.9], 0.9),
    ),
    remark="Divide the answers of two methods, and you can say: this one saves nine labels in ten.",
)
def labels_for(counts, accuracy, target):
    """Number of labels at which a rising learning curve reaches target, else None.

    counts: rising list such as [1, 2, 4, 8]; accuracy: list, as long. Between two
    points: a line over the logarithm of the count. At the first point: its count.
    """
    if accuracy[0] >= target:
        return float(counts[0])
    for i in range(1, len(counts)):
        if accuracy[i] >= target:
            share = (target - accuracy[i - 1]) / (accuracy[i] - accuracy[i - 1])
            return float(counts[i - 1] * (counts[i] / counts[i - 1]) ** share)
    return None


@labels_for.mistake("You returned the next measured point; the curve reaches the target before it.")
def _(counts, accuracy, target):
    for i, value in enumerate(accuracy):
        if value >= target:
            return float(counts[i])
    return None


@labels_for.mistake("That is a straight line over the count itself; learning curves are read over its logarithm.")
def _(counts, accuracy, target):
    return float(np.interp(target, accuracy, counts)) if accuracy[-1] >= target else None


@labels_for.mistake("A target that is never reached has no number of labels: return None.")
def _(counts, accuracy, target):
    return float(2 ** np.interp(target, accuracy, np.log2(counts)))


NAME_VECTORS = np.array([[1.0, 0.0, 0.0], [0.0, 0.6, -0.8], [0.0, 0.8, 0.6]])
EXAMPLES = np.array([[0.6, 0.8, 0.0], [0.8, 0.0, 0.6], [0.0, 0.6, 0.8], [0.0, 0.8, 0.6]])
FLAT_NAMES = np.array([[0.6, 0.8], [-0.8, 0.6]])
FLAT_EXAMPLES = np.array([[1.0, 0.0], [0.0, -1.0], [0.8, 0.6], [0.6, -0.8]])


@exercise(
    "A name and a few examples",
    hints=(
        "Start with `weight * names` and add to each class the sum of its examples, not their mean.",
        "`examples[labels == c].sum(axis=0)` is zero for a class without examples, so nothing special is needed.",
        "At the end bring every row to length one: divide by `np.linalg.norm(total, axis=1, keepdims=True)`.",
    ),
    cases=(
        case("two classes with two examples, one with none", NAME_VECTORS, EXAMPLES, np.array([0, 0, 1, 1]), 2.0),
        case("classes with one and three examples, in turn", FLAT_NAMES, FLAT_EXAMPLES, np.array([1, 0, 1, 1]), 0.5),
        case("no examples at all", NAME_VECTORS, EXAMPLES[:0], np.array([], dtype=int), 1.5),
    ),
    remark="Little evidence leans on what is known without it: the same idea as the shrinkage of a recommender.",
)
def prototypes(names, examples, labels, weight):
    """One vector of length one for each class, from its name and its examples.

    names: array (classes, d), vectors of the class names; examples: array (n, d);
    labels: array (n,) of class numbers; all rows have length one. A name counts as much
    as `weight` examples; a class without examples keeps its name's direction.
    """
    total = weight * names
    for c in range(len(names)):
        total[c] += examples[labels == c].sum(axis=0)
    return total / np.linalg.norm(total, axis=1, keepdims=True)


@prototypes.mistake("You added the mean of the examples: so ten examples count no more against the name than one.")
def _(names, examples, labels, weight):
    total = weight * names
    for c in range(len(names)):
        if (labels == c).any():
            total[c] += examples[labels == c].mean(axis=0)
    return total / np.linalg.norm(total, axis=1, keepdims=True)


@prototypes.mistake("The rows have different lengths, and a class with many examples would win every dot product.")
def _(names, examples, labels, weight):
    total = weight * names
    for c in range(len(names)):
        total[c] += examples[labels == c].sum(axis=0)
    return total


@prototypes.mistake("The name was dropped as soon as there was an example; it still knows something.")
def _(names, examples, labels, weight):
    total = np.zeros_like(names)
    for c in range(len(names)):
        total[c] = examples[labels == c].sum(axis=0) if (labels == c).any() else names[c]
    return total / np.linalg.norm(total, axis=1, keepdims=True)


@exercise(
    "Accuracy where classes are uneven",
    hints=(
        "Take the classes from truth: `np.unique(truth)`.",
        "For one class look only at its members, `predicted[truth == c]`.",
        "The share of c is `np.mean(predicted[truth == c] == c)`. Average the shares, each class once.",
    ),
    cases=(
        case("two even classes", np.array(["a", "a", "a", "b"]), np.array(["a", "a", "b", "b"])),
        case("three classes", np.array([7, 7, 3, 7, 5, 3, 3, 7]), np.array([7, 7, 3, 3, 5, 5, 5, 5])),
        case("a rare class that is never found", np.array(["a"] * 10), np.array(["a"] * 9 + ["b"])),
        case(
            "a class is predicted that does not occur", np.array(["a", "b", "c", "c"]), np.array(["a", "b", "b", "b"])
        ),
    ),
    remark="It is also called balanced accuracy or macro recall; always guessing the same gives 1 / classes.",
)
def class_mean(predicted, truth):
    """Mean, over the classes in truth, of the share of their members predicted right.

    predicted, truth: arrays (n,) of labels. Returns a number.
    """
    return float(np.mean([np.mean(predicted[truth == c] == c) for c in np.unique(truth)]))


@class_mean.mistake("That is the plain share: a class of nine in ten decides it nearly alone.")
def _(predicted, truth):
    return float(np.mean(predicted == truth))


@class_mean.mistake("You divided by what was predicted as the class (precision); divide by what belongs to it.")
def _(predicted, truth):
    return float(np.mean([np.mean(truth[predicted == c] == c) for c in np.unique(predicted)]))


@class_mean.mistake("A class without a member in truth has no share to count, but you divided by it too.")
def _(predicted, truth):
    classes = np.union1d(predicted, truth)
    return float(sum(np.mean(predicted[truth == c] == c) for c in classes if (truth == c).any()) / len(classes))
