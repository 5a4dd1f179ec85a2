"""Exercise and quiz of notebook 00, Start here."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Start here"
quiz = quiz_of(__file__)


@exercise(
    "A warm-up",
    hints=(
        "`vectors` has one row for each vector; you want one number for each column.",
        "NumPy arrays have a method `mean` with an argument `axis`.",
        "`axis=0` runs down the rows and leaves the columns: write it between the brackets of `vectors.mean(…)`.",
    ),
    cases=(
        case("two vectors", np.array([[1.0, 2.0], [4.0, 6.0]])),
        case("a single vector is its own mean", np.array([[1.0, 2.0, 3.0]])),
        case("three vectors, two of them equal", np.array([[1.0, -1.0], [0.0, -6.0], [0.0, -6.0]])),
    ),
    remark="Means of vectors come back in notebook 13, where a sentence's vector is the mean of its words' vectors.",
)
def mean_vector(vectors):
    """Mean of the rows of an array of shape (n, d): an array of shape (d,)."""
    return vectors.mean(axis=0)


@mean_vector.mistake("That is one number for the whole table: keep one mean for each position.")
def _(vectors):
    return vectors.mean()


@mean_vector.mistake("You took the mean of each vector's own numbers: run down the rows instead.")
def _(vectors):
    return vectors.mean(axis=1)


@mean_vector.mistake("That is the sum of the rows: divide by how many there are.")
def _(vectors):
    return vectors.sum(axis=0)
