"""Read the glossary, find where the course uses its terms, and so what a notebook needs from those before it.

A head's *Before this* is stamped from it (`prerequisites`), and the tests of the glossary hold its links. The rule:

1. A notebook **uses** a term if its prose has the term, between the head and the exercises, and does not set it in
   bold, which is how the course marks an explanation. Words that also mean something else (`AMBIGUOUS`) do not count.
2. It **needs** the earlier notebook of which the glossary says that it explains the term: one point a term. Each time
   its text names an earlier notebook, as in "notebook 03", that notebook gets a point more.
3. Its head names those with two points or more, at most `MOST` of them, the ones with most points. Are these fewer
   than `FEWEST`, others with one point join them, the nearest first; without any it is the notebook before.
"""

from __future__ import annotations

import collections
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tools import notebooks

FEWEST, MOST = 3, 5  # notebooks in a head
AMBIGUOUS = {"baseline", "degree", "frozen", "hub", "interval", "kernel", "lift", "loss", "passage", "patch", "prompt"}
ENTRY = re.compile(r"^### ([^\n]+)\n\n(.+?)(?=\n\n#|\Z)", flags=re.M | re.S)
LAST = ("## Exercises", "## Quiz", "## Summary", "## Further reading")
# What is no use of a term: code, formulas, headings, pictures and links of other kinds, folded solutions.
NO_PROSE = re.compile(
    r"```.*?```|^\|.*?$|<details>.*?</details>|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|^#.*?$|<[^>]*>"
    r"|!?\[[^\]]*\]\((?!glossary)[^)]*\)",
    flags=re.M | re.S,
)


@dataclass(frozen=True)
class Entry:
    """One term of the glossary: what it means, and the title and the file of the notebook that explains it."""

    term: str
    meaning: str
    title: str
    file: str

    @property
    def names(self) -> list[str]:
        """The term and its short forms."""
        return [self.term, *re.findall(r"\bShort: ([\w-]+)", self.meaning)]

    @property
    def anchor(self) -> str:
        """The heading's address in JupyterLab; the web edition writes it in small letters."""
        return f"glossary.ipynb#{notebooks.anchor(self.term)}"

    @property
    def pattern(self) -> str:
        """What finds the term, its short form, and both with a plural's end."""
        return "|".join(rf"(?<![\w-]){_any_case(form)}(?:e?s)?(?![\w-])" for form in self.names)

    @property
    def first_pattern(self) -> str:
        """What finds a use that must be linked; single everyday words (batch, loss) count in bold only."""
        everyday = self.term.islower() and re.fullmatch(r"\w+", self.term)
        return rf"\*\*(?:{self.pattern})\*\*" if everyday else self.pattern

    def is_bold_in(self, text: str) -> bool:
        """Whether a text sets the term in bold, as the course does where it explains one."""
        return any(re.search(self.pattern, bold) for bold in re.findall(r"\*\*([^*]+)\*\*", text))


def _any_case(form: str) -> str:
    rest = re.escape(form[1:]).replace(r"\ ", r"\s+")  # a line may end between two words
    return f"[{form[0].upper()}{form[0].lower()}]{rest}"


def entries(glossary: notebooks.Notebook) -> dict[str, Entry]:
    """The entries of the glossary by their term; a ValueError names one that does not say where it is explained."""
    found = {}
    for term, text in ENTRY.findall("\n\n".join(notebooks.markdown_texts(glossary))):
        meaning, _, where = text.rpartition(" Explained in ")
        if not (link := re.fullmatch(r"\[([^\]]+)\]\(([^)]+)\)\.", where)):
            raise ValueError(f"the glossary's entry {term!r} must end with “Explained in [title](file).”")
        found[term] = Entry(term, meaning, *link.groups())
    return found


def prose(notebook: notebooks.Notebook) -> Iterator[str]:
    """The Markdown cells of a lesson, from after its head up to the exercises, without what is no prose."""
    for text in _lesson(notebook):
        yield NO_PROSE.sub(lambda found: " " * len(found[0]), text)


def _lesson(notebook: notebooks.Notebook) -> Iterator[str]:
    cells = notebook["cells"][1:]
    for cell in itertools.takewhile(lambda cell: not notebooks.source(cell).startswith(LAST), cells):
        if cell["cell_type"] == "markdown":
            yield notebooks.source(cell)


def prerequisites(name: str, books: Mapping[str, notebooks.Notebook], known: Mapping[str, Entry]) -> list[str]:
    """The files that the head of a notebook names, in the course's order, by the rule in this module's text."""
    earlier = sorted(file for file in books if file < name)
    points = _points(books[name], known, earlier)
    ranked = sorted(points, key=lambda file: (points[file], file), reverse=True)
    many = [file for file in ranked if points[file] > 1]
    return sorted(many[:MOST] if len(many) >= FEWEST else ranked[:FEWEST]) or earlier[-1:]


def _points(notebook: notebooks.Notebook, known: Mapping[str, Entry], earlier: list[str]) -> collections.Counter[str]:
    text, told = "\n\n".join(prose(notebook)), "\n\n".join(_lesson(notebook))
    used = [entry for entry in known.values() if entry.term not in AMBIGUOUS and re.search(entry.pattern, text)]
    named = re.findall(r"\bnotebooks? (\d\d)\b|\]\((\d\d)_", told)
    found = [entry.file for entry in used if not entry.is_bold_in(text)]
    found += [file for pair in named for file in earlier if file[:2] in pair]
    return collections.Counter(file for file in found if file in earlier[1:])  # everybody begins with the first
