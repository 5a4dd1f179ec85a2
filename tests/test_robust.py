"""The same figures for whoever runs them: a home that cannot be written, a locale without UTF-8, another time zone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tools import notebooks

pytestmark = pytest.mark.slow

# An ASCII locale is the strictest: whatever is read or written without naming its encoding fails on the first umlaut.
ELSEWHERE = {
    "HOME": os.devnull,
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "TZ": "Pacific/Kiritimati",
}
FILES = ["test_files", "test_progress", "datasets/test_texts", "datasets/test_gensim", "test_hygiene", "test_search"]


def run(arguments, **more):
    dropped = ("PYTEST", "EMBEDLAB", "XDG", "MPL", "JUPYTER", "LANG", "COV")
    own = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=notebooks.ROOT,
        env=own | ELSEWHERE | more,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=400,
        check=False,
    )


def test_the_place_is_as_strict_as_it_is_meant_to_be():
    code = "import locale, pathlib, time; print(locale.getpreferredencoding(False), pathlib.Path.home(), time.timezone)"
    assert run(["-c", code]).stdout.split() == ["ANSI_X3.4-1968", os.devnull, str(-14 * 3600)]


def test_the_package_passes_its_tests_there():
    tests = [f"tests/{name}.py" for name in FILES]
    done = run(["-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider", *tests])
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_notebook_gives_its_recorded_outputs_there():
    path = notebooks.numbered("00")
    done = run(["-m", "pytest", "--nbval", "-q", "--color=no", "-p", "no:cacheprovider", str(path)])
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_doctor_answers_there():
    done = run(["-m", "embedlab"], PYTHONIOENCODING="utf-8")
    assert "Text model" in done.stdout
    assert "Traceback" not in done.stderr
