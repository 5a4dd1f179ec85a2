"""Where vectors are kept and found again: one small interface, whatever engine stands behind it.

`Store` says what `SemanticSearch` asks for and checks every argument, once and for all engines; `ExactStore` keeps
vectors in memory and compares with every one: the reference that never misses. A store knows ids, vectors and
records; it knows nothing of texts or models.

Shapes: ``n`` stored vectors, ``m`` queries, ``d`` dimensions, ``k`` results.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from embedlab import _need, vectors

Record = dict[str, Any]


class StoreError(RuntimeError):
    """A store cannot be reached, opened or written to; the message says what to do."""


class Match(NamedTuple):
    """One stored vector that was found."""

    id: str
    score: float  #: cosine similarity with the query, in [-1, 1]
    record: Record  #: what was stored with the vector


class Store(ABC):
    """What `SemanticSearch` asks of a store. An engine brings its dimension and the methods that are not here.

    The public methods check and pass on to those with an underscore: ``_upsert`` (no id twice), ``_delete`` (only ids
    that are there), ``_search``, ``_get`` and ``_count``, the last three with vectors of length one and ``where`` as
    a dict, empty for everything.

    Wherever ``where`` is taken, only records whose fields equal the given ones count: as JSON, so that an engine that
    keeps text agrees with one that keeps objects.
    """

    @property
    @abstractmethod
    def dimension(self) -> int | None:
        """Number of dimensions ``d``, or None as long as nothing was stored."""

    def __len__(self) -> int:
        return self.count()

    def upsert(self, ids: Sequence[str], vectors: np.ndarray, records: Iterable[Mapping[str, Any]]) -> None:
        """Store vectors (n, d) with their records; an id that is already there keeps its place and is replaced.

        Raises
        ------
        ValueError
            If lengths or the dimension do not fit, a vector is not finite or all zeros, or an engine cannot keep an
            id or a record. Nothing is stored then.
        StoreError
            If the database fails; the message says how many rows were stored before.
        """
        ids, new, records = _need.strings(ids, "ids"), self._unit(vectors, "vectors"), list(records)
        _need.same_length(ids, new, "ids", "vectors")
        _need.same_length(ids, records, "ids", "records")
        latest = {name: row for row, name in enumerate(ids)}
        if latest:
            rows = list(latest.values())
            self._upsert(list(latest), new if len(rows) == len(new) else new[rows], [records[row] for row in rows])

    def delete(self, ids: Sequence[str]) -> int:
        """Remove ids; those that are not there are passed over. Returns how many were removed."""
        return self._delete(list(self._get(_need.strings(ids, "ids"))))

    def search(self, queries: np.ndarray, k: int, where: Mapping[str, Any] | None = None) -> list[list[Match]]:
        """Find the ``k`` best matches of each query (m, d), best first; ties in the order of storing.

        Fewer than ``k`` stored vectors give fewer matches; a database gives at most 16,384.
        """
        k, queries, where = _need.whole(k, "k"), self._unit(queries, "queries"), _where(where)
        if self.dimension is None or not len(queries):
            return [[] for _ in queries]
        return self._search(queries, k, where)

    def get(self, ids: Sequence[str]) -> dict[str, Record]:
        """Return copies of the records of those ids that are stored."""
        return self._get(_need.strings(ids, "ids"))

    def count(self, where: Mapping[str, Any] | None = None) -> int:
        """Tell how many vectors have records that equal ``where``; all of them without it."""
        where = _where(where)
        return 0 if self.dimension is None else self._count(where)

    @abstractmethod
    def dump(self) -> tuple[list[str], np.ndarray, list[Record]]:
        """Return all ids, unit vectors (n, d) and records, in the order in which they were first stored."""

    @abstractmethod
    def clear(self) -> None:
        """Remove everything, the dimension too."""

    @abstractmethod
    def close(self) -> None:
        """Release what the store holds."""

    def _unit(self, x: np.ndarray, name: str) -> np.ndarray:
        x = vectors.unit(x, name, "(n, d)")
        if len(x) and self.dimension is not None and x.shape[1] != self.dimension:
            raise ValueError(f"{name} has {x.shape[1]} dimensions, but the store holds vectors of {self.dimension}")
        return x


def _where(where: Mapping[str, Any] | None) -> Record:
    return {} if where is None else _need.fields([where], "where", single=True)[0]


class ExactStore(Store):
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
        self.clear()

    @property
    def dimension(self) -> int | None:
        """Number of dimensions ``d``, or None as long as nothing was stored."""
        return None if self._room is None else self._room.shape[1]

    def _upsert(self, ids: list[str], unit: np.ndarray, records: list[Mapping[str, Any]]) -> None:
        fresh = [i for i in ids if i not in self._rows]
        self._grow(len(self._ids) + len(fresh), unit.shape[1])
        self._rows.update({i: row for row, i in enumerate(fresh, len(self._ids))})
        self._ids += fresh
        self._records += [{}] * len(fresh)
        rows = [self._rows[i] for i in ids]
        self._room[rows] = unit
        for row, record in zip(rows, records, strict=True):
            self._records[row] = dict(record)

    def _grow(self, rows: int, d: int) -> None:
        if self._room is None:
            self._room = np.empty((rows, d), dtype=np.float32)
        elif rows > len(self._room):
            larger = np.empty((max(rows, 2 * len(self._room)), d), dtype=np.float32)
            larger[: len(self._ids)] = self._room[: len(self._ids)]
            self._room = larger

    def _delete(self, ids: list[str]) -> int:
        gone = set(ids)
        rows = [row for row, i in enumerate(self._ids) if i not in gone]
        if len(rows) < len(self._ids):
            self._room, self._records = self._room[rows], [self._records[row] for row in rows]
            self._ids = [self._ids[row] for row in rows]
            self._rows = {i: row for row, i in enumerate(self._ids)}
        return len(gone)

    def _search(self, queries: np.ndarray, k: int, where: Record) -> list[list[Match]]:
        # A slice is a view; picking rows copies them, so it is done only when a filter asks for it.
        rows = self._fitting(where) if where else np.arange(len(self._ids))
        stored = self._room[rows] if where else self._room[: len(rows)]
        found, scores = vectors.top_k(queries, stored, k, assume_normalized=True)
        return [
            [Match(self._ids[j], float(s), dict(self._records[j])) for j, s in zip(rows[js], ss, strict=True)]
            for js, ss in zip(found, scores, strict=True)
        ]

    def _get(self, ids: list[str]) -> dict[str, Record]:
        return {i: dict(self._records[self._rows[i]]) for i in ids if i in self._rows}

    def _count(self, where: Record) -> int:
        return len(self._fitting(where)) if where else len(self._ids)

    def _fitting(self, where: Record) -> np.ndarray:
        missing = object()
        return np.flatnonzero([all(r.get(key, missing) == v for key, v in where.items()) for r in self._records])

    def dump(self) -> tuple[list[str], np.ndarray, list[Record]]:
        """Return all ids, unit vectors (n, d) and records, in the order in which they were first stored."""
        stored = np.empty((0, 0), dtype=np.float32) if self._room is None else self._room[: len(self._ids)].copy()
        return list(self._ids), stored, [dict(record) for record in self._records]

    def clear(self) -> None:
        """Remove everything, the dimension too."""
        self._rows: dict[str, int] = {}  # id -> row
        self._ids: list[str] = []  # row -> id
        self._records: list[Record] = []
        self._room: np.ndarray | None = None  # (capacity, d): grows by doubling, so that adding stays cheap

    def close(self) -> None:
        """Forget everything: memory is all this store holds."""
        self.clear()
