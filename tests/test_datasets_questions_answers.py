"""Questions and answers fit together, and mostly not by their words."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from embedlab.datasets import questions_answers
from tests.alike import most_alike, words

FUNCTION_WORDS = words(
    "a an the this that these of to in on at by for from with without and or but not no is are was were be been am do "
    "does did has have had can could will would may should i you he she it we they my your our their how what when "
    "where which who why than more most much many me us get make so as up off out s t"
)


@pytest.fixture(scope="module")
def data() -> questions_answers.QuestionsAnswers:
    return questions_answers.load()


def test_sizes_and_balance(data):
    assert (len(data.questions), len(data.answers), len(data.topics)) == (160, 120, 160)
    assert data.answer_of.dtype == np.int64
    assert data.answer_of.tolist() == [*range(120), *[-1] * 40]
    assert set(Counter(data.topics[:120]).values()) == {10}
    assert set(Counter(data.topics[120:]).values()) == {3, 4}
    assert len(set(data.topics)) == len(set(data.topics[120:])) == 12


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is a palindrome?", "A word or phrase that reads the same backwards, like level or noon."),
        ("Which planet has the most moons?", "Saturn, with well over a hundred moons known so far."),
        ("How does a plane stay in the air?", "Its wings push air downwards, and the reaction lifts the craft;"),
        ("How do I get red wine out of a white tablecloth?", "Blot it at once, pour on sparkling water or salt,"),
    ],
    ids=["palindrome", "moons", "the last", "the first"],
)
def test_answers_belong_to_their_questions(data, question, answer):
    row = data.questions.index(question)
    assert data.answers[data.answer_of[row]].startswith(answer)


def test_questions_ask_and_answers_are_short(data):
    assert all(re.match(r"[A-Z].*\?$", question) for question in data.questions)
    assert all(re.match(r"[A-Z].*\.$", answer) for answer in data.answers)
    assert max(len(answer.split()) for answer in data.answers) <= 45
    assert max(len(re.findall(r"[.?!](?:\s|$)", answer)) for answer in data.answers) <= 3


def test_most_answers_share_no_content_word_with_their_question(data):
    shared = [
        (words(question) & words(answer)) - FUNCTION_WORDS
        for question, answer in zip(data.questions, data.answers, strict=False)  # the last 40 have no answer
    ]
    without = sum(not overlap for overlap in shared)
    assert 72 <= without <= 96  # if nearly all were without, counting words would be left without a chance


def test_no_near_duplicates(data):
    for texts in (data.questions, data.answers):
        score, one, other = most_alike(texts)
        assert score < 0.6, (one, other)


def test_no_near_duplicates_for_the_model(data, text_model):
    for texts in (data.questions, data.answers):
        vectors = text_model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        assert np.max(vectors @ vectors.T - 2 * np.eye(len(texts))) < 0.9


def reciprocal_ranks(scores: np.ndarray) -> np.ndarray:
    """1 / rank of answer i for question i; among equal scores the middle rank."""
    own = np.diag(scores)[:, np.newaxis]
    ranks = 1 + (scores > own).sum(axis=1) + ((scores == own).sum(axis=1) - 1) / 2
    return 1 / ranks


def test_the_model_finds_answers_that_bm25_does_not(data, text_model):
    import bm25s

    queries = text_model.encode(data.questions[:120], normalize_embeddings=True, show_progress_bar=False)
    answers = text_model.encode(data.answers, normalize_embeddings=True, show_progress_bar=False)
    index = bm25s.BM25()
    index.index(bm25s.tokenize(data.answers, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(data.questions[:120], stopwords="en", return_ids=False, show_progress=False)
    bm25 = np.array([index.get_scores(list(query)) if query else np.zeros(120) for query in tokens])
    assert reciprocal_ranks(queries @ answers.T).mean() == pytest.approx(0.86, abs=0.01)
    assert reciprocal_ranks(bm25).mean() == pytest.approx(0.28, abs=0.02)
    assert np.mean(1 / np.arange(1, 121)) == pytest.approx(0.045, abs=0.001)  # any rank equally likely


def test_the_best_score_tells_whether_there_is_an_answer(data, text_model):
    from sklearn.metrics import roc_auc_score

    queries = text_model.encode(data.questions, normalize_embeddings=True, show_progress_bar=False)
    answers = text_model.encode(data.answers, normalize_embeddings=True, show_progress_bar=False)
    assert roc_auc_score(data.answer_of >= 0, (queries @ answers.T).max(axis=1)) == pytest.approx(0.93, abs=0.01)
