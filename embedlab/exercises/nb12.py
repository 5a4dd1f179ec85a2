"""Exercises and quiz of notebook 12, Sentence Transformers."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Sentence Transformers"

shorten = Exercise(
    id="12.shorten",
    title="Shorter vectors",
    starter='''\
def shorten(vectors, d):
    """Keep the first d numbers of each row of vectors (n, dimensions) and give every row length one again."""
    return ...


ex.shorten.check(shorten)
''',
    code="""\
def shorten(vectors, d):
    cut = vectors[:, :d]
    return cut / np.linalg.norm(cut, axis=1, keepdims=True)
""",
    hints=(
        "One row is one text: the cut runs along the second axis, `vectors[:, :d]`.",
        "What length has a row after the cut? `np.linalg.norm` takes an `axis`, and `keepdims=True` keeps the shape.",
        "Cut first, then divide by the lengths of what is left.",
    ),
    cases=(
        Case("np.array([[3.0, 4.0, 12.0]]), 2", "one row of three numbers, two are kept"),
        Case("np.array([[0.6, 0.0, 0.8], [0.0, -0.8, 0.6], [1.0, 0.0, 0.0]]), 2", "three rows of length one"),
        Case("np.array([[0.6, 0.8], [1.0, 0.0]]), 2", "nothing to cut"),
    ),
    mistakes=(
        Mistake(
            "def shorten(vectors, d):\n    return vectors[:, :d]",
            "After the cut the rows are shorter than one: their dot product is no cosine.",
        ),
        Mistake(
            "def shorten(vectors, d):\n    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True))[:, :d]",
            "You gave the rows length one before the cut; the cut takes a part of that length away.",
        ),
        Mistake(
            "def shorten(vectors, d):\n"
            "    cut = vectors[:d]\n"
            "    return cut / np.linalg.norm(cut, axis=1, keepdims=True)",
            "You cut rows, so texts are lost; the numbers of one text lie along the second axis.",
        ),
    ),
    remark="`model.encode(texts, truncate_dim=d, normalize_embeddings=True)` does the same.",
)

padding = Exercise(
    id="12.padding",
    title="What padding costs",
    starter='''\
def padding(lengths, batch_size):
    """Count the filler tokens of texts with these lengths (a list), batch by batch in the given order.

    Each batch is padded to its own longest text; the last batch may be smaller. Returns a whole number.
    """
    return ...


ex.padding.check(padding)
''',
    code="""\
def padding(lengths, batch_size):
    total = 0
    for start in range(0, len(lengths), batch_size):
        batch = lengths[start : start + batch_size]
        total += max(batch) * len(batch) - sum(batch)
    return total
""",
    hints=(
        "Walk over the starts of the batches: `range(0, len(lengths), batch_size)`.",
        "A batch becomes a table of `len(batch)` rows and `max(batch)` columns. How many of its places hold a real token?",
        "The filler of one batch is `max(batch) * len(batch) - sum(batch)`; add up the batches.",
    ),
    cases=(
        Case("[4, 9, 4, 9], 2", "short and long texts in turn"),
        Case("[4, 4, 9, 9], 2", "the same lengths, sorted"),
        Case("[3, 5, 2, 8, 1], 2", "the last batch holds one text"),
        Case("[6, 1], 32", "fewer texts than one batch holds"),
    ),
    mistakes=(
        Mistake(
            "def padding(lengths, batch_size):\n    return max(lengths) * len(lengths) - sum(lengths)",
            "You padded everything to the longest text of all; each batch needs its own longest only.",
        ),
        Mistake(
            "def padding(lengths, batch_size):\n"
            "    starts = range(0, len(lengths), batch_size)\n"
            "    return sum(max(lengths[s:s + batch_size]) * batch_size for s in starts) - sum(lengths)",
            "The last batch may hold fewer texts than `batch_size`: rows that do not exist need no filler.",
        ),
        Mistake(
            "def padding(lengths, batch_size):\n"
            "    starts = range(0, len(lengths), batch_size)\n"
            "    return sum(max(lengths[s:s + batch_size]) * len(lengths[s:s + batch_size]) for s in starts)",
            "You counted all places of the tables; those that hold a real token are no filler.",
        ),
    ),
    remark="Sorting first, as `encode` does, makes neighbours alike, and so the filler small.",
)

to_int8 = Exercise(
    id="12.to_int8",
    title="One byte a number",
    starter='''\
def to_int8(x, low, high):
    """Turn the numbers of x (n, d) into whole numbers from -128 to 127, an array of type int8.

    low and high, arrays (d,), are each dimension's calibrated range. It is divided into 255 equal steps;
    a number becomes the count of whole steps between low and itself, minus 128. What lies outside the
    range gets the nearest end.
    """
    return ...


ex.to_int8.check(to_int8)
''',
    code="""\
def to_int8(x, low, high):
    steps = np.floor((x - low) / ((high - low) / 255))
    return (np.clip(steps, 0, 255) - 128).astype(np.int8)
""",
    hints=(
        "The width of one step is `(high - low) / 255`; the number of whole steps is `np.floor((x - low) / width)`.",
        "A number outside the range gives less than 0 or more than 255 steps: `np.clip` moves it to the nearest end.",
        "Subtract 128 while the numbers are still floats, and convert with `.astype(np.int8)` at the very end.",
    ),
    setup="""\
import numpy as np

low, high = np.array([-1.0, 0.0]), np.array([1.0, 0.5])
""",
    cases=(
        Case("np.array([[-1.0, 0.0], [0.001, 0.2505]]), low, high", "inside the ranges"),
        Case("np.array([[1.0, 0.5]]), low, high", "the upper ends"),
        Case("np.array([[-1.3, 0.9]]), low, high", "outside the ranges"),
    ),
    mistakes=(
        Mistake(
            "def to_int8(x, low, high):\n"
            "    width = (high.max() - low.min()) / 255\n"
            "    return (np.clip(np.floor((x - low.min()) / width), 0, 255) - 128).astype(np.int8)",
            "You used one range for all dimensions; each dimension has its own.",
        ),
        Mistake(
            "def to_int8(x, low, high):\n"
            "    steps = np.floor((x - low) / ((high - low) / 255))\n"
            "    return ((steps - 128).astype(np.int64) & 255).astype(np.uint8).view(np.int8)",
            "A number outside the range wrapped round to the other end: limit the steps before you convert.",
        ),
        Mistake(
            "def to_int8(x, low, high):\n"
            "    return np.clip(np.floor((x - low) / ((high - low) / 255)), 0, 255).astype(np.uint8)",
            "Your codes run from 0 to 255; int8 runs from -128 to 127.",
        ),
    ),
    remark="`quantize_embeddings` does the same, with the ranges taken from the calibration vectors.",
)

quiz = Quiz(
    "12.quiz",
    (
        Question(
            "Two long reports that differ in their conclusions get a cosine of exactly 1. What happened?",
            (
                Option(
                    "The model judged both conclusions to mean the same.",
                    False,
                    "Even a paraphrase gets less than 1: exactly 1 needs the same input.",
                ),
                Option(
                    "Both begin with the same 254 tokens or more, and the rest was dropped before the model read it.",
                    True,
                    "The window is 256 tokens with the two marks at the ends; what lies behind is never read, silently.",
                ),
                Option(
                    "Long texts have a large norm, so the cosine saturates.",
                    False,
                    "A cosine does not depend on lengths, and the third module makes every length one.",
                ),
            ),
        ),
        Question(
            "You put another model's instruction in front of all your texts. Unrelated pairs rise from 0.11 to 0.40. So:",
            (
                Option(
                    "The instruction made the model better: all similarities are higher.",
                    False,
                    "Higher for everyone is no information: the order of the pairs became worse.",
                ),
                Option(
                    "The scale is broken, but the order of the pairs cannot have changed.",
                    False,
                    "It did change: the Spearman correlation with the grades fell. A shared prefix is mixed into every vector.",
                ),
                Option(
                    "All texts now share words, so all vectors share a direction: the baseline must be measured anew.",
                    True,
                    "Use the prompts a model was trained with, which for this one means none.",
                ),
            ),
        ),
        Question(
            "Cut to 32 of 384 numbers, MiniLM keeps 96 % of its correlation with the grades. May you call it Matryoshka?",
            (
                Option(
                    "No: any 32 of its numbers do as well, so the first ones are nothing special.",
                    True,
                    "Nesting means that the front is better than the rest. Here only the baseline of random subsets shows it.",
                ),
                Option(
                    "Yes: 96 % is close to all.",
                    False,
                    "A high share says that the test is forgiving; the neighbours by topic fell to less than half.",
                ),
                Option(
                    "Yes, if PCA gives the same number.",
                    False,
                    "PCA turns the axes first. That it does better shows how little the original order of the axes holds.",
                ),
            ),
        ),
    ),
)
