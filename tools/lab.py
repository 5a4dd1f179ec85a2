"""Open JupyterLab on the learner's copy of the first notebook; without a screen, print its address instead.

The copies in ``my/`` are brought up to date first (`tools.copies`). The server listens on this machine only and asks
for the token that is in the address.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embedlab._files import atomic_write, spare_folders
from tools import copies

ROOT = Path(__file__).resolve().parent.parent
FIRST = "00_start_here.ipynb"
SETTINGS = ROOT / "tools" / "lab_settings"  # no question about news; everything else is JupyterLab's own
WORKSPACES = ".lab"  # beside the copies: how the course's windows stand does not disturb other projects'
#: The first window of all: the table of contents stands open at the left.
WORKSPACE = {
    "data": {
        "layout-restorer:data": {
            "left": {
                "collapsed": False,
                "visible": True,
                "current": "@jupyterlab/toc:plugin",
                "widgets": ["filebrowser", "running-sessions", "@jupyterlab/toc:plugin", "extensionmanager.main-view"],
            },
            "relativeSizes": [0.2, 0.8, 0],
        }
    },
    "metadata": {"id": "default"},
}


def has_screen(environ: Mapping[str, str], platform: str) -> bool:
    """Whether a browser can be opened here: a desktop session, and nobody's automated run."""
    if environ.get("CI"):
        return False
    return platform in ("darwin", "win32") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def prepare(root: Path = ROOT) -> str:
    """Bring the copies up to date; return the folder to open: theirs, or the course's where nothing can be written."""
    try:
        behind = copies.update(root)
        workspace = root / copies.MY / WORKSPACES / "default-37a8.jupyterlab-workspace"  # the name JupyterLab gives it
        if not workspace.exists():
            atomic_write(workspace, json.dumps(WORKSPACE))
    except OSError as error:
        print(f"No copies of your own ({error.strerror}): this opens the course itself, unsaved.", flush=True)
        return "notebooks"
    print(*map(copies.told, behind), sep="\n", end="\n" if behind else "", flush=True)
    return copies.MY


def command(
    environ: Mapping[str, str], platform: str, *, root_user: bool, folder: str = copies.MY, root: Path = ROOT
) -> list[str]:
    """Return the command that starts the notebook server; Jupyter asks for an explicit word where the user is root."""
    options = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{folder}/{FIRST}",
        f"--LabApp.app_settings_dir={SETTINGS}",
    ]
    if folder == copies.MY:
        options.append(f"--LabApp.workspaces_dir={root / folder / WORKSPACES}")
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
    line = command(os.environ, sys.platform, root_user=getattr(os, "geteuid", lambda: 1)() == 0, folder=prepare())
    if os.name != "nt":
        os.execv(sys.executable, [*line, *arguments])  # signals reach the server itself
    return subprocess.call([*line, *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
