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


def test_pagerank_is_that_of_networkx(lesson, novel):
    home = lesson["counts"](novel)["personalised PageRank"]
    graph = nx.from_numpy_array(novel)
    there, back = (nx.pagerank(graph, 0.85, personalization={start: 1}, tol=1e-12) for start in (10, 27))
    assert home[10, 27] == pytest.approx(there[27] + back[10], abs=1e-5)


def test_spectral_vectors_are_those_of_the_full_decomposition(lesson, novel):
    found = lesson["spectral"](novel, 4)
    degree = novel.sum(axis=1)
    table = (novel + degree.mean() / len(novel)) / np.sqrt(np.outer(degree + degree.mean(), degree + degree.mean()))
    values, full = np.linalg.eigh(table)
    leading = full[:, np.argsort(-abs(values))[:4]]
    assert found @ found.T == pytest.approx(leading @ leading.T, abs=1e-3), "the same space"


def test_the_other_page_comes_from_the_same_group(lesson, novel):
    groups = np.arange(len(novel)) % 3
    _, pairs, truth = lesson["hide_edges"](novel, 1, groups)
    assert (groups[pairs[~truth][:, 0]] == groups[pairs[~truth][:, 1]]).all()
    hidden = {int(node) for node in pairs[truth].ravel()}
    assert all(int(end) in hidden for end in pairs[~truth][:, 0])
    assert not novel[tuple(pairs[~truth].T)].any()
    assert (pairs[~truth][:, 0] != pairs[~truth][:, 1]).all()


def test_paired_interval_is_the_corrected_t_interval(lesson):
    from scipy.stats import t

    rng = np.random.default_rng(0)
    a, b = rng.random(10), rng.random(10)
    mean, low, high = lesson["paired_interval"](a, b)
    half = t.ppf(0.975, 9) * np.std(a - b, ddof=1) * np.sqrt(0.35)
    assert (mean, low, high) == pytest.approx((np.mean(a - b), mean - half, mean + half), abs=1e-4)


def test_walks_follow_edges(lesson, novel):
    walks = lesson["random_walks"](novel, seed=0, per_node=2, length=12)
    assert len(walks) == 2 * len(novel)
    assert all(novel[a, b] for path in walks for a, b in itertools.pairwise(path))
    assert {len(path) for path in walks} == {12}


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
