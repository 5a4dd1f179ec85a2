"""Two spaces beside each other: known values by hand and from SciPy, invariants, and messages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from embedlab import evaluation, spaces, vectors


def cloud(n, d, seed):
    return np.random.default_rng(seed).normal(size=(n, d))


# ------------------------------------------------------------------------------------ retrieval across modalities


def test_cross_modal_recall_by_hand():
    # Cosines: picture 0 is nearest to text 1, then 0; picture 1 to 1; picture 2 to 2.
    images = np.eye(3)
    texts = np.array([[0.6, 0.0, 0.8], [0.7, 0.7, 0.1], [0.0, 0.6, 0.8]])
    assert spaces.cross_modal_recall(images, texts, 1) == (1 / 3, 1 / 3)
    assert spaces.cross_modal_recall(images, texts, 2) == (1.0, 1.0)
    same = np.ones((10, 4))
    assert spaces.cross_modal_recall(same, same, 3) == (0.3, 0.3), "who says the same of everything is at chance"


def test_cross_modal_recall_is_that_of_retrieval_metrics():
    images, texts = cloud(40, 6, 0), cloud(40, 6, 1)
    scores = vectors.cosine_similarity(images, texts)
    for k in (1, 5, 40):
        found = spaces.cross_modal_recall(images, texts, k)
        relevant = [{i} for i in range(40)]
        assert found.image_to_text == pytest.approx(evaluation.retrieval_metrics(scores, relevant, k)["recall"])
        assert found.text_to_image == pytest.approx(evaluation.retrieval_metrics(scores.T, relevant, k)["recall"])


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_cross_modal_recall_ignores_a_rotation_and_lengths(seed, k):
    images, texts = cloud(12, 5, seed), cloud(12, 5, seed + 1)
    turn = ortho_group.rvs(5, random_state=seed)
    stretched = texts @ turn * np.random.default_rng(seed).uniform(0.5, 2, size=(12, 1))
    assert spaces.cross_modal_recall(images @ turn, stretched, k) == spaces.cross_modal_recall(images, texts, k)


def test_modality_gap_by_hand():
    assert spaces.modality_gap([[2.0, 0.0]], [[-1.0, 0.0]]) == 2.0
    assert spaces.modality_gap([[1.0, 0.0], [0.0, 1.0]], [[0.0, 5.0], [3.0, 0.0]]) == 0.0
    # means (1/2, 1/2) and (1, 0): the difference has length sqrt(1/2)
    assert spaces.modality_gap([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0]]) == pytest.approx(0.5**0.5)


# ----------------------------------------------------------------------------------------------- alignment


def test_procrustes_is_scipys():
    source, target = cloud(30, 5, 0), cloud(30, 5, 1)
    wanted, _ = orthogonal_procrustes(source, target)
    np.testing.assert_allclose(spaces.fit_procrustes(source, target), wanted, atol=1e-10)
    found = spaces.fit_procrustes(cloud(3, 8, 0), cloud(3, 8, 1))
    np.testing.assert_allclose(found @ found.T, np.eye(8), atol=1e-10)


def test_csls_by_hand():
    # Cosines [[1, .6], [0, .8]]; with k=2 the means of rows are .8 and .4, of columns .5 and .7.
    source, target = [[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.6, 0.8]]
    wanted = [[2 - 0.8 - 0.5, 1.2 - 0.8 - 0.7], [0 - 0.4 - 0.5, 1.6 - 0.4 - 0.7]]
    np.testing.assert_allclose(spaces.csls(source, target, k=2), wanted, atol=1e-6)
    np.testing.assert_allclose(spaces.csls(source, target, k=99), wanted, atol=1e-6)
    # The hub in the middle is the nearest target of every source by cosine.
    source = vectors.normalize([[3.0, 1.0, 0.0], [3.0, 0.0, 1.0], [3.0, -1.0, 0.0]])
    target = vectors.normalize([[1.0, 0.0, 0.0], [1.0, 1.4, 0.0], [1.0, 0.0, 1.4], [1.0, -1.4, 0.0]])
    assert vectors.cosine_similarity(source, target).argmax(1).tolist() == [0, 0, 0]
    assert spaces.csls(source, target, k=3).argmax(1).tolist() == [1, 2, 3]


# ------------------------------------------------------------------------------------------------ messages


@pytest.mark.parametrize("function", [spaces.fit_procrustes, lambda a, b: spaces.cross_modal_recall(a, b, 1)])
def test_rows_must_belong_together(function):
    with pytest.raises(ValueError, match=r"has 2 items and \w+ has 3: there must be one for each"):
        function(np.ones((2, 4)), np.ones((3, 4)))
    with pytest.raises(ValueError, match=r"has 4 dimensions and \w+ has 5: they must be equal"):
        function(np.ones((2, 4)), np.ones((2, 5)))
    with pytest.raises(ValueError, match=r"must hold at least one vector, but its shape is \(0, 4\)"):
        function(np.ones((0, 4)), np.ones((0, 4)))


def test_other_messages():
    with pytest.raises(ValueError, match="k must be at least 1, but it is 0"):
        spaces.cross_modal_recall(np.eye(2), np.eye(2), 0)
    with pytest.raises(ValueError, match="k must be at least 1, but it is 0"):
        spaces.csls(np.eye(2), np.eye(2), k=0)
    with pytest.raises(ValueError, match="images has 2 dimensions and texts has 3"):
        spaces.modality_gap(np.eye(2), np.eye(3))
    with pytest.raises(ValueError, match="texts must hold at least one vector"):
        spaces.modality_gap(np.eye(2), np.ones((0, 2)))
    with pytest.raises(ValueError, match="target must hold at least one vector"):
        spaces.csls(np.eye(2), np.ones((0, 2)))
