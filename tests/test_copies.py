"""The learner's copies: what is missing comes, what was not touched is renewed, what was touched is never lost."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiny import run
from tools import copies, notebooks

ROOT = Path(__file__).resolve().parent.parent


def write(path: Path, text: str) -> None:
    cell = nbformat.v4.new_markdown_cell(text, id="one")
    book = nbformat.v4.new_notebook(cells=[cell], metadata=notebooks.read(notebooks.numbered("00"))["metadata"])
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)


def text(path: Path) -> str:
    return nbformat.read(path, 4).cells[0].source


@pytest.fixture
def course(tmp_path):
    for number, words in (("00", "first"), ("15", "search")):
        write(tmp_path / "notebooks" / f"{number}_{words}.ipynb", words)
    (tmp_path / "notebooks" / "pictures").mkdir()
    (tmp_path / "notebooks" / "pictures" / "one.png").write_bytes(b"\x89PNG")
    assert copies.update(tmp_path) == []
    return tmp_path


def test_notebooks_and_pictures_are_copied_and_nothing_else(course):
    (course / "notebooks" / "runs").mkdir()
    (course / "notebooks" / "my.db").write_text("")
    copies.update(course)
    found = {path.relative_to(course / "my").as_posix() for path in course.glob("my/**/*") if path.is_file()}
    assert found == {"00_first.ipynb", "15_search.ipynb", "pictures/one.png", ".copied.json"}
    copied = json.loads((course / "my" / copies.COPIED).read_text())
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for pair in copied.values() for one in pair)


@pytest.mark.parametrize("path", notebooks.course(), ids=lambda path: path.stem[:2])
def test_a_folded_result_does_not_begin_with_the_answer(path):
    recorded = path.read_text(encoding="utf-8")
    original, copy = (nbformat.reads(each, 4) for each in (recorded, copies.opened_clean(recorded)))
    for theirs, mine in zip(original.cells, copy.cells, strict=True):
        if theirs.get("outputs") and theirs.metadata.get("jupyter", {}).get("outputs_hidden"):
            line, _, printed = mine.outputs[0].text.partition("\n")
            assert line == copies.FOLDED  # JupyterLab shows the first line of what is folded
            mine.outputs[0].text = printed
            mine.outputs = [output for output in mine.outputs if output.get("text") != ""]
        assert mine == theirs


def test_what_was_not_touched_is_renewed_and_what_is_missing_comes_back(course):
    write(course / "notebooks" / "00_first.ipynb", "corrected")
    write(course / "notebooks" / "23_new.ipynb", "new")
    (course / "my" / "15_search.ipynb").unlink()
    assert copies.update(course) == []
    assert [text(path) for path in sorted(course.glob("my/*.ipynb"))] == ["corrected", "search", "new"]


def test_what_was_touched_stays_and_its_owner_is_told_once_the_original_changes(course, capsys):
    write(course / "my" / "15_search.ipynb", "my solution")
    assert copies.update(course) == []
    write(course / "notebooks" / "15_search.ipynb", "corrected")
    assert copies.main([], course) == 0
    assert capsys.readouterr().out == (
        "15_search.ipynb has changed since you began it; yours stays as it is. For a new copy beside it: "
        "make fresh NB=15\n"
    )
    assert text(course / "my" / "15_search.ipynb") == "my solution"


def test_a_file_of_the_learners_own_with_a_name_of_the_course_stays(course):
    write(course / "my" / "23_new.ipynb", "my own")
    write(course / "notebooks" / "23_new.ipynb", "new")
    copies.update(course)
    assert text(course / "my" / "23_new.ipynb") == "my own"


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"00_first.ipynb": 3}', '{"00_first.ipynb": ["a"]}'])
def test_with_a_damaged_list_every_copy_is_the_learners_own(course, content):
    write(course / "my" / "00_first.ipynb", "my solution")
    (course / "my" / copies.COPIED).write_text(content)
    write(course / "notebooks" / "00_first.ipynb", "corrected")
    copies.update(course)
    assert text(course / "my" / "00_first.ipynb") == "my solution"


@pytest.mark.parametrize("name", ["15", "15_search", "15_search.ipynb"])
def test_fresh_sets_the_old_one_aside_with_its_date(course, name, capsys):
    for mine in ("my solution", "my second"):
        write(course / "my" / "15_search.ipynb", mine)
        assert copies.main(["--fresh", name], course) == 0
        assert re.fullmatch(
            r"Your former copy is now my/15_search \d{4}-\d\d-\d\d [\d.]{8}( \(2\))?\.ipynb\.\n",
            capsys.readouterr().out,
        )
    assert sorted(text(path) for path in course.glob("my/15*")) == ["my second", "my solution", "search"]


@pytest.mark.parametrize("name", ["", "99", "$(touch x)", "../notebooks/15_search", "15*"])
def test_fresh_of_something_else_changes_nothing(course, name, capsys):
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    assert copies.main(["--fresh", name], course) == 1
    assert capsys.readouterr().err == f"NB must be the number of a notebook, such as 15, but it is {name!r}\n"
    assert before == {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}


def test_a_folder_that_cannot_be_made_is_said(course, capsys):
    shutil.rmtree(course / "my")
    (course / "my").write_text("a file where the folder should be")
    assert copies.main([], course) == 1
    assert "my" in capsys.readouterr().err


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["solve", "correct", "delete", "update", "fresh"]), max_size=12))
def test_no_word_that_a_learner_wrote_is_ever_lost(tmp_path_factory, steps):
    root = tmp_path_factory.mktemp("course")
    original, mine = root / "notebooks" / "15_search.ipynb", root / "my" / "15_search.ipynb"
    write(original, "original 0")
    written = []
    for number, step in enumerate(steps):
        if step == "solve":
            written = [one for one in written if not (mine.exists() and text(mine) == one)]  # written over by its owner
            write(mine, f"solution {number}")
            written.append(f"solution {number}")
        elif step == "correct":
            write(original, f"original {number}")
        elif step == "delete" and mine.exists():
            written = [one for one in written if one != text(mine)]
            mine.unlink()
        elif step == "update":
            copies.update(root)
        elif step == "fresh":
            copies.set_aside("15", root)
    assert {text(path) for path in root.glob("my/*.ipynb")} >= set(written)
    if not written:
        copies.update(root)
        assert text(mine) == text(original)


def test_a_copy_says_of_kernel_and_python_what_jupyterlab_would_write(course):
    metadata = nbformat.read(course / "my" / "00_first.ipynb", 4).metadata
    assert metadata.kernelspec.display_name == "Python 3 (ipykernel)"
    assert re.fullmatch(r"3\.\d+\.\d+", metadata.language_info.version)


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
def test_git_does_not_see_the_copies(tmp_path):
    shutil.copy(ROOT / ".gitignore", tmp_path)
    write(tmp_path / "my" / "15_search.ipynb", "my solution")
    done = [run(tmp_path, "git", *words, GIT_CONFIG_GLOBAL=os.devnull) for words in (["init", "-q"], ["status", "-s"])]
    assert done[1].stdout == "?? .gitignore\n"
