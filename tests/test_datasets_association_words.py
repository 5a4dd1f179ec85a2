"""The lists of the association tests have the sizes of the paper and hold no slips of typing."""

from __future__ import annotations

import pytest

from embedlab.datasets import association_words

TESTS = association_words.load()
SIZES = {
    "flowers, insects": (25, 25),
    "instruments, weapons": (25, 25),
    "names, career": (8, 8),
    "maths, arts": (8, 8),
    "science, arts": (8, 8),
    "illness": (6, 7),
    "young, old": (8, 8),
}


@pytest.mark.parametrize("name", TESTS)
def test_sizes_are_those_of_the_paper(name):
    test = TESTS[name]
    targets, attributes = SIZES[name]
    assert [len(words) for words in test[:4]] == [targets, targets, attributes, attributes]


@pytest.mark.parametrize("name", TESTS)
def test_no_word_stands_twice(name):
    words = [word for words in TESTS[name][:4] for word in words]
    assert len(words) == len(set(words))


def test_every_set_has_a_name_and_every_test_a_published_effect():
    assert set(TESTS) == set(SIZES)
    for test in TESTS.values():
        assert len(set(test.labels)) == 4
        assert all(-2 <= effect <= 2 for effect in test.published)
    assert TESTS["names, career"].published == (1.81, 1.89)


def test_changing_a_list_changes_no_other_answer():
    association_words.load()["illness"].x.append("nonsense")
    assert "nonsense" not in association_words.load()["illness"].x
