"""The heart of the course: what one does with vectors once a model has made them.

Five ideas, each a few lines: length one, centring, cosine similarity, the k nearest, and analogies. Nothing here
prints, reads files or is random. Shapes: ``n`` documents, ``m`` queries, ``d`` dimensions, ``k`` results.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedlab import _need

_BLOCK_BYTES = 64 * 2**20  # scores held at one time; more queries than fit are answered block by block
_LANES = 256  # columns whose maxima give the first bound on the k-th best score


def normalize(x: np.ndarray) -> np.ndarray:
    """Scale each vector to length one, so that a dot product becomes a cosine.

    ``x`` has shape (d,) or (n, d); the result is a float32 array of the same shape.

    Raises
    ------
    ValueError
        If a vector is all zeros (it has no direction), or holds NaN or infinity.

    Examples
    --------
    >>> normalize([3.0, 4.0])
    array([0.6, 0.8], dtype=float32)
    """
    return unit(x, "x", "(d,) or (n, d)")


@np.errstate(all="ignore")
def unit(x: np.ndarray, name: str, shape: str) -> np.ndarray:
    """Do the work of `normalize` for other functions, whose caller passed ``x`` under another name."""
    x = _need.floats(x, name, shape)
    lengths = np.sqrt(np.einsum("...d,...d->...", x, x))[..., np.newaxis]
    if not ((lengths > 1e-15) & (lengths < 1e15)).all():  # a square under- or overflowed, or a vector is zero
        largest = np.abs(x).max(axis=-1, keepdims=True, initial=0.0)
        if not largest.all():
            where = f"row {int(np.flatnonzero(largest[:, 0] == 0)[0])}" if x.ndim == 2 else "it"
            raise ValueError(f"{name} must hold vectors with a direction, but {where} is all zeros")
        x = x / largest
        lengths = np.linalg.norm(x, axis=-1, keepdims=True)
    lengths[np.abs(lengths - 1) < 1e-6] = 1  # what has length one already stays as it is, to the bit
    return (x / lengths).astype(np.float32, copy=False)


@np.errstate(all="ignore")
def center(x: np.ndarray) -> np.ndarray:
    """Subtract the mean of the n rows of x, shape (n, d), so that angles are seen from the middle of the cloud.

    The result is float32; numbers that it cannot hold are a `ValueError`.

    Examples
    --------
    >>> center([[1.0, 5.0], [3.0, 5.0]]).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    x = _need.filled(_need.floats(x, "x", "(n, d)"), "x")
    return _need.floats((x - x.mean(axis=0, dtype=np.float64)).astype(np.float32), "x minus its mean", "(n, d)")


@np.errstate(all="ignore")
def cosine_similarity(a: np.ndarray, b: np.ndarray) -> np.ndarray | float:
    """Compute the cosine of the angle between every vector of ``a`` and every vector of ``b``.

    Parameters
    ----------
    a, b : arrays of shape (n, d) and (m, d), or (d,)

    Returns
    -------
    float32 in [-1, 1]: an array (n, m), or (n,) or (m,) if one side is a single vector, or a float if both are.

    Raises
    ------
    ValueError
        If the dimensions differ, a vector is all zeros, or a number is not finite.

    Examples
    --------
    >>> cosine_similarity([1.0, 0.0], [[2.0, 0.0], [0.0, 5.0], [-1.0, 0.0]])
    array([ 1.,  0., -1.], dtype=float32)
    """
    a, b = unit(a, "a", "(d,) or (n, d)"), unit(b, "b", "(d,) or (m, d)")
    _need.same_dimension(a, b, "a", "b")
    cosines = np.clip(a @ b.T, -1.0, 1.0)
    return float(cosines) if cosines.ndim == 0 else cosines


@np.errstate(all="ignore")
def top_k(
    query: np.ndarray, vectors: np.ndarray, k: int, *, assume_normalized: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Find the ``k`` vectors with the highest cosine similarity to each query, exactly and without a full sort.

    Parameters
    ----------
    query : array of shape (d,) or (m, d)
    vectors : array of shape (n, d)
    k : int, at least 1; more than ``n`` gives all ``n``
    assume_normalized : bool, True if all have length one: quicker, nothing is checked (else scores are dot products)

    Returns
    -------
    indices, scores : int64 and float32 arrays (k,) or (m, k), best first; equal scores keep the order of ``vectors``

    Raises
    ------
    ValueError
        If shapes do not fit, ``k`` is below 1, or a number is not finite.

    Examples
    --------
    >>> top_k([1.0, 0.0], [[0.0, 1.0], [3.0, 0.0], [1.0, 0.0]], k=2)
    (array([1, 2]), array([1., 1.], dtype=float32))
    """
    k = _need.whole(k, "k")
    if assume_normalized:
        query = _need.floats(query, "query", "(d,) or (m, d)").astype(np.float32, copy=False)
        vectors = _need.floats(vectors, "vectors", "(n, d)", finite=False).astype(np.float32, copy=False)
    else:
        query, vectors = unit(query, "query", "(d,) or (m, d)"), unit(vectors, "vectors", "(n, d)")
    _need.same_dimension(query, vectors, "query", "vectors")
    indices, scores = _k_best(np.atleast_2d(query), vectors, k)
    return (indices[0], scores[0]) if query.ndim == 1 else (indices, scores)


def analogy(
    a: str, b: str, c: str, words: Sequence[str], vectors: np.ndarray, k: int = 5, exclude_inputs: bool = True
) -> list[tuple[str, float]]:
    """Answer "a is to b as c is to ?": the k (word, cosine) nearest to b - a + c (Mikolov, Yih and Zweig 2013).

    ``vectors`` (n, d) has one row a word, brought to length one first; ``exclude_inputs`` leaves a, b and c out.
    A word that is not among ``words``, or another number of vectors than words, is a `ValueError`.

    Examples
    --------
    >>> analogy("man", "king", "she", ["man", "king", "she", "queen"], [[1, 0], [1, 1], [-1, 0], [-1, 1]], k=1)[0][0]
    'queen'
    """
    words, rows = _need.strings(words, "words"), unit(vectors, "vectors", "(n, d)")
    _need.same_length(words, rows, "words", "vectors")
    k = _need.whole(k, "k")
    for name, word in {"a": a, "b": b, "c": c}.items():
        if not isinstance(word, str) or word not in words:
            raise ValueError(f"{name} must be one of the {len(words)} words, but it is {word!r:.40}")
    start, end, third = (rows[words.index(word)] for word in (a, b, c))
    query = unit(end - start + third, "b - a + c", "(d,)")
    left_out = {a, b, c} if exclude_inputs else set()
    found = zip(*top_k(query, rows, k + len(left_out)), strict=True)
    return [(words[i], float(score)) for i, score in found if words[i] not in left_out][:k]


# -- how the nearest are found: quickly, and with true ties ------------------------------------------------------


def _k_best(queries: np.ndarray, vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
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
