"""The set-up is run for real, on a tiny project in a path with spaces whose only package index is a folder."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tiny import environ, run, write_wheel
from tools import environment

ROOT = Path(__file__).resolve().parent.parent
BACKEND = "import shutil\ndef build_editable(to, *rest):\n    return shutil.copy('{0}', to) and '{0}'\n"
PYPROJECT = """[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n"""
SECRET = r"p$w$$$(touch${IFS}ran)`touch${IFS}ran`;touch${IFS}ran*\%27"
HOSTILE = f"{SECRET} $(shell touch ran) $(touch ran) #\"'"
OLD = "import sys; sys.version_info = (3, 8, 18, 'final', 0)"
NO_VENV = "import sys; sys.modules['ensurepip'] = None"
FULL = "import shutil, types; shutil.disk_usage = lambda path: types.SimpleNamespace(free=10**9)"
INTEL = "import platform, sys; sys.platform = 'darwin'; platform.machine = lambda: 'x86_64'"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and sh are not on Windows; the README has its own lines")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Lay out a project that has never been set up."""
    root = tmp_path / "the index" / "a project"
    shutil.copytree(ROOT / "tools", root / "tools")
    shutil.copy(ROOT / "Makefile", root)
    for version in ("1.0", "1.1"):
        write_wheel(root.parent, "thing", version)
    write_wheel(root, "embedlab", "0.1.0")
    (root / "backend.py").write_text(BACKEND.format("embedlab-0.1.0-py3-none-any.whl"))
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "requirements.lock").write_text("# a comment\nthing==1.0\n")
    return root


def fake_python(command: Path, site: str | None) -> Path:
    """Make a command that is a real Python with something changed at its start; or one that fails."""
    hook = command.with_name(f"{command.name} site")
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(site or "import os; os._exit(127)")
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{hook}" exec "{environ(hook)["PYTHON"]}" "$@"\n')
    command.chmod(0o755)
    return command


def test_from_the_first_set_up_to_the_last(root: Path, tmp_path: Path) -> None:
    def becomes(message: str, version: str = "1.0", **changes: str | Path) -> None:
        done = run(root, **changes)
        assert message in done.stdout, done.stdout + done.stderr
        python, thing = (root / ".venv/bin" / name for name in ("python", "thing"))
        assert run(root, thing).stdout + run(root, python, "-c", "import embedlab").stderr == f"thing {version}\n"

    first = subprocess.Popen(["sh", "tools/setup.sh"], cwd=root, env=environ(root.parent), stderr=subprocess.PIPE,
        text=True, start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    while not (root / ".venv/pyvenv.cfg").exists() and first.poll() is None:
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGINT)  # what Ctrl-C does
    assert "was interrupted. Run the same command again" in first.communicate(timeout=60)[1]
    becomes("the last set-up was cut short; making .venv anew")
    before = sum(os.times()[2:4])  # of the processor: the clock also counts what else the machine does
    done = run(root, PIP_FIND_LINKS="/nowhere")
    assert (done.returncode, done.stdout, done.stderr, sum(os.times()[2:4]) - before < 1) == (0, "", "", True)
    (root / "pyproject.toml").write_text(PYPROJECT + "# nothing that needs the index\n")
    becomes("pyproject.toml changed; updating", PIP_FIND_LINKS="/nowhere")
    (root / "requirements.lock").write_text("thing==1.1\n")
    becomes("requirements.lock or pyproject.toml changed; updating", "1.1")
    root = root.rename(root.with_name("moved"))
    becomes("the folder was moved or copied; making .venv anew", "1.1")
    shutil.rmtree(next(root.glob(".venv/lib/python3*/site-packages/pip")))
    becomes("the Python of .venv does not start", "1.1", PYTHON=root / ".venv/bin/python")  # which is to be replaced
    other = fake_python(tmp_path / "python3.99", f"{NO_VENV}; sys.version_info = (3, 99, 0)")
    assert "another Python was asked for; making .venv anew" in run(root, PYTHON=other).stdout


@pytest.mark.parametrize(
    ("pythons", "chosen", "message"),
    [
        ({"python3": OLD}, "", r"3\.11 or newer is needed, .* found is 3\.8\.18 \(python3\)\.\n.*PYTHON="),
        ({"python3.11": NO_VENV}, "", r"its venv module is missing.\n.*sudo apt install python3\.\d+-venv"),
        ({"python3.12": FULL}, "", r"no disk space: 1\.0 GB are free .*\n.*free about 4 GB"),
        ({"python": INTEL}, "", r"is built for Intel Macs.*\n.*use Colab"),
        ({"python3.11": None, "python3.10": OLD, "python3.14": OLD, "python3.13": FULL}, "", "no disk space"),
        ({}, "", r"no Python was found on PATH.\n.*install Python"),
        ({"python3.11": FULL}, "/no such/python", r"PYTHON=/no such/python cannot be run\.\n.*full path"),
    ],
)
def test_what_is_in_the_way_is_said_first(root: Path, tmp_path: Path, pythons: dict, chosen: str, message: str) -> None:
    for name, site in pythons.items():
        fake_python(tmp_path / name, site)
    done = run(root, "/bin/sh", "tools/setup.sh", PATH=tmp_path, PYTHON=chosen)
    assert re.search(message, done.stderr), done.stderr
    assert (done.returncode, (root / ".venv").exists(), "Traceback" in done.stderr) == (1, False, False)


@pytest.mark.parametrize("listens", [False, True], ids=["refuses", "is silent"])
def test_an_index_that_does_not_answer(listens: bool, monkeypatch: pytest.MonkeyPatch, capfd) -> None:
    monkeypatch.setattr(environment, "PYTHON", sys.executable)
    monkeypatch.setattr(os, "environ", environ(ROOT, PIP_NO_INDEX="", PIP_FIND_LINKS=""))
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://u:pass-word@127.0.0.1:{server.getsockname()[1] if listens else 1}/simple"
        with pytest.raises(SystemExit, match="the package index cannot be reached(.|\n)*pip config list") as caught:
            environment.install("--index-url", address, "--timeout", "1", "--dry-run", "no-such-thing")
    said = str(caught.value) + "".join(capfd.readouterr())
    assert (said.count("Retrying"), said.count("pass-word")) == (1, 0)


@pytest.mark.parametrize(
    ("said", "message"),
    [("[Errno 28] No space left on device", "no disk space is left.*TMPDIR"), ("some {thing}", "stands above.*remove"),
     ("No matching distribution found for t==2", "shows no t==2 for .*3.12"), ("connection broken by", "be reached")],
)  # fmt: skip
def test_a_failing_install_is_explained(said: str, message: str, tmp_path: Path, monkeypatch, capfd) -> None:
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "pip")
    (tmp_path / "pip").write_text(f'#!/bin/sh\nprintf "%s\\n" "{said}" >&2\nexit 1\n')
    (tmp_path / "pip").chmod(0o755)
    with pytest.raises(SystemExit, match=f"(?s){message}"):
        environment.install("x")
    assert said in capfd.readouterr().err


@pytest.mark.parametrize("form", ["make NAME=…", "NAME=… make"])
def test_options_arrive_as_they_are(root: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("environment", "record", "stamp", "lock", "site"):
        show = "import os, sys; print(sys.argv[1:], [os.environ[name] for name in ('PIP_ARGS', 'PACKAGE')])"
        (root / f"tools/{name}.py").write_text(show)
    options = dict.fromkeys(("PIP_ARGS", "PACKAGE", "REPO", "NB", "LIVE"), HOSTILE)
    (root / ".venv").symlink_to(Path(sys.prefix))
    words = [f"{name}={value}" for name, value in options.items()] if form.startswith("make") else []
    recipes = {
        "setup": [],
        "record": HOSTILE.split(),
        "publish-name": [f"--repository={HOSTILE}"],
        "lock": [],
        "site": [f"--live={HOSTILE}"],
    }
    for target, arguments in recipes.items():
        done = run(root, "make", target, *words, **({} if words else options))
        assert done.stdout.splitlines()[-1:] == [f"{arguments} {[HOSTILE, HOSTILE]}"], done.stderr
    assert not (root / "ran").exists()
    monkeypatch.setenv("PIP_ARGS", f"--index-url https://u:{SECRET}@host/a#b --find-links 'a b'")
    assert environment.pip_args() == ["--index-url", f"https://u:{SECRET}@host/a#b", "--find-links", "a b"]
    monkeypatch.setenv("PIP_ARGS", "it's")
    with pytest.raises(SystemExit, match="in PIP_ARGS a quotation mark lacks its partner"):
        environment.pip_args()
