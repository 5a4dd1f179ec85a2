import numpy as np

from embedlab import evaluation, vectors
from tests.derivations import functions_of


def test_row_cosines_are_those_of_the_package():
    a, b = np.random.default_rng(0).normal(size=(2, 12, 5))
    ours = functions_of("12", vectors=vectors)["row_cosines"](a, b)
    np.testing.assert_allclose(ours, evaluation.pair_similarities(a, b), atol=1e-6)
