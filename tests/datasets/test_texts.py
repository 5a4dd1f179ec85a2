"""The shipped sentences: complete, balanced, varied, and hard where their docstrings say so."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import bm25s
import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import roc_auc_score

from embedlab.datasets import _table, ambiguous_words, association_words, graded_pairs, questions_answers, topics
from tests.datasets.alike import jaccard, words

# Words that give a topic away at once, written down from the topic's name and not from its sentences.
OBVIOUS = {
    "astronomy": "star planet telescope galaxy moon orbit comet universe astronomer sun space rocket supernova",
    "cooking": "cook recipe kitchen oven fry bake boil sauce soup pan salt egg flour butter cake salad dish",
    "football": "football goal ball penalty referee striker team league offside goalkeeper defender midfielder",
    "medicine": "doctor patient hospital nurse surgeon antibiotic tablet vaccination blood disease virus treatment",
    "finance": "bank money interest share investor saving loan mortgage fund bond stock market price dividend",
    "gardening": "garden plant flower seed soil lawn compost weed prune sow seedling leaf leaves tomato",
    "music": "music song singer piano guitar orchestra melody album concert drummer chord note band conductor",
    "law": "law court judge lawyer jury contract trial witness guilty appeal evidence prosecution clause",
    "programming": "code program bug software function variable database compiler server debug exception array loop",
    "travel": "travel trip tourist hotel airport passport holiday visa hostel guidebook luggage suitcase fly",
    "weather": "weather rain snow wind storm climate forecast cloud hurricane frost sunny temperature fog",
    "history": "history historian century medieval roman ancient war emperor king queen empire archive revolution",
}


def names_its_topic(sentence: str, topic: str) -> bool:
    return any(re.search(rf"\b{word}(s|es|ed|d|ing|y)?\b", sentence.lower()) for word in OBVIOUS[topic].split())


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
    assert sorted(topic_data.topics) == sorted(OBVIOUS)


def test_topics_label_a_sentence_we_know(topic_data):
    row = topic_data.sentences.index("A ring around the moon often means rain within a day.")
    assert topic_data.topics[topic_data.labels[row]] == "weather"


def test_topic_sentences_vary_in_length_and_form(topic_data):
    assert len({len(sentence.split()) for sentence in topic_data.sentences}) > 10
    for topic in range(12):
        own = [s for s, label in zip(topic_data.sentences, topic_data.labels, strict=True) if label == topic]
        assert sum(s.endswith("?") for s in own) >= 2, topic_data.topics[topic]
        assert len({s.split()[0] for s in own}) >= 17, topic_data.topics[topic]  # few share a first word
        assert any(not s.endswith((".", "?")) for s in own) or topic_data.topics[topic] == "travel"


def test_at_least_a_third_avoids_the_obvious_words(topic_data):
    hidden = [
        not names_its_topic(sentence, topic_data.topics[label])
        for sentence, label in zip(topic_data.sentences, topic_data.labels, strict=True)
    ]
    assert sum(hidden) >= 100
    assert min(np.bincount(topic_data.labels[hidden], minlength=12)) >= 5  # in every topic some


# --- graded pairs


def test_grades_are_evenly_spread(pair_data):
    assert Counter(pair_data.grades.tolist()) == {0: 33, 1: 33, 2: 33, 3: 33, 4: 34, 5: 34}


def test_every_kind_of_hard_pair_is_there_with_more_than_one_grade(pair_data):
    grades = {kind: set() for kind in pair_data.kinds}
    for kind, grade in zip(pair_data.kinds, pair_data.grades, strict=True):
        grades[kind].add(grade)
    assert sorted(grades) == ["antonym", "negation", "no_overlap", "number", "overlap", "plain", "roles"]
    assert all(len(seen) >= 3 for seen in grades.values()), grades


def test_no_overlap_pairs_share_no_content_word(pair_data):
    function_words = words(
        "a an the this that these of to in on at by for from with and or but not no is are was were be been am do "
        "does did has have had can could will would may must i you he she it we they my your his her its our their "
        "whose who which when where whenever every s t as than up off out over about there so down"
    )
    for first, second, kind in zip(pair_data.first, pair_data.second, pair_data.kinds, strict=True):
        shared = (words(first) & words(second)) - function_words
        assert kind != "no_overlap" or not shared, (first, second, shared)


def test_overlap_pairs_share_a_word_that_decides(pair_data):
    for first, second, kind in zip(pair_data.first, pair_data.second, pair_data.kinds, strict=True):
        shared = words(first) & words(second)
        assert kind != "overlap" or any(len(word) > 2 and word != "the" for word in shared), (first, second)


def test_no_sentence_appears_in_two_pairs(pair_data):
    assert len(set(pair_data.first + pair_data.second)) == 400


def test_sentences_of_different_pairs_are_no_near_duplicates(pair_data):
    sentences = pair_data.first + pair_data.second
    sets = [words(sentence) for sentence in sentences]
    for i, j in combinations(range(400), 2):
        assert j == i + 200 or jaccard(sets[i], sets[j]) < 0.6, (sentences[i], sentences[j])


def test_word_counts_fail_where_the_docstring_says_so(pair_data):
    counts = CountVectorizer().fit_transform(pair_data.first + pair_data.second)
    counts = counts.toarray() / np.linalg.norm(counts.toarray(), axis=1, keepdims=True)
    cosines = (counts[:200] * counts[200:]).sum(axis=1)
    assert spearmanr(cosines, pair_data.grades).statistic == pytest.approx(0.339, abs=0.005)


def test_the_model_agrees_with_the_grades_as_the_docstring_says(pair_data, encode):
    cosines = (encode(pair_data.first) * encode(pair_data.second)).sum(axis=1)
    assert spearmanr(cosines, pair_data.grades).statistic == pytest.approx(0.701, abs=0.01)


# --- ambiguous words


@pytest.fixture(scope="module")
def uses() -> ambiguous_words.AmbiguousWords:
    return ambiguous_words.load()


def same_sense_as_nearest(vectors: np.ndarray, words: np.ndarray, senses: np.ndarray) -> float:
    """Share of uses whose nearest other use of the same word has the same sense."""
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    hits = []
    for word in dict.fromkeys(words.tolist()):
        own = np.flatnonzero(words == word)
        cosines = vectors[own] @ vectors[own].T - 2 * np.eye(len(own))
        hits.extend(senses[own][cosines.argmax(axis=1)] == senses[own])
    return float(np.mean(hits))


def test_ten_words_two_senses_twelve_sentences(uses):
    counts = Counter(zip(uses.words, uses.senses, strict=True))
    assert set(counts.values()) == {12}
    assert Counter(word for word, _ in counts) == dict.fromkeys(
        ["bank", "bat", "spring", "crane", "pitcher", "bark", "seal", "match", "mouse", "plant"], 2
    )


def test_the_word_stands_exactly_once_whole_and_in_lower_case(uses):
    for sentence, word, start in zip(uses.sentences, uses.words, uses.starts, strict=True):
        assert re.findall(rf"(?i)\w*{word}\w*", sentence) == [word], sentence
        assert sentence[start : start + len(word)] == word
        assert start > 0  # never the first word, which would be written with a capital


def test_the_sense_is_not_named(uses):
    for sentence, sense in zip(uses.sentences, uses.senses, strict=True):
        assert not re.search(rf"(?i)\b{sense}\b", sentence) or sense in {"fire", "dog", "tree"}, sentence


def test_questions_and_places_vary(uses):
    assert sum(sentence.endswith("?") for sentence in uses.sentences) >= 15
    # The place in the sentence must not give the sense away: it varies within every sense.
    places = {}
    for sentence, word, sense, start in zip(uses.sentences, uses.words, uses.senses, uses.starts, strict=True):
        places.setdefault((word, sense), set()).add(len(sentence[:start].split()))
    assert min(map(len, places.values())) >= 3


def test_counting_the_words_around_does_not_tell_the_sense(uses):
    counts = CountVectorizer().fit_transform(uses.sentences).toarray().astype(float)
    assert same_sense_as_nearest(counts, np.array(uses.words), np.array(uses.senses)) == pytest.approx(0.48, abs=0.02)


def test_vectors_in_context_tell_the_sense(uses, text_model):
    vectors = []
    states = text_model.encode(uses.sentences, output_value="token_embeddings", show_progress_bar=False)
    for sentence, word, start, state in zip(uses.sentences, uses.words, uses.starts, states, strict=True):
        offsets = text_model.tokenizer(sentence, return_offsets_mapping=True)["offset_mapping"]
        # one token holds the word, so that its vector needs no averaging
        vectors.append(state[[tuple(pair) for pair in offsets].index((start, start + len(word)))].numpy())
    share = same_sense_as_nearest(np.array(vectors), np.array(uses.words), np.array(uses.senses))
    assert share == pytest.approx(0.85, abs=0.02)


# --- questions and answers

FUNCTION_WORDS = words(
    "a an the this that these of to in on at by for from with without and or but not no is are was were be been am do "
    "does did has have had can could will would may should i you he she it we they my your our their how what when "
    "where which who why than more most much many me us get make so as up off out s t"
)


@pytest.fixture(scope="module")
def answered() -> questions_answers.QuestionsAnswers:
    return questions_answers.load()


def test_sizes_and_balance(answered):
    assert answered.answer_of.tolist() == [*range(120), *[-1] * 40]
    assert set(Counter(answered.topics[:120]).values()) == {10}
    assert set(Counter(answered.topics[120:]).values()) == {3, 4}
    assert len(set(answered.topics)) == len(set(answered.topics[120:])) == 12


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
def test_answers_belong_to_their_questions(answered, question, answer):
    row = answered.questions.index(question)
    assert answered.answers[answered.answer_of[row]].startswith(answer)


def test_answers_are_short(answered):
    assert max(len(re.findall(r"[.?!](?:\s|$)", answer)) for answer in answered.answers) <= 3


def test_most_answers_share_no_content_word_with_their_question(answered):
    shared = [
        (words(question) & words(answer)) - FUNCTION_WORDS
        for question, answer in zip(answered.questions, answered.answers, strict=False)  # the last 40 have no answer
    ]
    without = sum(not overlap for overlap in shared)
    assert 72 <= without <= 96  # if nearly all were without, counting words would be left without a chance


def reciprocal_ranks(scores: np.ndarray) -> np.ndarray:
    """1 / rank of answer i for question i; among equal scores the middle rank."""
    own = np.diag(scores)[:, np.newaxis]
    ranks = 1 + (scores > own).sum(axis=1) + ((scores == own).sum(axis=1) - 1) / 2
    return 1 / ranks


def test_the_model_finds_answers_that_bm25_does_not(answered, text_model):
    queries = text_model.encode(answered.questions[:120], normalize_embeddings=True, show_progress_bar=False)
    answers = text_model.encode(answered.answers, normalize_embeddings=True, show_progress_bar=False)
    index = bm25s.BM25()
    index.index(bm25s.tokenize(answered.answers, stopwords="en", show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(answered.questions[:120], stopwords="en", return_ids=False, show_progress=False)
    bm25 = np.array([index.get_scores(list(query)) if query else np.zeros(120) for query in tokens])
    assert reciprocal_ranks(queries @ answers.T).mean() == pytest.approx(0.86, abs=0.01)
    assert reciprocal_ranks(bm25).mean() == pytest.approx(0.28, abs=0.02)
    assert np.mean(1 / np.arange(1, 121)) == pytest.approx(0.045, abs=0.001)  # any rank equally likely


def test_the_best_score_tells_whether_there_is_an_answer(answered, text_model):
    queries = text_model.encode(answered.questions, normalize_embeddings=True, show_progress_bar=False)
    answers = text_model.encode(answered.answers, normalize_embeddings=True, show_progress_bar=False)
    assert roc_auc_score(answered.answer_of >= 0, (queries @ answers.T).max(axis=1)) == pytest.approx(0.93, abs=0.01)


# --- association words

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
