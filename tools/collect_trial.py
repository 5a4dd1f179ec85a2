"""Writes the table of `embedlab.datasets.trial`: the columns that the course needs of the trial ACTG 175.

    pip download --no-deps lifelines==0.30.3
    python -m tools.collect_trial lifelines-0.30.3-py3-none-any.whl

The package `lifelines` (MIT licence) carries the public data of the trial as ``ACTG175.csv``. It is not installed,
since it would move pandas: the file is read out of the wheel, and its hash is checked first.

Left out are the patients' numbers and what tells of their lives rather than of their disease (race, the way of the
infection other than haemophilia, drugs), later and derived columns, and those that are the same in every row.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import sys
import zipfile
from pathlib import Path

from embedlab import _files
from embedlab.datasets import _table, trial

MEMBER = "lifelines/datasets/ACTG175.csv"
SHA256 = "56fba31fa0d7bfbff9667b7149fd96a97c352e72aa582871a62a935e812f0e07"

#: The columns of the file, in the order of `trial.COLUMNS`.
SOURCES = (
    "age", "wtkg", "gender", "hemo", "karnof", "symptom", "oprior", "z30", "preanti", "cd40", "cd80", "arms", "cd420",
)  # fmt: skip


def rows(wheel: Path) -> list[list[str]]:
    """Return the needed columns of the trial's table in a wheel of lifelines; ValueError if there is none."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(MEMBER)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"{wheel.name} must be a wheel of lifelines with {MEMBER}: {error}") from error
    if (found := hashlib.sha256(data).hexdigest()) != SHA256:
        raise ValueError(f"{MEMBER} in {wheel.name} must have the SHA-256 {SHA256}, but it has {found}")
    return [[row[name] for name in SOURCES] for row in csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))]


def main(arguments: list[str] | None = None) -> int:
    """Write the table; 1 if the wheel is not the right one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("wheel", type=Path, help="lifelines-0.30.3-py3-none-any.whl")
    parser.add_argument("--to", type=Path, default=Path(trial.__file__).with_name("trial.csv.xz"), metavar="FILE")
    asked = parser.parse_args(arguments)
    try:
        found = rows(asked.wheel)
        _files.atomic_write(asked.to, _table.packed(trial.COLUMNS, found))
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{asked.to.name}: {len(found):,} patients, {asked.to.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
