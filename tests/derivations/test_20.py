"""The objectives that notebook 20 writes by hand are those of Sentence Transformers, and its splits are clean."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn import functional

from embedlab.exercises import nb20
from tools import notebooks

LINKS = {2: {1, 6}, 5: {3}}  # a page -> the pages it names
GROUP = np.array([0, 0, 0, 1, 1, 1, 2])
KNOWN = {"links": LINKS, "group": GROUP, "Module": torch.nn.Module, "InputModule": torch.nn.Module}
TEXTS = ["sorted values", "order of values", "a matrix", "its inverse"]


@pytest.fixture
def batch():
    draw = torch.Generator().manual_seed(0)
    return [functional.normalize(torch.randn(6, 8, generator=draw), dim=1) for _ in range(3)]


def test_ranking_is_the_librarys_ranking_loss(lesson, batch):
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    theirs = MultipleNegativesRankingLoss(model=torch.nn.Identity())
    for parts in (batch[:2], batch):  # pairs; pairs with a negative each
        expected = theirs.compute_loss_from_embeddings(parts, None).item()
        assert lesson["ranking"](*parts).item() == pytest.approx(expected, rel=1e-5)


def test_cosine_objectives_are_squared_distances_from_the_labels(lesson, batch):
    query, answer, _ = batch
    cosine = functional.cosine_similarity(query, answer)
    right = functional.mse_loss(cosine, torch.ones(6))
    wrong = functional.mse_loss(functional.cosine_similarity(query, answer.roll(1, 0)), torch.zeros(6))
    assert lesson["positives_only"](query, answer).item() == pytest.approx(right.item(), rel=1e-5)
    assert lesson["with_negatives"](query, answer).item() == pytest.approx((right + wrong).item(), rel=1e-5)


def test_leaks_of_a_known_split(lesson):
    split = SimpleNamespace(train=[(1, 2), (3, 4)], test=[2, 5])
    assert lesson["leaks"](split) == pytest.approx((1 / 3, 1 / 2, 2 / 3))


def test_the_exercises_split_leaks_nothing(lesson, monkeypatch):
    rng = np.random.default_rng(0)
    pairs = [(int(a), int(b)) for a, b in rng.integers(40, size=(200, 2)) if a != b]
    held_out = pairs[:10]
    made = SimpleNamespace(train=nb20.clean_train.function(pairs, held_out), test=[a for a, _ in held_out])
    links = {}
    for a, b in held_out:
        links.setdefault(a, set()).add(b)
    monkeypatch.setitem(lesson, "links", links)
    assert made.train
    assert lesson["leaks"](made) == (0, 0, 0)


def test_the_interval_draws_whole_groups(lesson):
    queries = [0, 1, 2, 3]  # three of one group, one of another: their means are 1 and -1
    found = lesson["gain"](np.array([1.0, 1, 1, -1]), np.zeros(4), queries)
    assert found == "+0.500 (-1.000 to +1.000) draw"
    assert lesson["gain"](np.ones(4), np.zeros(4), queries) == "+1.000 (+1.000 to +1.000) ahead"
    assert lesson["gain"](np.zeros((2, 4)), np.ones(4), queries) == "-1.000 (-1.000 to -1.000) behind"


def _rows():
    """The table from data to loss: (columns, name of the loss), row by row."""
    text = "\n".join(notebooks.markdown_texts(notebooks.read(notebooks.numbered("20"))))
    table = re.search(r"^\| You have \|.*\n.*\n((?:\|.*\n)+)", text, flags=re.M)[1]
    rows = [[part.strip() for part in row.strip("|").split("|")] for row in table.splitlines()]
    return [(columns.split(", "), re.fullmatch(r"`(\w+)`", loss)[1]) for _, columns, loss, _ in rows]


@pytest.fixture(scope="module")
def text_model():
    from embedlab import models

    return models.load_text_model()


@pytest.mark.parametrize(("columns", "loss"), _rows(), ids=lambda part: part if isinstance(part, str) else "")
def test_each_row_of_the_table_is_what_its_loss_takes(text_model, columns, loss):
    from sentence_transformers.sentence_transformer import losses

    texts = [column for column in columns if not column.startswith(("label", "1", "2 "))]
    features = [text_model.preprocess(TEXTS[i:] + TEXTS[:i]) for i in range(len(texts))]
    label = next((column for column in columns if column.startswith("label")), None)
    labels = {
        None: None,
        "label from 0 to 1": torch.tensor([0.1, 0.5, 0.9, 1.0]),
        "label 0 or 1": torch.tensor([0, 1, 1, 0]),
        "label 0": torch.tensor([0, 0, 1, 1]),
        "label: its vector": torch.zeros(4, 384),
    }[label]
    value = getattr(losses, loss)(text_model)(features, labels)
    assert value.ndim == 0
    assert value.item() > 0
