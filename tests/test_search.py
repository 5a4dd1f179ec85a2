import json
import subprocess
import sys
import textwrap
import zipfile

import numpy as np
import pytest

from embedlab.search import AddReport, SavedIndexError, SemanticSearch, model_name
from tests.encoders import Prompted, WordCounts

DOCUMENTS = ["red apple pie", "green apple", "blue sky above", "grey sky"]


@pytest.fixture
def search():
    search = SemanticSearch(WordCounts())
    search.add(DOCUMENTS, metadata=[{"kind": "food"}, {"kind": "food"}, {"kind": "air"}, {"kind": "air"}])
    return search


# -- adding and searching ----------------------------------------------------------------------------------------


def test_hits_are_complete_and_in_order(search):
    hits = search.search("green apple", top_k=3)
    assert [hit.document for hit in hits[:2]] == ["green apple", "red apple pie"]
    assert hits[0].id == "1"
    assert hits[0].score == pytest.approx(1, abs=1e-3)
    assert hits[0].metadata == {"kind": "food"}
    assert hits[0].passage == hits[0].document
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


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


def test_equal_documents_come_in_the_order_they_were_added():
    search = SemanticSearch(WordCounts())
    search.add(["same words"] * 30)
    assert [hit.id for hit in search.search("same words", top_k=12)] == [str(i) for i in range(12)]


def test_adding_step_by_step_equals_adding_at_once(search):
    steps = SemanticSearch(WordCounts())
    for document in DOCUMENTS:
        assert steps.add([document]) == AddReport(added=1, replaced=0, too_long=0, passages=1)
    assert [(h.id, h.score) for h in steps.search("sky")] == [(h.id, h.score) for h in search.search("sky")]


def test_an_id_that_is_there_is_replaced(search):
    assert search.add(["green pear"], ids=["1"]) == AddReport(added=0, replaced=1, too_long=0, passages=1)
    assert len(search) == 4
    assert search.search("green", top_k=1)[0].document == "green pear"
    assert not any(hit.document == "green apple" for hit in search.search("green apple", top_k=9))


def test_of_equal_ids_in_one_call_the_later_stays():
    search = SemanticSearch(WordCounts())
    assert search.add(["first", "second"], ids=["a", "a"]).added == 1
    assert [hit.document for hit in search.search("first")] == ["second"]


def test_running_ids_step_over_those_that_are_taken():
    search = SemanticSearch(WordCounts())
    search.add(["own"], ids=["1"])
    search.add(["a", "b"])
    assert sorted(hit.id for hit in search.search("a", top_k=9)) == ["0", "1", "2"]


def test_delete(search):
    assert search.delete(["0", "0", "nobody"]) == 1
    assert len(search) == 3
    assert "0" not in [hit.id for hit in search.search("red apple pie", top_k=9)]


def test_where(search):
    assert {hit.metadata["kind"] for hit in search.search("apple", top_k=9, where={"kind": "air"})} == {"air"}
    assert search.search("apple", where={"kind": "stone"}) == []


def test_top_k_beyond_the_collection_and_empty_collection(search):
    assert len(search.search("sky", top_k=100)) == 4
    assert SemanticSearch(WordCounts()).search("sky") == []
    assert search.add([]) == AddReport(0, 0, 0, 0)


def test_query_and_documents_may_be_encoded_differently():
    model = Prompted()
    search = SemanticSearch(model)
    search.add(["a"])
    search.search("b")
    assert model.calls == [["passage a"], ["query b"]]


def test_batches(search):
    model = WordCounts()
    SemanticSearch(model, batch_size=3).add(list("abcdefgh"))
    assert [len(call) for call in model.calls] == [3, 3, 2]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("one text",), TypeError, "documents must be a list of strings, not one string"),
        ((["a", 3],), TypeError, r"documents\[1\] must be a string, not a int \(3\)"),
        ((["a", "  "],), ValueError, r"documents\[1\] is empty: leave it out"),
        ((["a"], ["x", "y"]), ValueError, "ids has 2 items and documents has 1"),
        ((["a"], [7]), TypeError, r"ids\[0\] must be a string, not a int"),
        ((["a"], [""]), ValueError, r"ids\[0\] must be a name without control characters, but it is ''"),
        ((["a"], None, ["x"]), TypeError, r"metadata\[0\] must be a dict, not a str"),
        (
            (["a"], None, [{"_id": 1}]),
            ValueError,
            r"metadata\[0\] must have names that are strings and do not begin with _",
        ),
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


# -- long documents, on the real model ---------------------------------------------------------------------------

FILLER = "The committee met on Tuesday and approved the minutes of the last meeting. " * 40  # about 560 tokens
SECRET = "Penguins huddle together to survive the Antarctic winter."


def test_documents_beyond_the_window_are_counted(text_model):
    search = SemanticSearch(text_model)
    assert search.add([FILLER + SECRET, "short"]).too_long == 1


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


def test_a_document_comes_once_however_many_passages_match(text_model):
    search = SemanticSearch(text_model, chunk_tokens=16)
    search.add([FILLER, "Penguins live in the south.", "Stars shine."], ids=["long", "b", "c"])
    assert search.search("minutes of the committee", top_k=3)[0].id == "long"
    assert len({hit.id for hit in search.search("minutes of the committee", top_k=3)}) == 3


def test_replacing_a_long_document_leaves_no_old_passage(text_model):
    search = SemanticSearch(text_model, chunk_tokens=16)
    search.add([FILLER], ids=["a"])
    assert search.add(["Stars shine."], ids=["a"]).replaced == 1
    assert [(hit.id, hit.passage) for hit in search.search("minutes of the committee")] == [("a", "Stars shine.")]
    search.delete(["a"])
    assert search.search("stars") == []


def test_chunks_must_fit_the_window(text_model):
    with pytest.raises(ValueError, match="model's window of 256, so at most 254, but it is 255"):
        SemanticSearch(text_model, chunk_tokens=255)


# -- saving and loading ------------------------------------------------------------------------------------------


def test_saved_and_loaded_collections_answer_alike(search, tmp_path):
    search.save(tmp_path / "index.zip")
    again = SemanticSearch(WordCounts()).load(tmp_path / "index.zip")
    assert again.search("apple sky", top_k=9) == search.search("apple sky", top_k=9)
    assert len(again) == 4
    again.add(["new"])
    assert len(again) == 5, "running ids go on"


def test_loading_replaces_what_was_there(search, tmp_path):
    search.save(tmp_path / "index.zip")
    other = SemanticSearch(WordCounts())
    other.add(["something else"], ids=["x"])
    other.load(tmp_path / "index.zip")
    assert sorted(hit.id for hit in other.search("else", top_k=9)) == ["0", "1", "2", "3"]


def test_chunked_collection_survives_saving(text_model, tmp_path):
    search = SemanticSearch(text_model, chunk_tokens=16)
    search.add([FILLER, "Stars shine."], ids=["a", "b"])
    search.save(tmp_path / "index.zip")
    again = SemanticSearch(text_model, chunk_tokens=16).load(tmp_path / "index.zip")
    assert len(again) == 2
    assert again.delete(["a"]) == 1
    assert [hit.id for hit in again.search("minutes")] == ["b"]


def test_an_empty_collection_can_be_saved(tmp_path):
    SemanticSearch(WordCounts()).save(tmp_path / "index.zip")
    assert len(SemanticSearch(WordCounts()).load(tmp_path / "index.zip")) == 0


def test_nothing_in_the_file_is_pickled(search, tmp_path):
    search.save(tmp_path / "index.zip")
    with zipfile.ZipFile(tmp_path / "index.zip") as archive:
        assert set(archive.namelist()) == {"manifest.json", "vectors.npy", "records.json"}
        with archive.open("vectors.npy") as file:
            assert np.load(file, allow_pickle=False).shape == (4, 64)
        assert json.loads(archive.read("records.json"))[0]["_document"] == "red apple pie"


def test_a_save_that_is_killed_leaves_the_old_index_whole(search, tmp_path):
    path = tmp_path / "index.zip"
    search.save(path)
    before = path.read_bytes()
    code = f"""
        import time, zipfile
        from embedlab.search import SemanticSearch
        from tests.encoders import WordCounts
        search = SemanticSearch(WordCounts())
        search.add([f"new document {{i}}" for i in range(200)])
        real = zipfile.ZipFile.writestr
        def slow(archive, name, data):
            real(archive, name, data)
            archive.fp.flush()
            print(name, flush=True)
            time.sleep(60 if name == "vectors.npy" else 0)
        zipfile.ZipFile.writestr = slow
        search.save({str(path)!r})
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    assert [child.stdout.readline().strip() for _ in range(2)] == ["manifest.json", "vectors.npy"]
    child.kill()
    child.wait()
    assert path.read_bytes() == before
    assert len(SemanticSearch(WordCounts()).load(path)) == 4


def rewrite(path, **changes):
    """Change fields of the manifest, or the bytes of other members, in a saved index."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    members.update({name: changes.pop(name) for name in list(changes) if name in members})
    manifest.update(changes)
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 99}, "has format 99, but this version of embedlab reads 1: build the index again"),
        ({"model": "other/model"}, "was made with the model 'other/model', but this one is 'WordCounts'"),
        ({"probe": [1.0] * 64}, "was made with other weights or settings of 'WordCounts'"),
        ({"probe": [1.0] * 3}, "holds vectors of 3 dimensions, but the model makes 64"),
        ({"dimension": 3}, "is damaged: vectors, records and manifest disagree"),
        ({"records.json": b"[]"}, "is damaged: the checksum of records.json does not match"),
        ({"vectors.npy": b"PK"}, "is damaged: the checksum of vectors.npy does not match"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_an_index_that_does_not_fit_is_refused(search, tmp_path, changes, message):
    path = tmp_path / "index.zip"
    search.save(path)
    rewrite(path, **changes)
    with pytest.raises(SavedIndexError, match=message):
        search.load(path)
    assert len(search) == 4, "the collection is unchanged"


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty"])
def test_a_damaged_file_is_refused(search, tmp_path, damage):
    path = tmp_path / "index.zip"
    search.save(path)
    data = path.read_bytes()
    path.write_bytes({"cut": data[: len(data) // 2], "garbage": b"hello", "empty": b""}[damage])
    with pytest.raises(SavedIndexError, match="index.zip is damaged or not a saved index"):
        search.load(path)


def test_a_flipped_byte_is_noticed(search, tmp_path):
    path = tmp_path / "index.zip"
    search.save(path)
    data = bytearray(path.read_bytes())
    data[data.index(b"NUMPY") + 300] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(SavedIndexError, match="index.zip is damaged"):
        search.load(path)


def test_no_such_file(search, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        search.load(tmp_path / "nowhere")


def test_a_pickle_is_not_executed(search, tmp_path):
    import hashlib
    import io

    path, buffer = tmp_path / "index.zip", io.BytesIO()
    search.save(path)
    np.save(buffer, np.array([{"any": "object"}], dtype=object), allow_pickle=True)
    data = buffer.getvalue()
    with zipfile.ZipFile(path) as archive:
        sums = json.loads(archive.read("manifest.json"))["sha256"]
    rewrite(path, **{"vectors.npy": data, "sha256": {**sums, "vectors.npy": hashlib.sha256(data).hexdigest()}})
    with pytest.raises(SavedIndexError, match="is damaged or not a saved index: Object arrays cannot be loaded"):
        search.load(path)


def test_close(search):
    search.close()
    assert search.search("sky") == []


def test_model_name(text_model):
    assert model_name(text_model) == "sentence-transformers/all-MiniLM-L6-v2"
    assert model_name(WordCounts()) == "WordCounts"
