"""The words of a text, for tests of how written data are worded."""

from __future__ import annotations

import re


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))
