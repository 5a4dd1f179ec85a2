import re

import numpy as np
import pytest

from embedlab.datasets import _fixtures, news_uses


@pytest.fixture(scope="module")
def data():
    return news_uses.load(["police", "fire", "government"], per_word=12, seed=3)


def test_each_word_has_its_sentences_in_order(data):
    assert data.words == ["police"] * 12 + ["fire"] * 12 + ["government"] * 12
    assert len(data.sentences) == len(data.starts) == 36
    assert data.starts.dtype == np.int64


def test_the_word_stands_once_where_it_is_said_to(data):
    for sentence, word, start in zip(data.sentences, data.words, data.starts, strict=True):
        assert sentence[start : start + len(word)] == word
        assert len(re.findall(rf"\b{word}\b", sentence, flags=re.IGNORECASE)) == 1
        assert 6 <= len(sentence.split()) <= 30


def test_no_sentence_comes_twice_for_a_word(data):
    assert len(set(zip(data.words, data.sentences, strict=True))) == 36


def test_the_same_seed_gives_the_same_sentences(data):
    again = news_uses.load(["police", "fire", "government"], per_word=12, seed=3)
    assert again.sentences == data.sentences
    assert news_uses.load(["police"], per_word=12, seed=4).sentences != data.sentences[:12]


def test_a_word_alone_gets_the_sentences_that_it_gets_among_others(data):
    assert news_uses.load(["fire"], per_word=12, seed=3).sentences == data.sentences[12:24]


def test_a_word_inside_another_does_not_count(monkeypatch, tmp_path):
    lines = [
        "The old fireman told us where the fire began last night. Fire was seen by the fire crew at noon.",
        "Nobody saw the fire that had burnt all through the long night. Too short a fire.",
    ]
    (tmp_path / "lee_background.cor").write_text("\n".join(lines), encoding="latin-1")
    monkeypatch.setattr(_fixtures, "path", lambda name: tmp_path / name)
    data = news_uses.load(["fire"], per_word=2)
    assert sorted(sentence.split()[0] for sentence in data.sentences) == ["Nobody", "The"]
    with pytest.raises(ValueError, match="per_word is 3, but 'fire' is used in 2 of the sentences"):
        news_uses.load(["fire"], per_word=3)


@pytest.mark.parametrize(
    "words, message",
    [
        (["Police"], "letters a to z, but one is 'Police'"),
        (["new york"], "letters a to z, but one is 'new york'"),
        (["water", "water"], "must be different, but there are 2 with 1 different ones"),
    ],
)
def test_words_that_cannot_be_looked_for(words, message):
    with pytest.raises(ValueError, match=message):
        news_uses.load(words)


def test_numbers_that_make_no_sense():
    with pytest.raises(ValueError, match="per_word"):
        news_uses.load(["water"], per_word=0)
    with pytest.raises(ValueError, match="seed"):
        news_uses.load(["water"], seed=-1)


def test_no_words_are_no_sentences():
    data = news_uses.load([])
    assert data.sentences == data.words == []
    assert data.starts.shape == (0,)
