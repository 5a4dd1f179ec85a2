"""The error curve that notebook 07 derives is the one of the package."""

import numpy as np
import pytest

from embedlab import evaluation, vectors
from tests.derivations import functions_of


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(0)
    same = rng.random(500) < 0.3
    return np.round(rng.normal(size=500) + same, 1), same  # rounded, so that scores are equal here and there


def test_the_error_curve_is_that_of_the_package(lesson, pairs):
    packaged = evaluation.verification_curve(*pairs)
    for ours, theirs in zip(lesson["error_curve"](*pairs), packaged, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert lesson["equal_error"](*pairs) == pytest.approx(packaged.equal_error())


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
    assert lesson["precision_at_10"](x, labels).mean() == pytest.approx(given)


def test_the_slope_turns_round_with_the_film():
    space = functions_of("07", time=np.linspace(-1, 1, 8))
    films = np.random.default_rng(0).normal(size=(5, 8, 3))
    np.testing.assert_allclose(space["slope_pool"](films[:, ::-1]), -space["slope_pool"](films))
    np.testing.assert_allclose(space["mean_pool"](films[:, ::-1]), space["mean_pool"](films))
