"""Word lists of the association tests of Caliskan, Bryson and Narayanan (2017), seven of their ten.

Each test has two sets of target words and two sets of attribute words, and asks whether the targets differ in which
attributes they lie closer to. The lists are those of the paper's supplement, Science 356 (6334), 183-186,
https://doi.org/10.1126/science.aal4230; they go back to older studies with people. They are facts about that study
and were typed in for this course. Left out are the three tests with names that are typical of ethnic groups.

What to expect: effects of 1.24 (flowers) and 1.51 (instruments) on all-MiniLM-L6-v2 with single words, .4 to 1.0 on
the others. The lists are short, American and of their time, and the effects depend on them (notebook 21).
"""

from __future__ import annotations

from typing import NamedTuple

from embedlab.datasets import _table


class AssociationTest(NamedTuple):
    """One test: two sets of targets, two sets of attributes, and what was published about it."""

    x: list[str]  #: First targets, such as flowers.
    y: list[str]  #: Second targets, as many, such as insects.
    a: list[str]  #: First attributes, such as pleasant words.
    b: list[str]  #: Second attributes.
    labels: tuple[str, str, str, str]  #: What the four sets are called.
    published: tuple[float, float]  #: Effect sizes in the paper for GloVe and for word2vec.


def load() -> dict[str, AssociationTest]:
    """Return the seven tests by their names.

    Examples
    --------
    >>> tests = load()
    >>> list(tests)[:3]
    ['flowers, insects', 'instruments, weapons', 'names, career']
    >>> tests["names, career"].x[:3], tests["names, career"].labels[2]
    (['John', 'Paul', 'Mike'], 'career')
    """
    tests = _table.tables("association_words", AssociationTest._fields)
    return {name: _test(**told) for name, told in tests.items()}


def _test(labels: list[str], published: list[float], **sets: str) -> AssociationTest:
    words = {name: text.split() for name, text in sets.items()}
    return AssociationTest(**words, labels=tuple(labels), published=tuple(published))
