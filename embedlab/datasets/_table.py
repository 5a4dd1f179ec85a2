"""Reads the CSV files that ship beside the data set modules; standard library only."""

from __future__ import annotations

import csv
from pathlib import Path


def read(name: str, columns: tuple[str, ...], folder: Path = Path(__file__).parent) -> list[list[str]]:
    """Columns of the shipped file ``<name>.csv``, in the order of ``columns``, each a list with one string a row.

    Parameters
    ----------
    name : str
        File name without ``.csv``.
    columns : tuple of str
        What the header line must say; a file that says anything else is not the one the module was written for.
    folder : Path
        Where the file lies: beside this module unless told otherwise.

    Raises
    ------
    ValueError
        If the header differs from ``columns``, or a row is shorter or longer than the header.

    Examples
    --------
    >>> topic, sentence = read("topics", ("topic", "sentence"))
    >>> topic[0], len(sentence)
    ('astronomy', 300)
    """
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file)) or [[]]
    if tuple(header) != columns:
        raise ValueError(f"{path.name} must start with the header {','.join(columns)}, not {','.join(header)!r}")
    for number, row in enumerate(rows, 2):
        if len(row) != len(columns):
            raise ValueError(f"{path.name}: row {number} must have {len(columns)} fields, but it has {len(row)}")
    return [[row[i] for row in rows] for i in range(len(columns))]
