"""Static word vectors out of the text model: the table that it looks words up in before it reads a sentence.

Every transformer begins with a table of one vector for each token, learned together with the rest. Restricted to
whole words it is a set of **static** vectors like Word2Vec's: one word, one vector, whatever the sentence. Nothing is
downloaded or copied; the rows are read out of the model that is passed in and have its licence (all-MiniLM-L6-v2:
Apache 2.0).

A row counts as a word if its token has two or more letters a to z and can begin a word. Limits: all is lower case
("turkey" is the country and the bird); a few rows are only beginnings of longer words; a model trained to judge
sentences had no reason to make its first table good for analogies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

_WORD = re.compile(r"[a-z]{2,}")  # tokens that continue a word begin with ##


@dataclass(frozen=True)
class WordVectors:
    """Words and vectors; row ``i`` of both fields belongs to the same word."""

    words: list[str]  #: n words, in the order of the model's vocabulary: frequent ones come early.
    vectors: np.ndarray  #: float32, shape (n, d), not normalised.


def load(model: Any) -> WordVectors:
    """Read the whole words and their rows out of a text model's input embedding table.

    Parameters
    ----------
    model : SentenceTransformer
        As `embedlab.models.load_text_model` returns it.

    Returns
    -------
    WordVectors
        Of all-MiniLM-L6-v2: n = 21,719 words, d = 384.

    Raises
    ------
    TypeError
        If the model has no tokenizer or no table of token vectors.
    ValueError
        If its vocabulary holds no whole word.
    """
    vocabulary, table = _vocabulary(model), _table(model)
    words = sorted((word for word in vocabulary if _WORD.fullmatch(word)), key=vocabulary.__getitem__)
    if not words:
        raise ValueError(f"model must know whole words, but none of its {len(vocabulary)} tokens is one")
    return WordVectors(words, table[[vocabulary[word] for word in words]])


def _vocabulary(model: Any) -> dict[str, int]:
    read = getattr(getattr(model, "tokenizer", None), "get_vocab", None)
    if read is None:
        raise TypeError(f"model must have a tokenizer with a vocabulary, as load_text_model's has, not {_kind(model)}")
    return read()


def _table(model: Any) -> np.ndarray:
    for module in model:
        inner = getattr(module, "auto_model", module)
        if hasattr(inner, "get_input_embeddings"):
            return inner.get_input_embeddings().weight.detach().numpy().astype(np.float32)
    raise TypeError(f"model must begin with a table of token vectors, but {_kind(model)} has none")


def _kind(model: Any) -> str:
    return f"a {type(model).__name__}"
