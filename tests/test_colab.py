"""Colab, played on this machine: the cell installs embedlab, moves nothing, and a notebook runs to its end.

The stand-in is a virtual environment that has what Colab brings, linked from the running one instead of installed,
and a package `google.colab`. What Colab lacks is packed from the running environment into a folder that is pip's only
index, so no network is used. That index also offers newer versions of what is there: bait that only the constraints
keep from being taken.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.needs import needed_by
from tests.tiny import write_wheel
from tools import colab_cell, notebooks
from tools.record import RECORDED_ENVIRONMENT

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = "https://github.com/YOUR_GITHUB_NAME/embedlab"
CELL = colab_cell.cell(REPOSITORY)

# What Colab has, as far as the course is concerned; and nbclient, which plays the person at the browser.
COLAB_HAS = (
    "torch", "numpy", "transformers", "scipy", "scikit-learn", "pandas", "matplotlib", "pillow", "networkx",
    "accelerate", "datasets", "tensorboard", "scikit-image", "umap-learn", "gensim", "huggingface-hub", "safetensors",
    "tqdm", "ipykernel", "ipython", "ipywidgets", "requests", "nbclient",
)  # fmt: skip
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OFFLINE = tuple(Requirement(line).name for line in PYPROJECT["optional-dependencies"]["offline"])  # models and data
COLAB_LACKS = ("sentence-transformers", "bm25s", *OFFLINE)


# -- without installing anything -----------------------------------------------------------------


def run_cell_bare(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the cell in an interpreter that finds no packages, and whose pip finds no git."""
    environ = {**os.environ, "PYTHONPATH": "", "PATH": str(folder)}
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, '')\n{CELL}"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=True, env=environ)


def test_where_embedlab_is_installed_the_cell_does_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", CELL], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_without_embedlab_and_outside_colab_it_says_how_to_install(tmp_path: Path) -> None:
    done = run_cell_bare(tmp_path)
    assert done.stdout == "embedlab is missing: run `make lab`, or `pip install -e .`, in the course's folder.\n"
    assert done.stderr == ""


def test_in_colab_a_failing_install_says_what_to_upload(tmp_path: Path) -> None:
    (tmp_path / "google/colab").mkdir(parents=True)
    (tmp_path / "google/colab/__init__.py").touch()
    said = run_cell_bare(tmp_path).stdout
    assert "Cannot find command 'git'" in said  # the reason
    assert "In a copy of the course run `make wheel`" in said  # the way out
    assert said.endswith("upload dist/embedlab-….whl beside this notebook, then run this cell again.\n")


def test_what_moved_is_named_with_the_advice_to_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}

    def install(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        seen.update(command=command, **options)
        monkeypatch.setattr(metadata, "version", lambda name: "99" if name == "numpy" else seen["versions"][name])
        return subprocess.CompletedProcess(command, 0, "", "")

    seen["versions"] = {d.name: d.version for d in reversed([*metadata.distributions()])}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "embedlab" else True)
    monkeypatch.setattr(subprocess, "run", install)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(CELL, {})
    assert out.getvalue() == (
        "These packages moved: ['numpy']. Restart (Runtime > Restart session), then run all cells.\n"
    )  # fmt: skip
    assert seen["command"][-1] == f"embedlab[offline] @ git+{REPOSITORY}"
    assert f"numpy=={metadata.distribution('numpy').version}" in seen["input"].splitlines()


def test_the_cell_is_short() -> None:
    assert len(CELL.splitlines()) <= 23


# -- a whole notebook ----------------------------------------------------------------------------


def files(name: str) -> Iterator[tuple[str, Path]]:
    """Return a package's files, as its RECORD names them and as they lie on the disk; no scripts."""
    for path in metadata.files(name) or []:
        where = Path(path.locate())
        if not (path.parts[0] == ".." and "bin" in path.parts) and where.exists():
            yield str(path), where


def link(name: str, site: Path) -> None:
    """Make an installed package appear in another environment."""
    for relative, source in files(name):
        target = Path(os.path.normpath(site / relative))
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(source)


def pack(name: str, index: Path) -> None:
    """Put an installed package back into a wheel."""
    distribution = metadata.distribution(name)
    stem = f"{re.sub('[-_.]+', '_', name)}-{distribution.version}"
    with zipfile.ZipFile(index / f"{stem}-py3-none-any.whl", "w") as wheel:
        for relative, source in files(name):
            leave_out = ("INSTALLER", "REQUESTED", "direct_url.json")
            if not relative.startswith("..") and not relative.endswith((".pyc", *leave_out)):
                wheel.write(source, relative)


def versions(site: Path) -> dict[str, str]:
    return {canonicalize_name(d.name): d.version for d in metadata.distributions(path=[str(site)])}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build embedlab's wheel as `make wheel` does (with the backend fetched, where it is not installed)."""
    folder = tmp_path_factory.mktemp("dist")
    isolation = ["--no-build-isolation"] if find_spec("flit_core") else []
    command = [sys.executable, "-m", "pip", "--quiet", "wheel", str(ROOT), "--no-deps", *isolation, "-w", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("embedlab-*.whl")
    return built


def test_the_wheel_holds_the_package_with_its_data_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    source = {str(p.relative_to(ROOT)) for p in (ROOT / "embedlab").rglob("*") if p.is_file() and p.suffix != ".pyc"}
    assert {name for name in names if ".dist-info/" not in name} == source
    assert any(name.endswith(".csv") for name in source)
    assert any(name.endswith("/licenses/LICENSE") for name in names)


RUN = """
import sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Colab is Linux, and links need rights on Windows")
def test_a_notebook_alone_in_colab(wheel: Path, tmp_path: Path) -> None:
    colab, index, content = tmp_path / "colab", tmp_path / "index", tmp_path / "content"
    venv.create(colab, symlinks=True, with_pip=True)
    (site,) = colab.glob("lib/python3*/site-packages")
    for name in needed_by([*COLAB_HAS]):
        link(name, site)
    (site / "google/colab").mkdir(parents=True, exist_ok=True)
    (site / "google/colab/__init__.py").touch()
    index.mkdir()
    for name in COLAB_LACKS:
        pack(name, index)
    write_wheel(index, "bm25s", "99.0", "Requires-Dist: torch>=99\n")  # bait
    for name in ("numpy", "torch", "transformers"):
        write_wheel(index, name, "99.0")
    content.mkdir()
    shutil.copy(wheel, content)
    path = Path(shutil.copy(notebooks.numbered("00"), content))
    before = versions(site)

    own = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON", "JUPYTER_"))}
    environ = {
        **own, **RECORDED_ENVIRONMENT, "EMBEDLAB_HOME": str(tmp_path / "home"), "IPYTHONDIR": str(tmp_path / "ipython"),
        "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": index.as_uri(),
    }  # fmt: skip
    command = [colab / "bin/python", "-c", RUN, path.name]
    done = subprocess.run(command, cwd=content, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]

    after = versions(site)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"embedlab", *map(canonicalize_name, COLAB_LACKS)}
    assert after["bm25s"] == metadata.version("bm25s")
    assert str(site) in subprocess.run(
        [colab / "bin/python", "-c", "import embedlab; print(embedlab.__file__)"],
        capture_output=True, text=True, check=True, cwd=content, env=environ,
    ).stdout  # fmt: skip
    cells = notebooks.code_cells(notebooks.read(path))
    assert cells[0]["outputs"] == []
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
