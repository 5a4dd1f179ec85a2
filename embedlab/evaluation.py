"""How good are the vectors? Metrics of retrieval, and whether a difference between two systems is real.

Every metric returns plain numbers; nothing here plots or loads a model.

Shapes: ``m`` queries, ``n`` documents, ``k`` results.

Sources: Manning, Raghavan, Schütze (2008), Introduction to Information Retrieval, chapter 8; Järvelin and
Kekäläinen (2002), ACM TOIS 20(4) for nDCG; Efron and Tibshirani (1993) for the bootstrap.
"""

from __future__ import annotations

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
    ranked = np.argsort(-scores, axis=1, kind="stable")[:, :k]
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
