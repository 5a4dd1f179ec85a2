"""Vectors in Milvus, found by a URI: a file of this machine, a server or a cluster.

`MilvusStore` turns ids, vectors and records into rows, and takes back what a change that fails has done; `connection`
is below it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from embedlab import _need
from embedlab.search.connection import Connection, is_path
from embedlab.search.stores import Match, Record, Store, StoreError

_INDEXES = {"FLAT": {}, "IVF_FLAT": {"nlist": 128}, "HNSW": {"M": 16, "efConstruction": 200}, "AUTOINDEX": {}}
_A_CALL, _BYTES_A_CALL = 1_000, 8 * 2**20  # rows, and bytes: far below what a server takes at one time
_LONGEST_ID = 1_024  # bytes
_LONGEST_RECORD = 65_535  # bytes of JSON: what Milvus takes for a text
_MOST_FIELDS = 1_024
_MOST_RESULTS = 16_384  # Milvus gives no more for one query
_WORTH_A_FLUSH = 1_000  # rows from which on Milvus Lite is asked to build its index
_WIDTH = 64  # candidates that a graph index keeps in view, at least
_FIELDS = ["key", "id", "vector", "place", "json", "tags"]

_writing = threading.RLock()  # Milvus Lite takes one writer at a time


class MilvusStore(Store):
    """Vectors in a Milvus database: a path opens one on this machine, an address one on a server or a cluster.

    The collection is made at the first `upsert` and found again by whoever opens the URI later. Programs can share a
    server, and see within a second what another one wrote; a path belongs to one program at a time.

    Parameters
    ----------
    uri, token : str
        A path that ends in .db, or an address; "user:password" or a key, for servers that ask for one.
    collection : str
        Name of the collection inside the database.
    index : "FLAT", "IVF_FLAT", "HNSW" or "AUTOINDEX", optional
        How a new collection is searched. "FLAT", the default of a path, compares with every vector and misses
        nothing; the others are quicker on large collections and miss some neighbours. A server's default is "HNSW".

    Raises
    ------
    StoreError
        If the address does not answer within 5 s or refuses the token, if another program uses the path, or if files
        under the path are damaged.
    ModuleNotFoundError
        If pymilvus or milvus-lite is not installed.

    Notes
    -----
    Rows travel in calls of up to 1,000. If one fails, those before it are taken back: at once, or, when the database
    is gone, by the next method that finds it again. Milvus Lite, also as a server, takes one writer at a time:
    several need a full Milvus. On macOS prefer a server to a path: there torch and the engine of Milvus Lite do not
    get along in one process.
    """

    room_for_metadata = 15_000

    def __init__(
        self, uri: str, token: str | None = None, *, collection: str = "embedlab", index: str | None = None
    ) -> None:
        self.collection = collection
        best = "FLAT" if is_path(uri) else "HNSW"
        self._index = best if index is None else _need.one_of(index, "index", _INDEXES)
        self._dimension: int | None = None
        self._unflushed = self._last_place = 0
        self._undo: Callable[[], None] | None = None  # takes back a change that failed when the database was gone
        self._call = Connection(uri, token)
        try:
            self._is_lite = str(self._call("get_server_version")).startswith("milvus_lite")  # as a file or a server
            self.dimension  # noqa: B018 - asking makes an existing collection searchable
        except BaseException:
            self._call.close()
            raise

    def _known_dimension(self) -> int | None:
        if self._undo:
            with _writing:
                if self._undo:  # no other thread has done it meanwhile
                    self._undo()
        if self._dimension is None and self._find():
            fields = {field["name"]: field for field in self._call("describe_collection", self.collection)["fields"]}
            if not fields.keys() >= set(_FIELDS):
                foreign = f"the collection {self.collection!r} was not made by this version of embedlab"
                raise StoreError(f"{foreign}: build it again, or choose another name")
            self._ready(self.collection)  # another program may have made it a moment ago, and not yet loaded it
            self._dimension = int(fields["vector"]["params"]["dim"])
        return self._dimension

    def _find(self) -> bool:
        """Tell whether the collection is there; one that stopped in the middle of `_replace` gets its name back."""
        if self._has(self.collection):
            return True
        if there := self._has(f"{self.collection}_old"):
            self._call("rename_collection", f"{self.collection}_old", self.collection)
        return there

    def _has(self, name: str) -> bool:
        return self._call("has_collection", name)

    def _change(self, ids: list[str], unit: np.ndarray, records: list[Record], gone: list[str]) -> None:
        rows = [self._row(*entry) for entry in zip(range(len(ids)), ids, unit, records, strict=True)]
        with _writing:
            made = self.dimension is None
            if made and not rows:
                return
            old = [] if made else [_row_of(row) for row in self._stored([*ids, *gone], _FIELDS)]
            try:
                if made:
                    self._make(self.collection, unit.shape[1])
                self._write(self.collection, rows, old)
                self._remove([_key(i) for i in gone])
                self._dimension = self._dimension or unit.shape[1]
            except BaseException as error:
                self._undo = functools.partial(self._take_back, made, {row["key"] for row in rows}, old)
                with contextlib.suppress(StoreError):  # else the next method that finds the database does it
                    self._undo()
                if self._undo and isinstance(error, StoreError):
                    later = "what this call has written is taken back as soon as the database answers: then repeat it"
                    raise StoreError(f"{error}; {later}") from error
                raise

    def _take_back(self, made: bool, new: set[str], old: list[Record]) -> None:
        """Undo a change: keys of rows that it may have written, rows as they were, and a collection made for it."""
        if self._find():
            self._ready(self.collection)
            self._write(self.collection, old, old)
            self._remove(sorted(new.difference(row["key"] for row in old)))
            if made and not self._count({}):
                self._drop(self.collection)
        self._undo = None

    def _write(self, name: str, rows: list[Record], old: Sequence[Record] = ()) -> None:
        places = {row["key"]: row["place"] for row in old}
        # The clock orders the rows of several programs; within one program no place is given twice.
        first = max(time.time_ns(), self._last_place + 1)
        for place, row in enumerate(rows, first):
            row["place"] = places.get(row["key"], place)
        self._last_place = first + len(rows)
        heaviest = max((row["vector"].nbytes + len(row["json"]) + 33 * len(row["tags"]) for row in rows), default=1)
        for batch in _parts(rows, max(1, min(_A_CALL, _BYTES_A_CALL // heaviest))):
            self._call("upsert", name, data=batch)
        self._unflushed += len(rows)
        if self._is_lite and self._unflushed >= _WORTH_A_FLUSH:
            self._call("flush", name)  # until then a search compares row by row, outside the index
            self._unflushed = 0

    def _remove(self, keys: list[str]) -> None:
        for page in _parts(keys):
            self._call("delete", self.collection, ids=page)
        if keys:
            self._catch_up()  # pymilvus does not count a removal among a session's own writes

    def _catch_up(self) -> None:
        """Wait until everything that anybody wrote before can be read."""
        if not self._is_lite:
            self._call("query", self.collection, output_fields=["count(*)"], consistency_level="Strong")

    def _replace(self, ids: list[str], unit: np.ndarray, records: list[Record]) -> None:
        rows = [self._row(*entry) for entry in zip(range(len(ids)), ids, unit, records, strict=True)]
        fresh, former = f"{self.collection}_new", f"{self.collection}_old"
        with _writing:
            there, self._dimension = self.dimension is not None, None
            self._drop(fresh)
            self._drop(former)  # before the collection itself goes, whose name it would get
            if not rows:
                self._drop(self.collection)
                return
            self._make(fresh, unit.shape[1])
            self._write(fresh, rows)
            if there:  # if it stops after this step, `_find` takes it back
                self._call("rename_collection", self.collection, former)
            self._see_to(lambda: not self._has(fresh), "rename_collection", fresh, self.collection)
            self._ready(self.collection)
            self._dimension = unit.shape[1]
            with contextlib.suppress(StoreError):  # it is in nobody's way
                self._drop(former)

    def _make(self, name: str, d: int) -> None:
        from pymilvus import DataType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        for field, length in {"key": 32, "id": _LONGEST_ID, "json": _LONGEST_RECORD}.items():
            schema.add_field(field, DataType.VARCHAR, is_primary=field == "key", max_length=length)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=d)
        schema.add_field("place", DataType.INT64)
        if self._is_lite:  # it finds a part of a text twenty times faster than an element of an array
            schema.add_field("tags", DataType.VARCHAR, max_length=_LONGEST_RECORD)
        else:  # and a server finds only the beginning of a text
            array = {"element_type": DataType.VARCHAR, "max_length": 32, "max_capacity": _MOST_FIELDS}
            schema.add_field("tags", DataType.ARRAY, **array)
        # A session reads its own writes; a stronger promise would make each search wait for the server's clock.
        options = {"schema": schema, "consistency_level": "Session"}
        self._see_to(lambda: self._has(name), "create_collection", name, **options)
        self._ready(name)

    def _ready(self, name: str) -> None:
        """Make a collection searchable."""
        from pymilvus import MilvusClient

        if not self._call("list_indexes", name):
            index = MilvusClient.prepare_index_params()
            index.add_index("vector", index_type=self._index, metric_type="COSINE", params=_INDEXES[self._index])
            self._see_to(lambda: self._call("list_indexes", name), "create_index", name, index)
        self._call("load_collection", name)
        if name == self.collection:
            self._catch_up()

    def _drop(self, name: str) -> None:
        self._see_to(lambda: not self._has(name), "drop_collection", name)
        self._unflushed = 0

    def _see_to(self, done: Callable[[], Any], method: str, *args: Any, **options: Any) -> None:
        """Call a method; an error counts only if the thing is not done, be it by another program in the meantime."""
        try:
            self._call(method, *args, **options)
        except StoreError:
            if not done():
                raise

    def _search(self, queries: np.ndarray, k: int, where: Record) -> list[list[Match]]:
        k = min(k, _MOST_RESULTS)
        options = {"limit": k, "filter": self._filter(where), "output_fields": ["id", "place", "json"]}
        options["search_params"] = {"params": {"ef": max(_WIDTH, k)}}
        blocks = (self._call("search", self.collection, data=part, **options) for part in _parts(list(queries), 100))
        return [_matches(hits) for block in blocks for hits in block]

    def _get(self, ids: list[str]) -> dict[str, Record]:
        found = {row["id"]: row["json"] for row in self._stored(ids, ["id", "json"])}
        return {i: json.loads(found[i]) for i in ids if i in found}

    def _stored(self, ids: list[str], fields: list[str]) -> Iterator[Record]:
        for keys in _parts([_key(name) for name in ids]):
            yield from self._call("get", self.collection, ids=keys, output_fields=fields)

    def _count(self, where: Record) -> int:
        if self._is_lite:  # which may count a row twice after a crash
            return len(self._ids(where))
        options = {"filter": self._filter(where), "output_fields": ["count(*)"]}
        return int(self._call("query", self.collection, **options)[0]["count(*)"])

    def _ids(self, where: Record) -> list[str]:
        return [row["id"] for row in self._in_order(["id", "place"], self._filter(where))]

    def _dump(self) -> tuple[list[str], np.ndarray, list[Record]]:
        self._catch_up()
        rows = self._in_order(["id", "place", "json", "vector"])
        stored = np.array([row["vector"] for row in rows], dtype=np.float32).reshape(len(rows), self.dimension)
        return [row["id"] for row in rows], stored, [json.loads(row["json"]) for row in rows]

    def _in_order(self, fields: list[str], condition: str = "") -> list[Record]:
        # By id, because Milvus Lite may give a row twice after a crash.
        rows = {row["id"]: row for row in self._call.rows(self.collection, fields, 2 * _A_CALL, condition)}
        return sorted(rows.values(), key=lambda row: row["place"])

    def close(self) -> None:
        """Close the connection; what is stored stays. The last one to a path gives it free for other programs."""
        self._call.close()

    def _row(self, position: int, name: str, vector: np.ndarray, record: Record) -> Record:
        text, length = json.dumps(record, ensure_ascii=False), len(name.encode())
        if length > _LONGEST_ID:
            raise ValueError(f"ids[{position}] must have at most {_LONGEST_ID} bytes, but it has {length}")
        if (size := len(text.encode())) > _LONGEST_RECORD or len(record) > _MOST_FIELDS:
            wanted = f"at most {_LONGEST_RECORD} bytes of JSON and {_MOST_FIELDS} fields"
            raise ValueError(f"records[{position}] must have {wanted}, but it has {size} and {len(record)}")
        tags = sorted(_tag(*field) for field in record.items())
        tagged = "|".join(tags) if self._is_lite else tags
        return {"key": _key(name), "id": name, "vector": vector, "json": text, "tags": tagged}

    def _filter(self, where: Record) -> str:
        groups = [[_tag(key, value) for value in values] for key, values in where.items()]
        if not all(groups):
            return 'key == ""'  # nothing is one of no alternatives
        if self._is_lite:
            return " and ".join("(" + " or ".join(f'tags like "%{t}%"' for t in group) + ")" for group in groups)
        return " and ".join(f"array_contains_any(tags, {json.dumps(group)})" for group in groups)


# -- rows and filters ----------------------------------------------------------------------------------------


def _row_of(found: Record) -> Record:
    """Return a row that was read as one that can be written."""
    tags = found["tags"] if isinstance(found["tags"], str) else list(found["tags"])
    return {**{name: found[name] for name in _FIELDS}, "vector": np.float32(found["vector"]), "tags": tags}


def _key(name: str) -> str:
    # A hash, because pymilvus puts keys into an expression as they are.
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _parts(items: list[Any], size: int = _A_CALL) -> Iterator[list[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _tag(key: str, value: object) -> str:
    # A hash of field and value, so that equality means the same for numbers, texts, None and lists on every engine,
    # and no text of a user's ever becomes part of an expression.
    return hashlib.sha256(json.dumps([key, _plain(value)], sort_keys=True).encode()).hexdigest()[:32]


def _plain(value: object) -> object:
    """Give values that Python calls equal one form: 1, 1.0 and True are the same to ``==``."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    is_whole = isinstance(value, bool) or (isinstance(value, float) and value.is_integer())
    return int(value) if is_whole else value


def _matches(hits: Any) -> list[Match]:
    rows = {hit["entity"]["id"]: (float(hit["distance"]), hit["entity"]) for hit in hits}
    ranked = sorted(rows.values(), key=lambda row: (-round(row[0], 6), row[1]["place"]))
    return [Match(row["id"], float(np.clip(score, -1.0, 1.0)), json.loads(row["json"])) for score, row in ranked]
