"""How an id, a vector and a record become a row of Milvus, and a filter an expression; serves `embedlab.stores`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

A_CALL = 1_000  # rows, and at most so many bytes, far below what a server takes at one time
_BYTES_A_CALL = 8 * 2**20
LONGEST_ID = 1_024  # bytes
LONGEST_RECORD = 65_535  # bytes of JSON: what Milvus takes for a text
MOST_FIELDS = 1_024


def pack(name: str, vector: np.ndarray, record: Mapping[str, Any], position: int) -> dict[str, Any]:
    """Return the row of one vector (d,) of unit length; ``position`` is for messages."""
    if len(name.encode()) > LONGEST_ID:
        raise ValueError(f"ids[{position}] must have at most {LONGEST_ID} bytes, but it has {len(name.encode())}")
    text = json.dumps(dict(record), ensure_ascii=False)
    if len(text.encode()) > LONGEST_RECORD or len(record) > MOST_FIELDS:
        raise ValueError(
            f"records[{position}] must have at most {LONGEST_RECORD} bytes of JSON and {MOST_FIELDS} fields, but it "
            f"has {len(text.encode())} and {len(record)}: cut long documents into several before adding them"
        )
    tags = "|".join(sorted(_tag(*field) for field in record.items()))
    return {"key": key(name), "id": name, "vector": vector, "record": text, "tags": f"|{tags}|"}


def key(name: str) -> str:
    """Return the primary key of an id: a hash, because pymilvus puts keys into an expression as they are."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield rows in portions that a server takes at one time."""
    batch: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        weight = row["vector"].nbytes + len(row["record"]) + len(row["tags"])
        if batch and (len(batch) == A_CALL or size + weight > _BYTES_A_CALL):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += weight
    yield batch


def expression(where: Mapping[str, Any] | None) -> str:
    """Return Milvus's expression for records that equal ``where``; an empty one for all."""
    # All tags of a row are one text: a part of a text is found ten times faster than an element of an array.
    return " and ".join(f'tags like "%|{_tag(*field)}|%"' for field in (where or {}).items())


def _tag(key: str, value: object) -> str:
    # A hash of field and value, so that equality means the same for numbers, texts, None and lists on every engine,
    # and no text of a user's ever becomes part of an expression.
    return hashlib.sha256(json.dumps([key, _plain(value)], sort_keys=True).encode()).hexdigest()[:32]


def _plain(value: object) -> object:
    """Give values that Python calls equal one form: 1, 1.0 and True are the same to ``==``."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    return value
