"""How good are the vectors? Metrics of retrieval, of verification and of bias.

Every metric returns plain numbers; nothing here plots or loads a model.

Shapes: ``m`` queries, ``n`` documents, ``k`` results.

Sources: Manning, Raghavan, Schütze (2008), Introduction to Information Retrieval, chapter 8; Järvelin and
Kekäläinen (2002), ACM TOIS 20(4) for nDCG; Efron and Tibshirani (1993) for the bootstrap; the others stand at
their functions. What compares two whole spaces lives in `spaces`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from embedlab import _need, vectors


class BootstrapResult(NamedTuple):
    """Mean difference of two systems over the same queries, and how sure it is."""

    difference: float  #: mean of a minus mean of b
    low: float  #: lower end of the confidence interval
    high: float  #: upper end
    p_value: float  #: two-sided: how often resampling turns the sign, doubled


def retrieval_metrics(
    scores: np.ndarray,
    relevant: Sequence[Collection[int]],
    k: int = 10,
    exclude: Sequence[int | None] | None = None,
    *,
    per_query: bool = False,
) -> dict[str, float] | dict[str, np.ndarray]:
    """Compute MRR, nDCG and recall of the first ``k`` results, averaged over the queries.

    Parameters
    ----------
    scores : array of shape (m, n)
        Score of every document for every query; higher is better. Equal scores keep the documents' order.
    relevant : m sets of document indices
        The right answers of each query; none may be empty.
    k : int
        How many results count. If ``k`` exceeds the number of documents, all count.
    exclude : m document indices, optional
        A document that is left out of the query's own results, or None: the query itself, where queries are
        documents.
    per_query : bool
        Return arrays of shape (m,) instead of their means, for `paired_bootstrap`.

    Returns
    -------
    dict with keys ``mrr``, ``ndcg``, ``recall``, each in [0, 1]
        ``mrr``: 1 / rank of the first relevant result, 0 if none is among the first k.
        ``ndcg``: gains 1 discounted by log2(rank + 1), divided by the best that is possible.
        ``recall``: found relevant documents / all relevant documents.

    Raises
    ------
    ValueError
        If shapes do not fit, a set is empty, or an index is outside the documents or excluded.

    Examples
    --------
    The only right answer is on place two: MRR 1/2, nDCG 1/log2(3).

    >>> found = retrieval_metrics([[0.9, 0.8, 0.1]], [{1}])
    >>> {name: round(value, 3) for name, value in found.items()}
    {'mrr': 0.5, 'ndcg': 0.631, 'recall': 1.0}
    """
    scores = _need.floats(scores, "scores", "(m, n)")
    k = min(_need.whole(k, "k"), scores.shape[1])
    wanted = _relevance(relevant, scores.shape, exclude)  # (m, n) of bool
    if exclude is not None:
        scores = scores.copy()
        rows = [i for i, j in enumerate(exclude) if j is not None]
        scores[rows, [exclude[i] for i in rows]] = -np.inf
    ranked = np.array([vectors.stable_best(row, k) for row in scores], dtype=np.int64).reshape(len(scores), k)
    hits = np.take_along_axis(wanted, ranked, axis=1)  # (m, k): is the result on this place relevant?
    totals = wanted.sum(axis=1)
    first = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1.0, np.inf)
    discounts = 1.0 / np.log2(np.arange(k) + 2.0)
    best = np.concatenate([[0.0], np.cumsum(discounts)])[np.minimum(totals, k)]
    gains = np.cumsum(hits * discounts, axis=1)[:, -1]  # summed as `best` is, so that a perfect list gives 1 exactly
    values = {"mrr": 1.0 / first, "ndcg": gains / best, "recall": hits.sum(axis=1) / totals}
    return values if per_query else {name: float(value.mean()) for name, value in values.items()}


def _relevance(
    relevant: Sequence[Collection[int]], shape: tuple[int, int], exclude: Sequence[int | None] | None
) -> np.ndarray:
    m, n = shape
    if len(relevant) != m:
        raise ValueError(f"relevant has {len(relevant)} sets and scores has {m} queries: there must be one for each")
    if exclude is not None and len(exclude) != m:
        raise ValueError(f"exclude has {len(exclude)} items and scores has {m} queries: there must be one for each")
    wanted = np.zeros((m, n), dtype=bool)
    for i, documents in enumerate(relevant):
        if not len(documents):
            raise ValueError(f"relevant[{i}] is empty: a query without a right answer cannot be scored, leave it out")
        for j in documents:
            if not 0 <= j < n:
                raise ValueError(f"relevant[{i}] must hold indices of documents, 0 to {n - 1}, but it holds {j}")
            wanted[i, j] = True
        if exclude is not None and exclude[i] is not None:
            if not 0 <= exclude[i] < n:
                raise ValueError(f"exclude[{i}] must be an index of a document, 0 to {n - 1}, but it is {exclude[i]}")
            if wanted[i, exclude[i]]:
                raise ValueError(f"exclude[{i}] is {exclude[i]}, which relevant[{i}] calls a right answer")
    return wanted


def paired_bootstrap(
    a: np.ndarray, b: np.ndarray, repeats: int = 10_000, confidence: float = 0.95, seed: int = 0
) -> BootstrapResult:
    """Estimate by resampling whether system a is really better than b on the same queries.

    Draws the queries again with replacement ``repeats`` times, keeping each query's two values together, and
    looks at how the mean difference varies.

    Parameters
    ----------
    a, b : arrays of shape (m,)
        One metric of both systems, query by query.
    repeats, confidence, seed
        Number of resamples; width of the interval, between 0 and 1; seed of the random numbers.

    Examples
    --------
    >>> round(paired_bootstrap([0.9, 0.8, 0.7], [0.4, 0.3, 0.2]).low, 3)
    0.5
    """
    a, b = _need.floats(a, "a", "(m,)"), _need.floats(b, "b", "(m,)")
    _need.same_length(a, b, "a", "b")
    if not len(a):
        raise ValueError("a must hold at least one query, but it is empty")
    repeats = _need.whole(repeats, "repeats")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, such as 0.95, but it is {confidence}")
    gains = np.asarray(a, dtype=np.float64) - b
    rng = np.random.default_rng(seed)
    means = np.array([gains[rng.integers(len(gains), size=len(gains))].mean() for _ in range(repeats)])
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    # One is added above and below so that a finite number of resamples never claims a chance of zero.
    turned = (min((means <= 0).sum(), (means >= 0).sum()) + 1) / (repeats + 1)
    return BootstrapResult(float(gains.mean()), float(low), float(high), float(min(1.0, 2 * turned)))


def pair_similarities(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Compute the cosine similarity of row i of ``a`` with row i of ``b``.

    Parameters
    ----------
    a, b : arrays of shape (n, d)

    Returns
    -------
    float32 array of shape (n,), each in [-1, 1].

    Examples
    --------
    >>> pair_similarities([[1.0, 0.0], [0.0, 2.0]], [[3.0, 0.0], [1.0, 0.0]])
    array([1., 0.], dtype=float32)
    """
    a, b = _need.floats(a, "a", "(n, d)"), _need.floats(b, "b", "(n, d)")
    _need.same_length(a, b, "a", "b")
    _need.same_dimension(a, b, "a", "b")
    return np.clip(np.einsum("nd,nd->n", vectors.normalize(a), vectors.normalize(b)), -1.0, 1.0)


class VerificationCurve(NamedTuple):
    """The two errors of "same or different?" at every threshold, from the lowest to the highest."""

    thresholds: np.ndarray  #: (t,): a pair counts as the same if its score reaches the threshold
    false_match: np.ndarray  #: (t,): share of the different pairs that count as the same
    false_non_match: np.ndarray  #: (t,): share of the same pairs that count as different

    def equal_error(self) -> tuple[float, float]:
        """Return the equal error rate (mean of the two errors where they are closest) and its threshold."""
        place = int(np.argmin(np.abs(self.false_match - self.false_non_match)))
        rate = (self.false_match[place] + self.false_non_match[place]) / 2
        return float(rate), float(self.thresholds[place])


def verification_curve(scores: np.ndarray, same: np.ndarray) -> VerificationCurve:
    """Compute both error rates of a verification at every threshold that changes a decision.

    Parameters
    ----------
    scores : array of shape (n,)
        Similarity of each pair.
    same : array of shape (n,) of bool
        Whether the two of the pair are the same person (or thing).

    Returns
    -------
    VerificationCurve
        Thresholds are the different scores, ascending, and infinity, where nothing matches.

    Raises
    ------
    ValueError
        If lengths differ, or one of the two kinds of pairs is missing.

    Examples
    --------
    >>> curve = verification_curve([0.9, 0.6, 0.7, 0.1], [True, True, False, False])
    >>> curve.false_match.tolist(), curve.false_non_match.tolist()
    ([1.0, 0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5, 1.0])
    >>> curve.equal_error()
    (0.5, 0.7)
    """
    scores, same = _need.floats(scores, "scores", "(n,)"), np.asarray(same)
    _need.same_length(scores, same, "scores", "same")
    if same.dtype != bool:
        raise TypeError(f"same must be an array of bool, but it is one of {same.dtype}")
    if not 0 < same.sum() < len(same):
        raise ValueError(f"same must hold pairs of both kinds, but {same.sum()} of {len(same)} are the same")
    thresholds = np.append(np.unique(scores), np.inf)
    different, alike = np.sort(scores[~same]), np.sort(scores[same])
    false_match = 1 - np.searchsorted(different, thresholds) / len(different)
    return VerificationCurve(thresholds, false_match, np.searchsorted(alike, thresholds) / len(alike))


class WeatResult(NamedTuple):
    """How strongly two sets of targets differ in their association with two sets of attributes."""

    effect_size: float  #: difference of the mean associations in standard deviations, in [-2, 2]
    p_value: float  #: one-sided: how often a random division of the targets differs at least as much


def weat(
    x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray, permutations: int = 10_000, seed: int = 0
) -> WeatResult:
    """Run the word-embedding association test of Caliskan, Bryson and Narayanan (2017).

    The association of a word is its mean cosine with ``a`` minus that with ``b``. The effect is the difference of the
    mean associations of ``x`` and ``y``, divided by the sample standard deviation over both. The test divides the
    targets anew: in all ways if there are at most ``permutations``, else in so many random ones.

    Parameters
    ----------
    x, y : arrays of shape (n, d)
        Target words, equally many on both sides, at least two.
    a, b : arrays of shape (m, d)
        Attribute words.
    permutations, seed
        Most divisions that are tried; seed of the random ones.

    Returns
    -------
    WeatResult

    Raises
    ------
    ValueError
        If shapes do not fit, or all targets have the same association (then there is no scale).

    Examples
    --------
    Associations 1, 1 and -1, -1: their difference is 2, their sample standard deviation 1.155; of the 6
    divisions one is as extreme.

    >>> result = weat([[1, 0], [2, 0]], [[0, 1], [0, 3]], a=[[1, 0]], b=[[0, 1]])
    >>> round(result.effect_size, 3), round(result.p_value, 3)
    (1.732, 0.167)
    """
    x, y = _need.rows_that_belong(x, y, "x", "y")
    a, b = _need.floats(a, "a", "(m, d)"), _need.floats(b, "b", "(m, d)")
    for name, group in (("a", a), ("b", b)):
        _need.same_dimension(x, _need.filled(group, name), "x", name)
    permutations, n = _need.whole(permutations, "permutations"), len(x)
    if n < 2:
        raise ValueError("x and y must hold at least two words each, but they hold 1")
    words = np.concatenate([x, y])
    closeness = [vectors.cosine_similarity(words, group).mean(axis=1, dtype=np.float64) for group in (a, b)]
    association = closeness[0] - closeness[1]  # (2n,)
    spread = association.std(ddof=1)
    if spread < 1e-9:
        raise ValueError("x and y must differ in their association, but all words have the same")
    observed = association[:n].sum()
    if math.comb(2 * n, n) <= permutations:
        chosen = np.array(list(itertools.combinations(range(2 * n), n)))
        p_value = np.mean(association[chosen].sum(axis=1) >= observed - 1e-9)
    else:
        rng = np.random.default_rng(seed)
        drawn = np.array([rng.permutation(association)[:n].sum() for _ in range(permutations)])
        p_value = ((drawn >= observed - 1e-9).sum() + 1) / (permutations + 1)
    return WeatResult(float((association[:n].mean() - association[n:].mean()) / spread), float(p_value))
