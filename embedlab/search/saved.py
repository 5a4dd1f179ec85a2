"""The file that a search collection is saved to: a zip of ``manifest.json``, ``vectors.npy`` and ``records.json``.

Nothing in it can run code: JSON, and an array read without pickle. The manifest says which version, model and
dimension the file has and holds a checksum of each part.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from typing import Any

import numpy as np

from embedlab import _files

FORMAT_VERSION = 1


class SavedIndexError(ValueError):
    """A saved index that cannot be used: damaged, of another version, or made with another model."""


def write(
    path: str | os.PathLike[str], model: str, probe: np.ndarray, vectors: np.ndarray, records: list[dict[str, Any]]
) -> None:
    """Write the file atomically; ``probe`` (d,) is what the model makes of a fixed sentence."""
    members = {"vectors.npy": _npy(vectors), "records.json": json.dumps(records).encode()}
    manifest = {
        "format": FORMAT_VERSION,
        "model": model,
        "dimension": int(vectors.shape[1]),
        "passages": len(records),
        "probe": probe.tolist(),
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
    }
    with _files.atomic_writer(path) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        for name, data in members.items():
            archive.writestr(name, data)


def read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], np.ndarray, list[dict[str, Any]]]:
    """Manifest, vectors (n, d) and records of a saved file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SavedIndexError
        If it is damaged or of another version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            if manifest["format"] != FORMAT_VERSION:
                raise SavedIndexError(
                    f"{path} has format {manifest['format']}, but this version of embedlab reads {FORMAT_VERSION}: "
                    "build the index again"
                )
            data = {name: archive.read(name) for name in ("vectors.npy", "records.json")}
        for name, content in data.items():
            if hashlib.sha256(content).hexdigest() != manifest["sha256"][name]:
                raise SavedIndexError(f"{path} is damaged: the checksum of {name} does not match")
        vectors = np.load(io.BytesIO(data["vectors.npy"]), allow_pickle=False)
        records = json.loads(data["records.json"])
    except SavedIndexError:
        raise
    except (zipfile.BadZipFile, KeyError, EOFError, ValueError) as error:
        raise SavedIndexError(f"{path} is damaged or not a saved index: {error}") from error
    if vectors.shape != (manifest["passages"], manifest["dimension"]) or len(records) != len(vectors):
        raise SavedIndexError(f"{path} is damaged: vectors, records and manifest disagree in number or dimension")
    return manifest, vectors, records


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
