"""What notebook 21 derives is what the package offers."""

import numpy as np
import pytest

from embedlab import evaluation, vectors

KNOWN = {"vocabulary_vectors": None}


@pytest.fixture(scope="module")
def sets():
    rng = np.random.default_rng(0)
    return [vectors.normalize(rng.normal(size=(n, 20)) + shift) for n, shift in [(9, 0.2), (9, -0.2), (5, 0.3), (7, 0)]]


def test_the_association_test_is_that_of_the_package(lesson, sets):
    effect, p = lesson["weat"](*sets)
    packaged = evaluation.weat(*sets)
    assert effect == pytest.approx(packaged.effect_size, abs=1e-5)
    assert p == pytest.approx(packaged.p_value, abs=2e-3)


def test_the_effect_alone_is_that_of_the_association_test(lesson, sets):
    effect = evaluation.weat(*sets, permutations=10).effect_size
    assert lesson["effect_size"](*sets) == pytest.approx(effect, abs=1e-5)


def test_a_direction_that_was_taken_out_is_gone(lesson, sets):
    direction = np.arange(20.0)
    cleaned = lesson["without"](sets[0], direction)
    np.testing.assert_allclose(cleaned @ direction, 0, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(cleaned, axis=1), 1, atol=1e-5)


def test_rates_by_people_are_those_of_the_pairs(lesson):
    rng = np.random.default_rng(1)
    z = vectors.normalize(rng.normal(size=(10, 6, 4)).reshape(60, 4) + np.repeat(rng.normal(size=(10, 4)), 6, axis=0))
    people = np.repeat(np.arange(10), 6)
    i, j = np.triu_indices(60, 1)
    scores, same = (z @ z.T)[i, j].astype(float), people[i] == people[j]
    (fmr, *_), (fnmr, *_) = lesson["rates"]((z @ z.T).reshape(10, 6, 10, 6), 0.5)
    assert fmr == pytest.approx(np.mean(scores[~same] >= 0.5), abs=1e-6)
    assert fnmr == pytest.approx(np.mean(scores[same] < 0.5), abs=1e-6)
