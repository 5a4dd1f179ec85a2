"""What notebook 08 derives and what the package offers agree."""

import numpy as np
import pytest

from embedlab import evaluation


def test_recall_and_ndcg_are_those_of_the_package(lesson):
    rng = np.random.default_rng(0)
    scores, wanted = rng.normal(size=(40, 60)), rng.random((40, 60)) < 0.15
    allowed = wanted | (rng.random((40, 60)) < 0.8)  # what must not be shown is never wanted
    wanted[3] = False  # a shopper to leave out
    recall, ndcg, coverage = lesson["measure"](scores, wanted, allowed)
    asked = wanted.any(axis=1)
    packaged = evaluation.retrieval_metrics(
        np.where(allowed, scores, scores.min() - 1)[asked], [set(np.flatnonzero(row)) for row in wanted[asked]], k=10
    )
    assert recall == pytest.approx(packaged["recall"], abs=1e-6)
    assert ndcg == pytest.approx(packaged["ndcg"], abs=1e-6)
    assert 0 < coverage <= 1


def test_equal_scores_find_what_chance_finds(lesson):
    wanted = np.zeros((2000, 50), dtype=bool)
    wanted[:, 7] = True
    recall, _, coverage = lesson["measure"](np.zeros(wanted.shape), wanted, np.ones_like(wanted))
    assert recall == pytest.approx(0.2, abs=0.03)
    assert coverage == 1
