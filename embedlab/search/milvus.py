"""Vectors in Milvus, found by a URI: a file of this machine, a server or a cluster.

`MilvusStore` turns ids, vectors and records into rows; `Connection` is where everything ends that pymilvus and Milvus
Lite do in their own way: the path that is opened by a server inside this process, retries without end, log lines full
of tracebacks. What goes wrong leaves as `StoreError`, which says in one line what to do.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from embedlab import _need
from embedlab.search.stores import Match, Record, Store, StoreError

CONNECT_SECONDS = 4.0  # until an address counts as unreachable
CALL_SECONDS = 600.0  # for one call; Milvus Lite builds its index inside one
_GRPC = {
    "grpc.use_local_subchannel_pool": 1,  # a server that just came back is asked anew, not remembered as dead
    "grpc.keepalive_time_ms": 600_000,  # a connection that is asked more often is told off, on stderr
}
_INDEXES = {"FLAT": {}, "IVF_FLAT": {"nlist": 128}, "HNSW": {"M": 16, "efConstruction": 200}, "AUTOINDEX": {}}
_A_CALL, _BYTES_A_CALL = 1_000, 8 * 2**20  # rows, and bytes: far below what a server takes at one time
_LONGEST_ID = 1_024  # bytes
_LONGEST_RECORD = 65_535  # bytes of JSON: what Milvus takes for a text
_MOST_FIELDS = 1_024
_MOST_RESULTS = 16_384  # Milvus gives no more for one query
_WORTH_A_FLUSH = 1_000  # rows from which on Milvus Lite is asked to build its index

_open_files: Counter[Path] = Counter()  # connections of this process that use a path
_files_lock = threading.Lock()
_writing = threading.Lock()  # Milvus Lite takes one writer at a time


class MilvusStore(Store):
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
        self._call = Connection(uri, token)
        try:
            self._is_lite = str(self._call("get_server_version")).startswith("milvus_lite")  # as a file or a server
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
            if not {"key", "id", "vector", "place", "json", "tags"} <= fields.keys():
                raise StoreError(
                    f"the collection {self.collection!r} was not made by this version of embedlab: build it again, "
                    "or choose another name"
                )
            self._dimension = int(fields["vector"]["params"]["dim"])
        return self._dimension

    def _upsert(self, ids: list[str], unit: np.ndarray, records: list[Mapping[str, Any]]) -> None:
        rows = [_row(*entry) for entry in zip(ids, unit, records, range(len(ids)), strict=True)]
        with _writing:
            self._make_collection(unit.shape[1])
            done = 0
            for batch in _batches(rows):
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

    def _upsert_batch(self, batch: list[Record]) -> None:
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
        schema.add_field("id", DataType.VARCHAR, max_length=_LONGEST_ID)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=d)
        schema.add_field("place", DataType.INT64)
        schema.add_field("json", DataType.VARCHAR, max_length=_LONGEST_RECORD)
        schema.add_field("tags", DataType.VARCHAR, max_length=_LONGEST_RECORD)
        index = MilvusClient.prepare_index_params()
        index.add_index("vector", index_type=self._index, metric_type="COSINE", params=_INDEXES[self._index])
        options = {"schema": schema, "index_params": index, "consistency_level": "Strong"}
        try:
            self._call("create_collection", self.collection, **options)
        except StoreError:
            if self.dimension is None:  # else another program has made it in the meantime
                raise
        self._dimension = d

    def _delete(self, ids: list[str]) -> int:
        with _writing:
            for keys in _keys(ids):
                self._call("delete", self.collection, ids=keys)
        return len(ids)

    def clear(self) -> None:
        """Remove everything, the dimension too."""
        with _writing:
            if self.dimension is not None:
                self._call("drop_collection", self.collection)
            self._dimension, self._unflushed = None, 0

    def _search(self, queries: np.ndarray, k: int, where: Record) -> list[list[Match]]:
        found: list[list[Match]] = []
        options = {"filter": _expression(where), "output_fields": ["id", "place", "json"]}
        for start in range(0, len(queries), 100):
            block = list(queries[start : start + 100])
            hits = self._call("search", self.collection, data=block, limit=min(k, _MOST_RESULTS), **options)
            found += map(_matches, hits)
        return found

    def _get(self, ids: list[str]) -> dict[str, Record]:
        if self.dimension is None:
            return {}
        pages = (self._call("get", self.collection, ids=k, output_fields=["id", "json"]) for k in _keys(ids))
        found = {row["id"]: row["json"] for page in pages for row in page}
        return {i: json.loads(found[i]) for i in ids if i in found}

    def _count(self, where: Record) -> int:
        options = {"filter": _expression(where), "output_fields": ["count(*)"]}
        return int(self._call("query", self.collection, **options)[0]["count(*)"])

    def dump(self) -> tuple[list[str], np.ndarray, list[Record]]:
        """Return all ids, unit vectors (n, d) and records, in the order in which they were first stored."""
        if self.dimension is None:
            return [], np.empty((0, 0), dtype=np.float32), []
        rows = list(self._call.rows(self.collection, ["id", "place", "json", "vector"], 2 * _A_CALL))
        rows.sort(key=lambda row: row["place"])
        stored = np.array([row["vector"] for row in rows], dtype=np.float32).reshape(len(rows), self.dimension)
        return [row["id"] for row in rows], stored, [json.loads(row["json"]) for row in rows]

    def close(self) -> None:
        """Close the connection; what is stored stays. The last one to a path gives it free for other programs."""
        self._call.close()


# -- rows and filters ----------------------------------------------------------------------------------------


def _row(name: str, vector: np.ndarray, record: Mapping[str, Any], position: int) -> Record:
    text, length = json.dumps(dict(record), ensure_ascii=False), len(name.encode())
    if length > _LONGEST_ID:
        raise ValueError(f"ids[{position}] must have at most {_LONGEST_ID} bytes, but it has {length}")
    if len(text.encode()) > _LONGEST_RECORD or len(record) > _MOST_FIELDS:
        raise ValueError(
            f"records[{position}] must have at most {_LONGEST_RECORD} bytes of JSON and {_MOST_FIELDS} fields, but it "
            f"has {len(text.encode())} and {len(record)}: let chunk_tokens cut long documents"
        )
    tags = "|".join(sorted(_tag(*field) for field in record.items()))
    return {"key": _key(name), "id": name, "vector": vector, "json": text, "tags": f"|{tags}|"}


def _key(name: str) -> str:
    # A hash, because pymilvus puts keys into an expression as they are.
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _keys(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _A_CALL):
        yield [_key(i) for i in ids[start : start + _A_CALL]]


def _batches(rows: list[Record]) -> Iterator[list[Record]]:
    """Yield rows in portions that a server takes at one time."""
    heaviest = max(row["vector"].nbytes + len(row["json"]) + len(row["tags"]) for row in rows)
    step = max(1, min(_A_CALL, _BYTES_A_CALL // heaviest))
    yield from (rows[start : start + step] for start in range(0, len(rows), step))


def _expression(where: Record) -> str:
    # All tags of a row are one text: a part of a text is found ten times faster than an element of an array.
    return " and ".join(f'tags like "%|{_tag(*field)}|%"' for field in where.items())


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
    if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    return value


def _matches(hits: Any) -> list[Match]:
    rows = [(float(hit["distance"]), hit["entity"]) for hit in hits]
    rows.sort(key=lambda row: (-round(row[0], 6), row[1]["place"]))
    return [Match(row["id"], float(np.clip(score, -1.0, 1.0)), json.loads(row["json"])) for score, row in rows]


# -- the connection ------------------------------------------------------------------------------------------


class Connection:
    """One connection; ``connection("search", …)`` calls the method of that name of pymilvus's client.

    A path is opened by Milvus Lite inside this process; connections of one process to one path share its server.
    """

    def __init__(self, uri: str, token: str | None = None) -> None:
        self.uri = _without_secrets(uri)
        pymilvus = _library("pymilvus")
        self._path = Path(uri).expanduser().resolve() if uri.endswith(".db") and "://" not in uri else None
        options = {"timeout": CONNECT_SECONDS, "dedicated": True, "grpc_options": _GRPC}
        address = uri if self._path is None else _lite_address(uri, self._path)
        try:
            self._client: Any = pymilvus.MilvusClient(uri=address, token=token or "", **options)
        except pymilvus.MilvusException as error:
            _release(self._path)
            raise StoreError(
                f"no Milvus answers at {self.uri}: is the server running, and are address and token right? "
                f"({_without_secrets(_reason(error))})"
            ) from None  # what pymilvus raised holds the address as it was given

    def __call__(self, method: str, *args: Any, timeout: float = CALL_SECONDS, **options: Any) -> Any:
        """Call a method of the client; whatever Milvus reports becomes a `StoreError`."""
        if self._client is None:
            raise StoreError(f"the store at {self.uri} is closed: open a new one")
        from pymilvus import MilvusException

        try:
            return getattr(self._client, method)(*args, timeout=timeout, **options)
        except MilvusException as error:
            said = _without_secrets(_reason(error))
            raise StoreError(f"the store at {self.uri} failed to {method.replace('_', ' ')}: {said}") from error

    def rows(self, collection: str, fields: list[str], batch: int) -> Iterator[Record]:
        """Yield every row of a collection, ``batch`` of them a request."""
        pages = self("query_iterator", collection, batch_size=batch, output_fields=fields)
        try:
            while page := pages.next():
                yield from page
        finally:
            pages.close()

    def close(self) -> None:
        """Close the connection; the last one to a file writes it out and gives it free for other programs."""
        if self._client is not None:
            self._client.close()
            self._client = None
            _release(self._path)


def _lite_address(uri: str, path: Path) -> str:
    """Start Milvus Lite on a path, or join the one of this process; returns its address."""
    _library("milvus_lite")
    from milvus_lite.server_manager import server_manager_instance

    if not path.parent.is_dir():
        raise StoreError(f"{uri} cannot be opened: there is no folder {path.parent}")
    if path.is_file():
        raise StoreError(f"{uri} is a file, but Milvus Lite keeps a folder under such a name: choose another name")
    with _files_lock:
        address = server_manager_instance.start_and_get_uri(str(path))
        if address is None:
            raise StoreError(_why_not(uri, path))
        _open_files[path] += 1
    return address


def _release(path: Path | None) -> None:
    if path is None:
        return
    from milvus_lite.server_manager import server_manager_instance

    with _files_lock:
        _open_files[path] -= 1
        if not _open_files[path]:
            server_manager_instance.release_server(str(path))


def _why_not(uri: str, path: Path) -> str:
    # The manager of Milvus Lite logs the reason and returns nothing; opening the path once more brings it to light.
    from milvus_lite import MilvusLite
    from milvus_lite.exceptions import DataDirLockedError

    try:
        MilvusLite(str(path)).close()
    except DataDirLockedError:
        return (
            f"{uri} is in use by another program: close it there; or let one server own it, "
            f"`milvus-lite server --data-dir {uri} --host 127.0.0.1 --port 19530`, "
            "and let both programs use store='http://127.0.0.1:19530'"
        )
    except Exception as error:
        return f"{uri} cannot be opened by Milvus Lite ({_reason(error)}): choose another path or build it again"
    return f"{uri} could not be opened by Milvus Lite a moment ago, but it can now: try again"


def _library(name: str) -> Any:
    try:
        library = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in ("pymilvus", "milvus_lite"):
            raise
        raise ModuleNotFoundError(
            f"this store needs {error.name}, which is not installed: install `embedlab[scale]`", name=error.name
        ) from error
    # It logs a traceback of whatever it refuses; all of that is raised here anyway.
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return library


def _without_secrets(text: str) -> str:
    """Put *** in place of the user and password of an address."""
    return re.sub(r"(?<=://)[^/\s]*@", "***@", text)


def _reason(error: BaseException) -> str:
    return " ".join(str(getattr(error, "message", "") or error).split())[:300]
