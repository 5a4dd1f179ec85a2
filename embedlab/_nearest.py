"""Exact selection of the k best scores without sorting them all; serves `vectors.top_k` and `retrieval_metrics`.

It stands apart so that `vectors` stays short enough to read in one sitting: what it finds is obvious, how it is
found quickly and with true ties is not.
"""

from __future__ import annotations

import numpy as np

_BLOCK_BYTES = 64 * 2**20  # scores held at one time; more queries than fit are answered block by block
_LANES = 256  # columns whose maxima give the first bound on the k-th best score


def k_best(queries: np.ndarray, vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Find indices (m, k) and float32 dot products (m, k) of the ``k`` rows of ``vectors`` that score highest.

    ``queries`` (m, d) and ``vectors`` (n, d) are float32; ``k`` above n gives n. Equal scores keep their order.
    """
    k = min(k, len(vectors))
    indices = np.empty((len(queries), k), dtype=np.int64)
    scores = np.empty((len(queries), k), dtype=np.float32)
    step = max(1, _BLOCK_BYTES // (4 * max(1, len(vectors))))
    for start in range(0, len(queries) if k else 0, step):
        block = queries[start : start + step]
        # One query is a matrix-vector product, which BLAS does faster when it is told so.
        rough = block @ vectors.T if len(block) > 1 else (vectors @ block[0])[np.newaxis]  # (block, n)
        for row, (query, line) in enumerate(zip(block, rough, strict=True), start):
            indices[row], scores[row] = _best_of_line(query, line, vectors, k)
    return indices, scores


def _best_of_line(query: np.ndarray, line: np.ndarray, vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    candidates = _candidates(line, k)
    # BLAS may give equal vectors scores that differ in the last bit. Scoring the few that are left again, each
    # by the same sum in double precision, makes ties true ties whatever the library and the thread count.
    exact = np.einsum("cd,d->c", vectors[candidates], query, dtype=np.float64)
    best = stable_best(exact, k)
    return candidates[best], exact[best].astype(np.float32)


def _candidates(line: np.ndarray, k: int) -> np.ndarray:
    """Find indices, ascending, of a few more than ``k`` entries, the ``k`` best among them."""
    lanes = max(_LANES, 4 * k)
    whole = len(line) // lanes * lanes
    if whole >= 4 * lanes:
        # The k-th best of the lanes' maxima cannot exceed the k-th best of all: a bound in one quick pass.
        values = line[:whole].reshape(-1, lanes).max(axis=0)
        rest = line[whole:]
    else:
        values, rest = line, line[:0]
    bound = np.partition(values, -k)[-k]
    if not np.isfinite(bound + values.sum() + rest.sum()):  # NaN survives max and sum
        raise ValueError("vectors and query must hold finite numbers, but a score is NaN or infinite")
    slack = np.float32(1e-5) * max(1.0, float(np.abs(values).max()))
    return np.flatnonzero(line >= bound - slack)


def stable_best(scores: np.ndarray, k: int) -> np.ndarray:
    """Find the positions of the ``k`` largest, largest first, the earlier first among equals."""
    kth = np.partition(scores, -k)[-k]
    above, equal = np.flatnonzero(scores > kth), np.flatnonzero(scores == kth)
    chosen = np.sort(np.concatenate([above, equal[: k - len(above)]]))
    return chosen[np.argsort(-scores[chosen], kind="stable")]
