"""Build the web edition: a static site made from the recorded notebooks, which are not run.

    python tools/site.py            # build/site/index.html

Sphinx and MyST-NB turn the notebooks into pages, the theme brings search, light and dark, previous and next. Before
that each notebook is put into a form that needs no kernel and no network: pictures become files with their
alternative text, an explorer its first picture, the quiz a form that answers by itself, and formulas MathML. The result
opens from a folder, without a server.
"""

from __future__ import annotations

import argparse
import base64
import importlib
import re
import shutil
import sys
import tempfile
from html import escape
from pathlib import Path
from urllib.parse import unquote

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embedlab import plots
from embedlab.exercises.quiz import Question, Quiz
from tools import colab_cell, readme, repository
from tools import notebooks as read

OUT = read.ROOT / "build" / "site"
FILES = Path(__file__).with_name("site_files")  # settings, style and script of the pages
EXPLORER_NOTE = "The explorer's first picture. Its controls move when the notebook runs, in JupyterLab or in Colab."


# ---------------------------------------------------------------------------------------------- a notebook's page


def page(path: Path, pictures: Path) -> read.Notebook:
    """Return a recorded notebook as the site shows it; its pictures are written into a folder."""
    notebook = read.read(path)
    module = importlib.import_module(f"embedlab.exercises.nb{path.name[:2]}")
    cells = [cell for cell in notebook["cells"] if "colab" not in read.tags(cell)]
    cells = [cell for cell in cells if ".quiz.show()" not in read.source(cell)]
    for number, cell in enumerate(cells):
        cell["source"] = read.source(cell)
        if cell["cell_type"] == "markdown":
            cell["source"] = _text(cell["source"], path, module.quiz)
            continue
        cell["outputs"] = [
            _shown(output, f"{path.stem}-{number}-{place}", pictures)
            for place, output in enumerate(cell["outputs"])
            if output["output_type"] != "error" and not _described(output)
        ]
    return {**notebook, "cells": [cell for cell in cells if cell["source"].strip()]}


def _text(text: str, path: Path, quiz: Quiz) -> str:
    link = colab_cell.link(path.name, repository.address())
    address = re.search(r"\]\((https://colab[^)]*)\)", link)[1]
    text = text.replace(link, f'<a class="colab" href="{address}">Open this notebook in Colab</a>')
    text = text.replace("The first cell matters in Google Colab only; anywhere else it does nothing.", "")
    text = text.replace(quiz.markdown().strip(), quiz_form(quiz))
    text = re.sub(r"^\*\*Previous:\*\* .*$", "", text, flags=re.M)  # the theme has its own
    return _linked(text)


def _linked(text: str) -> str:
    """Turn links that serve in JupyterLab into those of the site, whose headings have names in small letters."""
    text = text.replace(f"({read.COURSE_MAP})", "(index.md)")
    return re.sub(r"(\]\(\w+\.ipynb#)([^)]+)", lambda link: link[1] + _slug(unquote(link[2])), text)


def _slug(anchor: str) -> str:
    return re.sub(r"[^\w-]", "", anchor.lower())


def plain(path: Path) -> read.Notebook:
    """Return a page without code, such as the glossary, as the site shows it."""
    notebook = read.read(path)
    return {**notebook, "cells": [cell | {"source": _linked(read.source(cell))} for cell in notebook["cells"]]}


def _described(output: dict) -> bool:
    """Whether an output only says to a screen reader what the page's own alternative text says."""
    return output.get("data", {}).get("text/html", "").startswith(plots.DESCRIPTION)


def _shown(output: dict, name: str, pictures: Path) -> dict:
    """Turn a picture into HTML that names a file and keeps the alternative text; leave the rest."""
    data = output.get("data", {})
    if "image/png" not in data:
        return output
    (pictures / f"{name}.png").write_bytes(base64.b64decode(data["image/png"]))
    alt = output["metadata"]["image/png"]["alt"]
    html = f'<img class="picture dark-light" src="_static/pictures/{name}.png" alt="{escape(alt, quote=True)}">'
    said = data.get("text/plain", "")
    if not said.startswith("[picture]"):  # an explorer: title, picture, and what it says below
        below = said.partition(f"[picture] {alt}")[2].strip()
        html = f'<figure class="explorer">{html}<figcaption>{escape(EXPLORER_NOTE, quote=False)}</figcaption></figure>'
        html += f"<pre>{escape(below)}</pre>" if below else ""
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": html}}


def quiz_form(quiz: Quiz) -> str:
    """Return the quiz as HTML that works without a kernel; without scripts every explanation is open."""
    parts = [_question(f"q{number}", number, question) for number, question in enumerate(quiz.questions, 1)]
    return '<form class="quiz" autocomplete="off">\n' + "\n".join(parts) + "\n</form>"


def _question(name: str, number: int, question: Question) -> str:
    lines = [f"<fieldset><legend><strong>Question {number}.</strong> {_inline(question.prompt)}</legend>"]
    for letter, option in question.lettered.items():
        verdict = "Correct." if option.correct else "Not correct."
        lines += [
            f'<div class="option"><label><input type="radio" name="{name}" value="{letter}"> '
            f"<strong>{letter}.</strong> {_inline(option.text)}</label>",
            f'<p class="why" role="status"><strong>{verdict}</strong> {_inline(option.why)}</p></div>',
        ]
    return "\n".join([*lines, "</fieldset>"])


def _inline(text: str) -> str:
    """Write inline Markdown (code, bold, italics) as HTML; blank lines would end the form."""
    html = escape(text, quote=False)
    for mark, tag in ((r"`([^`]+)`", "code"), (r"\*\*([^*]+)\*\*", "strong"), (r"\*([^*\s][^*]*)\*", "em")):
        html = re.sub(mark, rf"<{tag}>\1</{tag}>", html)
    return html


# -------------------------------------------------------------------------------------------------- the whole site


def course_page() -> str:
    """Return the first page: what the course is, and its map."""
    text = readme.README.read_text(encoding="utf-8")
    lead = re.search(r"^A course on embeddings.*?(?=\n\n)", text, flags=re.M | re.S)[0]
    table = readme.course_map({path: read.read(path) for path in read.course()}).replace("](notebooks/", "](")
    files = [path.stem for path in read.pages()]
    tree = "\n".join(["```{toctree}", ":hidden:", ":maxdepth: 1", "", *files, "```"])
    address = repository.address()
    terms = f"[Glossary]({read.GLOSSARY.name}): the course's terms, and where each is explained."
    trial = f"[The chapter on trial]({read.TRIAL.name}): what became of each of its statements, with the number."
    end = f"To run it, with the exercises checked and the explorers moving: [{address}]({address})."
    return "\n\n".join(["# EmbedLab", lead, "## The course", table, terms, trial, end, tree]) + "\n"


def write_source(folder: Path) -> None:
    """Write everything that Sphinx reads into a folder."""
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    pictures = folder / "_static" / "pictures"
    pictures.mkdir(parents=True)
    for path in read.course():
        (folder / path.name).write_text(read.written(page(path, pictures)), encoding="utf-8")
    for path in (read.GLOSSARY, read.TRIAL):
        (folder / path.name).write_text(read.written(plain(path)), encoding="utf-8")
    (folder / "index.md").write_text(course_page(), encoding="utf-8")


def build(out: Path = OUT) -> list[str]:
    """Build the site; return what Sphinx warned of, without the colours of a terminal."""
    from sphinx.application import Sphinx

    with tempfile.TemporaryDirectory() as temporary:
        source, trees = Path(temporary, "source"), Path(temporary, "trees")
        write_source(source)
        log = Path(temporary, "warnings")
        with log.open("w", encoding="utf-8") as warnings:
            app = Sphinx(source, source, out, trees, "html", status=None, warning=warnings, freshenv=True)
            app.build(force_all=True)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(encoding="utf-8"))
        return [line for line in plain.splitlines() if line.strip()]


def main(arguments: list[str] | None = None) -> int:
    """Build the site and say where it is; 1 if Sphinx warned of anything."""
    parser = argparse.ArgumentParser(description="Build the web edition.")
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args(arguments).out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    warnings = build(out)
    print(*warnings, sep="\n", end="\n" if warnings else "")
    print(f"The web edition is {out / 'index.html'}" + (f", with {len(warnings)} warnings" if warnings else ""))
    return int(bool(warnings))


if __name__ == "__main__":
    sys.exit(main())
