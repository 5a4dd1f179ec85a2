"""Pictures as they are stored: small, described, and the same bytes for as long as they show the same.

A palette serves the file and nobody's screen, so it is the recorder that makes it, not `embedlab.plots`.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from PIL import Image, ImageChops

from embedlab.plots import DESCRIPTION
from tools import notebooks as read

PNG, JPEG = "image/png", "image/jpeg"
LEAST = 100  # pixels, in both directions
INVISIBLE = 8  # of 255 levels: no pixel's red, green or blue differs by more between two pictures that show the same
COARSE = [round(round(level * 32 / 255) * 255 / 32) for level in range(256)]  # 33 levels: no one moves by more than 4


def of(notebook: read.Notebook) -> Iterator[dict[str, Any]]:
    """Every stored output that holds a PNG, as its data."""
    for _, _, output in read.outputs(notebook):
        if PNG in output.get("data", {}):
            yield output["data"]


def faults(outputs: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with the pictures among a cell's outputs, stored or just computed.

    Each must decode and be at least `LEAST` pixels wide and high. Its alternative text stands in three places, which
    must agree: in the metadata, in the text beside it, and in the HTML that follows for screen readers.
    """
    shown, described = [], []
    for output in outputs:
        data, alts = output.get("data", {}), output.get("metadata", {})
        for kind in [kind for kind in (PNG, JPEG) if kind in data]:
            shown.append(str(alts.get(kind, {}).get("alt", "")).strip())
            if not shown[-1]:
                yield "shows a picture without alternative text: use plots.show(fig, alt=…)"
            elif f"[picture] {shown[-1]}" not in data.get("text/plain", "").splitlines():
                yield f"shows a picture whose alternative text is not the text beside it: {shown[-1][:60]}"
            yield from _damage(data[kind], kind)
        described += re.findall(rf"{re.escape(DESCRIPTION)}(.*?)</span>", data.get("text/html", ""), flags=re.S)
    if [unescape(text) for text in described] != shown and all(shown):
        yield "describes its pictures otherwise, or in another order, to screen readers than to others"


def _damage(data: str, kind: str) -> Iterator[str]:
    try:
        picture = Image.open(io.BytesIO(base64.b64decode(data, validate=False)))
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        yield f"shows a picture that cannot be decoded: {error}"
        return
    if min(picture.size) < LEAST:
        yield f"shows a picture of {picture.size[0]} × {picture.size[1]} pixels: at least {LEAST} × {LEAST}"
    if picture.get_format_mimetype() != kind:
        yield f"shows a picture as {kind}, but it is {picture.get_format_mimetype()}"


def same(one: bytes, two: bytes) -> bool:
    """Whether two pictures show the same: equal in size, and nowhere different by more than `INVISIBLE` levels."""
    return _alike(_opened(one), _opened(two))


def smallest(png: bytes) -> bytes:
    """The picture as a PNG with a palette of 256 colours where nobody sees that, else in full colour, packed well.

    `Image.Quantize.MAXCOVERAGE` keeps the rare colours too, so text stays crisp and no gradient shows steps. A picture
    with photographs has too many for it, and keeps 33 levels of each. One with transparent parts stays.
    """
    full = _opened(png)
    if full.mode not in ("RGB", "RGBA") or full.getextrema()[3:] not in ((), ((255, 255),)):
        return png
    full = full.convert("RGB")
    reduced = full.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE)
    stored = reduced if _alike(full, reduced) else full.point(COARSE * 3)
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
