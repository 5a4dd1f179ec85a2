"""One line a check; what a failing one says is shown, what a passing one says is not."""

from __future__ import annotations

import re

import pytest

from tools import check


@pytest.fixture
def checks(monkeypatch):
    quiet = {"fine": ("platform",), "broken": ("json.tool", "no-such-file.json"), "tests": ("pytest", "--version")}
    monkeypatch.setattr(check, "CHECKS", quiet)
    return quiet


def test_a_failure_is_told_and_the_rest_still_runs(checks, capsys):
    assert check.main([]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"ok      fine +\d+\.\d s", lines[0])
    assert re.fullmatch(r"FAILED  broken +\d+\.\d s", lines[1])
    assert any("No such file or directory" in line for line in lines[2:])
    assert lines[-1].startswith("ok      tests")


def test_all_is_well(checks, capsys):
    del checks["broken"]
    assert check.main(["--no-tests"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("ok      fine")
    assert all((check.ROOT / "tests" / f"{name}.py").is_file() for name in check.TESTS)
    assert "tests/test_check.py" in check._files()
