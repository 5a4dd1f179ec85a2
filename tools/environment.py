"""Make `.venv` from requirements.lock; a stamp in it tells in a fraction of a second that there is nothing to do.

`make` runs this before everything else, through setup.sh. It uses the standard library only, and pip as the learner
has configured it: mirrors, certificates and proxies stay as they are. The stamp is taken away first and written last,
so a set-up that was cut short is known by its absence.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "embedlab-setup.txt"
PYTHON = VENV / "bin/python"
OUTSIDE = getattr(sys, "_base_executable", sys.executable)  # not that of an activated .venv: it may be replaced
NEEDED_GB = 4
CHANGED = "requirements.lock or pyproject.toml changed; updating .venv."
SPACE = f"free about {NEEDED_GB} GB (TMPDIR names another folder for temporary files), then run the same command again."
SETTINGS = "pip's settings (pip config list; the variables PIP_… and …_PROXY)"
BROKEN = r"connection broken by|timed out|SSLError|ProxyError|Connection\w*Error|Max retries|IncompleteRead|HTTP error"
CAUSES = (  # what pip says when it fails, what is wrong then, and what helps
    (r"no space left on device|errno 28\b|quota exceeded|not enough space", "no disk space is left.", SPACE),
    (BROKEN, "the package index cannot be reached, or the connection broke.", f"check the network and {SETTINGS}."),
    (
        r"No matching distribution found for (\S+)",
        f"the index shows no {{}} for Python {platform.python_version()}: none built, no access, or out of order.",
        f"use Python 3.11, 3.12 or 3.13 (make lab PYTHON=python3.12); or check {SETTINGS}.",
    ),
    ("", "pip could not install the packages; its reason stands above.", "remove .venv, then run the same command."),
)


def main() -> None:
    """Bring `.venv` into the state that requirements.lock describes, if it is not."""
    if reason := unready():
        print(f"EmbedLab set-up: {reason}", flush=True)
        options = pip_args()
        STAMP.unlink(missing_ok=True)
        if reason != CHANGED:
            create()
        install("--requirement", str(ROOT / "requirements.lock"), *options)
        install("--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        STAMP.write_text(stamp(), encoding="utf-8")
        print("EmbedLab set-up: done.", flush=True)


def unready() -> str:
    """Say why `.venv` cannot be used as it is; nothing if it can."""
    if not VENV.exists():
        return "making .venv; the first time takes some minutes, and pip is silent for half of them."
    if not STAMP.exists():
        return "the last set-up was cut short; making .venv anew."
    if not STAMP.read_text(encoding="utf-8").startswith(f"{VENV}\n"):
        return "the folder was moved or copied; making .venv anew."
    command = [PYTHON, "-I", "-c", "import pip, sys; print(sys.version_info[:2])"]
    try:
        version = subprocess.check_output(command, stderr=subprocess.DEVNULL, text=True, timeout=60).strip()
    except (OSError, subprocess.SubprocessError):
        return "the Python of .venv does not start; making .venv anew."
    if os.environ.get("PYTHON") and version != str(sys.version_info[:2]):
        return "another Python was asked for; making .venv anew."
    return "" if STAMP.read_text(encoding="utf-8") == stamp() else CHANGED


def stamp() -> str:
    """Return what a finished set-up leaves: the folder, and a sum over the two files that decide what is in it."""
    files = b"".join((ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml"))
    return f"{VENV}\n{hashlib.sha256(files).hexdigest()}\n"


def create() -> None:
    """Make an empty environment in place of whatever is there; refuse a machine on which that cannot end well."""
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        fix = "on Apple silicon install the native (arm64) Python; on an Intel Mac use Colab, as the README tells."
        stop(f"this Python ({OUTSIDE}) is built for Intel Macs, and torch no longer is.", fix)
    if subprocess.run([OUTSIDE, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode:
        package = f"python3.{sys.version_info.minor}-venv"  # Debian parts it from Python
        fix = f"on Debian and Ubuntu: sudo apt install {package}; elsewhere name a complete Python: make lab PYTHON=…"
        stop(f"this Python ({OUTSIDE}) cannot make virtual environments: its venv module is missing.", fix)
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        stop(f"no disk space: {free:.1f} GB are free in {ROOT}, about {NEEDED_GB} GB are needed.", SPACE)
    if subprocess.run([OUTSIDE, "-m", "venv", "--clear", str(VENV)], check=False).returncode:
        stop("making .venv failed; the reason stands above.", "remove .venv, then run the same command again.")


def pip_args() -> list[str]:
    """Return the options in PIP_ARGS: quotation marks hold together what has spaces, every other sign is itself."""
    words = shlex.shlex(os.environ.get("PIP_ARGS", ""), posix=True)
    words.whitespace_split, words.escape, words.commenters = True, "", ""
    try:
        return list(words)
    except ValueError:
        stop("in PIP_ARGS a quotation mark lacks its partner.", "write %27 for ' and %22 for \" in an address.")


def install(*arguments: str) -> None:
    """Run `pip install`, and say what helps if it fails."""
    pip = [PYTHON, "-I", "-m", "pip", "--no-input", "--disable-pip-version-check", "install"]
    environ = {"PIP_RETRIES": "1", "PIP_ROOT_USER_ACTION": "ignore", **os.environ, "PIP_ARGS": ""}  # no long waiting
    options = {"env": environ, "stderr": subprocess.PIPE, "encoding": "utf-8", "errors": "replace"}
    said = ""
    with subprocess.Popen([*pip, *arguments], **options) as process:
        for line in process.stderr:
            sys.stderr.write(line)
            said += line
    if process.returncode:
        pattern, message, fix = next(cause for cause in CAUSES if re.search(cause[0], said, re.IGNORECASE))
        stop(message.format(*re.findall(pattern, said)[-1:]), fix)


def stop(message: str, fix: str) -> NoReturn:
    """End with a message and what to do about it."""
    sys.exit(f"\nEmbedLab set-up: {message}\n  Fix: {fix}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nEmbedLab set-up was interrupted. Run the same command again to finish it.")
