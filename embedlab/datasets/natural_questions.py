"""Questions as people ask them, with pages of the libraries that answer them: "how do I smooth a noisy signal?".

The pages are those of `embedlab.datasets.docstrings`. Grade 2: the page's function does what is asked. Grade 1: it does
so in a special case, or a part of it, or helps. Grade 0: judged, and of no use.

How made: 40 questions were written before any search was run, by one author who knew what the libraries are for. Then
the first ten pages of seven searches were pooled: BM25 on names and first paragraphs, BM25 on whole pages, LSA,
MiniLM, the reciprocal ranks of the last and BM25 on whole pages, and two ways of late interaction. They were sorted by
name, so that nobody could see which search had found what, and each was graded by the same author after its name and
first paragraph. Answers that the author knew to be there and no search had found were added: 75 of the 282 pages with a
grade above 0.

What to expect (nDCG@10 over the 38 questions that have an answer): all-MiniLM-L6-v2 .46, BM25 on whole pages .27, BM25
on the same texts .22, LSA .13.

Limits: few questions, one author, one judge. A page that no search found and the author did not think of counts as
wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from embedlab.datasets import _table

#: Columns of the shipped table: a question, and the names of the pages with grade 2, 1 and 0, parted by blanks.
COLUMNS = ("question", "answers", "helps", "others")


@dataclass(frozen=True)
class NaturalQuestions:
    """Questions, and the pages that were judged for each.

    There are ``m`` = 40 questions; two of them no page answers. Licence: the same as the course's own, since all of it
    was written for the course.
    """

    questions: list[str]  #: The ``m`` questions.
    grades: list[dict[str, int]]  #: For each the judged pages: name, such as "numpy.unique", and grade 0, 1 or 2.


def load() -> NaturalQuestions:
    """Read the questions and the judgements.

    Returns
    -------
    NaturalQuestions
        With 40 questions.

    Examples
    --------
    >>> data = load()
    >>> data.questions[1], data.grades[1]["scipy.signal.find_peaks"]
    ('find the peaks in a curve', 2)
    """
    questions, *graded = _table.read("natural_questions", COLUMNS)
    grades = [
        {name: grade for grade, names in zip((2, 1, 0), row, strict=True) for name in names.split()}
        for row in zip(*graded, strict=True)
    ]
    return NaturalQuestions(questions, grades)
