"""The learner's copies of the notebooks, in ``my/``: ``python tools/copies.py``, ``python tools/copies.py --fresh 15``.

What stands in notebooks/ is the recorded course, which `make test` compares with. Learners work in ``my/``, which git
does not see. Each time the copies are brought up to date, what is missing is added and what the learner never touched
is renewed. What was touched is never overwritten: ``--fresh`` sets it aside, with its date, and copies anew.

A file counts as untouched as long as its bytes are those that were copied; ``my/.copied.json`` knows their sums.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import nbformat
from jupyter_client.kernelspec import KernelSpecManager

from embedlab import _files
from tools import notebooks

ROOT = Path(__file__).resolve().parent.parent
MY, COPIED = "my", ".copied.json"
FOLDED = "The recorded result, folded until you run this cell:"


def sources(root: Path) -> dict[str, Path]:
    """The notebooks and their pictures, by the name that they have in the folder."""
    folder = root / "notebooks"
    found = [*folder.glob("*.ipynb"), *(path for path in folder.glob("pictures/**/*") if path.is_file())]
    return {path.relative_to(folder).as_posix(): path for path in sorted(found)}


def opened_clean(text: str) -> str:
    """A notebook as JupyterLab writes it here: with other words about the kernel it would count as changed once opened.

    Its kernel's name on the screen and the version of Python belong to the machine, so the course does not hold them.
    JupyterLab shows the first line of a folded result, often the answer to a prediction: it gets another first line.
    """
    notebook = nbformat.reads(text, as_version=4)
    name = notebook.metadata.kernelspec.name
    notebook.metadata.kernelspec.display_name = KernelSpecManager().get_kernel_spec(name).display_name
    notebook.metadata.language_info.version = platform.python_version()
    for cell in notebook.cells:
        if cell.get("outputs") and "hide-output" in notebooks.tags(cell):
            cell.outputs = _told_first(cell.outputs)
    return notebooks.written(notebook)


def _told_first(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Outputs with the line `FOLDED` above them, in one stream with what was printed: JupyterLab would join two."""
    first, *rest = outputs
    if first.get("name") == "stdout":
        return [nbformat.v4.new_output("stream", name="stdout", text=f"{FOLDED}\n{first.text}"), *rest]
    return [nbformat.v4.new_output("stream", name="stdout", text=f"{FOLDED}\n"), *outputs]


def _copied(my: Path) -> dict[str, list[str]]:
    """What was copied: name to (sum of the original, sum of the copy). Whoever damages the list owns all copies."""
    try:
        copied = json.loads((my / COPIED).read_text(encoding="utf-8"))
        return {str(name): [str(theirs), str(mine)] for name, (theirs, mine) in copied.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def update(root: Path = ROOT) -> list[str]:
    """Add what is missing in ``my/`` and renew what was not touched.

    Returns
    -------
    list of str
        The names of the copies that are the learner's own and whose originals have changed since they were made.

    Raises
    ------
    OSError
        If something cannot be written; what was copied before stays, and the next start goes on from there.
    """
    my, behind = root / MY, []
    before = _copied(my)
    after = dict(before)
    for name, path in sources(root).items():
        mine, theirs = my / name, _files.sha256(path)
        old_theirs, old_mine = before.get(name, ("", ""))
        now = _files.sha256(mine) if mine.exists() else None
        if now not in (None, old_mine):
            behind += [name] if old_theirs not in ("", theirs) else []
        elif now is None or old_theirs != theirs:
            notebook = path.suffix == ".ipynb"
            content = opened_clean(path.read_text(encoding="utf-8")).encode() if notebook else path.read_bytes()
            _files.atomic_write(mine, content)
            after[name] = [theirs, _files.sha256(mine)]
    if after != before:
        _files.atomic_write(my / COPIED, json.dumps(after, indent=1) + "\n")
    return behind


def set_aside(wanted: str, root: Path = ROOT) -> Path | None:
    """Set the learner's copy of a notebook aside, under its name with the date; `update` then makes a new one.

    Parameters
    ----------
    wanted : str
        The notebook's number, such as ``"15"``, or its name.

    Returns
    -------
    Path or None
        Where the old copy is now; None if there was none.

    Raises
    ------
    ValueError
        If no notebook has that number or name.
    """
    books = [name for name in sources(root) if name.endswith(".ipynb")]
    found = [name for name in books if wanted in (name, Path(name).stem, name.partition("_")[0])]
    if not found:
        raise ValueError(f"NB must be the number of a notebook, such as 15, but it is {wanted!r}")
    my, (name,) = root / MY, found
    mine, aside = my / name, None
    if mine.exists():
        stem = f"{mine.stem} {time.strftime('%Y-%m-%d %H.%M.%S')}"
        names = (my / f"{stem}{more}.ipynb" for more in ("", *(f" ({i})" for i in range(2, 99))))
        aside = next(path for path in names if not path.exists())
        os.rename(mine, aside)
    return aside


def told(name: str) -> str:
    """What a learner reads about a copy whose original has changed."""
    number = Path(name).stem.partition("_")[0]
    return (
        f"{name} has changed since you began it; yours stays as it is. For a new copy beside it: make fresh NB={number}"
    )


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Bring the copies up to date, or make one anew; return the exit status."""
    parser = argparse.ArgumentParser(description="The learner's copies of the notebooks, in my/.")
    parser.add_argument("--fresh", metavar="NB", help="set the copy of this notebook aside and make a new one")
    options = parser.parse_args(arguments)
    try:
        if options.fresh is not None and (aside := set_aside(options.fresh, root)):
            print(f"Your former copy is now {aside.relative_to(root).as_posix()}.")
        behind = update(root)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for name in behind:
        print(told(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
