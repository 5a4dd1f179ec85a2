"""The glossary: every term is explained where it says, and linked from where the course first uses it."""

from __future__ import annotations

import itertools
import re

import pytest

from tools import notebooks

ENTRY = re.compile(r"^### ([^\n]+)\n\n(.+?)(?=\n\n#|\Z)", flags=re.M | re.S)
ENTRIES = dict(ENTRY.findall("\n\n".join(notebooks.markdown_texts(notebooks.read(notebooks.GLOSSARY)))))
LAST = ("## Exercises", "## Quiz", "## Summary", "## Further reading")
# What is no use of a term: code, formulas, headings, pictures and links of other kinds, folded solutions.
NO_PROSE = re.compile(
    r"```.*?```|^\|.*?$|<details>.*?</details>|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|^#.*?$|<[^>]*>"
    r"|!?\[[^\]]*\]\((?!glossary)[^)]*\)",
    flags=re.M | re.S,
)


def anchor(term):
    """The heading's id in JupyterLab; the web edition writes it in small letters."""
    return f"glossary.ipynb#{term.replace(' ', '-')}"


def forms(term):
    """The term, its short form, and both with a plural's end; single everyday words count in bold only."""
    short = re.findall(r"\bShort: ([\w-]+)", ENTRIES[term])
    plain = "|".join(rf"(?<![\w-]){_any_case(form)}(?:e?s)?(?![\w-])" for form in [term, *short])
    everyday = term.islower() and re.fullmatch(r"\w+", term)  # batch, loss, lift: words with other meanings, too
    return rf"\*\*(?:{plain})\*\*" if everyday else plain


def _any_case(form):
    rest = re.escape(form[1:]).replace(r"\ ", r"\s+")  # a line may end between two words
    return f"[{form[0].upper()}{form[0].lower()}]{rest}"


def prose(path):
    """The Markdown cells of a lesson, from after its head up to the exercises, without what is no prose."""
    cells = notebooks.read(path)["cells"][1:]
    for cell in itertools.takewhile(lambda cell: not notebooks.source(cell).startswith(LAST), cells):
        if cell["cell_type"] == "markdown":
            yield NO_PROSE.sub(lambda found: " " * len(found[0]), notebooks.source(cell))


PROSE = [(path.name, text) for path in notebooks.course() for text in prose(path)]


def first_use(term):
    """Name of the notebook, text of the cell and match of the term's first use in the course."""
    for name, text in PROSE:
        if found := re.search(forms(term), text):
            return name, text, found
    return None


@pytest.mark.parametrize("term", ENTRIES)
def test_the_first_use_of_a_term_is_linked(term):
    name, text, found = first_use(term)
    links = re.finditer(rf"\[[^\]]*\]\({re.escape(anchor(term))}\)", text)
    around = text[max(found.start() - 60, 0) : found.end() + 60]
    assert any(link.start() < found.start() and found.end() < link.end() for link in links), (
        f"{name} uses {found[0]!r} first, without a link to {anchor(term)}: …{around}…"
    )


@pytest.mark.parametrize("term", ENTRIES)
def test_an_entry_explains_and_says_where_the_course_does(term):
    explanation, _, where = ENTRIES[term].rpartition(" Explained in ")
    title, name = re.fullmatch(r"\[(.+)\]\((.+)\)\.", where).groups()
    notebook = notebooks.read(notebooks.NOTEBOOKS / name)
    assert notebooks.head(notebook).title == title
    assert 5 <= len(explanation.split()) <= 50
    short = re.findall(r"\bShort: ([\w-]+)", explanation)
    said = "|".join(_any_case(form) for form in [term, *short])
    assert re.search(rf"\*\*[^*]*(?:{said})[^*]*\*\*", notebooks.prose(notebook)), f"{name} has it nowhere in bold"


def test_the_entries_stand_in_order_under_their_letters():
    lines = re.findall(r"^(##+) (.+)$", notebooks.prose(notebooks.read(notebooks.GLOSSARY)), flags=re.M)
    terms = [title for marks, title in lines if marks == "###"]
    assert terms == sorted(terms, key=str.lower)
    assert len(terms) >= 80
    letter = ""
    for marks, title in lines:
        if marks == "##":
            letter = title
        else:
            assert title[0].upper() == letter


def test_every_link_to_the_glossary_meets_an_entry():
    known = {anchor(term) for term in ENTRIES}
    for path in notebooks.course():
        found = set(re.findall(r"\]\((glossary[^)]*)\)", notebooks.prose(notebooks.read(path))))
        assert found - known - {"glossary.ipynb"} == set(), path.name


def test_the_glossary_is_a_page_like_the_others():
    notebook = notebooks.read(notebooks.GLOSSARY)
    assert notebooks.code_cells(notebook) == []
    levels = [level for level, _ in notebooks.headings(notebook)]
    assert levels.count(1) == 1
    assert levels[0] == 1
