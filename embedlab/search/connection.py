"""The connection to Milvus: where everything ends that pymilvus and Milvus Lite do in their own way.

That is the path that is opened by a server inside this process, damaged files that pass for none, retries without
end, log lines full of tracebacks. What goes wrong leaves as `StoreError`, which says in one line what to do.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import re
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from embedlab.search.stores import Record, StoreError

CONNECT_SECONDS = 4.0  # until an address counts as unreachable
CALL_SECONDS = 600.0  # for one call; Milvus Lite builds its index inside one
_GRPC = {
    "grpc.use_local_subchannel_pool": 1,  # a server that just came back is asked anew, not remembered as dead
    "grpc.keepalive_time_ms": 600_000,  # a connection that is asked more often is told off, on stderr
}

_open_files: Counter[Path] = Counter()  # connections of this process that use a path
_files_lock = threading.Lock()


class Connection:
    """One connection; ``connection("search", …)`` calls the method of that name of pymilvus's client.

    A path is opened by Milvus Lite inside this process; connections of one process to one path share its server.
    """

    def __init__(self, uri: str, token: str | None = None) -> None:
        self.uri = _without_secrets(uri)
        pymilvus = _library("pymilvus")
        self._path = Path(uri).expanduser().resolve() if is_path(uri) else None
        options = {"timeout": CONNECT_SECONDS, "dedicated": True, "grpc_options": _GRPC}
        address = uri if self._path is None else _lite_address(uri, self._path)
        try:
            self._client: Any = pymilvus.MilvusClient(uri=address, token=token or "", **options)
        except pymilvus.MilvusException as error:
            _release(self._path)
            why = f"is the server running, and are address and token right? ({_without_secrets(_reason(error))})"
            # What pymilvus raised holds the address as it was given.
            raise StoreError(f"no Milvus answers at {self.uri}: {why}") from None

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

    def rows(self, collection: str, fields: list[str], batch: int, condition: str = "") -> Iterator[Record]:
        """Yield the rows of a collection that meet a condition, ``batch`` of them a request."""
        options = {"batch_size": batch, "filter": condition, "output_fields": fields}
        with contextlib.closing(self("query_iterator", collection, **options)) as pages:
            while page := pages.next():
                yield from page

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
        if not _open_files[path]:
            _check_files(uri, path)
        address = server_manager_instance.start_and_get_uri(str(path))
        if address is None:
            raise StoreError(_why_not(uri, path))
        _open_files[path] += 1
    return address


def _check_files(uri: str, path: Path) -> None:
    """Refuse damaged files, which Milvus Lite would take for no files."""
    for folder in path.glob("collections/*/"):
        if not (folder / "manifest.json").exists() and not any(folder.rglob("*.parquet")):
            continue  # nothing was ever written out of its log
        needed = [folder / "schema.json", folder / "manifest.json"]
        for file in needed:  # grows by the files that the second one names
            try:
                file.stat()
                parts = json.loads(file.read_bytes()).get("partitions", {}) if file.suffix == ".json" else {}
                needed += [folder / "partitions" / name / data for name in parts for data in parts[name]["data_files"]]
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                why = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({_reason(error)})"
                cure = "bring it back, or build the collection again"
                raise StoreError(f"{uri} is damaged: {file} {why}: {cure}") from error


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
        why = f"this store needs {error.name}, which is not installed: install `embedlab[scale]`"
        raise ModuleNotFoundError(why, name=error.name) from error
    # It logs a traceback of whatever it refuses; all of that is raised here anyway.
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return library


def is_path(uri: str) -> bool:
    """Tell a path of this machine from an address."""
    return uri.endswith(".db") and "://" not in uri


def _without_secrets(text: str) -> str:
    """Put *** in place of the user and password of an address."""
    return re.sub(r"(?<=://)[^/\s]*@", "***@", text)


def _reason(error: BaseException) -> str:
    return " ".join(str(getattr(error, "message", "") or error).split())[:300]
