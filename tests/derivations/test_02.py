"""The exercise of notebook 02 about random words says what drawing them shows."""

import numpy as np
import pytest

from embedlab import vectors
from embedlab.exercises import nb02
from tests.derivations import functions_of

drawn_neighbours = nb02.drawn_neighbours.function


def test_drawing_gives_the_expected_share():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(30))
    pairs = rng.choice(30, size=(120, 2), p=shares)
    real = set(map(tuple, pairs.tolist()))
    drawn = rng.choice(30, size=(len(pairs), 2000), p=shares)
    rows = zip(pairs[:, 0].tolist(), drawn.tolist(), strict=True)
    hits = [(word, other) in real for word, others in rows for other in others]
    assert 0.1 < np.mean(hits) < 0.9
    assert drawn_neighbours(pairs, shares) == pytest.approx(np.mean(hits), abs=0.005)


def test_nearest_words_are_top_k():
    table = np.random.default_rng(0).normal(size=(30, 8))
    words = [f"w{i}" for i in range(30)]
    number = {word: i for i, word in enumerate(words)}
    nearest = functions_of("02", number=number, vocabulary=words)["nearest"]
    for i in (0, 7, 29):
        found = vectors.top_k(table[i], vectors.normalize(table), 6)[0]
        assert nearest(table, words[i], k=5) == [words[j] for j in found if j != i]


def test_center_by_hand():
    both = np.random.default_rng(0).normal(size=(20, 4)) + 3
    np.testing.assert_allclose(both - both.mean(axis=0), vectors.center(both), atol=1e-6)
