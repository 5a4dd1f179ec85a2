"""Does the verifier notice? One number, one word or one caption of a recorded output is changed, and must be caught.

The recorded outputs stand for what a run computes, with one change at a time, chosen at random from a fixed seed.
"""

from __future__ import annotations

import copy
import random
import re
import zlib

import pytest

from tests.verifier import _texts as places_of
from tests.verifier import aligned
from tools import notebooks

TRIALS = 25  # changes of each kind in each notebook
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?![\w.,])")
_WORD = re.compile(r"(?<![\w&#/<.])[A-Za-z]{3,}(?!\w)")


def texts(outputs):
    """Where the texts of outputs stand: (holder, key)."""
    return [(holder, key) for output in outputs for holder, key, _ in places_of(output)]


def another_number(text, match):
    """A whole number is one more; a decimal moves by a twentieth and five units of its last digit."""
    number = match[0]
    if "." not in number:
        return str(int(number) + 1)
    digits = len(number.partition(".")[2])
    return f"{float(number) * 1.05 + 5 * 10**-digits:.{digits}f}"


def another_word(text, match):
    return match[0][::-1] if match[0][::-1] != match[0] else match[0] + "s"


def places(path, pattern, wanted=lambda text: True):
    """Every place in a notebook's outputs where a pattern stands: (outputs, number of the text, match)."""
    found = []
    for cell in notebooks.code_cells(notebooks.read(path)):
        outputs = cell["outputs"]
        for number, (holder, key) in enumerate(texts(outputs)):
            if wanted(holder[key]):
                found += [(outputs, number, match) for match in pattern.finditer(holder[key])]
    return found


def changed(outputs, number, match, new):
    result = copy.deepcopy(outputs)
    holder, key = texts(result)[number]
    holder[key] = holder[key][: match.start()] + new + holder[key][match.end() :]
    return result


KINDS = {
    "number": (_NUMBER, another_number, lambda text: True),
    "word": (_WORD, another_word, lambda text: "<" not in text),
    "caption": (_WORD, another_word, lambda text: text.startswith("[picture]") or "\n[picture]" in text),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", notebooks.course(), ids=lambda path: path.stem)
def test_a_change_in_a_recorded_output_is_caught(path, kind):
    pattern, another, wanted = KINDS[kind]
    found = places(path, pattern, wanted)
    assert found, "the notebook shows nothing of this kind"
    draw = random.Random(zlib.crc32(f"{path.stem} {kind}".encode()))
    missed = []
    for outputs, number, match in draw.sample(found, min(TRIALS, len(found))):
        new = another(match.string, match)
        if aligned(changed(outputs, number, match, new), outputs) == outputs:
            missed.append((match[0], new, match.string[max(0, match.start() - 30) : match.end() + 30]))
    assert missed == []
