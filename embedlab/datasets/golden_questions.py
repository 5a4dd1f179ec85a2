"""Twenty questions of users about pictures, and which pages of scikit-image answer them: a golden set, graded twice.

For notebook 23. The questions were written before any search was run, in a user's words ("The camera shook. Can the
smear be undone?") and not in those of the documentation. Judged was what the author knows to help among 214 pages,
and the first four results of eight searches (all-MiniLM-L6-v2, its static rows, LSA and BM25, on pages and on
passages of 64 tokens), in the order of their names. Grades: 3 answers the question, 2 helps much, 1 helps a little,
0 does not help.

What to expect (nDCG at 10 on the pages' first 1,000 characters): all-MiniLM-L6-v2 .28, BM25 and LSA .14.

Limits: one author, who graded once question by question and once page by page, on the same day: two people would
agree less. A page that no search found and the author did not think of counts as no help.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedlab.datasets import _table

PATH = Path(__file__).with_name("golden_questions.csv")  #: the file itself, as `judging.read_golden` takes it


@dataclass(frozen=True)
class GoldenQuestions:
    """Graded pairs of question and page; row ``i`` of every field (``n`` = 471) belongs to the same pair.

    Licence: the same as the course's own, since all of it was written for the course.
    """

    questions: list[str]  #: n questions, 20 different ones.
    ids: list[str]  #: n pages, such as "filters/gaussian.md" for `skimage.filters.gaussian`.
    first: np.ndarray  #: int64, shape (n,): grades from 0 to 3, given question by question.
    second: np.ndarray  #: int64, shape (n,): the same pairs again, graded page by page.


def load() -> GoldenQuestions:
    """Read the graded pairs.

    Returns
    -------
    GoldenQuestions
        With 471 pairs.

    Examples
    --------
    >>> data = load()
    >>> data.questions[-1], len(set(data.questions))
    ('How do I lay two photos of the same place exactly on top of each other?', 20)
    """
    questions, ids, *grades = _table.read("golden_questions", ("question", "id", "first", "second"))
    first, second = (np.array(column, dtype=np.int64) for column in grades)
    return GoldenQuestions(questions, ids, first, second)
