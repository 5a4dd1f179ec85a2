"""Puts a scene on the canvas: where its things stand, in which tints, on what background.

Must not: invent or describe scenes; that is the work of `scenes`. It reads a scene's fields and never changes one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from embedlab.scenes.pictograms import pictogram

SIDE = 64  # pixels of a picture, each way
FINENESS = 4  # drawn this many times larger, then averaged down: that is what smooths the edges

PALETTE: dict[str, tuple[int, int, int]] = {
    "black": (22, 22, 26), "white": (248, 248, 248), "red": (215, 30, 38), "green": (38, 160, 66),
    "yellow": (250, 216, 38), "blue": (36, 84, 214), "brown": (122, 72, 34), "orange": (247, 134, 22),
    "pink": (248, 150, 196), "purple": (126, 46, 168), "grey": (134, 134, 136),
}  # fmt: skip

# Longest side in pixels. A lone large thing may fill more of the picture; the gap between the sizes stays wide.
PIXELS = {"small": (18.5, 22.0), "large": (27.5, 30.5), "large alone": (32.0, 38.0)}


class Placed(NamedTuple):
    """One thing on the canvas: centre and longest side in pixels of the finished picture."""

    item: Any
    x: float
    y: float
    side: float


def paint(scene: Any, rng: np.random.Generator) -> Image.Image:
    """Paint a scene, 64 × 64 pixels; `rng` chooses everything that the scene leaves open."""
    placed = arrange(scene, rng)
    tints = [_tint(PALETTE[one.item.color], rng) for one in placed]
    canvas = _backdrop(scene.background, tints, rng)
    brush = ImageDraw.Draw(canvas)
    for one, tint in zip(placed, tints, strict=True):
        _paint_thing(brush, one, tint, rng)
    return canvas.reduce(FINENESS)


def arrange(scene: Any, rng: np.random.Generator) -> list[Placed]:
    """Choose a centre and a length for each thing so that none overlaps another or leaves the picture."""
    if scene.other is not None:
        return _place_related(scene, scene.other, rng)
    item = scene.item
    if item.count == 1 and item.size == "large":
        x, y = SIDE / 2 + rng.uniform(-6, 6, 2)
        return [Placed(item, x, y, rng.uniform(*PIXELS["large alone"]))]
    return [_place_in_quarter(item, int(quarter), rng) for quarter in rng.permutation(4)[: item.count]]


def _place_in_quarter(item: Any, quarter: int, rng: np.random.Generator) -> Placed:
    """Put one thing somewhere in a quarter of the picture, so that several never touch."""
    side, half = rng.uniform(*PIXELS[item.size]), SIDE / 2
    play = (half - side) / 2 - 0.5  # half a pixel is for the outline
    x, y = rng.uniform(-play, play, 2)
    return Placed(item, (quarter % 2 + 0.5) * half + x, (quarter // 2 + 0.5) * half + y, side)


def _place_related(scene: Any, other: Any, rng: np.random.Generator) -> list[Placed]:
    near, far = rng.uniform(15.5, 17.0), rng.uniform(SIDE - 17.0, SIDE - 15.5)
    along = (near, far) if scene.relation in ("left of", "above") else (far, near)
    level = SIDE / 2 + rng.uniform(-5, 5)
    placed = []
    for item, position in zip((scene.item, other), along, strict=True):
        side = rng.uniform(*PIXELS[item.size])
        across = float(np.clip(level + rng.uniform(-3, 3), side / 2 + 1, SIDE - side / 2 - 1))
        position = float(np.clip(position, side / 2 + 1, SIDE - side / 2 - 1))
        sideways = scene.relation in ("left of", "right of")
        placed.append(Placed(item, *((position, across) if sideways else (across, position)), side))
    return placed


def _tint(color: tuple[int, int, int], rng: np.random.Generator) -> np.ndarray:
    """A slightly different tone of a colour: shape (3,), 0 to 255."""
    return np.clip(np.array(color) * rng.uniform(0.94, 1.04) + rng.uniform(-8, 8, 3), 0, 255)


def _backdrop(kind: str, tints: list[np.ndarray], rng: np.random.Generator) -> Image.Image:
    """A background four times too large, in a tone that stands off from every tint of the picture."""
    dark = kind == "dark" or (kind != "light" and rng.random() < 0.4)
    candidates = rng.uniform(*((20, 72) if dark else (182, 246)), 6)[:, None] + rng.uniform(-12, 12, (6, 3))
    distance = np.abs(candidates[:, None] - np.stack(tints)).sum(axis=2).min(axis=1)
    tone = candidates[distance.argmax()]
    drift = rng.uniform(-10, 10, (2, 2, 1)) * np.ones(3)
    corners = np.clip(tone + drift, 0, 255).astype(np.uint8)
    canvas = Image.fromarray(corners).resize((SIDE * FINENESS, SIDE * FINENESS), Image.Resampling.BILINEAR)
    if kind in ("striped", "dotted"):
        mark = tuple(int(v) for v in np.clip(tone + (26 if dark else -26), 0, 255))
        (_stripes if kind == "striped" else _dots)(ImageDraw.Draw(canvas), mark, rng)
    return canvas


def _stripes(brush: ImageDraw.ImageDraw, mark: tuple[int, ...], rng: np.random.Generator) -> None:
    whole, step = SIDE * FINENESS, int(rng.integers(6, 10)) * FINENESS
    slant = int(rng.choice([-1, 0, 1])) * whole
    for x in range(-whole - int(rng.integers(step)), 2 * whole, step):
        brush.line([(x, 0), (x + slant, whole)], fill=mark, width=int(step * 0.4))


def _dots(brush: ImageDraw.ImageDraw, mark: tuple[int, ...], rng: np.random.Generator) -> None:
    whole, step = SIDE * FINENESS, int(rng.integers(7, 11)) * FINENESS
    radius, shift = step * 0.2, int(rng.integers(step))
    for row, y in enumerate(range(-shift, whole + step, step)):
        for x in range(-shift + (row % 2) * step // 2, whole + step, step):
            brush.ellipse([x - radius, y - radius, x + radius, y + radius], fill=mark)


def _paint_thing(brush: ImageDraw.ImageDraw, one: Placed, tint: np.ndarray, rng: np.random.Generator) -> None:
    parts = pictogram(one.item.thing, rng, tilt=rng.uniform(-0.15, 0.15))
    bright = tint @ (0.3, 0.59, 0.11)  # as bright as the eye sees it
    tones = {
        "body": tint,
        "shade": tint * 0.72 if bright > 60 else tint + 45,
        "ink": np.full(3, 25.0) if bright > 100 else np.full(3, 240.0),
    }
    fills = {role: tuple(int(v) for v in tone) for role, tone in tones.items()}
    edge = tuple(int(v) for v in (tint * 0.55 if bright > 60 else tint + 70))
    corners = [[(x, y) for x, y in (part.points * one.side + (one.x, one.y)) * FINENESS] for part in parts]
    for part, points in zip(parts, corners, strict=True):
        if part.role != "ink":  # the outline of the whole comes first, so that no line runs across the inside
            brush.line([*points, points[0], points[1]], fill=edge, width=FINENESS, joint="curve")
    for part, points in zip(parts, corners, strict=True):
        brush.polygon(points, fill=fills[part.role])
