"""Captioned pictures, drawn from a seed: what the course's small picture model was trained on.

`scenes` invents and describes what a picture shows, `wording` puts it into words, `painting` puts it on the canvas
with the outlines of `pictograms`. Whoever uses the wing needs only the names below.
"""

from embedlab.scenes.painting import PALETTE, SIDE
from embedlab.scenes.scenes import (
    BACKGROUNDS,
    COLORS,
    COUNTS,
    OPPOSITE,
    RELATIONS,
    SIZES,
    THINGS,
    Item,
    Scene,
    caption,
    draw,
    draw_many,
    is_unseen,
    sample,
    swapped,
    turned_round,
    unseen_items,
)

__all__ = [
    "BACKGROUNDS", "COLORS", "COUNTS", "OPPOSITE", "PALETTE", "RELATIONS", "SIDE", "SIZES", "THINGS", "Item", "Scene",
    "caption", "draw", "draw_many", "is_unseen", "sample", "swapped", "turned_round", "unseen_items",
]  # fmt: skip
