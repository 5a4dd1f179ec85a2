"""Pictures as they are stored: small, described, and the same bytes for as long as they show the same.

A palette serves the file and nobody's screen, so it is the recorder that makes it, not `embedlab.plots`. After a change
here, ``python -m tools.pictures`` stores the recorded pictures anew, and `tools.stamp` the README's.
"""

from __future__ import annotations

import base64
import io
import re
import sys
from collections.abc import Iterator
from html import unescape
from typing import Any

import numpy as np
from PIL import Image, ImageChops

from embedlab._files import atomic_write
from embedlab.plots import DESCRIPTION
from tools import notebooks as read

PNG, JPEG = "image/png", "image/jpeg"
LEAST = 100  # pixels, in both directions
INVISIBLE = 8  # of 255 levels: no pixel's red, green or blue differs by more between two pictures that show the same
NEAR = INVISIBLE // 2  # a stored picture differs from its run by no more; another run may as much, and show the same
AREA = 0.05  # of a picture: a colour that fills as much is seen as one, and stays


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
    first, second = _opened(one), _opened(two)
    if first.size != second.size:
        return False
    return all(high <= INVISIBLE for _, high in ImageChops.difference(first, second).getextrema())


def smallest(png: bytes) -> bytes:
    """The picture as a PNG whose red, green and blue differ nowhere by more than `NEAR`, packed well.

    A drawing gets a palette. A photograph has too many colours for one; it is rounded to what PNG stores in little
    room. What was made so stays as it is, and so does a picture with transparent parts.
    """
    full = _opened(png)
    if full.getextrema()[3] != (255, 255):
        return png
    numbers = np.asarray(full).view(np.uint32)[..., 0]  # each colour is one number
    numbers, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    colours = numbers.view(np.uint8).reshape(-1, 4)[:, :3].astype(np.int16)
    stored = _with_palette(colours, places, counts)
    return min(png, _packed(stored or _rounded(colours[places], counts[places])), key=len)


def _with_palette(colours: np.ndarray, places: np.ndarray, counts: np.ndarray) -> Image.Image | None:
    """The picture in the most frequent of its colours, each for all near it; None if it takes more than 256.

    ``places`` tells which of the colours each pixel has, ``counts`` how many pixels have each.
    """
    chosen, left = np.arange(len(colours)), counts.copy()
    for _ in range(256):
        most = left.argmax()
        near = (left > 0) & (np.abs(colours - colours[most]) <= NEAR).all(axis=1)
        chosen[near], left[near] = most, 0
    if left.any():
        return None
    palette, entries = np.unique(chosen, return_inverse=True)
    picture = Image.fromarray(entries.astype(np.uint8)[places])
    picture.putpalette(colours[palette].astype(np.uint8).tobytes())
    return picture


def _rounded(pixels: np.ndarray, frequent: np.ndarray) -> Image.Image:
    """The picture with what PNG's filter 4 leaves of each pixel rounded to a multiple of 2 `NEAR` + 1.

    ``frequent`` tells how many pixels have the colour of each: those of whole areas stay. It goes by diagonals, since a
    pixel is predicted from those on its left and above it.
    """
    (height, width), step = frequent.shape, 2 * NEAR + 1
    stays = (frequent >= AREA * frequent.size)[..., None]
    made = np.pad(np.zeros_like(pixels), ((1, 0), (1, 0), (0, 0)))  # with the zeros that PNG sees on the left and above
    for diagonal in range(height + width - 1):
        y = np.arange(max(0, diagonal - width + 1), min(height, diagonal + 1))
        x = diagonal - y
        neighbours = np.stack([made[y + 1, x], made[y, x + 1], made[y, x]])
        nearest = np.abs(neighbours[0] + neighbours[1] - neighbours[2] - neighbours).argmin(axis=0)
        predicted, wanted = np.take_along_axis(neighbours, nearest[None], axis=0)[0], pixels[y, x]
        close = predicted + step * np.rint((wanted - predicted) / step).astype(np.int16)
        made[y + 1, x + 1] = np.where(stays[y, x], wanted, close.clip(0, 255))
    return Image.fromarray(made[1:, 1:].astype(np.uint8))


def settle(notebook: read.Notebook, before: read.Notebook) -> None:
    """Store the pictures of a fresh run: where one of `before` shows the same, with its old bytes, else made small."""
    old = {data[PNG]: base64.b64decode(data[PNG]) for data in of(before)}
    for data in of(notebook):
        fresh = base64.b64decode(data[PNG])
        kept = next((text for text, png in old.items() if same(png, fresh)), None)
        data[PNG] = kept or _text(smallest(fresh))


def _text(png: bytes) -> str:
    return base64.b64encode(png).decode()


def _opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGBA")


def _packed(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def main(names: list[str]) -> None:
    """Store the pictures of the notebooks with these numbers, or of all, as small as now made, without a run."""
    for path in [read.numbered(name) for name in names] or read.pages():
        notebook = read.read(path)
        for data in of(notebook):
            data[PNG] = _text(smallest(base64.b64decode(data[PNG])))
        atomic_write(path, read.written(notebook))


if __name__ == "__main__":
    main(sys.argv[1:])
