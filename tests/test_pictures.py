"""Pictures are stored small where nobody sees it, and keep their bytes for as long as they show the same."""

from __future__ import annotations

import base64
import io

import nbformat
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


FEW = RNG.integers(0, 15, (200, 3))[RNG.integers(0, 200, (60, 80))] * 17  # 200 colours, none near another
FLAT = np.full((60, 80, 3), 100)
SMOOTH = np.asarray(Image.fromarray(RNG.integers(0, 256, (8, 12, 3)).astype(np.uint8)).resize((160, 120), 3)).astype(
    int
)
PHOTOGRAPH = (SMOOTH + RNG.integers(-6, 7, SMOOTH.shape)).clip(1, 254)


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
    assert 0 < np.abs(pixels(old) - pixels(new)).max() <= pictures.NEAR
    assert pictures.smallest(new) == new


def test_colours_that_lie_apart_stay_and_of_those_near_each_other_the_frequent_one():
    new = pictures.smallest(png(FEW))
    assert mode(new) == "P"
    assert (pixels(new) == FEW).all()
    near = FLAT.copy()
    near[:2, :, 0], near[2:4, :, 1] = 100 + pictures.NEAR, 101 + pictures.NEAR
    kept = near.copy()
    kept[:2, :, 0] = 100
    assert (pixels(pictures.smallest(png(near))) == kept).all()


def test_transparent_parts_stay():
    old = png(np.dstack([FEW, np.tile([0, 255], (60, 40))]))
    assert pictures.smallest(old) == old


@pytest.mark.parametrize("background", [0, 255])
def test_a_photograph_keeps_its_colours(background):
    framed = np.pad(PHOTOGRAPH, ((5, 5), (5, 5), (0, 0)), constant_values=background)
    old = png(framed, optimize=True)
    new = pictures.smallest(old)
    assert mode(new) == "RGB"
    assert len(new) < 0.7 * len(old)
    assert 0 < np.abs(pixels(new) - framed).max() <= pictures.NEAR
    assert (pixels(new)[0] == background).all()
    assert pictures.smallest(new) == new


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
        nbformat.v4.new_output("display_data", {"image/png": base64.b64encode(one).decode()}, metadata=alt)
        for one in pngs
    ]
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("stream"), *outputs])
    return nbformat.v4.new_notebook(cells=[cell])


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


def test_the_recorded_pictures_are_stored_anew_without_a_run(tmp_path, monkeypatch):
    path = tmp_path / "15_search.ipynb"
    path.write_text(read.written(shown(figure(), png(PHOTOGRAPH))), encoding="utf-8")
    monkeypatch.setattr(read, "numbered", lambda number: {"15": path}[number])
    pictures.main(["15"])
    assert stored(read.read(path)) == [pictures.smallest(figure()), pictures.smallest(png(PHOTOGRAPH))]
    once = path.read_bytes()
    pictures.main(["15"])
    assert path.read_bytes() == once, "what is small stays as it is"


def test_the_notebooks_are_small_enough_to_clone():
    assert sum(path.stat().st_size for path in read.NOTEBOOKS.rglob("*") if path.suffix in (".ipynb", ".png")) <= 5e6
