import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from embedlab import evaluation


def test_metrics_by_hand():
    scores = [[0.9, 0.8, 0.7, 0.1], [0.1, 0.2, 0.3, 0.4]]
    # query 0: right answers on places 1 and 3; query 1: the only right answer on place 4, outside the first 3
    found = evaluation.retrieval_metrics(scores, [{0, 2}, {0}], k=3)
    ideal = 1 + 1 / math.log2(3)
    assert found["mrr"] == pytest.approx((1 + 0) / 2)
    assert found["ndcg"] == pytest.approx((1 + 1 / math.log2(4)) / ideal / 2)
    assert found["recall"] == pytest.approx((1 + 0) / 2)


def test_ndcg_equals_scikit_learn():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(20, 30))
    relevant = [set(rng.choice(30, size=rng.integers(1, 15), replace=False).tolist()) for _ in range(20)]
    truth = np.zeros_like(scores)
    for row, documents in enumerate(relevant):
        truth[row, list(documents)] = 1
    for k in (1, 5, 10, 30):
        ours = evaluation.retrieval_metrics(scores, relevant, k=k)["ndcg"]
        assert ours == pytest.approx(ndcg_score(truth, scores, k=k))


def test_the_excluded_document_takes_no_place():
    found = evaluation.retrieval_metrics([[1.0, 0.5, 0.2]], [{1}], k=1, exclude=[0])
    assert found == {"mrr": 1.0, "ndcg": 1.0, "recall": 1.0}
    assert evaluation.retrieval_metrics([[1.0, 0.5, 0.2]], [{1}], k=1, exclude=[None])["mrr"] == 0


def test_metrics_do_not_write_into_the_scores():
    scores = np.array([[1.0, 0.5]])
    evaluation.retrieval_metrics(scores, [{1}], exclude=[0])
    assert scores.tolist() == [[1.0, 0.5]]


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_metrics_are_bounded_and_a_perfect_ranking_is_one(seed, k):
    rng = np.random.default_rng(seed)
    relevant = [set(rng.choice(8, size=rng.integers(1, 8), replace=False).tolist()) for _ in range(3)]
    for values in evaluation.retrieval_metrics(rng.normal(size=(3, 8)), relevant, k=k, per_query=True).values():
        assert values.shape == (3,)
        assert ((values >= 0) & (values <= 1)).all()
    perfect = np.array([[float(j in documents) for j in range(8)] for documents in relevant])
    best = evaluation.retrieval_metrics(perfect, relevant, k=k)
    assert best["mrr"] == best["ndcg"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1.0, 2.0]], [{0}, {1}]), "relevant has 2 sets and scores has 1 queries"),
        (([[1.0, 2.0]], [set()]), r"relevant\[0\] is empty: a query without a right answer cannot be scored"),
        (([[1.0, 2.0]], [{2}]), r"relevant\[0\] must hold indices of documents, 0 to 1, but it holds 2"),
        (([[1.0, 2.0]], [{-1}]), "but it holds -1"),
        (([[1.0, 2.0]], [{0}], 0), "k must be at least 1"),
        (([[1.0, 2.0]], [{0}], 1, [0]), r"exclude\[0\] is 0, which relevant\[0\] calls a right answer"),
        (([[1.0, 2.0]], [{0}], 1, [5]), r"exclude\[0\] must be an index of a document, 0 to 1, but it is 5"),
        (([[1.0, 2.0]], [{0}], 1, []), "exclude has 0 items and scores has 1 queries"),
        (([1.0, 2.0], [{0}]), r"scores must have shape \(m, n\), but its shape is \(2,\)"),
        (([[np.nan, 2.0]], [{0}]), "scores must hold finite numbers, but row 0 holds nan"),
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


def test_bootstrap_of_equal_systems_finds_nothing():
    x = np.random.default_rng(0).uniform(size=50)
    assert evaluation.paired_bootstrap(x, x, repeats=200) == (0.0, 0.0, 0.0, 1.0)


def test_bootstrap_keeps_pairs_together_and_is_seeded():
    rng = np.random.default_rng(0)
    b = rng.uniform(0, 100, size=40)
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
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1, such as 0.95, but it is 95"):
        evaluation.paired_bootstrap([1], [1], confidence=95)


def test_pair_similarities_are_the_diagonal():
    from sklearn.metrics.pairwise import cosine_similarity

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    np.testing.assert_allclose(evaluation.pair_similarities(a, b), np.diag(cosine_similarity(a, b)), atol=1e-6)
    with pytest.raises(ValueError, match="a has 6 items and b has 5"):
        evaluation.pair_similarities(a, b[:5])
