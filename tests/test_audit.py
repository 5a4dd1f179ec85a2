"""The audit report: it says what is true of models whose truth is known, and it runs on the real one."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

from embedlab import audit, evaluation
from embedlab.datasets import association_words, topics
from tests.encoders import WordCounts

SIZES = ("x", "y", "a", "b")
LISTS = {part: [f"{part}{i}" for i in range(8)] for part in SIZES}
SHARED = [["p q", "p r"], ["s q", "t"], ["p"], ["s"]]  # words in common, so that counting words sees something
POOL = [f"word{i}" for i in range(120)]
AT_RANDOM = "from vectors dealt out at random, on average"


class Planted:
    """Targets x lie on the side of attributes a by `strength`; everything else is noise of its own."""

    def __init__(self, strength: float):
        self.strength = strength

    def encode(self, inputs):
        made = []
        for text in inputs:
            rng = np.random.default_rng(list(text.encode()))
            side = {"x": self.strength, "y": -self.strength, "a": 3.0, "b": -3.0}.get(text[:1], 0.0)
            made.append(np.append(rng.normal(size=30), side))
        return np.array(made)


def row_of(text: str, start: str) -> list[str]:
    """The cells of the table row that starts with a label."""
    lines = [line for line in text.splitlines() if line.startswith(f"| {start} |")]
    return [cell.strip() for cell in lines[-1].strip("|").split("|")]


def planted_report(strength: float, **options) -> str:
    return audit.report(Planted(strength), {"planted": [LISTS[part] for part in SIZES]}, **options)


def test_a_planted_association_is_found_and_its_absence_too():
    strong, none = row_of(planted_report(3.0), "planted"), row_of(planted_report(0.0), "planted")
    assert float(strong[1]) > 1.7
    assert strong[2] == "< 0.001"
    assert abs(float(none[1])) < 1
    assert float(none[2]) > 0.05


def test_random_lists_do_not_reach_a_planted_effect():
    assert row_of(planted_report(3.0, pool=POOL), "planted")[4] == "none of 500"
    assert float(row_of(planted_report(0.0, pool=POOL), "planted")[4]) > 0.1


def test_the_effect_is_that_of_weat():
    sets = [Planted(1.0).encode(LISTS[part]) for part in SIZES]
    wanted = evaluation.weat(*sets, permutations=5000)
    found = row_of(planted_report(1.0), "planted")
    assert found[1] == f"{wanted.effect_size:.2f}"
    assert wanted.p_value < 0.001
    assert found[2] == "< 0.001"
    unit = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in sets]
    assert audit._effect(*unit) == pytest.approx(wanted.effect_size, abs=1e-5)


def test_words_are_recovered_from_a_model_that_counts_words():
    sentences = [f"first{c} second{c} third{c} shared" for c in "abcdefghijklmnopqrstuvwxyz"]
    text = audit.report(WordCounts(512), {"t": SHARED}, sentences=sentences)
    assert float(row_of(text, "from its own vector")[1]) > 0.8
    assert float(row_of(text, AT_RANDOM)[1]) < 0.4
    assert "A vector is a form of its text" in text
    assert "the sentences' own words. That helps the attacker" in text


def test_a_dictionary_without_the_words_finds_nothing_and_the_sentence_follows():
    sentences = [f"first{c} second{c} third{c} shared" for c in "abcdefghijklmnopqrstuvwxyz"]
    text = audit.report(WordCounts(512), {"t": SHARED}, sentences=sentences, dictionary=POOL)
    assert row_of(text, "from its own vector")[1] == row_of(text, AT_RANDOM)[1] == "0.00"
    assert "10 guesses out of 120 " in text
    assert "does not show that words can be read" in text
    assert "form of its text" not in text
    assert row_of(text, "attacker's words")[1] == "120"


def test_a_dictionary_with_a_few_of_the_words_finds_a_part():
    sentences = [f"first{c} second{c} third{c} shared" for c in "abcdefghijklmnopqrstuvwxyz"]
    words = ["First" + c for c in "abcdefghijklmnopqrstuvwxyz"]
    text = audit.report(WordCounts(512), {"t": SHARED}, sentences=sentences, dictionary=words)
    assert 0.1 < float(row_of(text, "from its own vector")[1]) <= 0.25
    assert "A vector tells a part of its text" in text


def test_recovery_without_any_difference_between_the_vectors_shows_nothing():
    class Same:
        def encode(self, inputs):
            return np.tile([1.0, 2.0], (len(inputs), 1))

    told = audit._recovery(Same(), ["alpha beta", "gamma delta", "some words"], [], 50, np.random.default_rng(0))
    assert "does not show that words can be read" in told


@pytest.mark.parametrize(
    ("share", "mixed", "told"),
    [
        (0.04, [0.04] * 99, "does not show"),
        (0.04, [0.03] * 4 + [0.05] * 96, "does not show"),
        (0.06, [0.04] * 100, "but few of them"),
        (0.30, [0.04] * 99, "a part of its text"),
        (0.60, [0.04] * 99, "a form of its text"),
        (0.60, [0.04] * 10, "does not show"),  # so few draws cannot tell one in twenty
        (0.60, [0.03] * 94 + [0.7] * 6, "does not show"),
    ],
)
def test_what_is_said_of_recovery_follows_the_share(share, mixed, told):
    assert told in audit._told_of_recovery(share, np.array(mixed))


def test_the_report_says_what_it_used_and_is_the_same_again():
    text = planted_report(1.0, pool=POOL, name="Planted model")
    assert text == planted_report(1.0, pool=POOL, name="Planted model")
    assert text.startswith("# Audit of Planted model\n")
    assert re.findall(r"^## (.+)$", text, re.M) == ["Data used", "Associations", "Limits"]
    assert row_of(text, "ordinary words")[1] == "120"
    assert "Vectors of 31 dimensions" in text
    assert row_of(text.partition("## Associations")[0], "planted")[1] == "8 + 8 + 8 + 8"


def test_another_list_has_another_fingerprint():
    data = [planted_report(1.0, pool=pool).partition("## Associations")[0] for pool in (POOL, POOL[1:])]
    first, second = (row_of(text, "ordinary words")[2] for text in data)
    assert first != second


def test_the_template_is_used():
    seen = WordCounts()
    audit.report(seen, {"t": SHARED}, template="This is {}.")
    assert "This is p q." in seen.calls[0]


def test_the_p_value_is_two_sided_as_the_share_of_random_lists_is():
    x, y, a, b = (LISTS[part] for part in SIZES)
    sets = dict(zip(SIZES, (Planted(0.3).encode(LISTS[part]) for part in SIZES), strict=True))
    upward = evaluation.weat(sets["x"], sets["y"], sets["a"], sets["b"], permutations=5000).p_value
    there = row_of(audit.report(Planted(0.3), {"t": (x, y, a, b)}).partition("## Associations")[2], "t")
    back = row_of(audit.report(Planted(0.3), {"t": (y, x, a, b)}).partition("## Associations")[2], "t")
    assert there[2] == f"{2 * upward:.3f}"
    assert back[2] == there[2]
    assert float(back[1]) == -float(there[1]) < 0


@pytest.mark.parametrize(
    ("effect", "p", "share", "told"),
    [
        (1.0, 0.2, 0.01, "not told from chance"),
        (1.0, 0.01, 0.3, "but 30% of the random lists do as much"),
        (1.0, 0.01, 0.01, "and random lists rarely do as much"),
        (-1.0, 0.01, 0.01, "against the order of the lists, and random lists rarely"),
        (1.0, 0.01, None, "was not measured"),
    ],
)
def test_what_is_said_of_an_effect_follows_its_numbers(effect, p, share, told):
    assert told in audit._told_of_effect(effect, p, share, 0.05)


def test_each_test_gets_its_own_sentence_and_many_tests_a_stricter_limit():
    tests = {name: [LISTS[part] for part in SIZES] for name in ("one", "two", "three", "four", "five")}
    strong, none = (audit.report(Planted(s), tests, pool=POOL, draws=50) for s in (3.0, 0.0))
    assert strong.count("the targets differ, and random lists rarely do as much.") == 5
    assert none.count(": not told from chance with these lists; half of the lists may turn it round.") == 5
    assert "With 5 tests, a p above 0.010 is not told from chance" in strong


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"model": object()}, TypeError, "model must have a method encode, but a object has none"),
        ({"tests": {}}, ValueError, "tests must hold at least one association test"),
        (
            {"tests": {"t": (["a", "b"], ["c"], ["e"], ["f"])}},
            ValueError,
            r"\['t'\] gives no effect: x has 2 items and y",
        ),
        (
            {"tests": {"t": (["a"], ["c"], ["e"], ["f"])}},
            ValueError,
            r"\['t'\] gives no effect: x and y must hold at le",
        ),
        (
            {"tests": {"t": (["a", "b"], ["c", "d"], [], ["f"])}},
            ValueError,
            r"tests\['t'\] .* four lists .* one is empty",
        ),
        (
            {"tests": {"t": {"x": 1}}},
            ValueError,
            r"tests\['t'\] must hold four lists \(x, y, a, b\), but it holds a dict",
        ),
        ({"tests": {"t": (["a"], ["b"], ["c"])}}, ValueError, r"tests\['t'\] must hold four lists .* but it holds 3"),
        ({"tests": {"t": ("ab", ["b"], ["c"], ["d"])}}, TypeError, r"tests\['t'\].x must be a list of strings"),
        ({"pool": ["one", "two"]}, ValueError, "pool must hold at least 50 words, but it holds 2"),
        ({"template": "a word"}, ValueError, "template must hold {} once"),
        ({"draws": 0}, ValueError, "draws must be at least 1, but it is 0"),
        ({"sentences": ["a b", "c"]}, ValueError, "sentences must hold words of at least four letters"),
        ({"dictionary": ["a"]}, ValueError, "dictionary is what the words of sentences are guessed from"),
        ({"sentences": ["a"], "dictionary": "word"}, TypeError, "dictionary must be a list of strings"),
    ],
)
def test_wrong_arguments(options, error, message):
    arguments = {"model": WordCounts(), "tests": {"t": SHARED}, **options}
    with pytest.raises(error, match=message):
        audit.report(**arguments)


def test_the_real_model(text_model):
    tests = association_words.load()
    text = audit.report(text_model, tests, sentences=topics.load().sentences[::10], name="all-MiniLM-L6-v2", draws=100)
    associations = text.partition("## Associations")[2]
    assert float(row_of(associations, "instruments, weapons")[1]) == pytest.approx(1.51, abs=0.02)
    assert float(row_of(associations, "names, career")[1]) == pytest.approx(1.02, abs=0.02)
    assert float(row_of(text, "from its own vector")[1]) > 5 * float(row_of(text, AT_RANDOM)[1])
    assert "Vectors of 384 dimensions" in text


# -- the audit's sentences follow its numbers ------------------------------------------------------------------------

FORM, LITTLE, CHANCE = "A vector is a form of its text", "but few of them", "Vectors dealt out at random do as well"
SENTENCES = [f"first{c} second{c} third{c} fourth{c}" for c in "abcdefghijklmnopqrstuvwxyz"]


class Remembers:
    """A model of texts whose vectors keep each word with a probability: at 0 they are noise of their own."""

    def __init__(self, share):
        self.share = share

    def encode(self, inputs):
        made = []
        for text in inputs:
            rng, words = random.Random(text), text.split()
            kept = [word for word in words if len(words) == 1 or rng.random() < self.share]
            noise = np.random.default_rng(rng.getrandbits(32)).normal(size=400)
            own = [np.random.default_rng(list(word.encode())).normal(size=400) for word in kept]
            made.append(np.sum([0.3 * noise, *own], axis=0))
        return np.array(made)


def sentence_of(share, sentences=SENTENCES, **options):
    lists = [["p q", "p r"], ["s q", "t"], ["p", "q"], ["s", "r"]]
    text = audit.report(Remembers(share), {"t": lists}, sentences=sentences, draws=100, **options)
    [said] = [name for name in (FORM, LITTLE, CHANCE) if name in text]
    return said


def test_recovery_is_called_what_it_is():
    assert sentence_of(0.9) == FORM
    assert sentence_of(0.0) == CHANCE
    assert sentence_of(1.0, SENTENCES[:1]) == CHANCE
    assert sentence_of(1.0, SENTENCES[:2]) == CHANCE  # half of all ways to deal out two vectors are the right one


def test_long_lists_are_not_called_short():
    def words(letter, size):
        return [f"{letter}{i}" for i in range(size)]

    for size, short in ((99, True), (100, False)):
        lists = [words("x", 100), words("y", 100), words("a", size), words("b", 200)]
        text = audit.report(Remembers(1.0), {"t": lists}, draws=5)
        assert ("The lists are short" in text) == short
        assert "see the range over half lists." in text


def test_braces_of_a_template_that_are_no_place_stay():
    audit.report(Remembers(1.0), {"t": (["a", "b"], ["c", "d"], ["e"], ["f"])}, template="{a} {{ {}", draws=3)
