"""Exercises and quiz of notebook 01 (What are embeddings?)."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "What are embeddings?"

text_vector = Exercise(
    id="01.text_vector",
    title="A text from a table",
    starter='''\
def text_vector(words, vocabulary, table):
    """Mean of the rows of table, array (n, d), that belong to the words of a text.

    words, vocabulary: lists of str; row i of table belongs to vocabulary[i]. Words without a row are left
    out; if none has one, the result is d zeros. Returns an array (d,).
    """
    return ...


ex.text_vector.check(text_vector)
''',
    code="""\
def text_vector(words, vocabulary, table):
    counts = np.array([words.count(word) for word in vocabulary])  # (n,): a sum of one-hot vectors
    return counts @ table / max(1, counts.sum())
""",
    hints=(
        "For each word of the vocabulary, count how often it occurs in the text: `words.count(word)`.",
        "The counts are an array (n,); `counts @ table` adds up the rows, each as often as its word occurs.",
        "A mean divides by the number of words that were found, `counts.sum()`; take care when it is 0.",
    ),
    setup="""\
import numpy as np

vocabulary = ["dark", "green", "sea"]
table = np.array([[-30.0, 0.0], [50.0, -60.0], [10.0, -20.0]])
""",
    cases=(
        Case("['green'], vocabulary, table", "a single word: its row"),
        Case("['dark', 'green'], vocabulary, table", "two words"),
        Case("['dark', 'dark', 'green'], vocabulary, table", "a word that occurs twice"),
        Case("['dark', 'mossy', 'green'], vocabulary, table", "a word without a row"),
        Case("['mossy'], vocabulary, table", "no word has a row"),
    ),
    mistakes=(
        Mistake(
            "def text_vector(words, vocabulary, table):\n"
            "    counts = np.array([words.count(word) for word in vocabulary])\n"
            "    return counts @ table",
            "You added the rows and did not divide: a longer text would get a longer vector.",
        ),
        Mistake(
            "def text_vector(words, vocabulary, table):\n"
            "    found = np.array([word in words for word in vocabulary])\n"
            "    return found @ table / max(1, found.sum())",
            "You noted whether a word occurs; a word that occurs twice must weigh twice.",
        ),
        Mistake(
            "def text_vector(words, vocabulary, table):\n"
            "    counts = np.array([words.count(word) for word in vocabulary])\n"
            "    return counts @ table / len(words)",
            "You divided by all words of the text, also by those that have no row.",
        ),
    ),
    remark="Such a mean forgets the order of the words: notebook 18 compares it with models that do not.",
)

nearest_agrees = Exercise(
    id="01.nearest_agrees",
    title="Does the nearest agree?",
    starter='''\
def nearest_agrees(x, labels):
    """Share of the points whose nearest other point, by distance, has the same label.

    x: array (n, d); labels: array (n,). Returns a number from 0 to 1.
    """
    return ...


ex.nearest_agrees.check(nearest_agrees)
''',
    code="""\
def nearest_agrees(x, labels):
    distance = np.linalg.norm(x[:, None] - x[None], axis=-1)  # (n, n)
    np.fill_diagonal(distance, np.inf)  # nobody is their own neighbour
    nearest = distance.argmin(axis=1)
    return np.mean(labels[nearest] == labels)
""",
    hints=(
        "All distances at once: `np.linalg.norm(x[:, None] - x[None], axis=-1)`, shape (n, n).",
        "Every point is nearest to itself. `np.fill_diagonal(distance, np.inf)` rules that out.",
        "`distance.argmin(axis=1)` gives each point's nearest; compare `labels[nearest]` with `labels`.",
    ),
    cases=(
        Case("np.array([[0.0], [1.0], [9.0], [10.0]]), np.array([0, 0, 1, 1])", "two clear groups"),
        Case("np.array([[0.0], [1.0], [3.0], [9.0]]), np.array([0, 1, 1, 1])", "nearness is not mutual"),
        Case("np.array([[1, 0], [2, 0.], [2, 9], [1, 9]]), np.array([0, 0, 1, 1])", "some points lie far out"),
    ),
    mistakes=(
        Mistake(
            "def nearest_agrees(x, labels):\n"
            "    distance = np.linalg.norm(x[:, None] - x[None], axis=-1)\n"
            "    return np.mean(labels[distance.argmin(axis=1)] == labels)",
            "Every point found itself, at distance 0: the nearest other point is asked for.",
        ),
        Mistake(
            "def nearest_agrees(x, labels):\n"
            "    score = x @ x.T\n"
            "    np.fill_diagonal(score, -np.inf)\n"
            "    return np.mean(labels[score.argmax(axis=1)] == labels)",
            "You took the largest dot product: points far from the origin win it whether they are near or not.",
        ),
        Mistake(
            "def nearest_agrees(x, labels):\n"
            "    distance = np.linalg.norm(x[:, None] - x[None], axis=-1)\n"
            "    return np.mean(labels[distance.argmax(axis=1)] == labels)",
            "You looked at the farthest point: small distances mean near.",
        ),
    ),
    remark="On the 601 colours it gives about 0.81 in RGB, as good as a vote of five.",
)

odd_one_out = Exercise(
    id="01.odd_one_out",
    title="The odd one out",
    starter='''\
def odd_one_out(x):
    """Index of the row of x, array (n, d), whose mean cosine similarity to the other rows is smallest."""
    return ...


ex.odd_one_out.check(odd_one_out)
''',
    code="""\
def odd_one_out(x):
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    cosines = unit @ unit.T  # the diagonal adds the same 1 to every row
    return int(cosines.mean(axis=1).argmin())
""",
    hints=(
        "Divide each row by its length first; then `unit @ unit.T` holds all cosines.",
        "The cosine of a row with itself is 1 for every row, so it changes no order.",
        "`mean(axis=1)` is each row's mean cosine; `argmin()` is the place of the smallest.",
    ),
    cases=(
        Case("np.array([[1.0, 0.1], [1.0, 0.0], [0.0, 1.0], [1.0, 0.2]])", "three in one direction, one across"),
        Case("np.array([[9.0, 1.0], [0.1, 0.0], [0.0, 5.0], [8.0, 0.0]])", "short and long vectors"),
        Case("np.array([[1.0, 0.0], [20.0, 1.0], [1.0, 0.1], [-1.0, 0.3]])", "one points the other way"),
    ),
    mistakes=(
        Mistake(
            "def odd_one_out(x):\n    return int((x @ x.T).mean(axis=1).argmin())",
            "Without dividing by the lengths these are dot products: the shortest vector looks the oddest.",
        ),
        Mistake(
            "def odd_one_out(x):\n"
            "    unit = x / np.linalg.norm(x, axis=1, keepdims=True)\n"
            "    return int((unit @ unit.T).mean(axis=1).argmax())",
            "You found the one that fits best.",
        ),
        Mistake(
            "def odd_one_out(x):\n"
            "    distance = np.linalg.norm(x[:, None] - x[None], axis=-1)\n"
            "    return int(distance.mean(axis=1).argmax())",
            "You compared distances: a long vector is far away even if it points the same way.",
        ),
    ),
    remark="“Odd” depends on the space: MiniLM judges by use, Lab would judge by looks.",
)

quiz = Quiz(
    "01.quiz",
    (
        Question(
            "What sets RGB values apart from a learned embedding of colours?",
            (
                Option(
                    "RGB is sparse, a learned embedding is dense.",
                    False,
                    "Nearly all entries of RGB vectors are filled: three numbers, none reserved for one colour.",
                ),
                Option(
                    "RGB is discrete: between two of its colours there is nothing.",
                    False,
                    "Screens store 256 steps, but every point in between is a colour. We walked from red to blue.",
                ),
                Option(
                    "People designed the three numbers; nothing was learned from data.",
                    True,
                    "Dense, continuous and semantic it is: near colours share their names in four of five cases.",
                ),
            ),
        ),
        Question(
            "Letters and MiniLM both predict colours with R² of about 0.70. What follows?",
            (
                Option(
                    "On names built from known words both put the known parts together; it says little about new words.",
                    True,
                    "On the names whose words occur nowhere else both fall below 0.30. Ask what a mean is made of.",
                ),
                Option(
                    "MiniLM works by counting letters.",
                    False,
                    "Equal scores do not make equal methods: MiniLM reads pieces of words with learned weights.",
                ),
                Option(
                    "Both get 70 % of the colours right.",
                    False,
                    "R² compares squared errors with those of the mean colour; no colour is simply right or wrong.",
                ),
            ),
        ),
        Question(
            "A model gives “The drug is safe” and “The drug is harmful” a cosine of 0.85. You conclude:",
            (
                Option(
                    "The model is broken: opposites should be near -1.",
                    False,
                    "In MiniLM antonyms have 0.59 on average, far above random pairs. Opposites share their topic.",
                ),
                Option(
                    "They speak of the same thing; whether they agree must be asked in another way.",
                    True,
                    "Cosines of such models follow topic and use. For agreement, use a model trained for it, and measure.",
                ),
                Option(
                    "The two sentences mean the same.",
                    False,
                    "Near is not the same: antonyms were nearer than synonyms in 4 of our 16 cases.",
                ),
            ),
        ),
    ),
)
