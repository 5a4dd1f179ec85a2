"""Writes the table of `embedlab.datasets.passage_places`: known pages, searched in passages of many kinds.

    python -m tools.collect_passages               # about a quarter of an hour

From the pages of NumPy and scikit-learn in `embedlab.datasets.docstrings` some are drawn (`drawn`). The **query** is a
page's first paragraph, and what is searched is what *follows* it on all drawn pages, cut into passages (`passages`) of
the sizes, overlaps and headings in `CUTS`. A page has the score of its best passage, and its **place** is one more than
the number of pages with a higher score, once by MiniLM's cosine, once by BM25 on the same passages.

The pages are drawn from a seed. With other versions of the libraries, or of the model, the table moves.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from embedlab import _files, encoding, models
from embedlab.datasets import _table, docstrings, passage_places
from embedlab.datasets.passage_places import Cut, Page

DRAWN = {"numpy": 160, "sklearn": 60}
FEWEST_CHARACTERS, MOST_CHARACTERS = 200, 3000  # of what follows: less is no document, more takes too long
CUTS = [
    *(Cut(0, 0.0, heading) for heading in ("none", "name")),
    *(Cut(64, 0.0, heading) for heading in passage_places.HEADINGS),
    *(Cut(size, 0.0, heading) for size in (128, 32) for heading in ("none", "name")),
    Cut(64, 0.25, "none"),
]

_SECTION = re.compile(r"^(\S[^\n]*)\n[-=]{3,}[ ]*$", re.MULTILINE)


def drawn(seed: int = 0) -> list[str]:
    """Return the names of the drawn pages, sorted: of two with the same first paragraph neither can be drawn."""
    data, rng = docstrings.load(), np.random.default_rng(seed)
    seen, names = Counter(data.summaries), []
    for library, size in DRAWN.items():
        pages = [
            name
            for name, summary, text in zip(data.names, data.summaries, data.texts, strict=True)
            if name.startswith(f"{library}.") and seen[summary] == 1
            if FEWEST_CHARACTERS <= len(passage_places.split(name, text, summary).rest) <= MOST_CHARACTERS
        ]
        names += rng.choice(pages, size=size, replace=False).tolist()
    return sorted(names)


def passages(page: Page, tokenizer: Any, kind: Cut) -> list[str]:
    """Cut what follows on a page into passages, each with its heading before it, which does not count as size."""
    size, overlap, _ = kind
    parts = encoding.chunk(page.rest, tokenizer, size, overlap=int(overlap * size)) if size else [page.rest]
    name, found, start = re.sub(r"[._]+", " ", page.name), [], -1
    sections = [(match.start(), match[1]) for match in _SECTION.finditer(page.rest)]
    for part in parts:
        start = page.rest.index(part, start + 1)
        section = next((title for at, title in reversed(sections) if at <= start), "")
        heading = {"none": "", "name": f"{name}: ", "section": f"{name}, {section}: "}[kind.heading]
        found.append((heading if section else heading.replace(", :", ":")) + part)
    return found


def places(scores: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of each query's own page, (m,), and the score of its best passage, (m,).

    ``scores`` (m, passages) of query i, which is page i; ``owners`` says whose each passage is.
    """
    pages = np.stack([scores[:, owners == j].max(axis=1) for j in range(len(scores))], axis=1)
    own = np.diagonal(pages)
    return 1 + (pages > own[:, np.newaxis]).sum(axis=1), own


def bm25(texts: Sequence[str], queries: Sequence[str]) -> np.ndarray:
    """BM25 scores of texts for queries, (m, n)."""
    index = bm25s.BM25()
    index.index([words(text) for text in texts], show_progress=False)
    return np.stack([index.get_scores(words(query)) for query in queries])


def words(text: str) -> list[str]:
    """Lower-case words and numbers of a text."""
    return re.findall(r"[a-z0-9]+", text.lower())


def rows(pages: Sequence[Page], model: Any, cuts: Sequence[Cut]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of the table: every page in every kind of passages."""
    queries = [page.query for page in pages]
    asked = encoding.encode(model, queries)
    for kind in cuts:
        cut = [passages(page, model.tokenizer, kind) for page in pages]
        owners, texts = np.repeat(np.arange(len(cut)), [len(x) for x in cut]), [text for x in cut for text in x]
        found, best = places(asked @ encoding.encode(model, texts).T, owners)
        counted, _ = places(bm25(texts, queries), owners)
        print(kind, len(texts), f"MiniLM {np.mean(found == 1):.3f}, BM25 {np.mean(counted == 1):.3f}", flush=True)
        for page, parts, one, cosine, other in zip(pages, cut, found, best, counted, strict=True):
            yield page.name, kind.size, kind.overlap, kind.heading, len(parts), one, f"{cosine:.3f}", other


def main() -> int:
    """Collect the table and put it beside its module."""
    data, model = docstrings.load(), models.load_text_model()
    at = [data.names.index(name) for name in drawn()]
    pages = [passage_places.split(data.names[i], data.texts[i], data.summaries[i]) for i in at]
    target = Path(passage_places.__file__).with_name("passage_places.csv.xz")
    _files.atomic_write(target, _table.packed(passage_places.COLUMNS, rows(pages, model, CUTS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
