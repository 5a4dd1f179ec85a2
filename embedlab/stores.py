"""Where vectors are kept and found again: one small interface, whatever engine stands behind it.

`ExactStore` keeps them in memory and compares with every one: the reference that never misses. A store knows
ids, vectors and records; it knows nothing of texts or models.

Shapes: ``n`` stored vectors, ``m`` queries, ``d`` dimensions, ``k`` results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from embedlab import _need, vectors


class Match(NamedTuple):
    """One stored vector that was found."""

    id: str
    score: float  #: cosine similarity with the query, in [-1, 1]
    record: dict[str, Any]  #: what was stored with the vector


class Store(Protocol):
    """What `embedlab.search` asks of a store."""

    def upsert(self, ids: Sequence[str], vectors: np.ndarray, records: Sequence[Mapping[str, Any]]) -> None:
        """Store vectors (n, d) with their records; an id that is already there is replaced."""

    def delete(self, ids: Sequence[str]) -> int:
        """Remove ids; returns how many were there."""

    def search(self, queries: np.ndarray, k: int, where: Mapping[str, Any] | None = None) -> list[list[Match]]:
        """Find the ``k`` best matches of each query (m, d), best first, among records that equal ``where``."""

    def dump(self) -> tuple[list[str], np.ndarray, list[dict[str, Any]]]:
        """Return all ids, vectors (n, d) and records, in the order in which they were first stored."""

    def __len__(self) -> int:
        """Tell how many vectors are stored."""

    def close(self) -> None:
        """Release what the store holds; using it afterwards is an error."""


class ExactStore:
    """Vectors in one NumPy array, compared with every query.

    Vectors are scaled to length one when they are stored, so a search is one matrix product.

    Examples
    --------
    >>> store = ExactStore()
    >>> store.upsert(["north", "east"], [[0.0, 2.0], [1.0, 0.0]], [{"sea": "cold"}, {"sea": "warm"}])
    >>> [(match.id, match.score) for match in store.search([[3.0, 0.0]], k=1)[0]]
    [('east', 1.0)]
    """

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}  # id -> row
        self._ids: list[str] = []  # row -> id
        self._records: list[dict[str, Any]] = []
        self._room: np.ndarray | None = None  # (capacity, d): grows by doubling, so that adding stays cheap

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def dimension(self) -> int | None:
        """Number of dimensions ``d``, or None as long as nothing was stored."""
        return None if self._room is None else self._room.shape[1]

    def upsert(self, ids: Sequence[str], vectors: np.ndarray, records: Sequence[Mapping[str, Any]]) -> None:
        """Store vectors (n, d) with their records; an id that is already there keeps its place and is replaced.

        Raises
        ------
        ValueError
            If the lengths or the dimension do not fit, or a vector is not finite or all zeros. Nothing is
            stored then.
        """
        ids = _need.strings(ids, "ids")
        new = self._checked(vectors, "vectors")
        _need.same_length(ids, new, "ids", "vectors")
        _need.same_length(ids, records, "ids", "records")
        if not ids:
            return
        fresh = [i for i in dict.fromkeys(ids) if i not in self._rows]
        self._grow(len(self) + len(fresh), new.shape[1])
        for i in fresh:
            self._rows[i] = len(self._ids)
            self._ids.append(i)
            self._records.append({})
        rows = [self._rows[i] for i in ids]
        self._room[rows] = new
        for row, record in zip(rows, records, strict=True):
            self._records[row] = dict(record)

    def _checked(self, x: np.ndarray, name: str) -> np.ndarray:
        x = _need.floats(x, name, "(n, d)")
        if self.dimension is not None and len(x) and x.shape[1] != self.dimension:
            raise ValueError(f"{name} has {x.shape[1]} dimensions, but the store holds vectors of {self.dimension}")
        return vectors.normalize(x)

    def _grow(self, rows: int, d: int) -> None:
        if self._room is None:
            self._room = np.empty((rows, d), dtype=np.float32)
        elif rows > len(self._room):
            larger = np.empty((max(rows, 2 * len(self._room)), d), dtype=np.float32)
            larger[: len(self)] = self._room[: len(self)]
            self._room = larger

    def delete(self, ids: Sequence[str]) -> int:
        """Remove ids; those that are not there are passed over. Returns how many were removed."""
        gone = {i for i in _need.strings(ids, "ids") if i in self._rows}
        if gone:
            rows = [row for row, i in enumerate(self._ids) if i not in gone]
            self._room, self._records = self._room[rows], [self._records[row] for row in rows]
            self._ids = [self._ids[row] for row in rows]
            self._rows = {i: row for row, i in enumerate(self._ids)}
        return len(gone)

    def search(self, queries: np.ndarray, k: int, where: Mapping[str, Any] | None = None) -> list[list[Match]]:
        """Find the ``k`` best matches of each query (m, d), best first; ties in the order of storing.

        ``where`` keeps only records whose fields equal the given ones. Fewer than ``k`` stored vectors give
        fewer matches.
        """
        k = _need.whole(k, "k")
        queries = self._checked(queries, "queries")
        rows = np.arange(len(self)) if where is None else self._rows_where(where)
        if not len(rows) or not len(queries):
            return [[] for _ in queries]
        # A slice is a view; picking rows copies them, so it is done only when a filter asks for it.
        stored = self._room[: len(self)] if where is None else self._room[rows]
        found, scores = vectors.top_k(queries, stored, k, assume_normalized=True)
        return [
            [Match(self._ids[j], float(s), dict(self._records[j])) for j, s in zip(rows[js], ss, strict=True)]
            for js, ss in zip(found, scores, strict=True)
        ]

    def _rows_where(self, where: Mapping[str, Any]) -> np.ndarray:
        missing = object()
        fits = [all(r.get(key, missing) == value for key, value in where.items()) for r in self._records]
        return np.flatnonzero(fits)

    def dump(self) -> tuple[list[str], np.ndarray, list[dict[str, Any]]]:
        """Return all ids, unit vectors (n, d) and records, in the order in which they were first stored."""
        stored = np.empty((0, 0), dtype=np.float32) if self._room is None else self._room[: len(self)].copy()
        return list(self._ids), stored, [dict(record) for record in self._records]

    def close(self) -> None:
        """Forget everything: memory is all this store holds."""
        self._rows, self._ids, self._records, self._room = {}, [], [], None
