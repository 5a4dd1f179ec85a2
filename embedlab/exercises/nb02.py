"""Exercises and quiz of notebook 02, How training works."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "How training works"

noise_shares = Exercise(
    id="02.noise_shares",
    title="Drawing the random words",
    starter='''\
def noise_shares(counts):
    """Probability of each word to be drawn: proportional to count to the power of 0.75; sums to 1.

    counts: array (n,), how often each word occurs. Returns an array (n,).
    """
    return ...


ex.noise_shares.check(noise_shares)
''',
    code="""\
def noise_shares(counts):
    damped = counts**0.75
    return damped / damped.sum()
""",
    hints=(
        "Two steps: damp the counts, then make them sum to 1.",
        "The order of the two steps matters: what is the sum at the end?",
    ),
    cases=(
        Case("np.array([16.0, 1.0, 1.0])", "one frequent word"),
        Case("np.array([5.0, 5.0])", "two equal words"),
        Case("np.array([1000.0, 100.0, 10.0, 1.0])", "as in real text"),
    ),
    mistakes=(
        Mistake(
            "def noise_shares(counts):\n    return counts / counts.sum()",
            "Those are the plain shares of the text: the power is missing.",
        ),
        Mistake(
            "def noise_shares(counts):\n    return (counts / counts.sum()) ** 0.75",
            "Damped shares no longer sum to 1: divide last.",
        ),
    ),
    remark="Of 16 : 1 the power leaves 8 : 1, so rare words are drawn more often than they occur.",
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
                    "In this notebook temperature alone made the loss four times as large, while recall fell only a little.",
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
