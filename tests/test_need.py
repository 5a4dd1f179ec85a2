import numpy as np
import pytest

from embedlab import _need


@pytest.mark.parametrize(
    ("x", "shape", "error", "message"),
    [
        ([1.0, 2.0, 3.0], "(n, d)", ValueError, r"documents must have shape \(n, d\), but its shape is \(3,\)"),
        (
            [[1.0], [1.0, 2.0]],
            "(n, d)",
            ValueError,
            r"documents must have shape \(n, d\), but its rows differ in length",
        ),
        (["a", "b"], "(d,)", TypeError, r"documents must be numbers of shape \(d,\), not a list"),
        (np.array(["a"]), "(d,)", TypeError, r"must be numbers of shape \(d,\), not an array of <U1"),
        ([[1.0, 2.0], [0.0, np.nan]], "(n, d)", ValueError, "documents must hold finite numbers, but row 1 holds nan"),
        ([1.0, -np.inf], "(d,)", ValueError, "documents must hold finite numbers, but position 1 holds -inf"),
    ],
    ids=["too flat", "ragged", "words", "array of words", "NaN", "infinity"],
)
def test_floats_refuses(x, shape, error, message):
    with pytest.raises(error, match=message):
        _need.floats(x, "documents", shape)


def test_floats_keeps_float32_and_accepts_alternatives():
    x = np.ones((2, 3), dtype=np.float32)
    assert _need.floats(x, "x", "(d,) or (n, d)") is x
    assert _need.floats([1, 2], "x", "(d,) or (n, d)").dtype == np.float64


def test_finite_numbers_whose_sum_overflows_are_fine():
    big = np.array([1.7e308, 1.7e308])
    assert _need.floats(big, "x", "(d,)") is big


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (0, ValueError, "k must be at least 1, but it is 0"),
        (2.0, TypeError, "k must be a whole number, not 2.0"),
        (True, TypeError, "k must be a whole number, not True"),
        ("3", TypeError, "k must be a whole number, not '3'"),
    ],
)
def test_whole_refuses(x, error, message):
    with pytest.raises(error, match=message):
        _need.whole(x, "k")


def test_whole_takes_numpy_integers():
    assert _need.whole(np.int64(4), "k") == 4


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ("hello", r"documents must be a list of strings, not one string: write \[documents\]"),
        (5, "documents must be a list of strings, not a int"),
        (["a", None], r"documents\[1\] must be a string, not a NoneType \(None\)"),
        ([b"a"], r"documents\[0\] must be a string, not a bytes"),
    ],
)
def test_strings_refuses(x, message):
    with pytest.raises(TypeError, match=message):
        _need.strings(x, "documents")


def test_strings_takes_any_iterable():
    assert _need.strings((s for s in "ab"), "x") == ["a", "b"]


def test_pairs_of_arguments():
    with pytest.raises(ValueError, match="ids has 1 items and documents has 2: there must be one for each"):
        _need.same_length([1], [1, 2], "ids", "documents")
    with pytest.raises(ValueError, match="query has 3 dimensions and vectors has 2: they must be equal"):
        _need.same_dimension(np.ones(3), np.ones((5, 2)), "query", "vectors")


def test_one_of():
    assert _need.one_of("a", "mode", ["a", "b"]) == "a"
    with pytest.raises(ValueError, match="mode must be one of 'a', 'b', but it is 'c'"):
        _need.one_of("c", "mode", ["a", "b"])
