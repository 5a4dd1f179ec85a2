"""Exercises and quiz of notebook 10, Multimodal."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Multimodal"

close_gap = Exercise(
    id="10.close_gap",
    title="Close the gap",
    starter='''\
def close_gap(images, texts, share):
    """Move pictures and texts towards each other by a share of the gap, each side by half of it.

    images, texts: unit vectors (n, d) and (m, d). Returns both, moved, as unit vectors.
    """
    return ...


ex.close_gap.check(close_gap)
''',
    code="""\
def close_gap(images, texts, share):
    difference = images.mean(axis=0) - texts.mean(axis=0)
    moved = images - share / 2 * difference, texts + share / 2 * difference
    return tuple(x / np.linalg.norm(x, axis=1, keepdims=True) for x in moved)
""",
    hints=(
        "The gap is a direction, too: the mean of the pictures minus the mean of the texts.",
        "Pictures move against this direction, texts along it, each by `share / 2` of it.",
        "After the move the vectors are not of length one: divide each row by its norm.",
    ),
    setup="""\
import numpy as np

def unit(n, seed, shift):
    x = np.random.default_rng(seed).normal(size=(n, 3)) + shift
    return x / np.linalg.norm(x, axis=1, keepdims=True)
""",
    cases=(
        Case("np.eye(2)[:1], np.eye(2)[1:], 1.0", "two vectors at a right angle, closed"),
        Case("unit(5, 0, [2, 0, 0]), unit(4, 1, [0, 2, 0]), 0.5", "half of the gap"),
        Case("unit(4, 2, [1, 1, 0]), unit(4, 3, [0, 0, 2]), 0.0", "nothing to move"),
        Case("unit(3, 4, [0, 3, 0]), unit(6, 5, [3, 0, 0]), -1.0", "a gap made wider"),
    ),
    mistakes=(
        Mistake(
            "def close_gap(images, texts, share):\n"
            "    d = images.mean(axis=0) - texts.mean(axis=0)\n"
            "    return images - share / 2 * d, texts + share / 2 * d",
            "The moved vectors have lost their length: bring each row back to one, or the dot products are no cosines.",
        ),
        Mistake(
            "def close_gap(images, texts, share):\n"
            "    d = images.mean(axis=0) - texts.mean(axis=0)\n"
            "    moved = images + share / 2 * d, texts - share / 2 * d\n"
            "    return tuple(x / np.linalg.norm(x, axis=1, keepdims=True) for x in moved)",
            "You moved both sides apart: the difference points from the texts to the pictures, so pictures must go back along it.",
        ),
        Mistake(
            "def close_gap(images, texts, share):\n"
            "    d = images.mean(axis=0) - texts.mean(axis=0)\n"
            "    moved = images - share * d, texts + share * d\n"
            "    return tuple(x / np.linalg.norm(x, axis=1, keepdims=True) for x in moved)",
            "Each side moved by the whole share, so the means crossed: half for each.",
        ),
        Mistake(
            "def close_gap(images, texts, share):\n"
            "    d = images.mean() - texts.mean()\n"
            "    moved = images - share / 2 * d, texts + share / 2 * d\n"
            "    return tuple(x / np.linalg.norm(x, axis=1, keepdims=True) for x in moved)",
            "`.mean()` gave one number; the mean vector needs `axis=0`.",
        ),
    ),
    remark="One constant vector for all pictures: it can change who comes first only where the normalisation bends it.",
)

binding_accuracy = Exercise(
    id="10.binding_accuracy",
    title="The binding test",
    starter='''\
def binding_accuracy(pictures, captions, swapped):
    """Share of pictures nearer to their own caption than to the swapped one; a tie counts one half.

    All three are arrays (n, d) of unit vectors; row i belongs together.
    """
    return ...


ex.binding_accuracy.check(binding_accuracy)
''',
    code="""\
def binding_accuracy(pictures, captions, swapped):
    own = (pictures * captions).sum(axis=1)
    other = (pictures * swapped).sum(axis=1)
    return float(np.mean(np.where(own == other, 0.5, own > other)))
""",
    hints=(
        "Only row i of the three arrays belongs together: multiply element by element and add up each row.",
        "That gives two cosines for each picture; compare them.",
        "`np.where(own == other, 0.5, own > other)` counts a tie as one half.",
    ),
    setup="""\
import numpy as np

a = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [1.0, 0.0]])
b = np.array([[0.8, 0.6], [0.6, 0.8], [0.8, 0.6], [0.6, 0.8]])
c = np.array([[0.6, 0.8], [1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
""",
    cases=(
        Case("a[:3], b[:3], c[:3]", "three pictures, no tie"),
        Case("a[2:], c[2:], b[2:]", "one wrong and one tie"),
        Case("a, b, b", "captions that mean the same to the model"),
    ),
    mistakes=(
        Mistake(
            "def binding_accuracy(pictures, captions, swapped):\n"
            "    own, other = (pictures * captions).sum(axis=1), (pictures * swapped).sum(axis=1)\n"
            "    return float(np.mean(own >= other))",
            "Ties were counted as right, so a model that sees no difference at all would get full marks.",
        ),
        Mistake(
            "def binding_accuracy(pictures, captions, swapped):\n"
            "    own, other = (pictures * captions).sum(axis=1), (pictures * swapped).sum(axis=1)\n"
            "    return float(np.mean(own > other))",
            "Ties were counted as wrong; a coin would get half of them right.",
        ),
        Mistake(
            "def binding_accuracy(pictures, captions, swapped):\n"
            "    own, other = (captions * pictures).sum(axis=1), (captions * swapped).sum(axis=1)\n"
            "    return float(np.mean(np.where(own == other, 0.5, own > other)))",
            "You compared the caption with the swapped caption; the picture has to choose between them.",
        ),
    ),
    remark="The tie rule matters: a bag of words gives exactly equal scores, and should come out at one half.",
)

foreground_colour = Exercise(
    id="10.foreground_colour",
    title="The independent judge",
    starter='''\
def foreground_colour(picture, distance=0.12):
    """Median colour (3,) of the pixels that differ from the border's median by more than distance in any channel.

    picture: array (h, w, 3) from 0 to 1. If no pixel differs, return the border's median.
    """
    return ...


ex.foreground_colour.check(foreground_colour)
''',
    code="""\
def foreground_colour(picture, distance=0.12):
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    background = np.median(border, axis=0)
    mask = np.abs(picture - background).max(axis=2) > distance
    return np.median(picture[mask], axis=0) if mask.any() else background
""",
    hints=(
        "The border: first and last row, first and last column; their median is the background's colour.",
        "`np.abs(picture - background).max(axis=2) > distance` marks the pixels that stand off, in any of the three channels.",
        "`picture[mask]` has shape (pixels, 3); take the median over the pixels, and mind the picture without any.",
    ),
    setup="""\
import numpy as np

grey = np.full((6, 6, 3), 0.5)
red = grey.copy(); red[2:4, 2:5] = [0.9, 0.1, 0.1]; red[2, 2] = [0.0, 0.0, 0.0]
pale = grey.copy(); pale[1:5, 1:5] = [0.5, 0.5, 0.7]; pale[0, 0] = [1.0, 1.0, 1.0]
""",
    cases=(
        Case("red", "a red patch with a black dot"),
        Case("pale", "a patch that differs in blue only"),
        Case("grey", "nothing on it"),
        Case("pale, 0.3", "a judge who asks for more"),
    ),
    mistakes=(
        Mistake(
            "def foreground_colour(picture, distance=0.12):\n    return np.median(picture.reshape(-1, 3), axis=0)",
            "That is the colour of the whole picture, and most of it is background.",
        ),
        Mistake(
            "def foreground_colour(picture, distance=0.12):\n"
            "    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])\n"
            "    background = np.median(border, axis=0)\n"
            "    mask = np.abs(picture - background).max(axis=2) > distance\n"
            "    return picture[mask].mean(axis=0) if mask.any() else background",
            "The mean mixes outlines and shades into the colour; the median is the colour that most of the thing has.",
        ),
        Mistake(
            "def foreground_colour(picture, distance=0.12):\n"
            "    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])\n"
            "    background = np.median(border, axis=0)\n"
            "    mask = np.abs(picture - background).min(axis=2) > distance\n"
            "    return np.median(picture[mask], axis=0) if mask.any() else background",
            "You asked for a difference in all three channels; one is enough, as for pale blue on grey.",
        ),
    ),
    remark="A judge as plain as this one can be wrong, but never because it shares the painter's embedding.",
)

quiz = Quiz(
    "10.quiz",
    (
        Question(
            "A text–picture model has a modality gap of 0.8. What follows for its search?",
            (
                Option(
                    "Nothing by itself: all pictures are shifted alike, and the order of the pictures for one text can stay.",
                    True,
                    "Here we closed the gap, and widened it, and the search hardly noticed.",
                ),
                Option(
                    "Its search must be poor until the gap is closed.",
                    False,
                    "A shift that is the same for all candidates takes no side between them.",
                ),
                Option(
                    "Pictures and texts can be mixed in one list of results without further thought.",
                    False,
                    "That is where the gap does harm: a text would stand before all pictures only because it is a text.",
                ),
            ),
        ),
        Question(
            "A generator's pictures are judged by the very model whose vectors it was fed with, and get 0.95. You say:",
            (
                Option(
                    "Excellent: the judge is independent, it was trained before.",
                    False,
                    "It shares the embedding: what it overlooks, the painter overlooks too.",
                ),
                Option(
                    "Worthless: such a judge gives full marks to everything.",
                    False,
                    "It did not here, and its order was right; it is only too kind, most of all to the fog.",
                ),
                Option(
                    "Show me a check that does not use this embedding as well.",
                    True,
                    "Ours measured colours and shapes; people, or another model, do it elsewhere.",
                ),
            ),
        ),
        Question(
            "Why does our decoder draw fog when the things may stand in four places?",
            (
                Option(
                    "The text vectors are too short.",
                    False,
                    "They do not say where the thing stands, however long they are.",
                ),
                Option(
                    "It may give one answer only, and the mean of several right pictures has the smallest squared error.",
                    True,
                    "Generators that start from random noise can pick one of the right pictures; that is what they have it for.",
                ),
                Option(
                    "It was trained for too few steps.",
                    False,
                    "More steps bring it nearer to the mean of the four, which is the fog.",
                ),
            ),
        ),
    ),
)
