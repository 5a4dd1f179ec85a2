"""Scenes: what is composed, how it is worded, what is drawn."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedlab import scenes
from embedlab.scenes import COLORS, PALETTE, SIZES, THINGS, Item, Scene, caption, draw
from embedlab.scenes.painting import PIXELS, arrange
from embedlab.scenes.pictograms import PICTOGRAMS, pictogram

ALL = ("size", "color", "background")
CAT = Item("cat")
EVERY = {Item(*values) for values in itertools.product(THINGS, COLORS, SIZES, scenes.COUNTS)}
items = st.builds(Item, st.sampled_from(THINGS), st.sampled_from(COLORS), st.sampled_from(SIZES))
grouped = st.builds(replace, items, count=st.sampled_from(scenes.COUNTS))
grounds = st.sampled_from(scenes.BACKGROUNDS)
some_scenes = st.one_of(
    st.builds(Scene, grouped, background=grounds),
    st.builds(Scene, items, st.sampled_from(scenes.RELATIONS), items, grounds),
)


# ------------------------------------------------------------------------------------------------ composing


REFUSED = [
    (lambda: Item("gnu"), "thing must be one of circle, square, .*, but it is 'gnu'"),
    (lambda: Item("cat", "teal"), "color must be one of black, .*, but it is 'teal'"),
    (lambda: Item("cat", size="big"), "size must be one of small, large, but it is 'big'"),
    (lambda: Item("cat", count=5), "count must be one of 1, 2, 3, 4, but it is 5"),
    (lambda: Item("cat", count=True), "count must be one of 1, 2, 3, 4, but it is True"),
    (lambda: Scene(CAT, "above"), "relation and other belong together, but relation is 'above' and other is None"),
    (lambda: Scene(CAT, other=CAT), "relation and other belong together, but relation is None"),
    (lambda: Scene(CAT, "near", CAT), "relation must be one of left of, .*, but it is 'near'"),
    (lambda: Scene(CAT, "above", Item("dog", count=2)), "two related items must each have count 1"),
    (lambda: Scene(CAT, background="blue"), "background must be one of light, .*, but it is 'blue'"),
    (lambda: scenes.swapped(Scene(CAT)), "scene must relate two items, but it shows only 'a large red cat'"),
    (lambda: scenes.turned_round(Scene(CAT)), "scene must relate two items, but it shows only 'a large red cat'"),
    (lambda: caption(Scene(CAT), mention=["tilt"]), "mention must be one of size, color, background, .* is 'tilt'"),
    (lambda: scenes.sample(-1), "n must be a whole number that is not negative, but it is -1"),
    (lambda: scenes.sample(1.5), "n must be a whole number that is not negative, but it is 1.5"),
    (lambda: scenes.sample(1, split="test"), "split must be one of seen, unseen, all, but it is 'test'"),
    (lambda: scenes.sample(1, related=2), "related must lie between 0 and 1, but it is 2"),
]


@pytest.mark.parametrize("make, message", REFUSED)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@given(some_scenes.filter(lambda scene: scene.other is not None))
def test_turning_round_and_swapping_twice_change_nothing(scene):
    assert scenes.turned_round(scenes.turned_round(scene)) == scene
    assert scenes.swapped(scenes.swapped(scene)) == scene


# ---------------------------------------------------------------------------------------------- what is unseen


def test_a_fifth_is_held_out_and_no_pair_of_values_gives_that_away():
    held = set(scenes.unseen_items())
    assert len(held) / len(EVERY) == pytest.approx(0.2, abs=0.01)
    for first, second in itertools.combinations(("thing", "color", "size", "count"), 2):
        pairs, seen = (Counter((getattr(i, first), getattr(i, second)) for i in part) for part in (held, EVERY - held))
        assert min(seen.values()) >= 2
        for side in (0, 1):
            assert {pair[side] for pair in pairs} == {pair[side] for pair in seen}, "every value is on both sides"


@pytest.mark.parametrize("split, expected", [("seen", {False}), ("unseen", {True}), ("all", {False, True})])
def test_sample_keeps_to_its_split(split, expected):
    drawn = scenes.sample(300, split, seed=3)
    assert {item in scenes.unseen_items() for s in drawn for item in s.items} == expected
    assert {scenes.is_unseen(scene) for scene in drawn} == expected


def test_sample_covers_every_value_and_obeys_its_share_of_relations():
    drawn = scenes.sample(2000, "seen", related=0.5, seed=1)
    assert drawn[:50] == scenes.sample(50, seed=1) != scenes.sample(50, seed=2)
    assert {s.item.thing for s in drawn} == set(THINGS)
    assert {s.item.color for s in drawn} == set(COLORS)
    assert {s.item.count for s in drawn} == set(scenes.COUNTS)
    assert {s.background for s in drawn} == set(scenes.BACKGROUNDS)
    assert {s.relation for s in drawn} == {None, *scenes.RELATIONS}
    assert np.mean([s.other is not None for s in drawn]) == pytest.approx(0.5, abs=0.05)
    assert all(s.item.thing != s.other.thing and s.item.color != s.other.color for s in drawn if s.other)
    assert all(s.other is None for s in scenes.sample(50, related=0))
    assert all(s.other is not None for s in scenes.sample(50, related=1))


# -------------------------------------------------------------------------------------------------- captions


@pytest.mark.parametrize(
    "scene, mention, words",
    [
        (Scene(Item("cat", "red")), ("size", "color"), "a large red cat"),
        (Scene(Item("cat", "orange")), ("color",), "an orange cat"),
        (Scene(Item("cat")), (), "a cat"),
        (Scene(Item("fish", "blue", "small", 2)), ("size", "color"), "two small blue fish"),
        (Scene(Item("cross", "blue", "small", 4)), (), "four crosses"),
        (Scene(Item("sun"), background="dark"), ("background",), "a sun on a dark background"),
        (Scene(Item("cat", "red"), "below", Item("car", "grey", "small")), ("color",), "a red cat below a grey car"),
    ],
)
def test_plain_caption(scene, mention, words):
    assert caption(scene, mention=mention) == words


def test_wording_varies_with_the_seed_and_only_with_it():
    scene = Scene(Item("cat", "grey", "small", 2))
    worded = [caption(scene, seed) for seed in range(300)]
    assert worded == [caption(scene, seed) for seed in range(300)]
    assert len(set(worded)) > 50
    assert {"two small grey cats", "a pair of small grey cats"} <= set(worded)
    spoken = " ".join(worded).split()
    assert {"drawing", "photo", "2", "two", "gray", "grey", "kitties", "cats", "tiny", "little"} <= set(spoken)


@given(some_scenes, st.integers(0, 10**6))
def test_articles_agree_and_only_known_words_come(scene, seed):
    words = caption(scene, seed, ALL).split()
    for article, following in itertools.pairwise(words):
        if article in ("a", "an"):
            assert (article == "an") == (following[0] in "aeiou")
    assert len(words) <= 25


# -------------------------------------------------------------------------------------------------- pictures


def test_draw_in_one_call_gives_a_small_rgb_picture():
    picture = draw("cat", color="purple", size="small", count=3, background="dotted", seed=5)
    assert (picture.mode, picture.size) == ("RGB", (64, 64))
    same = draw(Scene(Item("cat", "purple", "small", 3), background="dotted"), seed=5)
    assert picture.tobytes() == same.tobytes()
    assert picture.tobytes() != draw("cat", "purple", "small", 3, "dotted", seed=6).tobytes()
    assert draw(Item("cat"), background="dark").tobytes() == draw("cat", background="dark").tobytes()
    assert tuple(PICTOGRAMS) == THINGS
    shapes = np.stack([np.asarray(draw(thing, "black", seed=0).convert("L")) < 80 for thing in THINGS])
    assert len({shape.tobytes() for shape in shapes}) == len(THINGS)


def test_draw_many_begins_alike_whatever_its_length():
    listed = scenes.sample(6, seed=2)
    pictures = scenes.draw_many(listed, seed=9)
    assert pictures.shape == (6, 64, 64, 3)
    assert pictures.dtype == np.uint8
    np.testing.assert_array_equal(pictures[:3], scenes.draw_many(listed[:3], seed=9))
    assert not np.array_equal(pictures, scenes.draw_many(listed, seed=10))
    assert scenes.draw_many([]).shape == (0, 64, 64, 3)


@pytest.mark.parametrize("thing", THINGS)
def test_pictogram_fills_its_box_and_varies(thing):
    outlines = []
    for seed in range(5):
        parts = pictogram(thing, np.random.default_rng(seed), tilt=0.1)
        corners = np.concatenate([part.points for part in parts])
        assert np.ptp(corners, axis=0).max() == pytest.approx(1)
        assert corners.min(axis=0) + corners.max(axis=0) == pytest.approx(0, abs=1e-12)
        assert "body" in {part.role for part in parts} <= {"body", "shade", "ink"}
        outlines.append(corners)
    if thing not in ("circle", "square"):
        assert any(a.shape != outlines[0].shape or not np.allclose(a, outlines[0]) for a in outlines[1:])


@given(some_scenes, st.integers(0, 10**6))
@settings(max_examples=300)
def test_things_stay_inside_and_never_overlap(scene, seed):
    placed = arrange(scene, np.random.default_rng(seed))
    assert len(placed) == sum(item.count for item in scene.items)
    for one in placed:
        for middle in (one.x, one.y):
            assert one.side / 2 <= middle <= scenes.SIDE - one.side / 2
    for a, b in itertools.combinations(placed, 2):
        assert max(abs(a.x - b.x), abs(a.y - b.y)) >= (a.side + b.side) / 2 - 1


@given(some_scenes, st.integers(0, 10**6))
def test_large_is_clearly_larger_than_small(scene, seed):
    low, high = PIXELS["small"][1], PIXELS["large"][0]
    assert high > 1.2 * low
    for one in arrange(scene, np.random.default_rng(seed)):
        assert (one.side <= low) if one.item.size == "small" else (one.side >= high)


@given(items, st.sampled_from(scenes.RELATIONS), items, st.integers(0, 10**6))
def test_the_relation_is_where_the_things_stand(first, relation, second, seed):
    a, b = arrange(Scene(first, relation, second), np.random.default_rng(seed))
    across, along = b.x - a.x, b.y - a.y
    assert {"left of": across, "right of": -across, "above": along, "below": -along}[relation] > 20
    assert abs(across if relation in ("above", "below") else along) < 20


@pytest.mark.parametrize("background", scenes.BACKGROUNDS)
@pytest.mark.parametrize("color", COLORS)
def test_the_colour_of_a_thing_is_its_own_and_stands_off_from_the_background(color, background):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        scene = Scene(Item("square", color), background=background)
        placed = arrange(scene, rng)[0]
        pixels = np.asarray(draw(scene, seed=seed)).astype(float)
        middle = pixels[int(placed.y) - 4 : int(placed.y) + 5, int(placed.x) - 4 : int(placed.x) + 5].mean(axis=(0, 1))
        nearest = min(PALETTE, key=lambda name: np.abs(middle - PALETTE[name]).sum())
        assert nearest == color
        around = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        assert np.abs(np.median(around, axis=0) - middle).max() > 30
