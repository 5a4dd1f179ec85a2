"""The tools that collect tables: what a file calls, which files make a table, and the trial's wheel."""

from __future__ import annotations

import csv
import io
import lzma
import tomllib
import zipfile
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.datasets import _table
from tools import collect_api_usage, collect_trial
from tools.collect_api_usage import Basket, baskets, calls, core

# -- what one file calls -------------------------------------------------------------------------------------------

PROGRAMS = tomllib.loads(Path(__file__).with_name("calls.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PROGRAMS)
def test_calls_are_resolved_through_imports_only(name):
    assert calls(PROGRAMS[name]["source"], "toy.sub.module") == set(PROGRAMS[name]["calls"])


def test_relative_imports_and_what_python_cannot_read():
    assert calls("from .norms import norm\nnorm(x)", "toy.sub", is_package=True) == {"toy.sub.norms.norm"}
    assert calls("from .norms import norm\nnorm(x)", "toy.sub") == {"toy.norms.norm"}
    assert calls("from . import norm\nnorm(x)", "toy") == set(), "a file by itself has no package"
    with pytest.raises(SyntaxError, match="Missing parentheses in call to 'print'"):
        calls("print 'old'", "toy")


# -- many files ----------------------------------------------------------------------------------------------------

PAGES = {f"lib.f{i}": f"lib.f{i}" for i in range(9)} | {"lib.sub.f0": "lib.f0"}


@pytest.fixture
def tree(tmp_path):
    """Two installed packages and a program of nobody's."""

    def write(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(dedent(text).encode() if isinstance(text, str) else text)

    write("lib/__init__.py", "from ._a import f0\nfrom .sub import f0 as g\ng()")
    write("lib/_a.py", "from lib import f2, f1\nf1(); f2(); f1()")
    write("toy/deep/er.py", "import lib as l\nl.f3(); l.unknown(); l.sub.f0()")
    write("toy/old.py", "import lib\nprint 'old'\nlib.f1()")
    write("toy/binary.py", b"import lib\0\xff")
    write("toy/umlaut.py", "# -*- coding: latin-1 -*-\nimport lib\nlib.f4('ä')".encode("latin-1"))
    write("toy/idle.py", "import os\nos.getcwd()")
    write("toy/plain.txt", "import lib\nlib.f5()")
    write("mine.py", "from lib import *\nimport lib\nf6(); lib.f7()")
    files = ["lib/__init__.py", "lib/_a.py", "toy/deep/er.py", "toy/umlaut.py"]
    for name, version in (("lib", "1.2"), ("toy", "0.3")):
        write(f"{name}-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        own = [f"{file},," for file in files if file.startswith(name)]
        write(f"{name}-{version}.dist-info/RECORD", "\n".join(own))
    return tmp_path


def test_a_small_tree(tree):
    assert baskets(tree, PAGES) == [
        Basket("lib", "1.2", frozenset({"lib.f0"})),
        Basket("lib._a", "1.2", frozenset({"lib.f1", "lib.f2"})),
        Basket("mine", "", frozenset({"lib.f7"})),
        Basket("toy.deep.er", "0.3", frozenset({"lib.f0", "lib.f3"})),
        Basket("toy.umlaut", "0.3", frozenset({"lib.f4"})),
    ]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_without_files(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=rf"FOLDER must be a folder with .py files, but .*{name} is not"):
        baskets(tmp_path / name, PAGES)


def made(*rows):
    return [Basket(f"m{i}", "1", frozenset(row)) for i, row in enumerate(rows)]


def test_core_cuts_until_nothing_changes():
    found = core(made("abc", "abd", "abe", "acb", "cd", "x"), fewest=2)
    # e is called once, x is short; "abc" comes twice. Without e the third is "ab", and all keep two.
    assert [(b.module, "".join(sorted(b.items))) for b in found] == [
        ("m0", "abc"), ("m1", "abd"), ("m2", "ab"), ("m4", "cd"),
    ]  # fmt: skip
    # Cutting c and d leaves three alike, and then a and b with one file each.
    assert core(made("abc", "abd", "abe"), fewest=2) == []
    assert core([], fewest=5) == []


@given(st.lists(st.frozensets(st.sampled_from("abcdef")), max_size=14), st.integers(1, 4))
def test_core_keeps_its_promises(rows, fewest):
    found = core(made(*rows), fewest)
    kept = [basket.items for basket in found]
    assert len(set(kept)) == len(kept)
    assert all(len(items) >= fewest for items in kept)
    for item in frozenset().union(*kept):
        assert sum(item in items for items in kept) >= fewest
    assert core(found, fewest) == found, "nothing is left to cut"
    names = [basket.module for basket in found]
    assert names == sorted(names, key=lambda name: int(name[1:]))


def test_all_public_names_of_a_function_are_one_item():
    found = collect_api_usage.pages()
    assert found["numpy.sum"] == "numpy.sum"
    assert found["networkx.algorithms.connected_components"] == "networkx.connected_components"
    assert len(set(found.values())) > 1_500
    assert set(found.values()) <= found.keys()


@pytest.fixture
def big_tree(tmp_path, monkeypatch):
    """Six files that call six of lib's functions each, and a seventh that copies the first."""
    monkeypatch.setattr(collect_api_usage, "pages", lambda: PAGES)
    folder = tmp_path / "packages" / "toy"
    folder.mkdir(parents=True)
    for i in range(7):
        names = [f"lib.f{j}()" for j in range(7) if j != i % 6]
        (folder / f"m{i}.py").write_text("\n".join(["import lib", *names]))
    return folder.parent


def test_the_tool_writes_the_table(big_tree, tmp_path, capsys):
    target = tmp_path / "table.csv.xz"
    assert collect_api_usage.main([str(big_tree), "--to", str(target)]) == 0
    assert "table.csv.xz: 6 files, 7 items, 36 interactions" in capsys.readouterr().out
    header, *rows = csv.reader(io.StringIO(lzma.decompress(target.read_bytes()).decode()))
    assert header == ["module", "version", "items"]
    assert rows[0] == ["toy.m0", "", "lib.f1 lib.f2 lib.f3 lib.f4 lib.f5 lib.f6"]
    assert [row[0] for row in rows] == [f"toy.m{i}" for i in range(6)]
    assert str(tmp_path) not in str(rows)
    before = target.read_bytes()
    assert collect_api_usage.main([str(big_tree), "--to", str(target)]) == 0
    assert target.read_bytes() == before, "the same files give the same bytes"


def test_nothing_to_write(big_tree, tmp_path, capsys):
    target = tmp_path / "table.csv.xz"
    assert collect_api_usage.main([str(tmp_path / "nowhere"), "--to", str(target)]) == 1
    assert "FOLDER must be a folder with .py files" in capsys.readouterr().err
    for file in (big_tree / "toy").glob("m[0-3].py"):
        file.unlink()
    assert collect_api_usage.main([str(big_tree), "--to", str(target)]) == 1
    assert "no 5 items are called together in 5 files below FOLDER: nothing written" in capsys.readouterr().err
    assert not target.exists()


# -- the table's file ----------------------------------------------------------------------------------------------


def test_a_packed_table_is_read_back(tmp_path):
    (tmp_path / "toy.csv.xz").write_bytes(_table.packed(("word", "n"), [('öl, "x"', 3), ("two\nlines", 4)]))
    assert _table.read("toy", ("word", "n"), tmp_path) == [['öl, "x"', "two\nlines"], ["3", "4"]]
    with pytest.raises(ValueError, match=r"toy.csv.xz must start with the header n,word, not 'word,n'"):
        _table.read("toy", ("n", "word"), tmp_path)


# -- the trial -----------------------------------------------------------------------------------------------------


def wheel(path, content=None, name=collect_trial.MEMBER):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content or "")
    return path


def table(n=2):
    names = ["", "pidnum", *collect_trial.SOURCES]
    rows = [[i, 100 + i, *range(i, i + len(collect_trial.SOURCES))] for i in range(n)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    return text.getvalue()


def test_the_trial_is_read_out_of_its_wheel(tmp_path, monkeypatch, capsys):
    path = wheel(tmp_path / "lifelines.whl", table())
    monkeypatch.setattr(collect_trial, "SHA256", collect_trial.hashlib.sha256(table().encode()).hexdigest())
    target = tmp_path / "trial.csv.xz"
    assert collect_trial.main([str(path), "--to", str(target)]) == 0
    assert "trial.csv.xz: 2 patients" in capsys.readouterr().out
    columns = _table.read("trial", collect_trial.trial.COLUMNS, tmp_path)
    assert columns[0] == ["0", "1"]
    assert columns[-1] == ["12", "13"]
    assert len(columns) == len(collect_trial.SOURCES) == 13


def test_another_table_is_refused(tmp_path, capsys):
    path, target = wheel(tmp_path / "lifelines.whl", table()), tmp_path / "trial.csv.xz"
    assert collect_trial.main([str(path), "--to", str(target)]) == 1
    assert "ACTG175.csv in lifelines.whl must have the SHA-256 56fba31f" in capsys.readouterr().err
    assert not target.exists()
    assert collect_trial.main([str(tmp_path / "none.whl")]) == 1
    assert "none.whl" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["no zip", "without the table"])
def test_another_wheel_is_refused(tmp_path, kind):
    path = wheel(tmp_path / "other.whl", name="x.py")
    if kind == "no zip":
        path.write_text("hello")
    with pytest.raises(
        ValueError, match=r"other.whl must be a wheel of lifelines with lifelines/datasets/ACTG175.csv: "
    ):
        collect_trial.rows(path)
