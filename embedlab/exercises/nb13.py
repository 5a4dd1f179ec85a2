"""Exercises and quiz of notebook 13, Transformers directly."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Transformers directly"
quiz = quiz_of(__file__)


POSITIVE = np.array([[[0.23, 0.94], [0.75, 0.12], [3.0, 3.0]], [[0.41, 0.52], [0.33, 0.86], [0.67, 0.28]]])
NEGATIVE = np.array([[[-25.4, -0.9, -2000.5], [-71.3, 0.1, -1000.2], [-0.4, -0.3, 0.6]]])
IN_FRONT = np.array([[[4.0], [-3.25], [-6.5]], [[0.0], [0.0], [-1.75]]])


@exercise(
    "Max pooling with a mask",
    hints=(
        "The maximum runs over the tokens, which is axis 1.",
        "A filler must never win. Which value loses against every number?",
        "`np.where(mask[:, :, None] == 1, states, -np.inf)` puts such a value in the fillers' places.",
    ),
    cases=(
        case("one sentence has a filler", POSITIVE, np.array([[1, 1, 0], [1, 1, 1]])),
        case("all numbers of a dimension are negative", NEGATIVE, np.array([[1, 1, 0]])),
        case("fillers in front of the text", IN_FRONT, np.array([[0, 1, 1], [0, 0, 1]])),
    ),
    remark="Each pooling needs its own neutral value: 0 for a sum, minus infinity for a maximum.",
)
def masked_max(states, mask):
    """The largest value of each dimension over the real tokens.

    states: array (n, t, d); mask: array (n, t) of 1 (real token) and 0 (filler).
    Returns an array (n, d).
    """
    hidden = np.where(mask[:, :, None] == 1, states, -np.inf)
    return hidden.max(axis=1)


@masked_max.mistake("The fillers have vectors too, and here one of them won: leave them out.")
def _(states, mask):
    return states.max(axis=1)


@masked_max.mistake(
    "You made the fillers zero, and zero beats every negative number. A mean forgives that, a maximum does not."
)
def _(states, mask):
    return (states * mask[:, :, None]).max(axis=1)


@masked_max.mistake("You took the maximum over the dimensions of each token; it has to run over the tokens.")
def _(states, mask):
    return states.max(axis=2)


STATES = np.arange(24.0).reshape(2, 4, 3) / 7
MORE_STATES = 1 - np.arange(24.0).reshape(3, 4, 2) / 9


@exercise(
    "The last real token",
    hints=(
        "You need one position for each sentence; `states[np.arange(n), positions]` then picks the vectors.",
        "The number of real tokens tells the position only if the fillers stand behind them.",
        (
            "`np.argmax(mask[:, ::-1], axis=1)` counts the fillers behind the last 1 of each row; go back as many from "
            "the last position, `mask.shape[1] - 1`."
        ),
    ),
    cases=(
        case("fillers behind the text", STATES, np.array([[1, 1, 0, 0], [1, 1, 1, 1]])),
        case("fillers in front of the text", MORE_STATES, np.array([[0, 0, 1, 1], [0, 1, 1, 1], [0, 0, 0, 1]])),
        case("a sentence of either kind", STATES[:, ::-1], np.array([[0, 1, 1, 1], [1, 1, 1, 0]])),
    ),
    remark=(
        "Models that read from left to right, such as Qwen3-Embedding, pool so: only their last token has seen "
        "everything."
    ),
)
def last_token(states, mask):
    """The vector of the last real token of each sentence.

    states: array (n, t, d); mask: array (n, t) of 1 (real token) and 0 (filler).
    The fillers of a sentence stand behind its text or in front of it.
    Returns an array (n, d).
    """
    places = mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
    return states[np.arange(len(states)), places]


@last_token.mistake("The last position holds a filler in a short sentence: look at the mask.")
def _(states, mask):
    return states[:, -1]


@last_token.mistake(
    "The number of real tokens is their last position only if the fillers stand behind; some "
    "tokenizers put them in front."
)
def _(states, mask):
    return states[np.arange(len(states)), mask.sum(axis=1) - 1]


@last_token.mistake("You are one position too far: positions count from 0.")
def _(states, mask):
    return states[np.arange(len(states)), mask.sum(axis=1) % mask.shape[1]]


@exercise(
    "How large is a BERT?",
    hints=(
        "A step from a numbers to b numbers has a × b weights and b biases.",
        "A layer has four steps from width to width, one from width to inner, and one back.",
        (
            "The tables have `(vocabulary + positions + 2) * width` weights. A normalisation has `2 * width`: there is "
            "one after the tables, and there are two in each layer."
        ),
    ),
    cases=(
        case("a toy of three layers", 11, 7, 5, 13, 3),
        case("all-MiniLM-L6-v2", 30522, 512, 384, 1536, 6),
        case("bert-base-uncased", 30522, 512, 768, 3072, 12),
    ),
    remark="For bert-base the pooler adds 590,592, which makes 109,482,240: the “110 M” of the paper.",
    quantity=True,
)
def bert_weights(vocabulary, positions, width, inner, layers):
    """Count the weights of a BERT without its pooler; all arguments are whole numbers.

    vocabulary, positions: rows of the two tables (a third table, for the two token
    types, has 2 rows); width: length of a hidden state; inner: width inside the
    feed-forward step. Returns a whole number.
    """
    norm = 2 * width
    tables = (vocabulary + positions + 2) * width + norm
    attention = 4 * (width * width + width) + norm
    feed_forward = width * inner + inner + inner * width + width + norm
    return tables + layers * (attention + feed_forward)


@bert_weights.mistake("You forgot the biases: each step has one for every number that it puts out.")
def _(vocabulary, positions, width, inner, layers):
    tables = (vocabulary + positions + 2) * width + 2 * width
    return tables + layers * (4 * width * width + 2 * width * inner + 4 * width)


@bert_weights.mistake("You forgot the normalisations: each has a scale and a shift for every dimension.")
def _(vocabulary, positions, width, inner, layers):
    tables = (vocabulary + positions + 2) * width
    return tables + layers * (4 * (width * width + width) + 2 * width * inner + inner + width)


@bert_weights.mistake(
    "2 × width weights are missing: the small table of the two token types has as many, and each normalisation."
)
def _(vocabulary, positions, width, inner, layers):
    tables = (vocabulary + positions) * width + 2 * width
    return tables + layers * (4 * (width * width + width) + 2 * width * inner + inner + width + 4 * width)


@bert_weights.mistake("Attention has four steps: query, key, value, and the one that mixes the heads' results.")
def _(vocabulary, positions, width, inner, layers):
    tables = (vocabulary + positions + 2) * width + 2 * width
    return tables + layers * (3 * (width * width + width) + 2 * width * inner + inner + width + 4 * width)
