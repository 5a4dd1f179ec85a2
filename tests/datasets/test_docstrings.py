import re

import pytest

from embedlab.datasets import docstrings


@pytest.fixture(scope="module")
def data():
    return docstrings.load()


def test_size_of_the_collection(data):
    # These move with the libraries' versions; the order of magnitude must not.
    assert 1_800 < len(data.names) < 2_600
    assert 1_500 < len(data.queries) < 2_100
    assert set(data.libraries) == set(docstrings.LIBRARIES)
    assert len(docstrings.load(linked_only=False).names) > 3_000


def test_fields_fit_together(data):
    n = len(data.names)
    assert n == len(data.texts) == len(data.summaries) == len(data.libraries)
    assert data.names == sorted(set(data.names))
    assert len(data.queries) == len(data.relevant)
    assert all(targets and query not in targets for query, targets in zip(data.queries, data.relevant, strict=True))
    assert all(0 <= j < n for targets in data.relevant for j in targets)
    linked = set(data.queries).union(*data.relevant)
    assert linked == set(range(n))


def test_links_stay_within_a_library(data):
    for query, targets in zip(data.queries, data.relevant, strict=True):
        assert {data.libraries[j] for j in targets} == {data.libraries[query]}


def test_the_answer_is_not_in_the_text(data):
    assert not [name for name, text in zip(data.names, data.texts, strict=True) if "\nSee Also\n---" in text]


def test_a_known_page(data):
    # numpy.cumsum's page: "See Also: cumulative_sum, sum, trapezoid, diff"
    targets = data.relevant[data.queries.index(data.names.index("numpy.cumsum"))]
    assert {"numpy.sum", "numpy.diff"} <= {data.names[j] for j in targets}
    assert data.summaries[data.names.index("numpy.cumsum")].startswith("Return the cumulative sum")


def test_no_two_documents_share_their_first_paragraph_within_a_library(data):
    keys = list(zip(data.libraries, data.summaries, strict=True))
    assert len(keys) == len(set(keys))


PAGE = """Do a thing.

See Also
--------
alpha, beta : Other things, such as gamma.
:func:`~lib.sub.delta`: One more.
epsilon
    Described below, unlike zeta.
a line of prose that names alpha, not as an entry

Notes
-----
Nothing.
"""


def test_reading_one_docstring():
    aliases = {f"lib.{name}": f"lib.{name}" for name in ("alpha", "beta", "gamma", "epsilon", "zeta")}
    aliases["lib.sub.delta"] = "lib.sub.delta"
    assert docstrings._links(PAGE, "lib.own", aliases) == {"lib.alpha", "lib.beta", "lib.sub.delta", "lib.epsilon"}
    assert docstrings._without_see_also(PAGE) == "Do a thing.\n\nNotes\n-----\nNothing."


def test_summary_passes_over_a_signature():
    assert docstrings._summary("sinc(x, /)\n\nCardinal sine\nof x.\n\nMore.") == "Cardinal sine of x."


def test_names_are_resolved_next_door_first():
    aliases = {"lib.a.sort": "lib.a.sort", "lib.b.sort": "lib.b.sort", "lib.b.only": "lib.b.only"}
    assert docstrings._resolve("sort", "lib.a.own", aliases) == "lib.a.sort"
    assert docstrings._resolve("sort", "lib.c.own", aliases) is None, "two candidates: no guess"
    assert docstrings._resolve("only", "lib.a.own", aliases) == "lib.b.only"


def test_the_same_object_each_time(data):
    assert docstrings.load() is data


def test_they_are_collected_once_and_then_read_from_the_cache(data, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))
    everything = docstrings._everything.__wrapped__
    first = everything()
    (file,) = (tmp_path / "cache" / "docstrings").iterdir()
    monkeypatch.setattr(docstrings, "_collect", None)  # would fail if it were called
    assert everything() == first
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(TypeError, match="not callable"):
        everything()
    monkeypatch.undo()
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))
    assert steady(everything()) == steady(first), "a file cut short is made again"
    assert steady(docstrings._kept(file)) == steady(first)


def steady(collection):
    """Without the examples of scipy that draw random numbers whenever they are imported."""
    found, links = collection
    return {name: re.sub(r"^.*# may vary$", "", doc, flags=re.M) for name, doc in found.items()}, links


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"found": 3, "links": 4}', '{"found": {}, "links": []}', "null"])
def test_what_is_no_collection_is_not_read(text, tmp_path):
    (tmp_path / "x.json").write_text(text)
    assert docstrings._kept(tmp_path / "x.json") is None


def test_another_version_of_a_library_is_another_collection(monkeypatch):
    before = docstrings._key()
    monkeypatch.setattr(docstrings.metadata, "version", lambda name: "0.0.1")
    assert docstrings._key() != before
    assert docstrings._DISTRIBUTIONS.keys() <= set(docstrings.LIBRARIES)
