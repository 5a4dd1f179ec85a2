"""The exercises of notebook 04 hold what they promise: no winner is ruled out, and hubs become fewer."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import skew

from embedlab import evaluation, vectors
from embedlab.exercises import nb04
from tests.derivations import functions_of

still_possible = nb04.still_possible.function
mutual_proximity = nb04.mutual_proximity.function


@pytest.mark.parametrize("seed", range(5))
def test_whoever_is_left_can_win_and_nobody_else(seed):
    """One more coordinate, as long as unit length asks for, with every choice of signs: who is ever in front?"""
    rng = np.random.default_rng(seed)
    query, x = (0.9 * vectors.normalize(rng.normal(size=shape)) for shape in (3, (7, 3)))
    x = x * rng.uniform(0.5, 1.1, size=(7, 1))
    rest = np.sqrt(1 - (x**2).sum(axis=1))
    whole_query = np.append(query, np.sqrt(1 - (query**2).sum()))
    winners = set()
    for signs in itertools.product([-1, 1], repeat=7):
        whole = np.column_stack([x, rest * signs])
        np.testing.assert_allclose(np.linalg.norm(whole, axis=1), 1)
        winners.add(int(np.argmax(whole @ whole_query)))
    assert still_possible(query, x).tolist() == sorted(winners)


def test_mutual_proximity_counts_the_rows_that_are_farther_from_both():
    rng = np.random.default_rng(0)
    points = rng.integers(4, size=(15, 2)).astype(float)  # on a grid: many are equally far
    far = ((points[:, None] - points) ** 2).sum(axis=2)
    for i in range(15):
        wanted = [sum(far[i, m] > far[i, j] and far[j, m] > far[i, j] for m in range(15)) / 15 for j in range(15)]
        assert mutual_proximity(-far, i) == pytest.approx(wanted)


def test_it_takes_away_hubs(lesson):
    closeness = lesson["closeness"](np.random.default_rng(0).normal(size=(300, 100)))
    closeness = (closeness + closeness.T) / 2
    shares = np.stack([mutual_proximity(closeness, i) for i in range(300)])
    np.testing.assert_array_equal(shares, shares.T)
    before, after = skew(lesson["occurrences"](closeness)), skew(lesson["occurrences"](shares))
    assert before > 2
    assert after < before / 2


def test_ndcg_is_that_of_the_package():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 8))
    queries, sizes = [3, 9, 20, 41], (1, 4, 12, 30)
    others = [np.delete(np.arange(50), query) for query in queries]
    relevant = [set(rng.choice(pages, size=n).tolist()) for pages, n in zip(others, sizes, strict=True)]
    discount = 1 / np.log2(np.arange(2, 12))
    best = np.array([discount[: len(found)].sum() for found in relevant])
    data = SimpleNamespace(queries=queries, relevant=relevant)
    ours = functions_of("04", data=data, discount=discount, best=best)["ndcg"](x)
    unit = vectors.normalize(x)
    options = {"k": 10, "exclude": queries, "per_query": True}
    packaged = evaluation.retrieval_metrics(unit[queries] @ unit.T, relevant, **options)["ndcg"]
    np.testing.assert_allclose(ours, packaged, atol=1e-9)


def test_the_bootstrap_of_the_lesson_is_that_of_the_package():
    rng = np.random.default_rng(1)
    a, b = rng.uniform(size=150), rng.uniform(size=150)
    gains, draw = a - b, np.random.default_rng(0)
    means = [draw.choice(gains, size=150).mean() for _ in range(2000)]
    low, high = np.quantile(means, [0.025, 0.975])
    packaged = evaluation.paired_bootstrap(a, b, repeats=2000)
    assert (packaged.low, packaged.high) == pytest.approx((low, high), abs=0.005)


@pytest.mark.parametrize("rows", [20, 500])
def test_axes_are_orthogonal_and_all_384_even_for_few_rows(lesson, rows):
    x = np.random.default_rng(0).normal(size=(rows, 384)) * np.linspace(3, 1, 384)
    for table in (lesson["best_axes"](x), lesson["random_axes"](1)):
        np.testing.assert_allclose(table.T @ table, np.eye(384), atol=1e-5)
    held = (x @ lesson["best_axes"](x)) ** 2
    assert (np.diff(held.sum(axis=0)) < 1e-6).all()  # the one that holds most of x first
    assert np.abs(lesson["random_axes"](1) - lesson["random_axes"](2)).max() > 0.1
