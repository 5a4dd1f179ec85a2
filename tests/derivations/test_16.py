"""What notebook 16 writes by hand finds what the package finds, once nothing is skipped."""

import numpy as np
import pytest

from embedlab import vectors
from embedlab.exercises import nb16


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(3)
    x, queries = vectors.normalize(rng.normal(size=(400, 12))), vectors.normalize(rng.normal(size=(5, 12)))
    return x, queries, vectors.top_k(queries, x, 10)[0]


def test_all_cells_probed_are_the_exact_search(lesson, data):
    x, queries, truth = data
    middles, cell = lesson["make_cells"](x, 20)
    assert middles.shape == (20, 12)
    assert set(cell) <= set(range(20))
    for query, right in zip(queries, truth, strict=True):
        rows, compared = lesson["search_cells"](query, x, middles, cell, probes=20)
        assert (rows.tolist(), compared) == (right.tolist(), 420)
        rows, compared = lesson["search_cells"](query, x, middles, cell, probes=3)
        assert compared < 200
        assert x[rows[0]] @ query <= x[right[0]] @ query + 1e-6


def test_a_walk_that_keeps_everything_is_the_exact_search(lesson, data):
    x, queries, truth = data
    links = vectors.top_k(x, x, 9)[0][:, 1:]
    both = [set(row) for row in links.tolist()]
    for row, others in enumerate(links.tolist()):
        for other in others:
            both[other].add(row)
    for query, right in zip(queries, truth, strict=True):
        rows, compared = lesson["walk"](query, x, [sorted(row) for row in both], ef=400)
        assert (rows, compared) == (right.tolist(), 400)


def test_recall(lesson):
    assert lesson["recall"]([[1, 2], [3, 4]], [[2, 1], [5, 4]]) == 0.75


def test_rescoring_all_candidates_is_the_exact_order(lesson, data):
    x, queries, truth = data
    rough = queries @ np.sign(x).T
    exact = queries @ x.T
    order = np.argsort(-lesson["rescored"](rough, exact, 400), axis=1, kind="stable")[:, :10]
    np.testing.assert_array_equal(order, truth)
    few = np.argsort(-lesson["rescored"](rough, exact, 20), axis=1, kind="stable")[:, :10]
    by_exercise = nb16.rescore.function
    for query, rows, line in zip(queries, few, rough, strict=True):
        candidates = np.argsort(-line, kind="stable")[:20]
        np.testing.assert_array_equal(rows, by_exercise(query, candidates, x, 10))
