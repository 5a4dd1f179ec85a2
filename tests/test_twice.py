"""Numbers stay when a cell runs twice: each cell of a copy stands there twice, and the verifier compares both.

That takes as long as two verifications, so it runs only when it is asked for; see CONTRIBUTING.
"""

from __future__ import annotations

import os

import pytest

from tests.test_verifier import verify
from tools import notebooks

MOST_SECONDS = 1200
asked_for = pytest.mark.skipif(not os.environ.get("TWICE"), reason="long: TWICE=1 runs every cell twice")


def twice(path, folder):
    """Run a notebook with each code cell twice; returns {number of a code cell from 1: why its second run differs}."""
    notebook = notebooks.read(path)
    doubled = [cell for cell in notebook["cells"] for _ in range(1 + (cell["cell_type"] == "code"))]
    copy = folder / path.name
    copy.write_text(notebooks.written({**notebook, "cells": doubled}), encoding="utf-8")
    found = verify(folder, "--nbval", copy, caller={}, timeout=MOST_SECONDS)
    return {place // 2 + 1: why for (_, place), why in found.items() if why}


@asked_for
@pytest.mark.slow
@pytest.mark.parametrize("path", notebooks.course(), ids=lambda path: path.stem)
def test_a_cell_that_runs_twice_gives_the_same(path, tmp_path):
    assert twice(path, tmp_path) == {}


@pytest.mark.slow
def test_a_cell_that_adds_to_an_earlier_one_is_seen(tmp_path):
    sources = {"x = [1]": "", "x.append(1)\nprint(len(x))": "2\n", "print(x[0])": "1\n"}
    cells = [
        {"cell_type": "code", "execution_count": 1, "id": "x", "metadata": {}, "source": source}
        | {"outputs": [{"output_type": "stream", "name": "stdout", "text": text}] if text else []}
        for source, text in sources.items()
    ]
    path = tmp_path / "adds.ipynb"
    path.write_text(notebooks.written({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (tmp_path / "doubled").mkdir()
    found = twice(path, tmp_path / "doubled")
    assert list(found) == [2]
    assert "Cell outputs differ" in found[2]
