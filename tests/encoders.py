"""Small stand-ins for a model, for tests of the plumbing around it. They are never shown to a learner."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np


class WordCounts:
    """Encodes a text as counts of hashed words: deterministic, instant, and similar texts come out similar."""

    def __init__(self, d: int = 64):
        self.d = d
        self.calls: list[list[str]] = []

    def encode(self, inputs):
        self.calls.append(list(inputs))
        out = np.full((len(inputs), self.d), 1e-3, dtype=np.float32)
        for row, text in enumerate(inputs):
            for word in text.lower().split():
                out[row, int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.d] += 1
        return out


class Windowed(WordCounts):
    """Has a tokenizer, for which each word and each full stop is a token, and reads so many of them."""

    def __init__(self, d: int = 64, max_seq_length: int = 12):
        super().__init__(d)
        from tokenizers import Tokenizer, models, pre_tokenizers
        from transformers import PreTrainedTokenizerFast

        words = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
        words.pre_tokenizer = pre_tokenizers.Whitespace()
        self.tokenizer, self.max_seq_length = PreTrainedTokenizerFast(tokenizer_object=words), max_seq_length


class Prompted(WordCounts):
    """Has separate methods for queries and documents, as asymmetric models do."""

    def encode_query(self, inputs):
        return self.encode([f"query {text}" for text in inputs])

    def encode_document(self, inputs):
        return self.encode([f"passage {text}" for text in inputs])


def snapshot(cache: Path, name: str, revision: str = "0" * 40) -> Path:
    """Make an empty snapshot of a model in the layout of the Hub's cache."""
    repository = cache / f"models--{name.replace('/', '--')}"
    folder = repository / "snapshots" / revision
    folder.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(f"{revision}\n")
    return folder
