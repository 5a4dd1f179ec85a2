"""Colab, played on this machine: the cell installs embedlab, moves nothing, and a notebook runs to its end.

The stand-in is a virtual environment that has what Colab brings, linked from the running one instead of installed,
and a package `google.colab`. What Colab lacks is packed from the running environment into a folder that is pip's only
index, so no network is used. That index also offers newer versions of what is there: bait that only the constraints
keep from being taken.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from embedlab import colab as complete
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
    "tqdm", "ipykernel", "ipython", "ipywidgets", "nbclient",
)  # fmt: skip
COLAB_LACKS = sorted(needed_by([complete.WANTED]).keys() - needed_by([*COLAB_HAS]).keys() - {"embedlab"})


# -- without installing anything -----------------------------------------------------------------


@pytest.mark.parametrize("variables", [{}, {"COLAB_RELEASE_TAG": "release"}])
def test_where_embedlab_is_installed_the_cell_does_nothing(variables: dict[str, str]) -> None:
    command = [sys.executable, "-m", "IPython", "--colors=NoColor", "--quick", "-c", CELL]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | variables)
    assert (done.stdout, done.stderr) == ("", "")


def test_the_cell_has_six_lines_and_only_its_title_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line for line in CELL.splitlines() if line]
    assert len(lines) == 6
    assert CELL.startswith("# @title ")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1, "", "no disk"))
    assert complete.install() == "What embedlab needs could not be installed:\nno disk"


def test_a_folder_of_that_name_beside_the_notebook_is_no_package(tmp_path: Path) -> None:
    """Whoever clones the course into Colab has one; the first cell must install all the same."""
    (tmp_path / "embedlab").mkdir()
    code = "\n".join([*CELL.partition("    %pip")[0].splitlines(), "    print('installs')"])
    for variables, said in [({"COLAB_RELEASE_TAG": "release"}, "installs\n"), ({}, "")]:
        command = [sys.executable, "-S", "-c", code]
        own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path, env=own | variables)
        assert done.stdout == said


def test_every_version_is_held_and_what_moved_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    real = complete._versions()

    def pip(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        seen.update(command=command, **options)
        monkeypatch.setattr(complete, "_versions", lambda: real | {"numpy": "99"})
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    assert complete.install() == "These packages moved: numpy. Restart the session, then run all cells."
    assert seen["command"][-1] == "embedlab[offline,scale]"
    assert f"numpy=={real['numpy']}" in seen["input"].splitlines()


def test_where_databases_do_not_fit_the_rest_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def pip(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command[-1])
        return subprocess.CompletedProcess(command, int("scale" in command[-1]), "", "ERROR: no milvus-lite")

    monkeypatch.setattr(subprocess, "run", pip)
    assert complete.install() == (
        "All is here but embedlab[scale], for databases and large indexes (notebooks 16 and 23):\nERROR: no milvus-lite"
    )
    assert asked == ["embedlab[offline,scale]", "embedlab[offline]"]


def test_colab_gets_what_the_notebooks_import() -> None:
    """A notebook that imports what neither Colab has nor the first cell brings stops there, and nowhere else."""
    there = needed_by([complete.WANTED]).keys()
    owners, known = metadata.packages_distributions(), sys.stdlib_module_names | {"embedlab"}
    for path in notebooks.course():
        code = "\n".join(notebooks.source(cell) for cell in notebooks.code_cells(notebooks.read(path)))
        for library in sorted(set(re.findall(r"^(?:import|from) (\w+)", code, flags=re.M)) - known):
            found = {canonicalize_name(name) for name in owners[library]}
            assert found & there, f"{path.name} imports {library}, which embedlab.colab does not install"


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
        "COLAB_RELEASE_TAG": "release", "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": index.as_uri(),
    }  # fmt: skip
    command = [colab / "bin/python", "-c", RUN, path.name]
    done = subprocess.run(command, cwd=content, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]

    after = versions(site)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"embedlab", *COLAB_LACKS}
    assert after["bm25s"] == metadata.version("bm25s")
    assert str(site) in subprocess.run(
        [colab / "bin/python", "-c", "import embedlab; print(embedlab.__file__)"],
        capture_output=True, text=True, check=True, cwd=content, env=environ,
    ).stdout  # fmt: skip
    cells = notebooks.code_cells(notebooks.read(path))
    assert cells[0]["outputs"][-1]["text"].endswith("embedlab is complete; no restart is needed.\n")
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
