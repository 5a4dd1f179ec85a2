"""The tolerance lets decimals drift and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tolerance import same_text

SAME = {
    "two units of the last digit": ("nDCG 0.55", "nDCG 0.57"),
    "one per cent": ("loss 123.45", "loss 124.68"),
    "one per cent below": ("loss 123.45", "loss 122.22"),
    "several numbers": ("0.460 · 0.445 · 0.574", "0.461 · 0.444 · 0.573"),
    "negative": ("effect -1.62", "effect -1.60"),
    "typographic minus": ("effect −1.62", "effect −1.60"),
    "sign flips near zero": ("cosine 0.01", "cosine -0.01"),
    "typographic sign flips near zero": ("cosine 0.01", "cosine −0.01"),
    "explicit plus": ("change +0.01", "change -0.01"),
    "exponent": ("p = 1.2e-05", "p = 1.4e-05"),
    "exponent without a point": ("p = 1e-05", "p = 3e-05"),
    "no leading zero": ("R² .697", "R² .699"),
    "after an equals sign": ("k=0.50", "k=0.52"),
    "in per cent": ("75.5 % of them", "75.6 % of them"),
    "with a unit attached": ("1.90x faster", "1.91x faster"),
    "thousands": ("1,234.56 tokens", "1,240.00 tokens"),
    "range": ("0.60-0.78", "0.61-0.79"),
    "at the end of a sentence": ("It is 0.50. Two follow.", "It is 0.51. Two follow."),
    "in a list": ("[0.12, -0.34]", "[0.13, -0.33]"),
    "in a table cell": ("<td>0.12</td>", "<td>0.13</td>"),
    "more digits": ("0.3", "0.30000000000000004"),
    "padding moves with a digit": ("a |  9.99 |\nb |  1.00 |", "a | 10.00 |\nb |  1.00 |"),
    "padding of the column's head moves": ("name  score\na      9.99", "name   score\na      10.00"),
    "a rule grows with a digit": ("score\n-----\n 9.99", " score\n------\n 10.00"),
    "sign takes the place of a blank": ("\n 0.00\n", "\n-0.00\n"),
    "array padding": ("[ 9.99  1.00]", "[10.00  1.00]"),
    "thousands appear": ("  999.90 s", "1,000.10 s"),
}

DIFFERENT = {
    "three units of the last digit": ("nDCG 0.55", "nDCG 0.58"),
    "above one per cent": ("loss 123.45", "loss 124.69"),
    "one of several": ("0.460 · 0.445 · 0.574", "0.460 · 0.445 · 0.674"),
    "the sign": ("effect 1.62", "effect -1.62"),
    "the typographic sign": ("effect 1.62", "effect −1.62"),
    "the exponent": ("p = 1.2e-05", "p = 1.2e-04"),
    "the exponent's unit": ("p = 1e-05", "p = 1e-06"),
    "a word": ("nearest queen 0.79", "nearest king 0.79"),
    "a whole number": ("12 hits at 0.55", "13 hits at 0.55"),
    "a whole number within one per cent": ("12154 questions", "12155 questions"),
    "a whole number with thousands": ("12,154 questions", "12,155 questions"),
    "a whole number of per cent": ("51 %", "52 %"),
    "a whole number of dimensions": ("(3, 384)", "(3, 385)"),
    "whole against decimal": ("score 1", "score 1.0"),
    "a version": ("embedlab 0.1.0", "embedlab 0.1.1"),
    "a version's middle": ("torch 2.13.0", "torch 2.14.0"),
    "a pre-release": ("1.2rc1", "1.2rc2"),
    "a development version": ("0.1.dev0", "0.1.dev1"),
    "an address of the net": ("127.0.0.1", "127.0.0.2"),
    "part of a name": ("layer0.50", "layer0.51"),
    "nan": ("mean 0.50", "mean nan"),
    "infinity": ("mean 0.50", "mean inf"),
    "a number more": ("0.50", "0.50 0.50"),
    "a line more": ("0.50\n", "0.50\n0.50\n"),
    "a blank": ("mean  0.50", "mean 0.50"),
    "a blank beside a drift of equal width": ("mean  0.50", "mean 0.51"),
    "a line break": ("a 9.99 b", "a 10.00\nb"),
    "an empty line": ("9.99\nb", "10.00\n\nb"),
    "a glued word": ("a b 9.99", "ab 10.00"),
    "the unit": ("1.50 s", "1.50 ms"),
    "nothing left": ("0.50", ""),
    "the order": ("0.10 0.90", "0.90 0.10"),
}


@pytest.mark.parametrize(("recorded", "computed"), SAME.values(), ids=SAME.keys())
def test_same(recorded, computed):
    assert same_text(recorded, computed)


@pytest.mark.parametrize(("recorded", "computed"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_different(recorded, computed):
    assert not same_text(recorded, computed)


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
