"""The symptom index of notebook 00 and of the README: every line leads to a heading that is there."""

from __future__ import annotations

import re

import pytest

from tools import notebooks, readme

START = notebooks.read(notebooks.numbered("00"))
ROWS = re.findall(r"^\| (?!What you see)(.+) \| (.+) \|$", notebooks.section(START, readme.SYMPTOMS), flags=re.M)
LINK = re.compile(r"\[(\d\d) · ([^\]]+)\]\((\w+\.ipynb)#([^)]+)\)")
ASKED = "wrong order|finds nothing|always finds something|too slow|model changed|near-duplicates|long documents"


@pytest.mark.parametrize("symptom", [*ASKED.split("|"), "another language"])
def test_what_people_ask_is_there(symptom):
    assert sum(f"**{symptom}**" in seen.lower() for seen, _ in ROWS) == 1


@pytest.mark.parametrize(("seen", "places"), ROWS)
def test_every_line_leads_to_headings(seen, places):
    assert set(LINK.sub("", places).split(", ")) == {""}, "links with commas between them, and nothing else"
    for number, title, name, anchor in LINK.findall(places):
        assert name.startswith(number)
        assert title in notebooks.sections(notebooks.read(notebooks.NOTEBOOKS / name)), f"{name} has no {title!r}"
        assert anchor == notebooks.anchor(title)


def test_the_readme_shows_the_same_and_stays_short():
    text = readme.README.read_text(encoding="utf-8")
    index = readme.symptoms({notebooks.numbered("00"): START})
    assert len(index.splitlines()) == len(ROWS) + 2
    assert f"{readme.SYMPTOM_MARKS[0]}\n{index}\n{readme.SYMPTOM_MARKS[1]}" in text
    assert len(text.splitlines()) <= 150


def test_stamp_says_what_it_changes_and_without_the_start_nothing():
    books = {notebooks.numbered("00"): START}
    text = f"{readme.BEGIN}\n{readme.END}\n{readme.SYMPTOM_MARKS[0]}\n{readme.SYMPTOM_MARKS[1]}\n"
    new, parts = readme.stamped(text, books)
    assert parts == ["the course map", "the symptom index"]
    assert readme.stamped(new, books) == (new, [])
    assert readme.symptoms({}) == ""
