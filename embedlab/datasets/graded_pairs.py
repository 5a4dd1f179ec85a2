"""Two hundred sentence pairs, each with a grade for how similar the two are in meaning.

The pairs and the grades were made for this course by **one author**. The scale has the steps of the SemEval
tasks on semantic textual similarity, but it is one person's judgement: nobody checked it and no agreement
between raters can be given, so differences of a few hundredths between two models mean nothing here.
The grades were given before any model had scored the pairs and were not changed afterwards.

The grades
    5. The same meaning, whatever the words.
    4. The same, but a minor detail differs or is missing (a red onion, six days for a week).
    3. Roughly the same event or statement, but an important detail differs (price, cause, who, how many).
    2. The same topic and some shared details, but another message. Pairs that contradict each other stand here:
       a negation, an opposite, or roles exchanged ("the dog chased the boy", "the boy chased the dog").
    1. The same topic, nothing else.
    0. Nothing in common. Some of these share words with different senses (the bank of a river, a bank).

Many pairs are hard on purpose, and ``kinds`` says how: ``negation`` (one side says it with "not", "nobody",
"hardly"…, which may or may not turn the meaning round), ``antonym`` (opposites), ``roles`` (the same people, in
exchanged or in inverted roles), ``number`` (amounts, which may or may not agree), ``no_overlap`` (no content
word in common), ``overlap`` (nearly all or the decisive words in common), and ``plain`` for the rest.

What to expect (Spearman correlation with the grades): all-MiniLM-L6-v2 .70, cosine of word counts .34 (words of
one letter left out). On the kinds negation and roles neither orders the pairs: both look at what is spoken of more
than at what is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedlab.datasets import _table


@dataclass(frozen=True)
class GradedPairs:
    """Sentence pairs with grades; row ``i`` of every field (``n`` = 200) belongs to the same pair.

    The rows are sorted by grade, best first: shuffle before you split them.
    Licence: the same as the course's own, since all of it was written for the course.
    """

    first: list[str]  #: The ``n`` = 200 first sentences.
    second: list[str]  #: The sentences they are compared with.
    grades: np.ndarray  #: float64, shape (n,): 0 (unrelated) to 5 (same meaning), 33 or 34 rows for each.
    kinds: list[str]  #: What makes the pair hard: negation, antonym, roles, number, no_overlap, overlap, or plain.


def load() -> GradedPairs:
    """Read the pairs and their grades.

    Returns
    -------
    GradedPairs
        With 200 pairs.

    Examples
    --------
    >>> data = load()
    >>> data.first[9], data.second[9], float(data.grades[9]), data.kinds[9]
    ('Maria sold the house to Peter.', 'Peter bought the house from Maria.', 5.0, 'roles')
    """
    first, second, grade, kinds = _table.read("graded_pairs", ("first", "second", "grade", "kind"))
    return GradedPairs(first, second, np.array(grade, dtype=np.float64), kinds)
