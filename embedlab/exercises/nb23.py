"""Exercises and quiz of notebook 23, Your own collection."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Your own collection"
quiz = quiz_of(__file__)


@exercise(
    "The leak of shared words",
    hints=(
        "Make a set of the query's words: then each counts once. Take away those in `common`.",
        "`set(text)` holds the words of the text; `&` gives those that two sets have in common.",
        "The share is the number of shared words divided by the number of words left. With none left, return 0.0.",
    ),
    cases=(
        case("two of three", ["find", "round", "edges"], ["round", "edges", "only"], []),
        case("common words do not count", ["how", "to", "find", "edges"], ["how", "to", "find", "it"], ["how", "to"]),
        case("a word twice counts once", ["edge", "by", "edge", "edge"], ["edge", "edge"], []),
        case("nothing is shared", ["blur"], ["smooth", "gaussian"], []),
        case("common in the text only", ["blur", "fast", "now"], ["the", "blur"], ["the"]),
        case("no word is left", ["how", "do", "i"], ["how", "do", "i"], ["how", "do", "i"]),
    ),
    remark="`collecting.shared_words` gives the two lists of words behind this share.",
)
def leak(query, text, common):
    """Share of the query's different words that the text holds, too.

    query, text, common: lists of lower-case words. Words in common are left out of
    the query first. Where no word is left, the share is 0.0.
    """
    asked = set(query) - set(common)
    return len(asked & set(text)) / len(asked) if asked else 0.0


@leak.mistake("Each word counts once, however often the query repeats it: make a set of the query's words.")
def _(query, text, common):
    asked = [word for word in query if word not in common]
    return sum(word in text for word in asked) / len(asked) if asked else 0.0


@leak.mistake("Words like *how* are in every text and tell nothing: leave those in `common` out first.")
def _(query, text, common):
    asked = set(query)
    return len(asked & set(text)) / len(asked) if asked else 0.0


@leak.mistake("You divided by the words of the text: the share is of the *query's* words.")
def _(query, text, common):
    asked = set(query) - set(common)
    return len(asked & set(text)) / len(set(text)) if asked else 0.0


@exercise(
    "Cohen's kappa",
    hints=(
        "The agreement that is seen is `np.mean(first == second)`.",
        "By chance both give g with probability `np.mean(first == g) * np.mean(second == g)`; add up over g.",
        "Kappa is `(seen - chance) / (1 - chance)`. If chance is 1, both gave one grade only: return 1.0.",
    ),
    cases=(
        case("as often as not", np.array([1, 1, 0, 0, 2, 2]), np.array([1, 0, 0, 0, 2, 1])),
        case("one is stricter", np.array([2, 2, 1, 1, 0, 2]), np.array([1, 2, 0, 1, 0, 1])),
        case("nearly all are 0", np.array([0] * 8 + [1, 0]), np.array([0] * 8 + [0, 1])),
        case("always apart", np.array([0, 1, 0, 1, 1]), np.array([1, 0, 1, 0, 0])),
        case("the same throughout", np.array([3, 0, 1]), np.array([3, 0, 1])),
        case("one grade only", np.array([1, 1, 1]), np.array([1, 1, 1])),
    ),
    remark="For grades with an order `cohen_kappa_score(…, weights='quadratic')` of scikit-learn counts near misses.",
)
def kappa(first, second):
    """Cohen's kappa of two passes: agreement beyond what chance would give.

    first, second: arrays (n,) of grades, whole numbers. The chance of a grade is the
    product of the two shares with which the passes give it. Where both passes give
    one and the same grade throughout, kappa is 1.0.
    """
    seen = np.mean(first == second)
    grades = np.union1d(first, second)
    chance = sum(np.mean(first == g) * np.mean(second == g) for g in grades)
    return float((seen - chance) / (1 - chance)) if chance < 1 else 1.0


@kappa.mistake("That is the plain agreement: where nearly all grades are 0, two people agree often without reading.")
def _(first, second):
    return float(np.mean(first == second))


@kappa.mistake("The chance is not the same for all grades: multiply how often *these* two gave each grade.")
def _(first, second):
    grades = np.union1d(first, second)
    chance = 1 / len(grades)
    return float((np.mean(first == second) - chance) / (1 - chance)) if chance < 1 else 1.0


@kappa.mistake("Divide by `1 - chance`, the room above chance: else full agreement would not give 1.")
def _(first, second):
    grades = np.union1d(first, second)
    chance = sum(np.mean(first == g) * np.mean(second == g) for g in grades)
    return float(np.mean(first == second) - chance) if chance < 1 else 1.0


FEW = np.array([[0.9, 0.2, 0.8, 0.1, 0.5], [0.5, 0.6, 0.5, 0.7, 0.4], [0.3, 0.9, 0.2, 0.9, 0.9]])
TIED = np.array([[0.5, 0.25, 0.75], [0.25, 0.75, 0.75], [0.75, 0.0, 0.5]])


@exercise(
    "Chosen here, reported there",
    hints=(
        "`half` is a mask: `values[:, half]` holds the questions to choose by, `values[:, ~half]` the others.",
        "The mean of each candidate over its half is `.mean(axis=1)`; `np.argmax` gives the first of the best.",
        "Return that index, and the mean of *this* row over the other half.",
    ),
    cases=(
        case("the best on one half is the worst on the other", FEW, np.array([True, False, True, False, False])),
        case("the other way round", FEW, np.array([False, True, False, True, True])),
        case("two are equal on the choosing half", TIED, np.array([True, True, False])),
        case("one question to choose by", TIED, np.array([False, True, False])),
    ),
    remark="Over many splits the mean difference of the halves is the optimism of choosing; more candidates raise it.",
)
def chosen(values, half):
    """Choose a candidate on one half of the questions and report it on the other.

    values: array (c, m), the measure of c candidates on m questions; half: array (m,)
    of bool, True for the questions to choose by. Of equals the first is chosen.
    Returns (index of the candidate, its mean over the other questions).
    """
    best = int(np.argmax(values[:, half].mean(axis=1)))
    return best, float(values[best, ~half].mean())


@chosen.mistake("You reported on the questions that you chose by: there the winner looks better than it is.")
def _(values, half):
    best = int(np.argmax(values[:, half].mean(axis=1)))
    return best, float(values[best, half].mean())


@chosen.mistake("You chose by all questions, so those of the report took part in the choice.")
def _(values, half):
    best = int(np.argmax(values.mean(axis=1)))
    return best, float(values[best, ~half].mean())


@chosen.mistake("You chose on the half that is to be reported: `half` marks the questions to choose by.")
def _(values, half):
    best = int(np.argmax(values[:, ~half].mean(axis=1)))
    return best, float(values[best, ~half].mean())
