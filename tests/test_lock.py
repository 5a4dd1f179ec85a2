"""`make lock` is run for real on a project of two packages whose only index is a folder; and with a stand-in for uv."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.tiny import run, write_wheel

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = """\
[project]
name = "embedlab"
version = "0.1.0"
dependencies = ["other>=1.0"]
[project.optional-dependencies]
dev = ["thing>=1.0"]
"""
OLD = "# old head\nother==1.0\nthing==1.0  # why it is special\n"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and sh are not on Windows")
needs_uv = pytest.mark.skipif(
    not (shutil.which("uv") or find_spec("uv")), reason="uv is not installed: pip install uv"
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Lay out a project whose packages are offered in two versions each, and pinned to the older ones."""
    root = tmp_path / "a project"
    (root / "tools").mkdir(parents=True)
    for name in ("Makefile", "tools/lock.py"):
        shutil.copy(ROOT / name, root / name)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "requirements.lock").write_text(OLD)
    for name in ("thing", "other"):
        for version in ("1.0", "1.1", "2.0"):
            write_wheel(tmp_path, name, version)
    return root


def make_lock(project: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    return run(project, "make", "lock", *arguments, PATH=f"{path}{os.pathsep}{os.environ['PATH']}")


def pins(project: Path) -> list[str]:
    return [line for line in (project / "requirements.lock").read_text().splitlines() if not line.startswith("#")]


@needs_uv
def test_what_is_pinned_stays(project: Path) -> None:
    done = make_lock(project)
    assert (done.returncode, done.stdout) == (0, "requirements.lock: 2 packages\n"), done.stderr
    assert pins(project) == OLD.splitlines()[1:]
    assert not (project / ".venv").exists()


@needs_uv
@pytest.mark.parametrize(("package", "raised"), [("thing", "2.0"), ("thing==1.1", "1.1"), ("Thing", "2.0")])
def test_one_package_is_raised_and_the_other_stays(project: Path, package: str, raised: str) -> None:
    done = make_lock(project, f"PACKAGE={package}")
    assert pins(project) == ["other==1.0", f"thing=={raised}  # why it is special"], done.stderr
    assert done.stdout.startswith(f"thing: 1.0 → {raised}\n")


@needs_uv
def test_the_lock_follows_the_bounds(project: Path) -> None:
    write_wheel(project.parent, "third", "3.0", "Requires-Dist: fourth>=1\n")
    write_wheel(project.parent, "fourth", "4.0")
    (project / "pyproject.toml").write_text(
        PYPROJECT.replace("other>=1.0", "third").replace("thing>=1.0", "thing>=1.1")
    )
    done = make_lock(project)
    assert pins(project) == ["fourth==4.0", "thing==2.0  # why it is special", "third==3.0"], done.stderr
    assert "other: 1.0 → no longer needed\nthing: 1.0 → 2.0\nthird: new → 3.0\n" in done.stdout


@needs_uv
def test_bounds_that_cannot_be_met_leave_the_lock_alone(project: Path) -> None:
    (project / "pyproject.toml").write_text(PYPROJECT.replace("thing>=1.0", "thing>=9"))
    done = make_lock(project)
    assert done.returncode != 0
    assert "requirements.lock stays as it was: uv found no set of versions" in done.stderr
    assert (project / "requirements.lock").read_text() == OLD


def test_an_unknown_package_is_refused(project: Path) -> None:
    done = make_lock(project, "PACKAGE=other tihng")
    assert done.returncode != 0
    assert "PACKAGE=tihng: requirements.lock has no such package." in done.stderr
    assert (project / "requirements.lock").read_text() == OLD


def test_builds_cuda_and_the_browser_are_left_out(project: Path) -> None:
    found = "cuda-x==1 ; a\njsfetch==1 ; sys_platform == 'emscripten'\nnvidia-y==2\nthing==1.0+cpu\ntriton==3\nz==1"
    (project / "bin").mkdir()
    uv = project / "bin/uv"
    uv.write_text(
        f'#!/bin/sh\nfor word do\ncase $word in --output-file=*) echo "{found}" >"${{word#*=}}";; esac\ndone\n'
    )
    uv.chmod(0o755)
    done = make_lock(project, path=str(project / "bin"))
    assert pins(project) == ["thing==1.0  # why it is special", "z==1"], done.stderr
    assert "other: 1.0 → no longer needed\nz: new → 1\n" in done.stdout
