"""The file that a collection is saved to: the container of safetensors, with a checksum over all that it means.

Its parser refuses whatever does not fit the file to the byte before it reserves memory, and knows no compression and
no objects: nothing in the file can run code. Inside are ``vectors``, ``spans``, the passages as places in the texts,
and ``documents``: JSON with each text once. All are columns, which are read and checked as a whole.
"""

from __future__ import annotations

import hashlib
import json
import math
import os

import numpy as np

from embedlab import _files, _need
from embedlab.search.rows import SEPARATOR, Documents

FORMAT_VERSION = "3"
_DTYPES = {"vectors": "F32", "spans": "I64", "documents": "U8"}
_NUMPY = {"F32": "<f4", "I64": "<i8", "U8": "u1"}  # the same as NumPy calls them
_FIELDS = {"ids": str, "texts": str, "metadata": dict}


class SavedIndexError(ValueError):
    """A saved index that cannot be used: damaged, of another version, or made with another model."""


def write(path: str | os.PathLike[str], model: str, vectors: np.ndarray, documents: Documents) -> None:
    """Write the file atomically.

    ``model`` is a name, for messages; ``vectors`` (1 + p, d), of length one, are what the model makes of a fixed
    sentence, then the passages'.
    """
    from safetensors.numpy import save

    *columns, spans = documents
    text = np.frombuffer(json.dumps(dict(zip(_FIELDS, columns, strict=True))).encode(), dtype=np.uint8)
    arrays = {"vectors": vectors, "spans": spans, "documents": text}
    header = {"format": FORMAT_VERSION, "model": model}
    with _files.atomic_writer(_need.path(path, "path")) as file:
        file.write(save(arrays, {**header, "sha256": _sum(header, arrays)}))


def read(path: str | os.PathLike[str]) -> tuple[str, np.ndarray, Documents]:
    """Read and check what `write` was given; a file that is damaged or of another version is a `SavedIndexError`."""
    path = _need.path(path, "path")
    try:
        header, arrays = _parsed(path)
        if (version := header.get("format")) != FORMAT_VERSION:
            wanted = f"this version of embedlab reads {FORMAT_VERSION}: build the index again"
            raise SavedIndexError(f"{path} has format {version}, but {wanted}")
        if header.pop("sha256") != _sum(header, arrays):
            raise SavedIndexError(f"{path} is damaged: its checksum does not match")
        columns = json.loads(arrays["documents"].tobytes(), parse_constant=_no_number)
        if not isinstance(columns, dict) or columns.keys() != _FIELDS.keys():
            raise ValueError(f"the documents are no columns {', '.join(_FIELDS)}")
        documents = Documents(**columns, spans=arrays["spans"])
        _check(documents, arrays["vectors"])
    except (SavedIndexError, OSError):
        raise
    except Exception as error:  # whatever a parser of a hostile file comes upon
        raise SavedIndexError(f"{path} is damaged or not a saved index: {error or type(error).__name__}") from error
    return header["model"], arrays["vectors"], documents


def _parsed(path: str | os.PathLike[str]) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    from safetensors import safe_open

    with open(path, "rb") as file:
        if file.read(4) == b"PK\x03\x04":  # a ZIP archive
            return {"format": "1"}, {}
    with safe_open(path, framework="numpy") as parts, open(path, "rb") as file:
        slices = {name: parts.get_slice(name) for name in parts.offset_keys()}
        if (dtypes := {name: part.get_dtype() for name, part in slices.items()}) != _DTYPES:
            raise ValueError(f"its parts are {dtypes}")
        # They follow the header without a gap. NumPy reads them three times as fast as the parser, which copies them.
        file.seek(8 + int.from_bytes(file.read(8), "little"))
        shapes = {name: part.get_shape() for name, part in slices.items()}
        return dict(parts.metadata()), {
            name: np.fromfile(file, _NUMPY[dtypes[name]], math.prod(shape)).reshape(shape)
            for name, shape in shapes.items()
        }


def _sum(header: dict[str, str], arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in _DTYPES:
        digest.update(f"{name}{arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _check(documents: Documents, vectors: np.ndarray) -> None:
    """Raise an error unless everything is there and fits; a checksum says nothing about who made the file."""
    for (name, kind), column in zip(_FIELDS.items(), documents[:-1], strict=True):
        if not isinstance(column, list) or not set(map(type, column)) <= {kind}:
            raise ValueError(f"not all {name} of the documents are of the type {kind.__name__}")
    (ids, texts, metadata, spans), n = documents, len(documents.ids)
    if not (np.abs(np.einsum("nd,nd->n", vectors, vectors) - 1) < 1e-5).all():
        raise ValueError("a vector is not finite or not of length one")
    if not n == len(texts) == len(metadata) == len(set(ids)) or len(vectors) != 1 + len(spans):
        raise ValueError("vectors and documents disagree in number")
    if SEPARATOR in "".join(ids) or not all(ids) or any(key.startswith("_") for fields in metadata for key in fields):
        raise ValueError("a document has an id or a field that is not its own")
    number, start, end = spans.T
    step = np.diff(number, prepend=-1, append=n)  # 1 where a document begins, 0 for its further passages
    if not np.isin(step, (0, 1)).all() or {step[0], step[-1]} != {1}:
        raise ValueError("a document has no passages, or they are another's")
    lengths = np.fromiter(map(len, texts), int)
    if ((start < 0) | (start >= end) | (end > lengths[number])).any():
        raise ValueError("a passage does not fit its document")
    if ((np.diff(spans[:, 1:], axis=0) < 0).any(axis=1) & (step[1:-1] == 0)).any():
        raise ValueError("the passages of a document are not in order")
