"""The formulas of notebook 22, against known values and against its exercises."""

import networkx as nx
import numpy as np

from embedlab.exercises import nb22

TREE = nx.balanced_tree(3, 3)
KNOWN = {"tree": TREE, "linked": nx.to_numpy_array(TREE)}


def test_hyperbolic_distance_from_the_middle(lesson):
    place = np.array([0, 0.5, -0.9j])
    np.testing.assert_allclose(lesson["poincare"](place)[0], 2 * np.arctanh(np.abs(place)), atol=1e-12)


def test_moving_the_disk_keeps_distances(lesson):
    rng = np.random.default_rng(0)
    place = rng.uniform(-0.6, 0.6, 5) + 1j * rng.uniform(-0.6, 0.6, 5)
    moved = lesson["move"](0.3 - 0.4j, place)
    np.testing.assert_allclose(lesson["poincare"](moved), lesson["poincare"](place), atol=1e-9)


def test_every_child_is_one_step_from_its_parent_and_nothing_is_nearer(lesson):
    distances = lesson["poincare"](lesson["construct"](1.5))
    np.testing.assert_allclose([distances[edge] for edge in TREE.edges], 1.5, atol=1e-9)
    assert lesson["mean_average_precision"](distances) == 1


def test_mean_average_precision_of_equal_distances_is_the_worst(lesson):
    assert lesson["mean_average_precision"](np.ones((40, 40))) < 0.1


def test_max_similarity_is_that_of_the_exercise(lesson):
    rng = np.random.default_rng(1)
    query, documents = rng.normal(size=(3, 4)), [rng.normal(size=(n, 4)) for n in (2, 5)]
    ours = [lesson["max_similarity"](query, document) for document in documents]
    np.testing.assert_allclose(nb22.max_sim.function(query, documents), ours)


def test_scores_by_table_are_those_of_the_unpacked_pieces(lesson):
    rng = np.random.default_rng(2)
    x, query, m = rng.normal(size=(60, 6)), rng.normal(size=6), 3
    books, codes = zip(*(lesson["typical"](x[:, 2 * j : 2 * j + 2]) for j in range(m)), strict=True)
    scores = nb22.pq_scores.function(query, np.stack(books), np.stack(codes, axis=1))
    assert np.corrcoef(scores, x @ query)[0, 1] > 0.9
