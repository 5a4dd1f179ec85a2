"""Keeps which exercises are solved, in one small file on the learner's machine, and draws it as bars.

The file, ``progress.json`` in the user's data folder, holds a version and a list of ids: no times, no
answers, and it is sent nowhere. Two notebooks may write at once: whoever writes holds a lock on
``progress.lock``, reads the file again, adds its entry and puts the new file in place by a rename. The lock is
the operating system's, so it ends with its process.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from embedlab import _files

_VERSION = 1
_MOST = 1_000_000  # bytes; the ids of the whole course take some 2,500
_PATIENCE = 10.0  # seconds to wait for another writer; writing takes milliseconds


class _NewerError(OSError):
    """The file was written by a newer version of the course: it is left as it is."""


class Ledger:
    """The progress file of one folder.

    Parameters
    ----------
    folder : Path
        Where ``progress.json`` lives; created with the first entry.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = Ledger(Path(folder))
    ...     note = ledger.record("15.recall_at_k")
    ...     sorted(ledger.solved()), note
    (['15.recall_at_k'], '')
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "progress.json"
        self._pending: list[str] = []
        self._told: set[str] = set()

    def record(self, exercise_id: str) -> str:
        """Add an id; return a line for the learner if something is amiss (each only once), else ""."""
        try:
            with self._locked():
                known = self._load()
                if exercise_id not in known:
                    self._save(known | {exercise_id})
        except OSError as error:
            self._pending.append(f"(Your progress could not be saved: {_reason(error)}.)")
        return self.note()

    def solved(self) -> set[str]:
        """Return the ids in the file; a damaged one is set aside and counts as empty, one of a newer version too."""
        try:
            return self._parse()
        except ValueError:
            return self._set_aside_safely()
        except OSError as error:
            self._pending.append(f"(Your progress could not be read: {_reason(error)}.)")
            return set()

    def reset(self) -> None:
        """Forget all entries.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        if self._path.exists():
            with self._locked():
                self._path.unlink(missing_ok=True)

    def note(self) -> str:
        """Return what the learner should be told and has not been told yet, one line each, or ""."""
        new = [line for line in dict.fromkeys(self._pending) if line not in self._told]
        self._pending.clear()
        self._told.update(new)
        return "\n".join(new)

    def _parse(self) -> set[str]:
        """Return the ids; ValueError if the file is not one of ours, _NewerError if it is too new."""
        try:
            if self._path.stat().st_size > _MOST:
                raise ValueError("far larger than a progress file")
            content = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return set()
        except RecursionError as error:  # thousands of nested brackets
            raise ValueError("nested too deeply") from error
        version = content.get("version") if isinstance(content, dict) else None
        if isinstance(version, int) and version > _VERSION:
            raise _NewerError(f"the file is of a newer version of the course ({version}), which is left as it is")
        ids = content.get("solved") if version == _VERSION else None
        if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
            raise ValueError("not a progress file of this version")
        return set(ids)

    def _load(self) -> set[str]:
        try:
            return self._parse()
        except ValueError:
            self._set_aside()
            return set()

    def _save(self, ids: set[str]) -> None:
        for left_over in self._path.parent.glob(f".{self._path.name}.*.tmp"):  # of writers that were killed
            left_over.unlink(missing_ok=True)
        _files.atomic_write(self._path, json.dumps({"version": _VERSION, "solved": sorted(ids)}, indent=1) + "\n")

    def _set_aside_safely(self) -> set[str]:
        try:
            with self._locked():
                return self._load()
        except OSError as error:
            self._pending.append(f"(Your progress file is damaged and could not be set aside: {_reason(error)}.)")
            return set()

    def _set_aside(self) -> None:
        """Rename the damaged file to the first free ``progress.broken-N.json``; the lock must be held."""
        number = 1
        while (target := self._path.with_name(f"progress.broken-{number}.json")).exists():
            number += 1
        os.replace(self._path, target)
        self._pending.append(
            f"(Your progress file was damaged: it was set aside as {target.name}, and a new one begun.)"
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._path.with_name("progress.lock"), timeout=_PATIENCE, poll_interval=0.01):
                yield
        except Timeout:
            raise TimeoutError("another notebook holds the progress file") from None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()


@lru_cache(maxsize=8)
def _ledger(folder: Path) -> Ledger:
    return Ledger(folder)


def ledger() -> Ledger:
    """Return the ledger of the user's data folder; one a folder, so that each note is told once."""
    try:
        return _ledger(_files.data_dir())
    except RuntimeError:  # a user without a home, as in some containers: every access then fails, and is told
        return _ledger(Path(os.devnull))


def record(exercise_id: str) -> str:
    """Add a solved exercise to the user's file; see `Ledger.record`. A failing file is no error."""
    return ledger().record(exercise_id)


def solved() -> set[str]:
    """Return the ids of all exercises and quiz questions that the user has solved."""
    return ledger().solved()


def reset() -> None:
    """Forget all progress."""
    ledger().reset()


class Row(NamedTuple):
    """One notebook's bar: ``solved`` of ``total`` exercises and quiz questions."""

    number: str
    title: str
    solved: int
    total: int

    @property
    def name(self) -> str:
        """Number and title."""
        return f"{self.number} {self.title}".strip()

    @property
    def count(self) -> str:
        """The numbers in words."""
        return f"{self.solved} of {self.total}"

    @property
    def bar(self) -> str:
        """Twenty blocks: full only when all is solved, never empty once something is."""
        filled = self.solved * 20 // self.total if self.total else 0
        filled = max(filled, 1) if self.solved else 0
        return "█" * filled + "░" * (20 - filled)


def catalogue() -> dict[str, tuple[str, frozenset[str]]]:
    """Return for each notebook number the title and the ids of all that can be solved in it.

    They are found by importing every module ``nbNN`` of this package.
    """
    package = importlib.import_module("embedlab.exercises")
    found = {}
    for name in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        if re.fullmatch(r"nb\d\d", name):
            module = importlib.import_module(f"{package.__name__}.{name}")
            groups = [getattr(thing, "progress_ids", ()) for thing in vars(module).values()]
            ids = frozenset(i for group in groups if isinstance(group, tuple) for i in group)
            found[name[2:]] = (str(getattr(module, "TITLE", "")), ids)
    return found


@dataclass(frozen=True)
class Overview:
    """The progress over the course; as the last line of a cell it displays itself.

    Examples
    --------
    >>> print(Overview((Row("15", "Semantic search", 1, 4),)))
    15 Semantic search  █████░░░░░░░░░░░░░░░  1 of 4
    Whole course        █████░░░░░░░░░░░░░░░  1 of 4
    """

    rows: tuple[Row, ...]
    note: str = ""

    def __str__(self) -> str:
        width = max(len(row.name) for row in self._all())
        text = "\n".join(f"{row.name:<{width}}  {row.bar}  {row.count}" for row in self._all())
        return f"{text}\n{self.note}" if self.note else text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._html()}

    def _all(self) -> tuple[Row, ...]:
        total = Row("", "Whole course", sum(r.solved for r in self.rows), sum(r.total for r in self.rows))
        return (*self.rows, total)

    def _html(self) -> str:
        body = "".join(
            f'<tr><th scope="row" style="text-align: left">{escape(row.name)}</th>'
            f'<td style="font-family: monospace" aria-hidden="true">{row.bar}</td>'
            f'<td style="text-align: right">{row.count}</td></tr>'
            for row in self._all()
        )
        head = "<tr><th>Notebook</th><th>Progress</th><th>Solved</th></tr>"
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{note}"


def overview() -> Overview:
    """Return the bars: one a notebook, and the whole course."""
    book = ledger()
    done = book.solved()
    found = catalogue()
    rows = tuple(Row(number, title, len(ids & done), len(ids)) for number, (title, ids) in found.items())
    return Overview(rows, book.note())
