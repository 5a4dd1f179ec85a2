"""Compares a learner's value with the wanted one and says in words how it is off, never what was wanted.

Kind and shape may be told ("it has shape (3,), wanted (3, 2)"); a number, a word or a key may not.
Nothing is changed, and nothing is known of exercises. NumPy is imported on use, so that reading an
exercise module costs nothing.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
import re
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import NamedTuple

_NAMES = {
    "bool": "True or False",
    "number": "a number",
    "text": "a string",
    "array": "a NumPy array",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dictionary",
    "set": "a set",
}


# How far apart two numbers may be, where a float is wanted: ATOL + RTOL * |wanted|.
RTOL = 1e-4
ATOL = 1e-6


class _Off(NamedTuple):
    where: str  # "" or a path such as "[1]['mrr']"
    how: str  # a predicate: "is too large"


def difference(got: object, wanted: object) -> str | None:
    """Say how ``got`` differs from ``wanted``, or None if they are equal.

    Parameters
    ----------
    got, wanted : numbers, strings, arrays, lists, tuples, dictionaries, sets, None, or objects made of these
        A list is not a tuple and not an array; a NumPy scalar or an array of shape ``()`` is a number.
        Numbers that are wanted as floats need be met within a tolerance, whole numbers exactly.

    Returns
    -------
    A clause that starts with "it" or "its item", or None.

    Examples
    --------
    >>> difference(0.1 * 3, 0.3) is None
    True
    >>> difference([1, 2, 5], [1, 2, 3])
    'its item [2] is too large'
    >>> difference([2, 1], [1, 2])
    'it has the right items in the wrong order'
    """
    off = _compare(got, wanted, "")
    if off is None:
        return None
    return f"its item {off.where} {off.how}" if off.where else f"it {off.how}"


def _compare(got: object, wanted: object, where: str) -> _Off | None:
    got, wanted = _plain(got), _plain(wanted)
    kind = _kind(wanted)
    if kind == "other" or wanted is None:
        return _compare_objects(got, wanted, where)
    if _kind(got) != kind:
        wish = "a single number" if kind == "number" and _kind(got) == "array" else _NAMES[kind]
        return _Off(where, f"is {_what(got)}, wanted {wish}")
    return _BY_KIND[kind](got, wanted, where)


def _plain(x: object) -> object:
    """Turn NumPy scalars and arrays of shape () into Python's own values."""
    np = _numpy()
    return x.item() if isinstance(x, np.generic) or (isinstance(x, np.ndarray) and x.ndim == 0) else x


def _numpy() -> ModuleType:
    import numpy

    return numpy


def _kind(x: object) -> str:
    if isinstance(x, bool):
        return "bool"
    if isinstance(x, numbers.Real):
        return "number"
    if isinstance(x, _numpy().ndarray):
        return "array"
    by_type = {str: "text", list: "list", tuple: "tuple", Mapping: "dict", (set, frozenset): "set"}
    return next((kind for types, kind in by_type.items() if isinstance(x, types)), "other")


def _what(x: object) -> str:
    if x is None:
        return "None"
    if _kind(x) == "array":
        return f"an array of shape {x.shape}"
    name = type(x).__name__
    return f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def _compare_number(got: object, wanted: object, where: str) -> _Off | None:
    if _close(got, wanted) or (math.isnan(got) and math.isnan(wanted)):
        return None
    return _Off(where, _how_number(got, wanted))


def _close(got: object, wanted: object) -> bool:
    if isinstance(wanted, numbers.Integral):
        return got == wanted
    return math.isclose(got, wanted, rel_tol=0, abs_tol=ATOL + RTOL * abs(wanted))


def _how_number(got: object, wanted: object) -> str:
    if math.isnan(got) or math.isinf(got):
        return f"is {got}"
    if wanted and _close(-got, wanted):
        return "has the wrong sign"
    if math.isnan(wanted):
        return "is a different number"
    return "is too large" if got > wanted else "is too small"


def _compare_bool(got: bool, wanted: bool, where: str) -> _Off | None:
    return None if got == wanted else _Off(where, f"is {got}")


def _compare_text(got: str, wanted: str, where: str) -> _Off | None:
    if got == wanted:
        return None
    if got.split() == wanted.split():
        return _Off(where, "differs only in its blanks or line ends")
    if got.casefold() == wanted.casefold():
        return _Off(where, "differs only in upper and lower case")
    return _Off(where, "is a different string")


def _compare_array(got: object, wanted: object, where: str) -> _Off | None:
    np = _numpy()
    if got.shape != wanted.shape:
        return _Off(where, f"has shape {got.shape}, wanted {wanted.shape}")
    have, want = _entries(got), _entries(wanted)
    if have != want:
        return _Off(where, f"holds {have}, wanted {want}")
    same = _same_entries(got, wanted)
    if same.all():
        return None
    if want == "numbers" and _same_entries(np.sort(got, None), np.sort(wanted, None)).all():
        return _Off(where, "has the right numbers in the wrong places")
    first = tuple(int(i) for i in np.argwhere(~same)[0])
    off = _compare(got[first], wanted[first], "")
    count = f"{int((~same).sum())} of {same.size} entries"
    return _Off(where, f"differs in {count}: the first, at {list(first)}, {off.how if off else 'differs'}")


def _entries(array: object) -> str:
    kind = array.dtype.kind
    return "numbers" if kind in "iufc" else {"b": "True or False", "U": "strings"}.get(kind, "objects")


def _same_entries(got: object, wanted: object) -> object:
    np = _numpy()
    if wanted.dtype.kind in "fc":
        return np.isclose(got, wanted, rtol=RTOL, atol=ATOL, equal_nan=True)
    return np.asarray(got == wanted, dtype=bool)


def _compare_sequence(got: object, wanted: object, where: str) -> _Off | None:
    if len(got) != len(wanted):
        return _Off(where, f"has {_items(len(got))}, wanted {len(wanted)}")
    offs = (_compare(g, w, f"{where}[{i}]") for i, (g, w) in enumerate(zip(got, wanted, strict=True)))
    first = next((off for off in offs if off), None)
    if first and _reordered(got, wanted):
        return _Off(where, "has the right items in the wrong order")
    return first


def _reordered(got: object, wanted: object) -> bool:
    left = list(wanted) if len(wanted) <= 200 else []  # each item is looked for among all: not for long lists
    for item in got:
        match = next((i for i, w in enumerate(left) if _compare(item, w, "") is None), None)
        if match is None:
            return False
        del left[match]
    return True


def _items(count: int) -> str:
    return f"{count} item" if count == 1 else f"{count} items"


def _compare_dict(got: object, wanted: object, where: str) -> _Off | None:
    off = _membership(got, wanted, where, "key")
    if off:
        return off
    offs = (_compare(got[key], wanted[key], f"{where}[{shorten(key, 30)}]") for key in wanted)
    return next((off for off in offs if off), None)


def _compare_set(got: object, wanted: object, where: str) -> _Off | None:
    return _membership(got, wanted, where, "item")


def _membership(got: object, wanted: object, where: str, noun: str) -> _Off | None:
    lacking, surplus = sum(x not in got for x in wanted), [x for x in got if x not in wanted]
    parts = []
    if lacking:
        parts.append(f"lacks {lacking} {noun}{'s' if lacking > 1 else ''}")
    if surplus:
        shown = ", ".join(_sorted_texts(surplus, 3))
        parts.append(f"has {len(surplus)} {noun}{'s' if len(surplus) > 1 else ''} too many ({shown})")
    return _Off(where, " and ".join(parts)) if parts else None


def _compare_objects(got: object, wanted: object, where: str) -> _Off | None:
    if got is wanted:
        return None
    if type(got) is not type(wanted):
        wish = "None" if wanted is None else f"a {type(wanted).__name__}"
        return _Off(where, f"is {_what(got)}, wanted {wish}")
    if not callable(wanted) and (dataclasses.is_dataclass(wanted) or type(wanted).__eq__ is object.__eq__):
        # Field by field; without fields (a random generator) being of the right type must do.
        return _compare_dict(_fields(got), _fields(wanted), where)
    if bool(_numpy().all(got == wanted)):
        return None
    return _Off(where, "has a different value")


def _fields(x: object) -> dict[str, object]:
    if dataclasses.is_dataclass(x):
        return {field.name: getattr(x, field.name) for field in dataclasses.fields(x)}
    return dict(getattr(x, "__dict__", {}))


_BY_KIND = {
    "bool": _compare_bool,
    "number": _compare_number,
    "text": _compare_text,
    "array": _compare_array,
    "list": _compare_sequence,
    "tuple": _compare_sequence,
    "dict": _compare_dict,
    "set": _compare_set,
}


def shorten(x: object, width: int = 60) -> str:
    """Show a value on one line of at most ``width`` characters: floats rounded, sets sorted, no addresses.

    Examples
    --------
    >>> shorten({"b", "a"}), shorten([1 / 3, 2])
    ("{'a', 'b'}", '[0.333333, 2]')
    """
    try:
        text = re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(_show(x).split()))
    except Exception:  # a learner's object may fail in its own __repr__
        text = f"<{type(x).__name__}>"
    return text if len(text) <= width else text[: width - 1] + "…"


def _show(x: object) -> str:
    x = _plain(x)
    kind = _kind(x)
    if isinstance(x, float):
        return repr(float(f"{x:.6g}"))
    if kind == "array":
        return f"array({_show(x.tolist())})" if x.size <= 12 else f"array of shape {x.shape}"
    if kind in ("list", "tuple"):
        inside = ", ".join(_texts(x))
        return f"[{inside}]" if kind == "list" else f"({inside},)" if len(x) == 1 else f"({inside})"
    if kind == "set":
        return "{" + ", ".join(_sorted_texts(x, 8)) + "}" if x else "set()"
    if type(x) is dict:
        pairs = [f"{_show(key)}: {_show(value)}" for key, value in list(x.items())[:8]]
        return "{" + ", ".join(pairs) + ", …" * (len(x) > 8) + "}"
    return repr(x)


def _texts(items: object) -> list[str]:
    return [_show(item) for item in items[:8]] + ["…"] * (len(items) > 8)


def _sorted_texts(items: Iterable[object], most: int) -> list[str]:
    try:
        texts = [shorten(item, 30) for item in sorted(items)]
    except TypeError:  # of different types
        texts = sorted(shorten(item, 30) for item in items)
    return texts[:most] + ["…"] * (len(texts) > most)
