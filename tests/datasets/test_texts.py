"""The shipped sentences: complete, balanced, varied, and hard where their docstrings say so."""

from __future__ import annotations

import re
from collections import Counter

import bm25s
import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import cosine_similarity

from embedlab import evaluation
from embedlab.datasets import _table, ambiguous_words, association_words, graded_pairs, questions_answers, topics
from tests.datasets.wording import words

# Words that carry no content of their own.
FUNCTION_WORDS = words(
    "a about am an and are as at be been but by can could did do does down every for from get had has have he her his "
    "how i in is it its make many may me more most much must my no not of off on or our out over s she should so t "
    "than that the their there these they this to up us was we were what when whenever where which who whose why will "
    "with without would you your"
)


@pytest.fixture(scope="module")
def topic_data() -> topics.Topics:
    return topics.load()


@pytest.fixture(scope="module")
def pair_data() -> graded_pairs.GradedPairs:
    return graded_pairs.load()


@pytest.fixture(scope="module")
def encode(text_model):
    return lambda texts: text_model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


# --- the reader


def test_reader_gives_columns_in_the_order_asked(tmp_path):
    (tmp_path / "toy.csv").write_text('word,meaning\nöl,"oil, in German"\n', encoding="utf-8")
    assert _table.read("toy", ("word", "meaning"), tmp_path) == [["öl"], ["oil, in German"]]
    (tmp_path / "toy.toml").write_text('[a]\nword = "x"\nmeaning = "y"\n[b]\nword = "z"\n', encoding="utf-8")
    assert _table.tables("toy", ("word",), tmp_path)["b"] == {"word": "z"}
    with pytest.raises(ValueError, match=r"toy.toml: \[b\] must hold word, meaning, but it lacks meaning"):
        _table.tables("toy", ("word", "meaning"), tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("meaning,word\na,b\n", r"toy.csv must start with the header word,meaning, not 'meaning,word'"),
        ("", r"toy.csv must start with the header word,meaning, not ''"),
        ("word,meaning\na,b\nc\n", r"toy.csv: row 3 must have 2 fields, but it has 1"),
        ("word,meaning\na,b,c\n", r"toy.csv: row 2 must have 2 fields, but it has 3"),
    ],
    ids=["columns exchanged", "empty file", "short row", "long row"],
)
def test_reader_refuses_a_damaged_file(tmp_path, content, message):
    (tmp_path / "toy.csv").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        _table.read("toy", ("word", "meaning"), tmp_path)


# --- topics


def test_topics_are_balanced(topic_data):
    assert np.bincount(topic_data.labels).tolist() == [25] * 12
    row = topic_data.sentences.index("A ring around the moon often means rain within a day.")
    assert topic_data.topics[topic_data.labels[row]] == "weather"


# --- graded pairs


def test_pairs_are_graded_evenly_and_hard(pair_data):
    assert Counter(pair_data.grades.tolist()) == {0: 33, 1: 33, 2: 33, 3: 33, 4: 34, 5: 34}
    grades = {kind: set() for kind in pair_data.kinds}
    for kind, grade in zip(pair_data.kinds, pair_data.grades, strict=True):
        grades[kind].add(grade)
    assert sorted(grades) == ["antonym", "negation", "no_overlap", "number", "overlap", "plain", "roles"]
    assert all(len(seen) >= 3 for seen in grades.values()), grades
    for first, second, kind in zip(pair_data.first, pair_data.second, pair_data.kinds, strict=True):
        shared = (words(first) & words(second)) - FUNCTION_WORDS
        assert kind != "no_overlap" or not shared, (first, second, shared)
    assert len(set(pair_data.first + pair_data.second)) == 400


def test_word_counts_fail_where_the_docstring_says_so(pair_data, encode):
    counts = CountVectorizer().fit_transform(pair_data.first + pair_data.second)
    counts = counts.toarray() / np.linalg.norm(counts.toarray(), axis=1, keepdims=True)
    cosines = (counts[:200] * counts[200:]).sum(axis=1)
    assert spearmanr(cosines, pair_data.grades).statistic == pytest.approx(0.339, abs=0.005)
    cosines = (encode(pair_data.first) * encode(pair_data.second)).sum(axis=1)
    assert spearmanr(cosines, pair_data.grades).statistic == pytest.approx(0.701, abs=0.01)


# --- ambiguous words


@pytest.fixture(scope="module")
def uses() -> ambiguous_words.AmbiguousWords:
    return ambiguous_words.load()


def same_sense_as_nearest(vectors: np.ndarray, uses: ambiguous_words.AmbiguousWords) -> float:
    """Share of uses whose nearest other use of the same word has the same sense."""
    words, senses = np.array(uses.words), np.array(uses.senses)
    cosines = cosine_similarity(vectors) - 2 * np.eye(len(words)) - 2 * (words[:, np.newaxis] != words)
    return float(np.mean(senses[cosines.argmax(axis=1)] == senses))


def test_ten_words_two_senses_twelve_sentences(uses):
    counts = Counter(zip(uses.words, uses.senses, strict=True))
    assert set(counts.values()) == {12}
    assert Counter(word for word, _ in counts) == dict.fromkeys(
        ["bank", "bat", "spring", "crane", "pitcher", "bark", "seal", "match", "mouse", "plant"], 2
    )
    for sentence, word, start in zip(uses.sentences, uses.words, uses.starts, strict=True):
        assert re.findall(rf"(?i)\w*{word}\w*", sentence) == [word], sentence
        assert sentence[start : start + len(word)] == word
        assert start > 0  # never the first word, which would be written with a capital


def test_counting_the_words_around_does_not_tell_the_sense(uses, text_model):
    counts = CountVectorizer().fit_transform(uses.sentences).toarray().astype(float)
    assert same_sense_as_nearest(counts, uses) == pytest.approx(0.48, abs=0.02)
    vectors = []
    states = text_model.encode(uses.sentences, output_value="token_embeddings", show_progress_bar=False)
    for sentence, word, start, state in zip(uses.sentences, uses.words, uses.starts, states, strict=True):
        offsets = text_model.tokenizer(sentence, return_offsets_mapping=True)["offset_mapping"]
        # one token holds the word, so that its vector needs no averaging
        vectors.append(state[[tuple(pair) for pair in offsets].index((start, start + len(word)))].numpy())
    assert same_sense_as_nearest(np.array(vectors), uses) == pytest.approx(0.85, abs=0.02)


# --- questions and answers


@pytest.fixture(scope="module")
def answered() -> questions_answers.QuestionsAnswers:
    return questions_answers.load()


def test_questions_and_answers_are_balanced_and_short(answered):
    assert answered.answer_of.tolist() == [*range(120), *[-1] * 40]
    assert set(Counter(answered.topics[:120]).values()) == {10}
    assert set(Counter(answered.topics[120:]).values()) == {3, 4}
    assert len(set(answered.topics)) == len(set(answered.topics[120:])) == 12
    assert max(len(re.findall(r"[.?!](?:\s|$)", answer)) for answer in answered.answers) <= 3
    shared = [
        (words(question) & words(answer)) - FUNCTION_WORDS
        for question, answer in zip(answered.questions, answered.answers, strict=False)  # the last 40 have no answer
    ]
    without = sum(not overlap for overlap in shared)
    assert 72 <= without <= 96  # if nearly all were without, counting words would be left without a chance


def test_the_model_finds_answers_that_bm25_does_not(answered, text_model):
    queries = text_model.encode(answered.questions[:120], normalize_embeddings=True, show_progress_bar=False)
    answers = text_model.encode(answered.answers, normalize_embeddings=True, show_progress_bar=False)
    index = bm25s.BM25()
    index.index(bm25s.tokenize(answered.answers, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(answered.questions[:120], stopwords="en", return_ids=False, show_progress=False)
    bm25 = np.array([index.get_scores(list(query)) if query else np.zeros(120) for query in tokens])
    for scores, mrr in [(queries @ answers.T, 0.86), (bm25, 0.28)]:
        found = evaluation.retrieval_metrics(scores, [{i} for i in range(120)], k=120)
        assert found["mrr"] == pytest.approx(mrr, abs=0.02)


def test_the_best_score_tells_whether_there_is_an_answer(answered, text_model):
    queries = text_model.encode(answered.questions, normalize_embeddings=True, show_progress_bar=False)
    answers = text_model.encode(answered.answers, normalize_embeddings=True, show_progress_bar=False)
    assert roc_auc_score(answered.answer_of >= 0, (queries @ answers.T).max(axis=1)) == pytest.approx(0.93, abs=0.01)


# --- association words


@pytest.mark.parametrize("name", association_words.load())
def test_lists_are_those_of_the_paper(name):
    test = association_words.load()[name]
    targets, attributes = {"flowers, insects": (25, 25), "instruments, weapons": (25, 25), "illness": (6, 7)}.get(
        name, (8, 8)
    )
    assert [len(words) for words in test[:4]] == [targets, targets, attributes, attributes]
    assert len({word for words in test[:4] for word in words}) == 2 * (targets + attributes), "a word stands twice"
    assert len(set(test.labels)) == 4
    assert all(-2 <= effect <= 2 for effect in test.published)


def test_published_effects():
    assert association_words.load()["names, career"].published == (1.81, 1.89)
