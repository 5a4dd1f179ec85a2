"""How a learner's value is compared with the wanted one, and what is said of the difference."""

from __future__ import annotations

import itertools
from collections import namedtuple
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.exercises.compare import difference, shorten

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
        (float("nan"), 1.0, "it is nan"),
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
        ([itertools.count(), itertools.count()], [[0], [1]], "its item [0] has at least 99999 items, wanted 1"),
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
