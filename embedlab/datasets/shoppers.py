"""Shoppers with histories: people who come back to the shop of `products`, simulated.

Nobody here is real. Each shopper has one taste for good, and what a shopper has bought follows from it by a model
that is written down in full (`simulate`). A taste has two parts. The **visible** one can be read from the
catalogue: style, family of types, season, price band and colour, with the weights of `products.TASTE`. The
**hidden** one cannot: every product belongs to one of eight *circles* of friends in which it is passed on, and no
title, description or attribute says which. The balance of the two decides which recommender wins, so a result on
this data tests the method and says nothing about people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from embedlab import _need
from embedlab.datasets import products

#: How much a match adds to the log-odds of a product: the visible taste, and the hidden circle.
TASTE = products.TASTE | {"circle": 1.5}

N_CIRCLES = 8
_ZIPF, _HEAD = 0.8, 10  # popularity falls as 1 / (rank + 10) ** 0.8, as in `products`
_SHORTEST, _MEAN_EXTRA, _LONGEST = 8, 12.0, 60  # products in a history


@dataclass(frozen=True)
class Histories:
    """Who has bought what; ``m`` shoppers, ``n`` = 300 products in the order of `products.load`.

    Licence: the same as the course's own, since the course draws them.
    """

    bought: np.ndarray  #: bool, shape (m, n).
    styles: list[str]  #: The style that each of the m shoppers likes.
    circles: np.ndarray  #: int64, shape (m,): the circle of each shopper, 0 to 7.
    product_circles: np.ndarray  #: int64, shape (n,): the circle of each product; no recommender may read it.


def simulate(seed: int = 0, n_shoppers: int = 600, taste: Mapping[str, float] | None = None) -> Histories:
    """Draw the histories of shoppers.

    The model has four steps. (1) Every product gets a popularity, 1 / (rank + 10) ** 0.8 in an order drawn by
    ``seed``, and one of eight circles, drawn evenly. (2) Every shopper gets a taste: one style, family, season,
    price band, colour and circle, drawn evenly and apart from each other. (3) The length of a history is 8 plus a
    Poisson number with mean 12. (4) That many different products are drawn, one after the other, each with
    probability proportional to popularity times exp(sum of the `TASTE` weights of what matches); "all year" matches
    every season.

    Parameters
    ----------
    seed : int
        The same seed gives the same shop and the same shoppers.
    n_shoppers : int
        At least 1. The first shoppers are the same for every number.
    taste : dict of str to float, optional
        Weights that replace those of the same name in `TASTE`.

    Raises
    ------
    ValueError
        If ``n_shoppers`` is below 1, ``seed`` below 0, or ``taste`` names something that is not in `TASTE`.

    Examples
    --------
    >>> people = simulate(seed=0, n_shoppers=50)
    >>> people.bought.shape, bool((people.bought.sum(axis=1) >= 8).all())
    ((50, 300), True)
    """
    n_shoppers = _need.whole(n_shoppers, "n_shoppers")
    rng = np.random.default_rng(_need.whole(seed, "seed", at_least=0))
    weights = TASTE | {_need.one_of(name, "taste", TASTE): weight for name, weight in (taste or {}).items()}
    shop = products.load()
    n = len(shop.ids)
    log_popularity = -_ZIPF * np.log(rng.permutation(n) + 1.0 + _HEAD)  # (n,)
    product_circles = rng.integers(N_CIRCLES, size=n)
    matches = [*products._attributes(shop), product_circles == np.arange(N_CIRCLES)[:, None]]
    style_names = list(dict.fromkeys(shop.styles))
    bought, styles, circles = np.zeros((n_shoppers, n), dtype=bool), [], np.empty(n_shoppers, dtype=np.int64)
    for row in range(n_shoppers):
        liked = [rng.integers(len(table)) for table in matches]
        liking = log_popularity + sum(
            weight * table[value] for weight, table, value in zip(weights.values(), matches, liked, strict=True)
        )
        length = min(_SHORTEST + rng.poisson(_MEAN_EXTRA), _LONGEST)
        # Adding Gumbel noise and keeping the largest draws without repeats, each time in proportion to exp(liking).
        bought[row, np.argsort(-(liking + rng.gumbel(size=n)))[:length]] = True
        styles.append(style_names[liked[0]])
        circles[row] = liked[-1]
    return Histories(bought, styles, circles, product_circles)
