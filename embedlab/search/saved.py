"""The file that a collection is saved to: the container of safetensors, with a checksum over all that it means.

Its parser refuses whatever does not fit the file to the byte before it reserves memory, and knows no compression and
no objects: nothing in the file can run code. Inside are ``vectors`` (n, d), ``probe`` (d,), what the model makes of a
fixed sentence, and ``documents``: JSON with each text once and its passages as places in it.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any, NamedTuple

import numpy as np

from embedlab import _files, _need

FORMAT_VERSION = "2"
SEPARATOR = "\x1f"  # ASCII's own "unit separator": between a document's id and its passage; in no id
_DTYPES = {"vectors": "F32", "probe": "F32", "documents": "U8"}


class SavedIndexError(ValueError):
    """A saved index that cannot be used: damaged, of another version, or made with another model."""


class Saved(NamedTuple):
    """What is in the file."""

    model: str  #: the model's name, for messages
    probe: np.ndarray  #: (d,)
    vectors: np.ndarray  #: (n, d), of length one: one for each passage of each document in turn
    documents: list[dict[str, Any]]  #: with "id", "text", "metadata" and "spans", the passages as (start, end)


def write(path: str | os.PathLike[str], index: Saved) -> None:
    """Write the file atomically."""
    from safetensors.numpy import save

    text = np.frombuffer(json.dumps(index.documents).encode(), dtype=np.uint8)
    arrays = {"vectors": index.vectors, "probe": index.probe.astype(np.float32), "documents": text}
    header = {"format": FORMAT_VERSION, "model": index.model}
    with _files.atomic_writer(_need.path(path, "path")) as file:
        file.write(save(arrays, {**header, "sha256": _sum(header, arrays)}))


def read(path: str | os.PathLike[str]) -> Saved:
    """Read and check a saved file; one that is damaged or of another version is a `SavedIndexError`."""
    path = _need.path(path, "path")
    with open(path, "rb") as file:
        if file.read(4) == b"PK\x03\x04":
            raise SavedIndexError(_other_format(path, "1"))
    try:
        header, arrays = _parsed(path)
        if header.get("format") != FORMAT_VERSION:
            raise SavedIndexError(_other_format(path, header.get("format")))
        if header.pop("sha256") != _sum(header, arrays):
            raise SavedIndexError(f"{path} is damaged: its checksum does not match")
        documents = json.loads(arrays["documents"].tobytes(), parse_constant=_no_number)
        _check(documents, arrays["vectors"], arrays["probe"])
    except SavedIndexError:
        raise
    except Exception as error:  # whatever a parser of a hostile file comes upon
        raise SavedIndexError(f"{path} is damaged or not a saved index: {error or type(error).__name__}") from error
    return Saved(header["model"], arrays["probe"], arrays["vectors"], documents)


def _parsed(path: str | os.PathLike[str]) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        parts = {name: file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118 (no mapping)
        if parts != _DTYPES:
            raise ValueError(f"its parts are {parts}")
        return dict(file.metadata()), {name: file.get_tensor(name) for name in parts}


def _other_format(path: str | os.PathLike[str], version: str | None) -> str:
    return f"{path} has format {version}, but this version of embedlab reads {FORMAT_VERSION}: build the index again"


def _sum(header: dict[str, str], arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in _DTYPES:
        digest.update(f"{name}{arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _check(documents: Any, vectors: np.ndarray, probe: np.ndarray) -> None:
    """Raise an error unless everything is there and fits; a checksum says nothing about who made the file."""
    lengths = np.einsum("nd,nd->n", vectors, vectors)
    if not (np.abs(lengths - 1) < 1e-3).all() or not np.isfinite(probe).all() or probe.ndim != 1:
        raise ValueError("a vector is not finite or not of length one")
    passages = 0
    for document in documents:
        text, spans, fields = document["text"], document["spans"], document["metadata"]
        if not (isinstance(document["id"], str) and isinstance(text, str) and isinstance(fields, dict)):
            raise ValueError("a document has no id, text or metadata")
        if SEPARATOR in document["id"] or any(key.startswith("_") for key in fields) or len(document) != 4:
            raise ValueError("a document has fields that are not its own")
        if not spans or not all(type(place) is int for span in spans for place in span):
            raise ValueError("the passages of a document are no places")
        if not all(0 <= start < end <= len(text) for start, end in spans) or sorted(spans) != spans:
            raise ValueError("the passages of a document do not fit it")
        passages += len(spans)
    if passages != len(vectors) or len({document["id"] for document in documents}) != len(documents):
        raise ValueError("vectors and documents disagree in number")
