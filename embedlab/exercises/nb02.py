"""Exercises and quiz of notebook 02, How training works."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "How training works"

drawn_neighbours = Exercise(
    id="02.drawn_neighbours",
    title="Random words that are neighbours",
    starter='''\
def drawn_neighbours(pairs, shares):
    """Expected share of the random words that are neighbours of the word they are drawn for.

    pairs: array (n, 2) of word numbers, a word and a neighbour of it in each row; a pair may stand in several rows.
    shares: array (v,), with which probability each of the v words is drawn. Each row draws equally many.
    Returns a number between 0 and 1.
    """
    return ...


ex.drawn_neighbours.check(drawn_neighbours)
''',
    code="""\
def drawn_neighbours(pairs, shares):
    beside = np.zeros((len(shares), len(shares)), dtype=bool)
    beside[pairs[:, 0], pairs[:, 1]] = True
    chance = beside @ shares
    return chance[pairs[:, 0]].mean()
""",
    hints=(
        "For one word the chance is the sum of the shares of all its neighbours, each counted once.",
        "A table (v, v) of False, with True where a pair says so, holds each neighbour once, however often it occurs.",
        "`beside @ shares` is the chance of each word; a word with many pairs draws more often, so average over the rows.",
    ),
    setup="""\
import numpy as np

one = np.array([[0, 1], [1, 0]])
text = np.array([[0, 1], [0, 1], [0, 2], [2, 3], [1, 0], [1, 0], [2, 0], [3, 2]])
one_way = np.array([[0, 1], [0, 2], [3, 1]])
""",
    cases=(
        Case("one, np.array([0.5, 0.3, 0.2])", "two neighbours, and a word that stands beside nobody"),
        Case("text, np.array([0.4, 0.3, 0.2, 0.1])", "four words, one pair twice"),
        Case("one_way, np.array([0.1, 0.2, 0.3, 0.15, 0.25])", "neighbours to the right only"),
        Case("np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0.7, 0.3])", "every word stands beside every word"),
    ),
    mistakes=(
        Mistake(
            "def drawn_neighbours(pairs, shares):\n    return shares[pairs[:, 1]].mean()",
            "You looked at the neighbour in the same row only; whatever stands beside the word in another row is a neighbour too.",
        ),
        Mistake(
            "def drawn_neighbours(pairs, shares):\n"
            "    chance = np.zeros(len(shares))\n"
            "    np.add.at(chance, pairs[:, 0], shares[pairs[:, 1]])\n"
            "    return chance[pairs[:, 0]].mean()",
            "A pair that stands in several rows makes one neighbour: add its share once.",
        ),
        Mistake(
            "def drawn_neighbours(pairs, shares):\n"
            "    beside = np.zeros((len(shares), len(shares)), dtype=bool)\n"
            "    beside[pairs[:, 0], pairs[:, 1]] = True\n"
            "    return (beside @ shares).mean()",
            "You averaged over the words; a word with many pairs has more random words drawn for it, so average over the rows.",
        ),
        Mistake(
            "def drawn_neighbours(pairs, shares):\n"
            "    beside = np.zeros((len(shares), len(shares)), dtype=bool)\n"
            "    beside[pairs[:, 0], pairs[:, 1]] = True\n"
            "    return beside[pairs[:, 0]].mean()",
            "You counted the neighbours; the words are not drawn equally often, so add up their shares.",
        ),
    ),
    remark="Training works all the same: a pair is pulled together each time it occurs, and pushed apart only as often as chance draws it.",
)

pair_loss = Exercise(
    id="02.pair_loss",
    title="The loss of one pair",
    starter='''\
def pair_loss(word, neighbour, negatives):
    """Negative-sampling loss of one pair.

    word, neighbour: vectors (d,); negatives: array (k, d), one random word a row. Returns a number.
    """
    return ...


ex.pair_loss.check(pair_loss)
''',
    code="""\
def pair_loss(word, neighbour, negatives):
    real = 1 / (1 + np.exp(-(word @ neighbour)))
    false = 1 / (1 + np.exp(negatives @ word))
    return -np.log(real) - np.log(false).sum()
""",
    hints=(
        "First the dot products: one number for the neighbour, k numbers for the random words.",
        "For the random words the sign inside the sigmoid is turned: their dot products should become negative.",
        "The random words' terms are summed; with zero vectors the result is (1 + k) times log 2.",
    ),
    cases=(
        Case("np.zeros(2), np.zeros(2), np.zeros((5, 2))", "an untrained model"),
        Case("np.array([1.0, 2.0]), np.array([1.0, 1.0]), np.array([[-1.0, 0.0], [0.5, -1.0]])", "two random words"),
        Case("np.array([1.0, 0.0]), np.array([-2.0, 0.0]), np.array([[3.0, 1.0]])", "a bad model"),
    ),
    mistakes=(
        Mistake(
            "def pair_loss(word, neighbour, negatives):\n"
            "    real = 1 / (1 + np.exp(-(word @ neighbour)))\n"
            "    false = 1 / (1 + np.exp(negatives @ word))\n"
            "    return -np.log(real) - np.log(false).mean()",
            "The terms of the random words are summed, not averaged.",
        ),
        Mistake(
            "def pair_loss(word, neighbour, negatives):\n"
            "    real = 1 / (1 + np.exp(-(word @ neighbour)))\n"
            "    false = 1 / (1 + np.exp(-(negatives @ word)))\n"
            "    return -np.log(real) - np.log(false).sum()",
            "The random words are pulled nearer like the neighbour: for them the sign inside the sigmoid must be turned.",
        ),
    ),
    remark="An untrained model pays log 2 for each of its questions, whatever the text.",
)

batch_loss = Exercise(
    id="02.batch_loss",
    title="Which of the batch?",
    starter='''\
def batch_loss(cosines, temperature):
    """Mean contrastive loss over the rows of cosines, shape (n, n); the partner of row i is column i.

    Returns a number.
    """
    return ...


ex.batch_loss.check(batch_loss)
''',
    code="""\
def batch_loss(cosines, temperature):
    scores = np.exp(cosines / temperature)
    right = np.diag(scores) / scores.sum(axis=1)
    return -np.log(right).mean()
""",
    hints=(
        "Divide by the temperature before anything else.",
        "The softmax of a row: exponentials divided by the row's own sum.",
        "`np.diag` takes the right answers out of the table.",
    ),
    cases=(
        Case("np.zeros((4, 4)), 0.1", "guessing"),
        Case("np.array([[0.9, 0.1], [0.5, 0.6]]), 0.5", "two pairs"),
        Case("np.array([[0.2, 0.7, 0.0], [0.1, 0.8, 0.3], [0.4, 0.4, 0.4]]), 0.2", "one row is wrong"),
    ),
    mistakes=(
        Mistake(
            "def batch_loss(cosines, temperature):\n"
            "    scores = np.exp(cosines)\n"
            "    return -np.log(np.diag(scores) / scores.sum(axis=1)).mean()",
            "The temperature was not used.",
        ),
        Mistake(
            "def batch_loss(cosines, temperature):\n"
            "    scores = np.exp(cosines / temperature)\n"
            "    return -np.log(np.diag(scores) / scores.sum(axis=0)).mean()",
            "You compared within columns: here each row is one question.",
        ),
        Mistake(
            "def batch_loss(cosines, temperature):\n"
            "    scores = np.exp(cosines * temperature)\n"
            "    return -np.log(np.diag(scores) / scores.sum(axis=1)).mean()",
            "A temperature below 1 must make the differences larger: divide by it.",
        ),
    ),
    remark="Guessing costs log n: a larger batch asks a harder question, so its loss is higher.",
)

quiz = Quiz(
    "02.quiz",
    (
        Question(
            "After training with negative sampling, what do you keep?",
            (
                Option(
                    "The table of the words' vectors; the task itself is thrown away.",
                    True,
                    "Telling real pairs from random ones was a means: the vectors that solve it are the end.",
                ),
                Option(
                    "The probabilities that two words stand together.",
                    False,
                    "They are what the task asked for, but no later search needs them.",
                ),
                Option(
                    "The one-hot vectors, which the training has made dense.",
                    False,
                    "One-hot vectors never change: they only choose a row of the table.",
                ),
            ),
        ),
        Question(
            "The contrastive loss of model A is 1.9 and that of model B is 0.8. B is the better encoder?",
            (
                Option(
                    "Yes: a lower loss means better vectors.",
                    False,
                    "Only for the same temperature, batch and data, and even then held-out data must decide.",
                ),
                Option(
                    "Yes, if both were trained for equally many epochs.",
                    False,
                    "The number of epochs does not make two different losses comparable.",
                ),
                Option(
                    "It cannot be said: temperature and batch size change the loss, so compare held-out recall.",
                    True,
                    "In this notebook the temperature alone moved the loss far (see the picture), while recall changed only a little.",
                ),
            ),
        ),
        Question(
            "How was CLIP trained?",
            (
                Option(
                    "By telling whether two images are similar.",
                    False,
                    "Two images were never compared in training; that they can be compared afterwards is a by-product.",
                ),
                Option(
                    "By finding, for each image of a batch, its text, and for each text its image.",
                    True,
                    "Two towers, one space, and the other pairs of the batch as wrong answers.",
                ),
                Option(
                    "By predicting the next word of an image's caption.",
                    False,
                    "That is how a captioning model learns; CLIP writes nothing.",
                ),
            ),
        ),
    ),
)
