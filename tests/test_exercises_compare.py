"""How a learner's value is compared with the wanted one, and what is said of the difference."""

from __future__ import annotations

import collections
import itertools
from collections import namedtuple
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embedlab.exercises.compare import Manner, difference, other_form
from embedlab.exercises.values import settle, shorten

NAN = "is nan (0 / 0 gives it, and so does the mean of nothing)"
Point = namedtuple("Point", "x y")


@dataclass
class Result:
    name: str
    vector: np.ndarray


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (0.1 * 3, 0.3),
        (np.float32(0.1), 0.1),
        (np.array(2), 2),
        (3.0, 3),
        (Fraction(1, 2), 0.5),
        (float("nan"), float("nan")),
        (np.True_, True),
        (np.str_("a"), "a"),
        ([1, (2.0, {"a": np.ones(2)})], [1, (2.0, {"a": np.ones(2) + 1e-9})]),
        ((1, 2), Point(1, 2)),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array([np.nan, 1]), np.array([np.nan, 1])),
        (np.array(["a", "b"]), np.array(["a", "b"])),
        (frozenset({1}), {1}),
        (None, None),
        (len, len),
        (Result("a", np.ones(2)), Result("a", np.ones(2))),
    ],
    ids=lambda value: str(value).partition(" at 0x")[0],
)
def test_equal_values(got, wanted):
    assert difference(got, wanted) is None


@pytest.mark.parametrize(
    ("got", "wanted", "clause"),
    [
        (2, 1, "it is a different number"),
        (2.5, 1, "it is not a whole number"),
        (2, 1.0, "it is too large"),
        (0.2, 0.3, "it is too small"),
        (-0.3, 0.3, "it has the wrong sign"),
        (float("nan"), 1.0, f"it {NAN}"),
        (float("nan"), np.ones(2), f"it {NAN}, wanted a NumPy array"),
        (np.array([1.0, np.nan]), np.ones(2), f"it differs in 1 of 2 entries: the first, at [1], {NAN}"),
        (float("inf"), 1.0, "it is inf"),
        (1.0, float("nan"), "it is a different number"),
        (100_001, 100_000, "it is a different number"),
        (0.9, float("inf"), "it is too small"),
        (True, 1, "it is a bool, wanted a number"),
        (2, True, "it is an int, wanted True or False"),
        (False, True, "it is False"),
        (None, 1, "it is None, wanted a number"),
        (1, None, "it is an int, wanted None"),
        ("1", 1, "it is a str, wanted a number"),
        ("RED", "red", "it differs only in upper and lower case"),
        ("red ", "red", "it differs only in its blanks or line ends"),
        (np.zeros(3), np.zeros((3, 2)), "it has shape (3,), wanted (3, 2)"),
        ({1: 2}, {1}, "it is a dict, wanted a set"),
        ({1, 2}, [1, 2], "it is a set, wanted a list, which has an order"),
        ({1, 2}, np.array([1, 2]), "it is a set, wanted a NumPy array, which has an order"),
        ("ab", ["a", "b"], "it is a str, wanted a list"),
        (b"ab", [97, 98], "it is a bytes, wanted a list"),
        ({0: 1, 1: 2}, [1, 2], "it is a dict, wanted a list"),
        ([1, 1], {1}, "it holds an item twice"),
        ([[1, 2], [3]], np.eye(2), "it is a list whose rows differ in length, wanted shape (2, 2)"),
        ((i for i in "ab"), 2, "it is a generator, wanted a single number"),
        (itertools.count(), [0, 1], "it has at least 100000 items, wanted 2"),
        ([True, False], np.array([1.0, 0.0]), "it holds True or False, wanted numbers"),
        ([1, "a"], np.array([1.0, 0.0]), "it holds numbers and strings, wanted numbers"),
        ([1], [1, 2], "it has 1 item, wanted 2"),
        ([2, 1], [1, 2], "it has the right items in the wrong order"),
        ([1, 5], [1, 2.0], "its item [1] is too large"),
        ([1, [2, 3]], [1, [2, 4]], "its item [1][1] is a different number"),
        ({"a": [1.0]}, {"a": [2.0]}, "its item ['a'][0] is too small"),
        ({}, {"secret": 1}, "it lacks 1 key"),
        ({"b": 1, "c": 2}, {"a": 1, "d": 3}, "it lacks 2 keys and has 2 keys too many ('b', 'c')"),
        ({1, 9}, {1, 2}, "it lacks 1 item and has 1 item too many (9)"),
        (np.array([2, 1]), np.array([1, 2]), "it has the right numbers in the wrong places"),
        (np.array([1, 5, 3]), np.array([1, 2, 4]),
         "it differs in 2 of 3 entries: the first, at [1], is a different number"),
        (np.array([True]), np.array([1]), "it holds True or False, wanted numbers"),
        (np.array(["a"]), np.array(["b"]), "it differs in 1 of 1 entries: the first, at [0], is a different string"),
        (len, max, "it has a different value"),
        (abs, round, "it has a different value"),
        (Result("a", np.ones(2)), Result("a", np.zeros(2)),
         "its item ['vector'] differs in 2 of 2 entries: the first, at [0], is too large"),
        (object(), Result("a", np.ones(2)), "it is an object, wanted a Result"),
    ],
    ids=lambda value: str(value).partition(" at 0x")[0],
)  # fmt: skip
def test_different_values_are_told_apart_in_words(got, wanted, clause):
    assert difference(got, wanted) == clause


@pytest.mark.parametrize("form", [float, lambda x: np.array([x])], ids=["numbers", "arrays"])
def test_floats_are_met_within_a_tolerance(form):
    for got, wanted in ((100.009, 100.0), (-100.009, -100.0), (9e-7, 0.0)):
        assert difference(form(got), form(wanted)) is None
    for got, wanted in ((100.011, 100.0), (1.1e-6, 0.0)):
        assert "is too large" in difference(form(got), form(wanted))


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


CONTAINERS = {
    "list": list,
    "tuple": tuple,
    "generator": lambda x: (item for item in x),
    "map": lambda x: map(float, x),
    "values of a dictionary": lambda x: dict(enumerate(x)).values(),
    "keys of a dictionary": lambda x: dict.fromkeys(x).keys(),
    "deque": collections.deque,
    "array": np.array,
    "array of objects": lambda x: np.array(x, dtype=object),
    "array of half width": lambda x: np.array(x, dtype=np.float16),
    "array of single width": lambda x: np.array(x, dtype=np.float32),
    "array of long floats": lambda x: np.array(x, dtype=np.longdouble),
    "list of 0-d arrays": lambda x: [np.array(item) for item in x],
    "list of half floats": lambda x: [np.float16(item) for item in x],
    "tensor": torch.tensor,
    "tensor with gradient": lambda x: torch.tensor(x, requires_grad=True),
    "tensor of half width": lambda x: torch.tensor(x, dtype=torch.float16),
    "list of 0-d tensors": lambda x: [torch.tensor(item) for item in x],
    "Series": pd.Series,
    "Series with an odd index": lambda x: pd.Series(x, index=[9, "a", 9]),
    "Index": pd.Index,
}


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize("form", [list, tuple, np.array])
def test_right_is_right_in_any_container(container, form):
    right, wrong = [0.1234567, 2.5, -7.0], [0.1234567, 2.6, -7.0]
    assert difference(container(right), form(right)) is None
    assert difference(container(wrong), form(right)).endswith("is too large")
    assert difference(container(right[::-1]), form(right)).endswith(("wrong places", "wrong order"))
    assert difference(container(right), form(right[:2])) in (
        "it has 3 items, wanted 2",
        "it has shape (3,), wanted (2,)",
    )


SCALARS = [float, np.float16, np.float32, np.longdouble, np.array, torch.tensor, Fraction, Decimal]


@pytest.mark.parametrize("scalar", SCALARS)
def test_a_number_is_a_number_of_any_width(scalar):
    assert difference(scalar(0.3), 0.3) is None
    assert difference(scalar(3.0), 3) is None
    assert difference(scalar(0.4), 0.3) == "it is too large"


@pytest.mark.filterwarnings("ignore:the matrix subclass")  # NumPy advises against it, learners may use it
def test_tables_are_compared_in_any_container():
    table = np.arange(6.0).reshape(2, 3)
    tables = (table.tolist(), list(table), tuple(map(tuple, table)), torch.tensor(table), pd.DataFrame(table))
    for got in (*tables, np.asmatrix(table), np.ma.masked_array(table), (iter(row) for row in table)):
        got = settle(got)  # a generator can be walked over once
        assert difference(got, table) is None
        assert difference(got, table.T) == "it has shape (2, 3), wanted (3, 2)"
    assert difference(table, [list(row) for row in table]) is None
    assert difference(range(3), np.arange(3)) is None
    assert difference(np.ma.masked_array(table, table > 4), table).startswith("it differs in 1 of 6 entries")
    assert difference(torch.tensor([0.5, 2.0], dtype=torch.bfloat16), [0.5, 2.0]) is None


def test_the_manner_of_a_comparison():
    assert difference(1, True) is None
    assert difference([1, 0], np.array([True, False])) is None
    assert difference([2, 0], np.array([True, False])) == "it holds numbers, wanted True or False"
    assert difference(True, 1) == "it is a bool, wanted a number"
    epoch = Manner(noun="epoch")
    assert difference(3, 2, epoch) == "it is not the right epoch"
    assert difference("a", "b", epoch) == "it is not the right epoch"
    assert difference([1, 3], [1, 2], epoch) == "its item [1] is not the right epoch"
    assert difference(3.0, 2.0, epoch) == "it is too large"
    assert difference(3, 2, Manner(quantity=True)) == "it is too large"
    exact, bytes_ = Manner(exact_type=True), np.array([1, 2], np.int8)
    assert difference(bytes_, bytes_, exact) is None
    assert difference(bytes_ * 1.0, bytes_, exact) == "it has the type float64, wanted an array of type int8"
    assert difference([1, 2], bytes_, exact) == "it is a list, wanted an array of type int8"
    assert difference([1, 2], bytes_) is None


@pytest.mark.parametrize(
    ("got", "wanted", "form"),
    [
        ([1.0], np.ones(1), "an array, and yours is a list"),
        (torch.ones(1), np.ones(1), "an array, and yours is a Tensor"),
        (np.ones(2), [1, 1], "a list, and yours is an array of shape (2,)"),
        ((1, 2), [1, 2], "a list, and yours is a tuple"),
        (np.array([1, 0]), np.array([True, False]), "True and False, and yours are numbers"),
        (1, True, "True or False, and yours is an int"),
        (2.0, 2, "a whole number, and yours is a float"),
        (np.float32(2), 2.0, ""),
        (np.ones(2, np.float32), np.ones(2), ""),
        ("a", "a", ""),
        (None, None, ""),
    ],
    ids=str,
)
def test_another_form_is_named(got, wanted, form):
    assert difference(got, wanted) is None
    assert other_form(got, wanted) == form


def test_no_function_of_numpy_decides(monkeypatch):
    for name in ("isclose", "allclose", "asarray", "array", "all", "any", "sort", "argwhere", "abs", "array_equal"):
        monkeypatch.setattr(np, name, lambda *args, **kwargs: True)
    assert difference([0.5, 2.0], np.ones(2)) == "it differs in 2 of 2 entries: the first, at [0], is too small"


@given(values)
def test_whatever_it_is_it_equals_itself(value):
    assert difference(value, value) is None


@given(values, values)
def test_a_difference_is_told_as_one_clause(a, b):
    clause = difference(a, b)
    if clause is not None:
        assert clause.startswith(("it ", "its item "))
        assert "\n" not in clause


@given(values, st.integers())
def test_an_added_item_is_always_noticed(value, extra):
    assert difference([value, extra], [value]) == "it has 2 items, wanted 1"
    assert difference([value], [value, extra]) == "it has 1 item, wanted 2"
    assert difference({"a": value}, {"a": value, "b": extra}) == "it lacks 1 key"


@given(st.floats(1e3, 1e9), st.floats(1e3, 1e9))
def test_a_wanted_number_is_never_told(got, wanted):
    clause = difference([got], [wanted])
    assert clause is None or clause in ("its item [0] is too large", "its item [0] is too small")


@given(st.lists(st.floats(-10, 10).map(lambda x: round(x, 2)), min_size=1, max_size=9), st.randoms())
def test_reordered_numbers_are_recognised(numbers, random):
    shuffled = numbers[:]
    random.shuffle(shuffled)
    told = difference(np.array(shuffled), np.array(numbers))
    assert told in (None, "it has the right numbers in the wrong places")


@given(values, st.integers(10, 60))
def test_shortened_values_fit_on_a_line(value, width):
    text = shorten(value, width)
    assert len(text) <= width
    assert "\n" not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "0.333333"),
        (1.0, "1.0"),
        (np.float32(0.1), "0.1"),
        ((1,), "(1,)"),
        (set("hgfedcba"), "{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}"),
        ({10, 9}, "{9, 10}"),
        ({1, "a"}, "{'a', 1}"),
        (set(), "set()"),
        ({"k": 1 / 3}, "{'k': 0.333333}"),
        (np.array([0.1, 2]), "array([0.1, 2.0])"),
        (np.zeros((100, 3)), "array of shape (100, 3)"),
        (list(range(20)), "[0, 1, 2, 3, 4, 5, 6, 7, …]"),
        ("x" * 100, "'" + "x" * 58 + "…"),
        ("two\nlines", r"'two\nlines'"),
        (test_equal_values, "<function test_equal_values>"),
    ],
)  # fmt: skip
def test_shortened(value, text):
    assert shorten(value) == text
