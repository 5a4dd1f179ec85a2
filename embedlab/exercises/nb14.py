"""Exercises and quiz of notebook 14, CLIP: images and text."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "CLIP: images and text"

match = Exercise(
    id="14.match",
    title="Which picture, which text?",
    starter='''\
def match(images, texts, scale, wanted):
    """CLIP's probabilities from raw vectors images (n, d) and texts (m, d), an array (n, m).

    wanted is "text" (which text fits each picture?) or "picture" (which picture fits each text?).
    The vectors have any length. scale is one over the temperature.
    """
    return ...


ex.match.check(match)
''',
    code="""\
def match(images, texts, scale, wanted):
    images = images / np.linalg.norm(images, axis=1, keepdims=True)
    texts = texts / np.linalg.norm(texts, axis=1, keepdims=True)
    logits = scale * images @ texts.T
    axis = 1 if wanted == "text" else 0
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)
""",
    hints=(
        "Three steps: length one, cosines times the scale, softmax.",
        "What competes? The softmax runs along the axis of the candidates.",
        "Rows are pictures and columns are texts: to choose a text, each row must add up to 1.",
    ),
    setup="""\
import numpy as np

images = np.array([[3.0, 0.0, 1.0], [0.0, 0.5, 0.5], [1.0, 1.0, 0.0]])
texts = np.array([[1.0, 0.2, 0.0], [0.0, 2.0, 2.0]])
""",
    cases=(
        Case('images, texts, 5.0, "text"', "which of two texts"),
        Case('images, texts, 5.0, "picture"', "which of three pictures"),
    ),
    mistakes=(
        Mistake(
            "def match(images, texts, scale, wanted):\n"
            "    logits = scale * images @ texts.T\n"
            "    axis = 1 if wanted == 'text' else 0\n"
            "    powers = np.exp(logits)\n"
            "    return powers / powers.sum(axis=axis, keepdims=True)",
            "The vectors do not have length one, so long ones win: normalise both sides first.",
        ),
        Mistake(
            "def match(images, texts, scale, wanted):\n"
            "    a = images / np.linalg.norm(images, axis=1, keepdims=True)\n"
            "    b = texts / np.linalg.norm(texts, axis=1, keepdims=True)\n"
            "    powers = np.exp(a @ b.T)\n"
            "    return powers / powers.sum(axis=1 if wanted == 'text' else 0, keepdims=True)",
            "You left out the scale: without it all candidates come out nearly equal.",
        ),
        Mistake(
            "def match(images, texts, scale, wanted):\n"
            "    a = images / np.linalg.norm(images, axis=1, keepdims=True)\n"
            "    b = texts / np.linalg.norm(texts, axis=1, keepdims=True)\n"
            "    powers = np.exp(scale * a @ b.T)\n"
            "    return powers / powers.sum(axis=1, keepdims=True)",
            "You answered “which text” both times: when the pictures compete, each column adds up to 1.",
        ),
        Mistake(
            "def match(images, texts, scale, wanted):\n"
            "    a = images / np.linalg.norm(images, axis=1, keepdims=True)\n"
            "    b = texts / np.linalg.norm(texts, axis=1, keepdims=True)\n"
            "    powers = np.exp(scale * a @ b.T)\n"
            "    return powers / powers.sum(axis=0 if wanted == 'text' else 1, keepdims=True)",
            "The axes are exchanged: to choose a text for a picture, the texts of its row compete.",
        ),
    ),
    remark="The same logits answer two questions; only the axis tells them apart, and neither the shape nor an error does.",
)

ensemble = Exercise(
    id="14.ensemble",
    title="One class, many prompts",
    starter='''\
def ensemble(prompts):
    """One unit vector for each class from several prompts of it.

    prompts: array (c, p, d), raw vectors of p prompts for each of c classes; every prompt of a class
    shall count the same. Returns an array (c, d).
    """
    return ...


ex.ensemble.check(ensemble)
''',
    code="""\
def ensemble(prompts):
    unit = prompts / np.linalg.norm(prompts, axis=2, keepdims=True)
    mean = unit.mean(axis=1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)
""",
    hints=(
        "A long vector pulls an average towards itself. What must happen before averaging?",
        "The mean of unit vectors is shorter than one, the more so the more the prompts disagree.",
        "Normalise along the last axis, average over the prompts (axis 1), normalise again.",
    ),
    setup="""\
import numpy as np

two = np.array([[[4.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[1.0, 1.0, 0.0], [0.0, 0.0, 3.0]]])
three = np.array([[[1.0, 2.0], [2.0, 1.0], [0.5, 0.0]], [[0.0, 3.0], [-1.0, 1.0], [2.0, 2.0]]])
""",
    cases=(
        Case("two", "two prompts, one with a long vector"),
        Case("three", "three prompts"),
    ),
    mistakes=(
        Mistake(
            "def ensemble(prompts):\n"
            "    mean = prompts.mean(axis=1)\n"
            "    return mean / np.linalg.norm(mean, axis=1, keepdims=True)",
            "A prompt with a long vector counted for more: give each prompt length one before you average.",
        ),
        Mistake(
            "def ensemble(prompts):\n"
            "    return (prompts / np.linalg.norm(prompts, axis=2, keepdims=True)).mean(axis=1)",
            "The means do not have length one, so a class whose prompts agree would win for that: normalise once more.",
        ),
        Mistake(
            "def ensemble(prompts):\n"
            "    mean = (prompts / np.linalg.norm(prompts, axis=2, keepdims=True)).mean(axis=0)\n"
            "    return mean / np.linalg.norm(mean, axis=1, keepdims=True)",
            "You averaged over the classes: the prompts are on axis 1.",
        ),
    ),
    remark="CLIP's authors averaged 80 prompts for each class of ImageNet in this way.",
)

none_of_these = Exercise(
    id="14.none_of_these",
    title="None of these",
    starter='''\
def none_of_these(scores, strangers, share):
    """True for each picture that shows nothing on the list of captions, as far as we can tell.

    scores: cosines of n pictures with c captions, array (n, c). strangers: the same for b pictures that are
    known to show nothing on the list, array (b, c). Choose a bar on the best cosine of a picture so that the
    share of strangers at or below it is `share` (np.quantile); a picture at or below the bar is a stranger.
    Returns an array (n,) of True and False.
    """
    return ...


ex.none_of_these.check(none_of_these)
''',
    code="""\
def none_of_these(scores, strangers, share):
    bar = np.quantile(strangers.max(axis=1), share)
    return scores.max(axis=1) <= bar
""",
    hints=(
        "A picture is judged by its best caption: one number for each row.",
        "The bar comes from the strangers' best cosines, not from all of their cosines.",
        "`np.quantile(values, 0.9)` is the number that 90 % of the values do not exceed.",
    ),
    setup="""\
import numpy as np

strangers = np.array([[0.30, 0.10], [0.20, 0.42], [0.35, 0.31], [0.05, 0.50], [0.45, 0.00]])
scores = np.array([[0.48, 0.20], [0.10, 0.38], [0.44, 0.43], [0.90, 0.10], [0.25, 0.33]])
""",
    cases=(
        Case("scores, strangers, 0.75", "three in four strangers at or below the bar"),
        Case("scores, strangers, 0.25", "a low bar"),
    ),
    mistakes=(
        Mistake(
            "def none_of_these(scores, strangers, share):\n"
            "    return scores.max(axis=1) <= np.quantile(strangers, share)",
            "You took the quantile of all the strangers' cosines; a picture is judged by its best caption, so are they.",
        ),
        Mistake(
            "def none_of_these(scores, strangers, share):\n"
            "    return scores.max(axis=1) <= np.quantile(strangers.max(axis=1), 1 - share)",
            "You turned the share round: `share` of the strangers lie at or below the bar.",
        ),
        Mistake(
            "def none_of_these(scores, strangers, share):\n"
            "    return scores.max(axis=1) > np.quantile(strangers.max(axis=1), share)",
            "True and False are exchanged: True means that the picture shows nothing on the list.",
        ),
        Mistake(
            "def none_of_these(scores, strangers, share):\n"
            "    powers = np.exp(scores)\n"
            "    return (powers / powers.sum(axis=1, keepdims=True)).max(axis=1) <= share",
            "That is a threshold on a probability, which depends on the list; compare cosines with those of the strangers.",
        ),
    ),
    remark="A threshold is legitimate when it is measured on examples of the very task, and only for that list and that model.",
)

quiz = Quiz(
    "14.quiz",
    (
        Question(
            "A shop filters pictures with the captions “a weapon” and “a toy”, and blocks above a probability of 0.5. A photograph of a sofa is blocked. Why?",
            (
                Option(
                    "The model has taken the sofa for a weapon.",
                    False,
                    "It was asked only which of two captions fits better. Neither fits, and one of two always gets at least one half.",
                ),
                Option(
                    "The probabilities of the listed captions add up to 1 for every picture, so one of the two is at least 0.5.",
                    True,
                    "The softmax is relative to the list. It says nothing about whether any of the captions is true.",
                ),
                Option(
                    "The temperature is too low: with a larger one the sofa would pass.",
                    False,
                    "With two captions the larger share is at least one half at every temperature.",
                ),
            ),
        ),
        Question(
            "Which softmax tells which of ten pictures fits the text “a red boat” best?",
            (
                Option(
                    "Over the pictures: along axis 1 of `logits_per_text`.",
                    True,
                    "A row of `logits_per_text` is one text against all pictures, and the pictures compete.",
                ),
                Option(
                    "Over the texts: along axis 1 of `logits_per_image`.",
                    False,
                    "That lets the texts compete for each picture; with a single text every picture would get 1.00.",
                ),
                Option(
                    "Either, since the two tables hold the same numbers.",
                    False,
                    "The same numbers, but divided by different sums: the shares differ.",
                ),
            ),
        ),
        Question(
            "The cosine of a photograph with its right caption is 0.31 in the real CLIP. What do you conclude?",
            (
                Option(
                    "The caption fits badly: 0.31 is far below 1.",
                    False,
                    "The scale is the model's own. Compare with the cosines of other captions for the same picture.",
                ),
                Option(
                    "The model is broken, since a picture and its own caption were trained to be equal.",
                    False,
                    "They were trained to be nearer than other pairs of a batch, which is another thing.",
                ),
                Option(
                    "Nothing yet: about 0.3 is usual for fitting pairs, and only other captions tell whether it is much.",
                    True,
                    "Pictures and texts lie in different regions of the space; notebook 10 looks at the gap.",
                ),
            ),
        ),
    ),
)
