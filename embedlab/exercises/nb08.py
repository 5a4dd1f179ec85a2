"""Exercises and quiz of notebook 08, Recommenders."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Recommenders"
quiz = quiz_of(__file__)


SMALL_SHOP = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 1, 1], [1, 1, 0, 1.0]])


@exercise(
    "Products instead of people",
    hints=(
        "User neighbours compare rows of the table; here you compare columns, so `alike` has shape (n, n).",
        (
            "Divide each column by its length, `np.linalg.norm(train, axis=0)`; then `columns.T @ columns` holds the "
            "cosines."
        ),
        "A product is not its own reason: set the diagonal to zero before you multiply `train` by `alike`.",
    ),
    cases=(
        case("four shoppers, four products", SMALL_SHOP),
        case("two products that nobody buys together", np.array([[1, 0], [0, 1], [1, 0.0]])),
        case("one product that everybody buys", np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 0, 0.0]])),
    ),
    remark=(
        "The likenesses of products change slowly and can be computed overnight, which is why large shops began with "
        "them."
    ),
)
def item_scores(train):
    """Score every product for every shopper by its likeness to what was bought.

    train: array (m, n) of 0 and 1, each product bought at least once. Two different
    products are as alike as the cosine of their columns, a product is like itself by 0,
    and its score is the sum of its likenesses to all the products that the shopper has
    bought. Returns an array (m, n).
    """
    columns = train / np.linalg.norm(train, axis=0)
    alike = columns.T @ columns
    np.fill_diagonal(alike, 0)
    return train @ alike


@item_scores.mistake("Each product bought has also voted for itself: set the diagonal of the likenesses to zero.")
def _(train):
    columns = train / np.linalg.norm(train, axis=0)
    return train @ (columns.T @ columns)


@item_scores.mistake(
    "You counted common buyers: a bestseller has many with everything, and the cosine divides by both lengths."
)
def _(train):
    alike = train.T @ train
    np.fill_diagonal(alike, 0)
    return train @ alike


@item_scores.mistake(
    "You compared shoppers; here two *products* are compared, by the column of people who bought them."
)
def _(train):
    rows = train / np.maximum(np.linalg.norm(train, axis=1, keepdims=True), 1e-9)
    alike = rows @ rows.T
    np.fill_diagonal(alike, 0)
    return alike @ train


USERS = np.array([[1.0, 0.5], [0.2, -1.0], [0.0, 2.0]])
BOUGHT = np.array([[1.0, 1.0], [0.5, -0.5], [1.0, 0.3]])
OTHERS = np.array([[0.2, 0.1], [0.4, 0.8], [1.0, 0.7]])
LARGE = np.array([[30.0], [-30.0]])


@exercise(
    "The loss of a pair",
    hints=(
        "The margin of a triple is shopper · better − shopper · worse, one number a row.",
        "The loss is −log σ(margin) with σ(x) = 1 / (1 + exp(−x)): near 0 for a large margin, log 2 for a margin of 0.",
        "−log σ(x) = log(1 + exp(−x)), and `np.logaddexp(0, -x)` computes that without overflow.",
    ),
    cases=(
        case("one triple in the right order", USERS[:1], BOUGHT[:1], OTHERS[:1]),
        case("three triples, one of them in the wrong order", USERS, BOUGHT, OTHERS),
        case("large scores, one wrong and one right", np.full((2, 1), 40.0), -LARGE, LARGE),
    ),
    remark=(
        "Only differences of scores count: what is added to all products of a shopper changes nothing, so a BPR "
        "score is no probability."
    ),
)
def bpr_loss(shopper, better, worse):
    """Mean BPR loss of triples: shoppers, products bought, products not bought.

    All arrays hold vectors and have shape (b, d). Returns a number; it must also be
    finite when the scores are large.
    """
    margin = np.sum(shopper * (better - worse), axis=1)
    return float(np.mean(np.logaddexp(0, -margin)))


@bpr_loss.mistake("The sign is turned: your loss grows when the bought product scores higher.")
def _(shopper, better, worse):
    margin = np.sum(shopper * (better - worse), axis=1)
    return float(np.mean(np.logaddexp(0, margin)))


@bpr_loss.mistake("That is the sum over the triples; the mean does not depend on the size of a batch.")
def _(shopper, better, worse):
    margin = np.sum(shopper * (better - worse), axis=1)
    return float(np.sum(np.logaddexp(0, -margin)))


@bpr_loss.mistake("Right on paper; but exp(2400) is more than a float can hold. Rewrite −log σ(x) as log(1 + exp(−x)).")
def _(shopper, better, worse):
    margin = np.sum(shopper * (better - worse), axis=1)
    with np.errstate(over="ignore", divide="ignore"):
        return float(np.mean(-np.log(1 / (1 + np.exp(-margin)))))


@bpr_loss.mistake("That is σ itself, which grows with the margin; the loss is minus its logarithm.")
def _(shopper, better, worse):
    margin = np.sum(shopper * (better - worse), axis=1)
    return float(np.mean(1 / (1 + np.exp(-margin))))


@exercise(
    "A recall that bestsellers cannot buy",
    hints=(
        "Walk over the hidden purchases of all shoppers; add up two sums.",
        (
            "Each hidden purchase adds 1 / count to the total, and the same to the found sum if the shopper's list "
            "holds it."
        ),
        "`found += (item in shown) / count[item]`; at the very end divide by the total *weight*, not by a number.",
    ),
    cases=(
        case("lists that find the bestseller only", [[0, 1], [0, 2]], [{0, 3}, {0}], np.array([10, 5, 5, 2])),
        case("lists that find the rare ones", [[3, 1], [2, 1]], [{0, 3}, {2}], np.array([20, 6, 3, 1])),
        case("what only the other shopper's list holds", [[1, 3], [2]], [{2, 3}, {1}], np.array([4, 7, 5, 9])),
        case("all equally popular: the usual share", [[1], [2], [0]], [{1}, {1}, set()], np.array([4, 4, 4])),
    ),
    remark=(
        "Weighing by the inverse chance of being seen is called inverse propensity scoring; rare products make it "
        "noisy."
    ),
)
def fair_recall(lists, hidden, count):
    """Share of the hidden purchases that the lists find, each weighing 1 / count[i].

    lists: for each shopper a list of products i; hidden: for each shopper a set of
    products; count: array (n,), purchases of each product, at least 1. Returns one
    number over all shoppers together.
    """
    found = total = 0.0
    for shown, wanted in zip(lists, hidden, strict=True):
        for item in wanted:
            total += 1 / count[item]
            found += (item in shown) / count[item]
    return found / total


@fair_recall.mistake("That is the plain share of purchases found: a bestseller counts as much as a rare product.")
def _(lists, hidden, count):
    found = sum(len(set(a) & b) for a, b in zip(lists, hidden, strict=True))
    return found / sum(len(b) for b in hidden)


@fair_recall.mistake("You weighed by the count, which favours bestsellers even more; weigh by 1 / count.")
def _(lists, hidden, count):
    found = sum(count[i] for a, b in zip(lists, hidden, strict=True) for i in b if i in a)
    return float(found / sum(count[i] for b in hidden for i in b))


@fair_recall.mistake("You divided a sum of weights by a number of purchases: finding everything must give 1.")
def _(lists, hidden, count):
    found = sum(1 / count[i] for a, b in zip(lists, hidden, strict=True) for i in b if i in a)
    return float(found / sum(len(b) for b in hidden))
