import math

import numpy as np
import pytest

from embedlab import evaluation


def test_metrics_by_hand():
    scores = [[0.9, 0.8, 0.7, 0.1], [0.1, 0.2, 0.3, 0.4]]
    # query 0: right answers on places 1 and 3; query 1: the only right answer on place 4, outside the first 3
    found = evaluation.retrieval_metrics(scores, [{0, 2}, {0}], k=3)
    ideal = 1 + 1 / math.log2(3)
    assert found["mrr"] == pytest.approx((1 + 0) / 2)
    assert found["ndcg"] == pytest.approx((1 + 1 / math.log2(4)) / ideal / 2)
    assert found["recall"] == pytest.approx((1 + 0) / 2)


def test_the_excluded_document_takes_no_place():
    found = evaluation.retrieval_metrics([[1.0, 0.5, 0.2]], [{1}], k=1, exclude=[0])
    assert found == {"mrr": 1.0, "ndcg": 1.0, "recall": 1.0}
    assert evaluation.retrieval_metrics([[1.0, 0.5, 0.2]], [{1}], k=1, exclude=[None])["mrr"] == 0


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
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1, such as 0.95, but it is 95"):
        evaluation.paired_bootstrap([1], [1], confidence=95)


def test_pair_similarities_are_the_diagonal():
    from sklearn.metrics.pairwise import cosine_similarity

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    np.testing.assert_allclose(evaluation.pair_similarities(a, b), np.diag(cosine_similarity(a, b)), atol=1e-6)
    with pytest.raises(ValueError, match="a has 6 items and b has 5"):
        evaluation.pair_similarities(a, b[:5])
