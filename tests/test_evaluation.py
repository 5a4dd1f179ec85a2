import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from embedlab import evaluation


def test_metrics_by_hand_with_and_without_an_excluded_document():
    scores = [[0.9, 0.8, 0.7, 0.1], [0.1, 0.2, 0.3, 0.4]]
    # query 0: right answers on places 1 and 3; query 1: the only right answer on place 4, outside the first 3
    found = evaluation.retrieval_metrics(scores, [{0, 2}, {0}], k=3)
    ideal = 1 + 1 / math.log2(3)
    assert found["mrr"] == pytest.approx((1 + 0) / 2)
    assert found["ndcg"] == pytest.approx((1 + 1 / math.log2(4)) / ideal / 2)
    assert found["recall"] == pytest.approx((1 + 0) / 2)
    scores = np.array([[1.0, 0.5, 0.2]])
    found = evaluation.retrieval_metrics(scores, [{1}], k=1, exclude=[0])
    assert found == {"mrr": 1.0, "ndcg": 1.0, "recall": 1.0}
    assert evaluation.retrieval_metrics(scores, [{1}], k=1, exclude=[None])["mrr"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1.0, 2.0]], [{0}], 0), "k must be at least 1"),
        (([[1.0, 2.0]], [{0}], 1, [0]), r"exclude\[0\] is 0, which relevant\[0\] calls a right answer"),
        (([[1.0, 2.0]], [{0}], 1, []), "exclude has 0 items and scores has 1 queries"),
    ],
)
def test_metrics_refuse(arguments, message):
    with pytest.raises(ValueError, match=message):
        evaluation.retrieval_metrics(*arguments)


def test_bootstrap_interval_agrees_with_scipy():
    from scipy import stats

    rng = np.random.default_rng(0)
    b = rng.uniform(size=200)
    a = b + rng.normal(0.05, 0.2, size=200)
    ours = evaluation.paired_bootstrap(a, b, repeats=5000)
    peer = stats.bootstrap((a - b,), np.mean, method="percentile", n_resamples=5000, rng=1).confidence_interval
    assert ours.difference == pytest.approx((a - b).mean())
    assert (ours.low, ours.high) == pytest.approx((peer.low, peer.high), abs=0.003)
    assert ours.p_value == pytest.approx(stats.ttest_rel(a, b).pvalue, abs=0.01)


def test_bootstrap_keeps_pairs_together_and_is_seeded():
    rng = np.random.default_rng(0)
    b = rng.uniform(0, 100, size=40)
    assert evaluation.paired_bootstrap(b, b, repeats=200) == (0.0, 0.0, 0.0, 1.0)
    result = evaluation.paired_bootstrap(b + 1, b, repeats=500)  # queries differ wildly, the gain is always 1
    assert (result.low, result.high) == pytest.approx((1, 1))
    assert result.p_value == pytest.approx(2 / 501)
    noisy = b + rng.normal(size=40)
    assert evaluation.paired_bootstrap(noisy, b, 100, seed=3) == evaluation.paired_bootstrap(noisy, b, 100, seed=3)
    assert evaluation.paired_bootstrap(noisy, b, 100, seed=3) != evaluation.paired_bootstrap(noisy, b, 100, seed=4)


def test_bootstrap_refuses():
    with pytest.raises(ValueError, match="a has 2 items and b has 1"):
        evaluation.paired_bootstrap([1, 2], [1])
    with pytest.raises(ValueError, match="a must hold at least one query, but it is empty"):
        evaluation.paired_bootstrap([], [])


def test_pair_similarities_are_the_diagonal():
    from sklearn.metrics.pairwise import cosine_similarity

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    np.testing.assert_allclose(evaluation.pair_similarities(a, b), np.diag(cosine_similarity(a, b)), atol=1e-6)
    with pytest.raises(ValueError, match="a has 6 items and b has 5"):
        evaluation.pair_similarities(a, b[:5])


# ----------------------------------------------------------------------------------------------- verification


def test_verification_by_hand():
    curve = evaluation.verification_curve([0.1, 0.4, 0.4, 0.8], [False, False, True, True])
    assert curve.thresholds.tolist() == [0.1, 0.4, 0.8, np.inf]
    assert curve.false_match.tolist() == [1.0, 0.5, 0.0, 0.0]
    assert curve.false_non_match.tolist() == [0.0, 0.0, 0.5, 1.0]
    rate, threshold = curve.equal_error()
    assert (rate, threshold) == (0.25, 0.4)
    with pytest.raises(ValueError, match="scores has 2 items and same has 1: there must be one for each"):
        evaluation.verification_curve([0.1, 0.2], [True])
    with pytest.raises(TypeError, match="same must be an array of bool, but it is one of int64"):
        evaluation.verification_curve([0.1, 0.2], [1, 0])
    with pytest.raises(ValueError, match="same must hold pairs of both kinds, but 2 of 2 are the same"):
        evaluation.verification_curve([0.1, 0.2], [True, True])


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=60))
def test_verification_is_scikit_learns_roc(pairs):
    scores, same = np.array([s for s, _ in pairs]) / 5, np.array([b for _, b in pairs])
    if same.all() or not same.any():
        return
    curve = evaluation.verification_curve(scores, same)
    false_positive, true_positive, thresholds = roc_curve(same, scores, drop_intermediate=False)
    np.testing.assert_allclose(curve.thresholds, thresholds[::-1])
    np.testing.assert_allclose(curve.false_match, false_positive[::-1], atol=1e-12)
    np.testing.assert_allclose(1 - curve.false_non_match, true_positive[::-1], atol=1e-12)


# ------------------------------------------------------------------------------------------------------- WEAT


def test_weat_by_hand_with_ties_and_never_a_chance_of_zero():
    # Associations with a minus b: 1, .2, -.2, -1. Means .6 and -.6; sample variance (1 + .04 + .04 + 1) / 3.
    x, y = [[1.0, 0.0], [0.8, 0.6]], [[0.6, 0.8], [0.0, 1.0]]
    result = evaluation.weat(x, y, a=[[1.0, 0.0]], b=[[0.0, 1.0]])
    assert result.effect_size == pytest.approx(1.2 / (2.08 / 3) ** 0.5, abs=1e-6)
    assert result.p_value == pytest.approx(1 / 6)
    # Every division that keeps one 1 on the side of x is as extreme as the observed one: 4 of 6, and one is more so.
    result = evaluation.weat([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]], a=[[1.0, 0.0]], b=[[0.0, 1.0]])
    assert result.effect_size == 0.0
    assert result.p_value == pytest.approx(5 / 6)
    a, b = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    noise = np.random.default_rng(0).normal(scale=0.1, size=(2, 12, 2))
    assert evaluation.weat(a + noise[0], b + noise[1], a, b, permutations=500).p_value == pytest.approx(1 / 501)


def test_weat_is_the_definition_word_by_word():
    rng = np.random.default_rng(3)
    x, y, a, b = (rng.normal(size=(n, 7)) for n in (4, 4, 5, 3))

    def cosine(u, v):
        return u @ v / np.linalg.norm(u) / np.linalg.norm(v)

    def s(w):
        return np.mean([cosine(w, v) for v in a]) - np.mean([cosine(w, v) for v in b])

    values = [s(w) for w in (*x, *y)]
    effect = (np.mean(values[:4]) - np.mean(values[4:])) / np.std(values, ddof=1)
    divided = [sum(values[i] for i in some) for some in itertools.combinations(range(8), 4)]
    result = evaluation.weat(x, y, a, b)
    assert result.effect_size == pytest.approx(effect, abs=1e-5)
    assert result.p_value == pytest.approx(np.mean([value >= sum(values[:4]) - 1e-9 for value in divided]))
    drawn = evaluation.weat(x, y, a, b, permutations=60)  # fewer than the 70 divisions there are: random ones
    assert drawn.p_value == pytest.approx(result.p_value, abs=0.15)


@given(st.integers(0, 2**32 - 1))
def test_weat_turns_its_sign_with_the_targets_and_with_the_attributes(seed):
    rng = np.random.default_rng(seed)
    x, y, a, b = (rng.normal(size=(3, 5)) for _ in range(4))
    effect = evaluation.weat(x, y, a, b).effect_size
    assert -2 <= effect <= 2
    assert evaluation.weat(y, x, a, b).effect_size == pytest.approx(-effect, abs=1e-5)
    assert evaluation.weat(x, y, b, a).effect_size == pytest.approx(-effect, abs=1e-5)


def test_weat_messages():
    one, two = np.ones((1, 3)), np.eye(3)[:2]
    with pytest.raises(ValueError, match="x has 2 items and y has 1: there must be one for each"):
        evaluation.weat(two, one, two, two)
    with pytest.raises(ValueError, match="at least two words each, but they hold 1"):
        evaluation.weat(one, one, two, two)
    with pytest.raises(ValueError, match="x has 3 dimensions and b has 2"):
        evaluation.weat(two, two, two, np.eye(2))
    with pytest.raises(ValueError, match="a must hold at least one vector"):
        evaluation.weat(two, two, np.ones((0, 3)), two)
    with pytest.raises(ValueError, match="must differ in their association, but all words have the same"):
        evaluation.weat(np.ones((2, 3)), np.ones((2, 3)), two, two)
    with pytest.raises(ValueError, match="permutations must be at least 1, but it is 0"):
        evaluation.weat(two, two, two, two, permutations=0)
