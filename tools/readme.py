"""Write the course map into the README: one row a notebook, made from the notebooks' heads.

``python tools/readme.py`` rewrites what stands between the two marks; ``--check`` only says whether it is up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embedlab._files import atomic_write
from tools import notebooks

README = notebooks.ROOT / "README.md"
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
    """Return the README's text with the table between the two marks.

    Raises
    ------
    ValueError
        If the marks are not there, once each and in order.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in after or END in after:
        raise ValueError(f"README.md must hold {BEGIN} and, after it, {END}, each once")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Rewrite or check the README; return the exit status."""
    old = README.read_text(encoding="utf-8")
    new = with_map(old, course_map())
    if "--check" in arguments:
        print("README.md: the course map is " + ("up to date." if old == new else "out of date: run make readme"))
        return int(old != new)
    if old != new:
        atomic_write(README, new)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
