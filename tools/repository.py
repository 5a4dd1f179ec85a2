"""The repository's address: the one place that holds it is ``[project.urls] Repository`` in pyproject.toml.

Pages for people and workflows repeat it, and so do the notebooks, in link and Colab cell. Until the course is
published the owner is a name that nobody can have.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tools import notebooks

HOST = "https://github.com/"
PLACEHOLDER = "YOUR_GITHUB_NAME/embedlab"
PATTERNS = ("*.toml", "*.md", "*.yml", "*.cff", "docs/*.md", ".github/**/*.yml", ".github/*.md")
_OWNER = r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}"
_NAME = r"(?!\.\.?$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}"


def address(root: Path = notebooks.ROOT) -> str:
    """Return the address, such as ``"https://github.com/owner/name"``."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]


def checked(slug: str) -> str:
    """Return ``owner/name`` if GitHub could have such a repository, else raise a ValueError that shows an example.

    >>> checked("ada/embedlab")
    'ada/embedlab'
    """
    if slug != PLACEHOLDER and not re.fullmatch(f"{_OWNER}/{_NAME}", slug):
        raise ValueError(f"REPO must be owner/name as on GitHub, for example REPO=ada/embedlab, but it is {slug!r}")
    return slug


def renamed(text: str, old: str, new: str) -> str:
    """Return a text in which addresses on GitHub and in Colab name `new` in place of `old` or the placeholder."""
    either = "|".join(map(re.escape, (old, PLACEHOLDER)))
    return re.sub(rf"((?:github\.com|google\.com/github)/)(?:{either})(?![A-Za-z0-9_-])", rf"\g<1>{new}", text)


def texts(root: Path, slug: str) -> dict[Path, str]:
    """Return the text of every file that may name the repository, notebooks aside, with the name ``owner/name``."""
    old = address(root).removeprefix(HOST)
    paths = sorted(path for pattern in PATTERNS for path in root.glob(pattern))
    return {path: renamed(path.read_text(encoding="utf-8"), old, slug) for path in paths}
