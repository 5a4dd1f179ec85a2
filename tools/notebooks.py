"""Read recorded notebooks: cells, headings, the head, the order of the course. Executes nothing, judges nothing.

A notebook's head is its first cell::

    # 15 · Semantic search

    [Open in Colab](…)

    **The question.** How can a search find what was meant when no word matches?

    **After this notebook you can**

    - build …
    - measure …
    - explain …

    | Time | Before this | Peak memory | Download |
    |:---|:---|:---|:---|
    | 45 minutes | [12 · Sentence Transformers](12_sentence_transformers.ipynb) | 1.2 GB | none |

`head` reads it; the README's course map, the links between notebooks and the rules of hygiene follow from what it
returns. That link, the minutes and much else are not written by hand: see `tools.stamp`.
"""

from __future__ import annotations

import ast
import hashlib
import itertools
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
GLOSSARY = NOTEBOOKS / "glossary.ipynb"
TRIAL = NOTEBOOKS / "chapter_on_trial.ipynb"
COURSE_MAP = "../README.md"
PREDICTION = "**Predict first.**"

Notebook = dict[str, Any]
Cell = dict[str, Any]


@dataclass(frozen=True)
class Head:
    """What a notebook says of itself in its first cell."""

    number: str
    topic: str
    question: str
    goals: tuple[str, ...]
    minutes: int
    before: str
    gigabytes: float
    download: str

    @property
    def title(self) -> str:
        """The notebook's heading, as links to it are written: ``15 · Semantic search``."""
        return f"{self.number} · {self.topic}"


def course(folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebooks that exist, in the order of the course."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def pages(folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebooks of the course, and the pages without code: the glossary, the chapter on trial."""
    return [*course(folder), *(path for page in (GLOSSARY, TRIAL) for path in folder.glob(page.name))]


def numbered(number: str, folder: Path = NOTEBOOKS) -> Path:
    """The notebook with a number such as ``15``; LookupError if there is none."""
    for path in course(folder):
        if path.name.startswith(f"{number}_"):
            return path
    raise LookupError(f"there is no notebook {number}")


def read(path: Path) -> Notebook:
    """The notebook as its file holds it, but with each text in one piece; nothing is repaired."""
    return nbformat.v4.reads(path.read_text(encoding="utf-8"))


def written(notebook: Notebook) -> str:
    """The notebook as the text of its file: sorted keys, one blank of indentation, a line end at the end."""
    return nbformat.v4.writes(nbformat.from_dict(notebook)) + "\n"


def source(cell: Cell) -> str:
    """The text of a cell."""
    return cell["source"]


def python(cell: Cell) -> str:
    """The code of a cell as Python can parse it: of the cell for Colab, which speaks to IPython, nothing is left."""
    return "" if "colab" in tags(cell) else source(cell)


def tree(code: str) -> ast.Module:
    """The code of a cell as a tree; of one with a magic, which is no Python, nothing."""
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.Module([], [])


def tags(cell: Cell) -> list[str]:
    """The tags of a cell."""
    return cell.get("metadata", {}).get("tags", [])


def code_cells(notebook: Notebook) -> list[Cell]:
    """The code cells, in order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def markdown_texts(notebook: Notebook) -> list[str]:
    """The texts of the Markdown cells, in order."""
    return [source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def prose(notebook: Notebook) -> str:
    """All Markdown of the notebook, without its fenced blocks of code."""
    return re.sub(r"^(```|~~~).*?^\1", "", "\n\n".join(markdown_texts(notebook)), flags=re.M | re.S)


def headings(notebook: Notebook) -> list[tuple[int, str]]:
    """Every Markdown heading as (level, title)."""
    found = re.findall(r"^(#{1,6})[ \t]+(.+?)[ \t]*$", prose(notebook), flags=re.M)
    return [(len(marks), title) for marks, title in found]


def anchor(title: str) -> str:
    """The fragment that leads to a heading in JupyterLab; what would end a link is written as %28.

    >>> anchor("Second: sentences (siamese encoder)")
    'Second:-sentences-%28siamese-encoder%29'
    """
    return quote(re.sub(r"[`*]", "", title).replace(" ", "-"), safe="!$&'+,;=:@/?._~-")


def sections(notebook: Notebook) -> dict[str, list[Cell]]:
    """The titles of level 2 and 3, in order, each with the code cells between it and the next title."""
    found: dict[str, list[Cell]] = {}
    below: list[Cell] = []  # what stands above the first of them
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            below.append(cell)
        for level, title in headings({"cells": [cell]}):
            below = found.setdefault(title, []) if level in (2, 3) else []
    return found


def section(notebook: Notebook, title: str) -> str:
    """The Markdown below the heading ``## title``, up to the next heading of that level; "" if there is none."""
    found = re.search(rf"^## {re.escape(title)}[ \t]*$(.*?)(?=^##? |\Z)", prose(notebook), flags=re.M | re.S)
    return found.group(1).strip() if found else ""


def bullets(text: str) -> list[str]:
    """The items of the outermost bullet lists of a Markdown text."""
    return re.findall(r"^[-*] +(.*(?:\n +.*)*)", text, flags=re.M)


def exercise_headings(notebook: Notebook) -> list[str]:
    """The headings of the exercises: those that begin with the word Exercise."""
    return [title for _, title in headings(notebook) if re.match(r"Exercise\b", title)]


def outputs(notebook: Notebook) -> Iterator[tuple[int, Cell, dict[str, Any]]]:
    """Every stored output as (number of its code cell from 1, the cell, the output)."""
    for number, cell in enumerate(code_cells(notebook), 1):
        for output in cell.get("outputs", []):
            yield number, cell, output


def head(notebook: Notebook) -> Head:
    """Read the first cell; a ValueError names the first part that is missing or not written as the format wants it."""
    text = source(notebook["cells"][0]) if notebook["cells"] else ""
    number, topic = _part(text, r"\A# (\d\d) · (\S.*)$", "the title, as in “# 15 · Semantic search”")
    (question,) = _part(text, r"^\*\*The question\.\*\* (.+\?)$", "a line “**The question.** …?”")
    (goals,) = _part(text, r"^\*\*After this notebook you can\*\*\n\n((?:- .+\n(?: +.+\n)*)+)", "the list of goals")
    (row,) = _part(
        text,
        r"^\| Time \| Before this \| Peak memory \| Download \|\n\|(?::?-+:?\|)+\n\|(.+)\|$",
        "the table “| Time | Before this | Peak memory | Download |” of one row",
    )
    time, before, memory, download = ([part.strip() for part in row.split("|")] + [""] * 4)[:4]
    (minutes,) = _part(time, r"^(\d+) minutes$", "a time like “45 minutes” in the table")
    (gigabytes,) = _part(memory, r"^(\d+\.\d) GB$", "a peak memory like “1.2 GB” in the table")
    _part(before, r"(\S)", "what to read before, or “nothing”, in the table")
    _part(download, r"(\S)", "the download, or “none”, in the table")
    aims = tuple(bullets(goals))
    return Head(number, topic, question, aims, int(minutes), before, float(gigabytes), download)


def _part(text: str, pattern: str, wanted: str) -> tuple[str, ...]:
    found = re.search(pattern, text, flags=re.M)
    if not found:
        raise ValueError(f"the head lacks {wanted}")
    return tuple(group.strip() for group in found.groups())


def navigation(path: Path) -> str:
    """The line with which the notebook must end: links to the notebooks before and after it that exist.

    The first and the last notebook of the course link to the course map in the README instead.
    """
    order = course(path.parent)
    place = [one.name for one in order].index(path.name)
    before = _link(order[place - 1]) if place else f"[Course map]({COURSE_MAP})"
    after = _link(order[place + 1]) if place + 1 < len(order) else f"[Course map]({COURSE_MAP})"
    return f"**Previous:** {before} · **Next:** {after}"


def _link(path: Path) -> str:
    return f"[{head(read(path)).title}]({path.name})"


def minutes(notebook: Notebook) -> int:
    """How long a learner needs, rounded up to five minutes.

    180 words of text or 10 lines of visible code take a minute, a prediction one and an exercise eight.
    """
    predictions, tasks = prose(notebook).count(PREDICTION), len(exercise_headings(notebook))
    needed = words(notebook) / 180 + len(visible_lines(notebook)) / 10 + predictions + 8 * tasks
    return 5 * math.ceil(needed / 5)


def words(notebook: Notebook) -> int:
    """How many words are read: no addresses, no tags, no code, and not the table of the head."""
    text = re.sub(r"^\| Time \|.*\n\|.*\n\|.*$", "", prose(notebook), count=1, flags=re.M)
    return len(re.findall(r"\w[\w'’.,-]*", re.sub(r"\]\([^)]*\)|<[^>]+>", " ", text)))


def visible_lines(notebook: Notebook) -> list[str]:
    """The lines of code that are not folded and not empty."""
    shown = [source(cell) for cell in code_cells(notebook) if not {"colab", "hide-input"} & set(tags(cell))]
    return [line for text in shown for line in text.splitlines() if line.strip()]


def made_id(cell: Cell, taken: Collection[str] = ()) -> str:
    """An id made from a cell's kind and text. A second cell with the same text gets the suffix ``-2``, and so on.

    A code cell's id is made when it is recorded: recording again changes none, and other code shows.

    >>> made_id({"cell_type": "code", "source": "print(1)"}, taken={"e1f73808d954"})
    'e1f73808d954-2'
    """
    made = hashlib.sha256(f"{cell['cell_type']}\n{source(cell)}".encode()).hexdigest()[:12]
    numbered = (f"{made}-{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([made], numbered) if name not in taken)


def is_stale(cell: Cell) -> bool:
    """Whether a code cell was changed after its recording: its id does not follow from its code."""
    return str(cell.get("id")).partition("-")[0] != made_id(cell)
