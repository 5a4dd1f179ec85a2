"""What a learner's value holds, whatever it comes in, and how it is shown on one line.

A generator, a tensor, a Series, a range or a view of a dictionary becomes a list or an array, once and bounded, so
that it can be compared and shown more than once. Of other libraries only NumPy is known by import, on use.
"""

from __future__ import annotations

import itertools
import numbers
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import ModuleType

MOST = 100_000  # so many items are looked at; a generator may have no end
_SHOWN = 1_000  # and so many of what is only shown
_DEEPEST = 20


class Listed(list):
    """A list that was made of something else."""

    was = "list"


def numpy() -> ModuleType:
    """Return NumPy, imported on the first use."""
    import numpy

    return numpy


def settle(x: object) -> object:
    """Turn containers into lists, tuples, dictionaries, sets and arrays, and their scalars into Python's own.

    Arrays stay arrays, those of shape ``()`` and NumPy's scalars become plain values, tensors and what pandas has
    become arrays, everything else that can be walked over a list of at most `MOST` items. Strings stay strings.

    Examples
    --------
    >>> settle(i * i for i in range(3)), settle({"a": 1}.keys())
    ([0, 1, 4], ['a'])
    """
    return _settle(x, [MOST], 0)


def _settle(x: object, left: list[int], depth: int) -> object:
    if x is None or x is ... or type(x) in (bool, int, float, str) or depth > _DEEPEST:
        return x
    if isinstance(x, Decimal):
        return float(x)
    array = _array(x)
    if array is not None:
        return _scalar(array, left, depth)
    if isinstance(x, Mapping):
        return {key: _settle(x[key], left, depth + 1) for key in _counted(x, left)}
    if isinstance(x, (str, bytes, bytearray, set, frozenset, type)) or not isinstance(x, Iterable):
        return x
    items = [_settle(item, left, depth + 1) for item in _counted(x, left)]
    if isinstance(x, tuple):
        return tuple(items)
    listed = Listed(items)
    listed.was = x.was if isinstance(x, Listed) else type(x).__name__
    return listed


def _counted(items: Iterable[object], left: list[int]) -> Iterable[object]:
    for item in itertools.takewhile(lambda _: left[0] > 0, items):
        left[0] -= 1
        yield item


def _array(x: object) -> object:
    """Return NumPy's, PyTorch's and pandas' values as an array or NumPy scalar, None for any other."""
    np = numpy()
    library = type(x).__module__.partition(".")[0]
    if isinstance(x, np.generic) or type(x) is np.ndarray:
        return x
    if isinstance(x, np.ndarray):  # a matrix has two dimensions whatever is asked, a masked array holes
        return x.filled() if hasattr(x, "filled") else x.view(np.ndarray)
    if library == "torch" and hasattr(x, "detach"):
        tensor = x.detach().to_dense().cpu()
        return (tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy()
    if library == "pandas" and hasattr(x, "to_numpy"):
        return x.to_numpy()
    return None


def _scalar(x: object, left: list[int], depth: int) -> object:
    """Take the value out of a scalar, and the objects out of an array of objects."""
    if x.ndim and x.dtype.kind != "O":
        return x
    if x.dtype == "float16":  # its width decides how near is near enough
        return x[()]
    plain = x.item() if not x.ndim else x.tolist()
    return plain if isinstance(plain, type(x)) else _settle(plain, left, depth + 1)


def kind_of(x: object) -> str:
    """Return the family of a settled value: bool, number, text, array, list, tuple, dict, set or other."""
    if isinstance(x, bool):
        return "bool"
    if isinstance(x, numbers.Real):
        return "number"
    if isinstance(x, numpy().ndarray):
        return "array"
    by_type = {str: "text", list: "list", tuple: "tuple", Mapping: "dict", (set, frozenset): "set"}
    return next((kind for types, kind in by_type.items() if isinstance(x, types)), "other")


def what(x: object) -> str:
    """Name a value's type with its article: ``"a list"``, ``"an array of shape (2,)"``."""
    if x is None:
        return "None"
    if kind_of(x) == "array":
        return f"an array of shape {x.shape}"
    name = x.was if isinstance(x, Listed) else type(x).__name__
    return f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def shorten(x: object, width: int = 60) -> str:
    """Show a value on one line of at most ``width`` characters: floats rounded, sets sorted, no addresses.

    Examples
    --------
    >>> shorten({"b", "a"}), shorten([1 / 3, 2])
    ("{'a', 'b'}", '[0.333333, 2]')
    """
    try:
        text = re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(_show(_settle(x, [_SHOWN], 0))[:10_000].split()))
    except KeyboardInterrupt:
        raise
    except BaseException:  # a learner's object may fail in its own __repr__, and in any manner
        text = f"<{type(x).__name__}>"
    return text if len(text) <= width else text[: width - 1] + "…"


def _show(x: object) -> str:
    kind = kind_of(x)
    if kind == "number" and not isinstance(x, numbers.Rational):
        return repr(float(f"{x:.6g}"))
    if kind == "text":
        return repr(x[:1_000])
    if kind == "array":
        return f"array({_show(x.tolist())})" if x.size <= 12 else f"array of shape {x.shape}"
    if kind in ("list", "tuple"):
        inside = ", ".join(_texts(x))
        return f"[{inside}]" if kind == "list" else f"({inside},)" if len(x) == 1 else f"({inside})"
    if kind == "set":
        return "{" + ", ".join(sorted_texts(x, 8)) + "}" if x else "set()"
    if type(x) is dict:
        pairs = [f"{_show(key)}: {_show(value)}" for key, value in list(x.items())[:8]]
        return "{" + ", ".join(pairs) + ", …" * (len(x) > 8) + "}"
    return repr(x)


def _texts(items: object) -> list[str]:
    return [_show(item) for item in items[:8]] + ["…"] * (len(items) > 8)


def sorted_texts(items: Iterable[object], most: int) -> list[str]:
    """Show the first items of a set in order, an ellipsis for the others."""
    try:
        texts = [shorten(item, 30) for item in sorted(items)]
    except TypeError:  # of different types
        texts = sorted(shorten(item, 30) for item in items)
    return texts[:most] + ["…"] * (len(texts) > most)
