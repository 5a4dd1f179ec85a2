"""The heart of the course: what one does with vectors once a model has made them.

Four ideas, each a few lines: length one, cosine similarity, the k nearest, and (from notebook 03) analogies.
Nothing here prints, reads files or is random.

Shapes: ``n`` documents, ``m`` queries, ``d`` dimensions, ``k`` results.
"""

from __future__ import annotations

import numpy as np

from embedlab import _nearest, _need


def normalize(x: np.ndarray) -> np.ndarray:
    """Scale each vector to length one, so that a dot product becomes a cosine.

    Parameters
    ----------
    x : array of shape (d,) or (n, d)

    Returns
    -------
    float32 array of the same shape.

    Raises
    ------
    ValueError
        If a vector is all zeros (it has no direction), or holds NaN or infinity.

    Examples
    --------
    >>> normalize([3.0, 4.0])
    array([0.6, 0.8], dtype=float32)
    """
    x = _need.floats(x, "x", "(d,) or (n, d)")
    # Dividing by the largest entry first keeps tiny and huge vectors from under- or overflowing when squared.
    largest = np.abs(x).max(axis=-1, keepdims=True, initial=0.0)
    if not largest.all():
        where = f"row {int(np.flatnonzero(largest[:, 0] == 0)[0])}" if x.ndim == 2 else "it"
        raise ValueError(f"x must hold vectors with a direction, but {where} is all zeros")
    scaled = x / largest
    return (scaled / np.linalg.norm(scaled, axis=-1, keepdims=True)).astype(np.float32)


def cosine_similarity(a: np.ndarray, b: np.ndarray) -> np.ndarray | float:
    """Compute the cosine of the angle between every vector of ``a`` and every vector of ``b``.

    Parameters
    ----------
    a : array of shape (d,) or (n, d)
    b : array of shape (d,) or (m, d)

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
    a, b = _need.floats(a, "a", "(d,) or (n, d)"), _need.floats(b, "b", "(d,) or (m, d)")
    _need.same_dimension(a, b, "a", "b")
    cosines = np.clip(normalize(a) @ normalize(b).T, -1.0, 1.0)
    return float(cosines) if cosines.ndim == 0 else cosines


def top_k(
    query: np.ndarray, vectors: np.ndarray, k: int, *, assume_normalized: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Find the ``k`` vectors with the highest cosine similarity to each query, exactly and without a full sort.

    Parameters
    ----------
    query : array of shape (d,) or (m, d)
    vectors : array of shape (n, d)
    k : int
        At least 1; more than ``n`` gives all ``n``.
    assume_normalized : bool
        True if all vectors already have length one: saves two passes over them, and nothing is checked.
        (For vectors of other lengths the scores are then dot products.)

    Returns
    -------
    indices : int64 array of shape (k,) or (m, k)
    scores : float32 array of the same shape, best first. Equal scores keep the order of ``vectors``.

    Raises
    ------
    ValueError
        If shapes do not fit, ``k`` is below 1, or a number is not finite.

    Examples
    --------
    >>> indices, scores = top_k([1.0, 0.0], [[0.0, 1.0], [3.0, 0.0], [1.0, 0.0]], k=2)
    >>> indices, scores
    (array([1, 2]), array([1., 1.], dtype=float32))
    """
    k = _need.whole(k, "k")
    query = _need.floats(query, "query", "(d,) or (m, d)")
    if assume_normalized:
        query, vectors = query.astype(np.float32, copy=False), np.asarray(vectors, dtype=np.float32)
    else:
        vectors = _need.floats(vectors, "vectors", "(n, d)")
    if vectors.ndim != 2:
        raise ValueError(f"vectors must have shape (n, d), but its shape is {vectors.shape}")
    _need.same_dimension(query, vectors, "query", "vectors")
    if not assume_normalized:
        query, vectors = normalize(query), normalize(vectors)
    indices, scores = _nearest.k_best(np.atleast_2d(query), vectors, k)
    return (indices[0], scores[0]) if query.ndim == 1 else (indices, scores)
