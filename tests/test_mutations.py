"""Does the verifier notice? One thing of a recorded output is changed, and must be caught.

The recorded outputs stand for what a run computes, with one change at a time, chosen at random from a fixed seed. They
go through the comparison of nbval's own cells, as the plugin has made it.
"""

from __future__ import annotations

import base64
import copy
import io
import random
import re
import zlib
from collections import Counter
from itertools import chain, pairwise

import pytest
from PIL import Image

from tests import tolerance
from tests.verifier import _texts as places_of
from tools import notebooks

TRIALS = 20  # changes of each kind in each notebook
LEAST = 2000
WORD = re.compile(r"(?<![\w&#/<.])[A-Za-z]{3,}(?!\w)")
OPPOSITE = {"yes": "no", "True": "False", "ahead": "behind", "above": "below", "right": "wrong", "more": "fewer"}
OPPOSITE |= {word: other for other, word in OPPOSITE.items()} | {"draw": "ahead", "largest": "smallest"}
CONCLUSION = re.compile(rf"\b(?:{'|'.join(OPPOSITE)})\b")
UNIT = re.compile(r"(?<=\d)(?: ?%| (?:s|ms|MB|GB|kB|words|texts|dimensions|pairs|questions)\b)")
WHOLE = re.compile(r"(?<![\w.,])\d+(?![\w.,])")


# Each kind: from outputs, all the ways to change one thing, as functions that do it to a copy


def texts(outputs):
    return [(holder, key) for output in outputs for holder, key, _ in places_of(output)]


def put(number, start, end, new):
    """Puts other letters into a text of the outputs."""

    def change(outputs):
        holder, key = texts(outputs)[number]
        holder[key] = holder[key][:start] + new + holder[key][end:]

    return change


def replacing(pattern, another, wanted=lambda text, match: True):
    """The changes that put something else where a pattern stands."""

    def changes(outputs):
        for number, (holder, key) in enumerate(texts(outputs)):
            for match in pattern.finditer(holder[key]):
                if wanted(holder[key], match):
                    yield put(number, *match.span(), another(match[0]))

    return changes


def another_word(word):
    return word[::-1] if word[::-1] != word else word + "s"


def is_input(text, match):
    return match.start() in tolerance.inputs(text)


def moved(number, units):
    """A decimal that is some units of its last digit larger."""
    mantissa, e, exponent = number.partition("e")
    digits = len(mantissa.partition(".")[2])
    value = float(mantissa.replace(",", "").replace("−", "-"))
    return f"{value + units * 10**-digits:.{digits}f}{e}{exponent}"


def next_input(number):
    return moved(number, 1)


def beyond(number):
    """A decimal just outside of what the tolerance allows."""
    digits = re.sub(r"e.*|[^\d]", "", number)
    short = len(digits.lstrip("0")) <= tolerance.SHORT
    return moved(number, 2 if short else max(3, int(int(digits) * float(tolerance.SHARE)) + 1))


def swapped_lines(outputs):
    for number, (holder, key) in enumerate(texts(outputs)):
        lines = holder[key].split("\n")
        for place, (one, two) in enumerate(pairwise(lines)):
            if not tolerance.same_text(one, two):
                new = "\n".join([*lines[:place], two, one, *lines[place + 2 :]])
                yield put(number, 0, len(holder[key]), new)


def swapped_outputs(outputs):
    kinds = [output.get("name") or sorted(output.get("data", {})) for output in outputs]
    for place in range(len(outputs) - 1):
        if kinds[place] != kinds[place + 1]:
            yield lambda new, place=place: new.insert(place, new.pop(place + 1))


def pictures_of(outputs):
    return [place for place, output in enumerate(outputs) if "image/png" in output.get("data", {})]


def alternatives(outputs):
    def change(new, place):
        about = new[place]["metadata"]["image/png"]
        about["alt"] = another_word(about["alt"].split()[0]) + about["alt"]

    for place in pictures_of(outputs):
        yield lambda new, place=place: change(new, place)


def kinds(outputs):
    def rename(new, place, kind, other):
        new[place]["data"][other] = new[place]["data"].pop(kind)

    others = {"image/png": "image/jpeg", "text/plain": "text/markdown", "text/html": "text/plain"}
    for place, output in enumerate(outputs):
        for kind in output.get("data", {}):
            yield lambda new, place=place, kind=kind: rename(new, place, kind, others[kind])


def damages(outputs):
    def spoil(new, place, damage):
        png = base64.b64decode(new[place]["data"]["image/png"])
        new[place]["data"]["image/png"] = base64.b64encode(damage(png)).decode()

    for place in pictures_of(outputs):
        for damage in (
            lambda png: png[: len(png) // 2],
            lambda png: b"",
            lambda png: small(1, 1),
            lambda png: small(400, 99),
        ):
            yield lambda new, place=place, damage=damage: spoil(new, place, damage)


def small(width, height):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(buffer, "PNG")
    return buffer.getvalue()


KINDS = {
    "conclusion": replacing(CONCLUSION, lambda word: OPPOSITE[word]),
    "input": replacing(tolerance._DECIMAL, next_input, is_input),
    "word": replacing(WORD, another_word, lambda text, match: "<" not in text),
    "caption": replacing(WORD, another_word, lambda text, match: "[picture]" in text),
    "unit": replacing(UNIT, lambda unit: unit + "2"),
    "whole number": replacing(WHOLE, lambda number: str(int(number) + 1)),
    "decimal": replacing(tolerance._DECIMAL, beyond, lambda *where: not is_input(*where)),
    "order of lines": swapped_lines,
    "order of outputs": swapped_outputs,
    "alternative text": alternatives,
    "mime type": kinds,
    "picture": damages,
}


@pytest.fixture(scope="module")
def cells():
    """The cells of all notebooks, as pytest collects them: {name of the notebook: cells}."""

    class Collector:
        def pytest_collection_finish(self, session):
            found.extend(session.items)

    found = []
    options = ["--nbval", "--collect-only", "-qq", "-p", "no:cacheprovider", "-p", "no:xdist"]
    assert pytest.main([*options, *map(str, notebooks.course())], plugins=[Collector()]) == 0
    return {path.stem: [item for item in found if item.path == path] for path in notebooks.course()}


def test_every_change_in_a_recorded_output_is_caught(cells):
    caught, missed = Counter(), []
    for name, items in cells.items():
        for kind, changes in KINDS.items():
            every = [(item, change) for item in items for change in changes(item.cell.outputs)]
            draw = random.Random(zlib.crc32(f"{name} {kind}".encode()))
            for item, change in draw.sample(every, min(TRIALS, len(every))):
                computed = copy.deepcopy(item.cell.outputs)
                change(computed)
                if item.compare_outputs(computed, item.cell.outputs):
                    missed.append((name, item.name, kind, difference(computed, item.cell.outputs)))
                caught[kind] += 1
    print(f"{caught.total()} changes:", ", ".join(f"{kind} {number}" for kind, number in caught.items()))
    assert missed == []
    assert set(caught) == set(KINDS)
    assert caught.total() >= LEAST


def difference(computed, recorded):
    pairs = zip(texts(computed), texts(recorded), strict=False)
    return [(a[b], c[d]) for (a, b), (c, d) in pairs if a[b] != c[d]]


def test_what_was_not_changed_passes(cells):
    for item in chain(*cells.values()):
        assert item.compare_outputs(copy.deepcopy(item.cell.outputs), item.cell.outputs), item
