"""Tiny packages and projects: set-up and lock are tried for real, with a folder as their only index."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path


def write_wheel(folder: Path, name: str, version: str, needs: str = "") -> None:
    """Write a wheel with a module and a console script, both called `name`."""
    info = f"{name}-{version}.dist-info/"
    files = {
        f"{name}.py": f"def main():\n    print('{name} {version}')\n",
        info + "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        info + "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        info + "entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text)}\n"
    files[info + "RECORD"] = record + f"{info}RECORD,,\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


def environ(index: Path, **changes: str | Path) -> dict[str, str]:
    """Return the environment in which pip and uv know one folder of wheels, and nothing leaks in from this one."""
    leaks = ("PIP_", "UV_", "PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS", "PACKAGE")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(leaks)}
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": index.as_uri(), "PIP_CONFIG_FILE": os.devnull}
    uv = {"UV_NO_INDEX": "1", "UV_FIND_LINKS": index, "UV_OFFLINE": "1", "UV_CACHE_DIR": index / "cache"}
    python = getattr(sys, "_base_executable", sys.executable)
    return {key: str(value) for key, value in {**kept, **pip, **uv, "PYTHON": python, **changes}.items()}


def run(root: Path, *command: str | Path, **changes: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `make setup` or another command in a project; the folder that holds the project is the index."""
    command, variables = command or ("make", "setup"), environ(root.parent, **changes)
    return subprocess.run(command, cwd=root, env=variables, capture_output=True, encoding="utf-8", check=False)
