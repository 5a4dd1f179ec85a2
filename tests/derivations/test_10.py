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
