"""From texts to vectors: batches, tokens, passages, and a cache of what was computed before.

The model is an argument: anything with ``encode(list of str) -> (n, d)``. What this room adds is plumbing that every
larger collection needs; the model itself lives elsewhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from embedlab import _files, _need

_LONG_WORK = 20  # batches from which on a progress bar is worth its line
_PROBE = "Where did she deposit the money? At the bank of the river, said the old fisherman; nobody believed it."


class Encoder(Protocol):
    """Anything that turns texts into vectors."""

    def encode(self, inputs: list[str]) -> np.ndarray:
        """Return one vector for each text, an array (n, d)."""


def encode(model: Encoder, texts: Sequence[str], *, batch_size: int = 32, method: str = "encode") -> np.ndarray:
    """Encode texts in batches of similar length, with a progress bar when it takes long.

    Parameters
    ----------
    model : object with ``encode``
    texts : n strings
    batch_size : int
        Texts given to the model at one time.
    method : str
        The model's method, for example "encode_query"; "encode" is used where the model lacks it.

    Returns
    -------
    float32 array of shape (n, d), rows in the order of ``texts``; (0, 0) for no texts.

    Raises
    ------
    ValueError
        If the model returns another number of vectors than texts, or vectors that are not finite.
    """
    texts = _need.strings(texts, "texts")
    batch_size = _need.whole(batch_size, "batch_size")
    if not texts:
        return np.empty((0, 0), dtype=np.float32)
    work: Callable[[list[str]], Any] = getattr(model, method, model.encode)
    steps = batches(texts, batch_size, token_counts(model, texts) if len(texts) > batch_size else None)
    vectors = None
    for batch in progress(steps, len(steps), f"encoding, {batch_size} texts a step", "batch"):
        made = _need.floats(np.asarray(work([texts[i] for i in batch])), "the model's output", "(n, d)")
        if len(made) != len(batch):
            raise ValueError(f"the model must return one vector for each text, but {len(batch)} gave {len(made)}")
        if vectors is None:
            vectors = np.empty((len(texts), made.shape[1]), dtype=np.float32)
        vectors[batch] = made
    return vectors


def batches(texts: Sequence[str], batch_size: int, tokens: np.ndarray | None = None) -> list[list[int]]:
    """Return the indices of the texts in batches of similar length, the longest texts first.

    Texts of one batch are padded to its longest: sorting keeps the padding, and so the time, small. Characters are a
    rough guess of the length; ``tokens``, the number of each text's tokens, is exact.
    """
    lengths = [len(text) for text in texts] if tokens is None else tokens
    order = sorted(range(len(texts)), key=lambda i: -lengths[i])
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def progress(steps: Iterable[Any], total: int, label: str, unit: str) -> Iterable[Any]:
    """Return ``steps`` with a progress bar around them, if there are many and bars are not switched off."""
    # tqdm itself reads the variable in a terminal, but not in a notebook.
    if total < _LONG_WORK or os.environ.get("TQDM_DISABLE", "").lower() not in ("", "0", "false"):
        return steps
    from tqdm.auto import tqdm

    return tqdm(steps, desc=label, total=total, unit=unit, leave=False)


def encode_cached(model: Encoder, texts: Sequence[str], *, batch_size: int = 32) -> np.ndarray:
    """Encode texts, or read the vectors that the same model made of the same texts before.

    The file's name is a hash of the texts and of what the model does with a probe sentence, so another model,
    other weights or other texts never meet the wrong file. It lies in the user's cache folder and may be deleted;
    where nothing can be written, the vectors are computed each time.

    Returns
    -------
    float32 array of shape (n, d)
    """
    texts = _need.strings(texts, "texts")
    path = _files.cache_dir() / "vectors" / f"{_content_key(model, texts)}.npy"
    vectors = _read(path, len(texts))
    if vectors is None:
        vectors = encode(model, texts, batch_size=batch_size)
        with contextlib.suppress(OSError), _files.atomic_writer(path) as file:
            np.save(file, vectors, allow_pickle=False)
    return vectors


def _read(path: Path, n: int) -> np.ndarray | None:
    try:
        vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):  # absent, cut short, or not an array: compute it again
        return None
    usable = vectors.ndim == 2 and len(vectors) == n and np.isfinite(vectors).all()
    return vectors if usable else None


def _content_key(model: Encoder, texts: list[str]) -> str:
    # Three decimals: enough to tell models apart, coarse enough to agree between processors almost always.
    # The long form of the probe also tells how much of a text the model reads.
    # Each alone, since beside the long one the short one would be padded to its length.
    made = [np.asarray(model.encode([probe]), dtype=np.float64) for probe in (_PROBE, _PROBE * 40)]
    signature = np.round(made, 3) + 0.0
    digest = hashlib.sha256(signature.tobytes())
    for text in texts:
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return digest.hexdigest()[:32]


# -- tokens ------------------------------------------------------------------------------------------------------


def tokenizer_of(model: Any) -> Any | None:
    """Return the model's tokenizer if it has one that reports where tokens lie in the text, else None."""
    tokenizer = getattr(model, "tokenizer", None)
    return tokenizer if getattr(tokenizer, "is_fast", False) else None


def window_of(model: Any) -> int | None:
    """Tell how many tokens of a text the model reads, special tokens included; None if it does not say."""
    window = getattr(model, "max_seq_length", None)
    return window if isinstance(window, int) else None


def token_counts(model: Any, texts: Sequence[str]) -> np.ndarray | None:
    """Count the tokens of each text, special tokens included, before any cutting.

    Returns
    -------
    int array of shape (n,), or None if the model has no tokenizer.
    """
    texts, tokenizer = _need.strings(texts, "texts"), tokenizer_of(model)
    if tokenizer is None:
        return None
    if not texts:
        return np.zeros(0, dtype=int)
    encoded = tokenizer(texts, truncation=False, padding=False, verbose=False, return_attention_mask=False)
    return np.array([len(tokens) for tokens in encoded["input_ids"]])


def chunk(text: str, tokenizer: Any, size: int, overlap: int = 0) -> list[str]:
    """Cut a text into passages of at most ``size`` tokens, each sharing ``overlap`` tokens with the one before.

    The passages are slices of the text itself, so nothing is lost or spelled anew.

    Parameters
    ----------
    text : str
    tokenizer : a fast tokenizer of ``transformers``
    size : int
        Tokens of a passage, without the special tokens that the model adds.
    overlap : int
        Smaller than ``size``.

    Returns
    -------
    list of str
        The text itself if it is short enough.
    """
    size, overlap = _need.whole(size, "size"), _need.whole(overlap, "overlap", at_least=0)
    if overlap >= size:
        raise ValueError(f"overlap must be smaller than size ({size}), but it is {overlap}")
    spans = tokenizer(text, truncation=False, add_special_tokens=False, return_offsets_mapping=True, verbose=False)[
        "offset_mapping"
    ]
    if len(spans) <= size:
        return [text]
    starts = range(0, max(1, len(spans) - overlap), size - overlap)
    return [text[spans[i][0] : spans[min(i + size, len(spans)) - 1][1]] for i in starts]
