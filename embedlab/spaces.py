"""Two spaces beside each other: pictures and texts, or words of two languages.

Sources: Liang et al. (2022) for the modality gap; Schönemann (1966) for the rotation; Conneau et al. (2018) for CSLS.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from embedlab import _need, vectors


class CrossModalRecall(NamedTuple):
    """Share of rows whose partner is among the first k, in both directions."""

    image_to_text: float
    text_to_image: float


@np.errstate(all="ignore")
def cross_modal_recall(images: np.ndarray, texts: np.ndarray, k: int) -> CrossModalRecall:
    """Compute Recall@k between pictures and texts in both directions; row i belongs to row i.

    Parameters
    ----------
    images, texts : arrays of shape (n, d)
        In one common space; compared by cosine similarity.
    k : int
        How many results count; equal scores keep the rows' order.

    Returns
    -------
    CrossModalRecall
        Two shares in [0, 1]. A random order gives k / n.

    Raises
    ------
    ValueError
        If shapes differ, a vector is all zeros, or ``k`` is below 1.

    Examples
    --------
    Both pictures are nearer to the first text; of the texts, each finds its own picture.

    >>> cross_modal_recall([[1.0, 0.0], [0.8, 0.6]], [[1.0, 0.2], [-0.6, 0.8]], k=1)
    CrossModalRecall(image_to_text=0.5, text_to_image=1.0)
    """
    _need.rows_that_belong(images, texts, "images", "texts")
    images, texts = vectors.unit(images, "images", "(n, d)"), vectors.unit(texts, "texts", "(n, d)")
    k = _need.whole(k, "k")
    scores = vectors.cosine_similarity(images, texts)  # (n, n)
    earlier = np.tri(len(scores), k=-1, dtype=bool)  # row i, column j < i
    shares = []
    for table in (scores, scores.T):
        own = table.diagonal()[:, None]
        rank = (table > own).sum(axis=1) + ((table == own) & earlier).sum(axis=1)
        shares.append(float(np.mean(rank < k)))
    return CrossModalRecall(*shares)


@np.errstate(all="ignore")
def modality_gap(images: np.ndarray, texts: np.ndarray) -> float:
    """Compute how far the pictures' mean lies from the texts' mean, all vectors brought to length one.

    Parameters
    ----------
    images : array of shape (n, d)
    texts : array of shape (m, d)

    Returns
    -------
    float in [0, 2]
        The norm of the difference of the two means (Liang et al. 2022, "Mind the Gap").

    Examples
    --------
    >>> modality_gap([[1.0, 0.0]], [[0.0, 3.0], [0.0, 1.0]])  # a right angle: the square root of 2
    1.4142135623730951
    """
    images, texts = vectors.unit(images, "images", "(n, d)"), vectors.unit(texts, "texts", "(m, d)")
    _need.same_dimension(_need.filled(images, "images"), _need.filled(texts, "texts"), "images", "texts")
    return float(np.linalg.norm(images.mean(0, dtype=np.float64) - texts.mean(0, dtype=np.float64)))


@np.errstate(all="ignore")
def fit_procrustes(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Find the rotation (or reflection) that brings ``source`` nearest to ``target``, row by row.

    Of all orthogonal matrices it minimises the squared distance of ``source @ matrix`` and ``target``
    (Schönemann 1966). It keeps every length and angle, so it cannot overfit by stretching.

    Parameters
    ----------
    source, target : arrays of shape (n, d)
        Row i of one belongs to row i of the other.

    Returns
    -------
    float64 array of shape (d, d)

    Raises
    ------
    ValueError
        If the shapes differ or are empty.

    Examples
    --------
    A quarter turn is found again:

    >>> fit_procrustes([[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [-1.0, 0.0]]).round(6) + 0.0
    array([[ 0.,  1.],
           [-1.,  0.]])
    """
    source, target = _need.rows_that_belong(source, target, "source", "target")
    # A scale turns nothing; without it the product of huge numbers would overflow.
    source, target = (x / largest if (largest := np.abs(x).max(initial=0.0)) > 1e100 else x for x in (source, target))
    left, _, right = np.linalg.svd(source.T.astype(np.float64) @ target)
    return left @ right


@np.errstate(all="ignore")
def csls(source: np.ndarray, target: np.ndarray, k: int = 10) -> np.ndarray:
    """Score every target for every source, with a handicap for targets that are near to everything.

    Cross-domain similarity local scaling (Conneau et al. 2018): twice the cosine, minus the mean cosine of the source
    with its k nearest targets, minus the mean cosine of the target with its k nearest sources. A hub, near to many
    sources, loses; the order within a row is what counts, not the value.

    Parameters
    ----------
    source : array of shape (m, d)
    target : array of shape (n, d)
    k : int
        Neighbours of the means; at most ``m`` and ``n`` are used.

    Returns
    -------
    float32 array of shape (m, n)

    Examples
    --------
    >>> csls([[1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], k=1)
    array([[ 0., -1.]], dtype=float32)
    """
    source, target = vectors.unit(source, "source", "(m, d)"), vectors.unit(target, "target", "(n, d)")
    _need.same_dimension(source, target, "source", "target")
    k = _need.whole(k, "k")
    cosines = vectors.cosine_similarity(_need.filled(source, "source"), _need.filled(target, "target"))
    near = [np.sort(table, axis=1)[:, -k:].mean(axis=1) for table in (cosines, cosines.T)]
    return 2 * cosines - near[0][:, None] - near[1][None]
