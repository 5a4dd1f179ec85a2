"""Encoding on several machines, tried on a cluster of two processes on this one."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from embedlab import encoding
from embedlab.search import cluster as spread
from embedlab.search import encode_corpus

NAME = "all-MiniLM-L6-v2"
TEXTS = [
    f"Sentence {i} is about {topic}." for i in range(100) for topic in ("the sea", "iron", "old songs", "a b c " * 9)
]


@pytest.fixture
def cluster():
    pytest.importorskip("distributed", reason="Dask is not installed: embedlab[scale]")
    from distributed import Client, LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with LocalCluster(**options, host="127.0.0.1", dashboard_address=None, silence_logs=50) as cluster:
        with Client(cluster) as client:
            yield client


def kill_one(client, moment):
    """Kill a worker process once the encoding has begun to bring results; returns a thread."""

    def work():
        while not moment():
            time.sleep(0.02)
        pids = client.run(os.getpid)
        os.kill(next(iter(pids.values())), signal.SIGKILL)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_cluster_of_two_loses_one_and_gives_the_local_vectors(cluster, text_model, monkeypatch):
    workers = cluster.scheduler_info()["workers"]
    assert len(workers) == 2
    assert all(address.startswith("tcp://127.0.0.1:") for address in [cluster.scheduler.address, *workers])
    seen = []

    def progress(steps, total, label, unit):
        for step in steps:
            seen.append((total, label))
            yield step

    monkeypatch.setattr(encoding, "progress", progress)
    killer = kill_one(cluster, lambda: len(seen) >= 3)
    found = encode_corpus(TEXTS, NAME, cluster, batch_size=4)
    killer.join()
    assert seen[0] == (13, "encoding on the cluster")
    assert len(seen) == 13, "every parcel came, those of the lost worker too"
    local = encoding.encode(text_model, TEXTS, batch_size=4)
    assert (found.dtype, found.shape) == (np.float32, (400, 384))
    np.testing.assert_allclose(found, local, atol=1e-5)
    assert set(cluster.run(loads).values()) <= {0, 1}, "each worker loads the model once"


def loads():
    return spread._load_once.cache_info().misses


def test_without_a_client_it_runs_here(text_model):
    np.testing.assert_allclose(encode_corpus(TEXTS[:8], NAME), encoding.encode(text_model, TEXTS[:8]), atol=1e-5)
    assert encode_corpus([], NAME).shape == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("one text", NAME), TypeError, "texts must be a list of strings, not one string"),
        ((["a"], ""), ValueError, "name must be the name of a model"),
        ((["a"], NAME, "tcp://127.0.0.1:8786"), TypeError, "client must be a Dask client, but a str has no method"),
    ],
)
def test_what_it_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        encode_corpus(*arguments)
