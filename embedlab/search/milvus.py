"""A connection to Milvus by its URI: a file of this machine, a server or a cluster; serves `embedlab.stores`.

Everything that pymilvus and Milvus Lite do in their own way ends here: the path that is opened by a server inside
this process, retries without end, log lines full of tracebacks. What goes wrong leaves as `StoreError`, which says
in one line what to do.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CONNECT_SECONDS = 4.0  # until an address counts as unreachable
CALL_SECONDS = 600.0  # for one call; Milvus Lite builds its index inside one
_QUIET = ("pymilvus", "milvus_lite")  # loggers that print a traceback for whatever is refused
_GRPC = {"grpc.use_local_subchannel_pool": 1}  # a server that just came back is asked anew, not remembered as dead
_LIBRARIES = ("pymilvus", "milvus_lite")

_open_files: dict[str, int] = {}  # absolute path -> connections of this process that use it
_files_lock = threading.Lock()


class StoreError(RuntimeError):
    """A store cannot be reached, opened or written to; the message says what to do."""


class Connection:
    """One connection; ``connection("search", …)`` calls the method of that name of pymilvus's client.

    Parameters
    ----------
    uri : str
        "./course.db" is opened by Milvus Lite inside this process; "http://…" is a server's or a cluster's address.
    token : str, optional
        "user:password" or a key, for servers that ask for one.
    """

    def __init__(self, uri: str, token: str | None = None) -> None:
        self.uri = uri
        self._path: str | None = None
        pymilvus = _library("pymilvus")
        address = self._open_file(uri) if is_file(uri) else uri
        try:
            with _quiet():
                self._client: Any = pymilvus.MilvusClient(
                    uri=address,
                    token=token or "",
                    timeout=CONNECT_SECONDS,
                    dedicated=True,
                    grpc_options=_GRPC,
                )
        except pymilvus.MilvusException as error:
            self._release_file()
            raise StoreError(
                f"no Milvus answers at {uri}: is the server running, and are address and token right? "
                f"({_reason(error)})"
            ) from error

    def __call__(self, method: str, *args: Any, timeout: float = CALL_SECONDS, **options: Any) -> Any:
        """Call a method of the client; whatever Milvus reports becomes a `StoreError`."""
        if self._client is None:
            raise StoreError(f"the store at {self.uri} is closed: open a new one")
        from pymilvus import MilvusException

        try:
            with _quiet():
                return getattr(self._client, method)(*args, timeout=timeout, **options)
        except MilvusException as error:
            raise StoreError(
                f"the store at {self.uri} failed to {method.replace('_', ' ')}: {_reason(error)}"
            ) from error

    def rows(self, collection: str, fields: list[str], batch: int) -> Iterator[dict[str, Any]]:
        """Yield every row of a collection, ``batch`` of them a request."""
        pages = self("query_iterator", collection, batch_size=batch, output_fields=fields)
        try:
            while True:
                with _quiet():
                    page = pages.next()
                if not page:
                    return
                yield from page
        finally:
            with _quiet():
                pages.close()

    @property
    def is_lite(self) -> bool:
        """Whether Milvus Lite answers, as a file or as a server."""
        return str(self("get_server_version")).startswith("milvus_lite")

    def close(self) -> None:
        """Close the connection; the last one to a file writes it out and gives it free for other programs."""
        if self._client is not None:
            with _quiet():
                self._client.close()
            self._client = None
            self._release_file()

    # -- files -----------------------------------------------------------------------------------------------

    def _open_file(self, uri: str) -> str:
        """Start Milvus Lite on a path, or join the one of this process; returns its address."""
        _library("milvus_lite")
        from milvus_lite.server_manager import server_manager_instance as servers

        path = Path(uri).expanduser().resolve()
        if not path.parent.is_dir():
            raise StoreError(f"{uri} cannot be opened: there is no folder {path.parent}")
        if path.is_file():
            raise StoreError(f"{uri} is a file, but Milvus Lite keeps a folder under such a name: choose another name")
        with _files_lock, _quiet():
            address = servers.start_and_get_uri(str(path))
            if address is None:
                raise StoreError(_why_not(uri, path))
            _open_files[str(path)] = _open_files.get(str(path), 0) + 1
        self._path = str(path)
        return address

    def _release_file(self) -> None:
        if self._path is None:
            return
        from milvus_lite.server_manager import server_manager_instance as servers

        with _files_lock, _quiet():
            _open_files[self._path] -= 1
            if not _open_files[self._path]:
                del _open_files[self._path]
                servers.release_server(self._path)
        self._path = None


def is_file(uri: str) -> bool:
    """Whether a URI names a path that Milvus Lite opens."""
    return uri.endswith(".db") and "://" not in uri


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
    import importlib

    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in _LIBRARIES:
            raise
        raise ModuleNotFoundError(
            f"this store needs {error.name}, which is not installed: install `embedlab[scale]`", name=error.name
        ) from error


def _reason(error: BaseException) -> str:
    return " ".join(str(getattr(error, "message", "") or error).split())[:300]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries from logging tracebacks of what is raised anyway."""
    loggers = [logging.getLogger(name) for name in _QUIET]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
