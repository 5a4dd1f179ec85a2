"""What files call: the shipped table's promises, and a table of another making."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedlab.datasets import _table, api_usage, docstrings

FILE = Path(api_usage.__file__).with_name("api_usage.csv.xz")


@pytest.fixture(scope="module")
def data():
    return api_usage.load()


def test_baskets_items_and_packages(data):
    assert data.used.shape == (len(data.users), len(data.items)) == (1682, 497)
    assert data.used.dtype == np.bool_
    assert data.used.sum() == 23_049
    assert len(data.packages) == 1682
    assert len(data.libraries) == len(data.texts) == 497
    assert data.items == sorted(set(data.items))
    assert len(set(data.users)) == 1682
    assert data.used.sum(axis=1).min() >= 5
    assert data.used.sum(axis=0).min() >= 5
    assert len(np.unique(data.used, axis=0)) == 1682
    assert set(data.libraries) == {"numpy", "scipy", "sklearn", "networkx"} <= set(docstrings.LIBRARIES)
    assert [name.split(".")[0] for name in data.items] == data.libraries
    assert data.versions.keys() == set(data.packages)
    assert {"scipy", "sklearn", "pandas", "numpy", "networkx"} <= data.versions.keys()
    assert all(version[0].isdigit() for version in data.versions.values())
    pages = docstrings.load(linked_only=False)
    norm = data.texts[data.items.index("numpy.linalg.norm")]
    assert norm == pages.texts[pages.names.index("numpy.linalg.norm")]
    # Libraries lose a page now and then.
    assert np.mean([text != name for text, name in zip(data.texts, data.items, strict=True)]) > 0.95


def test_a_known_file(data):
    row = data.users.index("scipy.optimize._minimize")
    called = {data.items[i] for i in data.used[row].nonzero()[0]}
    assert data.packages[row] == "scipy"
    assert called == {
        "numpy.all", "numpy.any", "numpy.array", "numpy.asarray", "numpy.atleast_1d", "numpy.atleast_2d",
        "numpy.broadcast_to", "numpy.max", "numpy.reshape", "numpy.sum", "numpy.zeros_like",
    }  # fmt: skip


def test_the_shipped_file_is_small_and_names_no_machine(data):
    assert FILE.stat().st_size < 100_000
    columns = _table.read("api_usage", api_usage.COLUMNS)
    assert not [text for column in columns for text in column if set(text) & set("/\\~:")]
    text = " ".join(api_usage.__doc__.split())
    for told in ("under the licence of the course", "BSD licences", "collect_api_usage.py", "1,682 users, 497 items"):
        assert told in text
    assert "Licence: the table the same as the course's own" in api_usage.ApiUsage.__doc__


def test_a_page_that_is_gone_leaves_the_name(monkeypatch):
    rows = [["toy.a", "toy.b"], ["1.0", "1.0"], ["numpy.sum numpy.gone", "numpy.sum"]]
    monkeypatch.setattr(_table, "read", lambda name, columns: rows)
    data = api_usage.load()
    assert data.items == ["numpy.gone", "numpy.sum"]
    assert data.texts[0] == "numpy.gone"
    assert data.texts[1].startswith("Sum of array elements")
    assert data.used.tolist() == [[True, True], [False, True]]
    assert data.versions == {"toy": "1.0"}
