"""The catalogue holds together, and the simulated sessions follow the model that is written down."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedlab.datasets import products
from tests.alike import most_alike, words

CLOTH = {"cotton", "wool", "linen", "silk", "viscose", "polyester", "nylon", "acrylic", "fleece", "canvas", "corduroy"}
SENSIBLE = {
    "t-shirt": {"cotton", "wool", "linen", "polyester", "nylon"},
    "shirt": {"cotton", "wool", "linen", "silk", "viscose", "polyester", "nylon"},
    "jumper": {"cotton", "wool", "cashmere", "angora", "acrylic", "fleece", "polyester"},
    "jacket": CLOTH | {"denim", "leather", "suede", "satin"},
    "trousers": CLOTH | {"denim"},
    "dress": CLOTH,
    "shoes": {"leather", "suede", "canvas", "nylon", "polyester", "rubber", "satin", "wool"},
    "hat": CLOTH | {"felt", "straw", "silicone"},
    "backpack": {"polyester", "nylon", "canvas", "cotton", "leather", "felt"},
    "blanket": CLOTH | {"cashmere", "camel hair", "satin"},
    "mug": {"stoneware", "porcelain", "glass", "enamel", "titanium", "steel", "wood", "plastic", "melamine"},
    "lamp": {"metal", "wood", "glass", "plastic", "paper", "brass", "ceramic", "nylon", "concrete"},
}


FOR_COLOUR = {"style": 0.3, "colour": 2.6}


@pytest.fixture(scope="module")
def shop() -> products.Products:
    return products.load()


@pytest.fixture(scope="module")
def sessions() -> list[np.ndarray]:
    return products.simulate_sessions(seed=0, n_sessions=1500)


def pairs_alike(sessions: list[np.ndarray], column: list[str]) -> float:
    """Mean share of pairs within a session whose values in ``column`` agree."""
    values = np.array(column)
    shares = []
    for session in sessions:
        same = values[session][:, np.newaxis] == values[session]
        shares.append((same.sum() - len(session)) / (len(session) * (len(session) - 1)))
    return float(np.mean(shares))


def pairs_alike_by_chance(sessions: list[np.ndarray], column: list[str]) -> float:
    """The same if the items of all sessions were shuffled."""
    counts = Counter(np.array(column)[np.concatenate(sessions)].tolist())
    return sum((count / counts.total()) ** 2 for count in counts.values())


# --- the catalogue


def test_columns(shop):
    assert shop.ids == [f"P{i:03d}" for i in range(1, 301)]
    columns = [shop.titles, shop.descriptions, shop.types, shop.colours, shop.materials, shop.styles, shop.seasons]
    assert {len(column) for column in columns} == {300}
    assert all(value == value.strip() and value for column in columns for value in column)
    assert (shop.prices.shape, shop.prices.dtype) == ((300,), np.float64)
    assert ((shop.prices >= 8) & (shop.prices <= 250)).all()


def test_balanced_by_type_and_style(shop):
    assert set(Counter(shop.types).values()) == {25}
    assert set(shop.types) == set(products.FAMILIES)
    assert set(Counter(zip(shop.types, shop.styles, strict=True)).values()) == {4, 5}
    assert set(Counter(products.FAMILIES.values()).values()) == {3}
    assert sorted(set(shop.styles)) == ["casual", "classic", "minimalist", "outdoor", "sporty", "vintage"]
    assert min(Counter(shop.colours).values()) >= 20
    assert set(shop.seasons) == {"spring", "summer", "autumn", "winter", "all year"}


def test_combinations_make_sense(shop):
    for title, kind, material in zip(shop.titles, shop.types, shop.materials, strict=True):
        assert material in SENSIBLE[kind], title
    for title, season, material in zip(shop.titles, shop.seasons, shop.materials, strict=True):
        assert not (season == "summer" and material in {"fleece", "cashmere", "angora", "felt"}), title


def test_titles_do_not_contradict_the_columns(shop):
    colours, materials = set(shop.colours), {"cotton", "wool", "linen", "denim", "leather", "silk", "suede", "fleece"}
    for title, colour, material in zip(shop.titles, shop.colours, shop.materials, strict=True):
        assert words(title) & colours <= {colour}, title
        assert words(title) & materials <= {material}, title


def test_style_is_hardly_ever_named(shop):
    named = [style in words(text) for text, style in zip(shop.texts, shop.styles, strict=True)]
    assert sum(named) <= 3


def test_the_red_cotton_t_shirt_has_neighbours_of_every_sort(shop):
    row = shop.titles.index("Red cotton t-shirt")
    red = (shop.colours[row], shop.materials[row], shop.types[row], shop.styles[row])
    assert red == ("red", "cotton", "t-shirt", "casual")
    items = list(zip(shop.types, shop.colours, shop.materials, shop.styles, strict=True))
    assert len({colour for kind, colour, *_ in items if kind == "t-shirt"}) >= 9  # in other colours
    assert len({kind for kind, colour, *_ in items if colour == "red"}) == 12  # red things of every other type
    assert len({kind for kind, *_, style in items if style == "casual"}) == 12
    others = [item for item in items if item[0] == "t-shirt" and item[3] == "casual" and item[1] != "red"]
    assert len(others) >= 4  # the same style in other colours


def test_titles_are_unique_and_descriptions_varied(shop):
    assert len(set(shop.titles)) == 300
    assert max(Counter(text.split()[0] for text in shop.descriptions).values()) <= 30
    score, one, other = most_alike(shop.descriptions)
    assert score < 0.6, (one, other)


def test_products_are_no_near_duplicates_for_the_model(shop, text_model):
    for texts in (shop.texts, shop.descriptions):
        vectors = text_model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        assert np.max(vectors @ vectors.T - 2 * np.eye(300)) < 0.9


def test_price_bands_are_thirds_of_each_type(shop):
    for kind in products.FAMILIES:
        own = np.array(shop.types) == kind
        bands, prices = shop.price_bands[own], shop.prices[own]
        assert np.bincount(bands).tolist() == [9, 8, 8]
        assert prices[bands == 0].max() <= prices[bands == 1].min()
        assert prices[bands == 1].max() <= prices[bands == 2].min()


# --- the sessions


def test_sessions_are_reproducible():
    one, again, other = (products.simulate_sessions(seed=seed, n_sessions=20) for seed in (3, 3, 4))
    assert [s.tolist() for s in one] == [s.tolist() for s in again]
    assert [s.tolist() for s in one] != [s.tolist() for s in other]


def test_simulation_leaves_the_global_random_state_alone():
    before = np.random.get_state()[1].tolist()  # noqa: NPY002 - it is the legacy state that must not move
    products.simulate_sessions(seed=0, n_sessions=2)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_sessions_hold_3_to_12_different_items(sessions):
    assert len(sessions) == 1500
    assert all(session.dtype == np.int64 and len(set(session.tolist())) == len(session) for session in sessions)
    lengths = [len(session) for session in sessions]
    assert (min(lengths), max(lengths)) == (3, 12)
    assert np.mean(lengths) == pytest.approx(6, abs=0.2)
    assert set(np.concatenate(sessions).tolist()) == set(range(300))


def test_popularity_is_skewed(sessions):
    counts = np.sort(np.bincount(np.concatenate(sessions), minlength=300))[::-1]
    assert counts[:60].sum() / counts.sum() > 0.4  # a fifth of the items gets two fifths of the looks
    assert counts[0] > 8 * counts[-1]


def test_sessions_follow_style_most_and_colour_least(shop, sessions):
    columns = {
        "style": shop.styles,
        "family": [products.FAMILIES[kind] for kind in shop.types],
        "colour": shop.colours,
    }
    actual = {name: pairs_alike(sessions, column) for name, column in columns.items()}
    lift = {name: actual[name] / pairs_alike_by_chance(sessions, column) for name, column in columns.items()}
    assert actual["style"] > 0.45
    assert lift["style"] > 2.5
    assert 1.4 < lift["family"] < 2
    assert 1 < lift["colour"] < 1.4


def test_another_taste_makes_other_sessions(shop):
    usual, colourful = (products.simulate_sessions(seed=0, n_sessions=300, taste=taste) for taste in (None, FOR_COLOUR))
    assert pairs_alike(colourful, shop.colours) > 2 * pairs_alike(usual, shop.colours)
    assert pairs_alike(colourful, shop.styles) < 0.5 * pairs_alike(usual, shop.styles)
    again = products.simulate_sessions(seed=0, n_sessions=300, taste=dict(products.TASTE))
    assert [session.tolist() for session in again] == [session.tolist() for session in usual]


def test_order_within_a_session_says_nothing(sessions):
    # Items drawn first are the better liked; without the shuffle the first would be far more popular than the last.
    counts = np.bincount(np.concatenate(sessions), minlength=300)
    first, last = (np.mean([counts[session[end]] for session in sessions]) for end in (0, -1))
    assert first == pytest.approx(last, rel=0.08)


# --- the split


def test_split_keeps_every_session_once(sessions):
    split = products.split_sessions(sessions, test_share=0.2, seed=1)
    assert (len(split.train), len(split.contexts), split.targets.shape) == (1200, 300, (300,))
    held_out = [[*context.tolist(), int(target)] for context, target in zip(split.contexts, split.targets, strict=True)]
    everything = sorted([session.tolist() for session in split.train] + held_out)
    assert everything == sorted(session.tolist() for session in sessions)


@settings(max_examples=50)
@given(n=st.integers(2, 30), share=st.floats(0.01, 0.99), seed=st.integers(0, 100))
def test_split_always_leaves_both_sides_something(n, share, seed):
    split = products.split_sessions([np.array([i, i + 1]) for i in range(n)], share, seed)
    assert len(split.train) >= 1
    assert len(split.contexts) == len(split.targets) >= 1
    assert len(split.train) + len(split.contexts) == n


def test_split_is_reproducible(sessions):
    one, again, other = (products.split_sessions(sessions, seed=seed).targets.tolist() for seed in (5, 5, 6))
    assert one == again
    assert one != other


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_sessions": 0}, ValueError, r"n_sessions must be at least 1, but it is 0"),
        ({"n_sessions": 2.5}, TypeError, r"n_sessions must be a whole number, not 2.5"),
        ({"seed": -1}, ValueError, r"seed must be at least 0, but it is -1"),
        ({"seed": None}, TypeError, r"seed must be a whole number, not None"),
        ({"taste": {"color": 1.0}}, ValueError, r"taste must be one of .*colour.*'color'"),
    ],
)
def test_bad_arguments_of_the_simulator(arguments, error, message):
    with pytest.raises(error, match=message):
        products.simulate_sessions(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sessions": []}, r"sessions must hold at least 2 sessions, but it holds 0"),
        ({"sessions": [[1, 2]]}, r"sessions must hold at least 2 sessions, but it holds 1"),
        ({"sessions": [[1, 2], [3]]}, r"sessions\[1\] must hold at least 2 items, one to see and one to guess, not 1"),
        ({"sessions": [[1, 2], 3]}, r"sessions\[1\] must be a list of row numbers, but its shape is \(\)"),
        ({"sessions": [[1, 2], [3, 4]], "test_share": 1}, r"test_share must be between 0 and 1, but it is 1"),
        ({"sessions": [[1, 2], [3, 4]], "test_share": 0.0}, r"test_share must be between 0 and 1, but it is 0.0"),
        ({"sessions": [[1, 2], [3, 4]], "test_share": float("nan")}, r"test_share must be between 0 and 1"),
        ({"sessions": [[1, 2], [3, 4]], "seed": -2}, r"seed must be at least 0, but it is -2"),
    ],
)
def test_bad_arguments_of_the_split(arguments, message):
    with pytest.raises(ValueError, match=message):
        products.split_sessions(**arguments)


def test_descriptions_read_like_sentences(shop):
    for text in shop.descriptions:
        assert re.match(r"[A-Z].*[.!?]$", text), text
        assert 5 <= len(text.split()) <= 25, text
