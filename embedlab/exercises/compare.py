"""Compares a learner's value with the wanted one and says in words how it is off, never what was wanted.

Kind and shape may be told ("it has shape (3,), wanted (3, 2)"); a number, a word or a key may not.
What counts is what a value holds, not the container it comes in, unless the exercise says so (`Manner`).
Numbers are compared one by one in plain Python: nothing depends on NumPy's functions or settings, which belong to
the learner. Nothing is changed, and nothing is known of exercises.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
from typing import NamedTuple

from embedlab.exercises.values import MOST, kind_of, settle, shorten, sorted_texts, what

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
_NAN = "is nan (0 / 0 gives it, and so does the mean of nothing)"
_ENTRIES = {"bool": "True or False", "number": "numbers", "text": "strings"}
_ORDERED = ("array", "list", "tuple")

# How far apart two numbers may be, where a float is wanted: ATOL + RTOL * |wanted|; whole numbers: ATOL.
RTOL = 1e-4
RTOL_HALF = 2e-3  # a float of two bytes has three digits
ATOL = 1e-6


class Manner(NamedTuple):
    """How an exercise wants its results judged and spoken of."""

    noun: str = ""  # what a whole number or a string is: "it is not the right epoch"
    quantity: bool = False  # whole numbers measure something, so they can be too large
    exact_type: bool = False  # the type of an array is part of the task


USUAL = Manner()


class _Off(NamedTuple):
    where: str  # "" or a path such as "[1]['mrr']"
    how: str  # a predicate: "is too large"


def difference(got: object, wanted: object, manner: Manner = USUAL) -> str | None:
    """Say how ``got`` differs from ``wanted``, or None if they are equal.

    Parameters
    ----------
    got, wanted : numbers, strings, arrays, lists, tuples, dictionaries, sets, None, or objects made of these
        Lists, tuples, arrays, generators, tensors and Series with the same content are equal; sets have no order,
        so they are equal to sets only. Numbers that are wanted as floats need be met within a tolerance.
    manner : Manner

    Returns
    -------
    A clause that starts with "it" or "its item", or None.

    Examples
    --------
    >>> difference((0.1 * 3, 1), [0.3, 1.0]) is None
    True
    >>> difference([1, 2, 5.5], [1, 2, 3.0])
    'its item [2] is too large'
    >>> difference([2, 1], [1, 2])
    'it has the right items in the wrong order'
    >>> difference(2, 3, Manner(noun="epoch"))
    'it is not the right epoch'
    """
    off = _compare(settle(got), settle(wanted), "", manner)
    if off is None:
        return None
    return f"its item {off.where} {off.how}" if off.where else f"it {off.how}"


def other_form(got: object, wanted: object) -> str:
    """Say that an equal value came in another form, ``"an array, and yours is a list"``, or ""."""
    kind, settled = kind_of(wanted), settle(wanted)
    if kind in _ORDERED and kind_of(got) != kind:
        return f"{'an array' if kind == 'array' else _NAMES[kind]}, and yours is {what(got)}"
    if kind == "array" and wanted.dtype.kind == "b" and settle(got).dtype.kind != "b":
        return "True and False, and yours are numbers"
    if kind_of(settled) == "bool" and kind_of(settle(got)) == "number":
        return f"True or False, and yours is {what(got)}"
    if isinstance(settled, int) and isinstance(settle(got), float):
        return f"a whole number, and yours is {what(got)}"
    return ""


def _compare(got: object, wanted: object, where: str, manner: Manner) -> _Off | None:
    kind, its = kind_of(wanted), kind_of(got)
    if kind == "other" or wanted is None:
        return _compare_objects(got, wanted, where, manner)
    if kind in _ORDERED and its in _ORDERED:
        return (_compare_array if kind == "array" else _compare_sequence)(got, wanted, where, manner)
    if kind == "set" and its in _ORDERED:
        return _membership(got, wanted, where, "item")
    if its != kind and not (kind == "bool" and its == "number" and got in (0, 1)):
        said = f"is {what(got)}" if its != "number" or not _is_nan(got) else _NAN
        return _Off(where, f"{said}, wanted {_wish(kind, its)}")
    return _BY_KIND[kind](got, wanted, where, manner)


def _wish(kind: str, its: str) -> str:
    if kind == "number" and its in _ORDERED:
        return "a single number"
    return f"{_NAMES[kind]}, which has an order" if kind in _ORDERED and its == "set" else _NAMES[kind]


def _compare_number(got: object, wanted: object, where: str, manner: Manner) -> _Off | None:
    return None if _same(got, wanted) else _Off(where, _how_number(got, wanted, manner))


def _same(got: object, wanted: object) -> bool:
    """Whether two numbers, truth values or strings are equal, floats within the tolerance."""
    if kind_of(wanted) != "number":
        return got == wanted
    if _is_nan(got) or _is_nan(wanted):
        return _is_nan(got) and _is_nan(wanted)
    rtol = 0 if isinstance(wanted, numbers.Integral) else RTOL_HALF if type(got).__name__ == "float16" else RTOL
    try:
        return bool(got == wanted) or math.isclose(got, wanted, rel_tol=0, abs_tol=ATOL + rtol * abs(wanted))
    except OverflowError:  # a whole number that is too large for a float
        return False


def _is_nan(x: object) -> bool:
    return x != x  # math.isnan fails for whole numbers that are too large for a float


def _how_number(got: object, wanted: object, manner: Manner) -> str:
    if _is_nan(got):
        return _NAN
    if got in (math.inf, -math.inf):
        return f"is {float(got)}"
    if isinstance(wanted, numbers.Integral) and not manner.quantity:
        if got != math.floor(got):
            return "is not a whole number"
        return f"is not the right {manner.noun}" if manner.noun else "is a different number"
    if wanted and _same(-got, wanted):
        return "has the wrong sign"
    if _is_nan(wanted):
        return "is a different number"
    return "is too large" if got > wanted else "is too small"


def _compare_bool(got: object, wanted: object, where: str, manner: Manner) -> _Off | None:
    return None if got == wanted else _Off(where, f"is {got}")


def _compare_text(got: str, wanted: str, where: str, manner: Manner) -> _Off | None:
    if got == wanted:
        return None
    if got.split() == wanted.split():
        return _Off(where, "differs only in its blanks or line ends")
    if got.casefold() == wanted.casefold():
        return _Off(where, "differs only in upper and lower case")
    return _Off(where, f"is not the right {manner.noun}" if manner.noun else "is a different string")


def _compare_array(got: object, wanted: object, where: str, manner: Manner) -> _Off | None:
    if manner.exact_type and getattr(got, "dtype", None) != wanted.dtype:
        its = f"has the type {got.dtype}" if hasattr(got, "dtype") else f"is {what(got)}"
        return _Off(where, f"{its}, wanted an array of type {wanted.dtype}")
    shape, have = _entries(got)
    if shape is None:
        return _Off(where, f"is {what(got)} whose rows differ in length, wanted shape {wanted.shape}")
    if shape != wanted.shape:
        return _Off(where, f"has shape {shape}, wanted {wanted.shape}")
    want = _entries(wanted)[1]
    kinds, wish = {kind_of(x) for x in have}, {kind_of(x) for x in want}
    if not kinds <= wish and not (wish == {"bool"} and all(x in (0, 1) for x in have)):
        holds = " and ".join(sorted(_ENTRIES.get(kind, "objects") for kind in kinds))
        return _Off(where, f"holds {holds}, wanted {_ENTRIES.get(min(wish), 'objects')}")
    return _compare_entries(have, want, shape, where, manner)


def _entries(x: object, depth: int = 0) -> tuple[tuple[int, ...] | None, list[object]]:
    """Return the shape (None where rows differ) and the entries in order, of an array or of nested lists."""
    if kind_of(x) == "array":
        flat = x.reshape(-1)
        return x.shape, list(flat) if x.dtype == "float16" else flat.tolist()
    if kind_of(x) not in _ORDERED or depth > 9:
        return (), [x]
    rows = [_entries(row, depth + 1) for row in x]
    shapes = {shape for shape, _ in rows} or {()}
    entries = [entry for _, row in rows for entry in row]
    shape = shapes.pop()
    return (None if shapes or shape is None else (len(rows), *shape)), entries


def _compare_entries(
    have: list[object], want: list[object], shape: tuple[int, ...], where: str, manner: Manner
) -> _Off | None:
    off = [i for i, (got, wanted) in enumerate(zip(have, want, strict=True)) if not _same(got, wanted)]
    if not off:
        return None
    if kind_of(want[0]) == "number" and all(map(_same, sorted(have), sorted(want))):
        return _Off(where, "has the right numbers in the wrong places")
    first, place = off[0], []
    for size in reversed(shape):
        off_first, place = divmod(first, size)[0], [divmod(first, size)[1], *place]
        first = off_first
    told = _compare(have[off[0]], want[off[0]], "", manner)
    count = f"{len(off)} of {len(want)} entries"
    return _Off(where, f"differs in {count}: the first, at {place}, {told.how if told else 'differs'}")


def _compare_sequence(got: object, wanted: object, where: str, manner: Manner) -> _Off | None:
    got = [settle(item) for item in got] if kind_of(got) == "array" else got
    if len(got) != len(wanted):
        least = "at least " if len(got) >= MOST else ""
        return _Off(where, f"has {least}{_items(len(got))}, wanted {len(wanted)}")
    offs = (_compare(g, w, f"{where}[{i}]", manner) for i, (g, w) in enumerate(zip(got, wanted, strict=True)))
    first = next((off for off in offs if off), None)
    if first and _reordered(got, wanted, manner):
        return _Off(where, "has the right items in the wrong order")
    return first


def _reordered(got: object, wanted: object, manner: Manner) -> bool:
    left = list(wanted) if len(wanted) <= 200 else []  # each item is looked for among all: not for long lists
    for item in got:
        match = next((i for i, w in enumerate(left) if _compare(item, w, "", manner) is None), None)
        if match is None:
            return False
        del left[match]
    return True


def _items(count: int) -> str:
    return f"{count} item" if count == 1 else f"{count} items"


def _compare_dict(got: object, wanted: object, where: str, manner: Manner) -> _Off | None:
    off = _membership(got, wanted, where, "key")
    if off:
        return off
    offs = (_compare(got[key], wanted[key], f"{where}[{shorten(key, 30)}]", manner) for key in wanted)
    return next((off for off in offs if off), None)


def _compare_set(got: object, wanted: object, where: str, manner: Manner) -> _Off | None:
    return _membership(got, wanted, where, "item")


def _membership(got: object, wanted: object, where: str, noun: str) -> _Off | None:
    lacking, surplus = sum(x not in got for x in wanted), [x for x in got if x not in wanted]
    if not lacking and not surplus and len(got) > len(wanted):
        return _Off(where, f"holds an {noun} twice")
    parts = []
    if lacking:
        parts.append(f"lacks {lacking} {noun}{'s' if lacking > 1 else ''}")
    if surplus:
        shown = ", ".join(sorted_texts(surplus, 3))
        parts.append(f"has {len(surplus)} {noun}{'s' if len(surplus) > 1 else ''} too many ({shown})")
    return _Off(where, " and ".join(parts)) if parts else None


def _compare_objects(got: object, wanted: object, where: str, manner: Manner) -> _Off | None:
    if got is wanted:
        return None
    if type(got) is not type(wanted):
        wish = "None" if wanted is None else f"a {type(wanted).__name__}"
        return _Off(where, f"is {what(got)}, wanted {wish}")
    if not callable(wanted) and (dataclasses.is_dataclass(wanted) or type(wanted).__eq__ is object.__eq__):
        # Field by field; without fields (a random generator) being of the right type must do.
        return _compare_dict(_fields(got), _fields(wanted), where, manner)
    return None if bool(got == wanted) else _Off(where, "has a different value")


def _fields(x: object) -> dict[str, object]:
    if dataclasses.is_dataclass(x):
        return {field.name: settle(getattr(x, field.name)) for field in dataclasses.fields(x)}
    return {name: settle(value) for name, value in getattr(x, "__dict__", {}).items()}


_BY_KIND = {
    "bool": _compare_bool,
    "number": _compare_number,
    "text": _compare_text,
    "dict": _compare_dict,
    "set": _compare_set,
}
