"""Exercises and quiz of notebook 09, Graphs."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Graphs"

resource_allocation = Exercise(
    id="09.resource_allocation",
    title="A neighbour divided by its friends",
    starter='''\
def resource_allocation(adjacency):
    """Score every pair of nodes by its common neighbours, each worth 1 / (its own number of neighbours).

    adjacency: symmetric array (n, n) of 0 and 1, zeros on the diagonal. Returns an array (n, n) with zeros on the
    diagonal. A node without neighbours is nobody's common neighbour.
    """
    return ...


ex.resource_allocation.check(resource_allocation)
''',
    code="""\
def resource_allocation(adjacency):
    degree = adjacency.sum(axis=1)
    worth = np.where(degree > 0, 1 / np.maximum(degree, 1), 0.0)
    scores = (adjacency * worth) @ adjacency
    np.fill_diagonal(scores, 0)
    return scores
""",
    hints=(
        "`adjacency @ adjacency` counts common neighbours: entry (a, b) sums over all nodes c the product of a–c and c–b.",
        "Put the worth of c between the two factors: `(adjacency * worth) @ adjacency`, one worth for each column.",
        "Guard the division for nodes without neighbours, and set the diagonal to zero at the end.",
    ),
    setup="""\
import numpy as np

path = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
star = np.zeros((6, 6), dtype=int)
star[0, 1:5] = star[1:5, 0] = 1
mixed = np.array([[0, 1, 1, 0, 0], [1, 0, 1, 1, 0], [1, 1, 0, 1, 1], [0, 1, 1, 0, 0], [0, 0, 1, 0, 0]])
""",
    cases=(
        Case("mixed", "five nodes, some with two neighbours in common"),
        Case("path", "three nodes in a row"),
        Case("star", "a hub with four friends, and a node without any"),
    ),
    mistakes=(
        Mistake(
            "def resource_allocation(adjacency):\n"
            "    scores = adjacency @ adjacency\n"
            "    np.fill_diagonal(scores, 0)\n"
            "    return scores.astype(float)",
            "You counted common neighbours; one that knows everybody must be worth less than one that knows these two.",
        ),
        Mistake(
            "def resource_allocation(adjacency):\n"
            "    degree = adjacency.sum(axis=1)\n"
            "    worth = np.where(degree > 1, 1 / np.log(np.maximum(degree, 2)), 0.0)\n"
            "    scores = (adjacency * worth) @ adjacency\n"
            "    np.fill_diagonal(scores, 0)\n"
            "    return scores",
            "That is Adamic–Adar, 1 / log(degree); here a common neighbour is worth 1 / degree.",
        ),
        Mistake(
            "def resource_allocation(adjacency):\n"
            "    degree = np.maximum(adjacency.sum(axis=1), 1)\n"
            "    scores = (adjacency @ adjacency) / np.outer(degree, degree)\n"
            "    np.fill_diagonal(scores, 0)\n"
            "    return scores",
            "You divided by the friends of the two ends; what counts is how many friends the node *between* them has.",
        ),
        Mistake(
            "def resource_allocation(adjacency):\n"
            "    degree = adjacency.sum(axis=1)\n"
            "    worth = np.where(degree > 0, 1 / np.maximum(degree, 1), 0.0)\n"
            "    return (adjacency * worth) @ adjacency",
            "The diagonal must be zero: a node is not linked with itself.",
        ),
    ),
    remark="It is the chance that something passed on at random by one end reaches the other in two steps: a walk of length two.",
)

leaked = Exercise(
    id="09.leaked",
    title="What has leaked?",
    starter='''\
def leaked(train, test):
    """Test edges that stand in the training edges as well, in the order of test, each once.

    train, test: lists of pairs of node numbers. The graph has no directions: (2, 1) is the edge (1, 2).
    Returns a list of pairs, each written with the smaller number first.
    """
    return ...


ex.leaked.check(leaked)
''',
    code="""\
def leaked(train, test):
    known = {(min(edge), max(edge)) for edge in train}
    found = []
    for edge in test:
        edge = (min(edge), max(edge))
        if edge in known and edge not in found:
            found.append(edge)
    return found
""",
    hints=(
        "Bring both lists into one form first: the smaller number in front.",
        "A set of the training edges answers fast whether an edge is in it.",
        "The test list may hold an edge in both directions: report it once.",
    ),
    cases=(
        Case("[(0, 1), (1, 2), (2, 3)], [(1, 2), (0, 3)]", "one edge in both lists"),
        Case("[(0, 1), (1, 2), (2, 3)], [(3, 2), (0, 3), (1, 0)]", "edges written the other way round"),
        Case("[(0, 1), (1, 2)], [(2, 1), (1, 2), (0, 2)]", "a test edge that is written twice"),
        Case("[(0, 1)], [(2, 3)]", "a clean split"),
    ),
    mistakes=(
        Mistake(
            "def leaked(train, test):\n    return [edge for edge in test if edge in train]",
            "You overlooked edges that stand the other way round: (3, 2) in one list is (2, 3) in the other.",
        ),
        Mistake(
            "def leaked(train, test):\n"
            "    known = {tuple(sorted(edge)) for edge in train}\n"
            "    return [tuple(sorted(edge)) for edge in test if tuple(sorted(edge)) in known]",
            "An edge that the test list holds in both directions is one edge: report it once.",
        ),
        Mistake(
            "def leaked(train, test):\n"
            "    known = {node for edge in train for node in edge}\n"
            "    return [(min(e), max(e)) for e in test if e[0] in known and e[1] in known]",
            "Nodes are allowed in both lists, indeed they must be; what may not be in both is the edge.",
        ),
    ),
    remark="Files of edges often hold each one in both directions, so that a random split of their lines leaks half of the test.",
)

modularity = Exercise(
    id="09.modularity",
    title="Modularity",
    starter='''\
def modularity(adjacency, labels):
    """Share of the edges that lie within communities, minus the share that chance would put there.

    adjacency: symmetric array (n, n) of 0 and 1, zeros on the diagonal; labels: array (n,), the community of each
    node. Chance keeps every node's degree: a community whose degrees sum to D holds (D / 2m)² of the m edges.
    """
    return ...


ex.modularity.check(modularity)
''',
    code="""\
def modularity(adjacency, labels):
    degree = adjacency.sum(axis=1)
    total = degree.sum()
    value = 0.0
    for label in np.unique(labels):
        inside = labels == label
        value += adjacency[np.ix_(inside, inside)].sum() / total - (degree[inside].sum() / total) ** 2
    return float(value)
""",
    hints=(
        "`adjacency.sum()` counts each edge twice, so it is 2m; so does the sum over the block of one community.",
        "Share within a community: the sum of its block divided by 2m.",
        "Subtract for each community the square of (sum of its degrees) / 2m, then add up over the communities.",
    ),
    setup="""\
import numpy as np

pair = np.kron(np.eye(2, dtype=int), 1 - np.eye(3, dtype=int))
pair[2, 3] = pair[3, 2] = 1
triangles = np.array([0, 0, 0, 1, 1, 1])
hub = np.zeros((5, 5), dtype=int)
hub[0, 1:] = hub[1:, 0] = 1
""",
    cases=(
        Case("pair, triangles", "two triangles and a bridge"),
        Case("pair, np.zeros(6, dtype=int)", "everything in one community"),
        Case("hub, np.array([0, 0, 0, 1, 1])", "a hub whose friends are divided"),
    ),
    mistakes=(
        Mistake(
            "def modularity(adjacency, labels):\n"
            "    return float(adjacency[labels[:, None] == labels].sum() / adjacency.sum())",
            "That is the share of edges within communities; put all nodes into one and it is 1. Subtract what chance gives.",
        ),
        Mistake(
            "def modularity(adjacency, labels):\n"
            "    same = labels[:, None] == labels\n"
            "    return float(adjacency[same].sum() / adjacency.sum() - same.mean())",
            "Your chance spreads the edges evenly over all pairs; it must keep the degrees, for a hub has more edges anywhere.",
        ),
        Mistake(
            "def modularity(adjacency, labels):\n"
            "    degree, m = adjacency.sum(axis=1), adjacency.sum() / 2\n"
            "    blocks = [labels == label for label in np.unique(labels)]\n"
            "    return float(sum(adjacency[np.ix_(b, b)].sum() / m - (degree[b].sum() / (2 * m)) ** 2 for b in blocks))",
            "The block of a community holds each of its edges twice: divide its sum by 2m.",
        ),
    ),
    remark="Louvain climbs exactly this number. That makes it no proof of communities: it finds high values in random graphs too.",
)

quiz = Quiz(
    "09.quiz",
    (
        Question(
            "A paper reports AUC 0.99 for predicting links with node vectors. What do you check first?",
            (
                Option(
                    "Whether 128 dimensions would do better still.",
                    False,
                    "A figure this high first needs a reason; more dimensions would not give one.",
                ),
                Option(
                    "Whether the test edges were removed before the walks, in both directions.",
                    True,
                    "A walk over a test edge puts its two ends side by side: the answer is then in the vectors.",
                ),
                Option(
                    "Whether the graph is large enough.",
                    False,
                    "Size narrows the spread over the splits, but a leak survives on a graph of any size.",
                ),
            ),
        ),
        Question(
            "On one graph vectors reach 0.66 ± 0.09 over ten splits, a count 0.70 ± 0.09. What follows?",
            (
                Option(
                    "Not much: the difference is well within what another split does to either.",
                    True,
                    "With a dozen hidden edges one of them moves the figure by several points. Report the spread.",
                ),
                Option(
                    "The count is better by 4 points.",
                    False,
                    "Another ten splits may turn the order; the spread is twice the difference.",
                ),
                Option(
                    "The vectors were trained badly.",
                    False,
                    "Perhaps, but this comparison could not show it.",
                ),
            ),
        ),
        Question(
            "When do vectors from walks have a chance against counting common neighbours?",
            (
                Option(
                    "Always: vectors hold more than a count.",
                    False,
                    "On a graph full of triangles the count wins, and costs nothing.",
                ),
                Option(
                    "When most hidden pairs share no neighbour, so that a longer path must tell.",
                    True,
                    "A count of zero ties them all; a walk of many steps still knows that both ends are in one community.",
                ),
                Option(
                    "When the graph has few nodes.",
                    False,
                    "With few nodes there are few walks to learn from; small size helps nobody.",
                ),
            ),
        ),
    ),
)
