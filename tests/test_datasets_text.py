"""The shipped sentences: complete, balanced, varied, and hard where their docstrings say so."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import FrozenInstanceError
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import CountVectorizer

from embedlab.datasets import _table, graded_pairs, topics
from tests.alike import jaccard, most_alike, words

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
    assert len(topic_data.sentences) == 300
    assert topic_data.labels.dtype == np.int64
    assert np.bincount(topic_data.labels).tolist() == [25] * 12
    assert sorted(topic_data.topics) == sorted(OBVIOUS)


def test_topics_label_a_sentence_we_know(topic_data):
    row = topic_data.sentences.index("A ring around the moon often means rain within a day.")
    assert topic_data.topics[topic_data.labels[row]] == "weather"


def test_topic_sentences_have_8_to_25_words(topic_data):
    lengths = [len(sentence.split()) for sentence in topic_data.sentences]
    assert min(lengths) >= 8
    assert max(lengths) <= 25
    assert len(set(lengths)) > 10  # not all of one length


def test_topic_sentences_vary_in_form(topic_data):
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


def test_topic_sentences_are_no_near_duplicates(topic_data):
    score, one, other = most_alike(topic_data.sentences)
    assert score < 0.6, (one, other)


def test_topic_sentences_are_no_near_duplicates_for_the_model(topic_data, encode):
    vectors = encode(topic_data.sentences)
    assert np.max(vectors @ vectors.T - 2 * np.eye(300)) < 0.9


def test_topics_cannot_be_changed_by_accident(topic_data):
    with pytest.raises(FrozenInstanceError, match="sentences"):
        topic_data.sentences = []


# --- graded pairs


def test_grades_are_evenly_spread(pair_data):
    assert pair_data.grades.dtype == np.float64
    assert Counter(pair_data.grades.tolist()) == {0: 33, 1: 33, 2: 33, 3: 33, 4: 34, 5: 34}
    assert len(pair_data.first) == len(pair_data.second) == len(pair_data.kinds) == 200


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
