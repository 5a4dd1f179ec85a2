"""Exercises and quiz of notebook 19, Visualisation."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Visualisation"

trust = Exercise(
    id="19.trust",
    title="Trustworthiness by hand",
    starter='''\
def trust(ranks, near):
    """Trustworthiness of a map.

    ranks: array (n, n), the true rank of point j seen from point i (1 = nearest);
    near: array (n, k), the k nearest points on the map.
    """
    return ...


ex.trust.check(trust)
''',
    code="""\
def trust(ranks, near):
    n, k = near.shape
    true = np.take_along_axis(ranks, near, axis=1)
    costs = np.maximum(true - k, 0).sum()
    return float(1 - 2 * costs / (n * k * (2 * n - 3 * k - 1)))
""",
    hints=(
        "`np.take_along_axis(ranks, near, axis=1)` gives the true ranks of the neighbours on the map, (n, k).",
        "A neighbour with a true rank of k or less costs nothing: `np.maximum(…, 0)`.",
        "Sum over everything, then scale as in the formula; n and k are the shape of `near`.",
    ),
    setup="""\
import numpy as np

line = np.abs(np.subtract.outer(np.arange(7.0), np.arange(7.0))) + 0.01 * np.arange(7)
np.fill_diagonal(line, -1)
ranks = np.argsort(np.argsort(line, axis=1), axis=1)
good = np.argsort(ranks, axis=1)[:, 1:3]
bad = np.argsort(-ranks, axis=1)[:, :2]
mixed = np.array([[1, 6], [0, 2], [1, 3], [6, 4], [3, 5], [4, 0], [5, 4]])
""",
    cases=(
        Case("ranks, good", "a map that keeps all neighbours"),
        Case("ranks, mixed", "three false neighbours"),
        Case("ranks, bad", "a map that is upside down"),
        Case("ranks, mixed[:, :1]", "one neighbour each"),
    ),
    mistakes=(
        Mistake(
            "def trust(ranks, near):\n"
            "    n, k = near.shape\n"
            "    true = np.take_along_axis(ranks, near, axis=1)\n"
            "    return float(1 - 2 * (true - k).sum() / (n * k * (2 * n - 3 * k - 1)))",
            "A neighbour that is nearer than rank k must cost nothing; yours earns a bonus.",
        ),
        Mistake(
            "def trust(ranks, near):\n"
            "    n, k = near.shape\n"
            "    true = np.take_along_axis(ranks, near, axis=1)\n"
            "    return float(1 - 2 * true[true > k].sum() / (n * k * (2 * n - 3 * k - 1)))",
            "The cost of a false neighbour is its rank minus k, not its rank.",
        ),
        Mistake(
            "def trust(ranks, near):\n"
            "    true = np.take_along_axis(ranks, near, axis=1)\n"
            "    return float(1 - (true > near.shape[1]).mean())",
            "You counted false neighbours; each must cost the more, the farther away it truly is.",
        ),
    ),
    remark="Exchange map and original, and the same formula is called continuity: true neighbours that the map lost.",
)

triples_kept = Exercise(
    id="19.triples_kept",
    title="Three points at a time",
    starter='''\
def triples_kept(true, shown, triples):
    """Share of the triples (i, j, l) for which the map keeps which of j and l is nearer to i.

    true, shown: arrays (n, n) of distances, in the original space and on the map; triples: array (t, 3).
    """
    return ...


ex.triples_kept.check(triples_kept)
''',
    code="""\
def triples_kept(true, shown, triples):
    i, j, l = triples.T
    return float(np.mean((true[i, j] < true[i, l]) == (shown[i, j] < shown[i, l])))
""",
    hints=(
        "`i, j, l = triples.T` gives three arrays; `true[i, j]` is then an array of distances.",
        "For each triple there is one yes or no in the original (is j nearer than l?) and one on the map.",
        "Kept means that both say the same, be it yes or no.",
    ),
    setup="""\
import numpy as np

original = np.array([0.0, 1.0, 3.0, 7.0, 20.0])
true = np.abs(np.subtract.outer(original, original))
stretched = np.abs(np.subtract.outer(original**0.5, original**0.5))
shuffled = true[np.ix_([3, 0, 4, 1, 2], [3, 0, 4, 1, 2])]
every = np.array([[i, j, l] for i in range(5) for j in range(5) for l in range(5) if len({i, j, l}) == 3 and j < l])
""",
    cases=(
        Case("true, 3 * true, every", "a map that is only larger"),
        Case("true, stretched, every", "far distances shortened"),
        Case("true, shuffled, every", "points that were exchanged"),
        Case("true, shuffled, every[::4]", "a sample of the triples"),
    ),
    mistakes=(
        Mistake(
            "def triples_kept(true, shown, triples):\n"
            "    i, j, l = triples.T\n"
            "    return float(np.mean((true[i, j] < true[i, l]) & (shown[i, j] < shown[i, l])))",
            "If l is the nearer one in both, the order is kept too: compare the two answers instead of asking for two yes.",
        ),
        Mistake(
            "def triples_kept(true, shown, triples):\n"
            "    i, j, l = triples.T\n"
            "    return float(np.mean((true[i, j] < true[j, l]) == (shown[i, j] < shown[j, l])))",
            "Both distances start at i: i to j, and i to l.",
        ),
        Mistake(
            "def triples_kept(true, shown, triples):\n"
            "    i, j, l = triples.T\n"
            "    return float(np.mean(np.isclose(true[i, j] / true[i, l], shown[i, j] / shown[i, l])))",
            "The ratio of the two distances may change; only which of them is smaller counts.",
        ),
    ),
    remark="A few thousand random triples are enough, so this works for millions of points.",
)

safe_perplexity = Exercise(
    id="19.safe_perplexity",
    title="A perplexity that cannot fail",
    starter='''\
def safe_perplexity(n, wanted=30):
    """The wanted perplexity, or a third of the other n - 1 points if that is less; n is at least 4.

    Returns a float.
    """
    return ...


ex.safe_perplexity.check(safe_perplexity)
''',
    code="""\
def safe_perplexity(n, wanted=30):
    return float(min(wanted, (n - 1) / 3))
""",
    hints=(
        "Each point has n - 1 others.",
        "A perplexity need not be a whole number: a third of four is allowed.",
        "The smaller of the two wins: `min(wanted, …)`.",
    ),
    cases=(
        Case("300,", "plenty of points"),
        Case("5,", "the chapter's five documents"),
        Case("60, 50", "a large wish"),
        Case("1000, 50", "a large wish that can be met"),
        Case("4,", "the fewest"),
    ),
    mistakes=(
        Mistake(
            "def safe_perplexity(n, wanted=30):\n    return float(min(wanted, n - 1))",
            "That does not fail, but it makes every point a neighbour of every other: take a third of the others.",
        ),
        Mistake(
            "def safe_perplexity(n, wanted=30):\n    return float(min(wanted, (n - 1) // 3))",
            "You rounded down: a perplexity need not be whole, and for few points the rest counts.",
        ),
        Mistake(
            "def safe_perplexity(n, wanted=30):\n    return float(min(wanted, n / 3))",
            "A point is not its own neighbour: a third of the n - 1 others.",
        ),
    ),
    remark="scikit-learn itself looks at 3 × perplexity neighbours of each point, which is where the third comes from.",
)

quiz = Quiz(
    "19.quiz",
    (
        Question(
            "On a t-SNE map of your customers, group A lies right beside group B and far from C. What do you report?",
            (
                Option(
                    "A and B are similar, C is different.",
                    False,
                    "A planted gap of 6.25 was drawn as about one: distances between islands carry next to nothing.",
                ),
                Option(
                    "Nothing about A, B and C before the distances between the vectors are computed.",
                    True,
                    "The vectors know; three mean cosines answer the question, and a map may then illustrate it.",
                ),
                Option(
                    "The same, but after three maps with other seeds that agree.",
                    False,
                    "Seeds vary what is left to chance. This lie is built in, and all seeds may tell it alike.",
                ),
            ),
        ),
        Question(
            "A map of sentences scores a higher share of own-topic neighbours than the vectors themselves. What does that mean?",
            (
                Option(
                    "The map flatters: pulling neighbours together tidies what is mixed in truth.",
                    True,
                    "So a judgement of the vectors must be made on the vectors.",
                ),
                Option(
                    "The map knows the topics.",
                    False,
                    "It never saw them; it only exaggerates neighbourhoods that exist.",
                ),
                Option(
                    "Two dimensions are enough for this model.",
                    False,
                    "More than half of each sentence's true neighbours were lost on the way to two dimensions.",
                ),
            ),
        ),
        Question(
            "Your map shows forty small clumps. What do you do first?",
            (
                Option(
                    "Give each clump a name and list them.",
                    False,
                    "At a low perplexity, noise looks like that too.",
                ),
                Option(
                    "Lower the perplexity until the clumps are clear.",
                    False,
                    "That is how clumps are made out of noise.",
                ),
                Option(
                    "Map shuffled or random vectors with the same settings, and see whether clumps appear there as well.",
                    True,
                    "A picture needs a baseline like any number: what does it show where nothing is?",
                ),
            ),
        ),
    ),
)
