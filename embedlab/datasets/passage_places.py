"""Where a search finds a known page when the pages are cut into passages: size, overlap and heading, 10 ways.

The **query** is the first paragraph of a page of NumPy or scikit-learn; what is searched is what *follows* it on 220
pages, cut into passages. A page has the score of its best passage. The table holds the place of the query's own page
for every way of cutting, once by all-MiniLM-L6-v2, once by BM25 on the same passages.

How made: by ``tools/collect_passages.py`` with the libraries of ``requirements.lock``, since 1.2 million tokens are
too many for a notebook. What ships are places and cosines, numbers measured by the course, under its licence; the
pages are read out of the installed libraries (BSD licences).

Limits: a known-item query is easier than a real one, and the page's name shares words with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from embedlab.datasets import _table

#: Columns of the shipped table, one row for a page cut in one way.
COLUMNS = ("page", "size", "overlap", "heading", "passages", "minilm", "cosine", "bm25")
#: What may stand before every passage: nothing, the page's name, the name and the section that it begins in.
HEADINGS = ("none", "name", "section")


class Cut(NamedTuple):
    """A way of cutting: tokens of a passage, the share of them that it has from the one before, what stands first.

    Size 0 leaves the page whole: the model reads what its window holds, BM25 all of it.
    """

    size: int
    overlap: float
    heading: str


class Page(NamedTuple):
    """A page that is asked for: its name, its first paragraph, and what follows, which is searched."""

    name: str
    query: str
    rest: str


def split(name: str, text: str, summary: str) -> Page:
    r"""Part a page after its first paragraph, the one that `docstrings` calls its summary.

    >>> split("toy.f", "f(x)\n\nAdd one\nto x.\n\nNotes\n-----\nNone.", "Add one to x.").rest
    'Notes\n-----\nNone.'
    """
    paragraphs = text.split("\n\n")
    at = next(i for i, part in enumerate(paragraphs) if " ".join(part.split()) == summary)
    return Page(name, summary, "\n\n".join(paragraphs[at + 1 :]).strip())


@dataclass(frozen=True)
class PassagePlaces:
    """Where each page was found, cut in every way: ``m`` = 220 queries, each of them a page, ``c`` = 10 ways.

    Licence: the same as the course's own; the pages BSD, those of the libraries.
    """

    pages: list[str]  #: m names of pages, such as "numpy.abs", sorted.
    cuts: list[Cut]  #: c ways of cutting; those of size 0 leave the pages whole.
    passages: np.ndarray  #: int64, shape (c, m): how many passages the page has.
    minilm: np.ndarray  #: int64, shape (c, m): place of the page by MiniLM's cosine, 1 the best.
    cosine: np.ndarray  #: float64, shape (c, m): cosine of the page's best passage, to three decimals.
    bm25: np.ndarray  #: int64, shape (c, m): place of the page by BM25.


def load() -> PassagePlaces:
    """Read the table.

    Returns
    -------
    PassagePlaces
        New lists and arrays each time.

    Examples
    --------
    >>> data = load()
    >>> data.pages[0], data.cuts[-1], data.minilm.shape
    ('numpy.abs', Cut(size=64, overlap=0.25, heading='none'), (10, 220))
    """
    pages, sizes, overlaps, headings, *numbers = _table.read("passage_places", COLUMNS)
    ways = zip(map(int, sizes), map(float, overlaps), headings, strict=True)
    cuts = list(dict.fromkeys(Cut(*way) for way in ways))
    shape = (len(cuts), len(pages) // len(cuts))
    passages, minilm, bm25 = (np.array(numbers[i], dtype=np.int64).reshape(shape) for i in (0, 1, 3))
    cosine = np.array(numbers[2], dtype=np.float64).reshape(shape)
    return PassagePlaces(pages[: shape[1]], cuts, passages, minilm, cosine, bm25)
