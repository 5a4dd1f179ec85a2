"""The shapes of the things that `scenes` draws, as outlines in a unit box.

A pictogram is a list of parts, each a closed polygon with a role: what is filled with the thing's colour
(`body`), what is a darker tone of it (`shade`), and what must stand out against it (`ink`). Every call varies
the proportions a little, so that no two cats are the same.

Must not: know colours, pixels or backgrounds. `x` runs to the right and `y` downwards, as in a picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

FULL_TURN = 2 * np.pi


class Part(NamedTuple):
    """One closed polygon of a pictogram: its role and its corners, an array of shape (n, 2)."""

    role: str
    points: np.ndarray


def _part(role: str) -> Callable[[object], Part]:
    return lambda points: Part(role, np.asarray(points, dtype=float))


_body, _shade, _ink = map(_part, ("body", "shade", "ink"))


def _arc(x: float, y: float, rx: float, ry: float, start: float, stop: float, corners: int = 20) -> np.ndarray:
    """Corners along an elliptic arc; angles in radians, clockwise on the screen."""
    angles = np.linspace(start, stop, corners)
    return np.column_stack([x + rx * np.cos(angles), y + ry * np.sin(angles)])


def _oval(x: float, y: float, rx: float, ry: float | None = None) -> np.ndarray:
    """Corners of an ellipse; a circle if only one radius is given."""
    return _arc(x, y, rx, rx if ry is None else ry, 0, FULL_TURN, 33)[:-1]


def _box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def _band(outer: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """The area between two arcs that run the same way, as one polygon."""
    return np.concatenate([outer, inner[::-1]])


def _circle(rng: np.random.Generator) -> list[Part]:
    return [_body(_oval(0, 0, 0.5))]


def _square(rng: np.random.Generator) -> list[Part]:
    return [_body(_box(-0.5, -0.5, 0.5, 0.5))]


def _triangle(rng: np.random.Generator) -> list[Part]:
    return [_body([(rng.uniform(-0.08, 0.08), -0.46), (0.52, 0.44), (-0.52, 0.44)])]


def _star(rng: np.random.Generator) -> list[Part]:
    angles = np.arange(10) * FULL_TURN / 10 - np.pi / 2
    radii = np.where(np.arange(10) % 2 == 0, 0.5, rng.uniform(0.19, 0.23))
    return [_body(np.column_stack([radii * np.cos(angles), radii * np.sin(angles)]))]


def _heart(rng: np.random.Generator) -> list[Part]:
    turn = np.linspace(0, FULL_TURN, 40)[:-1]
    x = 0.5 * np.sin(turn) ** 3
    y = -(13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn) - np.cos(4 * turn)) / 32
    return [_body(np.column_stack([x, y * rng.uniform(0.95, 1.08)]))]


def _cross(rng: np.random.Generator) -> list[Part]:
    arm = rng.uniform(0.14, 0.18)
    quarter = [(-arm, -0.5), (arm, -0.5), (arm, -arm)]
    corners = [quarter]
    for _ in range(3):  # a quarter turn at a time
        corners.append([(-y, x) for x, y in corners[-1]])
    return [_body(np.concatenate(corners))]


def _moon(rng: np.random.Generator) -> list[Part]:
    opening = rng.uniform(0.95, 1.1)
    outer = _arc(0, 0, 0.5, 0.5, opening, FULL_TURN - opening, 28)
    tip_x, tip_y = outer[0]
    reach = np.hypot(tip_x - 0.28, tip_y)
    angle = np.arctan2(tip_y, tip_x - 0.28)
    inner = _arc(0.28, 0, reach, reach, angle, FULL_TURN - angle, 20)
    return [_body(_band(outer, inner))]


def _ring(rng: np.random.Generator) -> list[Part]:
    hole = rng.uniform(0.25, 0.3)
    outer, inner = _arc(0, 0, 0.5, 0.5, 0, FULL_TURN, 40), _arc(0, 0, hole, hole, 0, FULL_TURN, 40)
    return [_body(_band(outer, inner))]


def _cat(rng: np.random.Generator) -> list[Part]:
    """A cat that sits and looks at us: pointed ears, whiskers, a tail that curls up at its side."""
    ear, width = rng.uniform(0.15, 0.2), rng.uniform(0.19, 0.23)
    tail = _band(_arc(0.2, 0.22, 0.27, 0.3, 1.6, -0.9), _arc(0.2, 0.22, 0.18, 0.21, 1.6, -0.9))
    head_y = -0.2
    ears = [
        _body([(s * 0.25, head_y + 0.02), (s * 0.24, head_y - 0.17 - ear), (s * 0.03, head_y - 0.15)]) for s in (-1, 1)
    ]
    belly = np.concatenate([_arc(0, 0.28, width, 0.38, np.pi, FULL_TURN), [(width, 0.5), (-width, 0.5)]])
    eyes = [_ink(_oval(s * 0.1, head_y - 0.03, 0.037, 0.055)) for s in (-1, 1)]
    nose = _ink([(-0.035, head_y + 0.07), (0.035, head_y + 0.07), (0, head_y + 0.11)])
    whiskers = [
        _ink([(s * 0.12, head_y + 0.08), (s * 0.34, head_y + y), (s * 0.34, head_y + y + 0.022)])
        for s in (-1, 1)
        for y in (0.05, 0.12)
    ]
    return [_body(tail), _body(belly), *ears, _body(_oval(0, head_y, 0.26, 0.21)), *eyes, nose, *whiskers]


def _dog(rng: np.random.Generator) -> list[Part]:
    """A dog that stands sideways: long muzzle, hanging ear, four legs, tail in the air."""
    leg, tail = rng.uniform(0.28, 0.34), rng.uniform(-0.3, -0.2)
    legs = [_body(_box(x, 0.05, x + 0.09, 0.06 + leg)) for x in (-0.36, -0.23, 0.06, 0.19)]
    trunk = _body(_oval(-0.04, 0.02, 0.34, 0.15))
    wag = _body([(-0.3, -0.05), (-0.5, tail), (-0.45, tail - 0.04), (-0.22, -0.08)])
    neck = _body([(0.08, -0.06), (0.16, -0.3), (0.36, -0.2), (0.3, 0.08)])
    head = _body(_oval(0.26, -0.26, 0.15, 0.14))
    muzzle = _body([(0.3, -0.33), (0.52, -0.25), (0.52, -0.14), (0.3, -0.13)])
    ear = _shade(_oval(0.16, -0.2, 0.065, 0.15))
    return [wag, *legs, trunk, neck, head, muzzle, ear, _ink(_oval(0.3, -0.29, 0.03)), _ink(_oval(0.5, -0.235, 0.035))]


def _house(rng: np.random.Generator) -> list[Part]:
    eaves, door = rng.uniform(-0.12, -0.04), rng.uniform(-0.02, 0.08)
    roof = _shade([(-0.5, eaves), (0, -0.5), (0.5, eaves)])
    chimney = _shade(_box(0.2, -0.45, 0.32, -0.15))
    walls = _body(_box(-0.4, eaves, 0.4, 0.48))
    window = _ink(_box(-0.29, 0.06, -0.1, 0.24))
    return [chimney, walls, roof, window, _ink(_box(door, 0.14, door + 0.2, 0.48))]


def _tree(rng: np.random.Generator) -> list[Part]:
    spread = rng.uniform(0.19, 0.23)
    trunk = _shade(_box(-0.07, 0.05, 0.07, 0.5))
    crown = [(0, -0.28), (-0.2, -0.08), (0.2, -0.08), (0, -0.04)]
    return [trunk, *(_body(_oval(x, y, spread)) for x, y in crown)]


def _car(rng: np.random.Generator) -> list[Part]:
    roof, nose = rng.uniform(-0.26, -0.2), rng.uniform(0.42, 0.5)
    cabin = _body([(-0.34, 0.0), (-0.22, roof), (0.12, roof), (0.28, 0.0)])
    hull = _body([(-0.5, 0.02), (-0.46, -0.05), (nose, -0.03), (0.5, 0.05), (0.5, 0.18), (-0.5, 0.18)])
    panes = [
        _ink([(-0.25, -0.03), (-0.18, roof + 0.05), (-0.07, roof + 0.05), (-0.07, -0.03)]),
        _ink([(-0.02, -0.03), (-0.02, roof + 0.05), (0.09, roof + 0.05), (0.19, -0.03)]),
    ]
    tyres = [_ink(_oval(x, 0.19, 0.115)) for x in (-0.27, 0.27)]
    hubs = [_body(_oval(x, 0.19, 0.05)) for x in (-0.27, 0.27)]
    return [cabin, hull, *panes, *tyres, *hubs]


def _fish(rng: np.random.Generator) -> list[Part]:
    height, tail = rng.uniform(0.2, 0.26), rng.uniform(0.18, 0.24)
    fin = _body([(-0.22, 0), (-0.5, -tail), (-0.42, 0), (-0.5, tail)])
    back = _shade([(-0.08, -height + 0.03), (0.0, -height - 0.12), (0.18, -height + 0.06)])
    gill = _shade(_band(_arc(0.12, 0, 0.1, 0.15, -1.2, 1.2), _arc(0.09, 0, 0.1, 0.15, -1.2, 1.2)))
    return [fin, back, _body(_oval(0.1, 0, 0.4, height)), gill, _ink(_oval(0.33, -0.05, 0.045))]


def _sun(rng: np.random.Generator) -> list[Part]:
    rays, start = int(rng.integers(8, 11)), rng.uniform(0, FULL_TURN)
    beams = []
    for angle in start + np.arange(rays) * FULL_TURN / rays:
        sides = np.array([(0.32, -0.07), (0.5, 0), (0.32, 0.07)])
        turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
        beams.append(_body(sides @ turn))
    return [*beams, _body(_oval(0, 0, 0.26))]


def _cup(rng: np.random.Generator) -> list[Part]:
    foot = rng.uniform(0.22, 0.28)
    handle = _body(_band(_arc(0.25, 0.02, 0.25, 0.24, -1.5, 1.5), _arc(0.25, 0.02, 0.14, 0.13, -1.5, 1.5)))
    side = np.concatenate([[(-0.34, -0.34)], [(0.34, -0.34)], _arc(0, 0.3, foot, 0.12, 0, np.pi)])
    return [handle, _body(side), _shade(_oval(0, -0.34, 0.34, 0.09))]


def _flower(rng: np.random.Generator) -> list[Part]:
    petals, start = int(rng.integers(5, 7)), rng.uniform(0, FULL_TURN)
    stem, bend = _shade(_box(-0.03, -0.1, 0.03, 0.5)), rng.uniform(0.25, 0.35)
    leaves = [
        _shade([(0, 0.44), (s * 0.12, bend - 0.05), (s * 0.27, bend - 0.06), (s * 0.2, bend + 0.1)]) for s in (-1, 1)
    ]
    turn = start + np.arange(petals) * FULL_TURN / petals
    crown = [_body(_oval(0.16 * np.cos(a), -0.2 + 0.16 * np.sin(a), 0.125)) for a in turn]
    return [stem, *leaves, *crown, _ink(_oval(0, -0.2, 0.085))]


def _boat(rng: np.random.Generator) -> list[Part]:
    mast, keel = rng.uniform(-0.04, 0.04), rng.uniform(0.26, 0.32)
    hull = _body([(-0.5, 0.18), (0.5, 0.18), (keel, 0.46), (-keel, 0.46)])
    pole = _shade(_box(mast - 0.025, -0.5, mast + 0.025, 0.2))
    sail = _body([(mast + 0.05, -0.46), (mast + 0.05, 0.1), (mast + 0.4, 0.1)])
    jib = _body([(mast - 0.05, -0.32), (mast - 0.05, 0.1), (mast - 0.32, 0.1)])
    return [pole, hull, sail, jib]


PICTOGRAMS: dict[str, Callable[[np.random.Generator], list[Part]]] = {
    "circle": _circle, "square": _square, "triangle": _triangle, "star": _star, "heart": _heart, "cross": _cross,
    "moon": _moon, "ring": _ring, "cat": _cat, "dog": _dog, "house": _house, "tree": _tree, "car": _car,
    "fish": _fish, "sun": _sun, "cup": _cup, "flower": _flower, "boat": _boat,
}  # fmt: skip


def pictogram(thing: str, rng: np.random.Generator, tilt: float = 0.0) -> list[Part]:
    """Draw up one thing: its parts, centred, with a longest side of exactly 1.

    Parameters
    ----------
    thing : str
        A key of `PICTOGRAMS`.
    rng : numpy.random.Generator
        Chooses the proportions and, for things with a front, the side that it faces.
    tilt : float
        A turn in radians, clockwise on the screen.

    Returns
    -------
    list of Part
        In the order of drawing.

    Raises
    ------
    KeyError
        If the thing is unknown; `scenes` checks the name before.

    Examples
    --------
    >>> parts = pictogram("square", np.random.default_rng(0))
    >>> parts[0].role, parts[0].points.min(), parts[0].points.max()
    ('body', np.float64(-0.5), np.float64(0.5))
    """
    parts = PICTOGRAMS[thing](rng)
    mirror = np.array([rng.choice([-1.0, 1.0]), 1.0])
    turn = np.array([(np.cos(tilt), np.sin(tilt)), (-np.sin(tilt), np.cos(tilt))])
    turned = [part.points * mirror @ turn for part in parts]
    corners = np.concatenate(turned)
    low, high = corners.min(axis=0), corners.max(axis=0)
    return [
        Part(part.role, (points - (low + high) / 2) / (high - low).max())
        for part, points in zip(parts, turned, strict=True)
    ]
