"""Write the README's course map and picture: one row a notebook, made from its head, and one of its pictures.

``python tools/readme.py`` rewrites what stands between the two marks and takes the picture out of the recorded
notebook; ``--check`` only says whether the map is up to date.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embedlab._files import atomic_write
from tools import notebooks

README = notebooks.ROOT / "README.md"
PICTURE = notebooks.NOTEBOOKS / "pictures" / "two_searches.png"
PICTURE_FROM = "15", "Bars of nDCG: fusing"  # number of a notebook, beginning of a picture's alternative text
BEGIN, END = "<!-- course map -->", "<!-- end of the course map -->"


def course_map(folder: Path = notebooks.NOTEBOOKS) -> str:
    """Return the table of the notebooks that exist, in the order of the course."""
    rows = ["| Notebook | The question | Minutes | Exercises |", "|:---|:---|---:|---:|"]
    for path in notebooks.course(folder):
        notebook = notebooks.read(path)
        head = notebooks.head(notebook)
        exercises = len(notebooks.exercise_headings(notebook))
        rows.append(f"| [{head.title}](notebooks/{path.name}) | {head.question} | {head.minutes} | {exercises} |")
    return "\n".join(rows)


def with_map(text: str, table: str) -> str:
    """Return the README's text with the table between the two marks of the course map; see `between`."""
    return between(text, BEGIN, END, table)


def between(text: str, begin: str, end: str, block: str) -> str:
    """Return the text with ``block`` in place of what stands between two marks.

    Raises
    ------
    ValueError
        If the marks are not there, once each and in order.
    """
    before, opened, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed) or begin in after or end in after:
        raise ValueError(f"README.md must hold {begin} and, after it, {end}, each once")
    return f"{before}{begin}\n{block}\n{end}{after}"


def picture(number: str, alt: str, folder: Path = notebooks.NOTEBOOKS) -> bytes:
    """Return a recorded picture of a notebook, found by the beginning of its alternative text.

    Raises
    ------
    LookupError
        If no recorded picture has such a text.
    """
    for path in notebooks.course(folder):
        for _, _, output in notebooks.outputs(notebooks.read(path)) if path.name.startswith(number) else ():
            if output.get("metadata", {}).get("image/png", {}).get("alt", "").startswith(alt):
                return base64.b64decode(notebooks.joined(output["data"]["image/png"]))
    raise LookupError(f"notebook {number} has no recorded picture whose alternative text begins with {alt!r}")


def main(arguments: list[str]) -> int:
    """Rewrite or check the README; return the exit status."""
    old = README.read_text(encoding="utf-8")
    new = with_map(old, course_map())
    if "--check" in arguments:
        print("README.md: the course map is " + ("up to date." if old == new else "out of date: run make readme"))
        return int(old != new)
    if old != new:
        atomic_write(README, new)
    atomic_write(PICTURE, picture(*PICTURE_FROM))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
