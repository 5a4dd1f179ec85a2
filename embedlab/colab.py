"""Complete embedlab in Google Colab: ``python -m embedlab.colab``, which the first cell of each notebook runs there.

The cell itself installs embedlab alone. Here comes what embedlab needs, with every version that is there held by a
constraint: moving NumPy or torch under a running kernel breaks it. Nothing but the standard library is used.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import invalidate_caches, metadata

NEEDED = "embedlab[offline]"  # for every notebook
WANTED = "embedlab[offline,scale]"  # for those with databases and large indexes, too
_PLAIN = r"\d[\d.]*((a|b|rc|post|dev)\d+)*(\+.+)?"  # a version that pip takes as a constraint


def _versions() -> dict[str, str]:
    return {found.name: found.version for found in reversed([*metadata.distributions()])}


def _pip(requirement: str, held: str) -> str:
    """Install a requirement under constraints; return "", or the end of what pip says where it fails."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", "/dev/stdin", requirement]
    done = subprocess.run(pip, input=held, capture_output=True, text=True, check=False)
    return done.stderr[-900:].strip() if done.returncode else ""


def install() -> str:
    """Install what is missing and move nothing.

    Returns
    -------
    str
        What the learner has to know: why it failed, or which packages moved all the same; "" if all is well.
    """
    before = _versions()
    held = "\n".join(f"{name}=={version}" for name, version in before.items() if re.fullmatch(_PLAIN, version))
    lacking = _pip(WANTED, held)
    failed = lacking and _pip(NEEDED, held)  # where databases do not fit what is here, the rest may
    invalidate_caches()
    after = _versions()
    if failed:
        return f"What embedlab needs could not be installed:\n{failed}"
    if moved := [name for name, version in before.items() if after.get(name) != version]:
        return f"These packages moved: {', '.join(moved)}. Restart the session, then run all cells."
    if lacking:
        return f"All is here but embedlab[scale], for databases and large indexes (notebooks 16 and 23):\n{lacking}"
    return ""


if __name__ == "__main__":
    sys.stdout.write(f"{install() or 'embedlab is complete; no restart is needed.'}\n")
