"""Exercises and quiz of notebook 14, CLIP: images and text."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "CLIP: images and text"
quiz = quiz_of(__file__)


IMAGES = np.array([[3.0, 0.0, 1.0], [0.0, 0.5, 0.5], [1.0, 1.0, 0.0]])
TEXTS = np.array([[1.0, 0.2, 0.0], [0.0, 2.0, 2.0]])
TWO_IMAGES = np.array([[0.4, 0.3], [-1.0, 2.0]])
THREE_TEXTS = np.array([[1.0, 1.0], [2.0, 1.0], [0.0, -0.5]])


@exercise(
    "Which picture, which text?",
    hints=(
        "Three steps: length one, cosines times the scale, softmax.",
        "What competes? The softmax runs along the axis of the candidates.",
        (
            "Rows are pictures and columns are texts: to choose a text, each row must add up to 1, so divide "
            "`np.exp(logits)` by its `.sum(axis=1, keepdims=True)`; to choose a picture, the axis is 0."
        ),
    ),
    cases=(
        case("which of two texts", IMAGES, TEXTS, 5.0, "text"),
        case("which of three pictures", IMAGES, TEXTS, 5.0, "picture"),
        case("which of three texts, with a larger scale", TWO_IMAGES, THREE_TEXTS, 20.0, "text"),
    ),
    remark=(
        "The same logits answer two questions; only the axis tells them apart, and neither the shape nor an error does."
    ),
)
def match(images, texts, scale, wanted):
    """CLIP's probabilities (n, m) from raw vectors: images (n, d) and texts (m, d).

    wanted is "text" (which text fits each picture?) or "picture" (which picture fits
    each text?). The vectors have any length. scale is one over the temperature.
    """
    images = images / np.linalg.norm(images, axis=1, keepdims=True)
    texts = texts / np.linalg.norm(texts, axis=1, keepdims=True)
    logits = scale * images @ texts.T
    axis = 1 if wanted == "text" else 0
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


@match.mistake("The vectors do not have length one, so long ones win: normalise both sides first.")
def _(images, texts, scale, wanted):
    logits = scale * images @ texts.T
    axis = 1 if wanted == "text" else 0
    powers = np.exp(logits)
    return powers / powers.sum(axis=axis, keepdims=True)


@match.mistake("You left out the scale: without it all candidates come out nearly equal.")
def _(images, texts, scale, wanted):
    a = images / np.linalg.norm(images, axis=1, keepdims=True)
    b = texts / np.linalg.norm(texts, axis=1, keepdims=True)
    powers = np.exp(a @ b.T)
    return powers / powers.sum(axis=1 if wanted == "text" else 0, keepdims=True)


@match.mistake("You answered “which text” both times: when the pictures compete, each column adds up to 1.")
def _(images, texts, scale, wanted):
    a = images / np.linalg.norm(images, axis=1, keepdims=True)
    b = texts / np.linalg.norm(texts, axis=1, keepdims=True)
    powers = np.exp(scale * a @ b.T)
    return powers / powers.sum(axis=1, keepdims=True)


@match.mistake("The axes are exchanged: to choose a text for a picture, the texts of its row compete.")
def _(images, texts, scale, wanted):
    a = images / np.linalg.norm(images, axis=1, keepdims=True)
    b = texts / np.linalg.norm(texts, axis=1, keepdims=True)
    powers = np.exp(scale * a @ b.T)
    return powers / powers.sum(axis=0 if wanted == "text" else 1, keepdims=True)


TWO_PROMPTS = np.array([[[4.0, 0.0, 0.0], [0.6, 0.8, 0.0]], [[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]]])
THREE_PROMPTS = np.array([[[1.0, 2.0], [2.0, 1.0], [0.5, 0.0]], [[0.0, 3.0], [-1.0, 2.0], [2.0, 2.0]]])


@exercise(
    "One class, many prompts",
    hints=(
        "A long vector pulls an average towards itself. What must happen before averaging?",
        "The mean of unit vectors is shorter than one, the more so the more the prompts disagree.",
        (
            "Divide by `np.linalg.norm(prompts, axis=2, keepdims=True)`, average over the prompts (axis 1), and bring "
            "each row of the result to length one again."
        ),
    ),
    cases=(
        case("two prompts, one with a long vector", TWO_PROMPTS),
        case("three prompts", THREE_PROMPTS),
    ),
    remark="CLIP's authors averaged 80 prompts for each class of ImageNet in this way.",
)
def ensemble(prompts):
    """One unit vector for each class from several prompts of it.

    prompts: array (c, p, d), raw vectors of p prompts for each of c classes; every
    prompt of a class shall count the same. Returns an array (c, d).
    """
    unit = prompts / np.linalg.norm(prompts, axis=2, keepdims=True)
    mean = unit.mean(axis=1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


@ensemble.mistake("A prompt with a long vector counted for more: give each prompt length one before you average.")
def _(prompts):
    mean = prompts.mean(axis=1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


@ensemble.mistake(
    "The means do not have length one, so a class whose prompts agree would win for that: normalise once more."
)
def _(prompts):
    return (prompts / np.linalg.norm(prompts, axis=2, keepdims=True)).mean(axis=1)


@ensemble.mistake("You averaged over the classes: the prompts are on axis 1.")
def _(prompts):
    mean = (prompts / np.linalg.norm(prompts, axis=2, keepdims=True)).mean(axis=0)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


STRANGERS = np.array([[0.30, 0.10], [0.20, 0.42], [0.35, 0.31], [0.05, 0.50], [0.45, 0.00]])
SCORES = np.array([[0.48, 0.47], [0.10, 0.41], [0.44, 0.43], [0.90, 0.10], [0.25, 0.53], [0.36, 0.12]])
THREE_CAPTIONS = np.array([[0.31, 0.20, -0.10], [0.10, 0.30, 0.05], [0.60, 0.20, 0.30]])
FOUR_STRANGERS = np.array([[0.21, 0.10, 0.02], [0.15, 0.33, 0.30], [-0.05, 0.00, 0.28], [0.40, 0.10, 0.35]])
AT_THE_BAR = np.array([[0.50, 0.10], [0.51, 0.20], [0.20, 0.49]])


@exercise(
    "None of these",
    hints=(
        "A picture is judged by its best caption: one number for each row.",
        "The bar comes from the strangers' best cosines, not from all of their cosines.",
        (
            "`np.quantile(values, 0.9)` is the number that 90 % of the values do not exceed. With the strangers' best "
            "cosines and `share` it is the bar; ask `<= bar` of each picture's best."
        ),
    ),
    cases=(
        case("four in five strangers at or below the bar", SCORES, STRANGERS, 0.8),
        case("a bar half-way between two strangers", THREE_CAPTIONS, FOUR_STRANGERS, 0.5),
        case("a picture exactly at the bar", AT_THE_BAR, STRANGERS, 1.0),
    ),
    remark=(
        "A threshold is legitimate when it is measured on examples of the very task, and only for that list and that "
        "model."
    ),
)
def none_of_these(scores, strangers, share):
    """True for each picture that shows nothing on the list, as far as we can tell.

    scores: cosines of n pictures with c captions, array (n, c). strangers: the same for
    b pictures that are known to show nothing on the list, array (b, c). Choose a bar on
    the best cosine of a picture so that the share of strangers at or below it is share
    (np.quantile); a picture at or below the bar is a stranger.
    Returns an array (n,) of True and False.
    """
    bar = np.quantile(strangers.max(axis=1), share)
    return scores.max(axis=1) <= bar


@none_of_these.mistake(
    "You took the quantile of all the strangers' cosines; a picture is judged by its best caption, so are they."
)
def _(scores, strangers, share):
    return scores.max(axis=1) <= np.quantile(strangers, share)


@none_of_these.mistake("You turned the share round: `share` of the strangers lie at or below the bar.")
def _(scores, strangers, share):
    return scores.max(axis=1) <= np.quantile(strangers.max(axis=1), 1 - share)


@none_of_these.mistake("True and False are exchanged: True means that the picture shows nothing on the list.")
def _(scores, strangers, share):
    return scores.max(axis=1) > np.quantile(strangers.max(axis=1), share)


@none_of_these.mistake(
    "That is a threshold on a probability, which depends on the list; compare cosines with those of the strangers."
)
def _(scores, strangers, share):
    powers = np.exp(scores)
    return (powers / powers.sum(axis=1, keepdims=True)).max(axis=1) <= share
