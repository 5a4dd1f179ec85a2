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
from collections.abc import Collection, Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from embedlab import _need, vectors

Id: TypeAlias = str | int
Relevant: TypeAlias = Collection[Id] | Mapping[Id, float]
_INDICES = "a set or list of document indices, or a dict of their grades"
_IDS = "a set or list of ids, strings or whole numbers, or a dict of their grades"
_IN_ORDER = "a list of ids, strings or whole numbers, best first"
_EACH, _UNORDERED = "a list with one item for each query", (set, frozenset, Mapping)


class BootstrapResult(NamedTuple):
    """Mean difference of two systems over the same queries, and how sure it is."""

    difference: float  #: mean of a minus mean of b
    low: float  #: lower end of the confidence interval
    high: float  #: upper end
    p_value: float  #: two-sided: how often resampling turns the sign, doubled


def retrieval_metrics(
    scores: np.ndarray,
    relevant: Sequence[Relevant],
    k: int = 10,
    exclude: Sequence[int | None] | None = None,
    *,
    per_query: bool = False,
) -> dict[str, float] | dict[str, np.ndarray]:
    """Compute MRR, nDCG and recall of the first ``k`` results, averaged over the queries.

    Parameters
    ----------
    scores : array of shape (m, n)
        Score of every document for every query; higher is better. Equal scores keep the documents' order (trec_eval
        takes the higher id first, MS MARCO's script the lower). Minus infinity says that a document was not retrieved.
    relevant : m sets or lists of document indices, or m dicts {index: grade}
        The right answers of each query, at least one; a document named twice counts once. A document whose grade is 0
        or less was judged and is no right answer.
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
        ``ndcg``: gains discounted by log2(rank + 1), divided by the best that is possible. The gain is the grade
        itself, as in trec_eval (some write 2 ** grade - 1), and 1 without grades.
        ``recall``: found relevant documents / all relevant documents.

    Raises
    ------
    TypeError, ValueError
        If shapes do not fit, there is no query, a query has no right answer, or an index is no whole number (a
        mask, say), outside the documents or excluded.

    Examples
    --------
    The only right answer is on place two: MRR 1/2, nDCG 1/log2(3).

    >>> found = retrieval_metrics([[0.9, 0.8, 0.1]], [{1}])
    >>> {name: round(value, 3) for name, value in found.items()}
    {'mrr': 0.5, 'ndcg': 0.631, 'recall': 1.0}
    """
    scores = _need.floats(scores, "scores", "(m, n)", gaps=True)
    if not scores.size:
        raise ValueError(f"scores must hold at least one query and one document, but its shape is {scores.shape}")
    grades = _grades(relevant, "scores", len(scores), scores.shape[1])
    k = _need.whole(k, "k")
    if exclude is not None:
        scores = scores.copy()
        for i, document in enumerate(_excluded(exclude, grades, scores.shape[1])):
            if document is not None:
                scores[i, document] = -np.inf
    best = [vectors.stable_best(row, min(k, len(row))) for row in scores]
    ranked = [places[row[places] > -np.inf].tolist() for places, row in zip(best, scores, strict=True)]
    return _measured(ranked, grades, k, per_query)


def ranked_metrics(
    found: Sequence[Sequence[Id]], relevant: Sequence[Relevant], k: int = 10, *, per_query: bool = False
) -> dict[str, float] | dict[str, np.ndarray]:
    """Compute the metrics of `retrieval_metrics` from lists of results, best first, instead of scores.

    Parameters
    ----------
    found : m lists of ids, strings or whole numbers
        What a search returned for each query, for example
        ``[[hit.id for hit in hits] for hits in search.search_many(queries)]``. A list may be empty.
    relevant : m sets or lists of ids, or m dicts {id: grade}
        The right answers of each query, at least one, whether they were found or not.
    k, per_query
        As in `retrieval_metrics`.

    Returns
    -------
    dict with keys ``mrr``, ``ndcg``, ``recall``, each in [0, 1]; see `retrieval_metrics`

    Raises
    ------
    TypeError, ValueError
        If lengths do not fit, there is no query, a query has no right answer, a list names an id twice, or ids are
        strings on one side and numbers on the other.

    Examples
    --------
    >>> found = ranked_metrics([["b", "a", "c"]], [{"a": 2, "d": 1}])
    >>> {name: round(value, 3) for name, value in found.items()}
    {'mrr': 0.5, 'ndcg': 0.48, 'recall': 0.5}
    """
    ranked = [_ids(ids, f"found[{i}]", _IN_ORDER) for i, ids in enumerate(_items(found, "found", _EACH, _UNORDERED))]
    if not ranked:
        raise ValueError("found must hold the results of at least one query, but it is empty")
    for i, ids in enumerate(ranked):
        if len(set(ids)) < len(ids):
            twice = next(one for one in ids if ids.count(one) > 1)
            raise ValueError(f"found[{i}] must name each id once, but it names {twice!r} {ids.count(twice)} times")
    grades, kinds = _grades(relevant, "found", len(ranked)), {type(one): one for ids in ranked for one in ids}
    for i, one in ((i, one) for i, wanted in enumerate(grades) for one in wanted):
        if kinds and type(one) not in kinds:  # "3" is not 3: every metric would be 0
            there = next(iter(kinds.values()))
            raise TypeError(f"relevant[{i}] must hold ids as found does, such as {there!r:.40}, not {one!r:.40}")
    return _measured(ranked, grades, _need.whole(k, "k"), per_query)


def _measured(ranked: list[list[Id]], grades: list[dict[Id, float]], k: int, per_query: bool) -> dict[str, Any]:
    """Compute the metrics of ``m`` lists of results; ``grades`` holds each query's right answers, all above 0."""
    width = min(k, max(map(len, [*ranked, *grades])))  # no further place can hold or miss a right answer
    got, best = np.zeros((2, len(ranked), width))
    for i, (ids, wanted) in enumerate(zip(ranked, grades, strict=True)):
        gains, ideal = [wanted.get(one, 0.0) for one in ids[:width]], sorted(wanted.values(), reverse=True)[:width]
        got[i, : len(gains)], best[i, : len(ideal)] = gains, ideal
    hits, discounts = got > 0, 1.0 / np.log2(np.arange(width) + 2.0)
    first = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1.0, np.inf)
    # Both summed in the same order, so that a perfect list gives 1 exactly.
    gained, possible = (np.cumsum(gains * discounts, axis=1)[:, -1] for gains in (got, best))
    totals = np.array([len(wanted) for wanted in grades])
    values = {"mrr": 1.0 / first, "ndcg": gained / possible, "recall": hits.sum(axis=1) / totals}
    return values if per_query else {name: float(value.mean()) for name, value in values.items()}


def _items(x: Any, name: str, wanted: str, refused: tuple[type, ...]) -> list[Any]:
    # A table or series of pandas has keys as a dict has, and yet gives out something else: what is meant?
    unclear = hasattr(x, "keys") and not isinstance(x, Mapping)
    x = x if unclear else _need.readable(x, name, wanted)
    if unclear or isinstance(x, (str, bytes, *refused)) or not isinstance(x, Iterable) or getattr(x, "shape", 1) == ():
        raise TypeError(f"{name} must be {wanted}, not a {type(x).__name__} ({x!r:.40})")
    return [one.item() if getattr(one, "shape", 1) == () else one for one in x]  # NumPy's scalars become Python's


def _ids(x: Any, name: str, wanted: str) -> list[Id]:
    """Return the ids of one query as Python's own strings and ints."""
    ids = _items(x, name, wanted, _UNORDERED if wanted == _IN_ORDER else ())
    for one in ids:
        if isinstance(one, bool):
            raise TypeError(f"{name} must be {wanted}, not a mask of {one} and {not one}: write np.flatnonzero(mask)")
        if not isinstance(one, int if wanted == _INDICES else (str, int)):
            raise TypeError(f"{name} must be {wanted}, but it holds a {type(one).__name__} ({one!r:.40})")
    return ids


def _grades(relevant: Any, other: str, m: int, n: int | None = None) -> list[dict[Id, float]]:
    """Return for each query its right answers, {id: grade above 0}; ``n`` says that ids are indices below it."""
    wanted = _IDS if n is None else _INDICES
    sets, checked = _items(relevant, "relevant", _EACH, _UNORDERED), []
    if len(sets) != m:
        raise ValueError(f"relevant has {len(sets)} sets and {other} has {m} queries: there must be one for each")
    for i, own in enumerate(sets):
        ids, grades = _ids(own, f"relevant[{i}]", wanted), itertools.repeat(1.0)
        if n is not None and (outside := [one for one in ids if not 0 <= one < n]):
            raise ValueError(f"relevant[{i}] must hold indices of documents, 0 to {n - 1}, but it holds {outside[0]}")
        if isinstance(own, Mapping):
            grades = _need.floats(list(own.values()), f"relevant[{i}].values()", "(n,)").tolist()
        checked.append({one: grade for one, grade in zip(ids, grades, strict=False) if grade > 0})
        if not checked[-1]:
            why = "has no grade above 0" if ids else "is empty"
            raise ValueError(f"relevant[{i}] {why}: a query without a right answer cannot be scored, leave it out")
    return checked


def _excluded(exclude: Any, grades: list[dict[Id, float]], n: int) -> list[int | None]:
    items, m = _items(exclude, "exclude", _EACH, _UNORDERED), len(grades)
    if len(items) != m:
        raise ValueError(f"exclude has {len(items)} items and scores has {m} queries: there must be one for each")
    for i, one in enumerate(items):
        if one is not None and _need.whole(one, f"exclude[{i}]", at_least=0) >= n:
            raise ValueError(f"exclude[{i}] must be an index of a document, 0 to {n - 1}, but it is {one}")
        if one in grades[i]:
            raise ValueError(f"exclude[{i}] is {one}, which relevant[{i}] calls a right answer")
    return items


@np.errstate(all="ignore")
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
    if not isinstance(confidence, Real) or not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, such as 0.95, but it is {confidence!r:.40}")
    gains = _need.floats(np.asarray(a, dtype=np.float64) - b, "a minus b", "(m,)")
    rng, m = np.random.default_rng(_need.whole(seed, "seed", at_least=0)), len(gains)
    step = max(1, 50_000 // m)  # resamples at once: quick for few queries, small in memory for many
    sizes = [(min(step, repeats - start), m) for start in range(0, repeats, step)]
    means = np.concatenate([gains[rng.integers(m, size=size)].mean(axis=1) for size in sizes])
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    # One is added above and below so that a finite number of resamples never claims a chance of zero.
    turned = (min((means <= 0).sum(), (means >= 0).sum()) + 1) / (repeats + 1)
    return BootstrapResult(float(gains.mean()), float(low), float(high), float(min(1.0, 2 * turned)))


@np.errstate(all="ignore")
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
    a, b = vectors.unit(a, "a", "(n, d)"), vectors.unit(b, "b", "(n, d)")
    _need.same_length(a, b, "a", "b")
    _need.same_dimension(a, b, "a", "b")
    return np.clip(np.einsum("nd,nd->n", a, b), -1.0, 1.0)


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
    scores, same = _need.floats(scores, "scores", "(n,)"), _need.array_of("an array of bool", same, "same", "(n,)")
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


@np.errstate(all="ignore")
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
    _need.rows_that_belong(x, y, "x", "y")
    x, y = vectors.unit(x, "x", "(n, d)"), vectors.unit(y, "y", "(n, d)")
    a, b = vectors.unit(a, "a", "(m, d)"), vectors.unit(b, "b", "(m, d)")
    for name, group in (("a", a), ("b", b)):
        _need.same_dimension(x, _need.filled(group, name), "x", name)
    permutations, n = _need.whole(permutations, "permutations"), len(x)
    seed = _need.whole(seed, "seed", at_least=0)
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
