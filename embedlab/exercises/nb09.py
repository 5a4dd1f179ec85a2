"""Exercises and quiz of notebook 09, Graphs."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Graphs"
quiz = quiz_of(__file__)


PATH = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
STAR = np.zeros((6, 6), dtype=int)
STAR[0, 1:5] = STAR[1:5, 0] = 1
FIVE_NODES = np.array([[0, 1, 1, 0, 0], [1, 0, 1, 1, 0], [1, 1, 0, 1, 1], [0, 1, 1, 0, 0], [0, 0, 1, 0, 0]])


@exercise(
    "A neighbour divided by its friends",
    hints=(
        (
            "`adjacency @ adjacency` counts common neighbours: entry (a, b) sums over all nodes c the product of a–c "
            "and c–b."
        ),
        "Put the worth of c between the two factors: `(adjacency * worth) @ adjacency`, one worth for each column.",
        "Guard the division: `1 / np.maximum(degree, 1)`. At the end `np.fill_diagonal(scores, 0)`.",
    ),
    cases=(
        case("five nodes, some with two neighbours in common", FIVE_NODES),
        case("three nodes in a row", PATH),
        case("a hub with four friends, and a node without any", STAR),
    ),
    remark=(
        "It is what reaches the other end if each neighbour of one end receives one unit and passes it on in equal "
        "shares: the resource that gives the score its name."
    ),
)
def resource_allocation(adjacency):
    """Score every pair of nodes: a common neighbour is worth 1 / (its neighbours).

    adjacency: symmetric array (n, n) of 0 and 1, zeros on the diagonal. Returns an
    array (n, n), zeros on the diagonal. A node without neighbours is nobody's.
    """
    degree = adjacency.sum(axis=1)
    worth = 1 / np.maximum(degree, 1)  # without neighbours the column is empty: any number will do
    scores = (adjacency * worth) @ adjacency
    np.fill_diagonal(scores, 0)
    return scores


@resource_allocation.mistake(
    "You counted common neighbours; one that knows everybody must be worth less than one that knows these two."
)
def _(adjacency):
    scores = adjacency @ adjacency
    np.fill_diagonal(scores, 0)
    return scores.astype(float)


@resource_allocation.mistake("That is Adamic–Adar, 1 / log(degree); here a common neighbour is worth 1 / degree.")
def _(adjacency):
    degree = adjacency.sum(axis=1)
    worth = np.where(degree > 1, 1 / np.log(np.maximum(degree, 2)), 0.0)
    scores = (adjacency * worth) @ adjacency
    np.fill_diagonal(scores, 0)
    return scores


@resource_allocation.mistake(
    "You divided by the friends of the two ends; what counts is how many friends the node *between* them has."
)
def _(adjacency):
    degree = np.maximum(adjacency.sum(axis=1), 1)
    scores = (adjacency @ adjacency) / np.outer(degree, degree)
    np.fill_diagonal(scores, 0)
    return scores


@resource_allocation.mistake("The diagonal must be zero: a node is not linked with itself.")
def _(adjacency):
    degree = adjacency.sum(axis=1)
    worth = np.where(degree > 0, 1 / np.maximum(degree, 1), 0.0)
    return (adjacency * worth) @ adjacency


@exercise(
    "What has leaked?",
    hints=(
        "Bring both lists into one form first: the smaller number in front.",
        "A set of the training edges answers fast whether an edge is in it.",
        (
            "The test list may hold an edge in both directions: after `edge = (min(edge), max(edge))`, keep it if it "
            "is known and not yet in the list found."
        ),
    ),
    cases=(
        case("one edge in both lists", [(0, 1), (1, 2), (2, 3)], [(1, 2), (0, 3)]),
        case("edges written the other way round", [(1, 0), (1, 2), (2, 3)], [(3, 2), (0, 3), (0, 1)]),
        case("a test edge that is written three times", [(0, 1), (1, 2)], [(2, 1), (2, 1), (0, 2), (1, 2)]),
        case("a clean split", [(0, 1)], [(2, 3)]),
    ),
    remark=(
        "Files of edges often hold each one in both directions, so that a random split of their lines leaks most of "
        "the test: with a fifth held out, four of five twins stay in the training."
    ),
    noun="node number",
)
def leaked(train, test):
    """Test edges that stand in the training edges too, in the order of test, each once.

    train, test: lists of pairs of node numbers. The graph has no directions: (2, 1) is
    the edge (1, 2). Returns a list of pairs, each with the smaller number first.
    """
    known = {(min(edge), max(edge)) for edge in train}
    found = []
    for edge in test:
        edge = (min(edge), max(edge))
        if edge in known and edge not in found:
            found.append(edge)
    return found


@leaked.mistake("You overlooked edges that stand the other way round: (3, 2) in one list is (2, 3) in the other.")
def _(train, test):
    return [edge for edge in test if edge in train]


@leaked.mistake("An edge that the test list holds in both directions is one edge: report it once.")
def _(train, test):
    known = {tuple(sorted(edge)) for edge in train}
    return [tuple(sorted(edge)) for edge in test if tuple(sorted(edge)) in known]


@leaked.mistake("Nodes are allowed in both lists, indeed they must be; what may not be in both is the edge.")
def _(train, test):
    known = {node for edge in train for node in edge}
    return [(min(e), max(e)) for e in test if e[0] in known and e[1] in known]


TWO_TRIANGLES = np.kron(np.eye(2, dtype=int), 1 - np.eye(3, dtype=int))
TWO_TRIANGLES[2, 3] = TWO_TRIANGLES[3, 2] = 1
TRIANGLE_OF_NODE = np.array([0, 0, 0, 1, 1, 1])
HUB = np.zeros((5, 5), dtype=int)
HUB[0, 1:] = HUB[1:, 0] = 1


@exercise(
    "Modularity",
    hints=(
        "`adjacency.sum()` counts each edge twice, so it is 2m; so does the sum over the block of one community.",
        "Share within a community: the sum of its block, `adjacency[np.ix_(inside, inside)]`, divided by 2m.",
        (
            "With `inside = labels == label`, subtract the square of `degree[inside].sum()` / 2m from it; add up over "
            "`np.unique(labels)`."
        ),
    ),
    cases=(
        case("two triangles and a bridge", TWO_TRIANGLES, TRIANGLE_OF_NODE),
        case("everything in one community", TWO_TRIANGLES, np.zeros(6, dtype=int)),
        case("a hub, and three communities", HUB, np.array([0, 0, 4, 4, 7])),
    ),
    remark=(
        "Louvain climbs exactly this number. That makes it no proof of communities: it finds high values in random "
        "graphs too."
    ),
)
def modularity(adjacency, labels):
    """Share of the edges within communities, minus the share that chance puts there.

    adjacency: symmetric array (n, n) of 0 and 1, zeros on the diagonal; labels: array
    (n,), each node's community. Chance keeps every node's degree: a community whose
    degrees sum to D holds (D / 2m)² of the m edges.
    """
    degree = adjacency.sum(axis=1)
    total = degree.sum()
    value = 0.0
    for label in np.unique(labels):
        inside = labels == label
        value += adjacency[np.ix_(inside, inside)].sum() / total - (degree[inside].sum() / total) ** 2
    return float(value)


@modularity.mistake(
    "That is the share of edges within communities; put all nodes into one and it is 1. Subtract what chance gives."
)
def _(adjacency, labels):
    return float(adjacency[labels[:, None] == labels].sum() / adjacency.sum())


@modularity.mistake(
    "Your chance spreads the edges evenly over all pairs; it must keep the degrees, for a hub has more edges anywhere."
)
def _(adjacency, labels):
    same = labels[:, None] == labels
    return float(adjacency[same].sum() / adjacency.sum() - same.mean())


@modularity.mistake("The block of a community holds each of its edges twice: divide its sum by 2m.")
def _(adjacency, labels):
    degree, m = adjacency.sum(axis=1), adjacency.sum() / 2
    blocks = [labels == label for label in np.unique(labels)]
    return float(sum(adjacency[np.ix_(b, b)].sum() / m - (degree[b].sum() / (2 * m)) ** 2 for b in blocks))
