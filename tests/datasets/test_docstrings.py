import sys
import types

import pytest

from embedlab.datasets import docstrings


@pytest.fixture(scope="module")
def data():
    return docstrings.load()


def test_the_collection(data):
    # These move with the libraries' versions; the order of magnitude must not.
    assert 1_800 < len(data.names) < 2_600
    assert 1_500 < len(data.queries) < 2_100
    assert set(data.libraries) == set(docstrings.LIBRARIES)
    assert len(docstrings.load(linked_only=False).names) > 3_000
    assert not [name for name, text in zip(data.names, data.texts, strict=True) if "\nSee Also\n---" in text]
    # numpy.cumsum's page: "See Also: cumulative_sum, sum, trapezoid, diff"
    targets = data.relevant[data.queries.index(data.names.index("numpy.cumsum"))]
    assert {"numpy.sum", "numpy.diff"} <= {data.names[j] for j in targets}
    assert data.summaries[data.names.index("numpy.cumsum")].startswith("Return the cumulative sum")
    keys = list(zip(data.libraries, data.summaries, strict=True))
    assert len(keys) == len(set(keys))


# --- reading, on a library that is made up

A = """
def own(): ...
own.__doc__ = '''own(x, /)

Do a thing, and say so in
a sentence of two lines.

See Also
--------
alpha, beta, own : Other things, such as gamma.
:func:`~lib.sub.delta`: One more.
epsilon
    Described below, unlike zeta.
twice : there are two, and no guess is made
a line of prose that names alpha, not as an entry

Notes
-----
Nothing is said here about anything else.'''
"""
THINGS = {"a": ["alpha", "gamma"], "b": ["beta", "epsilon", "zeta", "twice"], "sub": ["delta", "alpha", "twice"]}
LINKS = {"lib.a.own": {"lib.a.alpha", "lib.b.beta", "lib.sub.delta", "lib.b.epsilon"}}


@pytest.fixture
def library(tmp_path, monkeypatch):
    """The folder of a library of three packages; what was collected before is not known here."""
    for package, names in THINGS.items():
        (tmp_path / "lib" / package).mkdir(parents=True)
        code = [f"def {name}(): {f'{package} {name}: ' + 'a long text ' * 8!r}" for name in names]
        (tmp_path / "lib" / package / "__init__.py").write_text("\n".join([*code, A * (package == "a")]))
    (tmp_path / "lib" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(docstrings, "LIBRARIES", ("lib",))
    monkeypatch.setattr(docstrings.metadata, "version", lambda name: "1")
    forget()
    yield tmp_path / "lib"
    forget()


def forget():
    """Begin like a new process."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "lib"]:
        del sys.modules[name]
    docstrings._everything.cache_clear()
    docstrings.load.cache_clear()


def test_links_are_resolved_next_door_first_and_never_guessed(library):
    found = docstrings.load(linked_only=False)
    assert len(found.names) == 10
    assert {
        found.names[i]: {found.names[j] for j in js} for i, js in zip(found.queries, found.relevant, strict=True)
    } == LINKS
    page = found.names.index("lib.a.own")
    assert found.summaries[page] == "Do a thing, and say so in a sentence of two lines."
    assert found.texts[page].endswith("lines.\n\nNotes\n-----\nNothing is said here about anything else.")
    assert docstrings.load() is docstrings.load()
    assert docstrings.load().names == sorted(LINKS["lib.a.own"] | set(LINKS))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"found": 3, "links": 4}', '{"found": {}, "links": []}', "null", None]
)
def test_they_are_collected_once_and_then_read_from_the_cache(library, monkeypatch, text):
    def names():
        forget()
        return docstrings.load(linked_only=False).names

    before = names()
    (library / "sub" / "__init__.py").write_text("")
    assert names() == before, "the cache does not look at the library"
    (file,) = (library.parent / "home" / "cache" / "docstrings").iterdir()
    if text is None:
        monkeypatch.setattr(docstrings.metadata, "version", lambda name: "2")
    else:
        file.write_text(text)
    assert names() == [name for name in before if ".sub." not in name], "another version, or a damaged file"


def test_a_python_without_docstrings_is_refused_and_leaves_nothing_behind(library, monkeypatch):
    monkeypatch.setattr(docstrings.sys, "flags", types.SimpleNamespace(optimize=2))
    with pytest.raises(RuntimeError, match="started with -OO or PYTHONOPTIMIZE=2, which drops docstrings"):
        docstrings.load()
    assert not (library.parent / "home").exists()
