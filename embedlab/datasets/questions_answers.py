"""Everyday questions with answers, and questions that nothing in the collection answers.

For question answering as retrieval: find the right one among 120 answers, and say "I do not know" to the 40
questions that have none. The collection was written for this course on 12 topics, from stains to black holes.
Two in three answers share no content word with their question, so matching words finds few of them. The questions
without an answer are on the same topics (three or four for each), so the topic alone does not give them away.

What to expect (mean reciprocal rank among 120 answers): all-MiniLM-L6-v2 .86, TF-IDF .30, BM25 .23,
chance .045. With the best score as the sign that a question has an answer, ROC AUC: all-MiniLM-L6-v2 .93, BM25 .55;
BM25 without stop words has .29 and .59.

Limits: one author and short texts. In a first version hardly any answer shared a word with its question, which left
BM25 below chance; 52 answers were then worded as people would, question in mind. They are common knowledge put
briefly, not advice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedlab.datasets import _table


@dataclass(frozen=True)
class QuestionsAnswers:
    """Questions, answers, and which belongs to which.

    There are ``m`` = 160 questions and ``n`` = 120 answers. The first 120 questions have answer 0 to 119, in
    order and grouped by topic; the last 40 have none.
    Licence: the same as the course's own, since all of it was written for the course.
    """

    questions: list[str]  #: The ``m`` = 160 questions.
    answers: list[str]  #: The ``n`` = 120 answers, one or two sentences each.
    answer_of: np.ndarray  #: int64, shape (m,): position of each question's answer in ``answers``; -1 for none.
    topics: list[str]  #: The topic of each of the ``m`` questions: 12 topics, 10 answered questions for each.


def load() -> QuestionsAnswers:
    """Read the questions and answers.

    Returns
    -------
    QuestionsAnswers
        With 160 questions and 120 answers.

    Examples
    --------
    >>> data = load()
    >>> data.questions[51], data.answers[data.answer_of[51]]
    ('How long does sunlight take to reach us?', 'A little more than eight minutes.')
    >>> data.questions[-1], int(data.answer_of[-1])
    ('How is the energy of a wind turbine stored?', -1)
    """
    questions, texts, topics = _table.read("questions_answers", ("question", "answer", "topic"))
    answers = [text for text in texts if text]
    has_answer = np.array([text != "" for text in texts])
    answer_of = np.where(has_answer, np.cumsum(has_answer) - 1, -1).astype(np.int64)
    return QuestionsAnswers(questions, answers, answer_of, topics)
