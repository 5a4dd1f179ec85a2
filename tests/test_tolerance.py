"""The tolerance lets decimals drift and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tolerance import same_text

SAME = {
    "two units of the last digit": ("nDCG 0.554", "nDCG 0.556"),
    "one unit of a short number": ("nDCG 0.55", "nDCG 0.56"),
    "one unit of a shorter number": ("nDCG 0.5", "nDCG 0.4"),
    "three digits": ("R² 1.50", "R² 1.52"),
    "one per cent": ("loss 123.45", "loss 124.68"),
    "one per cent below": ("loss 123.45", "loss 122.22"),
    "several numbers": ("0.460 · 0.445 · 0.574", "0.461 · 0.444 · 0.573"),
    "negative": ("effect -1.62", "effect -1.60"),
    "typographic minus": ("effect −1.62", "effect −1.60"),
    "sign flips near zero": ("cosine 0.00", "cosine -0.01"),
    "typographic sign flips near zero": ("cosine 0.00", "cosine −0.01"),
    "explicit plus": ("change +0.00", "change -0.01"),
    "exponent": ("p 1.2e-05", "p 1.3e-05"),
    "exponent without a point": ("p 1e-05", "p 2e-05"),
    "no leading zero": ("R² .697", "R² .699"),
    "after a label with an input": ("threshold 0.50: recall 0.71", "threshold 0.50: recall 0.72"),
    "a spread in a label": ("both 0.26 ± 0.01   0.22 ± 0.01", "both 0.27 ± 0.01   0.22 ± 0.01"),
    "two numbers before a colon": ("untuned 0.64, tuned 0.66: gain 0.02", "untuned 0.65, tuned 0.66: gain 0.02"),
    "nothing measured after the label": ("0.79  queen", "0.78  queen"),
    "an array": ("[ 0.99  1.00]", "[ 0.98  1.00]"),
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
    "three units of the last digit": ("nDCG 0.105", "nDCG 0.108"),
    "two units of a short number": ("nDCG 0.55", "nDCG 0.57"),
    "two units of a shorter number": ("nDCG 0.5", "nDCG 0.7"),
    "two units of nothing": ("nDCG 0.00", "nDCG 0.02"),
    "an input": ("p = 0.25, q =    1: 0.81", "p = 0.24, q =    1: 0.81"),
    "an input without blanks": ("lr=0.125", "lr=0.126"),
    "an input in a table": ("p = 0.25   0.81", "p = 0.26   0.81"),
    "a short input in another width": ("x = 9.9", "x = 10.0"),
    "an input with an exponent": ("rate = 1e-05", "rate = 2e-05"),
    "an input before a colon": ("threshold 0.50: recall 0.71", "threshold 0.51: recall 0.71"),
    "an input before blanks": ("noise 0.05    0.47", "noise 0.06    0.47"),
    "an input before an arrow": ("wanted 0.10 → reached 0.12", "wanted 0.11 → reached 0.12"),
    "an input in the first column": (
        "noise  found\n 0.50   0.12\n 0.60   0.71",
        "noise  found\n 0.51   0.12\n 0.60   0.71",
    ),
    "an input in a table of Markdown": ("| 0.50 | 0.12 |", "| 0.51 | 0.12 |"),
    "an input in HTML": ("<tr><th>0.50</th><td>0.12</td>", "<tr><th>0.51</th><td>0.12</td>"),
    "above one per cent": ("loss 123.45", "loss 124.69"),
    "one of several": ("0.460 · 0.445 · 0.574", "0.460 · 0.445 · 0.674"),
    "the sign": ("effect 1.62", "effect -1.62"),
    "the typographic sign": ("effect 1.62", "effect −1.62"),
    "the exponent": ("p 1.2e-05", "p 1.2e-04"),
    "the exponent's unit": ("p 1e-05", "p 1e-07"),
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


@given(st.integers(0, 99), st.integers(0, 3), st.integers(-9, 9))
def test_a_short_decimal_may_move_by_one_unit(digits, places, units):
    recorded, moved = (f"{number / 10**places:.{places}f}" for number in (digits, digits + units))
    assert same_text(f"P {recorded}", f"P {moved}") == (units == 0 or (places > 0 and abs(units) == 1))
