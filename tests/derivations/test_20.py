"""The objectives that notebook 20 writes by hand are those of Sentence Transformers, and its splits are clean."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn import functional

from embedlab.exercises import nb20

KNOWN = {"Split": object}


@pytest.fixture
def batch():
    draw = torch.Generator().manual_seed(0)
    return [functional.normalize(torch.randn(6, 8, generator=draw), dim=1) for _ in range(2)]


def test_ranking_is_the_librarys_ranking_loss(lesson, batch):
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    theirs = MultipleNegativesRankingLoss(model=torch.nn.Identity()).compute_loss_from_embeddings(batch, None)
    assert lesson["ranking"](*batch).item() == pytest.approx(theirs.item(), rel=1e-5)


def test_cosine_objectives_are_squared_distances_from_the_labels(lesson, batch):
    query, answer = batch
    cosine = functional.cosine_similarity(query, answer)
    right = functional.mse_loss(cosine, torch.ones(6))
    wrong = functional.mse_loss(functional.cosine_similarity(query, answer.roll(1, 0)), torch.zeros(6))
    assert lesson["positives_only"](query, answer).item() == pytest.approx(right.item(), rel=1e-5)
    assert lesson["with_negatives"](query, answer).item() == pytest.approx((right + wrong).item(), rel=1e-5)


def test_leaks_of_a_known_split(lesson):
    split = SimpleNamespace(train=[(1, 2), (3, 4)], queries=[2, 5], answers=[{1, 6}, {3}])
    assert lesson["leaks"](split) == pytest.approx((1 / 3, 1 / 2, 2 / 3))


def test_the_exercises_split_leaks_nothing(lesson):
    rng = np.random.default_rng(0)
    pairs = [(int(a), int(b)) for a, b in rng.integers(40, size=(200, 2)) if a != b]
    clean = nb20.clean_train.function
    held_out = pairs[:10]

    made = SimpleNamespace(
        train=clean(pairs, held_out), queries=[a for a, _ in held_out], answers=[{b} for _, b in held_out]
    )
    assert made.train
    assert lesson["leaks"](made) == (0, 0, 0)
