"""The engines behind a `Store`, for tests that ask the same of each; and faults in the middle of their work."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embedlab.search import milvus, stores
from tools import milvus_server

REAL = "EMBEDLAB_REAL_MILVUS"  # the address of a full Milvus, which is then asked alone
NAMES = ("milvus",) if REAL in os.environ else ("memory", "file", "server")
_numbers = itertools.count()


@contextlib.contextmanager
def opened(name: str, folder: Path) -> Iterator[Callable[[], stores.Store]]:
    """Yield a function that makes new stores of an engine, each a collection of its own."""
    if name == "memory":
        yield stores.ExactStore
        return
    for library in ("pymilvus", "milvus_lite"):
        pytest.importorskip(library, reason=f"{library} is not installed: embedlab[scale]")
    server = milvus_server.start(folder / "server") if name == "server" else None
    uri = os.environ[REAL] if name == "milvus" else server.uri if server else str(folder / "contract.db")
    try:
        yield lambda: milvus.MilvusStore(uri, collection=f"test{os.getpid()}_{next(_numbers)}")
    finally:
        if server:
            server.stop()


@contextlib.contextmanager
def failing(store: stores.Store, nth: int, *, after: bool) -> Iterator[None]:
    """Let the nth call to the engine fail: before it is done, or after it (what was done, but the answer is lost).

    The engine of a store in memory is its own methods, which are done or not.
    """
    left = [nth]

    def wrapped(real: Callable, after: bool) -> Callable:
        def call(*args, **options):
            left[0] -= 1
            answer = real(*args, **options) if left[0] or after else None
            if not left[0]:
                raise stores.StoreError("the engine fails here")
            return answer

        return call

    with pytest.MonkeyPatch.context() as patch:
        if isinstance(store, stores.ExactStore):
            for verb in ("_change", "_replace", "_search", "_get", "_ids", "_dump"):
                patch.setattr(store, verb, wrapped(getattr(store, verb), after=False))
        else:
            patch.setattr(milvus.Connection, "__call__", wrapped(milvus.Connection.__call__, after))
        yield
