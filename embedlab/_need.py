"""Argument checks: the one place where the package's error messages are made.

Every function returns the checked (and converted) value or raises `TypeError` or `ValueError` with the
argument's name, what came and what was wanted. Shapes use one alphabet everywhere: ``n`` documents,
``m`` queries, ``d`` dimensions, ``k`` results, ``v`` vocabulary.
"""

from __future__ import annotations

import json
import operator
import os
from collections.abc import Iterable, Iterator, Mapping, Sized
from numbers import Real
from typing import Any

import numpy as np


@np.errstate(all="ignore")  # a sum or a cast that overflows is looked at below, and no warning of the learner's
def floats(x: Any, name: str, shape: str, *, finite: bool = True, gaps: bool = False) -> np.ndarray:
    """Return ``x`` as a finite float array whose number of dimensions matches ``shape``, e.g. ``"(n, d)"``.

    float32 and PyTorch's shorter floats give float32; everything else becomes float64. ``shape`` may list
    alternatives: ``"(d,) or (m, d)"``. ``gaps`` lets minus infinity stand where there is no number; without
    ``finite`` nobody looks at each number.
    """
    array = array_of("numbers", x, name, shape)
    array = array if array.dtype == np.float32 else array.astype(np.float64, copy=False)
    # The sum meets every NaN and infinity and is twice as fast as looking at each number.
    if finite and not np.isfinite(array.sum(dtype=np.float64)):
        bad = ~np.isfinite(array) & ~(gaps & np.isneginf(array))
        if bad.any():
            raise ValueError(f"{name} must hold finite numbers, but {_first(bad, array)}")
    return array


def array_of(what: str, x: Any, name: str, shape: str) -> np.ndarray:
    """Return ``x`` as an array of numbers or bools of any type; ``what`` they should be words the message."""
    wanted, x = f"{name} must be {what} of shape {shape}", readable(x, name, f"{what} of shape {shape}")
    try:
        array = np.asarray(x)
        if array.dtype.kind == "O" and array.ndim and all(isinstance(one, Real) for one in array.flat):
            array = array.astype(np.float64)
    except Exception as error:  # whatever the object itself raises: it is the cause
        if "inhomogeneous" in str(error) or "broadcast" in str(error):
            raise ValueError(f"{name} must have shape {shape}, but its rows differ in length") from error
        raise TypeError(
            f"{wanted}, but {_kind(x)} cannot be read as such: {str(error).partition(chr(10))[0]}"
        ) from error
    if array.dtype.kind not in "fiub":
        odd = [one for one in array.ravel().tolist() if array.ndim and not isinstance(one, Real)]
        raise TypeError(f"{wanted}, not {_kind(x)}{f' that holds {odd[0]!r:.40}' if odd else ''}")
    if array.ndim not in {_rank(part) for part in shape.split(" or ")}:
        raise ValueError(f"{name} must have shape {shape}, but its shape is {array.shape}")
    return array


def readable(x: Any, name: str, wanted: str) -> Any:
    """Return ``x`` as NumPy reads it: tensors become arrays; what NumPy would misread silently is refused."""
    if isinstance(x, (list, tuple)):
        kinds = {type(row) for row in x}
        arrays = any(hasattr(kind, "shape") and not issubclass(kind, np.generic) for kind in kinds)
        return [readable(row, f"{name}[{i}]", wanted) for i, row in enumerate(x)] if arrays else x
    if np.ma.is_masked(x):
        raise ValueError(f"{name} must be {wanted} everywhere, but some of its values are masked")
    if hasattr(x, "toarray"):
        raise TypeError(f"{name} must be {wanted} and dense, not {_kind(x)}: its method toarray makes such an array")
    if not callable(getattr(x, "detach", None)):
        return x
    try:  # NumPy knows no bfloat16, no device and no gradients
        x = x.detach().cpu()
        return (x.float() if x.is_floating_point() and x.element_size() < 4 else x).numpy()
    except (TypeError, RuntimeError) as error:  # sparse, without data, quantised: PyTorch says which
        raise TypeError(
            f"{name} must be {wanted}, but this tensor cannot be read as such: {str(error).partition(chr(10))[0]}"
        ) from error


def _rank(shape: str) -> int:
    return len([part for part in shape.strip(" ()").split(",") if part.strip()])


def _first(bad: np.ndarray, array: np.ndarray) -> str:
    where = np.argwhere(bad)[0]
    place = f"row {where[0]}" if array.ndim > 1 else f"position {where[0]}" if array.ndim else "it"
    return f"{place} holds {array[tuple(where)]}"


def _kind(x: Any) -> str:
    return f"a {type(x).__name__}" if not isinstance(x, np.ndarray) else f"an array of {x.dtype}"


def same_dimension(a: np.ndarray, b: np.ndarray, name_a: str, name_b: str) -> None:
    """Raise `ValueError` unless the last axes of ``a`` and ``b`` are equally long."""
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(
            f"{name_a} has {a.shape[-1]} dimensions and {name_b} has {b.shape[-1]}: they must be equal, "
            "as they are when one model made both"
        )


def same_length(a: Sized, b: Sized, name_a: str, name_b: str) -> None:
    """Raise `ValueError` unless ``a`` and ``b`` have the same number of items."""
    if len(a) != len(b):
        raise ValueError(f"{name_a} has {len(a)} items and {name_b} has {len(b)}: there must be one for each")


def filled(x: np.ndarray, name: str) -> np.ndarray:
    """Return ``x`` if it has at least one row."""
    if not len(x):
        raise ValueError(f"{name} must hold at least one vector, but its shape is {x.shape}")
    return x


def rows_that_belong(a: Any, b: Any, name_a: str, name_b: str) -> tuple[np.ndarray, np.ndarray]:
    """Return two sets of equally many vectors in one space: row i of one belongs to row i of the other."""
    a, b = floats(a, name_a, "(n, d)"), floats(b, name_b, "(n, d)")
    same_length(filled(a, name_a), b, name_a, name_b)
    same_dimension(a, b, name_a, name_b)
    return a, b


def whole(x: Any, name: str, at_least: int = 1) -> int:
    """Return ``x`` as an int that is ``at_least`` so large; floats and booleans are refused."""
    try:
        value = operator.index(x)
    except TypeError:
        value = None
    if value is None or isinstance(x, (bool, np.bool_)):
        raise TypeError(f"{name} must be a whole number, not {x!r}")
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, but it is {value}")
    return value


def strings(x: Any, name: str, *, single: bool = False) -> list[str]:
    """Return ``x``, any iterable of strings, as a list; a bare string is refused (it would be its letters).

    ``single`` says that the caller passed one string, so that messages name it without a place.
    """
    if isinstance(x, str):
        raise TypeError(f"{name} must be a list of strings, not one string: write [{name}] to pass a single one")
    if not isinstance(x, Iterable) or isinstance(x, Mapping) or hasattr(x, "columns"):  # a table gives its headings
        raise TypeError(f"{name} must be a list of strings, not {_kind(x)}")
    items = list(x)
    for i, item in enumerate(items):
        place = name if single else f"{name}[{i}]"
        if not isinstance(item, str):
            raise TypeError(f"{place} must be a string, not {_kind(item)} ({item!r:.40})")
        try:
            item.encode()
        except UnicodeEncodeError as error:  # half of a character: no tokenizer reads it, no file keeps it
            odd = f"{item[error.start]!r} at position {error.start}"
            raise ValueError(f"{place} must be text, but it holds {odd}, half of a surrogate pair") from error
    return [str(item) for item in items]


def path(x: Any, name: str) -> str:
    """Return ``x``, the path of a file, with ``~`` as the user's home; a number would be an open file."""
    if not isinstance(x, (str, os.PathLike)):
        raise TypeError(f"{name} must be a path, not {_kind(x)}")
    return os.path.expanduser(os.fspath(x))


def fields(x: Any, name: str, *, single: bool = False) -> list[dict[str, Any]]:
    """Return dicts of fields as JSON would give them back; NumPy's scalars become Python's.

    ``single`` says that the caller passed one dict, so that messages name it without a place.
    """
    if not isinstance(x, Iterable) or isinstance(x, (str, Mapping)) or hasattr(x, "columns"):
        raise TypeError(f"{name} must be a list of dicts, not {_kind(x)}")
    checked = []
    for i, own in enumerate(x):
        place = name if single else f"{name}[{i}]"
        if not isinstance(own, Mapping):
            raise TypeError(f"{place} must be a dict, not {_kind(own)}")
        try:
            odd = [key for key in _names(own) if not isinstance(key, str)]  # JSON would make strings of numbers
            text = json.dumps(dict(own), allow_nan=False, default=_scalar, ensure_ascii=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise TypeError(f"{place} must hold what JSON can hold, but {error}") from error
        if odd:
            raise ValueError(f"{place} must have names that are strings, not {odd[0]!r}")
        checked.append(json.loads(text))
    return checked


def _names(value: Any) -> Iterator[Any]:
    """Yield the keys of a dict and of those in it."""
    for part in value.values() if isinstance(value, Mapping) else value:
        if isinstance(part, (Mapping, list, tuple)):
            yield from _names(part)
    yield from value if isinstance(value, Mapping) else ()


def _scalar(value: Any) -> Any:
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":  # dates are numbers only to NumPy
        return float(value) if value.dtype.kind == "f" else value.item()
    raise TypeError(f"it holds {_kind(value)}: {value!r:.40}")


def one_of(x: Any, name: str, allowed: Iterable[Any]) -> Any:
    """Return ``x`` if it is among ``allowed``."""
    options = list(allowed)
    if x not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}, but it is {x!r}")
    return x
