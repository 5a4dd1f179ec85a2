"""The glossary: every term is explained where it says, and linked from where the course first uses it."""

from __future__ import annotations

import re

import pytest

from tools import glossary, notebooks

ENTRIES = glossary.entries(notebooks.read(notebooks.GLOSSARY))
BOOKS = {path.name: notebooks.read(path) for path in notebooks.course()}
PROSE = [(name, text) for name, book in BOOKS.items() for text in glossary.prose(book)]

each_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)


def first_use(entry):
    """Name of the notebook, text of the cell and match of the term's first use in the course."""
    for name, text in PROSE:
        if found := re.search(entry.first_pattern, text):
            return name, text, found
    return None


@each_entry
def test_the_first_use_of_a_term_is_linked(entry):
    assert first_use(entry), f"no notebook uses {entry.term}"
    name, text, found = first_use(entry)
    links = re.finditer(rf"\[[^\]]*\]\({re.escape(entry.anchor)}\)", text)
    around = text[max(found.start() - 60, 0) : found.end() + 60]
    assert any(link.start() < found.start() and found.end() < link.end() for link in links), (
        f"{name} uses {found[0]!r} first, without a link to {entry.anchor}: …{around}…"
    )


@each_entry
def test_an_entry_explains_and_says_where_the_course_does(entry):
    assert notebooks.head(BOOKS[entry.file]).title == entry.title
    assert 5 <= len(entry.meaning.split()) <= 50
    assert entry.is_bold_in(notebooks.prose(BOOKS[entry.file])), f"{entry.file} has it nowhere in bold"


def test_what_stands_between_two_bold_words_is_not_bold():
    entry = ENTRIES["loss"]
    assert entry.is_bold_in("the **loss**, and the [**training loss**](x)")
    assert not entry.is_bold_in("the **gradient** of the loss is **steep**")


def test_an_entry_that_does_not_say_where_it_is_explained_is_refused():
    cells = [{"cell_type": "markdown", "source": "## A\n\n### atom\n\nA small thing."}]
    with pytest.raises(ValueError, match="entry 'atom' must end with “Explained in"):
        glossary.entries({"cells": cells})


# What a notebook needs from those before it


def book(*texts):
    """A notebook with a head and these texts."""
    return {"cells": [{"cell_type": "markdown", "source": text} for text in ("# Head, with a gradient", *texts)]}


KNOWN = {
    term: glossary.Entry(term, "", "", file)
    for term, file in [("sigmoid", "02"), ("gradient", "02"), ("TF-IDF", "03"), ("cosine", "01"), ("lift", "04")]
}
FIVE = {name: book() for name in ("00", "01", "02", "03", "04")}


@pytest.mark.parametrize(
    ("texts", "needed"),
    [
        ([], ["04"]),
        (["A sigmoid."], ["02"]),
        (["A sigmoid and TF-IDF."], ["02", "03"]),
        (["Sigmoids, a gradient, and TF-IDF."], ["02", "03"]),
        (["Sigmoids, a gradient, TF-IDF and a cosine."], ["01", "02", "03"]),
        (["Sigmoid, TF-IDF, a cosine (notebook 04)."], ["02", "03", "04"]),
        (
            ["Sigmoids, a gradient, a cosine.", "TF-IDF, [here](03_x.ipynb).", "[Two](04_y) [x](04_y)"],
            ["02", "03", "04"],
        ),
        (["The **sigmoid** and the **gradient** are explained here."], ["04"]),
        (["It will lift us.", "As notebook 07 says.", "`sigmoid`, $TF-IDF$", "## Exercises\n\nA sigmoid."], ["04"]),
        (["Notebook 00 said so."], ["04"]),
    ],
)
def test_prerequisites_are_the_notebooks_that_explain_what_is_used(texts, needed):
    assert glossary.prerequisites("05", {**FIVE, "05": book(*texts), "07": book()}, KNOWN) == needed


def test_the_first_two_notebooks_have_nothing_to_choose():
    assert glossary.prerequisites("00", FIVE, KNOWN) == []
    assert glossary.prerequisites("01", FIVE, KNOWN) == ["00"]


def test_a_head_names_at_most_five():
    known = {f"{word}{i}": glossary.Entry(f"{word}{i}", "", "", f"0{i}") for i in range(1, 8) for word in "ab"}
    books = {f"0{i}": book() for i in range(8)} | {"08": book(" ".join([*known, "notebook 01", "notebook 06"]))}
    assert glossary.prerequisites("08", books, known) == ["01", "04", "05", "06", "07"]


def test_the_entries_stand_in_order_under_their_letters():
    lines = re.findall(r"^(##+) (.+)$", notebooks.prose(notebooks.read(notebooks.GLOSSARY)), flags=re.M)
    terms = [title for marks, title in lines if marks == "###"]
    assert terms == sorted(terms, key=str.lower)
    assert len(terms) >= 130
    letter = ""
    for marks, title in lines:
        if marks == "##":
            letter = title
        else:
            assert title[0].upper() == letter


def test_every_link_to_the_glossary_meets_an_entry():
    known = {entry.anchor for entry in ENTRIES.values()}
    for name, notebook in BOOKS.items():
        found = set(re.findall(r"\]\((glossary[^)]*)\)", notebooks.prose(notebook)))
        assert found - known - {"glossary.ipynb"} == set(), name


def test_the_glossary_is_a_page_like_the_others():
    notebook = notebooks.read(notebooks.GLOSSARY)
    assert notebooks.code_cells(notebook) == []
    levels = [level for level, _ in notebooks.headings(notebook)]
    assert levels.count(1) == 1
    assert levels[0] == 1
