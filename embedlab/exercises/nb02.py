"""Exercises and quiz of notebook 02, How training works."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "How training works"
quiz = quiz_of(__file__)


ONE_PAIR = np.array([[0, 1], [1, 0]])
SHORT_TEXT = np.array([[0, 1], [0, 1], [0, 2], [2, 3], [1, 0], [1, 0], [2, 0], [3, 2]])
ONE_WAY = np.array([[0, 1], [1, 2], [1, 4], [3, 1]])


@exercise(
    "Random words that are neighbours",
    hints=(
        "For one word the chance is the sum of the shares of all its neighbours, each counted once.",
        "A table (v, v) of False, with True where a pair says so, holds each neighbour once, however often it occurs.",
        (
            "`chance = beside @ shares` holds the chance of each word; a word with many pairs draws more often, so "
            "average `chance[pairs[:, 0]]`, one number a row."
        ),
    ),
    cases=(
        case("two neighbours, and a word that stands beside nobody", ONE_PAIR, np.array([0.5, 0.3, 0.2])),
        case("four words, one pair twice", SHORT_TEXT, np.array([0.4, 0.3, 0.2, 0.1])),
        case("neighbours to the right only", ONE_WAY, np.array([0.1, 0.2, 0.3, 0.15, 0.25])),
        case("every word stands beside every word", np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0.7, 0.3])),
    ),
    remark=(
        "Training works all the same: a pair is pulled together each time it occurs, and pushed apart only as often "
        "as chance draws it."
    ),
)
def drawn_neighbours(pairs, shares):
    """Expected share of the random words that are neighbours of their word.

    pairs: array (n, 2) of word numbers, a word and a neighbour of it in each row; that
    does not make the word a neighbour of its neighbour. Pairs may repeat.
    shares: array (v,), with which probability each of the v words is drawn. Each row
    draws equally many. Returns a number between 0 and 1.
    """
    beside = np.zeros((len(shares), len(shares)), dtype=bool)
    beside[pairs[:, 0], pairs[:, 1]] = True
    chance = beside @ shares
    return chance[pairs[:, 0]].mean()


@drawn_neighbours.mistake(
    "You looked at the neighbour in the same row only; whatever stands beside the word in "
    "another row is a neighbour too."
)
def _(pairs, shares):
    return shares[pairs[:, 1]].mean()


@drawn_neighbours.mistake("A pair that stands in several rows makes one neighbour: add its share once.")
def _(pairs, shares):
    chance = np.zeros(len(shares))
    np.add.at(chance, pairs[:, 0], shares[pairs[:, 1]])
    return chance[pairs[:, 0]].mean()


@drawn_neighbours.mistake(
    "You averaged over the words; a word with many pairs has more random words drawn for it, so average over the rows."
)
def _(pairs, shares):
    beside = np.zeros((len(shares), len(shares)), dtype=bool)
    beside[pairs[:, 0], pairs[:, 1]] = True
    return (beside @ shares).mean()


@drawn_neighbours.mistake("You counted the neighbours; the words are not drawn equally often, so add up their shares.")
def _(pairs, shares):
    beside = np.zeros((len(shares), len(shares)), dtype=bool)
    beside[pairs[:, 0], pairs[:, 1]] = True
    return beside[pairs[:, 0]].mean()


@exercise(
    "The loss of one pair",
    hints=(
        "First the dot products: one number for the neighbour, k numbers for the random words.",
        "For the random words the sign inside the sigmoid is turned: their dot products should become negative.",
        (
            "`np.log(1 / (1 + np.exp(negatives @ word)))` holds the random words' terms: sum them, add the neighbour's "
            "term, and turn the sign. With zero vectors the result is (1 + k) times log 2."
        ),
    ),
    cases=(
        case("an untrained model", np.zeros(2), np.zeros(2), np.zeros((5, 2))),
        case("two random words", np.array([1.0, 2.0]), np.array([1.0, 1.0]), np.array([[-1.0, 0.0], [0.5, -1.0]])),
        case("a bad model", np.array([1.0, 0.0]), np.array([-2.0, 0.0]), np.array([[3.0, 1.0]])),
    ),
    remark="An untrained model pays log 2 for each of its questions, whatever the text.",
)
def pair_loss(word, neighbour, negatives):
    """Negative-sampling loss of one pair.

    word, neighbour: vectors (d,); negatives: array (k, d), one random word a row.
    Returns a number.
    """
    real = 1 / (1 + np.exp(-(word @ neighbour)))
    false = 1 / (1 + np.exp(negatives @ word))
    return -np.log(real) - np.log(false).sum()


@pair_loss.mistake("The terms of the random words are summed, not averaged.")
def _(word, neighbour, negatives):
    real = 1 / (1 + np.exp(-(word @ neighbour)))
    false = 1 / (1 + np.exp(negatives @ word))
    return -np.log(real) - np.log(false).mean()


@pair_loss.mistake(
    "The random words are pulled nearer like the neighbour: for them the sign inside the sigmoid must be turned."
)
def _(word, neighbour, negatives):
    real = 1 / (1 + np.exp(-(word @ neighbour)))
    false = 1 / (1 + np.exp(-(negatives @ word)))
    return -np.log(real) - np.log(false).sum()


@exercise(
    "Which of the batch?",
    hints=(
        "Divide by the temperature before anything else.",
        "The softmax of a row: exponentials divided by the row's own sum.",
        "`np.diag` takes the right answers out of the table of softmaxes; the loss is the mean of `-np.log` of them.",
    ),
    cases=(
        case("guessing", np.zeros((4, 4)), 0.1),
        case("two pairs", np.array([[0.9, 0.1], [0.5, 0.6]]), 0.5),
        case("one row is wrong", np.array([[0.2, 0.7, 0.0], [0.1, 0.8, 0.3], [0.4, 0.4, 0.4]]), 0.2),
    ),
    remark="Guessing costs log n: a larger batch asks a harder question, so its loss is higher.",
)
def batch_loss(cosines, temperature):
    """Mean contrastive loss over the rows of a table of cosines.

    cosines: array (n, n); the partner of row i is column i. Returns a number.
    """
    scores = np.exp(cosines / temperature)
    right = np.diag(scores) / scores.sum(axis=1)
    return -np.log(right).mean()


@batch_loss.mistake("The temperature was not used.")
def _(cosines, temperature):
    scores = np.exp(cosines)
    return -np.log(np.diag(scores) / scores.sum(axis=1)).mean()


@batch_loss.mistake("You compared within columns: here each row is one question.")
def _(cosines, temperature):
    scores = np.exp(cosines / temperature)
    return -np.log(np.diag(scores) / scores.sum(axis=0)).mean()


@batch_loss.mistake("A temperature below 1 must make the differences larger: divide by it.")
def _(cosines, temperature):
    scores = np.exp(cosines * temperature)
    return -np.log(np.diag(scores) / scores.sum(axis=1)).mean()
