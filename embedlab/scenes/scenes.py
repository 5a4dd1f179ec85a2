"""Draws the captioned pictures on which the course's small picture model was trained.

A scene says what a picture shows: one kind of thing, once to four times, or two things and how they stand to
each other, on a background. `draw` makes a picture of it, `caption` puts it into words, `sample` invents
scenes. Every random choice comes from a seed: the same scene and seed give the same picture, pixel for pixel.

A fifth of the combinations of thing, colour, size and count is kept away from training (`unseen_items`): what the
model gets right on those, it has put together from parts that it knows.

Must not: know the model, use the network or global random state. The drawings are the project's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from zlib import crc32

import numpy as np
from PIL import Image

from embedlab.scenes import wording
from embedlab.scenes.painting import PALETTE, SIDE, paint
from embedlab.scenes.pictograms import PICTOGRAMS

THINGS: tuple[str, ...] = tuple(PICTOGRAMS)
COLORS: tuple[str, ...] = tuple(PALETTE)
SIZES: tuple[str, ...] = ("small", "large")
COUNTS: tuple[int, ...] = (1, 2, 3, 4)
RELATIONS: tuple[str, ...] = ("left of", "right of", "above", "below")
BACKGROUNDS: tuple[str, ...] = ("light", "dark", "striped", "dotted")

OPPOSITE = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}


@dataclass(frozen=True)
class Item:
    """What is drawn: a thing, its colour, its size, and how many of it.

    Raises
    ------
    ValueError
        If a value is not one of `THINGS`, `COLORS`, `SIZES`, `COUNTS`.
    """

    thing: str
    color: str = "red"
    size: str = "large"
    count: int = 1

    def __post_init__(self) -> None:
        _one_of(self.thing, THINGS, "thing")
        _one_of(self.color, COLORS, "color")
        _one_of(self.size, SIZES, "size")
        _one_of(self.count, COUNTS, "count")


@dataclass(frozen=True)
class Scene:
    """What a picture shows: one item, or two single items and the relation of the first to the second.

    Raises
    ------
    ValueError
        If a name is unknown, if a relation lacks its second item (or the other way round), or if two items
        are related and one of them is drawn more than once.

    Examples
    --------
    >>> scene = Scene(Item("cat", "red"), "left of", Item("house", "blue"))
    >>> caption(scene)
    'a large red cat left of a large blue house'
    """

    item: Item
    relation: str | None = None
    other: Item | None = None
    background: str = "light"

    def __post_init__(self) -> None:
        _one_of(self.background, BACKGROUNDS, "background")
        if (self.relation is None) != (self.other is None):
            raise ValueError(
                f"relation and other belong together, but relation is {self.relation!r} and other is {self.other!r}"
            )
        if self.other is not None:
            _one_of(self.relation, RELATIONS, "relation")
            if self.item.count != 1 or self.other.count != 1:
                raise ValueError("two related items must each have count 1, but one of them has more")

    @property
    def items(self) -> tuple[Item, ...]:
        """The one item or the two, in the order in which the scene names them."""
        return (self.item,) if self.other is None else (self.item, self.other)


def _one_of(value: object, allowed: Sequence[object], name: str) -> None:
    if isinstance(value, bool) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(str, allowed))}, but it is {value!r}")


def _count(n: int, name: str) -> int:
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
        raise ValueError(f"{name} must be a whole number that is not negative, but it is {n!r}")
    return int(n)


# ---------------------------------------------------------------------------------------------- words


def caption(scene: Scene, seed: int | None = None, mention: Iterable[str] = ("size", "color")) -> str:
    """Put a scene into words.

    Parameters
    ----------
    scene : Scene
        What to describe.
    seed : int, optional
        None gives the plain wording, the same each time. A seed varies it: synonyms, "a photo of", "two" or
        "a pair of", "A left of B" or "B right of A".
    mention : iterable of str
        Which of "size", "color" and "background" the caption names. Things, counts and relations are always named.

    Returns
    -------
    str
        Lower-case English without a full stop.

    Raises
    ------
    ValueError
        If `mention` holds another word.

    Examples
    --------
    >>> caption(Scene(Item("cat", "purple", "small", 3)))
    'three small purple cats'
    >>> caption(Scene(Item("cat"), background="dark"), mention=["background"])
    'a cat on a dark background'
    """
    named = set(mention)
    for word in named:
        _one_of(word, ("size", "color", "background"), "mention")
    if seed is None:
        return wording.plain(scene, named)
    rng = np.random.default_rng(seed)
    if scene.other is not None and rng.random() < 0.2:
        scene = turned_round(scene)
    return wording.varied(scene, named, rng)


def turned_round(scene: Scene) -> Scene:
    """Say the same the other way round: "A left of B" becomes "B right of A". The picture stays.

    Raises
    ------
    ValueError
        If the scene has no relation.

    Examples
    --------
    >>> caption(turned_round(Scene(Item("cat"), "above", Item("car", "blue"))))
    'a large blue car below a large red cat'
    """
    other, relation = _related(scene)
    return replace(scene, item=other, relation=OPPOSITE[relation], other=scene.item)


def swapped(scene: Scene) -> Scene:
    """Let the two items change places: the same words, another picture.

    Raises
    ------
    ValueError
        If the scene has no relation.

    Examples
    --------
    >>> caption(swapped(Scene(Item("cat"), "above", Item("car", "blue"))))
    'a large blue car above a large red cat'
    """
    other, _ = _related(scene)
    return replace(scene, item=other, other=scene.item)


def _related(scene: Scene) -> tuple[Item, str]:
    if scene.other is None or scene.relation is None:
        raise ValueError(f"scene must relate two items, but it shows only {caption(scene)!r}")
    return scene.other, scene.relation


# ---------------------------------------------------------------------------------- what was never trained on


@cache
def unseen_items() -> tuple[Item, ...]:
    """List the items that the small picture model never met in training: a fifth of all combinations.

    Of the 88 looks of each thing it is 18, chosen as if by chance. That matters: if training lacked every purple
    cat, "purple, so no cat" would be a rule worth learning, and a model that learned it would be wrong on just those.

    Examples
    --------
    >>> len(unseen_items()), len(THINGS) * len(COLORS) * len(SIZES) * len(COUNTS)
    (324, 1584)
    """
    held: list[Item] = []
    for thing in THINGS:
        looks = [Item(thing, *values) for values in product(COLORS, SIZES, COUNTS)]
        looks.sort(key=_lot)
        held += looks[: round(len(looks) / 5)]
    return tuple(held)


def _lot(item: Item) -> int:
    """A number without a pattern, the same on every machine."""
    return crc32(f"{item.thing} {item.color} {item.size} {item.count}".encode())


def is_unseen(scene: Scene) -> bool:
    """Tell whether a scene shows a combination that was kept away from training.

    Examples
    --------
    >>> is_unseen(Scene(unseen_items()[0])), is_unseen(Scene(Item("cat", "red")))
    (True, False)
    """
    return any(item in unseen_items() for item in scene.items)


def sample(n: int, split: str = "seen", related: float = 0.5, seed: int = 0) -> list[Scene]:
    """Invent scenes.

    Parameters
    ----------
    n : int
        How many.
    split : str
        "seen": only items that training uses; "unseen": only the others; "all": both.
    related : float
        The share of scenes with two related items, 0 to 1; the two always differ in thing and in colour.
    seed : int
        Same seed, same scenes.

    Raises
    ------
    ValueError
        If `n` is negative, `split` unknown or `related` outside 0 to 1.

    Examples
    --------
    >>> scenes = sample(100, split="unseen")
    >>> all(is_unseen(scene) for scene in scenes)
    True
    """
    _one_of(split, ("seen", "unseen", "all"), "split")
    if not 0 <= related <= 1:
        raise ValueError(f"related must lie between 0 and 1, but it is {related!r}")
    held = set(unseen_items())
    every = (Item(*values) for values in product(THINGS, COLORS, SIZES, COUNTS))
    pool = [item for item in every if split == "all" or (item in held) == (split == "unseen")]
    single = [item for item in pool if item.count == 1]
    rng = np.random.default_rng(seed)
    return [_invent(pool, single, rng.random() < related, rng) for _ in range(_count(n, "n"))]


def _invent(pool: list[Item], single: list[Item], related: bool, rng: np.random.Generator) -> Scene:
    background = str(rng.choice(BACKGROUNDS))
    if not related:
        return Scene(pool[rng.integers(len(pool))], background=background)
    first = single[rng.integers(len(single))]
    while True:
        second = single[rng.integers(len(single))]
        if second.thing != first.thing and second.color != first.color:
            return Scene(first, str(rng.choice(RELATIONS)), second, background)


# ------------------------------------------------------------------------------------------------ pictures


def draw(
    what: str | Item | Scene,
    color: str = "red",
    size: str = "large",
    count: int = 1,
    background: str = "light",
    seed: int = 0,
) -> Image.Image:
    """Draw a picture of 64 × 64 pixels.

    Parameters
    ----------
    what : str, Item or Scene
        The name of a thing, with the next four arguments saying how it looks; or an item on a background; or a
        whole scene, which says everything itself.
    color, size, count, background : str, str, int, str
        One of `COLORS`, `SIZES`, `COUNTS`, `BACKGROUNDS`.
    seed : int
        Chooses place, tint, tilt, proportions and the tone of the background.

    Returns
    -------
    PIL.Image.Image
        In RGB mode, 64 × 64.

    Raises
    ------
    ValueError
        If a name is unknown.

    Examples
    --------
    >>> draw("cat", color="purple", count=2).size
    (64, 64)
    """
    if isinstance(what, Scene):
        scene = what
    else:
        item = what if isinstance(what, Item) else Item(what, color, size, count)
        scene = Scene(item, background=background)
    return paint(scene, np.random.default_rng(seed))


def draw_many(scenes: Sequence[Scene], seed: int = 0) -> np.ndarray:
    """Draw a picture of each scene, as one array.

    Parameters
    ----------
    scenes : sequence of Scene, length n
        What to draw.
    seed : int
        Picture `i` depends on this and on `i` only, so a longer list begins with the same pictures.

    Returns
    -------
    numpy.ndarray, shape (n, 64, 64, 3), uint8

    Examples
    --------
    >>> draw_many(sample(3)).shape
    (3, 64, 64, 3)
    """
    pictures = np.empty((len(scenes), SIDE, SIDE, 3), dtype=np.uint8)
    for i, scene in enumerate(scenes):
        pictures[i] = paint(scene, np.random.default_rng((seed, i)))
    return pictures
