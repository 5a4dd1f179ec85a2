"""From texts to vectors: batches, tokens, passages, and a cache of what was computed before.

The model is an argument: anything with ``encode(list of str) -> (n, d)``. What this room adds is plumbing that every
larger collection needs; the model itself lives elsewhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from embedlab import _files, _need

_LONG_WORK = 20  # batches from which on a progress bar is worth its line
_TEXTS_A_CALL = 256  # texts tokenised at one time: what a tokenizer returns is larger than the text
_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)  # Thai to Han
_PROBE = "Where did she deposit the money? At the bank of the river, said the old fisherman; nobody believed it."
_Spans = list[tuple[int, int]]  # (start, end) in characters


class Encoder(Protocol):
    """Anything that turns texts into vectors."""

    def encode(self, inputs: list[str]) -> np.ndarray:
        """Return one vector for each text, an array (n, d)."""


def encode(
    model: Encoder,
    texts: Sequence[str],
    *,
    batch_size: int = 32,
    method: str = "encode",
    tokens: np.ndarray | None = None,
) -> np.ndarray:
    """Encode n texts in batches of similar length, with a progress bar when it takes long.

    Parameters
    ----------
    method : str
        The model's method, for example "encode_query"; "encode" is used where the model lacks it.
    tokens : int array of shape (n,), optional
        How many tokens each text has, where they were counted before.

    Returns
    -------
    float32 array of shape (n, d), rows in the order of ``texts``; (0, 0) for no texts.

    Raises
    ------
    ValueError
        If the model returns another number of vectors than texts, or vectors that are not finite.
    """
    texts, batch_size = _need.strings(texts, "texts"), _need.whole(batch_size, "batch_size")
    if tokens is None and len(texts) > batch_size:
        tokens = token_counts(model, texts)
    work: Callable[[list[str]], Any] = getattr(model, method, model.encode)
    steps, vectors = batches(texts, batch_size, tokens), np.empty((0, 0), dtype=np.float32)
    for batch in progress(steps, len(steps), f"encoding, {batch_size} texts a step", "batch"):
        made = _need.floats(work([texts[i] for i in batch]), "the model's output", "(n, d)")
        if len(made) != len(batch):
            raise ValueError(f"the model must return one vector for each text, but {len(batch)} gave {len(made)}")
        if not len(vectors):
            vectors = np.empty((len(texts), made.shape[1]), dtype=np.float32)
        vectors[batch] = made
    return vectors


def batches(texts: Sequence[str], batch_size: int, tokens: np.ndarray | None = None) -> list[list[int]]:
    """Return the indices of the texts in batches of similar length, so that little is padded, the longest first.

    Characters are a rough guess of the length; ``tokens``, the number of each text's tokens, is exact.
    """
    lengths = [len(text) for text in texts] if tokens is None else tokens
    order = sorted(range(len(texts)), key=lambda i: -lengths[i])
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def progress(steps: Iterable[Any], total: int, label: str, unit: str, *, fewest: int = _LONG_WORK) -> Iterable[Any]:
    """Return ``steps`` with a progress bar around them, if there are ``fewest`` and bars are not switched off."""
    # tqdm itself reads the variable in a terminal, but not in a notebook.
    if total < fewest or os.environ.get("TQDM_DISABLE", "").lower() not in ("", "0", "false"):
        return steps
    from tqdm.auto import tqdm

    options = {"desc": label, "total": total, "unit": unit, "leave": False}
    if any(base.__name__ == "tqdm_notebook" for base in tqdm.__mro__):
        return _shown_while_it_moves(tqdm(steps, **options, display=False))
    return tqdm(steps, **options)


def _shown_while_it_moves(bar: Any) -> Iterator[Any]:
    """The steps of a notebook's bar; nothing of it is saved, for a page opened again would show it at 0 %."""
    from IPython.display import HTML, display

    place = display(bar.container, display_id=True)
    yield from bar
    place.update(HTML(""))


def encode_cached(model: Encoder, texts: Sequence[str], *, batch_size: int = 32) -> np.ndarray:
    """Encode n texts, or read the vectors (n, d) that the same model made of the same texts before.

    The file's name is a hash of the texts and of what the model does with a probe sentence, so another model,
    other weights or other texts never meet the wrong file. It lies in the user's cache folder and may be deleted;
    where nothing can be written, the vectors are computed each time.
    """
    texts = _need.strings(texts, "texts")
    path = _files.cache_dir() / "vectors" / f"{_content_key(model, texts)}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):  # absent, cut short, or not an array: compute it again
        kept = np.load(path, allow_pickle=False)
        if kept.ndim == 2 and len(kept) == len(texts) and np.isfinite(kept).all():
            return kept
    made = encode(model, texts, batch_size=batch_size)
    with contextlib.suppress(OSError), _files.atomic_writer(path) as file:
        np.save(file, made, allow_pickle=False)
    return made


def _content_key(model: Encoder, texts: list[str]) -> str:
    # Three decimals: enough to tell models apart, coarse enough to agree between processors almost always. The long
    # form tells how much of a text the model reads; each alone, since the short one would be padded to its length.
    made = [np.asarray(model.encode([probe]), dtype=np.float64) for probe in (_PROBE, _PROBE * 40)]
    digest = hashlib.sha256((np.round(made, 3) + 0.0).tobytes())
    for text in texts:
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()[:32]


# -- tokens and passages -----------------------------------------------------------------------------------------


class Cut(NamedTuple):
    """Texts cut into passages, told by their places: the texts themselves are not repeated."""

    spans: list[_Spans]  #: for each text its passages, as (start, end) in characters
    tokens: np.ndarray | None  #: of every passage in turn, special tokens included; None without a tokenizer
    too_long: int  #: texts with more tokens than the model reads


def tokenizer_of(model: Any) -> Any | None:
    """Return the model's tokenizer if it has one that reports where tokens lie in the text, else None."""
    tokenizer = getattr(model, "tokenizer", None)
    return tokenizer if getattr(tokenizer, "is_fast", False) else None


def window_of(model: Any) -> int | None:
    """Tell how many tokens of a text the model reads, special tokens included; None if it does not say."""
    window = getattr(model, "max_seq_length", None)
    return window if isinstance(window, int) else None


def token_counts(model: Any, texts: Sequence[str]) -> np.ndarray | None:
    """Count the tokens of n texts before any cutting, special ones included: (n,), or None without a tokenizer."""
    return cut(model, _need.strings(texts, "texts")).tokens


def cut(model: Any, texts: list[str], size: int | None = None, overlap: int = 0) -> Cut:
    """Tokenise each text once: for the lengths that sort the batches, and for the places of its passages.

    The passages are those of `chunk`; without a size every text is one.
    """
    spans, tokenizer, window = [[(0, len(text))] for text in texts], tokenizer_of(model), window_of(model)
    if tokenizer is None:
        return Cut(spans, None, 0)
    counts, too_long = [], 0
    for i, tokens in enumerate(_tokenized(tokenizer, texts)):
        too_long += window is not None and len(tokens) > window
        spans[i], lengths = _passages(texts[i], tokens, tokenizer, size, overlap)
        counts += lengths
    return Cut(spans, np.array(counts, dtype=int), too_long)


def chunk(text: str, tokenizer: Any, size: int, overlap: int = 0) -> list[str]:
    """Cut a text into passages of at most ``size`` tokens, each sharing up to ``overlap`` with the one before.

    Passages are slices of the text itself, so nothing is spelled anew, and begin where a word begins; only a word
    that is longer than a passage is cut inside. A text that is short enough is its only passage.

    Parameters
    ----------
    tokenizer : a fast tokenizer of ``transformers``
    size : int
        Tokens of a passage, without the special tokens that the model adds.
    overlap : int
        Smaller than ``size``.
    """
    size, overlap = _need.whole(size, "size"), _need.whole(overlap, "overlap", at_least=0)
    if overlap >= size:
        raise ValueError(f"overlap must be smaller than size ({size}), but it is {overlap}")
    (tokens,) = _tokenized(tokenizer, _need.strings([text], "text", single=True))
    return [text[start:end] for start, end in _passages(text, tokens, tokenizer, size, overlap)[0]]


def _tokenized(tokenizer: Any, texts: list[str]) -> Iterator[Any]:
    for start in range(0, len(texts), _TEXTS_A_CALL):
        yield from tokenizer(texts[start : start + _TEXTS_A_CALL], truncation=False, verbose=False).encodings


def _own(tokens: Any) -> int:
    return len(tokens) - sum(tokens.special_tokens_mask)


def _passages(text: str, tokens: Any, tokenizer: Any, size: int | None, overlap: int) -> tuple[_Spans, list[int]]:
    """Return the places of a text's passages, and how many tokens each has when it is tokenised alone."""
    if size is None or _own(tokens) <= size:
        return [(0, len(text))], [len(tokens)]
    # Where each token lies, without a blank before it; special tokens and blanks lie nowhere.
    places = [(end - len(part.lstrip()), end) for start, end in tokens.offsets if (part := text[start:end]).strip()]
    places = places or [(0, len(text))]
    begins = [_word_begins(text, start) for start, _ in places]

    def latest(low: int, high: int) -> int | None:
        """Return the last token from ``low`` to ``high`` that begins a word."""
        return next((i for i in range(high, low - 1, -1) if begins[i]), None)

    n, first, spans, counts = len(places), 0, [], []
    while True:
        last = n if first + size >= n else latest(first + 1, first + size) or first + size
        while True:
            # Up to the next token: what a tokenizer leaves out, such as an accent, stays with the word before it.
            start, end = places[first][0], len(text) if last == n else max(places[last][0], places[last - 1][1])
            end = start + len(text[start:end].rstrip())
            (alone,) = _tokenized(tokenizer, [text[start:end]])
            if _own(alone) <= size or last == first + 1:
                break
            last = latest(first + 1, last - 1) or last - 1  # cut out of its text it has a token or two more
        spans.append((start, end))
        counts.append(len(alone))
        if last == n:
            return spans, counts
        again = latest(first + 1, last - min(overlap, last - first - 1)) or last
        # An overlap that would keep the next passage from reaching any further is left out.
        first = again if again + size >= n or latest(last + 1, again + size) else last


def _word_begins(text: str, start: int) -> bool:
    """Tell whether a word begins here: after a blank, or anywhere in a script that writes none."""
    if start == 0 or text[start - 1].isspace():
        return True
    begins_nothing = unicodedata.category(text[start])[0] in "MP"  # vowel signs and accents, full stops
    return not begins_nothing and bool(_WITHOUT_BLANKS.search(text, start - 1, start + 1))
