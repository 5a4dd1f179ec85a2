"""`make lab` starts a server on this machine only, and opens a browser only where there is a screen."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny import run
from tools import lab

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("given", "platform", "opens"),
    [
        ({"DISPLAY": ":0"}, "linux", True), ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True), ({}, "linux", False),
        ({"DISPLAY": ":0", "CI": "true"}, "linux", False), ({}, "darwin", True), ({"CI": "true"}, "darwin", False),
    ],
)  # fmt: skip
def test_the_browser_opens_only_where_there_is_a_screen(given: dict, platform: str, opens: bool) -> None:
    assert ("--no-browser" not in lab.command(given, platform, root_user=False)) is opens


def test_the_server_listens_on_this_machine_only() -> None:
    line = lab.command({}, "linux", root_user=True)
    assert "--ServerApp.ip=127.0.0.1" in line
    assert "--LabApp.default_url=/lab/tree/my/00_start_here.ipynb" in line
    assert not [option for option in line if "token" in option or "password" in option]
    assert "--allow-root" in line
    assert "--allow-root" not in lab.command({}, "linux", root_user=False)


def test_where_nothing_can_be_written_the_course_itself_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "my").write_text("a file where the folder should be: not even root can write below it")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    folder = lab.prepare(tmp_path)
    assert folder == "notebooks"
    assert capsys.readouterr().out.startswith("No copies of your own (")
    line = lab.command({}, "linux", root_user=False, folder=folder)
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in line
    assert not [option for option in line if "workspaces" in option]


@pytest.mark.slow
def test_make_lab_prints_an_address_that_answers(tmp_path: Path) -> None:
    environ = {**os.environ, "CI": "true", "JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "tools/lab.py", "--ServerApp.port=0"], cwd=ROOT, env=environ, encoding="utf-8",
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        lines = iter(process.stderr.readline, "")
        address = next(found.group() for line in lines if (found := re.search(r"http://127\S+token=\w{20,}", line)))
        assert "/lab/tree/my/00_start_here.ipynb?token=" in address
        code = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=20).status)"
        done = subprocess.run([sys.executable, "-c", code, address], capture_output=True, text=True, check=True)
        assert done.stdout == "200\n"
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_help_is_the_default_and_lists_every_target() -> None:
    text = run(ROOT, "make", "-s", "--no-print-directory").stdout
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"lab", "test", "record", "doctor", "lock"} <= targets
    assert set(re.findall(r"^  make ([a-z-]+) ", text, re.MULTILINE)) == targets
