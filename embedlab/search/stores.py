"""Where vectors are kept and found again: one small interface, whatever engine stands behind it.

A store knows ids, vectors and records, and nothing of texts or models. Shapes: ``n`` stored vectors, ``m`` queries,
``d`` dimensions, ``k`` results.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from embedlab import _need, vectors

Fields = Mapping[str, Any]
Record = dict[str, Any]
Where = dict[str, list[Any]]  # field -> the values it may have


class StoreError(RuntimeError):
    """A store cannot be reached, opened or written to; the message says what to do."""


class Match(NamedTuple):
    """One stored vector that was found."""

    id: str
    score: float  #: cosine similarity with the query, in [-1, 1]
    record: Record  #: what was stored with the vector


class Store(ABC):
    """What `SemanticSearch` asks of a store. An engine brings its dimension and the methods that are not here.

    The public methods check every argument, once and for all engines, and pass on to those with an underscore:
    ``_change`` (rows to put, no id twice, and ids to take away), ``_replace``, ``_search``, ``_get``, ``_ids`` and
    ``_dump``; as long as ``_known_dimension`` is None, only those that change something are asked.
    Whatever changes a store does so as a whole or, after an error, not at all.

    ``where`` has one meaning for all engines: a record fits if each field that is named there exists and equals the
    value, as JSON, or one of its parts where the value is a list. Engines get a list of all allowed values a field.
    """

    room_for_metadata: int | None = None  #: bytes of JSON that an engine can keep beside a part of a text

    @property
    def dimension(self) -> int | None:
        """Number of dimensions ``d``, or None as long as nothing was stored."""
        return self._known_dimension()

    def __len__(self) -> int:
        return self.count()

    def upsert(
        self, ids: Sequence[str], vectors: np.ndarray, records: Iterable[Fields], gone: Sequence[str] = ()
    ) -> None:
        """Store vectors (n, d) with their records, and remove the ids in ``gone``, in one step.

        An id that is there already keeps its place and is replaced; of two equal ones the later counts. What does not
        fit, or the engine cannot keep, is a `ValueError`, a database that fails a `StoreError`.
        """
        rows, gone = self._rows_of(ids, vectors, records, self.dimension), _need.strings(gone, "gone")
        if rows[0] or gone:
            self._change(*rows, sorted(set(gone).difference(rows[0])))

    def replace(
        self, ids: Sequence[str], vectors: np.ndarray, records: Iterable[Fields], *, checked: bool = False
    ) -> None:
        """Put rows as for `upsert`, of any dimension, in the place of all that is there.

        With ``checked`` they are taken as they are: no id twice, unit vectors in float32 that nobody else holds, and
        a sequence of records that makes each when it is asked for.
        """
        self._replace(*((ids, vectors, records) if checked else self._rows_of(ids, vectors, records, None)))

    def clear(self) -> None:
        """Remove everything, the dimension too."""
        self.replace([], np.empty((0, 0)), [])

    def delete(self, ids: Sequence[str]) -> int:
        """Remove ids; those that are not there are passed over. Returns how many were removed."""
        gone = list(self.get(ids))
        self.upsert([], np.empty((0, self.dimension or 0)), [], gone)
        return len(gone)

    def search(self, queries: np.ndarray, k: int, where: Fields | None = None) -> list[list[Match]]:
        """Find the ``k`` best matches of each query (m, d), best first; ties in the order of storing."""
        k, queries, where = _need.whole(k, "k"), _unit(queries, "queries", self.dimension), checked_where(where)
        if self.dimension is None or not len(queries):
            return [[] for _ in queries]
        return self._search(queries, k, where)

    def get(self, ids: Sequence[str]) -> dict[str, Record]:
        """Return copies of the records of those ids that are stored."""
        names = _need.strings(ids, "ids")
        return {} if self.dimension is None else self._get(names)

    def ids(self, where: Fields | None = None) -> list[str]:
        """Return the ids whose records fit ``where``, or all, in the order in which they were first stored."""
        where = checked_where(where)
        return [] if self.dimension is None else self._ids(where)

    def count(self, where: Fields | None = None) -> int:
        """Tell how many vectors have records that fit ``where``; all of them without it."""
        where = checked_where(where)
        return 0 if self.dimension is None else self._count(where)

    def _count(self, where: Where) -> int:
        return len(self._ids(where))

    def dump(self) -> tuple[list[str], np.ndarray, list[Record]]:
        """Return all ids, unit vectors (n, d) and records, in the order in which they were first stored."""
        return ([], np.empty((0, 0), dtype=np.float32), []) if self.dimension is None else self._dump()

    @abstractmethod
    def close(self) -> None:
        """Release what the store holds."""

    @staticmethod
    def _rows_of(ids: Any, x: Any, records: Any, d: int | None) -> tuple[list[str], np.ndarray, list[Any]]:
        ids, x, records = _need.strings(ids, "ids"), _unit(x, "vectors", d), list(records)
        _need.same_length(ids, x, "ids", "vectors")
        _need.same_length(ids, records, "ids", "records")
        latest = {name: row for row, name in enumerate(ids)}
        rows = list(latest.values())
        return list(latest), x if len(rows) == len(x) else x[rows], [dict(records[row]) for row in rows]


def _unit(x: np.ndarray, name: str, d: int | None) -> np.ndarray:
    x = vectors.unit(x, name, "(n, d)")
    if len(x) and d is not None and x.shape[1] != d:
        raise ValueError(f"{name} has {x.shape[1]} dimensions, but the store holds vectors of {d}")
    return x


def checked_where(where: Fields | None) -> Where:
    """Return a filter as engines take it; what JSON cannot hold is refused by name."""
    fields = {} if where is None else _need.fields([where], "where", single=True)[0]
    return {field: [value, *value] if isinstance(value, list) else [value] for field, value in fields.items()}


class ExactStore(Store):
    """Vectors in one NumPy array, scaled to length one and compared with every query in one matrix product.

    Examples
    --------
    >>> store = ExactStore()
    >>> store.upsert(["north", "east"], [[0.0, 2.0], [1.0, 0.0]], [{"sea": "cold"}, {"sea": "warm"}])
    >>> [(match.id, match.score) for match in store.search([[3.0, 0.0]], k=1)[0]]
    [('east', 1.0)]
    """

    def __init__(self) -> None:
        self.clear()

    def _known_dimension(self) -> int | None:
        return self._room.shape[1] or None

    def _replace(self, ids: list[str], unit: np.ndarray, records: Sequence[Record]) -> None:
        self._rows = dict(zip(ids, range(len(ids)), strict=True))
        self._names, self._records = list(ids), records  # of each row
        self._room = unit  # (capacity, d), nobody else's; it grows by doubling, so that adding stays cheap

    def _change(self, ids: list[str], unit: np.ndarray, records: list[Record], gone: list[str]) -> None:
        kept = self._own_records()
        if away := self._rows.keys() & gone:  # a copy without them is changed and then takes this one's place
            rows = [row for name, row in self._rows.items() if name not in away]
            changed = ExactStore()
            changed._replace([self._names[row] for row in rows], self._room[rows], [kept[row] for row in rows])
            changed._change(ids, unit, records, [])
            vars(self).update(vars(changed))
            return
        lacking = len(kept) + sum(name not in self._rows for name in ids) - len(self._room)
        if lacking > 0:
            more = np.empty((max(lacking, len(self._room)), unit.shape[1]), dtype=np.float32)
            self._room = np.concatenate([self._room.reshape(-1, unit.shape[1]), more])
        for name, vector, record in zip(ids, unit, records, strict=True):
            row = self._rows.setdefault(name, len(kept))
            self._room[row] = vector
            self._names[row : row + 1], kept[row : row + 1] = [name], [record]

    def _own_records(self) -> list[Record]:
        self._records = self._records if isinstance(self._records, list) else list(self._records)
        return self._records

    def _search(self, queries: np.ndarray, k: int, where: Where) -> list[list[Match]]:
        # A slice is a view; picking rows copies them, so it is done only when a filter asks for it.
        rows = self._fitting(where)
        stored = self._room[rows] if where else self._room[: len(rows)]
        found, scores = vectors.top_k(queries, stored, k, assume_normalized=True)
        return [
            [Match(self._names[j], s, copy.deepcopy(self._records[j])) for j, s in zip(js, ss, strict=True)]
            for js, ss in zip(rows[found].tolist(), scores.tolist(), strict=True)
        ]

    def _get(self, ids: list[str]) -> dict[str, Record]:
        return {name: copy.deepcopy(self._records[self._rows[name]]) for name in ids if name in self._rows}

    def _ids(self, where: Where) -> list[str]:
        return [self._names[row] for row in self._fitting(where)]

    def _fitting(self, where: Where) -> np.ndarray:
        if not where:
            return np.arange(len(self._names))
        fits = [all(key in r and r[key] in where[key] for key in where) for r in self._own_records()]
        return np.flatnonzero(fits)

    def _dump(self) -> tuple[list[str], np.ndarray, list[Record]]:
        return list(self._names), self._room[: len(self._names)].copy(), [dict(r) for r in self._own_records()]

    def close(self) -> None:
        """Forget everything: memory is all this store holds."""
        self.clear()
