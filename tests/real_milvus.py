"""What only a whole Milvus can show. `test_real_milvus.py` runs this file where such a server can run."""

import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from embedlab import vectors
from embedlab.search import SemanticSearch, StoreError, milvus
from tests.encoders import WordCounts
from tests.test_stores_milvus import survives_a_kill
from tools import milvus_server


@pytest.fixture(scope="module")
def server(request, tmp_path_factory):
    """One at a time, because some of its ports are fixed."""
    running = milvus_server.start_full(tmp_path_factory.mktemp("data"), passwords=request.param == "locked")
    yield running
    running.kill()  # in order it takes half a minute


locked = pytest.mark.parametrize("server", ["locked"], indirect=True)  # asks for a password
unlocked = pytest.mark.parametrize("server", ["unlocked"], indirect=True)


@locked
@pytest.mark.parametrize("token", [None, "root:wrong-secret", "nobody:Milvus", "no-key-of-this-server"])
def test_a_wrong_password_is_refused_and_not_shown(server, token):
    start = time.monotonic()
    with pytest.raises(StoreError, match=f"no Milvus answers at {server.uri}: .*are address and token right") as caught:
        SemanticSearch(WordCounts(), server.uri, token=token)
    assert time.monotonic() - start < 5
    assert "secret" not in str(caught.value)


@locked
def test_the_right_password_opens_the_store(server):
    search = SemanticSearch(WordCounts(), server.uri, token="root:Milvus")
    search.add(["red apple", "blue sky"], ids=["a", "b"])
    inside = server.uri.replace("://", "://root:Milvus@")
    again = SemanticSearch(WordCounts(), inside)
    assert [hit.id for hit in again.search("blue sky", top_k=1)] == ["b"]
    search.close()
    with pytest.raises(StoreError, match="is closed") as caught:
        search.search("apple")
    assert "Milvus@" not in str(caught.value)
    again.close()


@unlocked
def test_a_server_gets_an_index_worth_its_name(server):
    search = SemanticSearch(WordCounts(), server.uri)
    search.add(["red apple"])
    search.close()
    connection = milvus.Connection(server.uri)
    assert connection("describe_index", "embedlab", "vector")["index_type"] == "HNSW"
    connection("drop_collection", "embedlab")
    connection.close()


@unlocked
def test_two_programs_write_at_once(server):
    """What each was told is stored is there, and of ids that both wrote one version."""
    code = f"""
        import sys
        from embedlab.search import milvus
        store = milvus.MilvusStore({server.uri!r}, collection="shared")
        for start in range(0, 1200, 300):
            ids = [f"{{sys.argv[1]}}{{i}}" for i in range(start, start + 300)] + ["both"]
            store.upsert(ids, [[1.0, i] for i in range(301)], [{{"from": sys.argv[1]}}] * 301)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    children = [subprocess.Popen([*command, name]) for name in ("left", "right")]
    assert [child.wait(120) for child in children] == [0, 0]
    store = milvus.MilvusStore(server.uri, collection="shared")
    wanted = {"both", *(f"{name}{i}" for name in ("left", "right") for i in range(1200))}
    assert (len(store), set(store.ids())) == (2401, wanted)
    assert store.get(["both"])["both"]["from"] in ("left", "right")
    store.clear()
    store.close()


@unlocked
@pytest.mark.parametrize("use", [len, lambda store: store.upsert(["b"], [[0.0, 1.0]], [{}]), lambda store: store.ids()])
def test_a_collection_that_another_program_has_only_begun_to_make(server, use):
    early, maker = (milvus.MilvusStore(server.uri, collection="begun") for _ in range(2))
    maker.upsert(["a"], [[1.0, 0.0]], [{}])
    connection = milvus.Connection(server.uri)
    connection("release_collection", "begun")
    connection("drop_index", "begun", "vector")
    use(early)
    assert early.search([[1.0, 0.0]], 1)[0][0].id == "a"
    early.clear()
    for one in (early, maker, connection):
        one.close()


@unlocked
def test_a_search_does_not_wait_for_the_clock(server):
    store = milvus.MilvusStore(server.uri, collection="quick")
    x = vectors.normalize(np.random.default_rng(0).normal(size=(2_000, 32)))
    store.upsert([str(i) for i in range(2_000)], x, [{}] * 2_000)
    assert [store.search(x[i : i + 1], 1)[0][0].id for i in range(3)] == ["0", "1", "2"], "own writes are seen at once"
    seconds = []
    for query in x[:40]:
        start = time.perf_counter()
        store.search(query[None], 5)
        seconds.append(time.perf_counter() - start)
    assert np.median(seconds) < 0.1, "a search that waits for the server's clock takes 0.2 s"
    store.delete(["0"])
    assert store.search(x[:1], 1)[0][0].id != "0"
    assert len(store) == 1_999
    store.clear()
    store.close()


@unlocked
def test_a_server_that_is_killed_loses_nothing_that_it_acknowledged(server, monkeypatch):
    def restart():
        server.process = milvus_server.start_full(server.folder, server.port).process

    survives_a_kill(server, restart, monkeypatch)
