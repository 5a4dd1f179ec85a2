"""The order of the course: nothing that a lesson teaches is taken ready-made from the package before it is derived.

For each function that carries a lesson's method the table names the notebook that derives it, a piece of the cell
where it does, and the test that runs both side by side.
"""

from __future__ import annotations

import ast
import re

import pytest

from tools import notebooks

ROOMS = {
    "vectors",
    "evaluation",
    "spaces",
    "search",
}  # what the course derives; the other rooms are data, pictures and plumbing
PLUMBING = {"search.StoreError", "search.encode_corpus", "evaluation.BootstrapResult"}

DERIVED = {
    "vectors.cosine_similarity": ("01", "def cosine(", "test_cosines_are_those_of_the_package"),
    "vectors.normalize": ("02", "table / np.linalg.norm(table, axis=1, keepdims=True)", "test_nearest_words_are_top_k"),
    "vectors.center": ("02", "both - both.mean(axis=0)", "test_center_by_hand"),
    "vectors.top_k": ("03", "def top(", "test_top_is_that_of_the_package"),
    "vectors.analogy": ("03", "nearest(king - man + woman)", "test_the_analogy_is_that_of_the_package"),
    "evaluation.retrieval_metrics": ("04", "def ndcg(", "test_ndcg_is_that_of_the_package"),
    "evaluation.paired_bootstrap": ("04", "losses[drawn].mean(axis=1)", "test_the_bootstrap_of_the_lesson_is"),
    "evaluation.pair_similarities": ("12", "def row_cosines(", "test_row_cosines_are_those_of_the_package"),
    "evaluation.verification_curve": ("07", "def error_curve(", "test_the_error_curve_is_that_of_the_package"),
    "spaces.fit_procrustes": ("06", "def fit_procrustes(", "test_procrustes_is_that_of_the_package"),
    "evaluation.weat": ("21", "def weat(", "test_the_association_test_is_that_of_the_package"),
    "search.SemanticSearch": ("15", "def semantic_search(", "test_the_chapters_search_is_top_k"),
}


def used():
    """For each name of the rooms: where the course first uses it, as (number of the notebook, number of the cell)."""
    first: dict[str, tuple[str, int]] = {}
    for path in notebooks.course():
        meaning: dict[str, str] = {}
        for cell, code in enumerate(notebooks.code_cells(notebooks.read(path))):
            for name in sorted(set(_names(ast.parse(notebooks.python(code)), meaning))):
                first.setdefault(name, (path.name[:2], cell))
    return {name: place for name, place in first.items() if name.split(".")[0] in ROOMS}


def _names(tree, meaning):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("embedlab"):
            room = node.module.removeprefix("embedlab").removeprefix(".")
            for name in node.names:
                meaning[name.asname or name.name] = f"{room}.{name.name}".removeprefix(".")
    imports = {name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in [node.module]}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in meaning:
            yield f"{meaning[node.value.id]}.{node.attr}"
        elif isinstance(node, ast.Name) and "." in meaning.get(node.id, "") and not imports:
            yield meaning[node.id]


USED = used()


def test_every_method_that_the_course_uses_is_in_the_table():
    assert set(USED) - PLUMBING == set(DERIVED)


@pytest.mark.parametrize("name", DERIVED)
def test_it_is_derived_before_it_is_used(name):
    number, snippet, _ = DERIVED[name]
    cells = [notebooks.source(cell) for cell in notebooks.code_cells(notebooks.read(notebooks.numbered(number)))]
    derived = next(i for i, source in enumerate(cells) if snippet in source)
    assert (number, derived) <= USED[name], f"{name} is first used in notebook and cell {USED[name]}"
    if USED[name] == (number, derived):  # the same cell: by hand first
        assert cells[derived].index(snippet) < cells[derived].index(name.split(".")[-1])


@pytest.mark.parametrize("name", DERIVED)
def test_a_test_runs_both_side_by_side(name):
    _, _, test = DERIVED[name]
    found = [
        path.name
        for path in (notebooks.ROOT / "tests" / "derivations").glob("test_*.py")
        if re.search(rf"^def {test}\w*\(", path.read_text(encoding="utf-8"), flags=re.M)
    ]
    assert len(found) == 1, f"{test} stands in {found}"
