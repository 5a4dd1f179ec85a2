"""Exercises and quiz of notebook 07, Vision."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Vision"

precision_at_k = Exercise(
    id="07.precision_at_k",
    title="Precision at k",
    starter='''\
def precision_at_k(similarity, labels, k):
    """Mean over all pictures of the share of right ones among the k most similar *other* pictures.

    similarity: array (n, n); labels: array (n,). Returns a number.
    """
    return ...


ex.precision_at_k.check(precision_at_k)
''',
    code="""\
def precision_at_k(similarity, labels, k):
    scores = similarity.copy()
    np.fill_diagonal(scores, -np.inf)
    nearest = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return float(np.mean(labels[nearest] == labels[:, None]))
""",
    hints=(
        "A picture is most similar to itself, and finding it is no achievement.",
        "Put minus infinity on the diagonal of a copy, then `np.argsort(-scores, axis=1)` gives the order of each row.",
        "`labels[nearest]` has shape (n, k): compare it with `labels[:, None]`.",
    ),
    setup="""\
import numpy as np

near = np.array([[1.0, 0.9, 0.2, 0.1], [0.9, 1.0, 0.3, 0.4], [0.2, 0.3, 1.0, 0.6], [0.1, 0.4, 0.6, 1.0]])
loud = np.array([[1.0, 2.0, 3.0], [2.0, 9.0, 8.0], [3.0, 8.0, 9.0]])
""",
    cases=(
        Case("near, np.array([0, 0, 1, 1]), 1", "two clear pairs"),
        Case("near, np.array([0, 1, 0, 1]), 2", "what looks alike is of different kinds"),
        Case("near, np.array([0, 0, 1, 1]), 2", "two places, one right answer each"),
        Case(
            "loud, np.array([0, 0, 1]), 1", "similarities that are no cosines: a picture is not always its own nearest"
        ),
    ),
    mistakes=(
        Mistake(
            "def precision_at_k(similarity, labels, k):\n"
            "    nearest = np.argsort(-similarity, axis=1, kind='stable')[:, :k]\n"
            "    return float(np.mean(labels[nearest] == labels[:, None]))",
            "Each picture found itself first, which is always right: leave it out.",
        ),
        Mistake(
            "def precision_at_k(similarity, labels, k):\n"
            "    scores = similarity.copy()\n"
            "    np.fill_diagonal(scores, -np.inf)\n"
            "    nearest = np.argsort(scores, axis=1, kind='stable')[:, :k]\n"
            "    return float(np.mean(labels[nearest] == labels[:, None]))",
            "You took the least similar ones: sort by the negative similarity.",
        ),
        Mistake(
            "def precision_at_k(similarity, labels, k):\n"
            "    scores = similarity.copy()\n"
            "    np.fill_diagonal(scores, -np.inf)\n"
            "    nearest = np.argsort(-scores, axis=1, kind='stable')[:, :k]\n"
            "    return float(np.mean((labels[nearest] == labels[:, None]).any(axis=1)))",
            "That counts the pictures with at least one right answer (a hit rate); precision is the share of the k places.",
        ),
        Mistake(
            "def precision_at_k(similarity, labels, k):\n"
            "    nearest = np.argsort(-similarity, axis=1, kind='stable')[:, 1 : k + 1]\n"
            "    return float(np.mean(labels[nearest] == labels[:, None]))",
            "You dropped whatever came first; remove the picture itself, wherever it stands.",
        ),
    ),
    remark="If a kind has fewer than k + 1 pictures, precision at k cannot reach 1: look at the best possible value too.",
)

cheapest_threshold = Exercise(
    id="07.cheapest_threshold",
    title="What a mistake costs",
    starter='''\
def cheapest_threshold(scores, same, strangers, cost_in, cost_out):
    """The threshold at which a try at the door costs least on average.

    scores: array (n,); same: array (n,) of bool: test pairs. strangers: share of the tries that come from strangers.
    cost_in: of letting a stranger in; cost_out: of turning an owner away. A pair matches if its score reaches the
    threshold, which is one of the scores or infinity (nobody gets in); of equally cheap ones take the lowest.
    """
    return ...


ex.cheapest_threshold.check(cheapest_threshold)
''',
    code="""\
def cheapest_threshold(scores, same, strangers, cost_in, cost_out):
    thresholds = np.append(np.unique(scores), np.inf)
    let_in = np.array([np.mean(scores[~same] >= t) for t in thresholds])
    turned_away = np.array([np.mean(scores[same] < t) for t in thresholds])
    cost = strangers * cost_in * let_in + (1 - strangers) * cost_out * turned_away
    return thresholds[np.argmin(cost)]
""",
    hints=(
        "A try comes from a stranger or from an owner. What does each cost on average, at a given threshold?",
        "The stranger costs `cost_in` times the false match rate, the owner `cost_out` times the false non-match rate; weigh them by `strangers` and `1 - strangers`.",
        "Work that out for every threshold in `np.append(np.unique(scores), np.inf)`; `np.argmin` finds the first of the cheapest.",
    ),
    setup="""\
import numpy as np

scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2, 0.1])
same = np.array([1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0], dtype=bool)
""",
    cases=(
        Case("scores, same, 0.5, 1.0, 1.0", "both mistakes cost the same"),
        Case("scores, same, 0.5, 3.0, 1.0", "a stranger inside costs three times as much"),
        Case("scores, same, 0.5, 100.0, 1.0", "a bank: a stranger inside costs a hundred times as much"),
        Case("scores, same, 0.01, 100.0, 1.0", "the same bank, but strangers are rare"),
        Case("scores, ~same, 0.5, 100.0, 1.0", "strangers have the best scores"),
        Case("scores, same, 0.0, 1.0, 1.0", "no stranger ever comes"),
    ),
    mistakes=(
        Mistake(
            "def cheapest_threshold(scores, same, strangers, cost_in, cost_out):\n"
            "    thresholds = np.append(np.unique(scores), np.inf)\n"
            "    cost = [cost_in * np.mean(scores[~same] >= t) + cost_out * np.mean(scores[same] < t) for t in thresholds]\n"
            "    return thresholds[np.argmin(cost)]",
            "Strangers and owners do not come equally often: weigh the two costs by `strangers` and `1 - strangers`.",
        ),
        Mistake(
            "def cheapest_threshold(scores, same, strangers, cost_in, cost_out):\n"
            "    thresholds = np.append(np.unique(scores), np.inf)\n"
            "    let_in = np.array([np.sum(scores[~same] >= t) for t in thresholds])\n"
            "    turned_away = np.array([np.sum(scores[same] < t) for t in thresholds])\n"
            "    cost = strangers * cost_in * let_in + (1 - strangers) * cost_out * turned_away\n"
            "    return thresholds[np.argmin(cost)]",
            "You added up pairs; how many pairs of each kind the test has says nothing about the door, so use rates.",
        ),
        Mistake(
            "def cheapest_threshold(scores, same, strangers, cost_in, cost_out):\n"
            "    thresholds = np.unique(scores)\n"
            "    let_in = np.array([np.mean(scores[~same] >= t) for t in thresholds])\n"
            "    turned_away = np.array([np.mean(scores[same] < t) for t in thresholds])\n"
            "    cost = strangers * cost_in * let_in + (1 - strangers) * cost_out * turned_away\n"
            "    return thresholds[np.argmin(cost)]",
            "Letting nobody in may be cheapest: infinity is a threshold, too.",
        ),
        Mistake(
            "def cheapest_threshold(scores, same, strangers, cost_in, cost_out):\n"
            "    thresholds = np.append(np.unique(scores), np.inf)\n"
            "    let_in = np.array([np.mean(scores[~same] > t) for t in thresholds])\n"
            "    turned_away = np.array([np.mean(scores[same] <= t) for t in thresholds])\n"
            "    cost = strangers * cost_in * let_in + (1 - strangers) * cost_out * turned_away\n"
            "    return thresholds[np.argmin(cost)]",
            "A score that reaches the threshold exactly matches.",
        ),
    ),
    remark="In the test of this notebook over a hundred pairs of strangers stand against each pair of one person: its rates carry over to a door, its counts do not.",
)

allowed_false_match = Exercise(
    id="07.allowed_false_match",
    title="How strict must one comparison be?",
    starter='''\
def allowed_false_match(people, most):
    """The false match rate of one comparison at which a share most of innocents matches somebody on the list.

    people: number of strangers on the list; most: between 0 and 1. Returns a number.
    """
    return ...


ex.allowed_false_match.check(allowed_false_match)
''',
    code="""\
def allowed_false_match(people, most):
    return 1 - (1 - most) ** (1 / people)
""",
    hints=(
        "Turn the question round: an innocent passes if *none* of the comparisons matches.",
        "With a rate f that happens with probability (1 − f) to the power of the number of people.",
        "Set that equal to 1 − most and solve for f: a root undoes the power.",
    ),
    cases=(
        Case((1, 0.3), "a list of one"),
        Case((2, 0.75), "a list of two, and a large share"),
        Case((10, 0.5), "a list of ten"),
        Case((1000, 0.2), "a list of a thousand"),
    ),
    mistakes=(
        Mistake(
            "def allowed_false_match(people, most):\n    return most / people",
            "Close for small shares, but chances of several comparisons do not add up: with two of 0.5 you would be certain to match.",
        ),
        Mistake(
            "def allowed_false_match(people, most):\n    return 1 - (1 - most) ** people",
            "That is the share that is stopped if each comparison errs at the rate `most`; the question goes the other way.",
        ),
        Mistake(
            "def allowed_false_match(people, most):\n    return most ** (1 / people)",
            "That is for matching with everybody on the list; one match is enough to be stopped.",
        ),
    ),
    remark="For a list of a million people and one stop in a hundred innocents, the rate must be near one in a hundred million.",
)

quiz = Quiz(
    "07.quiz",
    (
        Question(
            "A network that was trained to name ten animals is used to find similar pictures of plants. What do you expect?",
            (
                Option(
                    "It works: similar is similar.",
                    False,
                    "It learned what tells ten animals apart. What tells plants apart may have been thrown away.",
                ),
                Option(
                    "It may be worse than a histogram of colours, so measure both on labelled plants.",
                    True,
                    "An embedding keeps what its training asked for; digits 5 to 9 showed how much can be lost.",
                ),
                Option(
                    "It cannot work at all.",
                    False,
                    "Some of what it learned may carry over, and with many varied classes much does. Only a measurement tells.",
                ),
            ),
        ),
        Question(
            "A shop searches each visitor's face in a list of 1,000 people; the maker states a false match rate of 0.001. What will happen?",
            (
                Option(
                    "About one visitor in a thousand is stopped wrongly.",
                    False,
                    "That would be so for one comparison; here are a thousand for each visitor.",
                ),
                Option(
                    "Nothing, since no list is that long.",
                    False,
                    "Lists of that length and far longer are in use.",
                ),
                Option(
                    "Of innocent visitors more than half may be stopped.",
                    True,
                    "1 − 0.999 to the power of 1,000 is 0.63, if comparisons err independently.",
                ),
            ),
        ),
        Question(
            "The vectors of a film's pictures are averaged. Which question can the average not answer?",
            (
                Option(
                    "Does somebody sit down or stand up?",
                    True,
                    "The two films hold the same pictures in opposite order, and a mean does not know the order.",
                ),
                Option(
                    "Is the scene a beach or an office?",
                    False,
                    "Any single picture tells, and so does the mean.",
                ),
                Option(
                    "Who is in the film?",
                    False,
                    "The person is the same in all pictures: the mean even helps, since light and pose average out.",
                ),
            ),
        ),
    ),
)
