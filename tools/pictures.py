"""Pictures as they are stored: small, and the same bytes for as long as they show the same.

A palette serves the file and nobody's screen, so it is the recorder that makes it, not `embedlab.plots`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageChops

from tools import notebooks as read

PNG = "image/png"
INVISIBLE = 8  # of 255 levels: no pixel's red, green or blue differs by more between two pictures that show the same
EVEN = [min(level + level % 2, 255) for level in range(256)]  # the levels without their lowest bit, which is noise


def of(notebook: read.Notebook) -> Iterator[dict[str, Any]]:
    """Every stored output that holds a PNG, as its data."""
    for _, _, output in read.outputs(notebook):
        if PNG in output.get("data", {}):
            yield output["data"]


def same(one: bytes, two: bytes) -> bool:
    """Whether two pictures show the same: equal in size, and nowhere different by more than `INVISIBLE` levels."""
    return _alike(_opened(one), _opened(two))


def smallest(png: bytes) -> bytes:
    """The picture as a PNG with a palette of 256 colours where nobody sees that, else in full colour, packed well.

    `Image.Quantize.MAXCOVERAGE` keeps the rare colours too, so text stays crisp and no gradient shows steps. A picture
    with photographs has too many for it, and loses the lowest bit of each level. One with transparent parts stays.
    """
    full = _opened(png)
    if full.mode not in ("RGB", "RGBA") or full.getextrema()[3:] not in ((), ((255, 255),)):
        return png
    full = full.convert("RGB")
    reduced = full.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE)
    stored = reduced if _alike(full, reduced) else full.point(EVEN * 3)
    return min(png, _packed(stored), key=len)


def settle(notebook: read.Notebook, before: read.Notebook) -> None:
    """Store the pictures of a fresh run: where one of `before` shows the same, with its old bytes, else made small."""
    old = {data[PNG]: base64.b64decode(data[PNG]) for data in of(before)}
    for data in of(notebook):
        fresh = base64.b64decode(data[PNG])
        kept = next((text for text, png in old.items() if same(png, fresh)), None)
        data[PNG] = kept or base64.b64encode(smallest(fresh)).decode()


def _opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def _alike(one: Image.Image, two: Image.Image) -> bool:
    if one.size != two.size:
        return False
    difference = ImageChops.difference(one.convert("RGBA"), two.convert("RGBA"))
    return all(high <= INVISIBLE for _, high in difference.getextrema())


def _packed(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
