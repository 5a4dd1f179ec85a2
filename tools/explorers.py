"""Explorers on a page without a kernel: as their first picture, or moving among states computed beforehand.

`make site LIVE=1` runs every notebook that has explorers up to the last cell that speaks of one, two notebooks at a
time, and has them driven there (`tools.states`). The page gets native controls, and a script of its own chooses the
picture and the text that belong to their values. What the explorer starts with stays as recorded.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import itertools
import json
import re
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

import nbformat

from embedlab._files import spare_folders
from tools import notebooks as read
from tools import states

EXAMPLES = Path(__file__).with_name("examples.toml")
TIMEOUT = 600  # seconds: the last cell drives all explorers of a notebook
STILL = "The explorer's first picture. Its controls move when the notebook runs, in JupyterLab or in Colab."
MOVING = "Its controls choose among {} states computed beforehand. In JupyterLab or in Colab it takes every value."

Explorer = dict[str, Any]
Place = tuple[str, int]  # the id of a code cell, and the number of the output among those with a plain text
Found = dict[Place, Explorer]


# -------------------------------------------------------------------------------------------------- their states


def run(path: Path, pictures: Path, cache: Path) -> tuple[Found, list[str]]:
    """Run a notebook as far as its explorers need it, and drive them.

    Parameters
    ----------
    path : Path
    pictures : Path
        The folder for the pictures of their states.
    cache : Path
        The folder of what takes long to compute, which the notebooks of one site share.

    Returns
    -------
    (found, complaints)
        A notebook that cannot be run, or an explorer that fails in some state, is a complaint.
    """
    from tools import record  # kernels are needed here only

    cells = until_the_last(read.read(path))
    if not cells:
        return {}, []
    notebook = nbformat.from_dict(_between(cells, path.name[:2], pictures))
    with record.empty_home() as home:
        with contextlib.suppress(OSError):  # where links are forbidden, each notebook computes for itself
            (home / "cache").symlink_to(cache, target_is_directory=True)
        environment = record.kernel_environment(home) | {"PYTHONPATH": str(read.ROOT)}
        try:
            record.execute(notebook, path.parent, environment, timeout=TIMEOUT)
        except record.RefusedError as error:
            return {}, [f"{path.name}: its explorers do not move: {error}"]
    grids = json.loads((pictures / states.FILE).read_text(encoding="utf-8"))
    found = {place: grids[view] | {"folder": path.stem} for place, view in _views(notebook) if view in grids}
    wrong = [state["error"] for explorer in found.values() for state in explorer["states"] if state["error"]]
    return found, [f"{path.name}: an explorer fails at {error}" for error in wrong]


def examples() -> dict[str, dict[str, list[str]]]:
    """Further texts for fields of free text, by notebook and control."""
    return tomllib.loads(EXAMPLES.read_text(encoding="utf-8"))


def until_the_last(notebook: read.Notebook) -> list[read.Cell]:
    """The code cells up to the last one that makes, shows or drives an explorer; none if the notebook has none."""
    cells, speaking, needed = read.code_cells(notebook), {"Explorer"}, 0
    for number, cell in enumerate(cells, 1):
        tree = read.tree(read.python(cell))
        needed = number if _names(tree) & speaking else needed
        for node in ast.walk(tree):
            match node:
                case ast.FunctionDef() if _names(node) & speaking:
                    speaking.add(node.name)
                case ast.Assign(value=ast.Call(func=made_by)) if _names(made_by) & speaking:
                    speaking |= set().union(*map(_names, node.targets))
    return cells[:needed]


def _names(tree: ast.AST) -> set[str]:
    """All names and attributes in a piece of code."""
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return found | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _between(cells: Sequence[read.Cell], number: str, pictures: Path) -> read.Notebook:
    """A notebook of code cells without outputs, between the two that watch its explorers and store their states."""
    further = examples().get(number, {})
    first = nbformat.v4.new_code_cell("from tools import states as _states\n_states.watch()")
    last = f"from pathlib import Path as _Path\n_states.write(_Path({str(pictures)!r}), {further!r})"
    bare = [cell | {"outputs": [], "execution_count": None} for cell in copy.deepcopy(cells)]
    return nbformat.v4.new_notebook(cells=[first, *bare, nbformat.v4.new_code_cell(last)])


def places(cell: read.Cell) -> Iterator[tuple[Place | None, dict[str, Any]]]:
    """The outputs of a code cell, each with its place, by which the run's and the recorded one are matched."""
    number = 0
    for output in cell["outputs"]:
        plain = "text/plain" in output.get("data", {})
        yield (cell["id"], number) if plain else None, output
        number += plain


def _views(notebook: read.Notebook) -> Iterator[tuple[Place, str]]:
    """Where the notebook has shown a widget, and the number of its view."""
    from tools import hygiene

    for cell in read.code_cells(notebook):
        for place, output in places(cell):
            if place and hygiene.WIDGET_VIEW in output["data"]:
                yield place, output["data"][hygiene.WIDGET_VIEW]["model_id"]


def run_all(paths: Sequence[Path], pictures: Path, workers: int = 2) -> tuple[dict[str, Found], list[str]]:
    """Run notebooks, some at a time; returns what was found in each, by its name, and all complaints."""
    from tools import record

    own = [pictures / path.stem for path in paths]
    with tempfile.TemporaryDirectory() as spare, ProcessPoolExecutor(workers) as pool:
        spare_folders(Path(spare))
        record.warm_up()
        for folder in (*own, cache := Path(spare, "cache")):
            folder.mkdir(parents=True)
        results = list(pool.map(run, paths, own, itertools.repeat(cache)))
    for folder in own:
        (folder / states.FILE).unlink(missing_ok=True)
    found = {path.stem: here for path, (here, _) in zip(paths, results, strict=True)}
    return found, [complaint for _, complaints in results for complaint in complaints]


# ---------------------------------------------------------------------------------------------------- on the page


def still(src: str, alt: str, below: str) -> str:
    """The HTML of an explorer that does not move: its picture, if it has one, a note, and what it says below."""
    said = f"<pre>{escape(below, quote=False)}</pre>" if below else ""
    note = f"<figcaption>{escape(STILL, quote=False)}</figcaption>"
    return f'<figure class="explorer">{picture(src, alt)}{note}</figure>{said}'


def moving(src: str, below: str, explorer: Explorer, folder: str) -> str:
    """The HTML of an explorer that moves; without scripts it is still.

    Parameters
    ----------
    src : str
        Address of the recorded picture; "" if it has none.
    below : str
        What it says below, as recorded, in plain text.
    explorer : dict
        Its controls and their states.
    folder : str
        Where the pictures of the states lie, seen from the page.
    """
    axes, start = explorer["axes"], 0
    for axis in axes:
        start = start * len(axis["options"]) + axis["start"]
    data = [[f"{folder}/{s['picture']}" if s["picture"] else "", s["html"]] for s in explorer["states"]]
    said = data[start][1] if below == explorer["text"].strip() else f"<pre>{escape(below, quote=False)}</pre>"
    data[start] = [src, said]  # the page's text speaks of what is recorded
    title = re.sub(r"\s*\(.*\)$", "", explorer["title"])  # "(type, then Enter)" holds elsewhere
    free = (axis for axis in axes if len(axis["options"]) > 1)  # of one value nothing can be chosen
    controls = "".join(_control(axis, str(number)) for number, axis in enumerate(free))
    note, later = escape(STILL, quote=False), escape(MOVING.format(len(data)))
    drawn = picture(src, explorer["alt"]) if any(address for address, _ in data) else ""
    return (
        f'<figure class="explorer live"><form autocomplete="off" hidden><fieldset><legend>{escape(title or "Explorer")}'
        f"</legend>{controls}</fieldset></form>{drawn}"
        f'<div class="said" role="status">{said}</div><figcaption data-moving="{later}">{note}</figcaption>'
        f'<script type="application/json">{json.dumps(data).replace("<", chr(92) + "u003c")}</script></figure>'
    )


def picture(src: str, alt: str) -> str:
    """The HTML of a picture, which stays light on a dark page; without an address it waits, hidden, for one."""
    shown = f'src="{escape(src)}"' if src else "hidden"
    return f'<img class="picture dark-light" {shown} alt="{escape(alt)}">'


def _control(axis: dict[str, Any], name: str) -> str:
    """One native control; the number of its option is its value."""
    label, start, options = escape(axis["label"]), axis["start"], [escape(text) for text in axis["options"]]
    chosen = ["" if number != start else " selected" for number in range(len(options))]
    if axis["kind"] == "checkbox":
        return f'<label data-axis="2"><input type="checkbox"{" checked" * start}> {label}</label>'
    if axis["kind"] == "range":
        values = escape(json.dumps(axis["options"]))
        return (
            f'<label data-axis="{len(options)}">{label} <input type="range" min="0" max="{len(options) - 1}" '
            f'value="{start}" data-values="{values}" aria-valuetext="{options[start]}"> '
            f'<span class="value" aria-hidden="true">{options[start]}</span></label>'
        )
    if axis["kind"] == "radio":
        rows = [
            f'<label><input type="radio" name="{escape(name)}"{mark.replace("selected", "checked")}> {text}</label>'
            for text, mark in zip(options, chosen, strict=True)
        ]
        return f'<fieldset data-axis="{len(options)}"><legend>{label}</legend>{"".join(rows)}</fieldset>'
    rows = [f"<option{mark}>{text}</option>" for text, mark in zip(options, chosen, strict=True)]
    return f'<label data-axis="{len(options)}">{label} <select>{"".join(rows)}</select></label>'
