"""Write whatever follows from something else, without a kernel: ``python tools/stamp.py``, ``--check``.

In a notebook these are the ids and the metadata of cells, Colab's link and cell, the minutes, what to read before,
starters, the quiz and what its cell shows, what is folded, and the last line with its links; in the README the course
map and its picture. ``--repository owner/name`` puts the repository's address everywhere. Either every file is changed
or none is, and stamping twice changes nothing. ``--check`` only says what would be changed, one line each.

A code cell's id is made from the code with which it was recorded, and it is the recorder that writes it: what was
changed since is stale, and stamping does not heal that. Only cells whose code is itself stamped get their id here,
because what they show does not depend on it. The README's symptom index is the table of notebook 00.
"""

from __future__ import annotations

import argparse
import copy
import functools
import re
import sys
from collections.abc import Callable
from pathlib import Path

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import nbformat

from embedlab._files import atomic_write
from tools import colab_cell, glossary, hygiene, readme, repository
from tools import notebooks as read

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
KEPT_CELL_METADATA = ("cellView", "embedlab", "jupyter", "tags")
FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}}

Part = Callable[[hygiene.Page], None]


def _replaced(text: str, pattern: str, new: str) -> str:
    return re.sub(pattern, lambda _: new, text, count=1, flags=re.M)


# The parts of a notebook, in the order in which they are written


def metadata(page: hygiene.Page) -> None:
    """Kernel python3, and nothing that another program or another machine has left."""
    clean(page.notebook)


def clean(notebook: read.Notebook) -> None:
    """Leave the metadata that every notebook has, and those of cells that mean something."""
    notebook["metadata"] = copy.deepcopy(NOTEBOOK_METADATA)
    for cell in notebook["cells"]:
        cell["metadata"] = {key: cell["metadata"][key] for key in KEPT_CELL_METADATA if key in cell["metadata"]}


def colab(page: hygiene.Page) -> None:
    """The cell for Colab stands first; a page of the course that has none gets one."""
    cells = page.notebook["cells"]
    if page.head and not any("colab" in read.tags(cell) for cell in cells):
        place = next((i for i, cell in enumerate(cells) if cell["cell_type"] == "code"), len(cells))
        cells.insert(place, nbformat.v4.new_code_cell(metadata={"tags": ["colab"]}))
    for cell in page.code:
        if "colab" in read.tags(cell):
            _write_code(page, cell, colab_cell.cell(page.repository))


def starters(page: hygiene.Page) -> None:
    """The cell that checks an exercise, or only names it as in ``ex.NAME``, is the exercise's starter."""
    for name, exercise in page.starters.items():
        for cell in page.code:
            if re.search(rf"^\w+\.{name}\.check\(|\A\w+\.{name}\s*\Z", read.source(cell), flags=re.M):
                _write_code(page, cell, exercise.starter.strip())
                break


def _write_code(page: hygiene.Page, cell: read.Cell, code: str) -> None:
    cell["source"] = code
    if read.is_stale(cell):
        cell["id"] = read.made_id(cell, {other.get("id") for other in page.notebook["cells"] if other is not cell})


def quiz(page: hygiene.Page) -> None:
    """Below the heading stands the quiz as the module has it; its cell shows how many questions there are."""
    if (found := getattr(page.exercises, "quiz", None)) is None:
        return
    for cell in page.notebook["cells"]:
        text = read.source(cell)
        if cell["cell_type"] == "markdown" and re.search(r"^## Quiz[ \t]*$", text, flags=re.M):
            before, heading, rest = re.split(r"^(## Quiz)[ \t]*$", text, maxsplit=1, flags=re.M)
            intro, _, old = rest.partition("**Question 1.**")
            after = old.rpartition("</details>")[2]
            parts = [before + heading, intro.strip(), found.markdown().strip(), after.strip()]
            cell["source"] = "\n\n".join(filter(None, parts))
        elif ".quiz.show()" in text:
            for output in cell.get("outputs", []):
                if "text/plain" in output.get("data", {}):
                    output["data"]["text/plain"] = str(found.show())


def folded(page: hygiene.Page) -> None:
    """Cells that only draw, fetch or format are folded, in JupyterLab, in Colab and on the web; so is Colab's."""
    for cell in page.code:
        tags = read.tags(cell)
        if read.source(cell).startswith("# @title ") or {"colab", "hide-input"} & set(tags):
            jupyter = cell["metadata"].get("jupyter", {}) | FOLDED["jupyter"]
            cell["metadata"] |= FOLDED | {"jupyter": jupyter, "tags": sorted({*tags, "hide-input"})}


def predicted(page: hygiene.Page) -> None:
    """What cells answer to a prediction is folded until they run, in JupyterLab and on the web: up to the next text."""
    asked = answered = False
    for cell in page.notebook["cells"]:
        if cell["cell_type"] == "markdown":
            asked = read.PREDICTION in read.source(cell) or (asked and not answered)
            answered = False
            continue
        jupyter = {key: value for key, value in cell["metadata"].get("jupyter", {}).items() if key != "outputs_hidden"}
        tags = {*read.tags(cell)} - {"hide-output"}
        if asked:
            jupyter, tags, answered = jupyter | {"outputs_hidden": True}, tags | {"hide-output"}, True
        changed = {"jupyter": jupyter, "tags": sorted(tags)}
        others = {key: value for key, value in cell["metadata"].items() if key not in changed}
        cell["metadata"] = others | {key: value for key, value in changed.items() if value}


def colab_link(page: hygiene.Page) -> None:
    """Below the title stands the link that opens the notebook in Colab."""
    if page.head:
        first, link = page.notebook["cells"][0], r"^\[(!\[)?Open in Colab\].*$"
        if not re.search(link, first["source"], flags=re.M):
            first["source"] = _replaced(first["source"], r"$", "\n\n[Open in Colab]")
        first["source"] = _replaced(first["source"], link, colab_cell.link(page.path.name, page.repository))


def minutes(page: hygiene.Page) -> None:
    """The head says how long a learner needs; see `notebooks.minutes`."""
    if page.head:
        first, needed = page.notebook["cells"][0], read.minutes(page.notebook)
        first["source"] = _replaced(first["source"], r"^\| \d+ minutes \|", f"| {needed} minutes |")


def before(page: hygiene.Page) -> None:
    """The head names the notebooks that explain what this one uses unexplained; see `glossary.prerequisites`."""
    files = tuple((path, path.stat().st_mtime_ns) for path in read.pages(page.path.parent))
    if page.head and (links := _prerequisites(files).get(page.path.name)):
        first = page.notebook["cells"][0]
        first["source"] = _replaced(first["source"], r"(?<=^\| \d\d minutes \| )[^|\n]+(?= \|)", links)


@functools.lru_cache(maxsize=2)
def _prerequisites(files: tuple[tuple[Path, int], ...]) -> dict[str, str]:
    """By notebook what its head says of those before it; nothing where there is no glossary or a head is broken."""
    books = {path.name: read.read(path) for path, _ in files}
    if (terms := books.pop(read.GLOSSARY.name, None)) is None:
        return {}
    try:
        titles = {name: read.head(book).title for name, book in books.items()}
    except ValueError:  # of which hygiene complains there
        return {}
    known = glossary.entries(terms)
    needed = {name: glossary.prerequisites(name, books, known) for name in books}
    links = {name: f"[{title}]({name})" for name, title in titles.items()}
    return {name: ", ".join(links[file] for file in files) or "nothing" for name, files in needed.items()}


def navigation(page: hygiene.Page) -> None:
    """The last line leads to the notebooks before and after."""
    last = page.notebook["cells"][-1] if page.head else {"cell_type": ""}
    if last["cell_type"] == "markdown":
        try:
            wanted = read.navigation(page.path)
        except ValueError:  # a neighbour's head, of which hygiene complains there
            return
        before = re.sub(r"^\*\*Previous:\*\* .*\s*\Z", "", last["source"], flags=re.M)
        last["source"] = f"{before.rstrip()}\n\n{wanted}"


def ids(page: hygiene.Page) -> None:
    """A text keeps whatever valid id it has to itself, so that a changed letter changes nothing else."""
    taken = {cell.get("id") for cell in page.code}
    for cell in page.notebook["cells"]:
        if cell["cell_type"] != "code":
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", cell.get("id", "")) or cell["id"] in taken:
                cell["id"] = read.made_id(cell, taken)
            taken.add(cell["id"])


PARTS: dict[str, Part] = {
    "the metadata": metadata,
    "the Colab cell": colab,
    "a starter": starters,
    "the quiz": quiz,
    "the metadata of folded cells": folded,
    "what was predicted": predicted,
    "the link to Colab": colab_link,
    "the minutes": minutes,
    "the notebooks to read before": before,
    "the links to the notebooks before and after": navigation,
    "the ids of texts": ids,
}


def stamp(page: hygiene.Page) -> list[str]:
    """Write every part of a notebook in place; return which of them were not as they should be, and in which cells."""
    said = []
    for name, part in PARTS.items():
        before = copy.deepcopy(page.notebook)
        part(page)
        if page.notebook != before:
            pairs = enumerate(zip(before["cells"], page.notebook["cells"], strict=False), 1)
            places = ", ".join(str(number) for number, (old, new) in pairs if old != new)
            said.append(f"{name} (cell {places})" if places else name)
    return said


# The whole course


def changes(root: Path = read.ROOT, slug: str | None = None) -> tuple[dict[Path, str | bytes], list[str]]:
    """What stamping would write below a folder, and one line about each part that it would change.

    ``slug`` is another ``owner/name`` for the repository.
    """
    home = root / readme.README.name
    texts = repository.texts(root, slug) if slug else {home: home.read_text(encoding="utf-8")}
    said = {path: ["the repository's address"] for path in texts if slug}
    books = {}
    for path in read.pages(root / read.NOTEBOOKS.name):
        page = hygiene.page(path, repository.HOST + slug if slug else repository.address(root))
        said[path] = stamp(page) or ["the form of the file"]
        books[path] = page.notebook
        texts[path] = read.written(page.notebook)
    wanted_home, parts = readme.stamped(texts[home], books)
    said.setdefault(home, []).extend(parts)
    picture = root / readme.PICTURE
    said[picture] = [f"the picture from notebook {readme.PICTURE_FROM[0]}"]
    wanted = {**texts, home: wanted_home, picture: readme.picture(books)}
    new = {path: content for path, content in wanted.items() if not _holds(path, content)}
    return new, [f"{path.relative_to(root).as_posix()}: {what}" for path in new for what in said[path]]


def _holds(path: Path, content: str | bytes) -> bool:
    if isinstance(content, bytes):
        return path.exists() and path.read_bytes() == content
    return path.read_text(encoding="utf-8") == content


def write(new: dict[Path, str | bytes]) -> None:
    """Write every file, or none: after an OSError those before it are put back."""
    before = {path: path.read_bytes() for path in new if path.exists()}
    try:
        for path, content in new.items():
            atomic_write(path, content)
    except OSError:
        for path, old in before.items():
            if path.read_bytes() != old:
                atomic_write(path, old)
        raise


def main(arguments: list[str] | None = None, root: Path = read.ROOT) -> int:
    """Stamp the course, or say what would be stamped; return the exit status."""
    parser = argparse.ArgumentParser(description="Write whatever follows from something else.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something would change")
    parser.add_argument("--repository", metavar="OWNER/NAME", help="put the repository's address everywhere")
    options = parser.parse_args(arguments)
    try:
        slug = None if options.repository is None else repository.checked(options.repository)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    new, said = changes(root, slug)
    print(*said or ["Nothing to stamp."], sep="\n")
    if not options.check:
        write(new)
    return int(options.check and bool(new))


if __name__ == "__main__":
    sys.exit(main())
