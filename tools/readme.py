"""What the README takes from the notebooks: the course map, one row a notebook, the symptom index, and a picture.

`tools.stamp` writes them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path

from tools import notebooks

README = notebooks.ROOT / "README.md"
PICTURE = "notebooks/pictures/search_photographs.png"
# Number of a notebook, and how the alternative text of one of its pictures begins.
PICTURE_FROM = "10", "The four photographs nearest to the sentence"
BEGIN, END = "<!-- course map -->", "<!-- end of the course map -->"
SYMPTOMS = "Where do I look?"  # the section of notebook 00 that holds the table
SYMPTOM_MARKS = "<!-- symptoms -->", "<!-- end of the symptoms -->"

Books = Mapping[Path, notebooks.Notebook]


def course_map(books: Books) -> str:
    """Return the table of the notebooks that have a number, in the order in which they come."""
    rows = ["| Notebook | The question | Minutes | Exercises |", "|:---|:---|---:|---:|"]
    for path, notebook in books.items():
        if path.name[:2].isdigit():
            head = notebooks.head(notebook)
            exercises = len(notebooks.exercise_headings(notebook))
            rows.append(f"| [{head.title}](notebooks/{path.name}) | {head.question} | {head.minutes} | {exercises} |")
    return "\n".join(rows)


def symptoms(books: Books) -> str:
    """Return the symptom index of notebook 00, with the links as the README needs them; "" without that notebook."""
    start = [notebook for path, notebook in books.items() if path.name.startswith("00")]
    rows = re.findall(r"^\|.*$", "".join(notebooks.section(book, SYMPTOMS) for book in start), flags=re.M)
    return "\n".join(rows).replace("](", "](notebooks/")


def with_map(text: str, table: str) -> str:
    """Return the README's text with the table between the two marks of the course map; see `between`."""
    return between(text, BEGIN, END, table)


def stamped(text: str, books: Books) -> tuple[str, list[str]]:
    """Return the README's text with what follows from the notebooks, and which parts were not as they should be."""
    mapped = with_map(text, course_map(books))
    index = symptoms(books)
    indexed = between(mapped, *SYMPTOM_MARKS, index) if index else mapped
    changed = {"the course map": mapped != text, "the symptom index": indexed != mapped}
    return indexed, [part for part, differs in changed.items() if differs]


def between(text: str, begin: str, end: str, block: str) -> str:
    """Return the text with ``block`` in place of what stands between two marks; each must be there once."""
    before, opened, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed) or begin in after or end in after:
        raise ValueError(f"README.md must hold {begin} and, after it, {end}, each once")
    return f"{before}{begin}\n{block}\n{end}{after}"


def picture(books: Books, number: str = PICTURE_FROM[0], alt: str = PICTURE_FROM[1]) -> bytes:
    """Return a recorded picture of a notebook, found by the beginning of its alternative text, or raise LookupError."""
    for path, notebook in books.items():
        for _, _, output in notebooks.outputs(notebook) if path.name.startswith(number) else ():
            if output.get("metadata", {}).get("image/png", {}).get("alt", "").startswith(alt):
                return base64.b64decode(output["data"]["image/png"])
    raise LookupError(f"notebook {number} has no recorded picture whose alternative text begins with {alt!r}")
