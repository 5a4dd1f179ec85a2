"""Write requirements.lock with uv: one version of each package, for Linux, macOS and Windows and for every Python.

For maintainers; learners need no uv. What is pinned stays, what pyproject.toml newly asks for is added, what nobody
needs any more goes. The variable PACKAGE names packages to raise, to the newest version that fits (``tqdm``) or to a
certain one (``tqdm==4.70.1``). torch stands without the suffix of its build (``+cpu``), so that each machine takes
the build that its index offers; what only a CUDA build of torch needs comes with that build and is not locked.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
HEAD = """\
# The one tested set of versions: recording and checking the notebooks use it.
# Made by `make lock`; do not edit by hand. A note after two spaces stays with its package.
# Python 3.11 to 3.14 on Linux, macOS 14 or newer (Apple silicon) and Windows.
"""
OPTIONS = (
    "--extra=dev", "--universal", "--python-version=3.11", "--fork-strategy=fewest", "--no-header", "--no-annotate",
    "--quiet",
)  # fmt: skip
LEFT_OUT = re.compile(r"(nvidia|cuda)-|triton=|.*== 'emscripten'")
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)(?: ;.*?)?(  #.*)?$", re.MULTILINE)


def uv() -> list[str]:
    """Return the command that starts uv, from PATH, from `.venv` or as a module."""
    found = shutil.which("uv", path=os.pathsep.join([os.environ.get("PATH", ""), str(ROOT / ".venv/bin")]))
    if found:
        return [found]
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    sys.exit("make lock needs uv, which chooses the versions.\n  Fix: .venv/bin/python -m pip install uv")


def renewed(old: str, raised: list[str]) -> str:
    """Return the text of the lock that follows from pyproject.toml and the old lock, some packages raised."""
    known = {pin[1] for pin in PIN.finditer(old)}
    for wish in raised:
        if re.sub(r"[-_.]+", "-", re.split(r"[=<>!~]", wish)[0]).lower() not in known:
            sys.exit(f"PACKAGE={wish}: requirements.lock has no such package.")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, LOCK.name)
        output.write_text(old, encoding="utf-8")  # uv keeps what it finds pinned there
        wishes = [f"--upgrade-package={wish}" for wish in raised]
        command = [*uv(), "pip", "compile", *OPTIONS, *wishes, f"--output-file={output}", "pyproject.toml"]
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode:
            sys.exit("requirements.lock stays as it was: uv found no set of versions; its reason stands above.")
        lines = output.read_text(encoding="utf-8").splitlines()
    notes = {pin[1]: pin[3] or "" for pin in PIN.finditer(old)}
    kept = [re.sub(r"\+[\w.]+", "", line, count=1) for line in lines if not LEFT_OUT.match(line)]
    return HEAD + "".join(f"{line}{notes.get(line.partition('==')[0], '')}\n" for line in kept)


def main() -> None:
    """Renew the lock and say what changed."""
    old = LOCK.read_text(encoding="utf-8")
    new = renewed(old, os.environ.get("PACKAGE", "").split())
    half = LOCK.with_suffix(".new")
    half.write_text(new, encoding="utf-8")
    half.replace(LOCK)
    before, after = ({pin[1]: pin[2] for pin in PIN.finditer(text)} for text in (old, new))
    for name in sorted(before | after):
        if before.get(name) != after.get(name):
            print(f"{name}: {before.get(name, 'new')} → {after.get(name, 'no longer needed')}")
    print(f"{LOCK.name}: {len(after)} packages")


if __name__ == "__main__":
    main()
