"""A small shop: three hundred products with descriptions and attributes, and a simulator of what people look at.

The catalogue was written for this course: 12 types of 25 products, six styles, ten colours, each with a title and
a description of its own. Titles tend to name type, colour and material; the style is never named and only
shows in how a thing is described, so text and attributes each know something that the other does not.

The sessions are **simulated**, by a model that is written down here in full (`simulate_sessions`). They follow
style most of all and colour hardly at all, which is an assumption of the simulator and no finding about people.
What they prove is limited accordingly: that a method recovers what was put in.

What to expect with seed 0 (2,400 sessions to learn from, one item to guess in each of 600 others, Recall at 10):
random .03, popularity .14, text vectors of all-MiniLM-L6-v2 .08, item2vec .14 to .26 depending on its settings, and
about .31 with popularity added. In a first version of the simulator a few items outshone all others, and popularity
alone won; its law was flattened and the families weighed more, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from embedlab import _need
from embedlab.datasets import _table

_COLUMNS = ("id", "title", "description", "type", "colour", "material", "style", "season", "price")

#: The part of the shop that each type belongs to.
FAMILIES = {
    "t-shirt": "tops", "shirt": "tops", "jumper": "tops",
    "jacket": "outfits", "trousers": "outfits", "dress": "outfits",
    "shoes": "accessories", "hat": "accessories", "backpack": "accessories",
    "blanket": "home", "mug": "home", "lamp": "home",
}  # fmt: skip

#: How much a match with the visitor's taste adds to the log-odds of an item, strongest first.
TASTE = {"style": 2.6, "family": 1.6, "season": 0.7, "price band": 0.6, "colour": 0.3}

_ZIPF, _HEAD = 0.8, 10  # popularity falls as 1 / (rank + 10) ** 0.8: skewed, but no item outshines all others
_SHORTEST, _LONGEST, _MEAN_EXTRA = 3, 12, 3.0  # items in a session


@dataclass(frozen=True)
class Products:
    """The catalogue; row ``i`` of every field (``n`` = 300) belongs to the same product.

    The rows are grouped by type, and within a type by style.
    Licence: the same as the course's own, since all of it was written for the course.
    """

    ids: list[str]  #: "P001" to "P300".
    titles: list[str]  #: Two to five words, each title once, such as "Red cotton t-shirt".
    descriptions: list[str]  #: One or two sentences, 5 to 20 words.
    types: list[str]  #: 12 types with 25 products each; `FAMILIES` puts them into four families of three.
    colours: list[str]  #: 10 colours with 20 to 39 products each.
    materials: list[str]  #: 36 materials; cotton, wool, polyester and nylon are the common ones.
    styles: list[str]  #: casual, classic, sporty, outdoor, vintage, minimalist: 48 to 59 each, 4 or 5 in a type.
    seasons: list[str]  #: spring, summer, autumn, winter, all year.
    prices: np.ndarray  #: float64, shape (n,): euros, from 8.50 to 229.

    @property
    def texts(self) -> list[str]:
        """Title and description of each product, the text that a model is given."""
        return [f"{title}. {text}" for title, text in zip(self.titles, self.descriptions, strict=True)]

    @property
    def price_bands(self) -> np.ndarray:
        """int64, shape (n,): 0 for the cheapest third of a product's own type, 1 for the middle, 2 for the rest."""
        bands = np.empty(len(self.ids), dtype=np.int64)
        types = np.array(self.types)
        for name in FAMILIES:
            own = np.flatnonzero(types == name)
            ranks = np.argsort(np.argsort(self.prices[own], kind="stable"))
            bands[own] = ranks * 3 // len(own)
        return bands


class SessionSplit(NamedTuple):
    """Sessions to learn from, and held-out ones with one item hidden in each."""

    train: list[np.ndarray]  #: Whole sessions.
    contexts: list[np.ndarray]  #: Of each held-out session, all items but one.
    targets: np.ndarray  #: int64: the item that was hidden in each held-out session.


def load() -> Products:
    """Read the catalogue.

    Returns
    -------
    Products
        With 300 products.

    Examples
    --------
    >>> data = load()
    >>> data.titles[0], data.colours[0], data.styles[0], float(data.prices[0])
    ('Red cotton t-shirt', 'red', 'casual', 14.9)
    >>> data.texts[50]
    'Red hooded sweatshirt. Kangaroo pocket, cosy lining, drawstring you will chew during exams.'
    """
    *texts, prices = _table.read("products", _COLUMNS)
    return Products(*texts, prices=np.array(prices, dtype=np.float64))


def simulate_sessions(
    seed: int = 0, n_sessions: int = 3000, taste: Mapping[str, float] | None = None
) -> list[np.ndarray]:
    """Draw the items that visitors of the shop look at in one session each.

    The model has three steps. (1) Every item gets a popularity, 1 / (rank + 10) ** 0.8 in an order drawn by ``seed``.
    (2) Every visitor gets a taste: one style, one family of types, one season, one price band and one colour, drawn
    evenly and apart from each other. (3) Item after item is drawn, without repeats, with probability proportional
    to popularity times exp(sum of the `TASTE` weights of what matches); "all year" matches every season. A session
    holds 3 to 12 items, 6 on average, in random order.

    Parameters
    ----------
    seed : int
        The same seed gives the same shop and the same sessions.
    n_sessions : int
        At least 1.
    taste : dict of str to float, optional
        Weights that replace those of the same name in `TASTE`, for other visitors than the usual ones.

    Returns
    -------
    list of int64 arrays
        Each holds the row numbers of one session's items in the catalogue.

    Raises
    ------
    ValueError
        If ``n_sessions`` is below 1, ``seed`` below 0, or ``taste`` names something that is not in `TASTE`.

    Examples
    --------
    >>> sessions = simulate_sessions(seed=0, n_sessions=100)
    >>> len(sessions), min(map(len, sessions)), len(set(sessions[0])) == len(sessions[0])
    (100, 3, True)
    """
    n_sessions = _need.whole(n_sessions, "n_sessions")
    rng = np.random.default_rng(_need.whole(seed, "seed", at_least=0))
    weights = TASTE | {_need.one_of(name, "taste", TASTE): weight for name, weight in (taste or {}).items()}
    shop = load()
    log_popularity = -_ZIPF * np.log(rng.permutation(len(shop.ids)) + 1.0 + _HEAD)  # (n,)
    attributes = _attributes(shop)
    sessions = []
    for _ in range(n_sessions):
        liking = log_popularity.copy()
        for weight, matches in zip(weights.values(), attributes, strict=True):
            liking += weight * matches[rng.integers(len(matches))]
        length = min(_SHORTEST + rng.poisson(_MEAN_EXTRA), _LONGEST)
        # Adding Gumbel noise and keeping the largest draws without repeats, each time in proportion to exp(liking).
        drawn = np.argsort(-(liking + rng.gumbel(size=len(liking))))[:length]
        sessions.append(rng.permutation(drawn))
    return sessions


def split_sessions(sessions: Sequence[np.ndarray], test_share: float = 0.2, seed: int = 0) -> SessionSplit:
    """Keep some sessions apart, and hide the last item of each of these as the one to guess.

    Parameters
    ----------
    sessions : sequence of arrays of int
        At least 2 sessions with at least 2 items each.
    test_share : float
        Share of the sessions to keep apart, between 0 and 1; rounded to at least 1 session on each side.
    seed : int
        Decides which sessions are kept apart.

    Returns
    -------
    SessionSplit
        ``train``, ``contexts`` and ``targets``; ``contexts[j]`` and ``targets[j]`` belong to the same session.

    Raises
    ------
    ValueError
        If there are fewer than 2 sessions, one has fewer than 2 items, or ``test_share`` is not between 0 and 1.

    Examples
    --------
    >>> split = split_sessions([[1, 2, 3], [4, 5], [6, 7], [8, 9], [2, 4]], test_share=0.2)
    >>> len(split.train), len(split.contexts), split.targets.shape
    (4, 1, (1,))
    """
    sessions = [np.asarray(session, dtype=np.int64) for session in sessions]
    if len(sessions) < 2:
        raise ValueError(f"sessions must hold at least 2 sessions, but it holds {len(sessions)}")
    for i, session in enumerate(sessions):
        if session.ndim != 1:
            raise ValueError(f"sessions[{i}] must be a list of row numbers, but its shape is {session.shape}")
        if len(session) < 2:
            raise ValueError(
                f"sessions[{i}] must hold at least 2 items, one to see and one to guess, not {len(session)}"
            )
    if not 0 < test_share < 1:
        raise ValueError(f"test_share must be between 0 and 1, but it is {test_share}")
    n_test = min(max(round(test_share * len(sessions)), 1), len(sessions) - 1)
    order = np.random.default_rng(_need.whole(seed, "seed", at_least=0)).permutation(len(sessions))
    held_out = [sessions[i] for i in order[:n_test]]
    targets = np.array([session[-1] for session in held_out], dtype=np.int64)
    return SessionSplit([sessions[i] for i in order[n_test:]], [session[:-1] for session in held_out], targets)


def _attributes(shop: Products) -> list[np.ndarray]:
    """For each entry of `TASTE`, a boolean array (values, n): which items match which value of that attribute."""
    families = [FAMILIES[name] for name in shop.types]
    columns = [shop.styles, families, shop.seasons, shop.price_bands.tolist(), shop.colours]
    matches = []
    for column in columns:
        values = [value for value in dict.fromkeys(column) if value != "all year"]
        matches.append(np.array([[item in (value, "all year") for item in column] for value in values]))
    return matches
