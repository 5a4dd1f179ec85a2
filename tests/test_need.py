"""Argument messages: those of `_need` itself, and those of every public function of the four rooms that measure."""

from __future__ import annotations

import inspect
import re
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse

from embedlab import _need, audit, evaluation, spaces, vectors


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


def test_floats_keeps_float32_and_takes_alternatives_large_numbers_and_gaps():
    x = np.ones((2, 3), dtype=np.float32)
    assert _need.floats(x, "x", "(d,) or (n, d)") is x
    assert _need.floats([1, 2], "x", "(d,) or (n, d)").dtype == np.float64
    big = np.array([1.7e308, 1.7e308])
    assert _need.floats(big, "x", "(d,)") is big
    assert _need.floats([1.0, -np.inf], "x", "(d,)", gaps=True).tolist() == [1.0, -np.inf]
    with pytest.raises(ValueError, match="x must hold finite numbers, but position 2 holds inf"):
        _need.floats([-np.inf, 1.0, np.inf], "x", "(d,)", gaps=True)


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


def test_the_other_checks():
    with pytest.raises(ValueError, match="ids has 1 items and documents has 2: there must be one for each"):
        _need.same_length([1], [1, 2], "ids", "documents")
    with pytest.raises(ValueError, match="query has 3 dimensions and vectors has 2: they must be equal"):
        _need.same_dimension(np.ones(3), np.ones((5, 2)), "query", "vectors")
    assert _need.one_of("a", "mode", ["a", "b"]) == "a"
    with pytest.raises(ValueError, match="mode must be one of 'a', 'b', but it is 'c'"):
        _need.one_of("c", "mode", ["a", "b"])
    assert _need.whole(np.int64(4), "k") == 4
    assert _need.strings((s for s in "ab"), "x") == ["a", "b"]


# -- every public function, every kind of input ----------------------------------------------------------------------

X = np.array([[1.0, 0.5, 0.25], [0.5, 1.0, -0.25], [-0.5, 0.25, 1.0]])  # exact in every float type


class Says:
    """A model that gives the same table for every list of texts, so many rows as asked."""

    def __init__(self, table):
        self.table = table

    def encode(self, inputs):
        return [self.table[i % 3] for i in range(len(inputs))] if self.table is X else self.table


TESTS = {"t": (["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"])}


# (function, its arguments, which of them are vectors: rows, or one alone)
CALLS = [
    (vectors.normalize, {"x": X}, ["x"]),
    (vectors.center, {"x": X}, ["x"]),
    (vectors.cosine_similarity, {"a": X, "b": X}, ["a", "b"]),
    (vectors.top_k, {"query": X, "vectors": X, "k": 2}, ["query", "vectors"]),
    (vectors.top_k, {"query": X, "vectors": X, "k": 2, "assume_normalized": True}, ["query", "vectors"]),
    (vectors.analogy, {"a": "p", "b": "q", "c": "r", "words": list("pqr"), "vectors": X}, ["vectors"]),
    (evaluation.retrieval_metrics, {"scores": X, "relevant": [{0}] * 3}, ["scores"]),
    (evaluation.ranked_metrics, {"found": [[0]] * 3, "relevant": [{0}] * 3}, []),
    (evaluation.paired_bootstrap, {"a": X[0], "b": X[1], "repeats": 9}, ["a", "b"]),
    (evaluation.pair_similarities, {"a": X, "b": X}, ["a", "b"]),
    (evaluation.verification_curve, {"scores": X[0], "same": [True, True, False]}, ["scores"]),
    (evaluation.weat, {"x": X[:2], "y": -X[1:], "a": X, "b": X[1:]}, ["x", "y", "a", "b"]),
    (spaces.cross_modal_recall, {"images": X, "texts": X, "k": 1}, ["images", "texts"]),
    (spaces.modality_gap, {"images": X, "texts": X}, ["images", "texts"]),
    (spaces.fit_procrustes, {"source": X, "target": X}, ["source", "target"]),
    (spaces.csls, {"source": X, "target": X, "k": 2}, ["source", "target"]),
]
PLACES = [(function, given, name) for function, given, names in CALLS for name in names]
HELPERS = {"unit", "stable_best"}  # for other rooms of the package


def call_id(value):
    return getattr(value, "__name__", value if isinstance(value, str) else "")


def test_no_public_function_is_left_out():
    rooms = (vectors, evaluation, spaces, audit)
    public = {
        function
        for room in rooms
        for name, function in inspect.getmembers(room, inspect.isfunction)
        if function.__module__ == room.__name__ and not name.startswith("_") and name not in HELPERS
    }
    assert public == {function for function, _, _ in CALLS} | {audit.report}


BAD = {
    "sparse tensor": (
        lambda x: torch.tensor(x).to_sparse(),
        "but this tensor cannot be read as such: can't convert Sparse layout",
    ),
    "meta tensor": (lambda x: torch.tensor(x).to("meta"), "but this tensor cannot be read as such: .*meta"),
    "complex tensor": (lambda x: torch.tensor(x) * 1j, "complex"),
    "sparse matrix": (lambda x: sparse.csr_matrix(x), "and dense, not a csr_matrix: its method toarray"),
    "sparse rows": (lambda x: [sparse.csr_matrix(row) for row in np.atleast_2d(x)], "not a csr_matrix"),
    "table with text": (
        lambda x: pd.DataFrame({"a": list(np.atleast_2d(x)[0]), "b": "word"}),
        "a DataFrame that holds 'word'",
    ),
    "ragged list": (lambda x: [[1.0], [1.0, 2.0]], "its rows differ in length"),
    "ragged deep": (lambda x: [[[1.0]], [[1.0, 2.0]]], "its rows differ in length"),
    "ragged arrays": (lambda x: [np.ones(2), np.ones((2, 2))], "its rows differ in length"),
    "words": (lambda x: ["a", "b"], "not a list that holds 'a'"),
    "one word": (lambda x: "abc", "not a str"),
    "bytes": (lambda x: b"abc", "not a bytes"),
    "nothing": (lambda x: None, "not a NoneType"),
    "None inside": (lambda x: [1.0, None, 2.0], "not a list that holds None"),
    "objects": (lambda x: [object()], "not a list that holds <object"),
    "dict": (lambda x: {"a": 1.0}, "not a dict"),
    "generator": (lambda x: (row for row in x), "not a generator"),
    "complex": (lambda x: np.asarray(x) * 1j, "not an array of complex128"),
    "dates": (lambda x: np.asarray(["2020-01-01"], dtype="datetime64[D]"), "not an array of datetime64"),
    "masked": (lambda x: np.ma.masked_less(x, 0.3), "some of its values are masked"),
    "masked rows": (
        lambda x: [np.ma.masked_less(row, 0.3) for row in np.atleast_2d(x)],
        "some of its values are masked",
    ),
    "masked inside": (lambda x: [1.0, np.ma.masked], "some of its values are masked"),
    "tensor without data": (lambda x: [torch.tensor(1.0, device="meta")], "cannot be read as such: .*meta"),
    "scalar": (lambda x: 1.0, "must have shape"),
    "four axes": (lambda x: np.ones((1, 1, 1, 1)), "must have shape"),
    "too large an int": (lambda x: [10**400, 1], "int too large to convert to float"),
    "NaN": (lambda x: np.where(x == 0.5, np.nan, x), "must hold finite numbers, but .* (holds|is) "),
    "infinity": (
        lambda x: np.where(x == 0.5, np.inf, x).astype(np.float32),
        "must hold finite numbers, but .* (holds|is) ",
    ),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize(("function", "given", "name"), PLACES, ids=call_id)
def test_bad_input_is_named_as_the_caller_named_it(function, given, name, kind):
    spoilt, cause = BAD[kind]
    spoilt = spoilt(given[name])  # what making it may warn of is not ours
    with warnings.catch_warnings(), pytest.raises((ValueError, TypeError), match=rf"(?s)\A{name}\b.*{cause}"):
        warnings.simplefilter("error")
        function(**given | {name: spoilt})


@pytest.mark.parametrize("kind", BAD)
def test_what_a_model_gave_is_named_too(kind):
    spoilt, cause = BAD[kind]
    with pytest.raises((ValueError, TypeError), match=rf"(?s)\Amodel.encode\(texts\).*{cause}"):
        audit.report(Says(spoilt(X)), TESTS, draws=3)


FLAGS = {"per_query", "exclude_inputs", "assume_normalized", "name"}  # anything is true or false, or has a name
ALL = [(*call[:2], name) for call in CALLS for name in inspect.signature(call[0]).parameters if name not in FLAGS]
ALL += [
    (audit.report, {"model": Says(X), "tests": TESTS, "draws": 3}, name)
    for name in inspect.signature(audit.report).parameters
    if name not in FLAGS
]


@pytest.mark.parametrize(("function", "given", "name"), ALL, ids=call_id)
def test_every_message_begins_with_an_argument(function, given, name):
    for kind, (spoilt, _) in BAD.items():
        if (kind, name) == ("nothing", "exclude"):
            continue  # nothing is left out
        wrong = spoilt(X)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            said = message_of(function, **given | {name: wrong})
        assert said, f"{kind} as {name} passed"
        assert re.match(rf"{name}\b", said), f"{kind} as {name}: {said}"


DIRECTED = [
    place for place in PLACES if place[0] not in (vectors.center, evaluation.retrieval_metrics, spaces.fit_procrustes)
]
DIRECTED = [(function, given, name) for function, given, name in DIRECTED if np.ndim(given[name]) == 2]


@pytest.mark.parametrize(("function", "given", "name"), DIRECTED, ids=call_id)
def test_zeros_have_no_direction(function, given, name):
    if given.get("assume_normalized"):
        return  # nothing is checked then
    with pytest.raises(ValueError, match=rf"\A{name} must hold vectors with a direction, but row 1 is all zeros"):
        function(**given | {name: given[name] * [[1.0]] * np.array([[1.0], [0.0], [1.0]])[: len(given[name])]})


def test_zeros_that_no_argument_holds():
    opposite = [[1.0, 0.0], [0.5, 0.75**0.5], [0.5, -(0.75**0.5)]]  # two directions whose sum is the third
    with pytest.raises(ValueError, match=r"\Ab - a \+ c must hold vectors with a direction, but it is all zeros"):
        vectors.analogy("p", "q", "r", list("pqr"), opposite)


GOOD = {
    "list": np.ndarray.tolist,
    "half array": lambda x: x.astype(np.float16),
    "long double": lambda x: x.astype(np.longdouble),
    "fractions": lambda x: x.astype(object),
    "table": lambda x: pd.DataFrame(x) if x.ndim == 2 else pd.Series(x),
    "nothing masked": np.ma.masked_invalid,
    "tensor": torch.tensor,
    "half tensor": lambda x: torch.tensor(x).half(),
    "bfloat16": lambda x: torch.tensor(x).bfloat16(),
    "parameter": lambda x: torch.nn.Parameter(torch.tensor(x)),
    "list of tensors": lambda x: [torch.tensor(row).bfloat16() for row in x],
}


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize(("function", "given", "name"), PLACES, ids=call_id)
def test_numbers_of_every_kind_are_numbers(function, given, name, kind):
    wanted, found = (plain(function(**arguments)) for arguments in (given, given | {name: GOOD[kind](given[name])}))
    for one, other in zip(wanted, found, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-5)


def plain(result):
    """The numbers of a result, one array each."""
    result = result.values() if isinstance(result, dict) else result
    result = [score for _, score in result] if isinstance(result, list) else result
    return result if isinstance(result, tuple) else [*result] if not isinstance(result, float) else [result]


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e-40, 1e-30, 1e30, 3e38, 1e150, 1e308])
@pytest.mark.parametrize(("function", "given", "name"), PLACES, ids=call_id)
def test_huge_and_tiny_numbers_warn_of_nothing(function, given, name, scale):
    with np.errstate(all="ignore"):
        tables = [given[name] * scale, *([(given[name] * scale).astype(np.float32)] if 1e-38 < scale < 1e38 else [])]
    for table in tables:
        for mode in ("raise", "warn"):
            with np.errstate(all=mode), warnings.catch_warnings():
                warnings.simplefilter("error")
                said = message_of(function, **given | {name: table})
            # A sum or a difference that float32 cannot hold is an error, and the message begins with an argument.
            assert not said or said.split()[0] in given, said


def message_of(function, **arguments):
    try:
        function(**arguments)
    except (ValueError, TypeError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("scale", [1e-100, 1e30, 1e200, 1e308])
def test_a_scale_turns_nothing(scale):
    turned = spaces.fit_procrustes(X * scale, X[:, ::-1] * scale)
    np.testing.assert_allclose(turned, np.eye(3)[::-1], atol=1e-9)
