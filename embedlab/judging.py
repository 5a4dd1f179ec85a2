"""A golden set of one's own: questions, what answers them, and what follows from it.

The file is a CSV that people fill in: ``question,id,first,second``, a grade from 0 (no help) to 3 (the answer), by one
person in the column ``first`` and by another, or by the same one on another day, in ``second``. An id that does not
stand below a question was not judged; metrics count it as no right answer, so judge what all methods find (`pooled`).
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from embedlab import _files, _need

COLUMNS = ("question", "id", "first", "second")
_GRADES = ("0", "1", "2", "3")


class Golden(NamedTuple):
    """Questions with graded answers; ``m`` questions."""

    questions: list[str]  #: m, in the order of the file
    first: list[dict[str, int]]  #: m dicts {id: grade from 0 to 3}
    second: list[dict[str, int]]  #: the same by the second pass; an id that was graded once is missing

    def relevant(self) -> list[dict[str, float]]:
        """Return for each question the mean grade of each id, as `evaluation.ranked_metrics` takes it."""
        passes = zip(self.first, self.second, strict=True)
        return [{id: (grade + two.get(id, grade)) / 2 for id, grade in one.items()} for one, two in passes]

    def twice(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the grades of both passes for what was graded twice: two int arrays of shape (n,)."""
        pairs = [(one[id], two[id]) for one, two in zip(self.first, self.second, strict=True) for id in two]
        both = np.array(pairs, dtype=int).reshape(-1, 2)
        return both[:, 0], both[:, 1]


def pooled(rankings: Sequence[Sequence[str]], k: int = 10) -> list[str]:
    """Return what is to be judged for one question: the first ``k`` results of every method, each once.

    They are sorted by name, so that the judge does not see which method found them, or how high.

    Examples
    --------
    >>> pooled([["b", "a", "c"], ["d", "b", "a"]], k=2)
    ['a', 'b', 'd']
    """
    k = _need.whole(k, "k")
    lists = [_need.strings(ranking, f"rankings[{i}]") for i, ranking in enumerate(rankings)]
    return sorted({one for ranking in lists for one in ranking[:k]})


def write_template(path: str | os.PathLike[str], pools: Mapping[str, Sequence[str]]) -> None:
    """Write a golden set to fill in: one row for each question and id, without grades.

    Parameters
    ----------
    path : path
        A new file: one that is there is never written over, because somebody's grades may be in it.
    pools : dict of question to ids
        What is to be judged, as `pooled` gives it.

    Raises
    ------
    FileExistsError
        If there is such a file.
    """
    file = Path(_need.path(path, "path"))
    if file.exists():
        raise FileExistsError(f"path must be a new file, but {file} exists and may hold grades")
    rows = [(question, id, "", "") for question, ids in pools.items() for id in _need.strings(ids, "pools")]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    _files.atomic_write(file, text.getvalue())


def read_golden(path: str | os.PathLike[str], ids: Collection[str]) -> Golden:
    """Read a golden set, and check it against the collection.

    Rows without a first grade are passed over: they are not judged yet.

    Parameters
    ----------
    path : path
        A CSV in UTF-8 with the header ``question,id,first,second``.
    ids : collection of str
        The ids of the collection's documents.

    Raises
    ------
    ValueError
        If the header differs, a grade is none of 0 to 3, an id is not in the collection or stands twice below one
        question, or no question has a right answer; the message names the row.
    """
    file, known = Path(_need.path(path, "path")), set(_need.strings(ids, "ids"))
    try:
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"path must be a CSV in UTF-8, but {file} cannot be read: {error}") from error
    try:
        header, *rows = _files.csv_rows(content) or [[]]
    except csv.Error as error:
        raise ValueError(f"path must be a table, but {file}: {error}") from error
    if tuple(header) != COLUMNS:
        raise ValueError(f"path must begin with the header {','.join(COLUMNS)}, not {','.join(header)!r:.80}")
    grades: dict[str, tuple[dict[str, int], dict[str, int]]] = {}
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        question, id, first, second = _checked(row, number, known)
        if first:
            one, two = grades.setdefault(question, ({}, {}))
            if id in one:
                raise ValueError(f"row {number} grades {id!r:.60} a second time for the same question")
            one[id] = int(first)
            two.update({id: int(second)} if second else {})
    kept = {question: both for question, both in grades.items() if any(both[0].values()) or any(both[1].values())}
    if not kept:
        raise ValueError(f"path must hold at least one question with a grade above 0, but {file} holds none")
    return Golden(list(kept), [one for one, _ in kept.values()], [two for _, two in kept.values()])


def _checked(row: list[str], number: int, known: set[str]) -> list[str]:
    if len(row) != len(COLUMNS):
        raise ValueError(f"row {number} must have {len(COLUMNS)} fields, but it has {len(row)}")
    question, id, first, second = (cell.strip() for cell in row)
    if not question:
        raise ValueError(f"row {number} has no question")
    if id not in known:
        raise ValueError(f"row {number} names {id!r:.60}, which is no id of the collection; one is {min(known)!r:.60}")
    for grade in (first, second):
        if grade and grade not in _GRADES:
            raise ValueError(f"row {number} must have grades from 0 to 3, but it has {grade!r:.20}")
    if second and not first:
        raise ValueError(f"row {number} has a second grade and no first one")
    return [question, id, first, second]


def threshold_for(scores: np.ndarray, right: np.ndarray, precision: float, doubt: float | None = None) -> float | None:
    """Return the lowest score at which so large a share of what passes is right, or None if there is none.

    What passes is every answer whose score reaches the threshold; equal scores pass together. Notebook 06 derives it.

    Parameters
    ----------
    scores : array of shape (n,)
        How sure each answer is.
    right : array of shape (n,) of bool
        Whether it is right.
    precision : float
        The share that is wanted, above 0 and at most 1.
    doubt : float, optional
        Such as 0.05: then not the share itself but its lower limit must be as wanted, one-sided, at confidence
        1 - doubt (Clopper and Pearson 1934). It holds for a threshold that was named beforehand; the lowest of many
        is a little too lenient.

    Examples
    --------
    >>> threshold_for([0.9, 0.8, 0.7, 0.6], [True, True, False, True], precision=0.75)
    0.6
    >>> threshold_for([0.9, 0.8, 0.7, 0.6], [True, True, False, True], precision=0.75, doubt=0.05) is None
    True
    """
    scores = _need.floats(scores, "scores", "(n,)")
    right = _need.array_of("an array of bool", right, "right", "(n,)")
    _need.same_length(scores, right, "scores", "right")
    if right.dtype != bool:
        raise TypeError(f"right must be an array of bool, but it is one of {right.dtype}")
    for name, value, most in (("precision", precision, 1.0), ("doubt", doubt, None)):
        ends = "above 0 and at most 1" if most else "between 0 and 1"
        if value is not None and not (0 < value <= 1 if most else 0 < value < 1):
            raise ValueError(f"{name} must lie {ends}, but it is {value!r:.40}")
    if not len(scores):
        return None
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(right[order])
    given = np.arange(1, len(order) + 1)
    if doubt is None:
        share = hits / given
    else:
        from scipy import stats

        share = np.nan_to_num(stats.beta.ppf(doubt, hits, given - hits + 1))
    complete = np.append(ranked[1:] < ranked[:-1], True)
    good = ranked[complete & (share >= precision)]
    return float(good.min()) if len(good) else None
