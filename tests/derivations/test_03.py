import numpy as np
import pytest

from embedlab import vectors


def test_top_is_that_of_the_package(lesson):
    rng = np.random.default_rng(0)
    stored = vectors.normalize(rng.normal(size=(200, 16)))
    for target in rng.normal(size=(5, 16)):
        for ours, packaged in zip(lesson["top"](target, stored, 9), vectors.top_k(target, stored, 9), strict=True):
            np.testing.assert_allclose(ours, packaged, atol=1e-6)


def test_the_analogy_is_that_of_the_package(lesson):
    words = [f"w{i}" for i in range(40)]
    unit = vectors.normalize(np.random.default_rng(0).normal(size=(40, 6)))
    best, cosines = lesson["top"](unit[1] - unit[0] + unit[2], unit, 5)
    found = vectors.analogy("w0", "w1", "w2", words, unit, k=5, exclude_inputs=False)
    assert [word for word, _ in found] == [words[i] for i in best]
    assert [score for _, score in found] == pytest.approx(cosines.tolist(), abs=1e-6)
