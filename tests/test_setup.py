"""The set-up is run for real, on a tiny project in a path with spaces whose only package index is a folder."""

from __future__ import annotations

import ast
import base64
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from tools import environment, lab

ROOT = Path(__file__).resolve().parent.parent
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and sh are not on Windows; the README has its own lines")


# -- a tiny project and its index ----------------------------------------------------------------

BACKEND = """
import pathlib, zipfile

def _wheel(folder, **files):
    info = "embedlab-0.1.0.dist-info/"
    files = {
        "embedlab.pth": str(pathlib.Path.cwd()) + "\\n",
        info + "METADATA": "Metadata-Version: 2.1\\nName: embedlab\\nVersion: 0.1.0\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    files[info + "RECORD"] = "".join(name + ",,\\n" for name in [*files, info + "RECORD"])
    name = "embedlab-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return name

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _wheel(wheel_directory)

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _wheel(wheel_directory)
"""

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "embedlab"
version = "0.1.0"
"""


def write_wheel(folder: Path, name: str, version: str) -> None:
    """Write a wheel with a module, a data file and a console script, all called `name`."""
    info = f"{name}-{version}.dist-info/"
    files = {
        f"{name}.py": f"def main():\n    print('{name} {version}')\n",
        f"{name}_data.txt": "0123456789",
        info + "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        info + "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        info + "entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text)}\n"
    files[info + "RECORD"] = record + f"{info}RECORD,,\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


class Project:
    """A folder that has this repository's set-up and nothing else of it."""

    def __init__(self, root: Path, index: Path, home: Path) -> None:
        self.root, self.index = root, index
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV"))}
        self.environ = {
            **inherited,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": index.as_uri(),
            "HOME": str(home),
        }

    def lay_out(self) -> None:
        (self.root / "tools").mkdir(parents=True)
        (self.root / "embedlab").mkdir()
        for name in ("Makefile", "tools/setup.sh", "tools/bootstrap.py", "tools/environment.py"):
            shutil.copy(ROOT / name, self.root / name)
        (self.root / "embedlab/__init__.py").write_text("")
        (self.root / "backend.py").write_text(BACKEND)
        (self.root / "pyproject.toml").write_text(PYPROJECT)
        (self.root / "requirements.lock").write_text("# a comment\nthing==1.0\nother==2.0 ; sys_platform != 'win32'\n")

    def moved_to(self, root: Path) -> Project:
        shutil.copytree(self.root, root, symlinks=True)
        return Project(root, self.index, Path(self.environ["HOME"]))

    def make(self, *arguments: str, **environ: str | None) -> subprocess.CompletedProcess[str]:
        merged = {k: v for k, v in {**self.environ, "PYTHON": BASE_PYTHON, **environ}.items() if v is not None}
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):  # this test may itself have been started by make
            merged.pop(name, None)
        command = ["make", *(arguments or ["setup"])]
        return subprocess.run(
            command, cwd=self.root, env=merged, capture_output=True, encoding="utf-8", check=False
        )

    def python(self, code: str) -> str:
        done = subprocess.run(
            [self.root / ".venv/bin/python", "-c", code], capture_output=True, encoding="utf-8", cwd="/", check=False
        )
        return (done.stdout + done.stderr).strip()

    def site_packages(self) -> Path:
        return environment.site_packages(self.root / ".venv")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Lay out a project that has never been set up."""
    base = tmp_path_factory.mktemp("set up")
    index, home = base / "index", base / "home"
    index.mkdir()
    home.mkdir()
    write_wheel(index, "thing", "1.0")
    write_wheel(index, "thing", "1.1")
    write_wheel(index, "other", "2.0")
    project = Project(base / "pristine", index, home)
    project.lay_out()
    return project


@pytest.fixture(scope="module")
def ready(pristine: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Set a project up once; the tests below use copies of it."""
    project = pristine.moved_to(tmp_path_factory.mktemp("ready") / "with space")
    done = project.make()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "making .venv" in done.stdout
    assert "done." in done.stdout
    return project


def test_what_was_set_up_works_in_a_path_with_spaces(ready: Project) -> None:
    assert ready.python("import embedlab; print(embedlab.__file__)") == str(ready.root / "embedlab/__init__.py")
    assert ready.python("import thing; thing.main()") == "thing 1.0"
    script = subprocess.run([ready.root / ".venv/bin/thing"], capture_output=True, text=True, check=True)
    assert script.stdout == "thing 1.0\n"


def test_the_second_run_does_nothing_and_is_quick(ready: Project) -> None:
    start = time.perf_counter()
    done = ready.make(PIP_FIND_LINKS="/nowhere")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.perf_counter() - start < 3


def test_a_moved_folder_is_adjusted_without_the_index(ready: Project, tmp_path: Path) -> None:
    moved = ready.moved_to(tmp_path / "another place")
    done = moved.make(PIP_FIND_LINKS="/nowhere")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the folder was moved or copied" in done.stdout
    assert moved.python("import embedlab; print(embedlab.__file__)") == str(moved.root / "embedlab/__init__.py")
    text = (moved.root / ".venv/bin/thing").read_text()
    assert str(ready.root) not in text
    script = subprocess.run([moved.root / ".venv/bin/thing"], capture_output=True, text=True, check=True)
    assert script.stdout == "thing 1.0\n"
    assert str(ready.root) not in (moved.root / ".venv/bin/activate").read_text()
    assert moved.make().stdout == ""


def test_a_package_that_was_cut_short_is_installed_again(ready: Project, tmp_path: Path) -> None:
    torn = ready.moved_to(tmp_path / "torn")
    (torn.root / ".venv" / environment.STAMP).unlink()  # pip was killed: no stamp, and no list of files
    (torn.site_packages() / "thing-1.0.dist-info/RECORD").unlink()
    (torn.site_packages() / "thing.py").unlink()
    (torn.site_packages() / "other_data.txt").write_text("01234")  # half a file
    assert torn.python("import thing").endswith("No module named 'thing'")
    done = torn.make()
    assert done.returncode == 0, done.stdout + done.stderr
    assert ".venv is half-made" in done.stdout
    assert torn.python("import thing; thing.main()") == "thing 1.0"
    assert (torn.site_packages() / "other_data.txt").read_text() == "0123456789"


def test_a_package_that_was_deleted_is_noticed(ready: Project, tmp_path: Path) -> None:
    lost = ready.moved_to(tmp_path / "lost")
    lost.make()
    shutil.rmtree(lost.site_packages() / "thing-1.0.dist-info")
    done = lost.make()
    assert "has lost 1 of its packages (thing …)" in done.stdout
    assert lost.python("import thing; thing.main()") == "thing 1.0"


def test_a_venv_whose_python_is_gone_is_made_anew(ready: Project, tmp_path: Path) -> None:
    broken = ready.moved_to(tmp_path / "broken")
    for name in ("python", "python3", f"python3.{sys.version_info.minor}"):
        (broken.root / ".venv/bin" / name).unlink()
    (broken.root / ".venv/bin/python").symlink_to(tmp_path / "an uninstalled python")
    (broken.root / ".venv/rubbish").touch()
    done = broken.make()
    assert done.returncode == 0, done.stdout + done.stderr
    assert broken.python("import thing; thing.main()") == "thing 1.0"
    assert not (broken.root / ".venv/rubbish").exists()


def test_a_changed_lock_is_followed(ready: Project, tmp_path: Path) -> None:
    changed = ready.moved_to(tmp_path / "changed")
    changed.make()
    (changed.root / "requirements.lock").write_text("thing==1.1\nother==2.0\n")
    done = changed.make()
    assert "requirements.lock or pyproject.toml changed" in done.stdout
    assert changed.python("import thing; thing.main()") == "thing 1.1"
    (changed.root / "pyproject.toml").write_text(PYPROJECT + "# nothing that needs the index\n")
    assert changed.make(PIP_FIND_LINKS="/nowhere").returncode == 0


def test_an_interrupted_setup_says_so_and_goes_on_next_time(pristine: Project, tmp_path: Path) -> None:
    project = pristine.moved_to(tmp_path / "interrupted")
    command = [BASE_PYTHON, "tools/bootstrap.py"]
    process = subprocess.Popen(
        command, cwd=project.root, env=project.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8", start_new_session=True,
        # A shell lets what it starts in the background ignore Ctrl-C; this child must not inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    limit = time.monotonic() + 30
    while not (project.root / ".venv/pyvenv.cfg").exists() and time.monotonic() < limit:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C does
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "was interrupted. Run the same command again" in said
    assert project.make().returncode == 0
    assert project.python("import thing; thing.main()") == "thing 1.0"


def test_an_activated_venv_can_be_replaced_too(ready: Project, tmp_path: Path) -> None:
    active = ready.moved_to(tmp_path / "active")
    shutil.rmtree(active.site_packages() / "pip")  # without pip it has to be made anew
    done = active.make(PYTHON=str(active.root / ".venv/bin/python"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert active.python("import embedlab; print(embedlab.__file__)").startswith(str(active.root))


# -- what can be in the way ----------------------------------------------------------------------


def fake_python(folder: Path, name: str, site: str = "") -> Path:
    """Make a command that is a real Python with something changed at its start."""
    folder.mkdir(exist_ok=True)
    hook = folder / f"{name} site"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(textwrap.dedent(site))
    command = folder / name
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{hook}" exec "{BASE_PYTHON}" "$@"\n')
    command.chmod(0o755)
    return command


OLD = "import sys; sys.version_info = (3, 8, 18, 'final', 0)"
NO_VENV = "import sys; sys.modules['ensurepip'] = None"
FULL = """
    import collections, shutil
    usage = collections.namedtuple("usage", "total used free")
    shutil.disk_usage = lambda path: usage(10**12, 10**12 - 10**9, 10**9)
"""


@pytest.mark.parametrize(
    ("site", "message", "fix"),
    [
        pytest.param(OLD, "needs Python 3.11 or newer, but the newest one found is 3.8.18", "PYTHON=", id="old"),
        pytest.param(NO_VENV, "its venv module is missing", "sudo apt install python3.", id="no venv"),
        pytest.param(FULL, "no disk space: 1.0 GB are free", "free some space", id="no space"),
    ],
)
def test_the_machine_is_looked_at_before_anything_is_made(
    pristine: Project, tmp_path: Path, site: str, message: str, fix: str
) -> None:
    project = pristine.moved_to(tmp_path / "blocked")
    done = project.make(PYTHON=str(fake_python(tmp_path / "bin", "python3", site)))
    assert done.returncode != 0
    assert message in done.stderr
    assert fix in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project.root / ".venv").exists()


def search(project: Project, bin_folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the search for a Python with nothing on PATH but `bin_folder`."""
    return subprocess.run(
        ["/bin/sh", "tools/setup.sh"], cwd=project.root, capture_output=True, encoding="utf-8", check=False,
        env={**project.environ, "PATH": str(bin_folder), **environ},
    )  # fmt: skip


def test_a_shim_that_fails_is_passed_over(ready: Project, tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    fake_python(folder, "python3.12")
    (folder / "python3.11").write_text("#!/bin/sh\necho 'python3.11: command not found' >&2\nexit 127\n")
    (folder / "python3.11").chmod(0o755)
    done = search(ready, folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_only_old_pythons(pristine: Project, tmp_path: Path) -> None:
    fake_python(tmp_path / "bin", "python3", OLD)
    done = search(pristine, tmp_path / "bin")
    assert done.returncode == 1
    assert "but the newest one found is 3.8.18" in done.stderr


def test_no_python(pristine: Project, tmp_path: Path) -> None:
    done = search(pristine, tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("No Python was found on PATH.")


def test_a_chosen_python_that_cannot_be_run(pristine: Project, tmp_path: Path) -> None:
    done = search(pristine, tmp_path, PYTHON="/no such/python")
    assert done.returncode == 1
    assert done.stderr.startswith("PYTHON=/no such/python cannot be run.")


def test_the_first_file_can_be_read_by_old_pythons() -> None:
    text = (ROOT / "tools/bootstrap.py").read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 4))
    assert text.isascii()  # Python 2 takes nothing else without a declaration
    assert not re.search(r"\bf['\"]|:=|\) ->", text)


def test_an_index_that_refuses(pristine: Project, tmp_path: Path) -> None:
    project = pristine.moved_to(tmp_path / "refused")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: refuses every connection
        index = f"http://127.0.0.1:{unused.getsockname()[1]}/simple"
        start = time.monotonic()
        done = project.make(PIP_NO_INDEX=None, PIP_FIND_LINKS=None, PIP_INDEX_URL=index)
    assert done.returncode != 0
    assert "the package index cannot be reached" in done.stderr
    assert "Connection refused" in done.stderr
    assert "pip config list" in done.stderr
    assert time.monotonic() - start < 30


def test_an_index_that_never_answers(ready: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = ready.moved_to(tmp_path / "silent")
    monkeypatch.setattr(environment, "PROBE_SECONDS", 1)
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/simple")
        start = time.monotonic()
        with pytest.raises(environment.SetupError, match=r"cannot be reached: .*(timed out|no answer)"):
            environment.check_index(project.root)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("log", "message", "fix"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "no disk space",
         "TMPDIR"),
        ("WARNING: Retrying after 'ReadTimeoutError(\"Read timed out. (read timeout=15)\")'", "broke: Read timed out",
         "goes on where it stopped"),
        ("ERROR: No matching distribution found for torch==2.13.0", "has no torch==2.13.0 for Python", "3.12 or 3.13"),
        ("ERROR: something else\nmore", "failed: something else", "remove .venv"),
        ("", "pip stopped", "remove .venv"),
    ],
)  # fmt: skip
def test_a_failing_install_is_explained(tmp_path: Path, log: str, message: str, fix: str) -> None:
    (tmp_path / "log").write_text(f"some lines\n{log}\n")
    error = environment._explain(tmp_path, tmp_path / "log")
    assert message in str(error)
    assert fix in error.fix


def test_intel_macs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(environment.platform, "machine", lambda: "x86_64")
    with pytest.raises(environment.SetupError, match="Intel Macs"):
        environment.check_machine()


# -- make lab, make help -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "platform", "opens"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({"DISPLAY": ":0", "CI": "true"}, "linux", False),
        ({}, "darwin", True),
        ({"CI": "true"}, "darwin", False),
    ],
)
def test_the_browser_opens_only_where_there_is_a_screen(environ: dict, platform: str, opens: bool) -> None:
    assert ("--no-browser" not in lab.command(environ, platform, root_user=False)) is opens


def test_the_server_listens_on_this_machine_only() -> None:
    line = lab.command({}, "linux", root_user=True)
    assert "--ServerApp.ip=127.0.0.1" in line
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in line
    assert not [option for option in line if "token" in option or "password" in option]
    assert "--allow-root" in line
    assert "--allow-root" not in lab.command({}, "linux", root_user=False)


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
        assert "/lab/tree/notebooks/00_start_here.ipynb?token=" in address
        code = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=20).status)"
        done = subprocess.run([sys.executable, "-c", code, address], capture_output=True, text=True, check=True)
        assert done.stdout == "200\n"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_help_is_the_default_and_lists_every_target() -> None:
    text = subprocess.run(
        ["make", "-s", "--no-print-directory"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    ).stdout
    for target in ("lab", "test", "record", "doctor", "bench", "lint", "wheel", "publish-name"):
        assert f"make {target} " in text
