"""Google's analogy questions: 19,544 times "a is to b as c is to which word?", in fourteen sections.

Mikolov, Chen, Corrado and Dean (2013), Efficient estimation of word representations in vector space, wrote them to
test word vectors: five sections ask about the world (capitals, currencies, family), nine about grammar. Each
section is made from a short list of pairs, in most of them every pair against every other, so questions of one section
are far from independent of each other.

Nothing is copied: the questions are read out of the installed gensim (``questions-words.txt`` of its test data),
which passes on the file that Google published with word2vec under the Apache License 2.0.
"""

from __future__ import annotations

from dataclasses import dataclass

from embedlab.datasets import _fixtures


@dataclass(frozen=True)
class Analogies:
    """Questions with their sections; item ``i`` of both fields (``n`` = 19,544) belongs to the same question."""

    questions: list[tuple[str, str, str, str]]  #: n times (a, b, c, answer), with the capitals of the source.
    sections: list[str]  #: n names such as "capital-common-countries"; those of grammar begin with "gram".


def load() -> Analogies:
    """Read the questions in the order of the file.

    Returns
    -------
    Analogies
        8,869 questions about the world, then 10,675 about grammar.

    Raises
    ------
    ModuleNotFoundError, FileNotFoundError
        If gensim or its file is missing.
    ValueError
        If the file is not the one that this module was written for.

    Examples
    --------
    >>> data = load()
    >>> len(data.questions), len(set(data.sections))
    (19544, 14)
    >>> data.questions[0], data.sections[0]
    (('Athens', 'Greece', 'Baghdad', 'Iraq'), 'capital-common-countries')
    """
    return _parse(_fixtures.path("questions-words.txt").read_text(encoding="utf-8"))


def _parse(text: str) -> Analogies:
    section, questions, sections = "", [], []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(":"):
            section = line[1:].strip()
            continue
        words = tuple(line.split())
        if len(words) != 4 or not section:
            raise ValueError(
                f"questions-words.txt: line {number} must hold four words below a section, not {line!r:.60}"
            )
        questions.append(words)
        sections.append(section)
    return Analogies(questions, sections)
