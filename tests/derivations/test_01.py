import numpy as np

from embedlab import vectors


def test_cosines_are_those_of_the_package(lesson):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(6, 5)), rng.normal(size=(3, 5))
    np.testing.assert_allclose(lesson["cosine"](a, b), vectors.cosine_similarity(a, b), atol=1e-6)
