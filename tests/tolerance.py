"""When are two printed texts the same? The numeric tolerance of the notebook verifier.

Processors round differently, so a measured decimal may drift in its last digits. Two texts are the same when

- everything that is not a decimal number is equal (words, whole numbers, `nan`, `inf`, versions like 1.2.3);
- inputs are equal: decimals after `=`, and one in the label of a row, which is what stands before a colon, an arrow, a
  bar or two blanks, if a decimal follows; in HTML it is `<th>`;
- a decimal of one or two significant digits differs by at most one unit of its last digit;
- any other decimal differs by at most 2 units of its last printed digit or by 1 % of the recorded one,
  whichever is more. Where the two print different numbers of digits, the finer unit counts.

A drift may change how wide a number is printed (9.99 and 10.00, 0.01 and -0.01), and then the padding of a whole
table moves. So where, and only where, a number changed its width, runs of blanks and the lengths of
ruled lines are not compared.
"""

from __future__ import annotations

import re
from decimal import Decimal

SHORT = 2  # significant digits: in such a number one unit is a per cent or more
UNITS = 2
SHARE = Decimal("0.01")

_DECIMAL = re.compile(
    r"""
    (?: (?<![\w.)\]]) [-+−] )?                    # a sign; after a word or a bracket it is a hyphen
    (?<![\w.])                                    # not the tail of a name or of a version
    (?: \d{1,3}(?:,\d{3})+\.\d+                   # 1,234.5
      | \d*\.\d+ (?:[eE][-+]?\d+)?                # 0.5   .5   1.5e-05
      | \d+[eE][-+]?\d+ )                         # 1e-05
    (?! \d | \.\d | [A-Za-z_]+\d | \.[A-Za-z]+\d )  # not the head of 1.2.3, 1.2rc1, 1.2.dev0
    """,
    re.VERBOSE,
)
_LABEL = re.compile(r"^[ |]*(?P<label>[^\s\[(|][^\n|\t]*?)(?= {2,}| *[\t|]| ?: | → |: )(?=[^\n]*\d\.\d)", re.MULTILINE)
_HEAD = re.compile(r"<th\b[^>]*>(?P<label>[^<]*)</th>")


def same_text(recorded: str, computed: str) -> bool:
    """Whether `computed` says what `recorded` says, decimals within the tolerance.

    >>> same_text("recall 0.755", "recall 0.757"), same_text("recall 0.755", "recall 0.855")
    (True, False)
    """
    if recorded == computed:
        return True
    old_numbers, new_numbers = _DECIMAL.findall(recorded), _DECIMAL.findall(computed)
    old_words, new_words = _DECIMAL.split(recorded), _DECIMAL.split(computed)
    if [len(number) for number in old_numbers] != [len(number) for number in new_numbers]:
        old_words, new_words = _without_padding(old_words), _without_padding(new_words)
    if old_words != new_words or len(old_numbers) != len(new_numbers):
        return False
    exact = inputs(recorded)
    places = [match.start() in exact for match in _DECIMAL.finditer(recorded)]
    return all(
        old == new if is_input else _close(old, new)
        for old, new, is_input in zip(old_numbers, new_numbers, places, strict=True)
    )


def inputs(text: str) -> set[int]:
    """Where in a text the decimals begin that are inputs and no measurements.

    >>> text = "p = 0.25: 0.81 ± 0.05"
    >>> [text[place:place + 4] for place in inputs(text)]
    ['0.25']
    """
    found = {match.start() for match in _DECIMAL.finditer(text) if re.search(r"=[ ]*\Z", text[: match.start()])}
    for label in (*_LABEL.finditer(text), *_HEAD.finditer(text)):
        inside = [match.start() for match in _DECIMAL.finditer(text, *label.span("label"))]
        if len(inside) == 1 and "±" not in label["label"]:
            found.add(inside[0])
    return found


def _close(recorded: str, computed: str) -> bool:
    old, new = _value(recorded), _value(computed)
    exponents = {old.as_tuple().exponent, new.as_tuple().exponent}
    unit = Decimal(1).scaleb(min(exponents))
    if len(exponents) == 1 and len(old.as_tuple().digits) <= SHORT:
        return abs(new - old) <= unit
    return abs(new - old) <= max(UNITS * unit, SHARE * abs(old))


def _value(number: str) -> Decimal:
    return Decimal(number.replace(",", "").replace("−", "-"))


def _without_padding(words: list[str]) -> list[str]:
    """The texts between the numbers, without what only lines them up."""
    shorter = [re.sub(r"([-─═=])\1{2,}", r"\1\1\1", re.sub(r"[ \t]+", " ", part)) for part in words]
    return [re.sub(r" ?\n ?", "\n", part).strip(" ") for part in shorter]
