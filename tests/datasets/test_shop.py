"""The catalogue holds together; simulated sessions and shoppers follow the models that are written down."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_mutual_info_score

from embedlab.datasets import products, shoppers
from tests.datasets.wording import words


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


def test_columns_are_balanced(shop):
    assert shop.ids == [f"P{i:03d}" for i in range(1, 301)]
    columns = [shop.titles, shop.descriptions, shop.types, shop.colours, shop.materials, shop.styles, shop.seasons]
    assert all(value == value.strip() and value for column in columns for value in column)
    assert len(set(shop.titles)) == 300
    assert max(Counter(text.split()[0] for text in shop.descriptions).values()) <= 30
    assert ((shop.prices >= 8) & (shop.prices <= 250)).all()
    assert set(Counter(shop.types).values()) == {25}
    assert set(shop.types) == set(products.FAMILIES)
    assert set(Counter(zip(shop.types, shop.styles, strict=True)).values()) == {4, 5}
    assert set(Counter(products.FAMILIES.values()).values()) == {3}
    assert sorted(set(shop.styles)) == ["casual", "classic", "minimalist", "outdoor", "sporty", "vintage"]
    assert min(Counter(shop.colours).values()) >= 20
    assert set(shop.seasons) == {"spring", "summer", "autumn", "winter", "all year"}


def test_titles_and_prices_fit_the_columns(shop):
    colours, materials = set(shop.colours), {"cotton", "wool", "linen", "denim", "leather", "silk", "suede", "fleece"}
    for title, colour, material in zip(shop.titles, shop.colours, shop.materials, strict=True):
        assert words(title) & colours <= {colour}, title
        assert words(title) & materials <= {material}, title
    named = [style in words(text) for text, style in zip(shop.texts, shop.styles, strict=True)]
    assert sum(named) <= 3
    for kind in products.FAMILIES:
        own = np.array(shop.types) == kind
        bands, prices = shop.price_bands[own], shop.prices[own]
        assert np.bincount(bands).tolist() == [9, 8, 8]
        assert prices[bands == 0].max() <= prices[bands == 1].min()
        assert prices[bands == 1].max() <= prices[bands == 2].min()


# --- the sessions


def test_lengths_popularity_and_order_of_sessions(sessions):
    assert len(sessions) == 1500
    assert all(session.dtype == np.int64 and len(set(session.tolist())) == len(session) for session in sessions)
    lengths = [len(session) for session in sessions]
    assert (min(lengths), max(lengths)) == (3, 12)
    assert np.mean(lengths) == pytest.approx(6, abs=0.2)
    assert set(np.concatenate(sessions).tolist()) == set(range(300))
    counts = np.sort(np.bincount(np.concatenate(sessions), minlength=300))[::-1]
    assert counts[:60].sum() / counts.sum() > 0.4  # a fifth of the items gets two fifths of the looks
    assert counts[0] > 8 * counts[-1]
    # Items drawn first are the better liked; without the shuffle the first would be far more popular than the last.
    counts = np.bincount(np.concatenate(sessions), minlength=300)
    first, last = (np.mean([counts[session[end]] for session in sessions]) for end in (0, -1))
    assert first == pytest.approx(last, rel=0.08)


def test_sessions_follow_style_most_and_colour_least(shop, sessions):
    columns = {"style": shop.styles, "family": [products.FAMILIES[kind] for kind in shop.types], "colour": shop.colours}
    actual = {name: pairs_alike(sessions, column) for name, column in columns.items()}
    lift = {name: actual[name] / pairs_alike_by_chance(sessions, column) for name, column in columns.items()}
    assert actual["style"] > 0.45
    assert lift["style"] > 2.5
    assert 1.4 < lift["family"] < 2
    assert 1 < lift["colour"] < 1.4


def test_another_taste_makes_other_sessions(shop):
    usual = products.simulate_sessions(seed=0, n_sessions=300)
    colourful = products.simulate_sessions(seed=0, n_sessions=300, taste={"style": 0.3, "colour": 2.6})
    assert pairs_alike(colourful, shop.colours) > 2 * pairs_alike(usual, shop.colours)
    assert pairs_alike(colourful, shop.styles) < 0.5 * pairs_alike(usual, shop.styles)
    again = products.simulate_sessions(seed=0, n_sessions=300, taste=dict(products.TASTE))
    assert [session.tolist() for session in again] == [session.tolist() for session in usual]


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


# --- shoppers


@pytest.fixture(scope="module")
def people() -> shoppers.Histories:
    return shoppers.simulate(seed=0, n_shoppers=400)


def test_histories(people):
    assert set(people.styles) == set(products.load().styles)
    assert set(people.circles) == set(people.product_circles) == set(range(shoppers.N_CIRCLES))
    lengths = people.bought.sum(axis=1)
    assert lengths.min() >= 8
    assert lengths.max() <= 60
    assert lengths.mean() == pytest.approx(20, abs=0.6)
    counts = np.sort(people.bought.sum(axis=0))[::-1]
    assert 2 * counts[150] < counts[10] < 12 * counts[150]


def share_of_own(people, values, own):
    """Mean share of a shopper's purchases that carry the shopper's own value."""
    values, own = np.array(values), np.array(own)
    return float(np.mean([(values[row] == mine).mean() for row, mine in zip(people.bought, own, strict=True)]))


def test_shoppers_follow_their_style_and_circle(people):
    style = share_of_own(people, products.load().styles, people.styles)
    circle = share_of_own(people, people.product_circles, people.circles)
    assert style > 0.5  # chance: about one in six
    assert circle > 0.25  # chance: one in eight
    indifferent = dict.fromkeys(shoppers.TASTE, 0.0)
    people = shoppers.simulate(seed=0, n_shoppers=300, taste=indifferent)
    assert share_of_own(people, products.load().styles, people.styles) == pytest.approx(1 / 6, abs=0.03)
    assert share_of_own(people, people.product_circles, people.circles) == pytest.approx(1 / 8, abs=0.03)


def test_no_attribute_tells_the_circle(people):
    """Within each attribute's values the circles are spread as everywhere: no value predicts its circle."""
    shop = products.load()
    for column in (shop.types, shop.colours, shop.styles, shop.seasons, shop.materials):
        assert abs(adjusted_mutual_info_score(column, people.product_circles)) < 0.03
