"""Exercises and quiz of notebook 10, Multimodal."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Multimodal"
quiz = quiz_of(__file__)


def _unit_vectors(n, seed, shift):
    x = np.random.default_rng(seed).normal(size=(n, 3)) + shift
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@exercise(
    "Close the gap",
    hints=(
        "The gap is a direction, too: the mean of the pictures minus the mean of the texts.",
        "Pictures move against this direction, texts along it, each by `share / 2` of it.",
        (
            "After the move the vectors are not of length one: divide each row by its norm, `np.linalg.norm(x, axis=1, "
            "keepdims=True)`."
        ),
    ),
    cases=(
        case("two vectors at a right angle, closed", np.eye(2)[:1], np.eye(2)[1:], 1.0),
        case("half of the gap", _unit_vectors(5, 0, [2, 0, 0]), _unit_vectors(4, 1, [0, 2, 0]), 0.5),
        case("nothing to move", _unit_vectors(4, 2, [1, 1, 0]), _unit_vectors(4, 3, [0, 0, 2]), 0.0),
        case("a gap made wider", _unit_vectors(3, 4, [0, 3, 0]), _unit_vectors(6, 5, [3, 0, 0]), -1.0),
    ),
    remark=(
        "Moving the pictures adds one number to all dot products of a text; what reorders is the move of the texts, "
        "and the new lengths."
    ),
)
def close_gap(images, texts, share):
    """Move pictures and texts towards each other, each by half of a share of the gap.

    images, texts: unit vectors (n, d) and (m, d). Returns both, moved, as unit vectors.
    """
    difference = images.mean(axis=0) - texts.mean(axis=0)
    moved = images - share / 2 * difference, texts + share / 2 * difference
    return tuple(x / np.linalg.norm(x, axis=1, keepdims=True) for x in moved)


@close_gap.mistake(
    "The moved vectors have lost their length: bring each row back to one, or the dot products are no cosines."
)
def _(images, texts, share):
    d = images.mean(axis=0) - texts.mean(axis=0)
    return images - share / 2 * d, texts + share / 2 * d


@close_gap.mistake(
    "You moved both sides apart: the difference points from the texts to the pictures, so "
    "pictures must go back along it."
)
def _(images, texts, share):
    d = images.mean(axis=0) - texts.mean(axis=0)
    moved = images + share / 2 * d, texts - share / 2 * d
    return tuple(x / np.linalg.norm(x, axis=1, keepdims=True) for x in moved)


@close_gap.mistake("Each side moved by the whole share, so the means crossed: half for each.")
def _(images, texts, share):
    d = images.mean(axis=0) - texts.mean(axis=0)
    moved = images - share * d, texts + share * d
    return tuple(x / np.linalg.norm(x, axis=1, keepdims=True) for x in moved)


@close_gap.mistake("`.mean()` gave one number; the mean vector needs `axis=0`.")
def _(images, texts, share):
    d = images.mean() - texts.mean()
    moved = images - share / 2 * d, texts + share / 2 * d
    return tuple(x / np.linalg.norm(x, axis=1, keepdims=True) for x in moved)


PICTURES = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
CAPTIONS = np.array([[0.8, 0.6], [0.6, 0.8], [0.8, 0.6], [0.6, 0.8], [0.8, 0.6], [0.8, 0.6]])
SWAPPED = np.array([[0.6, 0.8], [1.0, 0.0], [0.0, 1.0], [0.6, -0.8], [0.6, 0.8], [0.6, 0.8]])


@exercise(
    "The binding test",
    hints=(
        "Only row i of the three arrays belongs together: multiply element by element and add up each row.",
        "That gives two cosines for each picture; compare them.",
        "`np.where(own == other, 0.5, own > other)` counts a tie as one half; the mean of that is the share.",
    ),
    cases=(
        case("two right, one wrong", PICTURES[[0, 5, 4]], CAPTIONS[[0, 5, 4]], SWAPPED[[0, 5, 4]]),
        case("two right, one tie, one wrong", PICTURES[1:5], CAPTIONS[1:5], SWAPPED[1:5]),
        case("captions that mean the same to the model", PICTURES, CAPTIONS, CAPTIONS),
    ),
    remark="The tie rule matters: a bag of words gives exactly equal scores, and should come out at one half.",
)
def binding_accuracy(pictures, captions, swapped):
    """Share of pictures nearer to their own caption; a tie counts one half.

    All three are arrays (n, d) of unit vectors; row i belongs together.
    """
    own = (pictures * captions).sum(axis=1)
    other = (pictures * swapped).sum(axis=1)
    return float(np.mean(np.where(own == other, 0.5, own > other)))


@binding_accuracy.mistake("Ties were counted as right, so a model that sees no difference at all would get full marks.")
def _(pictures, captions, swapped):
    own, other = (pictures * captions).sum(axis=1), (pictures * swapped).sum(axis=1)
    return float(np.mean(own >= other))


@binding_accuracy.mistake("Ties were counted as wrong; a coin would get half of them right.")
def _(pictures, captions, swapped):
    own, other = (pictures * captions).sum(axis=1), (pictures * swapped).sum(axis=1)
    return float(np.mean(own > other))


@binding_accuracy.mistake("You compared the caption with the swapped caption; the picture has to choose between them.")
def _(pictures, captions, swapped):
    own, other = (captions * pictures).sum(axis=1), (captions * swapped).sum(axis=1)
    return float(np.mean(np.where(own == other, 0.5, own > other)))


GREY_PICTURE = np.full((6, 6, 3), 0.5)
RED_PATCH = GREY_PICTURE.copy()
RED_PATCH[2:4, 2:5] = [0.9, 0.1, 0.1]
RED_PATCH[2, 2] = [0.0, 0.0, 0.0]
RED_PATCH[[1, 4], 1:5] = [0.4, 0.4, 0.4]
PALE_PATCH = GREY_PICTURE.copy()
PALE_PATCH[1:5, 1:5] = [0.5, 0.5, 0.7]
PALE_PATCH[0, 0] = [1.0, 1.0, 1.0]
DARK_PATCH = GREY_PICTURE.copy()
DARK_PATCH[1:3, 1:5] = [0.1, 0.2, 0.3]
DARK_PATCH[3:5, 1:5] = [0.08, 0.16, 0.28]
DARK_PATCH[5, 1:5] = [0.05, 0.12, 0.24]
FRAME = np.full((4, 5, 3), [0.47, 0.52, 0.48])
FRAME[:, 0], FRAME[:, -1] = [0.5, 0.46, 0.47], [0.51, 0.5, 0.49]
FRAME[0], FRAME[-1] = [0.53, 0.44, 0.54], [0.49, 0.47, 0.51]
EIGHTHS = np.full((3, 5, 3), 0.5)
EIGHTHS[1, 1:4] = [[0.75, 0.5, 0.5], [0.875, 0.5, 0.5], [1.0, 0.0, 0.5]]


@exercise(
    "The independent judge",
    hints=(
        (
            "The border: `np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])`; its median over "
            "the pixels, `axis=0`, is the background's colour."
        ),
        (
            "`np.abs(picture - background).max(axis=2) > distance` marks the pixels that stand off, in any of the "
            "three channels."
        ),
        (
            "`picture[mask]` has shape (pixels, 3): take its `np.median(…, axis=0)` over the pixels, if `mask.any()`, "
            "else the background."
        ),
    ),
    cases=(
        case("a red patch with a black dot and a faint shadow", RED_PATCH),
        case("a patch that differs in blue only", PALE_PATCH),
        case("a dark patch that reaches the border", DARK_PATCH),
        case("a border of four greys, and nothing on it", FRAME),
        case("a judge who asks for more", PALE_PATCH, 0.3),
        case("a difference of just the distance is not more", EIGHTHS, 0.25),
    ),
    remark="A judge as plain as this one can be wrong, but never because it shares the painter's embedding.",
)
def foreground_colour(picture, distance=0.12):
    """Median colour (3,) of the pixels that stand off from the border.

    A pixel stands off if it differs from the border's median colour by more than
    distance in any channel. picture: array (h, w, 3) from 0 to 1. If no pixel does,
    return the border's median.
    """
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    background = np.median(border, axis=0)
    mask = np.abs(picture - background).max(axis=2) > distance
    return np.median(picture[mask], axis=0) if mask.any() else background


@foreground_colour.mistake("That is the colour of the whole picture, and most of it is background.")
def _(picture, distance=0.12):
    return np.median(picture.reshape(-1, 3), axis=0)


@foreground_colour.mistake(
    "The mean mixes outlines and shades into the colour; the median hardly moves for a few such pixels."
)
def _(picture, distance=0.12):
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    background = np.median(border, axis=0)
    mask = np.abs(picture - background).max(axis=2) > distance
    return picture[mask].mean(axis=0) if mask.any() else background


@foreground_colour.mistake("You asked for a difference in all three channels; one is enough, as for pale blue on grey.")
def _(picture, distance=0.12):
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    background = np.median(border, axis=0)
    mask = np.abs(picture - background).min(axis=2) > distance
    return np.median(picture[mask], axis=0) if mask.any() else background
