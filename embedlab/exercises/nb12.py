"""Exercises and quiz of notebook 12, Sentence Transformers."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Sentence Transformers"
quiz = quiz_of(__file__)


UNIT_ROWS = np.array([[0.1, 0.7, 0.5, 0.5], [0.7, -0.1, 0.5, -0.5]])


@exercise(
    "Shorter vectors",
    hints=(
        "One row is one text: the cut runs along the second axis, `vectors[:, :d]`.",
        "What length has a row after the cut? `np.linalg.norm` takes an `axis`, and `keepdims=True` keeps the shape.",
        "Cut first, then divide by the lengths of what is left: `np.linalg.norm(cut, axis=1, keepdims=True)`.",
    ),
    cases=(
        case("one row of three numbers, two are kept", np.array([[3.0, 4.0, 12.0]]), 2),
        case("rows of length one, three of four numbers are kept", UNIT_ROWS, 3),
        case("nothing to cut", np.array([[3.0, -4.0], [0.5, 1.2], [-1.0, 0.0]]), 2),
    ),
    remark="`model.encode(texts, truncate_dim=d, normalize_embeddings=True)` does the same.",
)
def shorten(vectors, d):
    """Keep the first d numbers of each row of vectors (n, dimensions).

    Every row gets length one again.
    """
    cut = vectors[:, :d]
    return cut / np.linalg.norm(cut, axis=1, keepdims=True)


@shorten.mistake("After the cut the rows are shorter than one: their dot product is no cosine.")
def _(vectors, d):
    return vectors[:, :d]


@shorten.mistake("You gave the rows length one before the cut; the cut takes a part of that length away.")
def _(vectors, d):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True))[:, :d]


@shorten.mistake("You cut rows, so texts are lost; the numbers of one text lie along the second axis.")
def _(vectors, d):
    cut = vectors[:d]
    return cut / np.linalg.norm(cut, axis=1, keepdims=True)


@exercise(
    "What padding costs",
    hints=(
        "Walk over the starts of the batches: `range(0, len(lengths), batch_size)`.",
        (
            "The batch `lengths[start : start + batch_size]` becomes a table of `len(batch)` rows and `max(batch)` "
            "columns. How many of its places hold a real token?"
        ),
        "The filler of one batch is `max(batch) * len(batch) - sum(batch)`; add up the batches.",
    ),
    cases=(
        case("short and long texts in turn", [4, 9, 4, 9], 2),
        case("the same lengths, sorted", [4, 4, 9, 9], 2),
        case("the last batch holds two texts, not three", [3, 5, 2, 8, 1, 4, 6, 2], 3),
        case("fewer texts than one batch holds", [6, 1], 32),
    ),
    remark="Sorting first, as `encode` does, makes neighbours alike, and so the filler small.",
    quantity=True,
)
def padding(lengths, batch_size):
    """Count the filler tokens of texts with these lengths (a list), in the given order.

    Each batch is padded to its own longest text; the last batch may be smaller.
    Returns a whole number.
    """
    total = 0
    for start in range(0, len(lengths), batch_size):
        batch = lengths[start : start + batch_size]
        total += max(batch) * len(batch) - sum(batch)
    return total


@padding.mistake("You padded everything to the longest text of all; each batch needs its own longest only.")
def _(lengths, batch_size):
    return max(lengths) * len(lengths) - sum(lengths)


@padding.mistake("The last batch may hold fewer texts than `batch_size`: rows that do not exist need no filler.")
def _(lengths, batch_size):
    starts = range(0, len(lengths), batch_size)
    return sum(max(lengths[s : s + batch_size]) * batch_size for s in starts) - sum(lengths)


@padding.mistake("You counted all places of the tables; those that hold a real token are no filler.")
def _(lengths, batch_size):
    starts = range(0, len(lengths), batch_size)
    return sum(max(lengths[s : s + batch_size]) * len(lengths[s : s + batch_size]) for s in starts)


# Steps of 1/2, 2, 1/4, 1 and 4: floats of any width find the ends exactly.
LOW, HIGH = np.array([-60.0, 10.0]), np.array([67.5, 520.0])
LOW_3, HIGH_3 = np.array([-1.0, 0.0, -4.0]), np.array([62.75, 255.0, 1016.0])


@exercise(
    "One byte a number",
    hints=(
        "The width of one step is `(high - low) / 255`; the number of whole steps is `np.floor((x - low) / width)`.",
        (
            "A number outside the range gives less than 0 or more than 255 steps: `np.clip(steps, 0, 255)` moves it to "
            "the nearest end."
        ),
        "Subtract 128 while the numbers are still floats, and convert with `.astype(np.int8)` at the very end.",
    ),
    cases=(
        case("inside the ranges", np.array([[-45.2, 400.9], [30.8, 77.0]]), LOW, HIGH),
        case("the ends of the ranges", np.array([[62.75, 255.0, 1016.0], [-1.0, 0.0, -4.0]]), LOW_3, HIGH_3),
        case("outside the ranges, on either side", np.array([[-63.0, 900.0], [70.2, 3.0]]), LOW, HIGH),
    ),
    remark="`quantize_embeddings` does the same, with the ranges taken from the calibration vectors.",
    noun="code",
    exact_type=True,
)
def to_int8(x, low, high):
    """Turn the numbers of x (n, d) into whole numbers from -128 to 127, of type int8.

    low and high, arrays (d,), are each dimension's calibrated range. It is divided into
    255 equal steps; a number becomes the count of whole steps between low and itself,
    minus 128. What lies outside the range gets the nearest end.
    """
    steps = np.floor((x - low) / ((high - low) / 255))
    return np.clip(steps - 128, -128, 127).astype(np.int8)


@to_int8.mistake("You used one range for all dimensions; each dimension has its own.")
def _(x, low, high):
    width = (high.max() - low.min()) / 255
    return (np.clip(np.floor((x - low.min()) / width), 0, 255) - 128).astype(np.int8)


@to_int8.mistake("A number outside the range wrapped round to the other end: limit the steps before you convert.")
def _(x, low, high):
    steps = np.floor((x - low) / ((high - low) / 255))
    return ((steps - 128).astype(np.int64) & 255).astype(np.uint8).view(np.int8)


@to_int8.mistake("Your codes run from 0 to 255; int8 runs from -128 to 127.")
def _(x, low, high):
    return np.clip(np.floor((x - low) / ((high - low) / 255)), 0, 255).astype(np.uint8)
