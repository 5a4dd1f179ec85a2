"""Open JupyterLab on the course's first notebook; without a screen, print its address instead.

The server listens on this machine only and asks for the token that is in the address.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embedlab._files import spare_folders

ROOT = Path(__file__).resolve().parent.parent
FIRST = "notebooks/00_start_here.ipynb"


def has_screen(environ: Mapping[str, str], platform: str) -> bool:
    """Whether a browser can be opened here: a desktop session, and nobody's automated run."""
    if environ.get("CI"):
        return False
    return platform in ("darwin", "win32") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def command(environ: Mapping[str, str], platform: str, *, root_user: bool) -> list[str]:
    """Return the command that starts the notebook server.

    Parameters
    ----------
    environ, platform
        ``os.environ`` and ``sys.platform`` of the machine.
    root_user
        Whether the user is root, as in many containers; Jupyter then asks for an explicit word.
    """
    options = ["--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/{FIRST}"]
    if not has_screen(environ, platform):
        options.append("--no-browser")
    if root_user:
        options.append("--allow-root")
    return [sys.executable, "-m", "jupyterlab", *options]


def main(arguments: list[str]) -> int:
    """Become the server (on Windows: start it, and wait until it is stopped)."""
    if not has_screen(os.environ, sys.platform):
        print("No screen here: open the address with token=… in a browser; Ctrl-C stops the server.", flush=True)
    # A name that nobody can guess: the folder may hold settings that Jupyter runs, and everybody writes beside it.
    spare = Path(tempfile.gettempdir(), f"embedlab-{secrets.token_hex(8)}")
    if spare_folders(spare):
        print(f"Nothing can be written into your home: Jupyter's settings go to {spare}.", flush=True)
    line = command(os.environ, sys.platform, root_user=getattr(os, "geteuid", lambda: 1)() == 0)
    if os.name != "nt":
        os.execv(sys.executable, [*line, *arguments])  # signals reach the server itself
    return subprocess.call([*line, *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
