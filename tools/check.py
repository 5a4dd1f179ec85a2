"""Everything that needs no kernel, no network and no browser: ``python tools/check.py``, in less than a minute.

One line a check, with its seconds; of what failed also what it said. The last check is left out by ``--no-tests``, for
`make test`, which runs those tests among all others.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = (
    "test_exercises_content",
    "test_exercises_mutants",
    "test_glossary",
    "test_order",
    "test_protocol",
    "test_symptoms",
    "test_trial",
)
# Right as they stand: the palette's own spelling, a dimension of n × d, parts of words and misspelled on purpose.
WORDS = "abd,als,frome,hass,hove,ment,nd,notin,patter,promt,serach,statics,tiem,tihng,titel,vermillion"
NOT_PROSE = r"[A-Za-z0-9+/=]{60,}"  # the bytes of pictures
NOT_OURS = "*.lock,*.csv,*.json,*.safetensors,*.npz"

CHECKS = {
    "style": ("ruff", "check", "--quiet", "."),
    "format": ("ruff", "format", "--check", "--quiet", "embedlab", "tests", "tools"),
    "spelling": ("codespell_lib", "-H", "-L", WORDS, "--ignore-regex", NOT_PROSE, "-S", NOT_OURS),
    "stamp": ("tools.stamp", "--check"),
    "hygiene": ("tools.hygiene",),
    "ledger": ("tools.ledger",),
    "tests": ("pytest", "--quiet", "--tb=line", "-n", "2", *(f"tests/{name}.py" for name in TESTS)),
}


def run(name: str) -> bool:
    """Run one check, print its line and, if it failed, its output; return whether it passed."""
    command = [sys.executable, "-m", *CHECKS[name], *(_files() if name == "spelling" else ())]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    passed = done.returncode == 0
    print(f"{'ok' if passed else 'FAILED':<8}{name:<10}{time.perf_counter() - start:5.1f} s", flush=True)
    if not passed:
        print(done.stdout.strip(), end="\n\n", flush=True)
    return passed


def _files() -> list[str]:
    """Every file that is tracked, or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).exists()]


def main(arguments: list[str]) -> int:
    """Run the checks; 1 if one failed."""
    names = [name for name in CHECKS if name != "tests" or "--no-tests" not in arguments]
    passed = [run(name) for name in names]
    return int(not all(passed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
