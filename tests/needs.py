"""What packages need, read from the metadata of those that are installed here."""

from __future__ import annotations

import re
from importlib import metadata

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def needed_by(roots: list[str], left_out: str = "(?!)") -> dict[str, Requirement]:
    """Return the roots and all that they need here, with extras: one requirement for each name."""
    todo, needed, seen = [Requirement(root) for root in roots], {}, set()
    while todo:
        wanted = todo.pop()
        name = canonicalize_name(wanted.name)
        if re.fullmatch(left_out, name):
            continue
        needed.setdefault(name, wanted)
        for extra in {"", *wanted.extras} - {extra for known, extra in seen if known == name}:
            seen.add((name, extra))
            here = {**default_environment(), "extra": extra}
            needs = [Requirement(line) for line in metadata.requires(name) or []]
            todo += [need for need in needs if need.marker is None or need.marker.evaluate(here)]
    return needed
