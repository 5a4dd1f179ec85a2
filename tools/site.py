"""Build the web edition: a static site made from the recorded notebooks, which are run only for moving explorers.

    python tools/site.py            # build/site/index.html
    python tools/site.py --live=1   # explorers move: takes minutes

Sphinx and MyST-NB turn the notebooks into pages, the theme brings search, light and dark, previous and next. Before
that each notebook is put into a form that needs no kernel and no network: pictures become files with their
alternative text, an explorer its first picture or its states (`tools.explorers`), an exercise its hints and a solution,
folded, the quiz a form that answers by itself, and formulas MathML. The result opens from a folder, without a server.
"""

from __future__ import annotations

import argparse
import base64
import importlib
import re
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from embedlab import plots
from embedlab.exercises.cards import inline_html
from embedlab.exercises.checker import Exercise
from embedlab.exercises.quiz import Question, Quiz
from tools import colab_cell, explorers, readme, repository
from tools import notebooks as read

OUT = read.ROOT / "build" / "site"
FILES = Path(__file__).with_name("site_files")  # settings, style and script of the pages
MOST_MEGABYTES = 40
SOLVE = "To solve it, run the notebook: with <code>make lab</code> in the course's folder, or"
FOLDED = "Hints and a solution are folded below each exercise."
STATIC = "_static/pictures"  # where a page finds its pictures


# ---------------------------------------------------------------------------------------------- a notebook's page


def page(path: Path, pictures: Path, found: explorers.Found | None = None) -> read.Notebook:
    """Return a recorded notebook as the site shows it; its pictures are written into a folder.

    Explorers whose states were found move, the others are still.
    """
    notebook = read.read(path)
    module = importlib.import_module(f"embedlab.exercises.nb{path.name[:2]}")
    cells = [cell for cell in notebook["cells"] if "colab" not in read.tags(cell)]
    cells = [cell for cell in cells if ".quiz.show()" not in read.source(cell)]
    for number, cell in enumerate(cells):
        cell["source"] = read.source(cell)
        if cell["cell_type"] == "markdown":
            cell["source"] = _text(cell["source"], path, module.quiz)
            continue
        cell["outputs"] = _exercise(cell["source"], path, module) or [
            _shown(output, f"{path.stem}-{number}-{count}.png", pictures, (found or {}).get(place))
            for count, (place, output) in enumerate(explorers.places(cell))
            if output["output_type"] != "error" and not _described(output)
        ]
    return {**notebook, "cells": [cell for cell in cells if cell["source"].strip()]}


def _text(text: str, path: Path, quiz: Quiz) -> str:
    link = colab_cell.link(path.name, repository.address())
    text = text.replace(link, f'<a class="colab" href="{_colab(path)}">Open this notebook in Colab</a>')
    text = re.sub(r"^Run `ex\.NAME\.hint\(\)`.*$", FOLDED, text, flags=re.M)
    text = text.replace("The first cell matters in Google Colab only; anywhere else it does nothing.", "")
    text = text.replace(quiz.markdown().strip(), quiz_form(quiz))
    text = re.sub(r"^\*\*Previous:\*\* .*$", "", text, flags=re.M)  # the theme has its own
    return _linked(text)


def _colab(path: Path) -> str:
    return re.search(r"\((https://colab[^)]*)\)", colab_cell.link(path.name, repository.address()))[1]


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


def _shown(output: dict, name: str, pictures: Path, explorer: explorers.Explorer | None) -> dict:
    """Turn a picture or an explorer into HTML that names files and keeps the alternative text; leave the rest."""
    data, src, alt = output.get("data", {}), "", ""
    said = below = data.get("text/plain", "")
    if "image/png" in data:
        src, alt = f"{STATIC}/{name}", output["metadata"]["image/png"]["alt"]
        (pictures / name).write_bytes(base64.b64decode(data["image/png"]))
        below = said.partition(f"[picture] {alt}")[2].strip()
    if explorer and len(explorer["states"]) > 1:
        below = below if src else said.removeprefix(explorer["title"]).strip()
        return _html(explorers.moving(src, below, explorer, f"{STATIC}/{explorer['folder']}"))
    if not src:
        return output
    return _html(explorers.picture(src, alt) if said == f"[picture] {alt}" else explorers.still(src, alt, below))


def _html(html: str) -> dict:
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": html}}


def _exercise(code: str, path: Path, module: ModuleType) -> list[dict]:
    """Return what the page shows below an exercise in place of its first outcome; nothing for other cells."""
    checked = re.search(r"^ex\.(\w+)\.check\(", code, flags=re.M)
    return [_html(exercise_card(getattr(module, checked[1]), _colab(path)))] if checked else []


def exercise_card(exercise: Exercise, address: str) -> str:
    """Return where to solve an exercise, and its hints and a solution, folded."""
    total = len(exercise.hints)
    folded = {
        f"Hint {number} of {total}": f"<p>{inline_html(hint)}</p>" for number, hint in enumerate(exercise.hints, 1)
    }
    folded["A solution"] = highlight(exercise.solution().code, PythonLexer(), HtmlFormatter())
    parts = [f"<details><summary>{title}</summary>{text}</details>" for title, text in folded.items()]
    place = f'{SOLVE} <a href="{escape(address)}">open this notebook in Colab</a>.'
    return f'<div class="exercise"><p>{place}</p>{"".join(parts)}</div>'


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
    end = f"To run it, with exercises that are checked and explorers that take every value: [{address}]({address})."
    return "\n\n".join(["# EmbedLab", lead, "## The course", table, terms, trial, end, tree]) + "\n"


def write_source(folder: Path, live: bool = False) -> list[str]:
    """Write everything that Sphinx reads into a folder; return what went wrong with explorers that shall move."""
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    pictures = folder / "_static" / "pictures"
    pictures.mkdir(parents=True)
    found, complaints = explorers.run_all(read.course(), pictures) if live else ({}, [])
    for path in read.course():
        (folder / path.name).write_text(read.written(page(path, pictures, found.get(path.stem))), encoding="utf-8")
    for path in (read.GLOSSARY, read.TRIAL):
        (folder / path.name).write_text(read.written(plain(path)), encoding="utf-8")
    (folder / "index.md").write_text(course_page(), encoding="utf-8")
    return complaints


def build(out: Path = OUT, live: bool = False) -> list[str]:
    """Build the site; return what went wrong: complaints of explorers, and Sphinx's warnings.

    Sphinx runs in a process of its own: a second site of the same process would warn of everything registered twice.
    """
    with tempfile.TemporaryDirectory() as temporary:
        source, log = Path(temporary, "source"), Path(temporary, "warnings")
        complaints = write_source(source, live)
        options = ["--quiet", "--no-color", "--write-all", "--fresh-env", "--builder", "html", "--warning-file", log]
        command = [sys.executable, "-m", "sphinx", *options, "--doctree-dir", Path(temporary, "trees"), source, out]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode:
            raise RuntimeError(f"Sphinx could not build the web edition: {done.stderr.strip()}")
        return [*complaints, *(line for line in log.read_text(encoding="utf-8").splitlines() if line.strip())]


def too_large(out: Path) -> list[str]:
    """Say if the site is larger than what a reader should have to copy."""
    megabytes = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
    return [f"the site has {megabytes:.0f} MB: {MOST_MEGABYTES} MB at most"] if megabytes > MOST_MEGABYTES else []


def main(arguments: list[str] | None = None) -> int:
    """Build the site and say where it is; 1 if anything was warned of."""
    parser = argparse.ArgumentParser(description="Build the web edition.")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--live", choices=("", "0", "1"), default="", help="1: run the notebooks, explorers move")
    options = parser.parse_args(arguments)
    out = options.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    warnings = build(out, options.live == "1")
    warnings += too_large(out)
    print(*warnings, sep="\n", end="\n" if warnings else "")
    print(f"The web edition is {out / 'index.html'}" + (f", with {len(warnings)} warnings" if warnings else ""))
    return int(bool(warnings))


if __name__ == "__main__":
    sys.exit(main())
