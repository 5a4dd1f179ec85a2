"""Exercises and quiz of notebook 17, Embedding spaces and transfer."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Embedding spaces and transfer"

labels_for = Exercise(
    id="17.labels_for",
    title="How many labels for this accuracy?",
    starter='''\
def labels_for(counts, accuracy, target):
    """Number of labels at which a rising learning curve reaches target, or None if it never does.

    counts: rising list such as [1, 2, 4, 8]; accuracy: list of the same length. Between two points the curve is
    a straight line over the logarithm of the count. If the first point reaches target, return its count.
    """
    return ...


ex.labels_for.check(labels_for)
''',
    code="""\
def labels_for(counts, accuracy, target):
    if accuracy[0] >= target:
        return float(counts[0])
    for i in range(1, len(counts)):
        if accuracy[i] >= target:
            share = (target - accuracy[i - 1]) / (accuracy[i] - accuracy[i - 1])
            return float(counts[i - 1] * (counts[i] / counts[i - 1]) ** share)
    return None
""",
    hints=(
        "Find the first point that reaches the target; the answer lies between it and the point before.",
        "`share = (target - before) / (after - before)` says how far along the piece the target is reached.",
        "A straight line over the logarithm: count = left × (right / left) ** share.",
    ),
    setup="import numpy as np\n",
    cases=(
        Case("[1, 2, 4, 8, 16], [0.4, 0.5, 0.6, 0.8, 0.9], 0.7", "reached half-way between two points"),
        Case("[1, 4, 16], [0.5, 0.6, 0.7], 0.45", "the first point is enough"),
        Case("[1, 4, 16], [0.5, 0.6, 0.7], 0.95", "never reached"),
        Case("[1, 10, 100], [0.2, 0.4, 0.9], 0.9", "reached at the last point"),
    ),
    mistakes=(
        Mistake(
            "def labels_for(counts, accuracy, target):\n"
            "    for i, value in enumerate(accuracy):\n"
            "        if value >= target:\n"
            "            return float(counts[i])\n"
            "    return None",
            "You returned the next measured point; the curve reaches the target before it.",
        ),
        Mistake(
            "def labels_for(counts, accuracy, target):\n"
            "    return float(np.interp(target, accuracy, counts)) if accuracy[-1] >= target else None",
            "That is a straight line over the count itself; learning curves are read over its logarithm.",
        ),
        Mistake(
            "def labels_for(counts, accuracy, target):\n    return float(2 ** np.interp(target, accuracy, np.log2(counts)))",
            "A target that is never reached has no number of labels: return None.",
        ),
    ),
    remark="Divide the answers of two methods, and you can say: this one saves nine labels in ten.",
)

prototypes = Exercise(
    id="17.prototypes",
    title="A name and a few examples",
    starter='''\
def prototypes(names, examples, labels, weight):
    """One vector of length one for each class, from its name and its labelled examples.

    names: array (classes, d), vectors of the class names; examples: array (n, d); labels: array (n,) of class
    numbers. A name counts as much as `weight` examples; a class without examples keeps its name's direction.
    """
    return ...


ex.prototypes.check(prototypes)
''',
    code="""\
def prototypes(names, examples, labels, weight):
    total = weight * names
    for c in range(len(names)):
        total[c] += examples[labels == c].sum(axis=0)
    return total / np.linalg.norm(total, axis=1, keepdims=True)
""",
    hints=(
        "Start with `weight * names` and add to each class the sum of its examples, not their mean.",
        "`examples[labels == c].sum(axis=0)` is zero for a class without examples, so nothing special is needed.",
        "At the end bring every row to length one.",
    ),
    setup="""\
import numpy as np

called = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
shown = np.array([[0.6, 0.8, 0.0], [0.8, 0.0, 0.6], [0.0, 0.6, 0.8], [0.0, 0.8, 0.6]])
""",
    cases=(
        Case("called, shown, np.array([0, 0, 1, 1]), 2.0", "two classes with two examples, one with none"),
        Case("called, shown, np.array([0, 0, 0, 2]), 1.0", "classes with three, no and one example"),
        Case("called, shown[:0], np.array([], dtype=int), 1.0", "no examples at all"),
    ),
    mistakes=(
        Mistake(
            "def prototypes(names, examples, labels, weight):\n"
            "    total = weight * names\n"
            "    for c in range(len(names)):\n"
            "        if (labels == c).any():\n"
            "            total[c] += examples[labels == c].mean(axis=0)\n"
            "    return total / np.linalg.norm(total, axis=1, keepdims=True)",
            "You added the mean of the examples: so ten examples count no more against the name than one.",
        ),
        Mistake(
            "def prototypes(names, examples, labels, weight):\n"
            "    total = weight * names\n"
            "    for c in range(len(names)):\n"
            "        total[c] += examples[labels == c].sum(axis=0)\n"
            "    return total",
            "The rows have different lengths, and a class with many examples would win every dot product.",
        ),
        Mistake(
            "def prototypes(names, examples, labels, weight):\n"
            "    total = np.zeros_like(names)\n"
            "    for c in range(len(names)):\n"
            "        total[c] = examples[labels == c].sum(axis=0) if (labels == c).any() else names[c]\n"
            "    return total / np.linalg.norm(total, axis=1, keepdims=True)",
            "The name was dropped as soon as there was an example; it still knows something.",
        ),
    ),
    remark="Little evidence leans on what is known without it: the same idea as the shrinkage of a recommender.",
)

class_mean = Exercise(
    id="17.class_mean",
    title="Accuracy where classes are uneven",
    starter='''\
def class_mean(predicted, truth):
    """Mean, over the classes that occur in truth, of the share of their members that were predicted right.

    predicted, truth: arrays (n,) of labels. Returns a number.
    """
    return ...


ex.class_mean.check(class_mean)
''',
    code="""\
def class_mean(predicted, truth):
    return float(np.mean([np.mean(predicted[truth == c] == c) for c in np.unique(truth)]))
""",
    hints=(
        "Take the classes from truth: `np.unique(truth)`.",
        "For one class look only at its members, `predicted[truth == c]`.",
        "Average the shares, each class once, whatever its size.",
    ),
    setup="import numpy as np\n",
    cases=(
        Case('np.array(["a", "a", "a", "b"]), np.array(["a", "a", "b", "b"])', "two even classes"),
        Case('np.array(["a"] * 10), np.array(["a"] * 9 + ["b"])', "a rare class that is never found"),
        Case(
            'np.array(["a", "b", "c", "c"]), np.array(["a", "b", "b", "b"])', "a class is predicted that does not occur"
        ),
    ),
    mistakes=(
        Mistake(
            "def class_mean(predicted, truth):\n    return float(np.mean(predicted == truth))",
            "That is the plain share: a class of nine in ten decides it nearly alone.",
        ),
        Mistake(
            "def class_mean(predicted, truth):\n"
            "    return float(np.mean([np.mean(truth[predicted == c] == c) for c in np.unique(predicted)]))",
            "You divided by what was predicted as the class (precision); divide by what belongs to it.",
        ),
        Mistake(
            "def class_mean(predicted, truth):\n"
            "    classes = np.union1d(predicted, truth)\n"
            "    return float(sum(np.mean(predicted[truth == c] == c) for c in classes if (truth == c).any()) / len(classes))",
            "A class without a member in truth has no share to count, but you divided by it too.",
        ),
    ),
    remark="It is also called balanced accuracy or macro recall; always guessing the same gives 1 / classes.",
)

quiz = Quiz(
    "17.quiz",
    (
        Question(
            "On the notes, TF-IDF passes the pretrained vectors at some number of labels. Why there and not on the topics?",
            (
                Option(
                    "The notes repeat their phrases, so that counted words soon have been seen; the topic sentences do not.",
                    True,
                    "Transfer helps where the words of the test are new; where they come back, counting them is hard to beat.",
                ),
                Option(
                    "Medical words are not in the model's vocabulary.",
                    False,
                    "The notes of the first clinic are plain English, and with few labels the model leads there.",
                ),
                Option(
                    "The notes have fewer classes.",
                    False,
                    "Fewer classes make it easier for both and say nothing about their order.",
                ),
            ),
        ),
        Question(
            "On notes of the clinic that it was trained on, a probe on layer 0 does nearly as well as one on the last layer. Which do you take for a new clinic?",
            (
                Option(
                    "Layer 0: it is the simpler one and needs less computing.",
                    False,
                    "On the other clinic it was next to guessing: it had learned the first clinic's words.",
                ),
                Option(
                    "A middle layer, as a compromise.",
                    False,
                    "A guess. Nothing that was measured speaks for it.",
                ),
                Option(
                    "The one that does better on notes of another clinic, here the last.",
                    True,
                    "Choose by the data that you will meet; if you have none of it, hold out the domain that is least like the rest.",
                ),
            ),
        ),
        Question(
            "A probe finds the word “not” in every test sentence. Do the vectors hold negation?",
            (
                Option(
                    "Yes, an accuracy of 1.00 leaves no doubt.",
                    False,
                    "Counting words has 1.00 too: in that test negation and the word “not” are the same thing.",
                ),
                Option(
                    "Ask for sentences that deny without that word, before you say so.",
                    True,
                    "There the probe fell from 1.00 to about two thirds. A test must separate what you mean from what comes with it.",
                ),
                Option(
                    "No, since cosines of a sentence and its negation are high.",
                    False,
                    "A high cosine only says that the difference is small, and a probe can read small differences.",
                ),
            ),
        ),
    ),
)
