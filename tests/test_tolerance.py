"""The tolerance lets decimals drift and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tolerance import same_text

PAIRS = tomllib.loads(Path(__file__).with_name("tolerance.toml").read_text(encoding="utf-8"))
NAMES = [(kind, name) for kind, pairs in PAIRS.items() for name in pairs]


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_same_and_different(kind, name):
    assert same_text(*PAIRS[kind][name]) == (kind == "same")


@given(st.text())
def test_every_text_is_itself(text):
    assert same_text(text, text)


@given(st.text(alphabet="ab 1.\n-e,", max_size=12), st.text(alphabet="ab 1.\n-e,", max_size=12))
def test_texts_without_digits_after_a_point_are_compared_exactly(one, two):
    if ".1" not in one + two and "e" not in one + two:
        assert same_text(one, two) == (one == two)


@given(st.floats(-1e6, 1e6), st.integers(3, 40))
def test_a_decimal_may_not_move_by_more_than_the_rule(value, units):
    recorded, step = f"{value:.3f}", units / 1000
    moved = f"{float(recorded) + step:.3f}"
    assert same_text(recorded, moved) == (abs(float(recorded)) * 0.01 > step - 1e-9)


@given(st.integers(0, 99), st.integers(0, 3), st.integers(-9, 9))
def test_a_short_decimal_may_move_by_one_unit(digits, places, units):
    recorded, moved = (f"{number / 10**places:.{places}f}" for number in (digits, digits + units))
    assert same_text(f"P {recorded}", f"P {moved}") == (units == 0 or (places > 0 and abs(units) == 1))
