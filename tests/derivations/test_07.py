"""The error curve that notebook 07 derives is the one of the package."""

import numpy as np
import pytest

from embedlab import evaluation, vectors

KNOWN = {"draws": np.ones((1, 100), dtype=int)}  # of 100 people, everybody once


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(0)
    same = rng.random(500) < 0.3
    return np.round(rng.normal(size=500) + same, 1), same  # rounded, so that scores are equal here and there


def test_the_error_curve_is_that_of_the_package(lesson, pairs):
    packaged = evaluation.verification_curve(*pairs)
    for ours, theirs in zip(lesson["error_curve"](*pairs), packaged, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    _, false_match, false_non_match = lesson["error_curve"](*pairs)
    place = np.abs(false_match - false_non_match).argmin()
    assert (false_match[place] + false_non_match[place]) / 2 == pytest.approx(packaged.equal_error()[0])


def test_each_point_of_the_curve_is_what_counting_gives(lesson, pairs):
    curve = evaluation.verification_curve(*pairs)
    for place in (0, 20, len(curve.thresholds) - 1):
        counted = lesson["errors_at"](*pairs, curve.thresholds[place])
        assert counted == pytest.approx((curve.false_match[place], curve.false_non_match[place]))


@pytest.mark.parametrize("most", [0.3, 0.05, 0.0])
def test_the_threshold_is_the_lowest_that_is_strict_enough(lesson, pairs, most):
    scores, same = pairs
    strict = [t for t in [*np.unique(scores), np.inf] if np.mean(scores[~same] >= t) <= most]
    assert lesson["threshold_for"](scores, same, most) == strict[0]


@pytest.mark.parametrize("strangers", [0.0, 0.02, 0.5, 1.0])
@pytest.mark.parametrize("cost_in", [0.3, 1.7, 60.0])
def test_the_cheapest_threshold_is_that_of_scikit_learns_curve(pairs, strangers, cost_in):
    from sklearn.metrics import roc_curve

    from embedlab.exercises import nb07

    scores, same = pairs
    found = nb07.cheapest_threshold.function(scores, same, strangers, cost_in, 1.0)
    false_match, match, thresholds = roc_curve(same, scores, drop_intermediate=False)
    cost = strangers * cost_in * false_match + (1 - strangers) * (1 - match)
    assert found == thresholds[np.isclose(cost, cost.min())].min()


def test_precision_is_that_of_the_exercise(lesson):
    from embedlab.exercises import nb07

    rng = np.random.default_rng(1)
    x, labels = rng.normal(size=(40, 6)), rng.integers(3, size=40)
    unit = vectors.normalize(x)
    given = nb07.precision_at_k.function(unit @ unit.T, labels, 10)
    assert lesson["precision"](x, x, labels, 10, np.zeros(40)).mean() == pytest.approx(given)


def test_precision_searches_the_same_part_only(lesson):
    x = np.array([[1.0, 0], [1, 0.1], [0, 1], [0.1, 1]])
    labels, part = np.array([0, 0, 0, 1]), np.array([0, 1, 0, 1])
    assert lesson["precision"](x, x, labels, 1, part).tolist() == [1, 0, 1, 0]


def test_the_convolution_is_that_of_scipy(lesson):
    from scipy.signal import correlate2d

    rng = np.random.default_rng(0)
    picture, weights = rng.normal(size=(7, 9)), rng.normal(size=(3, 3))
    np.testing.assert_allclose(lesson["convolve"](picture, weights), correlate2d(picture, weights, mode="valid"))


def test_the_network_turns_pictures_into_32_numbers_of_length_one(lesson):
    made = lesson["embed"](lesson["network"](3), np.random.default_rng(0).random((5, 3, 32, 32)))
    assert made.shape == (5, 32)
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1)


def test_the_contrastive_loss_is_least_for_partners(lesson):
    import torch

    x = torch.eye(4, 8, dtype=torch.float64)
    partners, strangers = lesson["contrast"](x, x), lesson["contrast"](x, x.roll(1, dims=0))
    assert float(partners) == pytest.approx(2 * np.log(1 + 3 * np.exp(-1 / 0.07)))
    assert float(strangers) > float(partners)


def test_the_table_of_places_turns_round_with_the_clip(lesson):
    places = np.random.default_rng(0).normal(size=(2, 4, 25, 6))
    table = lesson["table_of_places"](places).reshape(2, 25, 25)
    reverse = lesson["table_of_places"](places[:, ::-1]).reshape(2, 25, 25)
    np.testing.assert_allclose(reverse, table.swapaxes(1, 2))


def test_a_pan_reverses_into_the_opposite_pan(lesson):
    square = np.random.default_rng(0).integers(256, size=(320, 320, 3), dtype=np.uint8)
    for there, back in [("pan left", "pan right"), ("pan up", "pan down"), ("zoom in", "zoom out")]:
        first, second = (lesson["clip"](square, action, np.random.default_rng(1)) for action in (there, back))
        np.testing.assert_array_equal(first, second[::-1])


def test_rates_with_everybody_drawn_once_are_those_of_all_pairs_of_pictures(lesson):
    x = vectors.normalize(
        np.random.default_rng(0).normal(size=(600, 4)) + np.repeat(np.eye(4)[np.arange(100) % 4], 6, 0)
    )
    cosines, person = x @ x.T, np.repeat(np.arange(100), 6)
    same, itself = person[:, None] == person, np.eye(600, dtype=bool)
    false_match, refused = lesson["drawn_rates"](x, 0.5)
    np.testing.assert_allclose(false_match, (cosines[~same] >= 0.5).mean())
    np.testing.assert_allclose(refused, (cosines[same & ~itself] < 0.5).mean())
