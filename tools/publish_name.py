"""Put the repository's address everywhere it is needed: ``python tools/publish_name.py owner/name``.

The one place that holds it is ``[project.urls] Repository`` in pyproject.toml; README, notebooks (badge and Colab
cell) and workflows repeat it. Until the course is published the owner is a name that nobody can have. Either every
file is changed or none is, and running it twice changes nothing.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embedlab._files import atomic_write
from tools import notebooks
from tools.record import written

PLACEHOLDER = "YOUR_GITHUB_NAME/embedlab"
PATTERNS = ("pyproject.toml", "README.md", "environment.yml", ".github/workflows/*.yml", "notebooks/*.ipynb")
_OWNER = r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}"
_NAME = r"(?!\.\.?$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}"


def checked(slug: str) -> str:
    """Return ``owner/name`` if GitHub could have such a repository.

    Raises
    ------
    ValueError
        If it could not; the message shows an example.

    Examples
    --------
    >>> checked("ada/embedlab")
    'ada/embedlab'
    """
    if slug != PLACEHOLDER and not re.fullmatch(f"{_OWNER}/{_NAME}", slug):
        raise ValueError(f"REPO must be owner/name as on GitHub, for example REPO=ada/embedlab, but it is {slug!r}")
    return slug


def current(root: Path) -> str:
    """Return the ``owner/name`` that pyproject.toml holds."""
    address = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]
    return address.removeprefix("https://github.com/")


def stamped(text: str, old: set[str], new: str) -> str:
    """Return a text in which addresses on GitHub and in Colab name `new` in place of any of `old`."""
    either = "|".join(re.escape(slug) for slug in sorted(old))
    return re.sub(rf"((?:github\.com|google\.com/github)/)(?:{either})(?![A-Za-z0-9_-])", rf"\g<1>{new}", text)


def changes(root: Path, new: str) -> dict[Path, str]:
    """Return the new text of every file that has to change."""
    old = {current(root), PLACEHOLDER} - {new}
    out = {}
    for path in sorted(path for pattern in PATTERNS for path in root.glob(pattern)):
        text = path.read_text(encoding="utf-8")
        changed = stamped(text, old, new)
        if changed != text:
            out[path] = _with_ids(changed) if path.suffix == ".ipynb" else changed
    return out


def _with_ids(text: str) -> str:
    # A cell's id follows from its text, so a stamped cell gets a new one.
    notebook = json.loads(text)
    for cell, name in zip(notebook["cells"], notebooks.cell_ids(notebook), strict=True):
        cell["id"] = name
    return written(notebook)


def publish(root: Path, slug: str) -> list[Path]:
    """Stamp every file below `root`, or none; return those that changed.

    Raises
    ------
    ValueError
        If `slug` is malformed; then nothing was touched.
    OSError
        If a file cannot be written; then those before it were put back.
    """
    new = changes(root, checked(slug))
    before = {path: path.read_bytes() for path in new}
    try:
        for path, text in new.items():
            atomic_write(path, text)
    except OSError:
        for path, old in before.items():
            if path.read_bytes() != old:
                atomic_write(path, old)
        raise
    return list(new)


def main(arguments: list[str]) -> int:
    """Stamp this repository; return the exit status."""
    try:
        changed = publish(notebooks.ROOT, arguments[0] if arguments else "")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for path in changed:
        print(f"stamped {path.relative_to(notebooks.ROOT)}")
    print(f"{len(changed)} files changed." if changed else "Nothing to do: the name is everywhere already.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
