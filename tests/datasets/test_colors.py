"""The colours: values, Lab against scikit-image, and the head nouns that notebook 01 predicts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mode
from skimage.color import rgb2lab
from sklearn.neighbors import NearestNeighbors

from embedlab.datasets import colors


@pytest.fixture(scope="module")
def data() -> colors.Colors:
    return colors.load()


def leave_one_out(values: np.ndarray, labels: np.ndarray) -> float:
    """Share of rows whose label is the most frequent one among the 5 nearest others."""
    nearest = NearestNeighbors(n_neighbors=5).fit(values).kneighbors(return_distance=False)
    return float(np.mean(mode(labels[nearest], axis=1).mode == labels))


@pytest.mark.parametrize(
    ("name", "noun"),
    [
        ("dark sea green", "green"),
        ("yellow/green", "green"),
        ("green/yellow", "yellow"),
        ("teal", "teal"),
        ("bluegreen", None),
        ("scarlet", None),
        ("ultramarine blue", "blue"),
    ],
)
def test_head_nouns(data, name, noun):
    label = data.labels[data.names.index(name)]
    assert (data.head_nouns[label] if label >= 0 else None) == noun


def test_head_nouns_and_neighbours_in_lab(data):
    counts = np.bincount(data.labels[data.labels >= 0])
    assert len(set(data.names)) == 949
    assert len(data.head_nouns) == len(counts) == 13
    assert counts.sum() == 601
    assert counts.tolist() == sorted(counts, reverse=True)
    assert (counts[0], counts[-1]) == (174, 8)
    named = data.labels >= 0
    labels = data.labels[named]
    assert np.bincount(labels).max() / len(labels) == pytest.approx(0.290, abs=0.001)
    assert leave_one_out(data.rgb[named], labels) == pytest.approx(0.809, abs=0.012)
    assert leave_one_out(data.lab[named], labels) == pytest.approx(0.815, abs=0.012)
    np.testing.assert_allclose(data.lab, rgb2lab(data.rgb.astype(np.float64)[np.newaxis])[0], atol=1e-3)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_lab_equals_scikit_image_anywhere(rgb):
    expected = rgb2lab(np.array(rgb)[np.newaxis, np.newaxis])[0, 0]
    for colour, wanted in [(rgb, expected), (np.array([rgb, rgb]), [expected, expected]), (np.zeros((0, 3)), [])]:
        found = colors.rgb_to_lab(colour)
        np.testing.assert_allclose(found, np.reshape(wanted, np.shape(colour)), atol=1e-3)
        assert found.dtype == np.float32
