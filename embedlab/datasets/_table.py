"""Reads and writes the CSV and TOML files that ship beside the data set modules; standard library only.

Tables that people wrote lie there as they are (``topics.csv``), those that a tool collected are compressed by xz.
"""

from __future__ import annotations

import csv
import io
import lzma
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any


def read(name: str, columns: tuple[str, ...], folder: Path = Path(__file__).parent) -> list[list[str]]:
    """Columns of ``<name>.csv`` or ``<name>.csv.xz``, in the order of ``columns``, each a list with one string a row.

    Parameters
    ----------
    name : str
        File name without ``.csv`` or ``.csv.xz``.
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
    packed = path.with_suffix(".csv.xz")
    path, opened = (packed, lzma.open) if packed.exists() else (path, open)
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file)) or [[]]
    if tuple(header) != columns:
        raise ValueError(f"{path.name} must start with the header {','.join(columns)}, not {','.join(header)!r}")
    for number, row in enumerate(rows, 2):
        if len(row) != len(columns):
            raise ValueError(f"{path.name}: row {number} must have {len(columns)} fields, but it has {len(row)}")
    return [[row[i] for row in rows] for i in range(len(columns))]


def packed(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    r"""The content of a ``.csv.xz`` with this header and these rows; the same rows give the same bytes.

    Examples
    --------
    >>> lzma.decompress(packed(["word", "rating"], [["good", 2]])).decode()
    'word,rating\ngood,2\n'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return lzma.compress(text.getvalue().encode("utf-8"), preset=9 | lzma.PRESET_EXTREME)


def tables(name: str, fields: tuple[str, ...], folder: Path = Path(__file__).parent) -> dict[str, dict[str, Any]]:
    """Tables of the shipped file ``<name>.toml``, by their names.

    Parameters
    ----------
    name : str
        File name without ``.toml``.
    fields : tuple of str
        What each table must hold; a file that lacks it is not the one the module was written for.
    folder : Path
        Where the file lies: beside this module unless told otherwise.

    Raises
    ------
    ValueError
        If a table lacks a field.

    Examples
    --------
    >>> tables("association_words", ("x", "y"))["names, career"]["x"]
    'John Paul Mike Kevin Steve Greg Jeff Bill'
    """
    path = folder / f"{name}.toml"
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    for table, held in found.items():
        if missing := [field for field in fields if field not in held]:
            raise ValueError(f"{path.name}: [{table}] must hold {', '.join(fields)}, but it lacks {missing[0]}")
    return found
