"""The progress file: nothing lost, nothing crashed, nothing kept that need not be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedlab.exercises
from embedlab import _files
from embedlab.exercises import checker, progress, quiz  # noqa: F401  (loaded before the path is changed)
from embedlab.exercises.progress import Ledger, Overview, Row

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    folder = tmp_path / "not yet there"
    monkeypatch.setenv("EMBEDLAB_HOME", str(folder))
    return folder


def test_what_is_recorded_survives_once_and_nothing_else(home):
    assert progress.solved() == set()
    assert not home.exists(), "reading makes no folder"
    assert progress.record("15.b") == ""
    assert progress.record("00.a") == progress.record("15.b") == ""
    assert Ledger(home).solved() == progress.solved() == {"00.a", "15.b"}
    progress.record("15.b")
    progress.record("00.a")
    assert json.loads((home / "progress.json").read_text()) == {"version": 1, "solved": ["00.a", "15.b"]}
    progress.record("00.a")
    before = (home / "progress.json").stat()
    progress.record("00.a")
    after = (home / "progress.json").stat()  # a new version would be another file; reading moves its access time
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_reset_forgets_all_and_may_be_repeated():
    progress.reset()
    progress.record("00.a")
    progress.reset()
    progress.reset()
    assert progress.solved() == set()


DAMAGED = {
    "cut short": b'{"version": 1, "solved": ["00',
    "empty": b"",
    "not UTF-8": b"\xff\xfe\x00",
    "a list": b"[]",
    "an older version": b'{"version": 0, "solved": []}',
    "a version in words": b'{"version": "2", "solved": []}',
    "ids of a wrong type": b'{"version": 1, "solved": [1]}',
    "no ids": b'{"version": 1}',
    "nested without end": b"[" * 100_000,
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_set_aside_and_told_once(home, content):
    home.mkdir()
    (home / "progress.json").write_bytes(content)
    assert progress.record("00.a") == (
        "(Your progress file was damaged: it was set aside as progress.broken-1.json, and a new one begun.)"
    )
    assert (home / "progress.broken-1.json").read_bytes() == content
    assert progress.solved() == {"00.a"}
    assert progress.record("00.b") == ""


def test_a_file_of_a_newer_version_is_left_alone_and_named(home):
    home.mkdir()
    content = b'{"version": 2, "solved": {"00.a": "2031-01-01"}}'
    (home / "progress.json").write_bytes(content)
    newer = "the file is of a newer version of the course (2), which is left as it is"
    assert progress.record("00.a") == f"(Your progress could not be saved: {newer}.)"
    assert progress.record("00.b") == ""
    assert progress.solved() == set()
    assert newer in str(progress.overview())
    assert (home / "progress.json").read_bytes() == content
    assert {path.name for path in home.iterdir()} - {"progress.lock"} == {"progress.json"}


def test_what_killed_writers_left_is_swept(home):
    home.mkdir()
    for name in (".progress.json.ab12.tmp", ".other.tmp"):
        (home / name).write_text("half")
    assert progress.record("00.a") == ""
    assert {path.name for path in home.iterdir()} - {"progress.lock"} == {"progress.json", ".other.tmp"}


def test_a_huge_file_is_set_aside_unread(home, monkeypatch):
    home.mkdir()
    with open(home / "progress.json", "wb") as file:
        file.truncate(60_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("read"))
    assert "set aside as progress.broken-1.json" in progress.record("00.a")
    assert (home / "progress.broken-1.json").stat().st_size == 60_000_000


def test_a_second_damaged_file_gets_the_next_number(home):
    home.mkdir()
    for number in (1, 2):
        (home / "progress.json").write_text(f"damage {number}")
        assert f"progress.broken-{number}.json" in progress.record("00.a")
    assert (home / "progress.broken-1.json").read_text() == "damage 1"


def test_damage_found_while_reading_is_told_with_the_overview(home):
    home.mkdir()
    (home / "progress.json").write_text("?")
    assert progress.solved() == set()
    assert "set aside as progress.broken-1.json" in str(progress.overview())
    assert "set aside" not in str(progress.overview())


def refuse(*args, **kwargs):
    raise PermissionError(13, "Permission denied")


def test_a_folder_that_cannot_be_written_is_told_once(home, monkeypatch):
    progress.record("00.a")
    monkeypatch.setattr(_files, "atomic_write", refuse)
    assert progress.record("00.b") == "(Your progress could not be saved: permission denied.)"
    assert progress.record("00.b") == ""
    assert progress.solved() == {"00.a"}


def test_a_damaged_file_in_such_a_folder_counts_as_empty(home, monkeypatch):
    home.mkdir()
    (home / "progress.json").write_text("?")
    monkeypatch.setattr(os, "replace", refuse)
    assert progress.solved() == set()
    assert progress.ledger().note() == (
        "(Your progress file is damaged and could not be set aside: permission denied.)"
    )
    assert (home / "progress.json").read_text() == "?"


def test_no_folder_and_no_home_are_tolerated(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "file"))
    assert progress.solved() == set()
    assert str(progress.overview()).endswith("(Your progress could not be read: not a directory.)")

    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(_files, "data_dir", homeless)
    assert "(Your progress could not be saved" in progress.record("00.a")
    assert progress.solved() == set()


# ------------------------------------------------------------------------------------------- two at a time

WRITER = """
import sys, time
from embedlab.exercises import checker, progress, quiz  # noqa: F401  (loaded before the path is changed)
while time.time() < float(sys.argv[2]):
    pass
for i in range(40):
    print(progress.record(f"{sys.argv[1]}.{i}"), end="")
"""


def start(code: str, *args: str) -> subprocess.Popen:
    command = [sys.executable, "-c", code, *args]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_two_processes_that_write_at_once_lose_nothing(home):
    together = str(time.time() + 1.0)
    writers = [start(WRITER, name, together) for name in ("10", "11", "12")]
    assert [writer.communicate(timeout=60)[0] for writer in writers] == ["", "", ""]
    assert progress.solved() == {f"{name}.{i}" for name in (10, 11, 12) for i in range(40)}
    assert {path.name for path in home.iterdir()} - {"progress.lock"} == {"progress.json"}


HOLDER = """
import sys, time
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a Unix test")
def test_a_lock_ends_with_its_process_and_a_held_one_is_not_waited_for_forever(home, monkeypatch):
    home.mkdir()
    holder = start(HOLDER, str(home / "progress.lock"))
    try:
        assert holder.stdout.readline() == "held\n"
        monkeypatch.setattr(progress, "_PATIENCE", 0.2)
        assert progress.record("00.a") == (
            "(Your progress could not be saved: another notebook holds the progress file.)"
        )
        holder.send_signal(signal.SIGKILL)
        holder.wait(10)
        assert progress.record("00.a") == ""
        assert progress.solved() == {"00.a"}
    finally:
        holder.kill()
        holder.communicate()


# ------------------------------------------------------------------------------------------------ overview


MODULE = """
from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of
TITLE = {title!r}
quiz = quiz_of(__file__)

@exercise("First", hints=("1",), cases=(case("the only one"),))
def first():
    "The number one."
    return 1

@exercise("Second", hints=("2",), cases=(case("the only one"),))
def second():
    "The number two."
    return 2
"""
QUIZ = """
question = [{prompt = "One?", option = [
  {text = "yes", why = "so it is", correct = true}, {text = "no", why = "it is so"}
]}]
"""


@pytest.fixture
def two_notebooks(tmp_path, monkeypatch):
    """Two small exercise modules, found beside (here: in place of) the course's own."""
    folder = tmp_path / "modules"
    (folder / "quizzes").mkdir(parents=True)
    for number, title in (("91", "First & foremost"), ("92", "Second")):
        (folder / f"nb{number}.py").write_text(MODULE.format(title=title))
        (folder / "quizzes" / f"{number}.toml").write_text(QUIZ)
    (folder / "nb9.py").write_text("raise RuntimeError('not a notebook')")
    (folder / "helper.py").write_text("raise RuntimeError('not a notebook')")
    monkeypatch.setattr(embedlab.exercises, "__path__", [str(folder)])
    yield
    for number in ("91", "92"):
        sys.modules.pop(f"embedlab.exercises.nb{number}", None)
        embedlab.exercises.__dict__.pop(f"nb{number}", None)


def test_the_catalogue_and_the_overview_count_what_exists(two_notebooks):
    assert progress.catalogue() == {
        "91": ("First & foremost", {"91.first", "91.second", "91.quiz.1"}),
        "92": ("Second", {"92.first", "92.second", "92.quiz.1"}),
    }
    for solved in ("91.first", "91.quiz.1", "92.gone", "50.elsewhere"):
        progress.record(solved)
    overview = progress.overview()
    assert overview.rows == (Row("91", "First & foremost", 2, 3), Row("92", "Second", 0, 3))
    assert str(overview) == (
        "91 First & foremost  █████████████░░░░░░░  2 of 3\n"
        "92 Second            ░░░░░░░░░░░░░░░░░░░░  0 of 3\n"
        "Whole course         ██████░░░░░░░░░░░░░░  2 of 6"
    )


def test_the_overview_has_text_and_a_table_and_no_widget(two_notebooks):
    bundle = progress.overview()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == str(progress.overview())
    table = bundle["text/html"]
    assert table.count("<tr>") == 4
    assert "91 First &amp; foremost</th>" in table
    assert "0 of 3</td>" in table
    assert "0 of 6</td>" in table
    assert 'aria-hidden="true"' in table, "a screen reader reads the numbers, not forty blocks"


def test_a_note_stands_below_the_overview():
    overview = Overview((Row("00", "Start", 0, 1),), "(A <note>.)")
    assert str(overview).endswith("\n(A <note>.)")
    assert overview._repr_mimebundle_()["text/html"].endswith("<p>(A &lt;note&gt;.)</p>")
    assert str(Overview(())) == "Whole course  ░░░░░░░░░░░░░░░░░░░░  0 of 0"


@given(st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_a_bar_is_full_only_when_all_is_solved_and_empty_only_when_nothing_is(counts):
    solved, total = counts
    bar = Row("00", "", solved, total).bar
    assert len(bar) == 20
    assert ("░" not in bar) == (solved == total)
    assert ("█" not in bar) == (solved == 0)
    assert bar == "".join(sorted(bar)), "filled from the left"
