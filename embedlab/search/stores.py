"""Where vectors are kept and found again: one small interface, whatever engine stands behind it.

`ExactStore` keeps them in memory and compares with every one: the reference that never misses. `MilvusStore` keeps
them in a database, a file of this machine or a server, by its URI. A store knows ids, vectors and records; it knows
nothing of texts or models.

Shapes: ``n`` stored vectors, ``m`` queries, ``d`` dimensions, ``k`` results.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from embedlab import _need, vectors
from embedlab.search import milvus as _milvus
from embedlab.search import rows as _rows
from embedlab.search.milvus import StoreError

__all__ = ["ExactStore", "Match", "MilvusStore", "Store", "StoreError"]


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

    def get(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the records of those ids that are stored."""

    def count(self, where: Mapping[str, Any] | None = None) -> int:
        """Tell how many vectors have records that equal ``where``; all of them without it."""

    def dump(self) -> tuple[list[str], np.ndarray, list[dict[str, Any]]]:
        """Return all ids, vectors (n, d) and records, in the order in which they were first stored."""

    def clear(self) -> None:
        """Remove everything, the dimension too."""

    def __len__(self) -> int:
        """Tell how many vectors are stored."""

    def close(self) -> None:
        """Release what the store holds; using it afterwards is an error."""


class _Checked:
    """What every store checks before it stores or searches; a store says its `dimension`."""

    dimension: int | None  #: a property of each store

    def _checked(self, x: np.ndarray, name: str) -> np.ndarray:
        x = _need.floats(x, name, "(n, d)")
        if len(x) and self.dimension is not None and x.shape[1] != self.dimension:
            raise ValueError(f"{name} has {x.shape[1]} dimensions, but the store holds vectors of {self.dimension}")
        return vectors.normalize(x)

    def _checked_rows(
        self, ids: Sequence[str], x: np.ndarray, records: Sequence[Mapping[str, Any]]
    ) -> tuple[list[str], np.ndarray]:
        names, new = _need.strings(ids, "ids"), self._checked(x, "vectors")
        _need.same_length(names, new, "ids", "vectors")
        _need.same_length(names, records, "ids", "records")
        return names, new


class ExactStore(_Checked):
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
            If lengths or the dimension do not fit, or a vector is not finite or all zeros. Nothing is stored then.
        """
        ids, new = self._checked_rows(ids, vectors, records)
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

        ``where`` keeps records whose fields equal the given ones; fewer stored vectors than ``k`` give fewer matches.
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

    def get(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return copies of the records of those ids that are stored."""
        return {i: dict(self._records[self._rows[i]]) for i in _need.strings(ids, "ids") if i in self._rows}

    def count(self, where: Mapping[str, Any] | None = None) -> int:
        """Tell how many vectors have records that equal ``where``; all of them without it."""
        return len(self) if where is None else len(self._rows_where(where))

    def _rows_where(self, where: Mapping[str, Any]) -> np.ndarray:
        missing = object()
        fits = [all(r.get(key, missing) == value for key, value in where.items()) for r in self._records]
        return np.flatnonzero(fits)

    def dump(self) -> tuple[list[str], np.ndarray, list[dict[str, Any]]]:
        """Return all ids, unit vectors (n, d) and records, in the order in which they were first stored."""
        stored = np.empty((0, 0), dtype=np.float32) if self._room is None else self._room[: len(self)].copy()
        return list(self._ids), stored, [dict(record) for record in self._records]

    def clear(self) -> None:
        """Remove everything, the dimension too."""
        self._rows, self._ids, self._records, self._room = {}, [], [], None

    def close(self) -> None:
        """Forget everything: memory is all this store holds."""
        self.clear()


_MOST_RESULTS = 16_384  # Milvus gives no more for one query
_WORTH_A_FLUSH = 1_000  # rows from which on Milvus Lite is asked to build its index
_INDEXES = {"FLAT": {}, "IVF_FLAT": {"nlist": 128}, "HNSW": {"M": 16, "efConstruction": 200}, "AUTOINDEX": {}}
_writing = threading.Lock()  # Milvus Lite takes one writer at a time


class MilvusStore(_Checked):
    """Vectors in a Milvus database: a path opens one on this machine, an address one on a server or a cluster.

    The collection is made at the first `upsert` and found again by whoever opens the URI later. Programs can share a
    server; a path belongs to one program at a time.

    Parameters
    ----------
    uri : str
        A path that ends in .db, or an address such as "http://127.0.0.1:19530".
    token : str, optional
        "user:password" or a key, for servers that ask for one.
    collection : str
        Name of the collection inside the database.
    index : "FLAT", "IVF_FLAT", "HNSW" or "AUTOINDEX"
        How a new collection is searched. "FLAT" compares with every vector and misses nothing; the others are
        quicker on large collections and miss some neighbours.

    Raises
    ------
    StoreError
        If the address does not answer within 5 s, or another program uses the path.
    ModuleNotFoundError
        If pymilvus or milvus-lite is not installed.

    Notes
    -----
    An upsert travels in calls of up to 1,000 rows. What a call has acknowledged stays; after an error, the same
    upsert completes the rest. Milvus Lite, also as a server, takes one writer at a time: several need a full Milvus.
    On macOS prefer a server to a path: there torch and the engine of Milvus Lite do not get along in one process.
    """

    def __init__(
        self, uri: str, token: str | None = None, *, collection: str = "embedlab", index: str = "FLAT"
    ) -> None:
        self.collection = collection
        self._index = _need.one_of(index, "index", _INDEXES)
        self._dimension: int | None = None
        self._unflushed = self._last_place = 0
        self._call = _milvus.Connection(uri, token)
        try:
            self._is_lite = self._call.is_lite
            if self.dimension is not None:
                self._call("load_collection", collection)
        except BaseException:
            self._call.close()
            raise

    @property
    def dimension(self) -> int | None:
        """Number of dimensions ``d``, or None as long as nothing was stored."""
        if self._dimension is None and self._call("has_collection", self.collection):
            fields = {field["name"]: field for field in self._call("describe_collection", self.collection)["fields"]}
            if not {"key", "id", "vector", "place", "record", "tags"} <= fields.keys():
                raise StoreError(f"the collection {self.collection!r} was not made by embedlab: choose another name")
            self._dimension = int(fields["vector"]["params"]["dim"])
        return self._dimension

    def __len__(self) -> int:
        return self.count()

    # -- writing ---------------------------------------------------------------------------------------------

    def upsert(self, ids: Sequence[str], vectors: np.ndarray, records: Sequence[Mapping[str, Any]]) -> None:
        """Store vectors (n, d) with their records; an id that is already there keeps its place and is replaced.

        Raises
        ------
        ValueError
            If the lengths or the dimension do not fit, a vector is not finite or all zeros, or an id or a record is
            longer than Milvus can keep. Nothing is stored then.
        StoreError
            If the database fails; the message says how many rows were stored before.
        """
        ids, new = self._checked_rows(ids, vectors, records)
        latest = {i: row for row, i in enumerate(ids)}
        rows = [_rows.pack(i, new[row], records[row], row) for i, row in latest.items()]
        if not rows:
            return
        with _writing:
            self._make_collection(new.shape[1])
            done = 0
            for batch in _rows.batches(rows):
                try:
                    self._upsert_batch(batch)
                except StoreError as error:
                    raise StoreError(
                        f"{error}; {done} of {len(rows)} rows were stored and stay: the same call again, with the "
                        "same ids, completes it"
                    ) from error
                done += len(batch)
            if self._is_lite and self._unflushed >= _WORTH_A_FLUSH:
                self._call("flush", self.collection)  # until then a search compares row by row, outside the index
                self._unflushed = 0

    def _upsert_batch(self, batch: list[dict[str, Any]]) -> None:
        there = self._call("get", self.collection, ids=[row["key"] for row in batch], output_fields=["place"])
        places = {row["key"]: row["place"] for row in there}
        # The clock orders the rows of several programs; within one program no place is given twice.
        first = max(time.time_ns(), self._last_place + 1)
        for row, place in zip(batch, range(first, first + len(batch)), strict=True):
            row["place"] = places.get(row["key"], place)
        self._last_place = first + len(batch) - 1
        self._call("upsert", self.collection, data=batch)
        self._unflushed += len(batch)

    def _make_collection(self, d: int) -> None:
        if self.dimension is not None:
            return
        from pymilvus import DataType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=32)
        schema.add_field("id", DataType.VARCHAR, max_length=_rows.LONGEST_ID)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=d)
        schema.add_field("place", DataType.INT64)
        schema.add_field("record", DataType.VARCHAR, max_length=_rows.LONGEST_RECORD)
        schema.add_field("tags", DataType.VARCHAR, max_length=_rows.LONGEST_RECORD)
        index = MilvusClient.prepare_index_params()
        index.add_index("vector", index_type=self._index, metric_type="COSINE", params=_INDEXES[self._index])
        options = {"schema": schema, "index_params": index, "consistency_level": "Strong"}
        try:
            self._call("create_collection", self.collection, **options)
        except StoreError:
            if self.dimension is None:  # else another program has made it in the meantime
                raise
        self._dimension = d

    def delete(self, ids: Sequence[str]) -> int:
        """Remove ids; those that are not there are passed over. Returns how many were removed."""
        there = sorted(self.get(ids))
        with _writing:
            for start in range(0, len(there), _rows.A_CALL):
                keys = [_rows.key(i) for i in there[start : start + _rows.A_CALL]]
                self._call("delete", self.collection, ids=keys)
        return len(there)

    def clear(self) -> None:
        """Remove everything, the dimension too."""
        with _writing:
            if self.dimension is not None:
                self._call("drop_collection", self.collection)
            self._dimension, self._unflushed = None, 0

    # -- reading ---------------------------------------------------------------------------------------------

    def search(self, queries: np.ndarray, k: int, where: Mapping[str, Any] | None = None) -> list[list[Match]]:
        """Find the ``k`` best matches of each query (m, d), best first; ties among them in the order of storing.

        ``where`` keeps only records whose fields equal the given ones. Fewer than ``k`` stored vectors give
        fewer matches, and no query gives more than 16,384.
        """
        k = min(_need.whole(k, "k"), _MOST_RESULTS)
        queries = self._checked(queries, "queries")
        if self.dimension is None or not len(queries):
            return [[] for _ in queries]
        found: list[list[Match]] = []
        options = {"limit": k, "filter": _rows.expression(where), "output_fields": ["id", "place", "record"]}
        for start in range(0, len(queries), 100):
            block = list(queries[start : start + 100])
            found += map(_matches, self._call("search", self.collection, data=block, **options))
        return found

    def get(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the records of those ids that are stored."""
        ids = list(dict.fromkeys(_need.strings(ids, "ids")))
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(ids) if self.dimension is not None else 0, _rows.A_CALL):
            keys = [_rows.key(i) for i in ids[start : start + _rows.A_CALL]]
            rows = self._call("get", self.collection, ids=keys, output_fields=["id", "record"])
            found.update({row["id"]: json.loads(row["record"]) for row in rows})
        return {i: found[i] for i in ids if i in found}

    def count(self, where: Mapping[str, Any] | None = None) -> int:
        """Tell how many vectors have records that equal ``where``; all of them without it."""
        if self.dimension is None:
            return 0
        options = {"filter": _rows.expression(where), "output_fields": ["count(*)"]}
        return int(self._call("query", self.collection, **options)[0]["count(*)"])

    def dump(self) -> tuple[list[str], np.ndarray, list[dict[str, Any]]]:
        """Return all ids, unit vectors (n, d) and records, in the order in which they were first stored."""
        if self.dimension is None:
            return [], np.empty((0, 0), dtype=np.float32), []
        rows = list(self._call.rows(self.collection, ["id", "place", "record", "vector"], 2 * _rows.A_CALL))
        rows.sort(key=lambda row: row["place"])
        stored = np.array([row["vector"] for row in rows], dtype=np.float32).reshape(len(rows), self.dimension)
        return [row["id"] for row in rows], stored, [json.loads(row["record"]) for row in rows]

    def close(self) -> None:
        """Close the connection; what is stored stays. The last one to a path gives it free for other programs."""
        self._call.close()


def _matches(hits: Any) -> list[Match]:
    rows = [(float(hit["distance"]), hit["entity"]) for hit in hits]
    rows.sort(key=lambda row: (-round(row[0], 6), row[1]["place"]))
    return [Match(row["id"], float(np.clip(score, -1.0, 1.0)), json.loads(row["record"])) for score, row in rows]
