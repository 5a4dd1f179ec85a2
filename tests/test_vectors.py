import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics.pairwise import cosine_similarity as sklearn_cosine

from embedlab import vectors

numbers = st.floats(-1e6, 1e6, width=32)


def matrices():
    shapes = st.tuples(st.integers(1, 8), st.integers(1, 6))
    arrays = shapes.flatmap(lambda shape: hnp.arrays(np.float32, shape, elements=numbers))
    # A multiple of the very smallest numbers may be zero, which has no direction.
    return arrays.filter(lambda x: (np.abs(x).max(axis=1) > 1e-30).all())


# -- normalize ---------------------------------------------------------------------------------------------------


def test_normalize_by_hand():
    np.testing.assert_allclose(vectors.normalize([[3, 4], [0, -2]]), [[0.6, 0.8], [0, -1]], rtol=1e-6)
    assert vectors.normalize([3, 4]).dtype == np.float32
    x = vectors.normalize(np.random.default_rng(0).normal(size=(500, 384)))
    assert np.array_equal(vectors.normalize(x), x), "to the bit: a saved collection answers as before"
    with pytest.raises(ValueError, match="but it is all zeros"):
        vectors.normalize([0.0, 0.0])


@given(matrices())
def test_normalized_rows_have_length_one_and_the_argument_stays(x):
    before = x.copy()
    np.testing.assert_allclose(np.linalg.norm(vectors.normalize(x), axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("scale", [1e-30, 1e-300, 1e30, 1e300])
def test_normalize_survives_extreme_lengths(scale):
    np.testing.assert_allclose(vectors.normalize(np.array([3.0, 4.0]) * scale), [0.6, 0.8], rtol=1e-6)


# -- cosine similarity -------------------------------------------------------------------------------------------


def test_cosine_has_its_shapes_and_equals_scikit_learn():
    one, many, other = np.ones(3), np.ones((2, 3)), np.ones((4, 3))
    assert vectors.cosine_similarity(one, many).shape == (2,)
    assert isinstance(vectors.cosine_similarity(one, one), float)
    assert vectors.cosine_similarity(many, one).shape == (2,)
    assert vectors.cosine_similarity(many, other).shape == (2, 4)
    with pytest.raises(ValueError, match="a has 2 dimensions and b has 3: they must be equal"):
        vectors.cosine_similarity([1.0, 0.0], [1.0, 0.0, 0.0])
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(7, 5)), rng.normal(size=(9, 5))
    np.testing.assert_allclose(vectors.cosine_similarity(a, b), sklearn_cosine(a, b), atol=1e-6)


@given(matrices(), st.floats(0.01, 100))
def test_cosine_is_bounded_symmetric_and_ignores_length(x, scale):
    cosines = vectors.cosine_similarity(x, x)
    assert (np.abs(cosines) <= 1).all()
    np.testing.assert_allclose(cosines, cosines.T, atol=1e-5)
    np.testing.assert_allclose(vectors.cosine_similarity(x * np.float32(scale), x), cosines, atol=1e-5)


# -- top_k -------------------------------------------------------------------------------------------------------


def reference(query, x, k):
    """Full stable sort in double precision: slow and plain."""
    scores = x.astype(np.float64) @ query.astype(np.float64)
    order = np.argsort(-scores, kind="stable")[:k]
    return order, scores[order]


@pytest.mark.parametrize("n", [1, 3, 50, 1023, 5000])
@pytest.mark.parametrize("k", [1, 3, 10, 200])
def test_top_k_equals_a_full_sort(n, k):
    rng = np.random.default_rng(n * k)
    x, queries = vectors.normalize(rng.normal(size=(n, 16))), vectors.normalize(rng.normal(size=(4, 16)))
    for assume, scale in [(False, 7.0), (True, 1.0)]:
        indices, scores = vectors.top_k(scale * queries, scale * x, k, assume_normalized=assume)
        assert indices.shape == scores.shape == (4, min(k, n))
        assert indices.dtype == np.int64
        assert scores.dtype == np.float32
        for query, js, ss in zip(queries, indices, scores, strict=True):
            order, values = reference(query, x, k)
            np.testing.assert_array_equal(js, order)
            np.testing.assert_allclose(ss, values, atol=1e-6)


@pytest.mark.parametrize("copies", [2, 17, 4000])
def test_equal_vectors_come_out_in_their_order(copies):
    rng = np.random.default_rng(1)
    x = np.tile(vectors.normalize(rng.normal(size=(5, 33))), (copies, 1))
    indices, scores = vectors.top_k(x[2], x, copies + 1)
    assert indices[:copies].tolist() == list(range(2, 5 * copies, 5))
    assert len(set(scores[:copies].tolist())) == 1


@given(hnp.arrays(np.int8, st.tuples(st.integers(1, 60), st.just(2)), elements=st.integers(-2, 2)), st.integers(1, 70))
def test_top_k_with_many_ties(x, k):
    x = x[np.abs(x).max(axis=1) > 0].astype(np.float32)
    query = np.array([1.0, 0.5], dtype=np.float32)
    if len(x):
        indices, scores = vectors.top_k(query, x, k)
        unit = vectors.normalize(x)
        assert sorted(set(indices.tolist())) == sorted(indices.tolist())
        assert (np.diff(scores) <= 0).all()
        exact = np.einsum("nd,d->n", unit, vectors.normalize(query), dtype=np.float64)
        np.testing.assert_array_equal(indices, np.argsort(-exact, kind="stable")[:k])


def test_one_query_equals_many_and_none_none(monkeypatch):
    rng = np.random.default_rng(2)
    x, queries = vectors.normalize(rng.normal(size=(20_000, 24))), vectors.normalize(rng.normal(size=(3, 24)))
    together = vectors.top_k(queries, x, 7)
    for row, query in enumerate(queries):
        alone = vectors.top_k(query, x, 7)
        np.testing.assert_array_equal(alone[0], together[0][row])
        np.testing.assert_array_equal(alone[1], together[1][row])
    assert vectors.normalize(np.empty((0, 3))).shape == (0, 3)
    assert vectors.top_k(np.ones(3), np.empty((0, 3)), 5)[0].shape == (0,)
    assert vectors.top_k(np.empty((0, 3)), np.ones((4, 3)), 2)[1].shape == (0, 2)
    rng = np.random.default_rng(3)
    x, queries = rng.normal(size=(300, 8)), rng.normal(size=(25, 8))
    whole = vectors.top_k(queries, x, 5)
    monkeypatch.setattr(vectors, "_BLOCK_BYTES", 4 * 300 * 7)
    parts = vectors.top_k(queries, x, 5)
    np.testing.assert_array_equal(whole[0], parts[0])
    np.testing.assert_array_equal(whole[1], parts[1])


def test_top_k_never_sorts_the_whole_collection(monkeypatch):
    longest = []
    real = np.argsort
    monkeypatch.setattr(np, "argsort", lambda x, *a, **o: (longest.append(len(x)), real(x, *a, **o))[1])
    monkeypatch.setattr(np, "sort", lambda x, _real=np.sort: (longest.append(len(x)), _real(x))[1])
    for x in (np.random.default_rng(0).normal(size=(30_000, 4)), np.ones((30_000, 4))):
        vectors.top_k(x[0], x, 10)
    assert max(longest) == 10


@pytest.mark.parametrize(
    ("query", "x", "k", "error", "message"),
    [
        ([1.0, 0.0], [[1.0, 0.0]], 0, ValueError, "k must be at least 1, but it is 0"),
        ([1.0, 0.0], [[1.0, 0.0]], 1.5, TypeError, "k must be a whole number, not 1.5"),
        ([1.0, 0.0], [[1.0, 0.0, 0.0]], 1, ValueError, "query has 2 dimensions and vectors has 3"),
    ],
)
def test_top_k_refuses(query, x, k, error, message):
    with pytest.raises(error, match=message):
        vectors.top_k(query, x, k)


@pytest.mark.parametrize("n", [10, 5000])
def test_top_k_meets_nan_even_where_nothing_is_checked(n):
    x = np.ones((n, 4), dtype=np.float32)
    x[n // 2, 1] = np.nan
    with pytest.raises(ValueError, match="must hold finite numbers, but a score is NaN or infinite"):
        vectors.top_k(np.ones(4, dtype=np.float32), x, 2, assume_normalized=True)


# -- center ------------------------------------------------------------------------------------------------------


def test_center_by_hand():
    centred = vectors.center([[1, 5], [3, 5]])
    assert centred.tolist() == [[-1, 0], [1, 0]]
    assert centred.dtype == np.float32
    x = np.full((100_000, 2), 4096.0, dtype=np.float32)
    x[::2] += 1  # a float32 running sum would lose the ones
    assert sorted(set(vectors.center(x)[:, 0].tolist())) == [-0.5, 0.5]
    with pytest.raises(ValueError, match=r"x must hold at least one vector, but its shape is \(0, 3\)"):
        vectors.center(np.empty((0, 3)))


@given(matrices())
def test_centred_columns_have_mean_zero_and_differences_stay(x):
    before, centred, size = x.copy(), vectors.center(x), np.abs(x).max()
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(centred.mean(axis=0, dtype=np.float64), 0, atol=1e-6 * size)
    np.testing.assert_allclose(centred[0] - centred[-1], x[0] - x[-1], atol=1e-6 * size)


# -- analogy -----------------------------------------------------------------------------------------------------

FAMILY = ["man", "king", "woman", "queen", "car"]
PLANE = np.array([[1.0, 0.0], [0.8, 0.6], [-1.0, 0.0], [-0.8, 0.6], [0.0, -1.0]])  # of length one already


def test_analogy_by_hand():
    # king - man + woman = (-1.2, 0.6), of length sqrt(1.8)
    answers = vectors.analogy("man", "king", "woman", FAMILY, PLANE, k=2)
    assert [word for word, _ in answers] == ["queen", "car"]
    assert [score for _, score in answers] == pytest.approx([1.32 / 1.8**0.5, -0.6 / 1.8**0.5])


@pytest.mark.parametrize(("exclude", "count"), [(True, 2), (False, 5)])
def test_more_answers_than_words(exclude, count):
    answers = vectors.analogy("man", "king", "woman", FAMILY, PLANE, k=50, exclude_inputs=exclude)
    assert len(answers) == count
    assert all(type(word) is str and type(score) is float for word, score in answers)


def test_analogy_equals_gensim():
    from gensim.models import KeyedVectors

    rng = np.random.default_rng(0)
    words, x = [f"w{i}" for i in range(40)], rng.normal(size=(40, 6)).astype(np.float32)
    peer = KeyedVectors(6)
    peer.add_vectors(words, x)
    theirs = peer.most_similar(positive=["w3", "w2"], negative=["w1"], topn=5)
    ours = vectors.analogy("w1", "w3", "w2", words, x)
    assert [word for word, _ in ours] == [word for word, _ in theirs]
    # gensim divides the sum of the three by its length, and so do we
    assert [score for _, score in ours] == pytest.approx([score for _, score in theirs], abs=1e-5)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"a": "boy"}, ValueError, "a must be one of the 5 words, but it is 'boy'"),
        ({"c": "Woman"}, ValueError, "c must be one of the 5 words, but it is 'Woman'"),
        ({"k": 0}, ValueError, "k must be at least 1, but it is 0"),
        ({"vectors": PLANE[:4]}, ValueError, "words has 5 items and vectors has 4: there must be one for each"),
        ({"words": "abcde"}, TypeError, "words must be a list of strings, not one string"),
    ],
)
def test_analogy_refuses(changes, error, message):
    question = {"a": "man", "b": "king", "c": "woman", "words": FAMILY, "vectors": PLANE}
    with pytest.raises(error, match=message):
        vectors.analogy(**(question | changes))
