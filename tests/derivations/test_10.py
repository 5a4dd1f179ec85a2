"""What notebook 10 derives is what the package offers."""

import numpy as np
import pytest

from embedlab import spaces


@pytest.fixture
def pairs():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(30, 5)) + np.array([2, 0, 0, 0, 0])
    return images, images + rng.normal(size=(30, 5))


def test_the_gap_is_that_of_the_package(lesson, pairs):
    assert lesson["gap"](*pairs) == pytest.approx(spaces.modality_gap(*pairs), abs=1e-6)


@pytest.mark.parametrize("k", [1, 3, 10])
def test_recall_in_both_directions_is_that_of_the_package(lesson, pairs, k):
    assert lesson["recall_at"](*pairs, k) == pytest.approx(tuple(spaces.cross_modal_recall(*pairs, k)))


def test_the_judge_of_the_exercise_is_that_of_the_lesson(lesson):
    from embedlab.exercises import nb10

    rng = np.random.default_rng(1)
    judge = nb10.foreground_colour.function
    for _ in range(5):
        picture = np.full((32, 32, 3), rng.uniform(0.6, 0.9, 3))
        picture[8:20, 10:24] = rng.uniform(0, 0.4, 3)
        np.testing.assert_allclose(lesson["colour_of"](picture), judge(picture))


def test_the_turn_is_the_packages_procrustes_where_both_sides_have_as_many_numbers(lesson, pairs):
    np.testing.assert_allclose(lesson["turn"](*pairs), spaces.fit_procrustes(*pairs), atol=1e-8)


def test_a_turn_onto_fewer_numbers_keeps_right_angles(lesson):
    a, b = (np.random.default_rng(2).normal(size=(40, d)) for d in (9, 4))
    turned = lesson["turn"](a, b)
    np.testing.assert_allclose(turned.T @ turned, np.eye(4), atol=1e-8)


def test_ridge_is_that_of_scikit_learn(lesson, pairs):
    linear_model = pytest.importorskip("sklearn.linear_model")
    theirs = linear_model.Ridge(alpha=0.7, fit_intercept=False).fit(*pairs).coef_.T
    np.testing.assert_allclose(lesson["ridge"](*pairs, 0.7), theirs, atol=1e-6)


def test_conse_averages_the_likeliest_texts_by_their_probabilities(lesson):
    scores, texts = np.log([[0.6, 0.3, 0.1]]), np.eye(3)
    np.testing.assert_allclose(lesson["conse"](scores, texts, most=2), [[2 / 3, 1 / 3, 0]], atol=1e-9)
    np.testing.assert_allclose(lesson["conse"](scores, texts, most=1), [[1, 0, 0]], atol=1e-9)


def test_moving_the_pictures_leaves_every_order_of_dot_products_and_moving_the_texts_does_not(pairs):
    images, texts = pairs
    shift = np.arange(5.0)
    order = np.argsort(texts @ images.T, axis=1)
    np.testing.assert_array_equal(np.argsort(texts @ (images + shift).T, axis=1), order)
    assert not np.array_equal(np.argsort((texts + shift) @ images.T, axis=1), order)
