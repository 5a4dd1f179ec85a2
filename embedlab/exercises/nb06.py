"""Exercises and quiz of notebook 06, Language."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Language"

macro_f1 = Exercise(
    id="06.macro_f1",
    title="Macro-F1 by hand",
    starter='''\
def macro_f1(true, predicted):
    """Mean over the classes in true of F1 = 2 * precision * recall / (precision + recall).

    true, predicted: arrays (n,) of class numbers. A class of which nothing is right has F1 0. Returns a number.
    """
    return ...


ex.macro_f1.check(macro_f1)
''',
    code="""\
def macro_f1(true, predicted):
    scores = []
    for name in np.unique(true):
        right = np.sum((true == name) & (predicted == name))
        scores.append(2 * right / (np.sum(true == name) + np.sum(predicted == name)))
    return float(np.mean(scores))
""",
    hints=(
        "Work class by class: precision is right / predicted as the class, recall is right / truly in the class.",
        "Multiply out: F1 = 2 × right / (truly in the class + predicted as it). Nothing can be divided by zero then.",
        "The last step is a plain mean over `np.unique(true)`: small classes count as much as large ones.",
    ),
    cases=(
        Case("np.array([0, 0, 0, 1]), np.array([0, 1, 0, 1])", "two classes, one slip"),
        Case("np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1]), np.zeros(10, dtype=int)", "always the majority"),
        Case("np.array([0, 1, 2, 0, 1, 2]), np.array([0, 2, 1, 0, 2, 1])", "two classes never right"),
        Case("np.array([3, 3, 5, 5, 5, 9]), np.array([3, 5, 5, 5, 3, 9])", "class numbers with gaps"),
    ),
    mistakes=(
        Mistake(
            "def macro_f1(true, predicted):\n    return float(np.mean(true == predicted))",
            "That is the accuracy, in which a large class drowns a small one.",
        ),
        Mistake(
            "def macro_f1(true, predicted):\n"
            "    return float(np.mean([np.mean(predicted[true == c] == c) for c in np.unique(true)]))",
            "That is the mean recall: a class that swallows the others' sentences is not punished without precision.",
        ),
        Mistake(
            "def macro_f1(true, predicted):\n"
            "    f = [2 * np.sum((true == c) & (predicted == c)) / (np.sum(true == c) + np.sum(predicted == c)) for c in np.unique(true)]\n"
            "    w = [np.mean(true == c) for c in np.unique(true)]\n"
            "    return float(np.dot(f, w))",
            "You weighted each class by its size; macro means that all classes count alike.",
        ),
        Mistake(
            "def macro_f1(true, predicted):\n"
            "    f = []\n"
            "    for c in np.unique(true):\n"
            "        r = np.sum((true == c) & (predicted == c))\n"
            "        p, q = r / max(np.sum(predicted == c), 1), r / np.sum(true == c)\n"
            "        f.append((p + q) / 2)\n"
            "    return float(np.mean(f))",
            "You took the plain mean of precision and recall; F1 is their harmonic mean, which is near the smaller one.",
        ),
    ),
    remark="On classes of one size accuracy and macro-F1 are close; on the lopsided case above they are 0.80 and 0.44.",
)

mutual_pairs = Exercise(
    id="06.mutual_pairs",
    title="A dictionary without a dictionary",
    starter='''\
def mutual_pairs(scores):
    """Pairs (i, j) in which j is i's best translation and i is j's best, in the order of i.

    scores: array (m, n), source words by target words. Returns a list of pairs of int.
    """
    return ...


ex.mutual_pairs.check(mutual_pairs)
''',
    code="""\
def mutual_pairs(scores):
    forth = scores.argmax(axis=1)
    back = scores.argmax(axis=0)
    return [(i, int(j)) for i, j in enumerate(forth) if back[j] == i]
""",
    hints=(
        "`scores.argmax(axis=1)` holds for each source word its best target.",
        "`scores.argmax(axis=0)` holds for each target word its best source.",
        "Walk from i to its best target, and from there back: keep the pair if you are at home again.",
    ),
    cases=(
        Case("np.array([[0.9, 0.1], [0.2, 0.8]])", "everybody agrees"),
        Case("np.array([[0.9, 0.8, 0.1], [0.95, 0.3, 0.2], [0.7, 0.1, 0.6]])", "a hub that all three choose"),
        Case("np.array([[0.1, 0.2, 0.9, 0.3], [0.8, 0.1, 0.4, 0.2]])", "more targets than sources"),
    ),
    mistakes=(
        Mistake(
            "def mutual_pairs(scores):\n    return [(i, int(j)) for i, j in enumerate(scores.argmax(axis=1))]",
            "You kept every best translation; a hub then appears again and again. Ask the target for its own best source too.",
        ),
        Mistake(
            "def mutual_pairs(scores):\n"
            "    f, b = scores.argmax(axis=1), scores.argmax(axis=0)\n"
            "    return [(int(j), i) for i, j in enumerate(f) if b[j] == i]",
            "The pairs are the right ones the wrong way round: the source word comes first.",
        ),
        Mistake(
            "def mutual_pairs(scores):\n"
            "    f, b = scores.argmax(axis=1), scores.argmax(axis=0)\n"
            "    return [(i, int(j)) for i, j in enumerate(f) if i < len(b) and b[i] == j]",
            "You asked target number i; the one to ask is i's own best target, j.",
        ),
    ),
    remark="Align, keep the mutual pairs, align again with them: so a seed dictionary of a few words is grown.",
)

strict_threshold = Exercise(
    id="06.strict_threshold",
    title="At most one in ten wrong",
    starter='''\
def strict_threshold(scores, right, wanted):
    """The lowest score t such that of the questions with scores >= t a share of at least wanted is right.

    scores: array (n,), the best answer's score of each question; right: array (n,) of bool, is that answer right?
    Only scores that occur are tried. Returns a number, or None if no threshold will do.
    """
    return ...


ex.strict_threshold.check(strict_threshold)
''',
    code="""\
def strict_threshold(scores, right, wanted):
    good = [t for t in scores if np.mean(right[scores >= t]) >= wanted]
    return float(min(good)) if good else None
""",
    hints=(
        "Try every score as a threshold t: `right[scores >= t]` holds the questions that would be answered.",
        "Collect all thresholds whose share of right answers is large enough, and return the smallest.",
        "Do not stop at the first threshold that fails: a lower one may do again, since the share does not fall steadily.",
    ),
    cases=(
        Case("np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, True, False]), 0.9", "the lowest is wrong"),
        Case(
            "np.array([0.9, 0.8, 0.7, 0.6, 0.5]), np.array([True, True, False, True, False]), 0.75",
            "the share falls and rises again",
        ),
        Case("np.array([0.3, 0.9, 0.5, 0.7]), np.array([True, False, True, True]), 0.6", "the highest is wrong"),
        Case("np.array([0.9, 0.8]), np.array([False, False]), 0.5", "nothing is right"),
        Case("np.array([0.8, 0.8, 0.4]), np.array([True, False, True]), 0.66", "two equal scores"),
    ),
    mistakes=(
        Mistake(
            "def strict_threshold(scores, right, wanted):\n"
            "    good = [t for t in scores if np.mean(right[scores >= t]) >= wanted]\n"
            "    return float(max(good)) if good else None",
            "You returned the highest threshold that will do: it answers the fewest questions, and the lowest answers the most.",
        ),
        Mistake(
            "def strict_threshold(scores, right, wanted):\n"
            "    found = None\n"
            "    for t in sorted(scores, reverse=True):\n"
            "        if np.mean(right[scores >= t]) < wanted:\n"
            "            break\n"
            "        found = float(t)\n"
            "    return found",
            "You stopped at the first threshold that fails; the share may rise again further down.",
        ),
        Mistake(
            "def strict_threshold(scores, right, wanted):\n"
            "    good = [t for t in scores if right[scores > t].size and np.mean(right[scores > t]) >= wanted]\n"
            "    return float(min(good)) if good else None",
            "A score equal to the threshold is answered too: use >= and not >.",
        ),
    ),
    remark="Choose it on some questions and test it on others: on the same ones it is optimistic by construction.",
)

quiz = Quiz(
    "06.quiz",
    (
        Question(
            "Two vector spaces are aligned with a dictionary of exactly as many pairs as dimensions. Which map do you fit?",
            (
                Option(
                    "Least squares: with that many pairs it fits all of them without error.",
                    False,
                    "It does, the noise included, and for this reason it is at its worst on words outside the dictionary.",
                ),
                Option(
                    "An orthogonal map by Procrustes, which can turn the space but not bend it to the noise.",
                    True,
                    "Few degrees of freedom are a virtue when pairs are few; in our figure it wins most clearly right there.",
                ),
                Option(
                    "None: too few pairs for any map.",
                    False,
                    "Procrustes already translates a good part of the words with far fewer pairs than dimensions.",
                ),
            ),
        ),
        Question(
            "Why does CSLS translate better than the plain cosine?",
            (
                Option(
                    "It takes points away from hubs, the target words that are near to everything.",
                    True,
                    "It subtracts each word's mean similarity to its nearest neighbours, which is large for hubs.",
                ),
                Option(
                    "It fits the map more closely to the dictionary.",
                    False,
                    "The map stays what it was; only the way of choosing the neighbour changes.",
                ),
                Option(
                    "It computes the same order in less time.",
                    False,
                    "It changes the order, and it takes longer, since neighbourhoods on both sides are needed.",
                ),
            ),
        ),
        Question(
            "You choose the threshold for “I do not know” on eighty questions. How do you report how good it is?",
            (
                Option(
                    "By the result on the same eighty questions, where the threshold is the best possible.",
                    False,
                    "Chosen there, it fits their accidents as well; the figure is optimistic by construction.",
                ),
                Option(
                    "By the score of an average question.",
                    False,
                    "A score says nothing about right or wrong; that needs questions with known answers.",
                ),
                Option(
                    "By the result on other questions, some of them without an answer in the collection.",
                    True,
                    "Both points matter: fresh questions, and among them what the system cannot know.",
                ),
            ),
        ),
    ),
)
