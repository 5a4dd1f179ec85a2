import json
import os
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from embedlab import encoding, evaluation
from embedlab.search import SavedIndexError, SemanticSearch, StoreError, model_name, saved, stores
from tests import engines
from tests.encoders import Prompted, Windowed, WordCounts

DOCUMENTS = ["red apple pie", "green apple", "blue sky above", "grey sky"]


@pytest.fixture
def search():
    search = SemanticSearch(WordCounts())
    search.add(DOCUMENTS, metadata=[{"kind": "food"}, {"kind": "food"}, {"kind": "air"}, {"kind": "air"}])
    return search


# -- adding and searching ----------------------------------------------------------------------------------------


def test_the_chapters_example(text_model):
    search = SemanticSearch(text_model)
    search.add(
        [
            "Artificial intelligence is revolutionizing healthcare",
            "Machine learning models require significant data for training",
            "Neural networks have multiple layers of computational nodes",
            "Healthcare costs continue to rise in many countries",
            "Data privacy is a major concern in medical applications",
        ]
    )
    hits = search.search("AI in medicine", top_k=2)
    assert hits[0].document.startswith("Artificial intelligence")
    assert [hit.score for hit in hits] == pytest.approx([0.625, 0.311], abs=0.01)


def test_equal_documents_keep_their_order_and_running_ids_step_over_those_that_are_taken():
    search = SemanticSearch(WordCounts())
    search.add(["same words"] * 30)
    assert [hit.id for hit in search.search("same words", top_k=12)] == [str(i) for i in range(12)]
    search = SemanticSearch(WordCounts())
    search.add(["own"], ids=["1"])
    search.add(["a", "b"])
    assert sorted(hit.id for hit in search.search("a", top_k=9)) == ["0", "1", "2"]


def test_what_the_model_is_given():
    model = Prompted()
    search = SemanticSearch(model)
    search.add(["a"])
    search.search("b")
    assert [call for call in model.calls if "fox" not in call[0]] == [["passage a"], ["query b"]]
    model = WordCounts()
    SemanticSearch(model, batch_size=3).add(list("abcdefgh"))
    assert [len(call) for call in model.calls] == [3, 3, 2, 1], "and one that tells models apart"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("one text",), TypeError, "documents must be a list of strings, not one string"),
        ((["a", 3],), TypeError, r"documents\[1\] must be a string, not a int \(3\)"),
        ((["a", "  "],), ValueError, r"documents\[1\] is empty: leave it out"),
        ((pd.DataFrame({"text": ["a"]}),), TypeError, "documents must be a list of strings, not a DataFrame"),
        (({"a": "text"},), TypeError, "documents must be a list of strings, not a dict"),
        ((["a"], ["x", "y"]), ValueError, "ids has 2 items and documents has 1"),
        ((["a"], [7]), TypeError, r"ids\[0\] must be a string, not a int"),
        ((["a", "b\ud800"],), ValueError, r"documents\[1\] must be text, but it holds '.ud800' at position 1, half of"),
        ((["a"], None, "x"), TypeError, "metadata must be a list of dicts, not a str"),
        ((["a"], None, {"n": 1}), TypeError, "metadata must be a list of dicts, not a dict"),
        ((["a"], ["ü" * 300]), ValueError, r"ids\[0\] must be a name of at most 512 bytes"),
        ((["a"], [""]), ValueError, r"ids\[0\] must be a name of at most 512 bytes without .*, but it is ''"),
        ((["a"], None, ["x"]), TypeError, r"metadata\[0\] must be a dict, not a str"),
        ((["a"], None, [{"_id": 1}]), ValueError, r"metadata\[0\] must have names that do not begin with _"),
        ((["a"], None, [{"x": {1, 2}}]), TypeError, r"metadata\[0\] must hold what JSON can hold, but"),
        ((["a"], None, [{"x": float("nan")}]), TypeError, r"metadata\[0\] must hold what JSON can hold, but"),
        ((["a"], None, []), ValueError, "metadata has 0 items and documents has 1"),
    ],
)
def test_add_refuses_and_adds_nothing(search, arguments, error, message):
    with pytest.raises(error, match=message):
        search.add(*arguments)
    assert len(search) == 4


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("",), ValueError, "query is empty: write what you are looking for"),
        ((" \n",), ValueError, "query is empty"),
        ((3,), TypeError, "query must be a string, not a int"),
        (("sky", 0), ValueError, "top_k must be at least 1, but it is 0"),
        (("sky", 2.5), TypeError, "top_k must be a whole number, not 2.5"),
    ],
)
def test_search_refuses(search, arguments, error, message):
    with pytest.raises(error, match=message):
        search.search(*arguments)


def test_a_model_that_makes_nan_adds_nothing(search, monkeypatch):
    monkeypatch.setattr(search.model, "encode", lambda inputs: np.full((len(inputs), 64), np.nan))
    with pytest.raises(ValueError, match="the model's output must hold finite numbers, but row 0 holds nan"):
        search.add(["new"])
    assert len(search) == 4


def test_constructor_refuses():
    with pytest.raises(TypeError, match=r"model must be a loaded model, not its name: use models.load_text_model"):
        SemanticSearch("all-MiniLM-L6-v2")
    with pytest.raises(TypeError, match=r"model must have a method encode\(list of str\), but a dict has none"):
        SemanticSearch({})
    wanted = "store must be 'memory', a path that ends in .db, or an address .* but it is 'disk'"
    with pytest.raises(ValueError, match=wanted):
        SemanticSearch(WordCounts(), store="disk")
    with pytest.raises(TypeError, match="chunk_tokens needs a model with a fast tokenizer, but a WordCounts has none"):
        SemanticSearch(WordCounts(), chunk_tokens=50)
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        SemanticSearch(WordCounts(), batch_size=0)


def test_get_and_ids(search):
    assert search.ids() == ["0", "1", "2", "3"]
    assert search.get("2") == ("2", "blue sky above", {"kind": "air"})
    assert search.get("nobody") is None
    search.get("2").metadata["kind"] = "changed"
    assert search.get("2").metadata == {"kind": "air"}, "a copy"
    with pytest.raises(TypeError, match=r"id must be a string, not a int \(2\)"):
        search.get(2)
    search.close()
    assert search.search("sky") == []


class Turned(WordCounts):
    """Another model: the same dimensions in another order."""

    def encode(self, inputs):
        return super().encode(inputs)[:, ::-1]


class Rounded(WordCounts):
    """The same model in fewer digits."""

    def encode(self, inputs):
        return super().encode(inputs).astype(np.float16)


def test_the_probe_tells_whether_a_model_fits_the_store():
    store = stores.ExactStore()
    SemanticSearch(WordCounts(), store)  # an empty store is anybody's
    search = SemanticSearch(WordCounts(), store)
    search.add(DOCUMENTS)
    assert SemanticSearch(Rounded(), store).search("grey sky", top_k=1)[0].id == "3", "a name or a dtype does not count"
    with pytest.raises(
        ValueError, match="the store was made with another model .* from 'WordCounts' then and 'Turned'"
    ):
        SemanticSearch(Turned(), store)
    with pytest.raises(ValueError, match="the store holds vectors of 64 dimensions, but the model makes 32"):
        SemanticSearch(WordCounts(32), store)
    assert len(store) == 5, "nothing was closed or changed"
    bare = stores.ExactStore()
    bare.upsert(["a"], np.eye(64)[:1], [{}])
    with pytest.raises(ValueError, match="from 'another program' then and 'WordCounts' now"):
        SemanticSearch(WordCounts(), bare)


def test_a_model_that_comes_late_is_compared_before_it_adds_or_searches():
    store = stores.ExactStore()
    late, first = SemanticSearch(Turned(), store), SemanticSearch(WordCounts(), store)
    first.add(DOCUMENTS)
    for verb in (late.add, late.search_many):
        with pytest.raises(ValueError, match="the store was made with another model"):
            verb(["green apple"])
    assert first.ids() == ["0", "1", "2", "3"]


def test_rows_that_are_lost_are_named():
    search = SemanticSearch(Windowed(), chunk_tokens=8)
    search.add(["red apple " * 20], ids=["long"])
    search._store.delete(search._store.ids({"_number": 2}))
    for verb in (search.search, search.get, lambda _: search.save("nowhere")):
        with pytest.raises(StoreError, match=r"the document 'long' is incomplete in the store, which lacks 1 of its"):
            verb("long")


@pytest.mark.parametrize("text", ["x" * 70_000, "\x01" * 30_000 + "word", f"a{' ' * 60_000}b", "wörter und " * 9_000])
def test_a_record_never_has_more_of_a_text_than_a_database_takes(text):
    search = SemanticSearch(Windowed(), chunk_tokens=8)
    report = search.add([text], ids=["a"], metadata=[{"n": 1}])
    records = search._store.dump()[2]
    assert max(len(json.dumps(record).encode()) for record in records) < 50_000
    hits = search.search(text, top_k=9, where={"n": 1})
    assert [(hit.id, hit.document) for hit in hits] == [("a", text)]
    assert report.passages == sum(record.get("_number", -1) in range(report.passages) for record in records)


def test_metadata_that_a_store_cannot_keep_is_named():
    class Narrow(stores.ExactStore):
        room_for_metadata = 100

    search = SemanticSearch(WordCounts(), Narrow())
    with pytest.raises(ValueError, match=r"metadata\[1\] must have at most 100 bytes as JSON in this store, but has 1"):
        search.add(["a", "b"], metadata=[{}, {"x": "y" * 100}])
    assert len(search) == 0


@pytest.mark.parametrize(
    ("where", "error", "message"),
    [
        ({"_number": 0}, ValueError, "where must name fields of the metadata, which do not begin with _: '_number'"),
        ("kind", TypeError, "where must be a dict, not a str"),
        ({"kind": np.datetime64("2026-01-01", "ns")}, TypeError, "what JSON can hold, but it holds a datetime64"),
    ],
)
def test_a_filter_that_means_nothing(search, where, error, message):
    with pytest.raises(error, match=message):
        search.search("sky", where=where)


@pytest.mark.parametrize("path", [3, None, b"index"])
def test_what_is_no_path(search, path):
    for verb in (search.save, search.load):
        with pytest.raises(TypeError, match=f"path must be a path, not a {type(path).__name__}"):
            verb(path)


# -- long documents, on the real model ---------------------------------------------------------------------------

FILLER = "The committee met on Tuesday and approved the minutes of the last meeting. " * 40  # about 560 tokens
SECRET = "Penguins huddle together to survive the Antarctic winter."


def test_documents_beyond_the_window_are_counted(text_model):
    search = SemanticSearch(text_model)
    assert search.add([FILLER + SECRET, "short"]).too_long == 1
    with pytest.raises(ValueError, match="model's window of 256, so at most 254, but it is 255"):
        SemanticSearch(text_model, chunk_tokens=255)


def test_chunking_finds_what_lies_beyond_the_window(text_model):
    plain, chunked = SemanticSearch(text_model), SemanticSearch(text_model, chunk_tokens=64)
    plain.add([FILLER + SECRET, "Emperors ruled for a long time."], ids=["long", "short"])
    report = chunked.add([FILLER + SECRET, "Emperors ruled for a long time."], ids=["long", "short"])
    assert report.added == 2
    assert report.passages > 5
    question = "How do birds keep warm at the South Pole?"
    assert {h.id: h.score for h in plain.search(question)}["long"] < 0.2
    best = chunked.search(question, top_k=1)[0]
    assert (best.id, best.document) == ("long", FILLER + SECRET)
    assert SECRET in best.passage
    assert best.score > 0.35


def test_a_document_is_tokenised_once_for_lengths_cuts_and_report(text_model, monkeypatch):
    seen, real = [], type(text_model.tokenizer).__call__

    def call(tokenizer, texts, **options):
        seen.extend([texts] if isinstance(texts, str) else texts)
        return real(tokenizer, texts, **options)

    search = SemanticSearch(text_model, chunk_tokens=64, batch_size=2)
    monkeypatch.setattr(search.model, "encode_document", lambda texts: np.eye(384)[: len(texts)], raising=False)
    monkeypatch.setattr(type(text_model.tokenizer), "__call__", call)
    documents = [FILLER + SECRET, "short", "shorter", "shortest"]
    assert search.add(documents).too_long == 1
    assert [seen.count(document) for document in documents] == [1, 1, 1, 1]


def test_memory_and_file_grow_with_the_text_and_not_with_its_passages(text_model, tmp_path, monkeypatch):
    text = " ".join(f"{FILLER} {i}" for i in range(135))  # 400,000 characters
    search = SemanticSearch(text_model, chunk_tokens=128)
    monkeypatch.setattr(search.model, "encode_document", lambda texts: np.ones((len(texts), 384)), raising=False)
    passages = search.add([text], ids=["long"], metadata=[{"n": 1}]).passages
    search.save(tmp_path / "index")
    assert len(text) > 400_000
    assert (tmp_path / "index").stat().st_size < len(text) + passages * (384 * 4 + 40) + 2_000 < 5e6
    assert sum(len(record.get("_text", "")) for record in search._store.dump()[2]) == len(text)
    assert search.search("committee", top_k=1)[0].document == text
    assert search.search("committee", top_k=1, where={"n": 2}) == []


@pytest.mark.parametrize("engine", engines.NAMES)
@pytest.mark.parametrize("chunk_tokens", [128, None])
def test_a_text_of_400_000_characters_fits_every_engine(engine, chunk_tokens, tmp_path):
    text = " ".join(f"word{i % 997} größer\x01" for i in range(26_000))
    with engines.opened(engine, tmp_path) as new_store:
        search = SemanticSearch(Windowed(max_seq_length=256), new_store(), chunk_tokens=chunk_tokens)
        passages = search.add([text], ids=["a"], metadata=[{"n": 1}]).passages
        assert (passages > 500) == bool(chunk_tokens)
        assert search.get("a") == ("a", text, {"n": 1})
        (hit,) = search.search("word7 word8", top_k=3, where={"n": [1, 2]})
        assert (hit.document, hit.passage in text) == (text, True)
        search.close()


# -- saving and loading ------------------------------------------------------------------------------------------


def test_a_text_is_saved_once_and_its_passages_are_places_in_it(tmp_path):
    search = SemanticSearch(Windowed(), chunk_tokens=8)
    search.add([FILLER, "Stars shine."], ids=["a", "b"], metadata=[{"n": 1}, {}])
    search.save(tmp_path / "index")
    arrays = load_file(tmp_path / "index")
    columns = {"ids": ["a", "b"], "texts": [FILLER, "Stars shine."], "metadata": [{"n": 1}, {}]}
    assert json.loads(arrays["documents"].tobytes()) == columns
    assert arrays["spans"][-1].tolist() == [1, 0, 12]
    assert arrays["spans"][:-1, 1:].tolist() == [
        list(span) for span in encoding.cut(Windowed(), [FILLER], 8, 2).spans[0]
    ]
    assert arrays["vectors"].shape == (1 + len(arrays["spans"]), 64)
    assert (tmp_path / "index").read_bytes().count(b"The committee met") == 40


KILLED = """
import os, random, signal, sys, time
from embedlab.search import SemanticSearch
from tests.encoders import WordCounts

folder, kills, rng = sys.argv[1], int(sys.argv[2]), random.Random(0)
path, both = os.path.join(folder, "index"), []
for n in (100, 400):
    both.append(SemanticSearch(WordCounts()))
    both[-1].add([f"{n} document {i}" for i in range(n)])
both[0].save(path)
found, halves = set(), 0
for _ in range(kills):
    child = os.fork()
    if not child:
        while True:
            for search in both:
                search.save(path)
    time.sleep(rng.uniform(0, 0.1))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    halves += len(os.listdir(folder)) > 1
    found.add(tuple(SemanticSearch(WordCounts()).load(path).ids()))
assert found <= {tuple(search.ids()) for search in both}, "the old one or the new one, whole"
both[0].save(path)
print(halves, os.listdir(folder))
"""


@pytest.mark.skipif(os.name == "nt", reason="processes are forked")
def test_a_save_that_is_killed_leaves_a_whole_index_and_the_next_leaves_nothing_else(tmp_path):
    kills = os.environ.get("EMBEDLAB_KILLS", "30")
    command = [sys.executable, "-c", KILLED, str(tmp_path), kills]
    halves, left = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split(maxsplit=1)
    assert int(halves) > 0, "some were killed in the middle"
    assert left.strip() == "['index']"


def rewrite(path, header=(), **changes):
    """Change parts of a saved index, with a checksum that is right."""
    with safe_open(path, "numpy") as file:
        old, arrays = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    for name, value in changes.items():
        is_text = name == "documents" and not isinstance(value, np.ndarray)
        arrays[name] = np.frombuffer(json.dumps(value).encode(), np.uint8) if is_text else np.array(value)
    new = {"format": old["format"], "model": old["model"], **dict(header)}
    save_file(arrays, path, {**new, "sha256": saved._sum(new, arrays)})


ROWS = np.eye(5, 64, dtype=np.float32)
ONE = {"ids": ["x"], "texts": ["abcdef"], "metadata": [{}]}
TWO = {"ids": ["x", "y"], "texts": ["abcdef", "gh"], "metadata": [{}, {}]}


def spans(*places):
    return {"spans": np.array([(0, *place) if len(place) == 2 else place for place in places])}


FOUR = spans((0, 3), (2, 5), (4, 6), (5, 6))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"header": {"format": "99"}}, "has format 99, but this version of embedlab reads 3: build the index again"),
        ({"vectors": ROWS}, "was made with another model or other settings: a probe .* from 'WordCounts' then"),
        ({"header": {"model": "other"}, "vectors": ROWS}, "another vector from 'other' then and 'WordCounts' now"),
        ({"vectors": ROWS[:, :5]}, "holds vectors of 5 dimensions, but the model makes 64"),
        ({"documents": {name: [] for name in ONE}, **FOUR}, "a document has no passages, or they are another's"),
        ({"documents": ONE, **spans((0, 3))}, "vectors and documents disagree in number"),
        ({"documents": ONE | {"texts": []}, **FOUR}, "vectors and documents disagree in number"),
        ({"documents": TWO | {"ids": ["x", "x"]}, **FOUR}, "vectors and documents disagree in number"),
        ({"documents": TWO, **FOUR}, "a document has no passages, or they are another's"),
        ({"documents": TWO, **spans((0, 0, 3), (1, 0, 2), (0, 3, 4), (1, 0, 2))}, "or they are another's"),
        ({"documents": TWO, **spans((1, 0, 2), (1, 0, 2), (1, 0, 2), (1, 0, 2))}, "or they are another's"),
        ({"documents": ONE, **spans((-1, 0, 2), (0, 0, 2), (0, 0, 2), (0, 0, 2))}, "or they are another's"),
        ({"documents": ONE, **spans((0, 3), (2, 5), (1, 6), (5, 6))}, "the passages of a document are not in order"),
        ({"documents": ONE, **spans((0, 3), (2, 5), (4, 6), (5, 7))}, "a passage does not fit its document"),
        ({"documents": ONE, **spans((-1, 3), (2, 5), (4, 6), (5, 6))}, "a passage does not fit its document"),
        ({"documents": ONE, **spans((0, 3), (3, 3), (4, 6), (5, 6))}, "a passage does not fit its document"),
        ({"spans": ROWS}, "its parts are .*'F32'"),
        ({"spans": np.zeros(4, np.int64)}, "is damaged or not a saved index"),
        ({"spans": np.zeros((4, 2), np.int64)}, "is damaged or not a saved index"),
        ({"documents": ONE | {"ids": [7]}, **FOUR}, "not all ids of the documents are of the type str"),
        ({"documents": ONE | {"ids": "x"}, **FOUR}, "not all ids of the documents are of the type str"),
        ({"documents": ONE | {"texts": [None]}, **FOUR}, "not all texts of the documents are of the type str"),
        ({"documents": ONE | {"metadata": [7]}, **FOUR}, "not all metadata of the documents are of the type dict"),
        (
            {"documents": ONE | {"metadata": [{"_id": 7}]}, **FOUR},
            "an id or a field that is not its own",
        ),
        ({"documents": ONE | {"ids": ["x\x1fprobe"]}, **FOUR}, "an id or a field that is not its own"),
        ({"documents": ONE | {"ids": [""]}, **FOUR}, "an id or a field that is not its own"),
        ({"documents": {"ids": ["x"]}}, "the documents are no columns ids, texts, metadata"),
        ({"documents": [ONE]}, "the documents are no columns ids, texts, metadata"),
        ({"documents": ONE | {"metadata": [{"a": float("nan")}]}, **FOUR}, "is damaged or not a saved index: NaN"),
        ({"vectors": ROWS * np.float32(np.nan)}, "a vector is not finite or not of length one"),
        ({"vectors": ROWS * 0}, "a vector is not finite or not of length one"),
        ({"vectors": ROWS.astype(np.float64)}, "its parts are .*'F64'"),
        ({"vectors": ROWS[0]}, "is damaged or not a saved index"),
        ({"more": ROWS}, "its parts are .*'more'"),
    ],
)
def test_an_index_that_does_not_fit_is_refused(search, tmp_path, changes, message):
    path = tmp_path / "index.zip"
    search.save(path)
    rewrite(path, **changes)
    with pytest.raises(SavedIndexError, match=message):
        search.load(path)
    assert len(search) == 4, "the collection is unchanged"


def test_what_else_a_file_may_be(search, tmp_path):
    search.save(tmp_path / "index")
    rewrite(tmp_path / "index", header={"model": "/where/it/lay/before"})
    assert len(SemanticSearch(WordCounts()).load(tmp_path / "index")) == 4
    with pytest.raises(FileNotFoundError, match="nowhere"):
        search.load(tmp_path / "nowhere")
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        archive.writestr("manifest.json", '{"format": 1}')
    with pytest.raises(SavedIndexError, match="old.zip has format 1, but this version of embedlab reads 3: build the"):
        search.load(tmp_path / "old.zip")


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty", 12, -30, -600, "sha256", "WordCounts"])
def test_a_damaged_file_is_refused_down_to_a_flipped_byte(search, tmp_path, damage):
    path = tmp_path / "index.zip"
    search.save(path)
    data = bytearray(path.read_bytes())
    others = {"cut": data[: len(data) // 2], "garbage": b"hello", "empty": b""}
    if damage not in others:
        data[damage if isinstance(damage, int) else data.index(damage.encode())] ^= 1
    path.write_bytes(others.get(damage, data))
    with pytest.raises(SavedIndexError, match="index.zip is damaged"):
        search.load(path)


def damaged(data, arrays, rng):
    """Return a file's bytes with one random damage, or parts that are wrong under a checksum that is right."""
    at, length = sorted(rng.integers(0, len(data), 2)), int.from_bytes(data[:8], "little")
    text, places, stored = arrays["documents"], arrays["spans"].copy(), arrays["vectors"].copy()
    places.flat[rng.integers(places.size)] = rng.choice([-1, 0, 1, 2**62, -(2**63), 10**9])
    stored.flat[rng.integers(stored.size)] = rng.choice([np.nan, np.inf, 2.0, -0.5, 1e-30, 3e38])
    spelled = text.tobytes().decode()
    spelled = spelled.replace(
        *[('"', "'"), ("}", ',"a":1,"a":2}'), ("[", "[" * 9_000), (",", ",,"), ("0", "1e999")][at[0] % 5]
    )
    header = data[: 8 + rng.integers(length)]
    digit = rng.choice([i for i in range(8, 8 + length) if data[i : i + 1].isdigit()])
    return [
        lambda: data[: at[0]] + bytes([data[at[0]] ^ 1 << rng.integers(8)]) + data[at[0] + 1 :],
        lambda: data[: at[0]],
        lambda: data[: at[0]] + data[at[1] :],
        lambda: data + data[at[0] : at[1]],
        lambda: header[:-1] + rng.bytes(1) + data[len(header) :],
        lambda: data[:digit] + b"%d" % rng.integers(10) + data[digit + 1 :],
        lambda: rng.integers(0, 2**63).tobytes() + data[8:],
        lambda: {"documents": np.delete(text, slice(*(at % np.int64(len(text)))))},
        lambda: {"documents": np.frombuffer(spelled.encode(), np.uint8)},
        lambda: {"spans": places},
        lambda: {"spans": places[rng.permutation(len(places))]},
        lambda: {"vectors": stored},
    ][rng.integers(12)]()


def test_a_damaged_file_is_refused_or_means_what_it_meant(search, tmp_path):
    path, rng = tmp_path / "index", np.random.default_rng(0)
    search.save(path)
    data, arrays, ids = path.read_bytes(), load_file(path), search.ids()
    refused = 0
    for _ in range(damages := int(os.environ.get("EMBEDLAB_DAMAGES", "300"))):
        now, other = damaged(data, arrays, rng), SemanticSearch(WordCounts())
        path.write_bytes(data if isinstance(now, dict) else now)
        if isinstance(now, dict):
            rewrite(path, **now)
        try:
            loaded = other.load(path)
        except SavedIndexError as error:
            refused += str(error).startswith(str(path))
            assert len(other) == 0
        else:
            assert len(loaded.ids()) == len(ids)
            assert all(0 <= hit.score <= 1.001 for hit in loaded.search("apple pie", 9))
    assert refused > 0.85 * damages


def test_model_name(text_model):
    assert model_name(text_model) == "sentence-transformers/all-MiniLM-L6-v2"
    assert model_name(WordCounts()) == "WordCounts"


def test_many_queries_give_the_hits_of_each_and_go_into_the_metrics():
    search = SemanticSearch(WordCounts())
    search.add(DOCUMENTS, ids=["pie", "apple", "blue", "grey"])
    queries = ["apple pie", "grey sky", "sky above"]
    found = search.search_many(queries, top_k=2, where={})
    assert found == [search.search(query, top_k=2) for query in queries]
    assert search.search_many([]) == []
    ids = [[hit.id for hit in hits] for hits in found]
    assert evaluation.ranked_metrics(ids, [{"pie"}, {"grey"}, {"blue"}], k=2)["mrr"] == 1


@pytest.mark.parametrize(
    ("queries", "error", "message"),
    [
        ("apple", TypeError, r"queries must be a list of strings, not one string"),
        (["apple", " "], ValueError, r"queries\[1\] is empty"),
        (["apple", 3], TypeError, r"queries\[1\] must be a string"),
    ],
)
def test_many_queries_that_are_none(queries, error, message):
    with pytest.raises(error, match=message):
        SemanticSearch(WordCounts()).search_many(queries)
