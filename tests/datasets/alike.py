"""How alike two texts are by their words, for tests that written data has no near-duplicates."""

from __future__ import annotations

import re
from itertools import combinations


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b)


def most_alike(texts: list[str]) -> tuple[float, str, str]:
    """The highest Jaccard similarity of two texts' words, and the two texts."""
    sets = [words(text) for text in texts]
    score, i, j = max((jaccard(sets[i], sets[j]), i, j) for i, j in combinations(range(len(sets)), 2))
    return score, texts[i], texts[j]
