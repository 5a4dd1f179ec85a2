"""What notebook 21 derives is what the package offers."""

import numpy as np
import pytest

from embedlab import evaluation, vectors

KNOWN = {"tables": {"{}": None}, "BARE": "{}", "after_vectors": None, "said": [], "WORDS_OF": None, "WORDS": range(68)}


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
    fmr, fnmr = lesson["rates"]((z @ z.T).reshape(10, 6, 10, 6), 0.5)
    assert fmr == pytest.approx(np.mean(scores[~same] >= 0.5), abs=1e-6)
    assert fnmr == pytest.approx(np.mean(scores[same] < 0.5), abs=1e-6)


def test_swapped_sentences_join_men_and_women_to_every_occupation_alike(lesson):
    held = lesson["write"](0.7, seed=3)
    both = lesson["swapped"](held)
    counts = both[:, :18].T @ both[:, 18:38]
    np.testing.assert_array_equal(both[: len(held)], held)
    np.testing.assert_array_equal(counts[:9], counts[9:])
    only_pronouns = lesson["swapped"](held, pairs=1)[len(held) :]
    np.testing.assert_array_equal(only_pronouns[:, [0, 9]], held[:, [9, 0]])
    np.testing.assert_array_equal(only_pronouns[:, 1:9], held[:, 1:9])


def test_the_effect_is_zero_where_all_targets_are_alike(lesson):
    x = np.ones((3, 2)) / np.sqrt(2)
    assert lesson["effect_size"](x, x, np.eye(2)[:1], np.eye(2)[1:]) == 0
