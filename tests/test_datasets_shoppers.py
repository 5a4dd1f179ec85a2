"""The simulated shoppers follow the model that is written down, and the hidden circle stays hidden."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.datasets import products, shoppers


@pytest.fixture(scope="module")
def people() -> shoppers.Histories:
    return shoppers.simulate(seed=0, n_shoppers=400)


def test_shapes_and_kinds(people):
    assert (people.bought.shape, people.bought.dtype) == ((400, 300), np.bool_)
    assert len(people.styles) == 400
    assert set(people.styles) == set(products.load().styles)
    assert people.circles.shape == (400,)
    assert people.product_circles.shape == (300,)
    assert set(people.circles) == set(people.product_circles) == set(range(shoppers.N_CIRCLES))


def test_lengths_of_histories(people):
    lengths = people.bought.sum(axis=1)
    assert lengths.min() >= 8
    assert lengths.max() <= 60
    assert lengths.mean() == pytest.approx(20, abs=0.6)


def test_the_same_seed_gives_the_same_and_a_shorter_run_is_a_beginning(people):
    again = shoppers.simulate(seed=0, n_shoppers=50)
    np.testing.assert_array_equal(again.bought, people.bought[:50])
    assert again.styles == people.styles[:50]
    assert (shoppers.simulate(seed=1, n_shoppers=50).bought != again.bought).any()


def share_of_own(people, values, own):
    """Mean share of a shopper's purchases that carry the shopper's own value."""
    values, own = np.array(values), np.array(own)
    return float(np.mean([(values[row] == mine).mean() for row, mine in zip(people.bought, own, strict=True)]))


def test_shoppers_follow_their_style_and_circle(people):
    style = share_of_own(people, products.load().styles, people.styles)
    circle = share_of_own(people, people.product_circles, people.circles)
    assert style > 0.5  # chance: about one in six
    assert circle > 0.25  # chance: one in eight


def test_without_weights_nothing_is_followed():
    indifferent = dict.fromkeys(shoppers.TASTE, 0.0)
    people = shoppers.simulate(seed=0, n_shoppers=300, taste=indifferent)
    assert share_of_own(people, products.load().styles, people.styles) == pytest.approx(1 / 6, abs=0.03)
    assert share_of_own(people, people.product_circles, people.circles) == pytest.approx(1 / 8, abs=0.03)


def test_no_attribute_tells_the_circle(people):
    """Within each attribute's values the circles are spread as everywhere: no value predicts its circle."""
    from sklearn.metrics import adjusted_mutual_info_score

    shop = products.load()
    for column in (shop.types, shop.colours, shop.styles, shop.seasons, shop.materials):
        assert abs(adjusted_mutual_info_score(column, people.product_circles)) < 0.03


def test_a_few_products_sell_much_more_than_others(people):
    counts = np.sort(people.bought.sum(axis=0))[::-1]
    assert 2 * counts[150] < counts[10] < 12 * counts[150]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_shoppers": 0}, "n_shoppers must be"),
        ({"seed": -1}, "seed must be"),
        ({"taste": {"smell": 1.0}}, "taste must be one of"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        shoppers.simulate(**arguments)
