"""Exercises and quiz of notebook 08, Recommenders."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Recommenders"

item_scores = Exercise(
    id="08.item_scores",
    title="Products instead of people",
    starter='''\
def item_scores(train):
    """Score every product for every shopper by its likeness to what the shopper has bought.

    train: array (m, n) of 0 and 1, each product bought at least once. Two products are as alike as the cosine of
    their columns; a product's score is the sum of its likenesses to the products bought. Returns an array (m, n).
    """
    return ...


ex.item_scores.check(item_scores)
''',
    code="""\
def item_scores(train):
    columns = train / np.linalg.norm(train, axis=0)
    alike = columns.T @ columns
    np.fill_diagonal(alike, 0)
    return train @ alike
""",
    hints=(
        "User neighbours compare rows of the table; here you compare columns, so `alike` has shape (n, n).",
        "Divide each column by its length, `np.linalg.norm(train, axis=0)`; then `columns.T @ columns` holds the cosines.",
        "A product is not its own reason: set the diagonal to zero before you multiply `train` by `alike`.",
    ),
    setup="""\
import numpy as np

small = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 1, 1], [1, 1, 0, 1.0]])
""",
    cases=(
        Case("small", "four shoppers, four products"),
        Case("np.array([[1, 0], [0, 1], [1, 0.0]])", "two products that nobody buys together"),
        Case("np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 0, 0.0]])", "one product that everybody buys"),
    ),
    mistakes=(
        Mistake(
            "def item_scores(train):\n"
            "    columns = train / np.linalg.norm(train, axis=0)\n"
            "    return train @ (columns.T @ columns)",
            "Each product bought has also voted for itself: set the diagonal of the likenesses to zero.",
        ),
        Mistake(
            "def item_scores(train):\n"
            "    alike = train.T @ train\n"
            "    np.fill_diagonal(alike, 0)\n"
            "    return train @ alike",
            "You counted common buyers: a bestseller has many with everything, and the cosine divides by both lengths.",
        ),
        Mistake(
            "def item_scores(train):\n"
            "    rows = train / np.maximum(np.linalg.norm(train, axis=1, keepdims=True), 1e-9)\n"
            "    alike = rows @ rows.T\n"
            "    np.fill_diagonal(alike, 0)\n"
            "    return alike @ train",
            "You compared shoppers; here two *products* are compared, by the column of people who bought them.",
        ),
    ),
    remark="The likenesses of products change slowly and can be computed overnight, which is why large shops began with them.",
)

bpr_loss = Exercise(
    id="08.bpr_loss",
    title="The loss of a pair",
    starter='''\
def bpr_loss(shopper, better, worse):
    """Mean BPR loss of triples: shopper vectors, vectors of bought products, vectors of products not bought.

    All arrays have shape (b, d). Returns a number; it must also be finite when the scores are large.
    """
    return ...


ex.bpr_loss.check(bpr_loss)
''',
    code="""\
def bpr_loss(shopper, better, worse):
    margin = np.sum(shopper * (better - worse), axis=1)
    return float(np.mean(np.logaddexp(0, -margin)))
""",
    hints=(
        "The margin of a triple is shopper · better − shopper · worse, one number a row.",
        "The loss is −log σ(margin) with σ(x) = 1 / (1 + exp(−x)): near 0 for a large margin, log 2 for a margin of 0.",
        "−log σ(x) = log(1 + exp(−x)), and `np.logaddexp(0, -x)` computes that without overflow.",
    ),
    setup="""\
import numpy as np

users = np.array([[1.0, 0.5], [0.2, -1.0], [0.0, 2.0]])
bought = np.array([[1.0, 1.0], [0.5, -0.5], [1.0, 0.3]])
others = np.array([[0.2, 0.1], [0.4, 0.8], [1.0, 0.7]])
""",
    cases=(
        Case("users[:1], bought[:1], others[:1]", "one triple in the right order"),
        Case("users, bought, others", "three triples, one of them in the wrong order"),
        Case("np.array([[40.0]]), np.array([[-30.0]]), np.array([[30.0]])", "scores that are large and wrong"),
    ),
    mistakes=(
        Mistake(
            "def bpr_loss(shopper, better, worse):\n"
            "    margin = np.sum(shopper * (better - worse), axis=1)\n"
            "    return float(np.mean(np.logaddexp(0, margin)))",
            "The sign is turned: your loss grows when the bought product scores higher.",
        ),
        Mistake(
            "def bpr_loss(shopper, better, worse):\n"
            "    margin = np.sum(shopper * (better - worse), axis=1)\n"
            "    return float(np.sum(np.logaddexp(0, -margin)))",
            "That is the sum over the triples; the mean does not depend on the size of a batch.",
        ),
        Mistake(
            "def bpr_loss(shopper, better, worse):\n"
            "    margin = np.sum(shopper * (better - worse), axis=1)\n"
            "    with np.errstate(over='ignore', divide='ignore'):\n"
            "        return float(np.mean(-np.log(1 / (1 + np.exp(-margin)))))",
            "Right on paper; but exp(2400) is more than a float can hold. Rewrite −log σ(x) as log(1 + exp(−x)).",
        ),
        Mistake(
            "def bpr_loss(shopper, better, worse):\n"
            "    margin = np.sum(shopper * (better - worse), axis=1)\n"
            "    return float(np.mean(1 / (1 + np.exp(-margin))))",
            "That is σ itself, which grows with the margin; the loss is minus its logarithm.",
        ),
    ),
    remark="Only differences of scores count: what is added to all products of a shopper changes nothing, so a BPR score is no probability.",
)

fair_recall = Exercise(
    id="08.fair_recall",
    title="A recall that bestsellers cannot buy",
    starter='''\
def fair_recall(lists, hidden, count):
    """Share of the hidden purchases that the lists find, a purchase of product i weighing 1 / count[i].

    lists: for each shopper a list of products; hidden: for each shopper a set of products;
    count: array (n,), purchases of each product, at least 1. Returns one number over all shoppers together.
    """
    return ...


ex.fair_recall.check(fair_recall)
''',
    code="""\
def fair_recall(lists, hidden, count):
    found = total = 0.0
    for shown, wanted in zip(lists, hidden, strict=True):
        for item in wanted:
            total += 1 / count[item]
            found += (item in shown) / count[item]
    return found / total
""",
    hints=(
        "Walk over the hidden purchases of all shoppers; add up two sums.",
        "Each hidden purchase adds 1 / count to the total, and the same to the found sum if the shopper's list holds it.",
        "Divide at the very end, the found weight by the total *weight*, not by the number of purchases.",
    ),
    cases=(
        Case("[[0, 1], [0, 2]], [{0, 3}, {0}], np.array([10, 5, 5, 2])", "lists that find the bestseller only"),
        Case("[[3, 1], [2, 1]], [{0, 3}, {2}], np.array([10, 5, 5, 2])", "lists that find the rare ones"),
        Case("[[1], [2]], [{1}, {1}], np.array([4, 4, 4])", "all equally popular: the usual share"),
    ),
    mistakes=(
        Mistake(
            "def fair_recall(lists, hidden, count):\n"
            "    found = sum(len(set(a) & b) for a, b in zip(lists, hidden))\n"
            "    return found / sum(len(b) for b in hidden)",
            "That is the plain share of purchases found: a bestseller counts as much as a rare product.",
        ),
        Mistake(
            "def fair_recall(lists, hidden, count):\n"
            "    found = sum(count[i] for a, b in zip(lists, hidden) for i in b if i in a)\n"
            "    return float(found / sum(count[i] for b in hidden for i in b))",
            "You weighed by the count, which favours bestsellers even more; weigh by 1 / count.",
        ),
        Mistake(
            "def fair_recall(lists, hidden, count):\n"
            "    found = sum(1 / count[i] for a, b in zip(lists, hidden) for i in b if i in a)\n"
            "    return float(found / sum(len(b) for b in hidden))",
            "You divided a sum of weights by a number of purchases: finding everything must give 1.",
        ),
    ),
    remark="Weighing by the inverse chance of being seen is called inverse propensity scoring; rare products make it noisy.",
)

quiz = Quiz(
    "08.quiz",
    (
        Question(
            "A colleague reports that factorisation loses against user neighbours. What do you ask first?",
            (
                Option(
                    "Whether the vectors were long enough: more dimensions would have won.",
                    False,
                    "Perhaps, but the penalty alone moves factorisation from below the neighbours to above them, and down again.",
                ),
                Option(
                    "Whether a neural network was tried in place of the dot product.",
                    False,
                    "A tuned dot product has beaten such networks (Rendle et al. 2020); ask about the tuning first.",
                ),
                Option(
                    "How the penalty of the factorisation was chosen, and on which data.",
                    True,
                    "Without tuning it loses here too; with a penalty chosen on a shop of its own it wins by a little.",
                ),
            ),
        ),
        Question(
            "A new product has no purchases. Which method can put it in a list for the right shoppers?",
            (
                Option(
                    "One that knows what the product is like: content, or vectors computed from content.",
                    True,
                    "Text and attributes exist before the first sale; the learned vectors do not.",
                ),
                Option(
                    "User neighbours, since similar shoppers will like it.",
                    False,
                    "None of them has bought it yet, so nobody can vote for it.",
                ),
                Option(
                    "Popularity, since new products become popular.",
                    False,
                    "Its count is zero, the same as that of every other new product.",
                ),
            ),
        ),
        Question(
            "You replace the dot product of learned vectors by the cosine. What do you change?",
            (
                Option(
                    "Nothing: both rank alike.",
                    False,
                    "Only for vectors of one length, and the lengths of learned product vectors differ.",
                ),
                Option(
                    "You take away the length, in which the training has put part of the popularity.",
                    True,
                    "The lists become less popular and cover more of the shop; whether that is wanted is another question.",
                ),
                Option(
                    "You make the result more accurate, since cosines lie between −1 and 1.",
                    False,
                    "The range says nothing about the ranking; here recall falls, since the model was trained for dot products.",
                ),
            ),
        ),
    ),
)
