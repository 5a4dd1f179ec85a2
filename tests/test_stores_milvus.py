"""What only a database can do, or get wrong: reopening, two clients, locks, silence, and a server that is killed."""

import socket
import subprocess
import sys
import textwrap
import time
import traceback
from types import SimpleNamespace

import numpy as np
import pytest

from embedlab import vectors
from embedlab.search import AddReport, SemanticSearch, StoreError, milvus
from tests.encoders import WordCounts
from tools import milvus_server

for library in ("pymilvus", "milvus_lite"):
    pytest.importorskip(library, reason=f"{library} is not installed: embedlab[scale]")

DOCUMENTS = ["red apple pie", "green apple", "blue sky above", "grey sky"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = milvus_server.start(tmp_path_factory.mktemp("milvus") / "data")
    yield running
    running.stop()


@pytest.fixture(params=["file", "server"])
def uri(request, tmp_path):
    if request.param == "file":
        return str(tmp_path / "course.db")
    server = request.getfixturevalue("server")
    milvus.MilvusStore(server.uri).clear()
    return server.uri


def python(code):
    return [sys.executable, "-c", textwrap.dedent(code)]


# -- the same search by another URI --------------------------------------------------------------------------


def test_the_uri_alone_decides(uri):
    memory, search = SemanticSearch(WordCounts()), SemanticSearch(WordCounts(), uri)
    for each in (memory, search):
        assert each.add(DOCUMENTS, metadata=[{"n": i % 2} for i in range(4)]) == AddReport(4, 0, 0, 4)
        assert each.add(["green pear"], ids=["1"]) == AddReport(0, 1, 0, 1)
        assert each.delete(["0", "nobody"]) == 1
        assert len(each) == 3
    for query in ["green apple", "sky", "pear above"]:
        wanted, found = memory.search(query), search.search(query)
        assert [hit._replace(score=0) for hit in found] == [hit._replace(score=0) for hit in wanted]
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in wanted], abs=1e-4)
    assert [hit.id for hit in search.search("sky", where={"n": 0})] == ["2"]
    search.close()


def test_what_was_added_is_found_again(uri):
    search = SemanticSearch(WordCounts(), uri)
    search.add(DOCUMENTS)
    search.close()
    with pytest.raises(StoreError, match=r"the store at .* is closed: open a new one"):
        search.search("sky")
    again = SemanticSearch(WordCounts(), uri)
    assert len(again) == 4
    assert again.search("green apple", top_k=1)[0].document == "green apple"
    assert again.add(["yellow sun"]).added == 1, "running ids go on"
    assert sorted(hit.id for hit in again.search("sun", top_k=9)) == ["0", "1", "2", "3", "4"]
    again.close()


def test_long_documents_on_a_database(uri, text_model):
    search = SemanticSearch(text_model, uri, chunk_tokens=16)
    text = "The committee met on Tuesday and approved the minutes of the last meeting. " * 10
    assert search.add([text, "Stars shine."], ids=["a", "b"]).passages > 8
    assert search.add(["Penguins swim. " * 10], ids=["a"]).replaced == 1
    assert len(search) == 2
    assert all("committee" not in hit.passage for hit in search.search("minutes of the committee", top_k=9))
    assert search.delete(["a"]) == 1
    assert [hit.id for hit in search.search("penguins", top_k=9)] == ["b"]
    search.close()


def test_saved_and_loaded_across_stores(uri, tmp_path):
    memory = SemanticSearch(WordCounts())
    memory.add(DOCUMENTS)
    memory.save(tmp_path / "index.zip")
    search = SemanticSearch(WordCounts(), uri).load(tmp_path / "index.zip")
    assert [hit.id for hit in search.search("sky", top_k=9)] == [hit.id for hit in memory.search("sky", top_k=9)]
    search.save(tmp_path / "back.zip")
    assert len(SemanticSearch(WordCounts()).load(tmp_path / "back.zip")) == 4
    search.close()


def test_another_dimension_is_refused(uri):
    search = SemanticSearch(WordCounts(64), uri)
    search.add(DOCUMENTS)
    with pytest.raises(ValueError, match="the store holds vectors of 64 dimensions, but the model makes 32"):
        SemanticSearch(WordCounts(32), uri)
    assert len(search) == 4
    search.close()


def test_two_clients_see_each_other(uri):
    first, second = SemanticSearch(WordCounts(), uri), SemanticSearch(WordCounts(), uri)
    first.add(["red apple"], ids=["a"])
    assert second.search("apple")[0].id == "a"
    second.add(["blue sky", "green apple"], ids=["b", "a"])
    assert (len(first), first.search("apple")[0].document) == (2, "green apple")
    first.add(["one more"])
    assert second.add(["and another"]).added == 1, "the running numbers of both do not meet"
    assert len(first) == len(second) == 4
    first.close()
    assert second.delete(["a"]) == 1, "one client's end is not the other's"
    second.close()


def test_a_client_of_another_program(server):
    store = milvus.MilvusStore(server.uri, collection="shared")
    code = f"""
        from embedlab.search import milvus
        store = milvus.MilvusStore({server.uri!r}, collection="shared")
        store.upsert([str(i) for i in range(1500)], [[1.0, i] for i in range(1500)], [{{"from": "child"}}] * 1500)
    """
    child = subprocess.Popen(python(code))
    seen = 0
    while child.poll() is None:
        assert len(store) >= seen, "reading goes on while another program writes"
        seen = len(store)
    assert (child.returncode, len(store)) == (0, 1500)
    store.upsert(["7"], [[0.0, 1.0]], [{"from": "parent"}])
    assert (store.count({"from": "child"}), len(store)) == (1499, 1500)
    store.close()


# -- what goes wrong -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("silent", [False, True], ids=["nobody listens", "somebody listens and says nothing"])
def test_a_server_that_does_not_answer(silent):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        if silent:
            sock.listen(5)
        uri = f"http://127.0.0.1:{sock.getsockname()[1]}"
        start = time.monotonic()
        with pytest.raises(StoreError, match=f"no Milvus answers at {uri}: is the server running"):
            SemanticSearch(WordCounts(), uri)
        assert time.monotonic() - start < 5


def test_a_path_in_use_names_the_cure(tmp_path):
    path = str(tmp_path / "course.db")
    code = f"""
        from embedlab.search import milvus
        store = milvus.MilvusStore({path!r})
        store.upsert(["a"], [[1.0, 0.0]], [{{}}])
        print("open", flush=True)
        input()
        store.close()
    """
    child = subprocess.Popen(python(code), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "open\n"
    with pytest.raises(StoreError, match=r"in use by another program: .*`milvus-lite server --data-dir .*http://127"):
        milvus.MilvusStore(path)
    child.communicate("\n", timeout=60)
    store = milvus.MilvusStore(path)
    assert store.get(["a"]) == {"a": {}}
    store.close()


def test_paths_that_cannot_be_opened(tmp_path):
    with pytest.raises(StoreError, match="cannot be opened: there is no folder"):
        milvus.MilvusStore(str(tmp_path / "nowhere" / "x.db"))
    (tmp_path / "old.db").write_text("a file of an older version")
    with pytest.raises(StoreError, match="old.db is a file, but Milvus Lite keeps a folder"):
        milvus.MilvusStore(str(tmp_path / "old.db"))


def test_what_milvus_cannot_keep_is_refused_before_anything_is_stored(tmp_path):
    store = milvus.MilvusStore(str(tmp_path / "x.db"))
    with pytest.raises(ValueError, match=r"records\[1\] must have at most 65535 bytes of JSON and 1024 fields"):
        store.upsert(["a", "b"], np.eye(2), [{}, {"text": "ü" * 40_000}])
    with pytest.raises(ValueError, match=r"ids\[0\] must have at most 1024 bytes, but it has 2000"):
        store.upsert(["ü" * 1000], np.eye(2)[:1], [{}])
    assert (len(store), store.dimension) == (0, None)
    with pytest.raises(ValueError, match="index must be one of 'FLAT', 'IVF_FLAT', 'HNSW', 'AUTOINDEX'"):
        milvus.MilvusStore(str(tmp_path / "x.db"), index="PQ")
    store.close()


def test_a_collection_of_somebody_else_is_left_alone(server):
    from pymilvus import MilvusClient

    client = MilvusClient(server.uri)
    client.create_collection("foreign", dimension=4)
    with pytest.raises(
        StoreError, match="the collection 'foreign' was not made by this version of embedlab: build it again"
    ):
        milvus.MilvusStore(server.uri, collection="foreign")
    client.close()


def test_nothing_is_printed_when_something_is_refused(tmp_path):
    code = f"""
        import logging
        from embedlab.search import milvus
        for uri in ("http://127.0.0.1:1", {str(tmp_path / "no" / "x.db")!r}):
            try:
                milvus.MilvusStore(uri)
            except milvus.StoreError:
                pass
        store = milvus.MilvusStore({str(tmp_path / "x.db")!r})
        store.upsert(["a"], [[1.0, 0.0]], [{{}}])
        try:
            store._call("upsert", store.collection, data=[{{"key": "b", "vector": [1.0]}}])
        except milvus.StoreError:
            pass
        store.close()
    """
    done = subprocess.run(python(code), capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize(
    ("missing", "wanted"),
    [
        ("pymilvus", "this store needs pymilvus, which is not installed: install `embedlab[scale]`"),
        ("milvus_lite", "this store needs milvus_lite, which is not installed: install `embedlab[scale]`"),
        ("grpc", "import of grpc halted; None in sys.modules"),  # a part of pymilvus is broken: not ours to explain
    ],
)
def test_a_missing_library_is_named(tmp_path, missing, wanted):
    code = f"""
        import sys
        sys.modules[{missing!r}] = None
        from embedlab.search import milvus
        try:
            milvus.MilvusStore({str(tmp_path / "x.db")!r})
        except ModuleNotFoundError as error:
            print(error)
    """
    done = subprocess.run(python(code), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == wanted


def test_the_token_reaches_the_client(monkeypatch):
    import pymilvus

    seen = {}

    def client(**options):
        seen.update(options)
        return SimpleNamespace(
            get_server_version=lambda **_: "2.6.0", has_collection=lambda *_, **__: False, close=lambda: None
        )

    monkeypatch.setattr(pymilvus, "MilvusClient", client)
    SemanticSearch(WordCounts(), "https://cluster.example:19530", token="user:secret")
    assert (seen["uri"], seen["token"]) == ("https://cluster.example:19530", "user:secret")
    assert seen["timeout"] < 5


# -- a server that is killed in the middle of an ingest ------------------------------------------------------


def survives_a_kill(server, restart, monkeypatch):
    """Add documents, kill the server in the middle of adding more, and look what is there when it is back."""
    texts = {f"doc{i}": f"document number {i} about word{i % 700}" for i in range(4_500)}
    few = dict(list(texts.items())[:1_500])
    search = SemanticSearch(WordCounts(), server.uri, batch_size=1_000)
    assert search.add(list(few.values()), ids=list(few)) == AddReport(1_500, 0, 0, 1_500)
    real, calls = milvus.Connection.__call__, []

    def call(connection, method, *args, **options):
        if method == "upsert":
            calls.append(len(options["data"]))
            if len(calls) == 3:
                server.kill()
        return real(connection, method, *args, **options)

    start = time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr(milvus.Connection, "__call__", call)
        with pytest.raises(StoreError, match="what this call has written is taken back as soon as the database answer"):
            search.add(list(texts.values()), ids=list(texts))
    assert time.monotonic() - start < 90, "it does not wait for ever"

    restart()
    again = SemanticSearch(WordCounts(), server.uri, batch_size=1_000)
    assert set(again.ids()) >= set(few), "what was acknowledged is there"
    again.close()
    assert search.ids() == list(few), "the client of before finds the server and takes back what was half done"
    assert search.add(list(texts.values()), ids=list(texts)) == AddReport(3_000, 1_500, 0, 4_500)
    assert search.ids() == list(texts)
    assert [search.get(name)[1] for name in list(texts)[::450]] == list(texts.values())[::450]
    ids, stored, records = search._store.dump()
    assert len(ids) == len(set(ids)), "nothing twice"
    wanted = dict(zip(texts, vectors.normalize(WordCounts().encode(list(texts.values()))), strict=True))
    found = [(vector, wanted[record["_id"]]) for vector, record in zip(stored, records, strict=True) if record["_id"]]
    np.testing.assert_allclose(*zip(*found, strict=True), atol=1e-6)
    search.close()


def test_what_was_acknowledged_survives_a_kill_and_the_same_call_completes_the_rest(tmp_path, monkeypatch):
    server = milvus_server.start(tmp_path / "data")

    def restart():
        server.process = milvus_server.start(server.folder, server.port).process

    survives_a_kill(server, restart, monkeypatch)
    server.stop()


def test_what_a_swap_left_behind_does_not_come_back(uri, monkeypatch):
    """The old content could not be dropped after `replace`; or the program ended before the new one had its name."""
    store, real = milvus.MilvusStore(uri), milvus.Connection.__call__
    store.upsert(["old"], [[1.0, 0.0]], [{}])

    def stop_before_the_last_name(connection, method, *args, **options):
        if (method, args[:1]) == ("rename_collection", ("embedlab_new",)):
            raise KeyboardInterrupt("the program ends here")
        return real(connection, method, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(milvus.Connection, "__call__", stop_before_the_last_name)
        with pytest.raises(KeyboardInterrupt, match="the program ends here"):
            store.replace(["new"], [[1.0, 0.0, 0.0]], [{}])
    other = milvus.MilvusStore(uri)
    assert (other.ids(), other.dimension) == (["old"], 2), "whoever comes next finds the old content"
    other.close()
    store.replace(["newer"], [[1.0, 0.0, 0.0]], [{}])
    store._call("create_collection", "embedlab_old", dimension=2)  # as if the last step of all had failed
    assert store.ids() == ["newer"]
    store.clear()
    assert (store.ids(), store.dimension) == ([], None)
    store.close()


# -- files that a crash or somebody else has damaged ---------------------------------------------------------


@pytest.fixture
def damaged(tmp_path):
    """A path with 1,500 rows whose files are on disk, and the folder of its collection."""
    store = milvus.MilvusStore(str(tmp_path / "x.db"))
    store.upsert([str(i) for i in range(1_500)], np.ones((1_500, 2)), [{}] * 1_500)
    store.close()
    return tmp_path / "x.db", tmp_path / "x.db" / "collections" / "embedlab"


@pytest.mark.parametrize("size", [0, 0.5, 0.99])
@pytest.mark.parametrize("file", ["manifest.json", "schema.json"])
def test_a_description_that_is_cut_is_an_error_and_no_empty_store(damaged, file, size):
    path, folder = damaged
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes(whole[: int(size * len(whole))])
    with pytest.raises(StoreError, match=rf"x.db is damaged: .*{file} cannot be read \(.*build the collection again"):
        milvus.MilvusStore(str(path))
    (folder / file).write_bytes(whole)
    store = milvus.MilvusStore(str(path))
    assert len(store) == 1_500, "nothing was taken away in the meantime"
    store.close()


@pytest.mark.parametrize("pattern", ["manifest.json", "schema.json", "**/data_*.parquet"])
def test_a_file_that_is_gone_is_an_error_and_no_empty_store(damaged, pattern):
    path, folder = damaged
    (file,) = folder.glob(pattern)
    file.rename(path.parent / "aside")
    with pytest.raises(StoreError, match=rf"x.db is damaged: .*{file.name} is missing"):
        milvus.MilvusStore(str(path))
    (path.parent / "aside").rename(file)
    store = milvus.MilvusStore(str(path))
    assert len(store) == 1_500
    store.close()


def test_rows_that_a_crash_has_doubled_count_once(damaged, monkeypatch):
    store, real = milvus.MilvusStore(str(damaged[0])), milvus.Connection.rows
    monkeypatch.setattr(milvus.Connection, "rows", lambda *args: [*real(*args), *real(*args)])
    assert (len(store), len(store.ids()), len(store.dump()[0])) == (1_500, 1_500, 1_500)
    hits = [{"distance": 1.0, "entity": {"id": name, "place": 1, "json": "{}"}} for name in ("a", "b", "a")]
    assert [match.id for match in milvus._matches(hits)] == ["a", "b"]
    store.close()


# -- options and messages ------------------------------------------------------------------------------------


def test_the_index_is_chosen_where_the_search_is_made(tmp_path):
    search = SemanticSearch(WordCounts(), str(tmp_path / "course.db"), index="IVF_FLAT")
    search.add(DOCUMENTS)
    connection = milvus.Connection(str(tmp_path / "course.db"))
    assert connection("describe_index", "embedlab", "vector")["index_type"] == "IVF_FLAT"
    connection.close()
    search.close()


@pytest.mark.parametrize(
    ("store", "index", "message"),
    [
        ("memory", "HNSW", "index is a database's: store must be a path that ends in .db or an address, not 'memory'"),
        ("course.db", "BTREE", "index must be one of 'FLAT', 'IVF_FLAT', 'HNSW', 'AUTOINDEX', but it is 'BTREE'"),
    ],
)
def test_an_index_that_does_not_fit_is_refused(store, index, message):
    with pytest.raises(ValueError, match=message):
        SemanticSearch(WordCounts(), store, index=index)


def test_no_message_shows_a_password():
    with pytest.raises(StoreError, match=r"no Milvus answers at http://\*\*\*@127\.0\.0\.1:1") as caught:
        milvus.MilvusStore("http://me:p4ss@w0rd@127.0.0.1:1")
    shown = "".join(traceback.format_exception(caught.value))
    assert "p4ss" not in shown.replace('milvus.MilvusStore("http://me:p4ss@w0rd@127.0.0.1:1")', "")
    assert "w0rd" not in str(caught.value)
