"""Every ambiguous word stands once in each sentence, and only the context tells its sense."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from embedlab.datasets import ambiguous_words
from tests.alike import most_alike


@pytest.fixture(scope="module")
def data() -> ambiguous_words.AmbiguousWords:
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


def test_ten_words_two_senses_twelve_sentences(data):
    counts = Counter(zip(data.words, data.senses, strict=True))
    assert set(counts.values()) == {12}
    assert Counter(word for word, _ in counts) == dict.fromkeys(
        ["bank", "bat", "spring", "crane", "pitcher", "bark", "seal", "match", "mouse", "plant"], 2
    )


def test_the_word_stands_exactly_once_whole_and_in_lower_case(data):
    for sentence, word, start in zip(data.sentences, data.words, data.starts, strict=True):
        assert re.findall(rf"(?i)\w*{word}\w*", sentence) == [word], sentence
        assert sentence[start : start + len(word)] == word
        assert start > 0  # never the first word, which would be written with a capital


def test_the_sense_is_not_named(data):
    for sentence, sense in zip(data.sentences, data.senses, strict=True):
        assert not re.search(rf"(?i)\b{sense}\b", sentence) or sense in {"fire", "dog", "tree"}, sentence


def test_sentences_have_7_to_20_words_and_are_varied(data):
    lengths = [len(sentence.split()) for sentence in data.sentences]
    assert min(lengths) >= 7
    assert max(lengths) <= 20
    assert all(re.match(r"[A-Z].*[.?]$", sentence) for sentence in data.sentences)
    assert sum(sentence.endswith("?") for sentence in data.sentences) >= 15
    # The place in the sentence must not give the sense away: it varies within every sense.
    places = {}
    for sentence, word, sense, start in zip(data.sentences, data.words, data.senses, data.starts, strict=True):
        places.setdefault((word, sense), set()).add(len(sentence[:start].split()))
    assert min(map(len, places.values())) >= 3


def test_no_near_duplicates(data):
    score, one, other = most_alike(data.sentences)
    assert score < 0.6, (one, other)


def test_no_near_duplicates_for_the_model(data, text_model):
    vectors = text_model.encode(data.sentences, normalize_embeddings=True, show_progress_bar=False)
    assert np.max(vectors @ vectors.T - 2 * np.eye(240)) < 0.9


def test_counting_the_words_around_does_not_tell_the_sense(data):
    counts = CountVectorizer().fit_transform(data.sentences).toarray().astype(float)
    assert same_sense_as_nearest(counts, np.array(data.words), np.array(data.senses)) == pytest.approx(0.48, abs=0.02)


def test_vectors_in_context_tell_the_sense(data, text_model):
    vectors = []
    states = text_model.encode(data.sentences, output_value="token_embeddings", show_progress_bar=False)
    for sentence, word, start, state in zip(data.sentences, data.words, data.starts, states, strict=True):
        offsets = text_model.tokenizer(sentence, return_offsets_mapping=True)["offset_mapping"]
        # one token holds the word, so that its vector needs no averaging
        vectors.append(state[[tuple(pair) for pair in offsets].index((start, start + len(word)))].numpy())
    share = same_sense_as_nearest(np.array(vectors), np.array(data.words), np.array(data.senses))
    assert share == pytest.approx(0.85, abs=0.02)
