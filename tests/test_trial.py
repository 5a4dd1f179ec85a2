"""The chapter on trial: every verdict is one of four, every link leads to a heading, every number stands below it."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from tools import ledger, notebooks

VERDICTS = {"holds", "holds with a limit", "does not hold", "not testable here"}
LINK = re.compile(r"\[(\d\d) · ([^\]]+)\]\((\w+\.ipynb)#([^)]+)\)")
PAGE = notebooks.read(notebooks.TRIAL)
ROWS = re.findall(r"^\| (?!The chapter says)(.+) \|$", notebooks.prose(PAGE), flags=re.M)
SECTIONS = {path.name: notebooks.sections(notebooks.read(path)) for path in notebooks.course()}
SHORT = [pytest.param(row, id=row[:60]) for row in ROWS]


def test_the_page_is_one_like_the_glossary():
    assert notebooks.code_cells(PAGE) == []
    levels = [level for level, _ in notebooks.headings(PAGE)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    assert len(ROWS) >= 80


@pytest.mark.parametrize("row", SHORT)
def test_a_statement_has_its_verdict_and_its_places(row):
    statement, verdict, decides, places = row.split(" | ")
    assert verdict in VERDICTS
    assert statement.removesuffix("**").rstrip("0123456789").removesuffix(" **Error ").endswith(".")
    assert decides.endswith(".")
    assert set(LINK.sub("", places).split(", ")) == {""}, "links with commas between them, and nothing else"
    for number, title, name, anchor in LINK.findall(places):
        assert name.startswith(number)
        assert title in SECTIONS[name], f"{name} has no heading {title!r}"
        assert anchor == notebooks.anchor(title)
        assert unquote(anchor) == title.replace(" ", "-")


@pytest.mark.parametrize("row", SHORT)
def test_the_number_that_decides_stands_below_the_linked_heading(row):
    *_, decides, places = row.split(" | ")
    known = sorted(
        value for _, title, name, _ in LINK.findall(places) for value in ledger.evidence(SECTIONS[name][title])
    )
    assert ledger.missing(decides, known, whole=True) == []


def test_the_eleven_errors_are_named_once_each():
    named = [int(number) for row in ROWS for number in re.findall(r"\*\*Error (\d+)\*\*", row.split(" | ")[0])]
    assert sorted(named) == list(range(1, 12))


def test_the_readme_and_the_start_lead_to_it():
    assert f"({notebooks.NOTEBOOKS.name}/{notebooks.TRIAL.name})" in (notebooks.ROOT / "README.md").read_text("utf-8")
    assert f"({notebooks.TRIAL.name})" in notebooks.prose(notebooks.read(notebooks.numbered("00")))


def test_a_section_holds_the_code_below_its_title_alone():
    def text(source):
        return {"cell_type": "markdown", "source": source}

    def code(source):
        return {"cell_type": "code", "source": source}

    cells = [
        code("0"),
        text("# A\n\n## B"),
        code("1"),
        code("2"),
        text("no title"),
        code("3"),
        text("### `C`"),
        text("## D"),
    ]
    found = notebooks.sections({"cells": [*cells, code("4"), text("# E"), code("5")]})
    assert {title: [cell["source"] for cell in below] for title, below in found.items()} == {
        "B": ["1", "2", "3"],
        "`C`": [],
        "D": ["4"],
    }
    assert notebooks.anchor("`C` (d)") == "C-%28d%29"
