"""Finds the public data files that gensim carries in its wheel for its own tests; gensim itself is not imported."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def path(name: str) -> Path:
    """Return the path of a file in gensim's folder of test data.

    Parameters
    ----------
    name : str
        File name, such as ``"lee.cor"``.

    Raises
    ------
    ModuleNotFoundError
        If gensim is not installed.
    FileNotFoundError
        If gensim is installed without that file.

    Examples
    --------
    >>> path("lee.cor").name
    'lee.cor'
    """
    spec = importlib.util.find_spec("gensim")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{name} is read out of gensim, which is not installed: pip install gensim")
    file = Path(spec.submodule_search_locations[0]) / "test" / "test_data" / name
    if not file.is_file():
        raise FileNotFoundError(
            f"{name} is not among gensim's test data, which some packagings leave out: "
            "install gensim from PyPI (pip install --force-reinstall --no-deps gensim)"
        )
    return file
