"""Documents as the rows of a store: one for each passage, and more of the last one for a text of many parts.

The first row speaks for the document; the others carry its mark, a hash of the document, so that rows of a version that
is not there yet, or no longer, are passed over. Documents come as columns, and their records are made when a store
asks for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from embedlab.search import stores

SEPARATOR = "\x1f"  # ASCII's own "unit separator": between a document's id and its passage; in no id
PROBE_ROW = f"{SEPARATOR}probe"
_PART = 8_000  # characters of a text in one row: what a database takes, however they are spelled


class Documents(NamedTuple):
    """Columns of n documents with p passages in all."""

    ids: list[str]
    texts: list[str]
    metadata: list[dict[str, Any]]
    spans: np.ndarray  #: (p, 3): number of the document, start and end in its text; document after document

    @classmethod
    def of(cls, documents: Sequence[Sequence[Any]], spans: Sequence[Sequence[Sequence[int]]]) -> Documents:
        """Turn documents, each (id, text, metadata) with its passages, each (start, end), into columns."""
        columns = [list(column) for column in zip(*documents, strict=True)] or [[], [], []]
        numbered = [(i, *span) for i, own in enumerate(spans) for span in own]
        return cls(*columns, np.array(numbered, dtype=np.int64).reshape(-1, 3))


def rows(
    documents: Documents, vectors: np.ndarray, probed_by: str | None = None
) -> tuple[list[str], np.ndarray, Sequence[stores.Record]]:
    """Return names, vectors and records of the rows, the first row of each document after its others.

    There is a vector for each passage, and one before them all, the probe's, if the name of its model is given.
    """
    records, first = _Records(documents, probed_by), int(probed_by is not None)
    order = np.concatenate([np.arange(first), records.passage + first])
    in_order = len(order) == len(vectors) and (np.diff(order) == 1).all()
    return records.names(), vectors if in_order else vectors[order], records


class _Records(Sequence[stores.Record]):
    """Records that are made whenever one is asked for: nobody else holds them, and none is made in vain."""

    def __init__(self, documents: Documents, probed_by: str | None) -> None:
        n, lengths = len(documents.ids), np.fromiter(map(len, documents.texts), int)
        probe = {"_id": "", "_number": -1, "_mark": "", "_model": probed_by}
        self._documents, self._probe = documents, [] if probed_by is None else [probe]
        self._passages = np.bincount(documents.spans[:, 0], minlength=n)
        self._rows = np.maximum(self._passages, -(-lengths // _PART))
        others, start = self._rows - 1, np.cumsum(self._passages) - self._passages
        self._of = np.concatenate([np.repeat(np.arange(n), others), np.arange(n)])
        within = np.arange(others.sum()) - np.repeat(np.cumsum(others) - others, others)
        self._number = np.concatenate([within + 1, np.zeros(n, int)])
        self.passage = start[self._of] + np.minimum(self._number, self._passages[self._of] - 1)
        self._marks = {i: self._mark(i) for i in np.flatnonzero(others).tolist()}

    def _mark(self, i: int) -> str:
        ids, texts, metadata, spans = self._documents
        first, last = np.searchsorted(spans[:, 0], (i, i + 1))
        whole = [ids[i], texts[i], metadata[i], spans[first:last, 1:].tolist()]
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:16]

    def names(self) -> list[str]:
        """Return the name of each row."""
        ids, n = self._documents.ids, len(self._of) - len(self._documents.ids)
        pairs = zip(self._of[:n].tolist(), self._number[:n].tolist(), strict=True)
        return [PROBE_ROW] * len(self._probe) + [_name(ids[i], self._marks[i], k) for i, k in pairs] + ids

    def __len__(self) -> int:
        return len(self._probe) + len(self._of)

    def __getitem__(self, row: int) -> stores.Record:
        if row < len(self._probe):
            return dict(self._probe[row])
        row -= len(self._probe)
        i, k, (_, *span) = int(self._of[row]), int(self._number[row]), self._documents.spans[self.passage[row]].tolist()
        text, n = self._documents.texts[i], int(self._rows[i])
        part = text if n == 1 else text[len(text) * k // n : len(text) * (k + 1) // n]
        whole = {"_id": self._documents.ids[i], "_mark": self._marks.get(i, ""), "_passages": int(self._passages[i])}
        return {**self._documents.metadata[i], **whole, "_rows": n, "_number": k, "_text": part, "_span": span}


def _name(name: str, mark: str, number: int) -> str:
    return f"{name}{SEPARATOR}{mark}.{number}"


def others(first: Mapping[str, Any]) -> list[str]:
    """Return the names of a document's rows after the first, which is given as its record."""
    return [_name(first["_id"], first["_mark"], i) for i in range(1, first["_rows"])]
