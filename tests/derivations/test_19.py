"""What notebook 19 computes by hand is what the libraries compute, and its projector files survive hard labels."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from embedlab.exercises import nb19


@pytest.fixture
def clouds():
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 8)), rng.normal(size=(60, 2))


def test_neighbours_are_those_of_scikit_learn(lesson, clouds):
    x, _ = clouds
    theirs = NearestNeighbors(n_neighbors=5).fit(x).kneighbors(return_distance=False)
    np.testing.assert_array_equal(lesson["nearest"](x, 5), theirs)


def test_neighbour_recall_of_known_maps(lesson, clouds):
    x, y = clouds
    assert lesson["neighbour_recall"](x, 3 * x, 10).tolist() == [1] * 60
    assert lesson["neighbour_recall"](x, y, 10).mean() == pytest.approx(10 / 59, abs=0.06)


def test_the_exercises_trustworthiness_is_that_of_scikit_learn(lesson, clouds):
    x, y = clouds
    trust = nb19.trust.function
    ranks = np.argsort(np.argsort(squareform(pdist(x)), axis=1), axis=1)
    assert trust(ranks, lesson["nearest"](y, 7)) == pytest.approx(trustworthiness(x, y, n_neighbors=7))


def test_the_exercises_triples_of_a_random_map(clouds):
    x, y = clouds
    kept = nb19.triples_kept.function
    triples = np.random.default_rng(0).permuted(np.tile(np.arange(60), (4000, 1)), axis=1)[:, :3]
    assert kept(squareform(pdist(x)), squareform(pdist(2 * x)), triples) == 1
    assert kept(squareform(pdist(x)), squareform(pdist(y)), triples) == pytest.approx(0.5, abs=0.05)


def test_clumping_of_known_patterns(lesson):
    grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0)), axis=-1).reshape(-1, 2)
    # Each of the 400 points of a square grid has its nearest neighbour at 1; the hull has an area of 19 × 19.
    assert lesson["clumping"](grid) == pytest.approx(2 * np.sqrt(400 / 361))
    strewn = np.random.default_rng(0).uniform(size=(2000, 2))
    assert lesson["clumping"](strewn) == pytest.approx(1, abs=0.05)
    assert lesson["clumping"](np.vstack([strewn, strewn + 1e-6])) < 0.01


def test_planted_clouds_have_the_planted_truth(lesson):
    x, labels = lesson["clouds"]([0, 10, 72.5], [1, 1, 1], 400, 0)
    assert lesson["gap_ratio"](x, labels) == pytest.approx(6.25, rel=0.02)
    x, labels = lesson["clouds"]([0, 200], [1, 10], 400, 0)
    assert lesson["width_ratio"](x, labels) == pytest.approx(10, rel=0.02)


def test_projector_files_survive_tabs_and_line_ends(lesson, tmp_path):
    vectors = np.random.default_rng(0).normal(size=(3, 4))
    columns = {"kind": ["a\tb", "c\nd", "é"], "text": ["one", " two  words ", "three"]}
    lesson["write_projector"](tmp_path / "new", vectors, columns)
    found, rows = lesson["read_projector"](tmp_path / "new")
    np.testing.assert_allclose(found, vectors, rtol=1e-6)
    assert rows == [["kind", "text"], ["a b", "one"], ["c d", "two words"], ["é", "three"]]
