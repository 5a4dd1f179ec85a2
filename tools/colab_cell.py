"""The first code cell of every notebook, and the link in its head; both know the repository's address.

The cell is the same text in all notebooks. Outside Colab, and where embedlab is installed, it does nothing. In Colab it
takes a wheel that lies beside the notebook, else the repository; `embedlab.colab` installs what embedlab needs.
"""

from __future__ import annotations

COLAB_CELL = r"""
# @title For Colab: installs what is missing, moves nothing. Elsewhere it does nothing.
from importlib.util import find_spec as find
from os import environ

if "COLAB_RELEASE_TAG" in environ and not getattr(find("embedlab"), "origin", None):
    %pip install -q --no-deps $(ls embedlab-*.whl 2>/dev/null || echo git+REPOSITORY)
    %run -m embedlab.colab
""".strip()


def cell(repository: str) -> str:
    """Return the source of the Colab cell; the repository is an address such as ``"https://github.com/owner/name"``."""
    return COLAB_CELL.replace("REPOSITORY", repository)


def link(notebook: str, repository: str) -> str:
    """Return the Markdown of the link that opens a notebook in Colab: text, because a picture is broken offline.

    >>> link("03_x.ipynb", "https://github.com/owner/name")
    '[Open in Colab](https://colab.research.google.com/github/owner/name/blob/main/notebooks/03_x.ipynb)'
    """
    slug = repository.removeprefix("https://github.com/")
    return f"[Open in Colab](https://colab.research.google.com/github/{slug}/blob/main/notebooks/{notebook})"
