"""Colour names with their values: the smallest embedding there is, three dimensions that everybody can see.

The 949 names are the result of the XKCD colour survey (Randall Munroe, 2010, https://xkcd.com/color/rgb/, placed
in the public domain, CC0), which matplotlib carries; they are read out of the installed matplotlib.

What to expect: the head noun of a name (see `Colors`) follows from its 5 nearest neighbours, leaving itself out, for
about .81 of 601 names, in RGB and in Lab alike (how draws are decided moves it by .007); always "green" gives .29.

CIE Lab measures colour as people see it: equal distances look about equally different. The formula is that of the
CIE (Colorimetry, CIE 15) for the standard observer (2°) and daylight D65, after the sRGB standard (IEC 61966-2-1).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from embedlab import _need

_SMALLEST_GROUP = 8  # names that a head noun must have; 8 gives 13 nouns and 601 names

_SRGB_TO_XYZ = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
_WHITE_D65 = np.array([0.95047, 1.0, 1.08883])


@dataclass(frozen=True)
class Colors:
    """Named colours; row ``i`` of every field with ``n`` = 949 belongs to the same name.

    A name's **head noun** is its last word, after a blank or a slash: "dark sea green" → green, "blue/grey" →
    grey, "teal" → teal. The nouns that at least 8 names share are the classes: 13 nouns, 601 names.
    Licence: public domain (CC0), XKCD colour survey.
    """

    names: list[str]  #: The ``n`` = 949 names, lower case.
    rgb: np.ndarray  #: float32, shape (n, 3): red, green, blue, each from 0 to 1.
    lab: np.ndarray  #: float32, shape (n, 3): L* black 0 to white 100, a* green to red, b* blue to yellow.
    head_nouns: list[str]  #: The 13 head nouns, most frequent first.
    labels: np.ndarray  #: int64, shape (n,): position in ``head_nouns``; -1 for the 348 names without one.


def load() -> Colors:
    """Read the colour names out of matplotlib and compute their Lab values.

    Returns
    -------
    Colors
        With 949 names.

    Examples
    --------
    >>> data = load()
    >>> i = data.names.index("dark sea green")
    >>> data.head_nouns[data.labels[i]], data.rgb[i].round(2)
    ('green', array([0.07, 0.53, 0.36], dtype=float32))
    >>> len(data.names), int((data.labels >= 0).sum()), data.head_nouns[:3]
    (949, 601, ['green', 'blue', 'pink'])
    """
    from matplotlib.colors import XKCD_COLORS, to_rgb

    names = [key.removeprefix("xkcd:") for key in XKCD_COLORS]
    rgb = np.array([to_rgb(value) for value in XKCD_COLORS.values()], dtype=np.float32)  # (n, 3)
    last_words = [re.split("[ /]", name)[-1] for name in names]
    head_nouns = [word for word, count in Counter(last_words).most_common() if count >= _SMALLEST_GROUP]
    position = {word: i for i, word in enumerate(head_nouns)}
    labels = np.array([position.get(word, -1) for word in last_words], dtype=np.int64)
    return Colors(names, rgb, rgb_to_lab(rgb), head_nouns, labels)


def rgb_to_lab(rgb: np.ndarray) -> np.ndarray:
    """Convert sRGB colours to CIE Lab (daylight D65, 2° observer).

    Parameters
    ----------
    rgb : array of shape (3,) or (n, 3)
        Red, green and blue, each from 0 to 1.

    Returns
    -------
    float32 array of the same shape: L* (0 to 100), a*, b*.

    Raises
    ------
    ValueError
        If the last axis is not 3 long, or a value lies outside 0 to 1.

    Examples
    --------
    >>> rgb_to_lab([1.0, 0.0, 0.0]).round(1)
    array([53.2, 80.1, 67.2], dtype=float32)
    """
    rgb = _need.floats(rgb, "rgb", "(3,) or (n, 3)").astype(np.float64)
    if rgb.shape[-1] != 3:
        raise ValueError(f"rgb must have shape (3,) or (n, 3), but its shape is {rgb.shape}")
    if rgb.size and not 0 <= rgb.min() <= rgb.max() <= 1:
        raise ValueError(f"rgb must lie from 0 to 1, but it goes from {rgb.min():g} to {rgb.max():g}")
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _SRGB_TO_XYZ.T / _WHITE_D65  # each 1 for white
    # The cube root models the eye; near black a straight line replaces it, where its slope would be endless.
    x, y, z = np.moveaxis(np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)
