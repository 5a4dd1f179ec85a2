"""Make `.venv` from requirements.lock, and know in a fraction of a second when there is nothing to do.

`make` runs this before everything else, through bootstrap.py. It uses the standard library only, and pip only as
the learner has configured it: mirrors, certificates and proxies stay as they are.

A stamp inside `.venv` says what was installed, from which files and in which folder. Whatever does not agree with
it is repaired by the cheapest step that is sure to work: a moved folder is re-homed without the network, an
installation that was cut short goes on where it stopped, and only a `.venv` whose Python does not run is made anew.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED_GB = 4
PROBE_SECONDS = 12  # for one attempt; there are two
STAMP = "embedlab-setup.json"
LOG = "embedlab-pip.log"

_DISK_FULL = re.compile(r"no space left on device|errno 28\b|disk quota exceeded|not enough space", re.IGNORECASE)
_NO_CONNECTION = re.compile(
    r"\[Errno -?\d+\] [^'\")]+|(?:read|connect(?:ion)?|connect to [^'\")]*) timed out|CERTIFICATE_VERIFY_FAILED|"
    r"SSLError|ProxyError|ConnectionResetError|IncompleteRead|\b[45]\d\d (?:Client|Server) Error[^'\")]*",
    re.IGNORECASE,
)


class SetupError(Exception):
    """The set-up cannot go on; the message says why, `fix` what to do about it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


def main(arguments: list[str]) -> int:
    """Set `.venv` up as the command line asks; return the exit status."""
    parser = argparse.ArgumentParser(prog="bootstrap.py", description="Make .venv from requirements.lock.")
    parser.add_argument("--chosen", action="store_true", help="this Python was asked for by name")
    parser.add_argument("--pip-args", default="", help="further options for `pip install`")
    options = parser.parse_args(arguments)
    _leave_venv(ROOT / ".venv", arguments)
    try:
        set_up(ROOT, shlex.split(options.pip_args), chosen=options.chosen)
    except SetupError as error:
        print(f"\nEmbedLab set-up: {error}\n  Fix: {error.fix}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEmbedLab set-up was interrupted. Run the same command again: it goes on from here.", file=sys.stderr)
        return 130
    return 0


def _leave_venv(venv: Path, arguments: list[str]) -> None:
    # With .venv activated, `python3` is the very interpreter that may have to be replaced: start again outside.
    outside = getattr(sys, "_base_executable", sys.executable)
    if Path(sys.prefix).resolve() == venv.resolve() and outside != sys.executable:
        again = [outside, str(venv.parent / "tools/bootstrap.py"), *arguments]
        sys.exit(subprocess.call(again))


# -- the plan ------------------------------------------------------------------------------------


def set_up(root: Path, pip_args: list[str] | None = None, *, chosen: bool = False) -> None:
    """Bring `root/.venv` into the state that requirements.lock describes.

    Parameters
    ----------
    root
        The repository.
    pip_args
        Further options for the installing `pip install`.
    chosen
        Whether the running Python was asked for by name; then a `.venv` of another version is made anew.

    Raises
    ------
    SetupError
        If something outside is in the way: no venv module, no space, no package index, a failing install.
    """
    venv = root / ".venv"
    reason = unready(root, chosen=chosen)
    if reason is None:
        return
    print(f"EmbedLab set-up: {reason}", flush=True)
    fresh = not runs(venv) or (chosen and running_version(venv) != _version())
    check_machine()
    if fresh:
        check_venv_module()
        check_space(root)
        create(venv)
    else:
        rehome(venv)
        remove_torn(venv)
    install(root, pip_args or [], fresh=fresh)
    write_stamp(root)
    print("EmbedLab set-up: done.", flush=True)


def unready(root: Path, *, chosen: bool = False) -> str | None:
    """Say why `root/.venv` is not ready, or return None if it is.

    Looks at names and at the stamp only, and starts the environment's Python once, so it takes about 0.1 s.
    """
    venv = root / ".venv"
    if not venv.exists():
        return "making .venv; the first time takes some minutes."
    stamp = read_stamp(venv)
    if stamp is None:
        return ".venv is half-made; going on with it."
    if stamp["folder"] != str(venv):
        return "the folder was moved or copied; adjusting .venv."
    version = running_version(venv)
    if version is None:
        return "the Python of .venv does not run any more; making .venv anew."
    if version != stamp["python"] or (chosen and version != _version()):
        return f"another Python (was {stamp['python']}); adjusting .venv."
    if stamp["key"] != key(root):
        return "requirements.lock or pyproject.toml changed; updating .venv."
    lost = [name for name in stamp["distributions"] if not (site_packages(venv) / name / "RECORD").exists()]
    if lost:
        return f".venv has lost {len(lost)} of its packages ({lost[0].split('-')[0]} …); repairing it."
    return None


# -- what is there -------------------------------------------------------------------------------


def key(root: Path) -> str:
    """Return the SHA-256 over the two files that decide what `.venv` holds."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def read_stamp(venv: Path) -> dict | None:
    """Return the stamp of a finished set-up, or None if there is none that can be read."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
        return stamp if {"key", "folder", "python", "distributions"} <= stamp.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


def write_stamp(root: Path) -> None:
    """Record that `root/.venv` is complete."""
    venv = root / ".venv"
    stamp = {
        "key": key(root),
        "folder": str(venv),
        "python": running_version(venv),
        "distributions": sorted(path.name for path in site_packages(venv).glob("*.dist-info")),
    }
    half = venv / (STAMP + ".new")
    half.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    half.replace(venv / STAMP)


def venv_python(venv: Path) -> Path:
    """Return the path of the environment's Python, there or not."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def site_packages(venv: Path) -> Path:
    """Return the folder that pip installs into; an unmade environment has none, and gets a name that is not there."""
    if os.name == "nt":
        return venv / "Lib/site-packages"
    return next(venv.glob("lib/python3*/site-packages"), venv / "lib/site-packages")


def running_version(venv: Path) -> str | None:
    """Return the version that the environment's Python says it has, or None if it does not run."""
    code = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
    try:
        done = subprocess.run(
            [venv_python(venv), "-I", "-S", "-c", code], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def runs(venv: Path) -> bool:
    """Whether the environment can be worked with: its Python starts and is new enough, and pip is there."""
    version = running_version(venv)
    if version is None or tuple(map(int, version.split(".")[:2])) < (3, 11):
        return False
    minor = ".".join(version.split(".")[:2])
    if os.name != "nt" and site_packages(venv).parent.name != f"python{minor}":
        return False
    return _pip(venv, "--version", quiet=True).returncode == 0


def _version() -> str:
    return ".".join(map(str, sys.version_info[:3]))


# -- a new environment ---------------------------------------------------------------------------


def check_machine() -> None:
    """Refuse the one kind of machine for which torch is no longer built."""
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        raise SetupError(
            f"this Python ({sys.executable}) is built for Intel Macs, and torch no longer is.",
            "on Apple silicon install the native (arm64) Python; on an Intel Mac use Colab, as the README tells.",
        )


def check_venv_module() -> None:
    """Make sure that this Python can make environments with pip in them; Debian ships it in a separate package."""
    probe = "import venv, ensurepip; ensurepip.version()"
    if subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0:
        return
    name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    raise SetupError(
        f"this Python ({sys.executable}) cannot make virtual environments: its venv module is missing.",
        f"on Debian and Ubuntu: sudo apt install {name}; elsewhere install a complete Python and name it: "
        "make lab PYTHON=/path/to/python3.12",
    )


def check_space(root: Path) -> None:
    """Make sure that the disk holds the packages before a download of minutes finds out."""
    free = shutil.disk_usage(root).free / 1e9
    if free < NEEDED_GB:
        raise SetupError(
            f"no disk space: {free:.1f} GB are free in {root}, about {NEEDED_GB} GB are needed.",
            "free some space, or move this folder to a larger disk, and run the same command again.",
        )


def create(venv: Path) -> None:
    """Make an empty environment in place of whatever is there."""
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(venv)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        if _DISK_FULL.search(done.stdout + done.stderr):
            raise _disk_full(venv.parent)
        said = _last_line(done.stdout + done.stderr)
        raise SetupError(f"making {venv} failed: {said}", "remove the folder .venv and run the same command again.")


# -- an environment that needs repair ------------------------------------------------------------


def rehome(venv: Path) -> None:
    """Adjust what holds the environment's absolute path, if its folder was moved; needs no network."""
    stamp = read_stamp(venv)
    if stamp is None or stamp["folder"] == str(venv):
        return
    subprocess.run(  # rewrites the activate scripts
        [venv_python(venv), "-I", "-m", "venv", "--without-pip", str(venv)], capture_output=True, check=False
    )
    for script in venv_python(venv).parent.iterdir():
        if script.is_file() and not script.is_symlink():
            _rehome_script(script, stamp["folder"], venv_python(venv))


def _rehome_script(script: Path, old: str, python: Path) -> None:
    head, _, body = script.read_bytes().partition(b"\n")
    if head.startswith(b"#!/bin/sh") and body.startswith(b"'''exec' "):  # how pip writes a path with spaces
        head, _, body = body.partition(b"\n")
        body = body.partition(b"\n")[2]  # the line that closes the quotation
    if not head.startswith((b"#!", b"'''exec'")) or os.fsencode(old) not in head:
        return
    # The form that works for every path, with spaces and without: sh reads a command, Python a string.
    exec_line = b"'''exec' \"" + os.fsencode(python) + b'" "$0" "$@"\n'
    script.write_bytes(b"#!/bin/sh\n" + exec_line + b"' '''\n" + body)


def remove_torn(venv: Path) -> None:
    """Forget packages of which not every file is there, so that pip installs them again.

    An installation that is killed leaves packages that pip takes for complete: their metadata are written before
    the list of their files is.
    """
    packages = site_packages(venv)
    for info in packages.glob("*.dist-info"):
        if not _is_whole(info) and not info.name.startswith("pip-"):
            shutil.rmtree(info)
    for leftover in packages.glob("~*"):  # a replacement that was cut short
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()


def _is_whole(info: Path) -> bool:
    try:
        return all(path.stat().st_size == (size or path.stat().st_size) for path, size in _recorded(info))
    except (OSError, ValueError):
        return False


def _recorded(info: Path) -> Iterator[tuple[Path, int | None]]:
    with (info / "RECORD").open(encoding="utf-8", newline="") as file:
        for name, _hash, size in csv.reader(file):
            if not name.endswith(".pyc"):  # made when needed
                outside = name.startswith("..")  # scripts, of which the first line may have been adjusted
                yield info.parent / name, int(size) if size and not outside else None


# -- pip -----------------------------------------------------------------------------------------


def install(root: Path, pip_args: list[str], *, fresh: bool) -> None:
    """Install what requirements.lock lists, then the package itself so that edits count at once."""
    lock = ["install", "--requirement", str(root / "requirements.lock")]
    # What is complete already needs no index, so a moved or updated folder is repaired offline too.
    if fresh or _pip(root / ".venv", *lock, "--no-index", quiet=True).returncode:
        check_index(root)
        few = ["--quiet"] if read_stamp(root / ".venv") else []  # with hundreds to install, people want to see it move
        log = [] if sys.stdout.isatty() else ["--progress-bar", "off"]
        _install_step(root, [*lock, *few, *log, *pip_args])
    _install_step(root, ["install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(root)])


def check_index(root: Path) -> None:
    """Fetch one tiny package, so that an unreachable index is known within seconds and not after pip's retries."""
    lines = (root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.split(";")[0].strip() for line in lines if "==" in line and not line.startswith("#")]
    small = next((pin for pin in pins if pin.startswith("iniconfig==")), pins[0])
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["download", "--no-deps", "--no-cache-dir", "--retries", "1", "--timeout", str(PROBE_SECONDS)]
        done = _pip(root / ".venv", *arguments, "--dest", folder, small, quiet=True, limit=4 * PROBE_SECONDS)
    if done.returncode == 0:
        return
    if _DISK_FULL.search(done.stderr):
        raise _disk_full(root)
    cut = _NO_CONNECTION.findall(done.stderr)
    said = cut[-1] if cut else _last_line(done.stderr) or f"no answer within {4 * PROBE_SECONDS} s"
    raise SetupError(
        f"the package index cannot be reached: {said.strip()}",
        "connect to the network, or check pip's settings (pip config list; the variables PIP_… and …_PROXY), "
        "and run the same command again.",
    )


def _install_step(root: Path, arguments: list[str]) -> None:
    log = root / ".venv" / LOG
    log.unlink(missing_ok=True)
    if _pip(root / ".venv", "--log", str(log), *arguments).returncode:
        raise _explain(root, log)
    log.unlink(missing_ok=True)


def _explain(root: Path, log: Path) -> SetupError:
    text = log.read_text(encoding="utf-8", errors="replace")[-20_000:] if log.exists() else ""
    if _DISK_FULL.search(text):
        return _disk_full(root)
    cut, missing = _NO_CONNECTION.findall(text), re.findall(r"No matching distribution found for (\S+)", text)
    if cut:
        return SetupError(
            f"the connection to the package index broke: {cut[-1].strip()}",
            "run the same command again: it goes on where it stopped.",
        )
    if missing:
        return SetupError(
            f"the package index has no {missing[-1]} for Python {_version()} on this machine.",
            "use Python 3.11, 3.12 or 3.13, for which every package exists: make lab PYTHON=python3.12",
        )
    errors = re.findall(r"(?:ERROR:|\[present-rich\]) (.+)", text)
    said = errors[-1] if errors else "pip stopped without a reason."
    return SetupError(f"installing the packages failed: {said}", f"read {log}; or remove .venv and start again.")


def _disk_full(root: Path) -> SetupError:
    folders = f"{root} or for temporary files in {tempfile.gettempdir()}"
    return SetupError(
        f"no disk space left in {folders}.",
        f"free about {NEEDED_GB} GB (TMPDIR names another folder for temporary files) and run the same command again.",
    )


def _pip(
    venv: Path, *arguments: str, quiet: bool = False, limit: float | None = None
) -> subprocess.CompletedProcess[str]:
    silent = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_INPUT": "1"}
    command = [venv_python(venv), "-I", "-m", "pip", *arguments]
    options = {"capture_output": quiet, "text": True, "timeout": limit, "stdin": subprocess.DEVNULL}
    try:
        return subprocess.run(command, env={**os.environ, **silent}, check=False, **options)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    return (errors or lines or [""])[-1]
