"""Exercises and quiz of notebook 06, Language."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Language"
quiz = quiz_of(__file__)


@exercise(
    "Macro-F1 by hand",
    hints=(
        "Work class by class: precision is right / predicted as the class, recall is right / truly in the class.",
        "Multiply out: F1 = 2 × right / (truly in the class + predicted as it). Nothing can be divided by zero then.",
        (
            "For each `name` of `np.unique(true)`, right is `np.sum((true == name) & (predicted == name))`; the last "
            "step is a plain mean, in which small classes count as much as large ones."
        ),
    ),
    cases=(
        case("two classes, one slip", np.array([0, 0, 0, 1]), np.array([0, 1, 0, 1])),
        case("always the majority", np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1]), np.zeros(10, dtype=int)),
        case("two classes never right", np.array([0, 1, 2, 0, 1, 2]), np.array([0, 2, 1, 0, 2, 1])),
        case("a class that is only predicted", np.array([3, 3, 5, 5, 5, 5, 9]), np.array([3, 5, 5, 5, 5, 7, 9])),
    ),
    remark="On classes of one size it is often close to accuracy; on the lopsided case above they are 0.44 and 0.80.",
)
def macro_f1(true, predicted):
    """Mean over classes of F1 = 2 * precision * recall / (precision + recall).

    true, predicted: arrays (n,) of class numbers; the classes are those in true.
    A class of which nothing is right has F1 0. Returns a number.
    """
    scores = []
    for name in np.unique(true):
        right = np.sum((true == name) & (predicted == name))
        scores.append(2 * right / (np.sum(true == name) + np.sum(predicted == name)))
    return float(np.mean(scores))


@macro_f1.mistake("That is the accuracy, in which a large class drowns a small one.")
def _(true, predicted):
    return float(np.mean(true == predicted))


@macro_f1.mistake(
    "That is the mean recall: a class that swallows the others' sentences is not punished without precision."
)
def _(true, predicted):
    return float(np.mean([np.mean(predicted[true == c] == c) for c in np.unique(true)]))


@macro_f1.mistake("You weighted each class by its size; macro means that all classes count alike.")
def _(true, predicted):
    f = [
        2 * np.sum((true == c) & (predicted == c)) / (np.sum(true == c) + np.sum(predicted == c))
        for c in np.unique(true)
    ]
    w = [np.mean(true == c) for c in np.unique(true)]
    return float(np.dot(f, w))


@macro_f1.mistake(
    "You took the plain mean of precision and recall; F1 is their harmonic mean, which is near the smaller one."
)
def _(true, predicted):
    f = []
    for c in np.unique(true):
        r = np.sum((true == c) & (predicted == c))
        p, q = r / max(np.sum(predicted == c), 1), r / np.sum(true == c)
        f.append((p + q) / 2)
    return float(np.mean(f))


@exercise(
    "A dictionary without a dictionary",
    hints=(
        "`forth = scores.argmax(axis=1)` holds for each source word its best target.",
        "`back = scores.argmax(axis=0)` holds for each target word its best source.",
        "Walk from i to its best target `j = forth[i]`, and from there back: keep `(i, j)` if `back[j] == i`.",
    ),
    cases=(
        case("everybody agrees", np.array([[0.9, 0.1], [0.2, 0.8]])),
        case("a hub that all three choose", np.array([[0.9, 0.8, 0.1], [0.95, 0.3, 0.2], [0.7, 0.1, 0.6]])),
        case("more targets than sources", np.array([[0.1, 0.2, 0.8, 0.3], [0.9, 0.1, 0.4, 0.2]])),
        case("more sources than targets, scores below zero", np.array([[-0.3, 0.2], [-0.1, -0.5], [-0.4, 0.6]])),
    ),
    remark="Align, keep the mutual pairs, align again with them: so a seed dictionary of a few words is grown.",
    noun="word number",
)
def mutual_pairs(scores):
    """Pairs (i, j), each the best translation of the other, in the order of i.

    scores: array (m, n), source words by target words. Returns a list of pairs of int.
    """
    forth = scores.argmax(axis=1)
    back = scores.argmax(axis=0)
    return [(i, int(j)) for i, j in enumerate(forth) if back[j] == i]


@mutual_pairs.mistake(
    "You kept every best translation; a hub then appears again and again. Ask the target for its own best source too."
)
def _(scores):
    return [(i, int(j)) for i, j in enumerate(scores.argmax(axis=1))]


@mutual_pairs.mistake("The pairs are the right ones the wrong way round: the source word comes first.")
def _(scores):
    f, b = scores.argmax(axis=1), scores.argmax(axis=0)
    return [(int(j), i) for i, j in enumerate(f) if b[j] == i]


@mutual_pairs.mistake("You asked target number i; the one to ask is i's own best target, j.")
def _(scores):
    f, b = scores.argmax(axis=1), scores.argmax(axis=0)
    return [(i, int(j)) for i, j in enumerate(f) if i < len(b) and b[i] == j]


@exercise(
    "At most one in ten wrong",
    hints=(
        "Try every score as a threshold t: `right[scores >= t]` holds the questions that would be answered.",
        (
            "Do not stop at the first threshold that fails: a lower one may do again, since the share does not fall "
            "steadily."
        ),
        (
            "Collect every t of `scores` with `np.mean(right[scores >= t]) >= wanted` in a list. Return its `min`, or "
            "None if it is empty."
        ),
    ),
    cases=(
        case(
            "the two lowest are wrong",
            np.array([0.5, 0.6, 0.9, 0.8, 0.7]),
            np.array([False, False, True, True, True]),
            0.7,
        ),
        case(
            "the share falls and rises again",
            np.array([0.9, 0.8, 0.7, 0.64, 0.5]),
            np.array([True, True, False, True, False]),
            0.75,
        ),
        case("the highest is wrong", np.array([0.9, 0.3, 0.7, 0.5]), np.array([False, False, True, True]), 0.6),
        case("nothing is right", np.array([0.9, 0.8]), np.array([False, False]), 0.5),
        case(
            "equal scores, which one threshold lets in together",
            np.array([0.92, 0.74, 0.74, 0.51, 0.51]),
            np.array([True, True, False, False, True]),
            0.75,
        ),
    ),
    remark="Choose it on some questions and test it on others: on the same ones it is optimistic by construction.",
)
def strict_threshold(scores, right, wanted):
    """The lowest t such that a share of at least wanted is right where scores >= t.

    scores: array (n,), the best answer's score of each question
    right: array (n,) of bool, is that answer right?
    Only scores that occur are tried. Returns a number, or None if no threshold will do.
    """
    good = [t for t in scores if np.mean(right[scores >= t]) >= wanted]
    return float(min(good)) if good else None


@strict_threshold.mistake(
    "You returned the highest threshold that will do: it answers the fewest questions, and the lowest answers the most."
)
def _(scores, right, wanted):
    good = [t for t in scores if np.mean(right[scores >= t]) >= wanted]
    return float(max(good)) if good else None


@strict_threshold.mistake("You stopped at the first threshold that fails; the share may rise again further down.")
def _(scores, right, wanted):
    found = None
    for t in sorted(scores, reverse=True):
        if np.mean(right[scores >= t]) < wanted:
            break
        found = float(t)
    return found


@strict_threshold.mistake("A score equal to the threshold is answered too: use >= and not >.")
def _(scores, right, wanted):
    good = [t for t in scores if right[scores > t].size and np.mean(right[scores > t]) >= wanted]
    return float(min(good)) if good else None
