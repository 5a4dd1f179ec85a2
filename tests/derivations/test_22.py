"""The formulas of notebook 22, against known values and against its exercises."""

import networkx as nx
import numpy as np
import pytest
import torch

from embedlab.exercises import nb22
from embedlab.exercises.cards import Status

TREE = nx.balanced_tree(3, 3)
STEPS = np.array([[row[j] for j in TREE] for _, row in sorted(nx.all_pairs_shortest_path_length(TREE))])
KNOWN = {"tree": TREE, "linked": nx.to_numpy_array(TREE), "steps_apart": STEPS}


def test_hyperbolic_distance_from_the_middle(lesson):
    place = np.array([0, 0.5, -0.9j])
    np.testing.assert_allclose(lesson["poincare"](place)[0], 2 * np.arctanh(np.abs(place)), atol=1e-12)


def test_moving_the_disk_keeps_distances(lesson):
    rng = np.random.default_rng(0)
    place = rng.uniform(-0.6, 0.6, 5) + 1j * rng.uniform(-0.6, 0.6, 5)
    moved = lesson["move"](0.3 - 0.4j, place)
    np.testing.assert_allclose(lesson["poincare"](moved), lesson["poincare"](place), atol=1e-9)


def test_every_child_is_one_step_from_its_parent_and_nothing_is_nearer(lesson):
    distances = lesson["poincare"](lesson["construct"](lambda level: np.tanh(1.5 / 2), lesson["move"]))
    np.testing.assert_allclose([distances[edge] for edge in TREE.edges], 1.5, atol=1e-9)
    assert lesson["mean_average_precision"](distances) == 1


def test_arms_in_the_plane_have_the_length_of_their_level(lesson):
    place = lesson["construct"](lambda level: 0.4**level, lambda p, z: z + p)
    levels = nx.single_source_shortest_path_length(TREE, 0)
    arms = [abs(place[i] - place[j]) for i, j in TREE.edges]
    np.testing.assert_allclose(arms, [0.4 ** levels[i] for i, _ in TREE.edges], atol=1e-12)


def test_mean_average_precision_of_equal_distances_is_the_worst(lesson):
    assert lesson["mean_average_precision"](np.ones((40, 40))) < 0.1


def test_scores_by_table_are_those_of_the_unpacked_pieces(lesson):
    rng = np.random.default_rng(2)
    x, query, m = rng.normal(size=(60, 6)), rng.normal(size=6), 3
    books, codes = zip(*(lesson["typical"](x[:, 2 * j : 2 * j + 2]) for j in range(m)), strict=True)
    scores = nb22.pq_scores.function(query, np.stack(books), np.stack(codes, axis=1))
    assert np.corrcoef(scores, x @ query)[0, 1] > 0.9


def whole_vectors(query, codebooks, codes):
    return codebooks[np.arange(len(codebooks)), codes].reshape(len(codes), -1) @ query


def of_a_copy(query, codebooks, codes):
    return whole_vectors(query, np.array(codebooks), codes)


def by_indicators(query, codebooks, codes):
    chosen = np.eye(codebooks.shape[1])[codes]
    return np.einsum("nmc,mcw->nmw", chosen, codebooks).reshape(len(codes), -1) @ query


def row_by_row(query, codebooks, codes):
    return np.array(
        [np.concatenate([book[k] for book, k in zip(codebooks, row, strict=True)]) @ query for row in codes]
    )


def every_list(query, index, n):
    scores = np.zeros(n)
    for term, postings in index.items():
        for document, weight in postings:
            scores[document] += weight * query.get(term, 0)
    return scores


def lists_copied(query, index, n):
    return every_list(query, {term: postings.copy() for term, postings in index.items()}, n)


def the_whole_table(query, index, n):
    return sum(query.get(term, 0) * np.array([dict(index[term]).get(i, 0) for i in range(n)]) for term in index)


@pytest.mark.parametrize("method", [whole_vectors, of_a_copy, by_indicators, row_by_row])
def test_unpacking_the_vectors_is_refused(method):
    outcome = nb22.pq_scores.check(method)
    assert outcome.status is Status.WRONG
    assert "it multiplies the query with every vector" in outcome.message


@pytest.mark.parametrize("method", [every_list, lists_copied, the_whole_table])
def test_reading_every_list_is_refused(method):
    outcome = nb22.score_by_postings.check(method)
    assert outcome.status is Status.WRONG
    assert "it reads the lists of terms that the query does not hold" in outcome.message


def test_the_table_may_be_made_by_loops_or_by_torch():
    def loops(query, codebooks, codes):
        pieces = np.asarray(query).reshape(len(codebooks), -1)
        table = [
            [sum(a * b for a, b in zip(p, e, strict=True)) for e in book]
            for p, book in zip(pieces, codebooks, strict=True)
        ]
        return [sum(table[j][k] for j, k in enumerate(row)) for row in codes]

    def with_torch(query, codebooks, codes):
        pieces = torch.as_tensor(query).reshape(len(codebooks), -1, 1)
        table = (torch.as_tensor(codebooks) @ pieces)[..., 0]
        return table[torch.arange(len(codebooks)), torch.as_tensor(codes)].sum(dim=1)

    for method in (loops, with_torch):
        assert nb22.pq_scores.check(method).status is Status.CORRECT


def test_only_the_right_lists_may_be_read_in_any_way():
    def by_arrays(query, index, n):
        scores = np.zeros(n)
        for term in query.keys() & index.keys():
            documents, weights = zip(*index[term], strict=True)
            np.add.at(scores, list(documents), query[term] * np.array(weights))
        return scores

    assert nb22.score_by_postings.check(by_arrays).status is Status.CORRECT
