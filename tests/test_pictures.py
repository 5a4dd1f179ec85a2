"""Pictures are stored small where nobody sees it, and keep their bytes for as long as they show the same."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from embedlab import plots
from tools import notebooks as read
from tools import pictures

RNG = np.random.default_rng(0)


def png(pixels, **options):
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(buffer, "PNG", **options)
    return buffer.getvalue()


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def mode(png):
    return Image.open(io.BytesIO(png)).mode


FEW = RNG.integers(0, 256, (200, 3))[RNG.integers(0, 200, (60, 80))]  # 200 colours
FLAT = np.full((60, 80, 3), 100)
PHOTOGRAPH = RNG.integers(0, 256, (120, 160, 3))


def figure():
    fig, ax = plots.figure()
    ax.plot([0, 1, 3], [1, 0, 2], label="three points, two lines")
    ax.legend()
    return plots.png(fig)


def test_a_figure_gets_a_palette_and_looks_the_same():
    old = figure()
    new = pictures.smallest(old)
    assert (mode(old), mode(new)) == ("RGBA", "P")
    assert len(new) < len(old) / 2
    assert np.abs(pixels(old) - pixels(new)).max() <= pictures.INVISIBLE
    assert pictures.smallest(new) == new


def test_up_to_256_colours_nothing_changes():
    new = pictures.smallest(png(FEW))
    assert mode(new) == "P"
    assert (pixels(new) == FEW).all()
    old = png(np.dstack([FEW, np.tile([0, 255], (60, 40))]))
    assert pictures.smallest(old) == old


@pytest.mark.parametrize("background", [0, 255])
def test_a_photograph_keeps_its_colours(background):
    framed = np.pad(PHOTOGRAPH, ((5, 5), (5, 5), (0, 0)), constant_values=background)
    old = png(framed)
    new = pictures.smallest(old)
    assert mode(new) == "RGB"
    assert len(new) < len(old)
    assert 0 < np.abs(pixels(new) - framed).max() <= 4
    assert (pixels(new)[0] == background).all()


@pytest.mark.parametrize(("levels", "alike"), [(0, True), (8, True), (9, False), (-8, True), (-9, False)])
@pytest.mark.parametrize("channel", [0, 1, 2])
def test_one_pixel_of_another_colour(levels, alike, channel):
    other = FLAT.copy()
    other[3, 5, channel] += levels
    assert pictures.same(png(FLAT), png(other)) is alike


def test_another_size_is_another_picture_and_a_palette_is_not():
    assert not pictures.same(png(FLAT), png(FLAT[:-1]))
    assert pictures.same(figure(), pictures.smallest(figure()))


def shown(*pngs):
    alt = {"image/png": {"alt": "a dot"}}
    outputs = [
        {"output_type": "display_data", "metadata": alt, "data": {"image/png": base64.b64encode(one).decode()}}
        for one in pngs
    ]
    return {"cells": [{"cell_type": "code", "source": "", "outputs": [{"output_type": "stream"}, *outputs]}]}


def stored(notebook):
    return [base64.b64decode(data["image/png"]) for data in pictures.of(notebook)]


def test_what_shows_the_same_keeps_its_bytes_wherever_it_stands():
    first, second = png(FLAT, compress_level=1), png(PHOTOGRAPH, compress_level=1)
    notebook = shown(png(FEW), png(PHOTOGRAPH), png(FLAT + 1))
    pictures.settle(notebook, shown(first, second))
    assert stored(notebook) == [pictures.smallest(png(FEW)), second, first]
    assert all(
        output["metadata"] == {"image/png": {"alt": "a dot"}} for _, _, output in list(read.outputs(notebook))[1:]
    )
    notebook = shown(png(FLAT + 20))
    pictures.settle(notebook, shown(png(FLAT)))
    assert stored(notebook) == [pictures.smallest(png(FLAT + 20))]
