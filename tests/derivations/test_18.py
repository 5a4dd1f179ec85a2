"""The static models of notebook 18 are what the text says: means of rows, turned, centred and weighted."""

import numpy as np
import pytest

from embedlab import models


@pytest.fixture(scope="module")
def model():
    return models.load_text_model()


def test_a_static_model_is_the_mean_of_its_tokens_rows(lesson, model):
    rows = np.random.default_rng(0).normal(size=(len(model.tokenizer), 5)).astype(np.float32)
    text = "The banks of the river Spree"
    ids = model.tokenizer(text, add_special_tokens=False)["input_ids"]
    made = functions_with(lesson, model)["static_model"](rows).encode([text])
    np.testing.assert_allclose(made[0], rows[ids].mean(axis=0), rtol=1e-5)


def test_weights_centre_the_rows_and_shrink_the_frequent_ones(lesson):
    rows = np.random.default_rng(0).normal(size=(2000, 300)) + 3
    made = lesson["weighted"](rows)
    assert made.shape == (2000, 256)
    lengths = np.linalg.norm(made, axis=1)
    assert lengths[0] < 0.03 < lengths[-200:].min()
    share = 1 / np.arange(2, 2002) / (1 / np.arange(2, 2002)).sum()
    np.testing.assert_allclose((made * (1e-4 + share)[:, None]).mean(axis=0), 0, atol=1e-9)


def test_the_nearest_other_use_shares_ties(lesson):
    x = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert lesson["nearest_agrees"](x, np.array([0, 0, 1, 1])).tolist() == [0.5, 0.5, 0.0, pytest.approx(1 / 3)]


def functions_with(lesson, model):
    """The lesson's functions, which find the notebook's model."""
    lesson["static_model"].__globals__["model"] = model
    return lesson
