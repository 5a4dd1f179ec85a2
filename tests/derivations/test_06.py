"""What notebook 06 derives and the package offers is the same thing: both are run side by side."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab import evaluation, judging, spaces, vectors
from embedlab.exercises import nb06


def test_procrustes_is_that_of_the_package(lesson):
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(40, 6)), rng.normal(size=(40, 6))
    ours = lesson["fit_procrustes"](source, target)
    np.testing.assert_allclose(ours, spaces.fit_procrustes(source, target), atol=1e-5)
    np.testing.assert_allclose(ours.T @ ours, np.eye(6), atol=1e-8)


def test_csls_is_that_of_the_package(lesson):
    rng = np.random.default_rng(2)
    source, target = (vectors.normalize(rng.normal(size=(size, 8))) for size in (25, 30))
    for k in (1, 5, 10):
        np.testing.assert_allclose(lesson["csls"](source @ target.T, k), spaces.csls(source, target, k), atol=1e-5)


def test_reciprocal_ranks_are_those_of_the_package(lesson):
    rng = np.random.default_rng(3)
    scores, relevant = rng.normal(size=(20, 12)), rng.random((20, 12)) < 0.3
    relevant[:, 5] = True
    sets = [set(np.flatnonzero(row)) for row in relevant]
    packaged = evaluation.retrieval_metrics(scores, sets, k=12, per_query=True)["mrr"]
    np.testing.assert_allclose(lesson["reciprocal_ranks"](scores, relevant), packaged)


def test_the_exercises_macro_f1_is_scikit_learns():
    from sklearn.metrics import f1_score

    macro_f1 = nb06.macro_f1.function
    rng = np.random.default_rng(4)
    for _ in range(20):
        true, predicted = rng.integers(4, size=(2, 30))
        wanted = f1_score(true, predicted, labels=np.unique(true), average="macro", zero_division=0)
        assert macro_f1(true, predicted) == pytest.approx(wanted)


def test_the_chosen_threshold_earns_most(lesson):
    rng = np.random.default_rng(5)
    scores, right = rng.random(60), rng.random(60) < 0.5
    chosen = lesson["value"](scores, right, lesson["choose"](scores, right))
    assert chosen == pytest.approx(max(lesson["value"](scores, right, t) for t in scores))


def test_the_threshold_without_a_doubt_is_the_exercises(lesson):
    rng = np.random.default_rng(6)
    for _ in range(50):
        scores, right = rng.integers(6, size=20) / 10, rng.random(20) < 0.6  # with ties
        for wanted in (0.5, 0.8, 1.0):
            expected = nb06.strict_threshold.function(scores, right, wanted)
            assert lesson["threshold_for"](scores, right, wanted) == expected


def test_the_cautious_threshold_is_the_lowest_whose_exact_lower_limit_reaches_the_wish(lesson):
    from scipy.stats import binomtest

    rng = np.random.default_rng(7)
    for _ in range(10):
        scores, right = rng.integers(15, size=60) / 10, rng.random(60) < 0.8
        limits = {}
        for score in np.unique(scores):
            given = scores >= score
            test = binomtest(int(right[given].sum()), int(given.sum()), alternative="greater")
            limits[float(score)] = test.proportion_ci(0.95, method="exact").low
        expected = min((score for score, limit in limits.items() if limit >= 0.7), default=None)
        assert lesson["threshold_for"](scores, right, 0.7, doubt=0.05) == expected


def test_groups_apart_share_no_group_and_as_few_shares_the_test(lesson):
    groups = np.random.default_rng(8).integers(40, size=200)
    ways = lesson["three_ways"](groups, 15, seed=0)
    for train, test in ways.values():
        assert not set(train) & set(test)
        assert len(test) == 15
    train, test = ways["apart"]
    assert not set(groups[train]) & set(groups[test])
    assert len(set(groups[test])) == 15
    np.testing.assert_array_equal(ways["as few"][1], test)
    assert len(ways["as few"][0]) == len(train)


def test_the_threshold_with_and_without_a_doubt_is_the_packages(lesson):
    rng = np.random.default_rng(7)
    for _ in range(50):
        scores, right = rng.integers(6, size=40) / 10, rng.random(40) < 0.8  # with ties
        for wanted in (0.5, 0.8, 1.0):
            for doubt in (None, 0.05):
                expected = lesson["threshold_for"](scores, right, wanted, doubt)
                assert judging.threshold_for(scores, right, wanted, doubt) == expected
