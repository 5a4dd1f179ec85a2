"""Exercises and quiz of notebook 05, Product recommendations."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Product recommendations"

lift = Exercise(
    id="05.lift",
    title="Lift",
    starter='''\
def lift(sessions, a, b):
    """How many times more often than by chance a and b are in one session; sessions is a list of sets.

    Return 0.0 if one of them is in no session.
    """
    return ...


ex.lift.check(lift)
''',
    code="""\
def lift(sessions, a, b):
    with_a = sum(a in session for session in sessions)
    with_b = sum(b in session for session in sessions)
    both = sum(a in session and b in session for session in sessions)
    if with_a == 0 or with_b == 0:
        return 0.0
    return both * len(sessions) / (with_a * with_b)
""",
    hints=(
        "Count three things: sessions with a, sessions with b, sessions with both.",
        "If a and b had nothing to do with each other, a share (with a) × (with b) of the sessions would hold both.",
        "Divide the share of sessions with both by that product of shares; the number of sessions stays in the formula once.",
    ),
    cases=(
        Case("[{1, 2}, {1, 2}, {3}, {3, 4}, {5}], 1, 2", "always together"),
        Case("[{1, 2}, {1, 3}, {2, 3}, {1, 2, 4}, {2}, {5}], 1, 2", "a bestseller and another"),
        Case("[{1}, {2}, {1, 3}], 1, 2", "never together"),
        Case("[{1}, {1, 3}], 1, 2", "one was never viewed"),
    ),
    mistakes=(
        Mistake(
            "def lift(sessions, a, b):\n"
            "    with_a = sum(a in s for s in sessions)\n"
            "    return sum(a in s and b in s for s in sessions) / with_a if with_a else 0.0",
            "That is the share of a's sessions that hold b: it is large for every bestseller b, so divide by b's own share too.",
        ),
        Mistake(
            "def lift(sessions, a, b):\n"
            "    with_a, with_b = sum(a in s for s in sessions), sum(b in s for s in sessions)\n"
            "    return sum(a in s and b in s for s in sessions) / (with_a * with_b) if with_a and with_b else 0.0",
            "You mixed counts: with shares of the sessions on both sides, the number of sessions does not cancel.",
        ),
        Mistake(
            "def lift(sessions, a, b):\n    return sum(a in s and b in s for s in sessions) / len(sessions)",
            "That is how often the two are viewed together; it has to be compared with what chance would give.",
        ),
    ),
    remark="1 means no connection; its logarithm is the pointwise mutual information that Word2Vec implicitly factorises.",
)

list_diversity = Exercise(
    id="05.list_diversity",
    title="Variety of a list",
    starter='''\
def list_diversity(similarity, items):
    """Mean of 1 - similarity over all pairs of different products in the list items (two or more).

    similarity: array (n, n); items: list of row numbers. Returns a number.
    """
    return ...


ex.list_diversity.check(list_diversity)
''',
    code="""\
def list_diversity(similarity, items):
    block = similarity[np.ix_(items, items)]
    first, second = np.triu_indices(len(items), k=1)
    return float(np.mean(1 - block[first, second]))
""",
    hints=(
        "`similarity[np.ix_(items, items)]` is the table of the list alone.",
        "A product compared with itself says nothing: leave out the diagonal.",
        "`np.triu_indices(k, 1)` gives each pair once.",
    ),
    setup="""\
import numpy as np

table = np.array([[1.0, 0.8, 0.1, 0.3], [0.8, 1.0, 0.2, 0.5], [0.1, 0.2, 1.0, 0.6], [0.3, 0.5, 0.6, 1.0]])
""",
    cases=(
        Case("table, [0, 1]", "a list of two near-copies"),
        Case("table, [3, 0, 2]", "a list of three"),
        Case("table, [0, 1, 2, 3]", "the whole shop"),
    ),
    mistakes=(
        Mistake(
            "def list_diversity(similarity, items):\n    return float(np.mean(1 - similarity[np.ix_(items, items)]))",
            "Each product was also compared with itself, which pulls the diversity towards zero.",
        ),
        Mistake(
            "def list_diversity(similarity, items):\n"
            "    i, j = np.triu_indices(len(items), 1)\n"
            "    return float(np.mean(similarity[np.ix_(items, items)][i, j]))",
            "That is the mean similarity: a varied list must get the larger number.",
        ),
        Mistake(
            "def list_diversity(similarity, items):\n"
            "    return float(np.mean([1 - similarity[a, b] for a, b in zip(items, items[1:])]))",
            "You compared neighbours in the list only; the order of a list plays no part in its variety.",
        ),
    ),
    remark="The measure belongs beside Recall: a random list is the most varied of all.",
)

grow_trust = Exercise(
    id="05.grow_trust",
    title="Trust that grows",
    starter='''\
def grow_trust(text, behaviour, views, half):
    """Blend two scores of each product by the number of its views.

    text, behaviour, views: arrays (n,); after `half` views both scores count equally. Returns an array (n,).
    """
    return ...


ex.grow_trust.check(grow_trust)
''',
    code="""\
def grow_trust(text, behaviour, views, half):
    weight = views / (views + half)
    return weight * np.where(views > 0, behaviour, 0.0) + (1 - weight) * text
""",
    hints=(
        "The weight of behaviour is `views / (views + half)`: 0 without views, a half after `half` views.",
        "Text gets `1 - weight`, so that the two weights always add up to one.",
        "The behaviour score of a product without views is `nan`, and 0 × nan is nan: replace it first with `np.where`.",
    ),
    cases=(
        Case("np.array([0.2, 0.4]), np.array([0.8, 0.0]), np.array([10, 30]), 10", "two products with views"),
        Case("np.array([0.5, 0.3]), np.array([1.0, -1.0]), np.array([90, 0]), 10", "one has no views"),
        Case("np.array([0.5, 0.3]), np.array([1.0, np.nan]), np.array([15, 0]), 5", "no views, and so no score: nan"),
    ),
    mistakes=(
        Mistake(
            "def grow_trust(text, behaviour, views, half):\n"
            "    weight = views / (views + half)\n"
            "    return weight * text + (1 - weight) * behaviour",
            "The weights are exchanged: with more views, behaviour must count for more.",
        ),
        Mistake(
            "def grow_trust(text, behaviour, views, half):\n    return np.where(views >= half, behaviour, text)",
            "You switched from one score to the other at `half` views; the weight should grow with each view.",
        ),
        Mistake(
            "def grow_trust(text, behaviour, views, half):\n"
            "    weight = views / (views + half)\n"
            "    return weight * behaviour + (1 - weight) * text",
            "Zero times nan is nan: a product without views must get its text score.",
        ),
        Mistake(
            "def grow_trust(text, behaviour, views, half):\n"
            "    weight = views / views.max()\n"
            "    return weight * np.where(views > 0, behaviour, 0.0) + (1 - weight) * text",
            "You measured views against the bestseller; `half` says when both scores count equally.",
        ),
    ),
    remark="Statisticians call this shrinkage: little evidence is pulled towards what is known without it.",
)

quiz = Quiz(
    "05.quiz",
    (
        Question(
            "A new recommender reaches a Recall@10 of 0.12 in your shop. What do you ask first?",
            (
                Option(
                    "What do the bestsellers reach on the same sessions?",
                    True,
                    "Popularity is the baseline to beat; in our shops it reaches more than 0.12 without knowing the visitor.",
                ),
                Option(
                    "Why is it below one half?",
                    False,
                    "One hidden item among hundreds, and visitors are moody: the best method here is far below one half too.",
                ),
                Option(
                    "Is it above ten divided by the number of products?",
                    False,
                    "It beats a random list, but so do the bestsellers: the harder baseline decides.",
                ),
            ),
        ),
        Question(
            "For a lamp, item2vec recommends a jumper of the same style. Where did it learn about style?",
            (
                Option(
                    "From the descriptions, which name the style.",
                    False,
                    "It never reads a description, and they hardly ever name the style.",
                ),
                Option(
                    "From the attribute table, where the style is a column.",
                    False,
                    "It sees row numbers only; the attributes were used to examine it afterwards.",
                ),
                Option(
                    "From the company that products keep in sessions: visitors who follow a style view both.",
                    True,
                    "Items with similar company get similar vectors, whatever the reason for the company is.",
                ),
            ),
        ),
        Question(
            "Behaviour beats text in all five simulated shops. What may you tell a shopkeeper?",
            (
                Option(
                    "Behaviour beats text by a clear margin: five shops agree.",
                    False,
                    "Five shops of one simulator share its rules; they only say that chance within these rules is small.",
                ),
                Option(
                    "The method finds what visitors follow if they follow something; whether they do must be measured with them.",
                    True,
                    "We put the pattern in, and the method got it out. That is a test of the method, not of people.",
                ),
                Option(
                    "Nothing at all: simulations are worthless.",
                    False,
                    "They show what a method can recover and where it must fail, such as for a new product.",
                ),
            ),
        ),
    ),
)
