"""Encoding on several machines: texts travel to the workers of a Dask cluster, vectors come back in order.

Serves `embedlab.search`. Workers import this room, so it holds what they need and nothing else.
"""

from __future__ import annotations

import functools
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from embedlab import _need, encoding, models

_BATCHES_A_TASK = 8  # texts travel to a worker in parcels of at most so many batches
_PARCELS_A_WORKER = 2  # at least, as far as the texts go: so that all have something to do
_PATIENCE = 5.0  # seconds without a worker, before somebody is told


def encode_corpus(texts: Sequence[str], model_name: str, client: Any = None, *, batch_size: int = 32) -> np.ndarray:
    """Encode texts with a model known by its name: here, or on the workers of a Dask cluster.

    Texts travel and not the model: each worker loads it once, from its own disk or cache. There are parcels for every
    worker, and those of one that is lost go to another. Without any worker this waits for one, with a warning.

    Parameters
    ----------
    texts : n strings
    model_name : str
        What `embedlab.models.load_text_model` knows, on every worker.
    client : dask.distributed.Client, optional
        A client of a running cluster; embedlab must be installed on its workers. Without one the texts are encoded
        in this process. A local cluster that nobody else can reach::

            from dask.distributed import Client, LocalCluster
            cluster = LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
            client = Client(cluster)
    batch_size : int
        Texts given to a model at one time.

    Returns
    -------
    float32 array of shape (n, d), rows in the order of ``texts``; (0, 0) for no texts.

    Raises
    ------
    distributed.scheduler.KilledWorker
        If one parcel was lost with several workers in turn, most often because they lack memory.
    """
    texts = _need.strings(texts, "texts")
    batch_size = _need.whole(batch_size, "batch_size")
    models.hub_id(model_name)  # refuses what is no name, before anything is sent
    if client is None:
        return _encode_parcel(texts, model_name, batch_size)
    if not callable(getattr(client, "submit", None)):
        raise TypeError(f"client must be a Dask client, but a {type(client).__name__} has no method submit")
    if not texts:
        return np.empty((0, 0), dtype=np.float32)
    slots = sum(client.nthreads().values()) or _BATCHES_A_TASK  # of workers that are still to come nobody knows
    size = min(batch_size * _BATCHES_A_TASK, -(-len(texts) // (slots * _PARCELS_A_WORKER)))
    parcels = encoding.batches(texts, size)  # the workers, who have the model, count tokens
    waiting = {
        client.submit(_encode_parcel, [texts[i] for i in parcel], model_name, batch_size, pure=False, retries=2): parcel
        for parcel in parcels
    }
    vectors = None
    coming = _as_they_come(list(waiting), client)
    for done in encoding.progress(coming, len(parcels), "encoding on the cluster", "parcel"):
        made, rows = done.result(), waiting.pop(done)
        if vectors is None:
            vectors = np.empty((len(texts), made.shape[1]), dtype=np.float32)
        vectors[rows] = made
        done.release()
    return vectors


def _as_they_come(futures: list[Any], client: Any) -> Iterator[Any]:
    from distributed import as_completed

    coming, told, since = as_completed(futures), False, time.monotonic()
    while not coming.is_empty():
        if coming.has_ready():
            yield from coming.next_batch(block=False)
            since = time.monotonic()
        elif not told and time.monotonic() - since > _PATIENCE and not client.nthreads():
            warnings.warn(f"no worker has come to {client.scheduler.address}: waiting for one", stacklevel=4)
            told = True
        else:
            time.sleep(0.02)


def _encode_parcel(texts: list[str], name: str, batch_size: int) -> np.ndarray:
    with _loading:  # the threads of a worker wait for one load
        model = _load_once(name)
    return encoding.encode(model, texts, batch_size=batch_size)


_loading = threading.Lock()
_load_once = functools.lru_cache(maxsize=1)(models.load_text_model)
