"""What notebook 15 searches: questions of people with judged pages, and known pages cut into passages."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from embedlab import evaluation
from embedlab.datasets import docstrings, natural_questions, passage_places
from embedlab.datasets.passage_places import Cut, Page
from tools import collect_passages

# -- natural questions ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asked() -> natural_questions.NaturalQuestions:
    return natural_questions.load()


def test_questions_are_judged_on_pages_that_are_there(asked):
    assert len(set(asked.questions)) == 40
    grades = Counter(grade for own in asked.grades for grade in own.values())
    assert grades == {0: 1156, 1: 149, 2: 133}
    assert sum(not any(own.values()) for own in asked.grades) == 2
    assert {name for own in asked.grades for name in own} <= set(docstrings.load().names)


def test_no_question_names_its_answer(asked):
    """A question in people's words does not hold the dotted name of a function."""
    answers = [{name.rpartition(".")[2] for name, grade in own.items() if grade == 2} for own in asked.grades]
    said = [set(re.findall(r"\w+_\w+|\w+\.\w+", question)) for question in asked.questions]
    assert not any(own & names for own, names in zip(said, answers, strict=True))


def test_counting_finds_what_the_module_says(asked):
    data = docstrings.load()
    number = {name: j for j, name in enumerate(data.names)}
    kept = [i for i, own in enumerate(asked.grades) if any(own.values())]
    wanted = [{number[name]: grade for name, grade in asked.grades[i].items()} for i in kept]
    questions = [asked.questions[i] for i in kept]
    counted = collect_passages.bm25(data.texts, questions)
    assert evaluation.retrieval_metrics(counted, wanted)["ndcg"] == pytest.approx(0.268, abs=0.01)


# -- passages ------------------------------------------------------------------------------------------------------

SECTIONS = Page(
    "toy.add_one", "Add one.", "Parameters\n----------\nx : float\n\nNotes\n-----\n" + "One is added. " * 20
)


def test_every_passage_has_the_heading_of_the_section_it_begins_in(text_model):
    cut = collect_passages.passages(SECTIONS, text_model.tokenizer, Cut(16, 0.25, "section"))
    assert cut[0].startswith("toy add one, Parameters: Parameters\n---")
    assert all(part.startswith("toy add one, Notes: ") for part in cut[2:])
    plain = collect_passages.passages(SECTIONS, text_model.tokenizer, Cut(16, 0.25, "none"))
    named = collect_passages.passages(SECTIONS, text_model.tokenizer, Cut(16, 0.25, "name"))
    assert named == [f"toy add one: {part}" for part in plain]
    assert "".join(plain[0].split()) == "".join(SECTIONS.rest[: len(plain[0])].split())
    assert collect_passages.passages(SECTIONS, text_model.tokenizer, Cut(0, 0.0, "none")) == [SECTIONS.rest]


def test_a_page_without_sections_has_its_name_only(text_model):
    page = Page("toy.f", "One.", "Nothing else is said here.")
    assert collect_passages.passages(page, text_model.tokenizer, Cut(16, 0.0, "section")) == [f"toy f: {page.rest}"]


def test_places_count_the_pages_with_a_better_passage():
    scores = np.array([[0.1, 0.9, 0.5], [0.3, 0.8, 0.2]])
    found, own = collect_passages.places(scores, np.array([0, 0, 1]))
    assert found.tolist() == [1, 2]
    assert own.tolist() == [0.9, 0.2]


@pytest.fixture(scope="module")
def table() -> passage_places.PassagePlaces:
    return passage_places.load()


def test_the_pages_are_those_that_the_tool_draws(table):
    assert table.pages == collect_passages.drawn()
    assert table.cuts == collect_passages.CUTS
    assert Counter(name.partition(".")[0] for name in table.pages) == collect_passages.DRAWN


def test_a_slice_of_the_table_measured_again(table, text_model):
    data, kinds = docstrings.load(), [Cut(128, 0.0, "name"), Cut(0, 0.0, "none")]
    at = [data.names.index(name) for name in table.pages]
    pages = [passage_places.split(data.names[i], data.texts[i], data.summaries[i]) for i in at]
    for row in collect_passages.rows(pages[::40], text_model, kinds):
        name, *kind, parts, _, cosine, _ = row
        place = table.cuts.index(Cut(*kind)), table.pages.index(name)
        assert parts == table.passages[place]
        assert float(cosine) == pytest.approx(table.cosine[place], abs=0.002)
    for kind in kinds:  # counting needs no model, so all of its places
        cut = [collect_passages.passages(page, text_model.tokenizer, kind) for page in pages]
        texts = [text for own in cut for text in own]
        owners = np.repeat(np.arange(len(cut)), [len(own) for own in cut])
        found, _ = collect_passages.places(collect_passages.bm25(texts, [page.query for page in pages]), owners)
        np.testing.assert_array_equal(found, table.bm25[table.cuts.index(kind)])


def test_the_tool_writes_what_the_module_reads(monkeypatch, tmp_path, text_model):
    monkeypatch.setattr(collect_passages, "DRAWN", {"numpy": 3})
    monkeypatch.setattr(collect_passages, "CUTS", [Cut(64, 0.0, "none")])
    monkeypatch.setattr(collect_passages.passage_places, "__file__", str(tmp_path / "passage_places.py"))
    monkeypatch.setattr(collect_passages.models, "load_text_model", lambda: text_model)
    assert collect_passages.main() == 0
    read = collect_passages._table.read("passage_places", passage_places.COLUMNS, tmp_path)
    assert read[0] == collect_passages.drawn()
    assert set(read[1]) == {"64"}
