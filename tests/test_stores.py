"""The contract that every store keeps: the exact one, a Milvus file of this machine, and a Milvus server."""

import datetime
import enum

import numpy as np
import pandas as pd
import pytest

from embedlab import vectors
from tests import engines


@pytest.fixture(scope="module", params=engines.NAMES)
def new_store(request, tmp_path_factory):
    with engines.opened(request.param, tmp_path_factory.mktemp("engine")) as make:
        yield make


@pytest.fixture
def store(new_store):
    made = new_store()
    yield made
    made.close()


def unit(n, d=8, seed=0):
    return vectors.normalize(np.random.default_rng(seed).normal(size=(n, d)))


def fill(store, n=20, d=8):
    x = unit(n, d)
    store.upsert([f"id{i}" for i in range(n)], x, [{"number": i, "even": i % 2 == 0} for i in range(n)])
    return x


def test_finds_what_was_stored(store):
    x = fill(store)
    assert len(store) == 20
    for i, matches in enumerate(store.search(x, k=1)):
        assert matches[0].id == f"id{i}"
        assert matches[0].score == pytest.approx(1, abs=1e-5)
        assert matches[0].record == {"number": i, "even": i % 2 == 0}


def test_order_and_scores_equal_numpy(store):
    x, query = fill(store), unit(1, seed=9)
    cosines = x @ query[0]
    matches = store.search(query, k=5)[0]
    assert [m.id for m in matches] == [f"id{i}" for i in np.argsort(-cosines)[:5]]
    np.testing.assert_allclose([m.score for m in matches], np.sort(cosines)[::-1][:5], atol=1e-4)


def test_length_of_vectors_does_not_matter(store):
    store.upsert(["long", "short"], [[100.0, 100.0], [0.1, 0.0]], [{}, {}])
    assert [m.id for m in store.search([[5.0, 0.0]], k=2)[0]] == ["short", "long"]


def test_delete(store):
    x = fill(store)
    assert store.delete(["id4", "id5", "nobody"]) == 2
    assert len(store) == 18
    assert store.search(x[4:5], k=1)[0][0].id != "id4"
    assert store.search(x[7:8], k=1)[0][0].id == "id7", "the rows behind a removed one moved up"
    assert store.delete([]) == 0


def test_empty_store_and_k_beyond_the_end(store):
    assert store.search(unit(2), k=3) == [[], []]
    assert store.dump()[0] == []
    fill(store, n=2)
    assert len(store.search(unit(1), k=10)[0]) == 2
    assert store.search(np.empty((0, 8)), k=3) == []


def test_records_are_copies(store):
    record = {"tags": "new"}
    store.upsert(["a"], [[1.0, 0.0]], [record])
    record["tags"] = "changed"
    store.search([[1.0, 0.0]], 1)[0][0].record["tags"] = "changed too"
    assert store.search([[1.0, 0.0]], 1)[0][0].record == {"tags": "new"}


@pytest.mark.parametrize(
    ("ids", "x", "records", "message"),
    [
        (["a"], [[1.0, 2.0, 3.0]], [{}], "vectors has 3 dimensions, but the store holds vectors of 8"),
        (["a", "b"], np.ones((1, 8)), [{}], "ids has 2 items and vectors has 1"),
        (["a"], np.ones((1, 8)), [], "ids has 1 items and records has 0"),
        (["a"], np.zeros((1, 8)), [{}], "row 0 is all zeros"),
        (["a"], np.full((1, 8), np.nan), [{}], "vectors must hold finite numbers, but row 0 holds nan"),
    ],
)
def test_refused_input_stores_nothing(store, ids, x, records, message):
    fill(store)
    with pytest.raises(ValueError, match=message):
        store.upsert(ids, x, records)
    assert len(store) == 20


def test_refused_queries(store):
    fill(store)
    with pytest.raises(ValueError, match="queries has 3 dimensions, but the store holds vectors of 8"):
        store.search(np.ones((1, 3)), 1)
    with pytest.raises(ValueError, match=r"queries must have shape \(n, d\), but its shape is \(8,\)"):
        store.search(np.ones(8), 1)
    with pytest.raises(ValueError, match="k must be at least 1"):
        store.search(np.ones((1, 8)), 0)


def test_where_means_what_python_calls_equal(store):
    values = [None, True, 0, 2.5, 'it\'s "so"', "grün", [1, "a"], {"b": 1.0, "a": None}, "1", "None"]
    store.upsert([str(i) for i in range(len(values))], unit(len(values)), [{"v": value} for value in values])
    for i, value in enumerate(values):
        found = store.ids({"v": value})
        assert found == (["1", "6"] if i == 6 else [str(i)]), "of a list each part is meant, too, and 1 is True"
        assert sorted(m.id for m in store.search(unit(1), 20, where={"v": value})[0]) == found
    assert store.search(unit(1), 20, where={"v": 1})[0][0].id == "1", "True equals 1"
    assert store.search(unit(1), 20, where={"other": None}) == [[]], "a missing field equals nothing"
    assert store.count({"v": 2.5}) == 1
    assert store.count({}) == store.count() == len(values)


def test_a_filter_is_read_as_json_by_every_store(store):
    store.upsert(["a", "b"], unit(2), [{"n": 3, "pair": [1, 2]}, {"n": 4.5, "pair": None}])
    for where in ({"n": np.int64(3)}, {"n": np.float32(3)}, {"pair": (1, 2)}, {"n": 3, "pair": [True, 2.0]}):
        assert [match.id for match in store.search(unit(1), 9, where)[0]] == ["a"], where
    alike = [np.float64(4.5), np.float16(4.5), np.longdouble(4.5), pd.Series([4.5])[0], [np.float32(4.5)]]
    assert [store.ids({"n": value}) for value in alike] == [["b"]] * len(alike)
    assert store.ids({"n": enum.IntEnum("Number", {"THREE": 3}).THREE}) == ["a"]


@pytest.mark.parametrize(
    ("where", "error", "message"),
    [
        ("a", TypeError, "where must be a dict, not a str"),
        ([("n", 3)], TypeError, "where must be a dict, not a list"),
        ({3: "n"}, ValueError, "where must have names that are strings, not 3"),
        ({"n": np.nan}, TypeError, "where must hold what JSON can hold, but"),
        ({"n": np.datetime64("2026-01-01", "ns")}, TypeError, "what JSON can hold, but it holds a datetime64"),
        ({"n": np.timedelta64(1, "ns")}, TypeError, "what JSON can hold, but it holds a timedelta64"),
        ({"n": pd.Timestamp("2026-01-01")}, TypeError, "what JSON can hold, but it holds a Timestamp"),
        ({"n": [pd.NA]}, TypeError, "what JSON can hold, but it holds a NAType"),
        ({"n": datetime.date(2026, 1, 1)}, TypeError, "what JSON can hold, but it holds a date: datetime.date"),
        ({"n": enum.Enum("Colour", "RED").RED}, TypeError, "what JSON can hold, but it holds a Colour: <Colour.RED"),
        ({"n": np.arange(2)}, TypeError, "what JSON can hold, but it holds an array of int64"),
        ({"n": {"a": {1: 2}}}, ValueError, "where must have names that are strings, not 1"),
        ({"n": "\ud800"}, TypeError, "what JSON can hold, but .* surrogates not allowed"),
        ({"n": {1, 2}}, TypeError, "where must hold what JSON can hold, but it holds a set"),
    ],
)
def test_a_filter_that_no_store_could_answer(store, where, error, message):
    fill(store, n=2)
    for ask in (store.count, lambda where: store.search(unit(1), 2, where)):
        with pytest.raises(error, match=message):
            ask(where)


def test_a_list_in_a_filter_means_any_of_its_parts(store):
    store.upsert(list("abcd"), unit(4), [{"lang": "de"}, {"lang": "en"}, {"lang": "fr"}, {}])
    assert store.ids({"lang": ["de", "en", "xx"]}) == ["a", "b"]
    assert store.ids({"lang": ("fr", None)}) == ["c"], "a missing field equals nothing"
    assert store.count({"lang": []}) == 0
    assert {match.id for match in store.search(unit(1), 9, {"lang": ["fr", "de"]})[0]} == {"a", "c"}


def test_a_change_puts_and_takes_away_in_one_step(store):
    fill(store, n=3)
    store.upsert(["new", "id1"], unit(2, seed=1), [{"number": 7}, {"number": 8}], gone=["id0", "id1", "nobody"])
    assert store.ids() == ["id1", "id2", "new"], "what is put stays"
    assert store.get(["id1"]) == {"id1": {"number": 8}}


def test_replace_swaps_the_whole_content(store):
    fill(store, n=3)
    store.replace(["x", "id2"], unit(2, d=3), [{"v": 1}, {}])
    assert (store.ids(), store.dimension, store.get(["id2", "id1"])) == (["x", "id2"], 3, {"id2": {}})
    with pytest.raises(ValueError, match="ids has 1 items and vectors has 2"):
        store.replace(["y"], unit(2, d=4), [{}])
    assert store.dump()[0] == ["x", "id2"]


def test_records_go_by_their_position(store):
    store.upsert(pd.Series(["a", "b"], index=[1, 0]), unit(2), pd.Series([{"v": "a"}, {"v": "b"}], index=[1, 0]))
    assert store.get(["a", "b"]) == {"a": {"v": "a"}, "b": {"v": "b"}}


def test_get_gives_the_records_of_ids(store):
    assert store.get(["id1"]) == {}
    fill(store)
    assert store.get(["id7", "nobody", "id3", "id7"]) == {
        "id7": {"number": 7, "even": False},
        "id3": {"number": 3, "even": False},
    }
    assert store.get([]) == {}


def test_a_replaced_vector_keeps_its_place(store):
    fill(store, n=5)
    x = unit(2, seed=7)
    store.upsert(["id2", "new"], x, [{"number": "replaced"}, {}])
    ids, stored, records = store.dump()
    assert ids == ["id0", "id1", "id2", "id3", "id4", "new"]
    np.testing.assert_allclose(stored[[2, 5]], x, atol=1e-6)
    assert records[2] == {"number": "replaced"}


def test_equal_scores_come_in_the_order_of_storing(store):
    store.upsert([str(i) for i in range(9)], np.ones((9, 4)), [{}] * 9)
    assert [m.id for m in store.search(np.ones((1, 4)), k=9)[0]] == [str(i) for i in range(9)]


def test_clear_makes_room_for_another_dimension(store):
    fill(store)
    store.clear()
    assert (len(store), store.dump()[0], store.search(unit(1, d=3), 2)) == (0, [], [[]])
    store.upsert(["a"], unit(1, d=3), [{}])
    assert store.search(unit(1, d=3), 2)[0][0].id == "a"


def test_ids_and_records_of_any_script_come_back(store):
    ids = ["ключ", "a\x1f1", "quote'\"", "x" * 300, "🙂"]
    store.upsert(ids, unit(5), [{name: [name, None, 1.5]} for name in ids])
    assert store.dump()[0] == ids
    assert store.get(ids) == {name: {name: [name, None, 1.5]} for name in ids}
    assert store.delete(ids[:4]) == 4
    assert store.dump()[0] == ["🙂"]
