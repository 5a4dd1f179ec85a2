"""Exercise and quiz of notebook 00, Start here."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Start here"

mean_vector = Exercise(
    id="00.mean_vector",
    title="A warm-up",
    starter='''\
def mean_vector(vectors):
    """Mean of the rows of an array of shape (n, d): an array of shape (d,)."""
    return ...


ex.mean_vector.check(mean_vector)
''',
    code="""\
def mean_vector(vectors):
    return vectors.mean(axis=0)
""",
    hints=(
        "`vectors` has one row for each vector; you want one number for each column.",
        "NumPy arrays have a method `mean` with an argument `axis`.",
        "`axis=0` runs down the rows and leaves the columns.",
    ),
    cases=(
        Case("np.array([[1.0, 2.0], [3.0, 6.0]])", "two vectors"),
        Case("np.array([[1.0, 2.0, 3.0]])", "a single vector is its own mean"),
        Case("np.array([[1.0, -1.0, 0.0], [0.0, 2.0, 0.0], [2.0, 2.0, 3.0]])", "three vectors of three numbers"),
    ),
    mistakes=(
        Mistake(
            "def mean_vector(vectors):\n    return vectors.mean()",
            "That is one number for the whole table: keep one mean for each position.",
        ),
        Mistake(
            "def mean_vector(vectors):\n    return vectors.mean(axis=1)",
            "You took the mean of each vector's own numbers: run down the rows instead.",
        ),
        Mistake(
            "def mean_vector(vectors):\n    return vectors.sum(axis=0)",
            "That is the sum of the rows: divide by how many there are.",
        ),
    ),
    remark="Means of vectors come back in notebook 13, where a sentence's vector is the mean of its words' vectors.",
)

quiz = Quiz(
    "00.quiz",
    (
        Question(
            "Your machine has no network. Which notebooks run?",
            (
                Option("None: the models have to be downloaded.", False, "The models came with the installation."),
                Option(
                    "Only those without a model.",
                    False,
                    "The text model lies on your machine, checked against its published checksums.",
                ),
                Option(
                    "All of them; a few cells print that they were skipped.",
                    True,
                    "Only Hub cells ask for the network, and they say what they skip.",
                ),
            ),
        ),
        Question(
            "What is an embedding, in this notebook's sense?",
            (
                Option(
                    "A list of numbers for a text, made so that similar texts get similar lists.",
                    True,
                    "Here 384 numbers for a sentence; what similar means was learned from examples.",
                ),
                Option(
                    "A compressed copy from which the text can be read back.",
                    False,
                    "It was never meant for that. How much can be read back all the same is a question of notebook 21.",
                ),
                Option(
                    "A count of the words in a text.",
                    False,
                    "Counts are a good baseline, but *kitten*, *naps* and *couch* share no count with *cat*, *sleeps* and *sofa*.",
                ),
            ),
        ),
        Question(
            "A check says: Not yet, with a case in which your function fails. What do you do next?",
            (
                Option(
                    "Ask for the solution at once.",
                    False,
                    "You may. You will remember it better if you first call the function on that case.",
                ),
                Option(
                    "Call the function on that case, compare, then ask for a hint.",
                    True,
                    "The case is the quickest way to the mistake, and hints come one at a time.",
                ),
                Option(
                    "Restart the kernel, since the check keeps a copy of the function.",
                    False,
                    "It keeps nothing: it tests the function that you pass, each time.",
                ),
            ),
        ),
    ),
)
