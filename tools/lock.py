"""Write requirements.lock: the exact versions, installed right now, of everything that `embedlab[dev]` needs.

To renew the lock: make a new environment with ``pip install -e ".[dev]"``, check that the course passes in it, and
run ``make lock`` there. The list is for Linux, macOS and Windows at once: what only another system needs is looked up
in the package index, and gets a marker. torch stands without the suffix of its build (``+cpu``), so that each machine
takes the build that its index offers; what only a CUDA build of torch needs comes with that build and is not locked.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
SYSTEMS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "darwin": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "win32": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
}
BUILDS = {"linux": "manylinux_2_28_x86_64", "darwin": "macosx_14_0_arm64", "win32": "win_amd64"}
# A package that is not built for every supported Python, or wants a later one than 3.11.0; reasons in the lock.
EXCEPTIONS = {
    "gensim": ('python_version < "3.14"', "has no build for Python 3.14"),
}
OLDEST = {"python_version": "3.11", "python_full_version": "3.11.0"}
CUDA = re.compile(r"(nvidia|cuda)-.*|triton")
HEAD = """\
# The one tested set of versions: recording and checking the notebooks use it.
# Made by `make lock` from the environment in which all tests passed; do not edit by hand.
# Python 3.11 to 3.14 on Linux, macOS 14 or newer (Apple silicon) and Windows.
"""


def closure(system: str) -> dict[str, Requirement]:
    """Return every package that `embedlab[dev]` needs on a system, each with one requirement that asks for it."""
    environment = {**default_environment(), **SYSTEMS[system]}
    # Some are needed by old Pythons only.
    needed = needed_by([Requirement("embedlab[dev]")], [environment, environment | OLDEST], CUDA)
    del needed["embedlab"]
    return needed


def needed_by(
    roots: list[Requirement], environments: list[dict[str, str]], left_out: re.Pattern[str] | None = None
) -> dict[str, Requirement]:
    """Return the roots and all that they need, with extras, in any of the environments: one requirement for each."""
    todo, needed, seen = list(roots), {}, set()
    while todo:
        wanted = todo.pop()
        name = canonicalize_name(wanted.name)
        if left_out and left_out.fullmatch(name):
            continue
        needed.setdefault(name, wanted)
        for extra in {"", *wanted.extras} - {extra for known, extra in seen if known == name}:
            seen.add((name, extra))
            todo += [
                need for need in _needs(name) if any(_applies(need, {**one, "extra": extra}) for one in environments)
            ]
    return needed


def _needs(name: str) -> list[Requirement]:
    try:
        return [Requirement(line) for line in metadata.requires(name) or []]
    except metadata.PackageNotFoundError:
        return []  # not installed here: another system's package, and all of those need nothing further


def _applies(need: Requirement, environment: dict[str, str]) -> bool:
    return need.marker is None or need.marker.evaluate(environment)


def version(name: str, wanted: Requirement, system: str) -> str:
    """Return the installed version, or the one that pip would choose for a package of another system."""
    try:
        return Version(metadata.version(name)).public
    except metadata.PackageNotFoundError:
        wanted.marker = None
        builds = ["--only-binary", ":all:", "--platform", BUILDS[system], "--target", "unused"]
        command = ["-m", "pip", "install", "--dry-run", "--quiet", "--no-deps", "--report", "-", *builds, str(wanted)]
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)["install"][0]["metadata"]["version"]


def lines() -> list[str]:
    """Return the lines of the lock, one package each, in alphabetical order."""
    needed = {system: closure(system) for system in SYSTEMS}
    out = []
    for name in sorted({name for packages in needed.values() for name in packages}):
        systems = [system for system in SYSTEMS if name in needed[system]]
        marker, reason = EXCEPTIONS.get(name, (_marker(systems), ""))
        line = f"{name}=={version(name, needed[systems[0]][name], systems[0])}"
        out.append(line + (f" ; {marker}" if marker else "") + (f"  # {reason}" if reason else ""))
    return out


def _marker(systems: list[str]) -> str:
    if systems == list(SYSTEMS):
        return ""
    if systems == ["linux", "darwin"]:
        return 'sys_platform != "win32"'
    return " or ".join(f'sys_platform == "{system}"' for system in systems)


if __name__ == "__main__":
    LOCK.write_text(HEAD + "\n".join(lines()) + "\n", encoding="utf-8")
    print(f"{LOCK.name}: {len(LOCK.read_text(encoding='utf-8').splitlines()) - HEAD.count(chr(10))} packages")
