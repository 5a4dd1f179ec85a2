"""What notebook 09 derives is what networkx and scikit-learn offer; its walks and splits keep their rules."""

import itertools

import networkx as nx
import numpy as np
import pytest

from embedlab.exercises import nb09


@pytest.fixture(scope="module")
def novel():
    return nx.to_numpy_array(nx.les_miserables_graph(), weight=None) > 0


def test_auc_is_that_of_scikit_learn(lesson):
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    scores, truth = rng.integers(6, size=80), rng.random(80) < 0.4  # with many ties
    assert lesson["auc"](scores, truth) == pytest.approx(roc_auc_score(truth, scores))


def test_counts_are_those_of_networkx(lesson, novel):
    graph, counts = nx.from_numpy_array(novel), lesson["counts"](novel)
    pairs = [(a, b) for a in range(0, 77, 5) for b in range(a + 1, 77, 3)]
    for name, reference in {
        "Adamic–Adar": nx.adamic_adar_index,
        "preferential attachment": nx.preferential_attachment,
    }.items():
        assert [counts[name][a, b] for a, b in pairs] == pytest.approx([value for *_, value in reference(graph, pairs)])
    common = [len(list(nx.common_neighbors(graph, a, b))) for a, b in pairs]
    assert [counts["common neighbours"][a, b] for a, b in pairs] == pytest.approx(common)


def test_hidden_edges_are_gone_and_nobody_is_left_alone(lesson, novel):
    kept, pairs, truth = lesson["hide_edges"](novel, seed=3)
    hidden, others = pairs[truth], pairs[~truth]
    assert len(hidden) == len(others) == round(0.2 * novel.sum() / 2)
    assert not kept[tuple(hidden.T)].any()
    assert not kept[tuple(hidden.T[::-1])].any(), "in the other direction neither"
    assert not novel[tuple(others.T)].any()
    assert (kept.sum(axis=1) > 0).all()
    assert kept.sum() == novel.sum() - 2 * len(hidden)


@pytest.mark.parametrize(("p", "q"), [(1, 1), (0.25, 1), (1, 4)])
def test_walks_follow_edges(lesson, novel, p, q):
    walks = lesson["random_walks"](novel, seed=0, per_node=2, length=12, p=p, q=q)
    assert len(walks) == 2 * len(novel)
    assert all(novel[a, b] for path in walks for a, b in itertools.pairwise(path))
    assert {len(path) for path in walks} == {12}


def test_p_and_q_weigh_the_steps(lesson):
    """From 0 to 1, whose neighbours are 0 (back), 2 (a neighbour of 0) and 3 (further on)."""
    links = np.zeros((5, 5), dtype=bool)
    for a, b in [(0, 1), (0, 2), (1, 2), (1, 3), (3, 4)]:
        links[a, b] = links[b, a] = True
    friends, rng, third = [np.flatnonzero(row) for row in links], np.random.default_rng(0), []
    sums = lesson["weigh"](friends, links, 0.5, 4)
    while len(third) < 4000:
        path = lesson["walk"](friends, sums, 0, 3, rng)
        if path[1] == 1:
            third.append(path[2])
    shares = np.bincount(third, minlength=4) / len(third)
    assert shares[[0, 2, 3]] == pytest.approx(np.array([2, 1, 0.25]) / 3.25, abs=0.03)


def test_modularity_of_the_exercise_is_that_of_networkx(novel):
    modularity = nb09.modularity.function
    labels = np.random.default_rng(0).integers(5, size=len(novel))
    groups = [set(np.flatnonzero(labels == label).tolist()) for label in range(5)]
    assert modularity(novel.astype(int), labels) == pytest.approx(
        nx.community.modularity(nx.from_numpy_array(novel), groups)
    )


def test_resource_allocation_of_the_exercise_is_that_of_networkx(novel):
    scores = nb09.resource_allocation.function(novel.astype(int))
    pairs = [(0, 5), (10, 30), (11, 60), (25, 48)]
    wanted = [value for *_, value in nx.resource_allocation_index(nx.from_numpy_array(novel), pairs)]
    assert [scores[a, b] for a, b in pairs] == pytest.approx(wanted)
