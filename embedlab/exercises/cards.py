"""What the learner reads: outcomes, hints and solutions that display themselves as the last line of a cell.

Each has a plain form and an HTML form with the same words; colour only repeats what the title says.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import Enum


class Status(Enum):
    """The four outcomes; the value is the word that the learner reads."""

    CORRECT = "Correct"
    WRONG = "Not yet"
    NOT_ATTEMPTED = "Not attempted"
    ERROR = "Error"


# Middle tones that stand out on white and on black; the word beside them carries the meaning.
_EDGES = {"Correct": "#009E73", "Not yet": "#D55E00", "Not attempted": "#808080", "Error": "#D55E00"}


@dataclass(frozen=True)
class Outcome:
    """What came of checking an answer; as the last line of a cell it displays itself.

    Examples
    --------
    >>> print(Outcome(Status.WRONG, "your answer is 3: it is too large."))
    Not yet: your answer is 3: it is too large.
    """

    status: Status
    message: str

    def __str__(self) -> str:
        return f"{self.status.value}: {self.message}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": card(self.status.value, self.message)}


def card(title: str, text: str) -> str:
    """Return a small HTML block: a bold title, then the text, with `code` marked and lines kept."""
    edge = _EDGES.get(title, "#808080")
    style = f"border-left: 4px solid {edge}; padding: 0.3em 0.8em; margin: 0.2em 0; max-width: 50em"
    return f'<div style="{style}"><strong>{html.escape(title)}:</strong> {inline_html(text)}</div>'


def inline_html(text: str) -> str:
    """Escape ``text`` for HTML; `code` and **bold** are marked, a line end becomes a break.

    Examples
    --------
    >>> inline_html("use `a < b`")
    'use <code>a &lt; b</code>'
    """

    def mark(found: re.Match[str]) -> str:
        return f"<code>{found[1]}</code>" if found[1] else f"<strong>{found[2]}</strong>"

    marks = r"`([^`\n]+)`|\*\*([^*\n]+)\*\*"  # whichever begins first: the stars in `x**2` are no mark
    return re.sub(marks, mark, html.escape(text, quote=False)).replace("\n", "<br>")


@dataclass(frozen=True)
class Hint:
    """One hint; as the last line of a cell it displays itself."""

    number: int
    total: int
    text: str

    def __str__(self) -> str:
        return f"Hint {self.number} of {self.total}: {self.text}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": card(f"Hint {self.number} of {self.total}", self.text)}


@dataclass(frozen=True)
class Solution:
    """A solution's code; as the last line of a cell it displays itself, highlighted."""

    code: str

    def __str__(self) -> str:
        return self.code

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.code, "text/markdown": f"```python\n{self.code}\n```"}
