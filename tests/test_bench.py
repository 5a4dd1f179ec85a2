"""`make bench`: each part stands in the page by itself, and a notebook's floor is a notebook that runs."""

from tools import bench, bench_scale, notebooks


def test_a_part_replaces_what_stands_between_its_marks_and_nothing_else(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(
        "Head\n<!-- package -->\nold\n<!-- end of package -->\n<!-- scale -->\nkept\n<!-- end of scale -->\n"
    )
    monkeypatch.setattr(bench, "PAGE", page)
    monkeypatch.setattr(bench, "package_table", lambda: ["| new |"])
    assert bench.main(["--only", "package"]) == 0
    text = page.read_text(encoding="utf-8")
    assert "| new |" in text
    assert "old" not in text
    assert "<!-- scale -->\nkept\n<!-- end of scale -->" in text


def test_the_page_has_a_place_for_each_part():
    text = bench.PAGE.read_text(encoding="utf-8")
    for part in ("package", "scale", "notebooks"):
        assert text.count(f"<!-- {part} -->") == text.count(f"<!-- end of {part} -->") == 1


def test_every_row_of_the_tables_can_be_measured_alone():
    names = {*bench.ROWS, *bench_scale.STORES, *bench_scale.PLAIN, bench_scale.encode_modes.__name__}
    assert names <= {*bench.ROWS, *bench_scale.ALONE}


def test_the_notebooks_table_and_its_floor(tmp_path, monkeypatch):
    """A notebook that only sets up is run, cut down to its imports, and both are verified."""
    notebook = notebooks.read(notebooks.numbered("00"))
    last = notebook["cells"].index(notebooks.code_cells(notebook)[1])
    path = tmp_path / "00_start_here.ipynb"
    path.write_text(notebooks.written({**notebook, "cells": notebook["cells"][: last + 1]}), encoding="utf-8")
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(notebooks, "course", lambda: [path])
    lines = bench.notebook_tables()
    assert lines[2].startswith("| 00_start_here |")
    assert lines[2].count(" GB") == 2
    assert lines[-1].startswith("| 1 notebooks |")
