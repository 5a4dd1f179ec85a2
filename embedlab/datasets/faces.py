"""Generated faces: people who do not exist, drawn with NumPy, in as many pictures as wanted.

A face is a row of numbers. The **traits** belong to a person and stay: face width, eye distance, nose length. The
**conditions** belong to one picture and change: where the light comes from, how the head is turned, whether the
mouth smiles. `draw` turns both into a small grey picture, so the truth behind every picture is known, which it never
is with photographs, and nobody's face is needed.

There are two made-up groups. People of group A differ from each other mostly above the nose (eyes, brows, hair),
those of group B mostly below the eyes (nose, mouth, jaw); face width and length differ in both. A model that has
seen few faces of one group has had no reason to learn what tells its members apart. That is one way in which
recognition becomes unequal, put in on purpose; the groups stand for no people, and no number that is measured here
says anything about people.

What to expect: raw pixels see light and pose rather than people (equal error rate about .44 in group A, .47 in B); a
small network that learned from 540 people of A and 60 of B reaches .04 on other people of A and .13 on those of B.
In a first version light, pose and expression outweighed the traits so far that no small network could tell people
apart; they were toned down once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from embedlab import _need

SIDE = 32  #: Pixels of a picture, each way.

_SHARED = ("face width", "face length")
_UPPER = ("eye distance", "eye size", "brow thickness", "brow slant", "hairline", "hair tone")
_LOWER = ("jaw", "nose length", "nose width", "mouth width", "mouth height", "lip thickness")

#: What belongs to a person, in the order of the columns; 0 is the average, 1 one standard deviation more.
TRAITS = (*_SHARED, *_UPPER, *_LOWER)

#: What belongs to one picture, in the order of the columns; each runs from -1 to 1, and 0 is the middle.
CONDITIONS = (
    "light from right", "light from below", "brightness", "turn", "nod", "tilt", "shift right", "shift down",
    "smile", "open mouth", "raised brows", "open eyes", "background",
)  # fmt: skip

#: Standard deviation of each trait within a group, in the order of `TRAITS`.
SPREAD = {
    "A": np.array([0.7] * len(_SHARED) + [1.0] * len(_UPPER) + [0.2] * len(_LOWER)),
    "B": np.array([0.7] * len(_SHARED) + [0.2] * len(_UPPER) + [1.0] * len(_LOWER)),
}

_NOISE = 0.02  # standard deviation of a pixel's noise; black is 0, white is 1
_CHUNK = 128  # pictures drawn at a time


class Faces(NamedTuple):
    """Pictures and who is on them; row ``i`` of every field belongs to the same picture.

    The pictures are grouped by person. Licence: the same as the course's own, since the course draws them.
    """

    pictures: np.ndarray  #: float32, shape (n, 32, 32): 0 is black, 1 is white, in 256 levels.
    identities: np.ndarray  #: int64, shape (n,): number of the person, from 0.
    traits: np.ndarray  #: float64, shape (n, 14): the person's traits, see `TRAITS`.
    conditions: np.ndarray  #: float64, shape (n, 13): how the picture was taken, see `CONDITIONS`.


def sample(identities: int, pictures_each: int, *, group: str = "A", seed: int = 0) -> Faces:
    """Invent people of one group and draw several pictures of each.

    Traits are normally distributed with the group's `SPREAD` around the same average in both groups; conditions are
    drawn evenly from -1 to 1, anew for each picture.

    Parameters
    ----------
    identities : int
        How many people.
    pictures_each : int
        Pictures of each of them.
    group : "A" or "B"
        A differs mostly in eyes, brows and hair, B mostly in nose, mouth and jaw.
    seed : int
        The same seed gives the same people and pictures; another seed or group gives others.

    Returns
    -------
    Faces
        With ``n = identities * pictures_each`` pictures.

    Raises
    ------
    TypeError, ValueError
        If a number is not whole or too small, or the group is unknown.

    Examples
    --------
    >>> faces = sample(3, 2, group="B", seed=1)
    >>> faces.pictures.shape, faces.identities.tolist()
    ((6, 32, 32), [0, 0, 1, 1, 2, 2])
    """
    identities, each = _need.whole(identities, "identities"), _need.whole(pictures_each, "pictures_each")
    spread = SPREAD[_need.one_of(group, "group", SPREAD)]
    rng = np.random.default_rng([_need.whole(seed, "seed", at_least=0), list(SPREAD).index(group)])
    people = rng.normal(size=(identities, len(TRAITS))) * spread
    people = np.clip(people, -2.5, 2.5)
    traits = np.repeat(people, each, axis=0)
    conditions = rng.uniform(-1.0, 1.0, size=(len(traits), len(CONDITIONS)))
    noise = _NOISE * rng.standard_normal((len(traits), SIDE, SIDE))
    pictures = _grey_levels(_brightness(traits, conditions) + noise)
    return Faces(pictures, np.repeat(np.arange(identities), each), traits, conditions)


def draw(traits: np.ndarray, conditions: np.ndarray) -> np.ndarray:
    """Draw faces without noise.

    Parameters
    ----------
    traits : array of shape (n, 14)
        In the order of `TRAITS`; zeros are the average face.
    conditions : array of shape (n, 13)
        In the order of `CONDITIONS`; zeros are a picture from the front with light from the front.

    Returns
    -------
    float32 array of shape (n, 32, 32), each number in [0, 1], in 256 levels.

    Raises
    ------
    ValueError
        If a shape does not fit.

    Examples
    --------
    >>> average = draw(np.zeros((1, len(TRAITS))), np.zeros((1, len(CONDITIONS))))[0]
    >>> bool(np.allclose(average, average[:, ::-1], atol=1e-5))  # from the front, left equals right
    True
    """
    traits, conditions = _need.floats(traits, "traits", "(n, 14)"), _need.floats(conditions, "conditions", "(n, 13)")
    for name, table, wanted in (("traits", traits, TRAITS), ("conditions", conditions, CONDITIONS)):
        if table.shape[1] != len(wanted):
            raise ValueError(f"{name} must have shape (n, {len(wanted)}), but its shape is {table.shape}")
    _need.same_length(traits, conditions, "traits", "conditions")
    return _grey_levels(_brightness(traits, conditions))


def _brightness(traits: np.ndarray, conditions: np.ndarray) -> np.ndarray:
    """How bright each pixel is, (n, 32, 32); drawn in pieces, so that the arrays stay small."""
    pictures = np.empty((len(traits), SIDE, SIDE))
    for start in range(0, len(traits), _CHUNK):
        rows = slice(start, start + _CHUNK)
        pictures[rows] = _draw(_columns(traits[rows], TRAITS), _columns(conditions[rows], CONDITIONS))
    return pictures


def _grey_levels(brightness: np.ndarray) -> np.ndarray:
    """Round to 256 levels, as a camera does: then every processor draws the same picture to the bit."""
    return (np.round(np.clip(brightness, 0, 1) * 255) / 255).astype(np.float32)


def _columns(table: np.ndarray, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Each column by its name, shape (n, 1, 1), ready to meet a grid of pixels."""
    return {name: table[:, i, None, None].astype(np.float64) for i, name in enumerate(names)}


def _draw(t: dict[str, np.ndarray], c: dict[str, np.ndarray]) -> np.ndarray:
    """Pictures (n, 32, 32). Positions run from -1 to 1, right and down; one pixel is 1/16."""
    line = (np.arange(SIDE) + 0.5) / SIDE * 2 - 1
    x, y = line[None, None, :] - 0.05 * c["shift right"], line[None, :, None] - 0.04 * c["shift down"]
    sine, cosine = np.sin(0.12 * c["tilt"]), np.cos(0.12 * c["tilt"])
    x, y = cosine * x + sine * y, cosine * y - sine * x
    width = 0.62 * (1 + 0.09 * t["face width"])
    width = width * (1 - (0.26 + 0.15 * t["jaw"]) * np.maximum(y, 0) ** 1.5)
    height = 0.84 * (1 + 0.06 * t["face length"])
    round_x, round_y = x / width, y / height
    bulge = 1 - round_x**2 - round_y**2  # 1 in the middle of the head, 0 at its edge
    front = (x - 0.12 * c["turn"], y - 0.07 * c["nod"])  # where the face is on the head
    surface = _surface(*front, t, c, round_x)
    lit = surface * _light(round_x, round_y, bulge, c)
    head = _step(bulge / 0.10)
    background = 0.5 + 0.2 * c["background"]
    return background * (1 - head) + head * lit


def _light(x: np.ndarray, y: np.ndarray, bulge: np.ndarray, c: dict[str, np.ndarray]) -> np.ndarray:
    """How bright an egg-shaped head is under a lamp: an even part, and one that falls with the angle."""
    right, below = 0.8 * c["light from right"], 0.5 * c["light from below"] - 0.2
    towards = x * right + y * below + np.sqrt(np.maximum(bulge, 0)) * 0.8
    towards = towards / np.sqrt(right**2 + below**2 + 0.64)
    return (1 + 0.15 * c["brightness"]) * (0.45 + 0.65 * np.maximum(towards, 0))


def _surface(x: np.ndarray, y: np.ndarray, t: dict, c: dict, round_x: np.ndarray) -> np.ndarray:
    """How much light each point of the face gives back: skin, and on it eyes, brows, nose, mouth and hair."""
    tone = 0.18 + 0.13 * (1 + np.tanh(0.8 * t["hair tone"]))
    eye = 0.29 * (1 + 0.18 * t["eye distance"])
    across = np.abs(x) - eye  # from the middle of the nearer eye, outwards
    surface = np.full(np.broadcast_shapes(x.shape, y.shape), 0.82)
    size = np.exp(0.22 * t["eye size"])
    opened = 0.075 * size * (1 + 0.35 * c["open eyes"])
    low = (y + 0.10) / opened
    white = _step((1 - (across / (0.13 * size)) ** 2 - low**2) / 0.5)
    surface = surface + white * 0.16
    pupil = _step((1 - (across**2 + (y + 0.10) ** 2) / (0.062 * size) ** 2) / 0.6)
    surface = surface * (1 - 0.85 * pupil * white)
    brow = y + 0.31 + 0.05 * c["raised brows"] - (0.12 + 0.32 * t["brow slant"]) * across
    thick = 0.05 * np.exp(0.45 * t["brow thickness"])
    brow = _step((1 - (brow / thick) ** 2) / 0.8) * _step((0.17 - np.abs(across)) / 0.03)
    surface = surface + brow * (tone - surface)
    surface = surface * (1 - _nose(x - 0.04 * c["turn"], y, t)) * (1 - _mouth(x, y, t, c))
    hairline = -0.56 - 0.10 * t["hairline"] + 0.22 * round_x**2
    hair = _step((hairline - y) / 0.035)
    return surface + hair * (tone - surface)


def _nose(x: np.ndarray, y: np.ndarray, t: dict[str, np.ndarray]) -> np.ndarray:
    """How much of the light the nose takes: two nostrils and the shadow between them."""
    tip = 0.17 + 0.065 * t["nose length"]
    wide = 0.095 * np.exp(0.36 * t["nose width"])
    nostrils = np.exp(-(((np.abs(x) - wide) / 0.05) ** 2) - ((y - tip) / 0.045) ** 2)
    shadow = np.exp(-np.square(np.square(x / (wide + 0.02))) - ((y - tip - 0.02) / 0.05) ** 2)
    sides = np.exp(-(((np.abs(x) - 0.7 * wide) / 0.035) ** 2)) * _step((tip - y) / 0.05) * _step((y + 0.12) / 0.05)
    return np.minimum(0.55 * nostrils + 0.25 * shadow + 0.22 * sides, 0.8)


def _mouth(x: np.ndarray, y: np.ndarray, t: dict, c: dict) -> np.ndarray:
    """How much of the light the mouth takes: lips that curve, and the dark between them."""
    wide = 0.25 * np.exp(0.30 * t["mouth width"])
    middle = 0.43 + 0.075 * t["mouth height"] - 0.05 * c["smile"] * ((x / wide) ** 2 - 0.4)
    within = _step((wide - np.abs(x)) / 0.04)
    thick = 0.055 * np.exp(0.45 * t["lip thickness"])
    opened = 0.02 + 0.015 * c["open mouth"]
    lips = np.exp(-(((y - middle) / (thick + opened)) ** 2))
    gap = np.exp(-(((y - middle) / opened) ** 2))
    return within * np.minimum(0.5 * lips + 0.4 * gap, 0.9)


def _step(x: np.ndarray) -> np.ndarray:
    """From 0 to 1 without a jagged edge."""
    return 1 / (1 + np.exp(-np.clip(4 * x, -30, 30)))
