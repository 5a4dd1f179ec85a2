"""The repository's name is stamped on a copy: everywhere, once, or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tools import colab_cell, notebooks, publish_name

ROOT = Path(__file__).resolve().parent.parent
OLD = "https://github.com/YOUR_GITHUB_NAME/embedlab"
NEW = "https://github.com/ada-l/embed.course"


def example_notebook(repository: str) -> dict:
    def cell(kind: str, source: str) -> dict:
        extra = {"execution_count": 1, "outputs": []} if kind == "code" else {}
        return {"cell_type": kind, "id": "", "metadata": {}, "source": source, **extra}

    badge = colab_cell.badge("03_example.ipynb", repository)
    head = f"# 03 · Example\n\n{badge}"
    cells = [cell("markdown", head), cell("code", colab_cell.cell(repository)), cell("code", "1")]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for one, name in zip(cells, notebooks.cell_ids(notebook), strict=True):
        one["id"] = name
    return notebook


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "README.md", ".github"):
        source, target = ROOT / name, tmp_path / name
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    (tmp_path / "notebooks").mkdir()
    text = publish_name.written(example_notebook(OLD))
    (tmp_path / "notebooks/03_example.ipynb").write_text(text, encoding="utf-8")
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    (tmp_path / "README.md").write_text(f"{text}\n[home]({OLD}/issues) and {OLD}-two\n", encoding="utf-8")
    return tmp_path


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_place_gets_the_name(copy: Path) -> None:
    changed = publish_name.publish(copy, "ada-l/embed.course")
    assert {"pyproject.toml", "README.md", "03_example.ipynb"} <= {path.name for path in changed}
    assert publish_name.current(copy) == "ada-l/embed.course"
    assert f"[home]({NEW}/issues) and {OLD}-two" in (copy / "README.md").read_text(encoding="utf-8")
    notebook = json.loads((copy / "notebooks/03_example.ipynb").read_text(encoding="utf-8"))
    assert notebook == json.loads(publish_name.written(example_notebook(NEW)))
    assert notebooks.cell_ids(notebook) == [cell["id"] for cell in notebook["cells"]]
    assert notebooks.source(notebook["cells"][1]) == colab_cell.cell(NEW)


def test_twice_is_once(copy: Path) -> None:
    publish_name.publish(copy, "ada-l/embed.course")
    once = everything(copy)
    assert publish_name.publish(copy, "ada-l/embed.course") == []
    assert everything(copy) == once


def test_a_second_name_replaces_the_first_and_the_way_back_is_the_start(copy: Path) -> None:
    start = everything(copy)
    publish_name.publish(copy, "ada-l/embed.course")
    publish_name.publish(copy, "grace/embedlab")
    assert "ada-l" not in (copy / "notebooks/03_example.ipynb").read_text(encoding="utf-8")
    publish_name.publish(copy, publish_name.PLACEHOLDER)
    assert everything(copy) == start


@pytest.mark.parametrize(
    "slug",
    ["", "ada", "ada/", "/embedlab", "a/b/c", "-ada/x", "ada-/x", "a--b/x", "ada/..", "ada/x.git", "ada/x y", "ada/x\n",
     "https://github.com/ada/x", "a" * 40 + "/x", "ada/" + "x" * 101, "ada_l/x"],
)  # fmt: skip
def test_a_malformed_name_changes_nothing(copy: Path, slug: str) -> None:
    start = everything(copy)
    with pytest.raises(ValueError, match="REPO must be owner/name as on GitHub, for example REPO=ada/embedlab"):
        publish_name.publish(copy, slug)
    assert everything(copy) == start


def test_a_failing_write_puts_everything_back(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = everything(copy)
    write, seen = publish_name.atomic_write, []

    def full_disk_at_the_second_file(path: Path, text: str) -> None:
        seen.append(path)
        if len(seen) == 2:
            raise OSError("no space left on device")
        write(path, text)

    monkeypatch.setattr(publish_name, "atomic_write", full_disk_at_the_second_file)
    with pytest.raises(OSError, match="no space left"):
        publish_name.publish(copy, "ada-l/embed.course")
    assert everything(copy) == start


def test_the_command_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert publish_name.main([""]) == 1
    assert capsys.readouterr().err == (
        "REPO must be owner/name as on GitHub, for example REPO=ada/embedlab, but it is ''\n"
    )  # fmt: skip
