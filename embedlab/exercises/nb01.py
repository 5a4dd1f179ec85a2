"""Exercises and quiz of notebook 01 (What are embeddings?)."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "What are embeddings?"
quiz = quiz_of(__file__)


VOCABULARY = ["dark", "green", "sea"]
WORD_VECTORS = np.array([[-30.0, 0.0], [50.0, -60.0], [10.0, -20.0]])
RED_SKY = np.array([[0.2, 0.5, 0.9], [1.0, 0.0, 0.1]])


@exercise(
    "A text from a table",
    hints=(
        "For each word of the vocabulary, count how often it occurs in the text: `words.count(word)`.",
        "The counts are an array (n,); `counts @ table` adds up the rows, each as often as its word occurs.",
        "A mean divides by the number of words that were found: `max(1, counts.sum())`, since that may be 0.",
    ),
    cases=(
        case("a single word: its row", ["green"], VOCABULARY, WORD_VECTORS),
        case("another table, of three columns", ["sky", "sky", "red"], ["sky", "red"], RED_SKY),
        case("a word that occurs twice", ["dark", "dark", "green"], VOCABULARY, WORD_VECTORS),
        case("a word without a row", ["dark", "seagreen", "green"], VOCABULARY, WORD_VECTORS),
        case("no word has a row", ["mossy"], VOCABULARY, WORD_VECTORS),
    ),
    remark="Such a mean forgets the order of the words: notebook 18 compares it with models that do not.",
)
def text_vector(words, vocabulary, table):
    """Mean of the rows of table, array (n, d), that belong to the words of a text.

    words, vocabulary: lists of str; row i of table belongs to vocabulary[i]. Words
    without a row are left out; if none has one: d zeros. Returns an array (d,).
    """
    counts = np.array([words.count(word) for word in vocabulary])  # a sum of one-hot vectors
    return counts @ table / max(1, counts.sum())


@text_vector.mistake("You added the rows and did not divide: a longer text would get a longer vector.")
def _(words, vocabulary, table):
    counts = np.array([words.count(word) for word in vocabulary])
    return counts @ table


@text_vector.mistake("You noted whether a word occurs; a word that occurs twice must weigh twice.")
def _(words, vocabulary, table):
    found = np.array([word in words for word in vocabulary])
    return found @ table / max(1, found.sum())


@text_vector.mistake("You divided by all words of the text, also by those that have no row.")
def _(words, vocabulary, table):
    counts = np.array([words.count(word) for word in vocabulary])
    return counts @ table / len(words)


@exercise(
    "Does the nearest agree?",
    hints=(
        "All distances at once: `np.linalg.norm(x[:, None] - x[None], axis=-1)`, shape (n, n).",
        "Every point is nearest to itself. `np.fill_diagonal(distance, np.inf)` rules that out.",
        "`nearest = distance.argmin(axis=1)`. Compare `labels[nearest]` with `labels`; the mean of that is a share.",
    ),
    cases=(
        case("two clear groups", np.array([[0.0], [1.0], [9.0], [10.0]]), np.array([0, 0, 1, 1])),
        case("nearness is not mutual", np.array([[0.0], [1.0], [3.0]]), np.array([1, 0, 0])),
        case("some points lie far out", np.array([[1, 0], [2, 0.0], [2, 9], [1, 9]]), np.array([0, 0, 1, 1])),
        case("two points in one place", np.array([[2.0], [2.0], [5.0], [6.0], [9.0]]), np.array([0, 1, 1, 1, 1])),
        case(
            "near along the axes or across them",
            np.array([[0, 0], [3, 3.0], [5, 0], [9, 9], [9, 4]]),
            np.array([2, 2, 7, 2, 7]),
        ),
    ),
    remark="On the 601 colours it gives about 0.81 in RGB, as good as a vote of five.",
)
def nearest_agrees(x, labels):
    """Share of the points whose nearest other point (Euclidean) has the same label.

    x: array (n, d); labels: array (n,). Returns a number from 0 to 1.
    """
    distance = np.linalg.norm(x[:, None] - x[None], axis=-1)  # (n, n)
    np.fill_diagonal(distance, np.inf)  # nobody is their own neighbour
    nearest = distance.argmin(axis=1)
    return np.mean(labels[nearest] == labels)


@nearest_agrees.mistake("Every point found itself, at distance 0: the nearest other point is asked for.")
def _(x, labels):
    distance = np.linalg.norm(x[:, None] - x[None], axis=-1)
    return np.mean(labels[distance.argmin(axis=1)] == labels)


@nearest_agrees.mistake(
    "You took the largest dot product: points far from the origin win it whether they are near or not."
)
def _(x, labels):
    score = x @ x.T
    np.fill_diagonal(score, -np.inf)
    return np.mean(labels[score.argmax(axis=1)] == labels)


@nearest_agrees.mistake("You looked at the farthest point: small distances mean near.")
def _(x, labels):
    distance = np.linalg.norm(x[:, None] - x[None], axis=-1)
    return np.mean(labels[distance.argmax(axis=1)] == labels)


@exercise(
    "The odd one out",
    hints=(
        "Divide each row by its length first; then `unit @ unit.T` holds all cosines.",
        "The cosine of a row with itself is 1 for every row, so it changes no order.",
        "`(unit @ unit.T).mean(axis=1)` holds each row's mean cosine; `argmin()` is the place of the smallest.",
    ),
    cases=(
        case("three in one direction, one across", np.array([[1.0, 0.1], [1.0, 0.0], [0.0, 1.0], [1.0, 0.2]])),
        case("short and long vectors", np.array([[9.0, 1.0], [0.1, 0.0], [0.0, 5.0], [8.0, 0.0]])),
        case("all directions", np.array([[9.0, 6.0], [-2.0, -2.0], [6.0, -3.0], [2.0, -1.0], [-3.0, 3.0]])),
        case("one points the other way", np.array([[1.0, 0.0], [20.0, 1.0], [1.0, 0.1], [-1.0, 0.3]])),
    ),
    remark="“Odd” depends on the space: MiniLM judges by use, Lab would judge by looks.",
    noun="row number",
)
def odd_one_out(x):
    """Index of the row of x whose mean cosine similarity to the other rows is smallest.

    x: array (n, d). Returns a whole number.
    """
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    cosines = unit @ unit.T  # the diagonal adds the same 1 to every row
    return int(cosines.mean(axis=1).argmin())


@odd_one_out.mistake("Without dividing by the lengths these are dot products: they mix length with direction.")
def _(x):
    return int((x @ x.T).mean(axis=1).argmin())


@odd_one_out.mistake("You found the one that fits best.")
def _(x):
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    return int((unit @ unit.T).mean(axis=1).argmax())


@odd_one_out.mistake("You compared distances: a long vector is far away even if it points the same way.")
def _(x):
    distance = np.linalg.norm(x[:, None] - x[None], axis=-1)
    return int(distance.mean(axis=1).argmax())
