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


def test_few_texts_are_spread_over_all_workers(cluster, text_model):
    found = encode_corpus(TEXTS[:40], NAME, cluster, batch_size=5)
    np.testing.assert_allclose(found, encoding.encode(text_model, TEXTS[:40]), atol=1e-5)
    assert list(cluster.run(loads).values()) == [1, 1], "each worker has encoded something"
    assert encode_corpus(TEXTS[:1], NAME, cluster).shape == (1, 384)


def test_without_a_worker_it_says_so_and_goes_on_when_one_comes(monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed: embedlab[scale]")
    from distributed import Client, LocalCluster

    monkeypatch.setattr(spread, "_PATIENCE", 0.3)
    monkeypatch.setattr(spread, "_encode_parcel", letters)
    options = {"n_workers": 0, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with LocalCluster(**options, silence_logs=50) as cluster, Client(cluster) as client:
        threading.Timer(2, cluster.scale, [1]).start()
        with pytest.warns(UserWarning, match=r"no worker has come to .*: waiting for one") as caught:
            found = encode_corpus(["a", "bb", "ccc"], NAME, client)
    assert found.tolist() == [[1], [2], [3]]
    assert len(caught) == 1, "once is enough"


def letters(texts, name, batch_size):
    return np.array([[len(text)] for text in texts], dtype=np.float32)


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
