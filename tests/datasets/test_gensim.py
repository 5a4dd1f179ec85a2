"""Analogy questions, the Lee texts and the model's static word vectors: read from what is installed, never copied."""

from __future__ import annotations

import re
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from embedlab.datasets import _fixtures, analogies, lee, news_uses, word_pairs, word_vectors

FIRST_FILES = [(analogies, "questions-words.txt"), (lee, "lee.cor"), (word_pairs, "simlex999.txt")]

# -- gensim's files ----------------------------------------------------------------------------------------------


@pytest.fixture
def fake_gensim(tmp_path, monkeypatch):
    """A gensim without test data: what its folder holds is up to the test."""
    folder = tmp_path / "gensim" / "test" / "test_data"
    folder.mkdir(parents=True)
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path / "gensim")])
    monkeypatch.setattr(_fixtures.importlib.util, "find_spec", lambda name: spec)
    return folder


@pytest.mark.parametrize(("module", "name"), FIRST_FILES)
def test_a_missing_file_says_how_to_get_it(fake_gensim, module, name):
    with pytest.raises(FileNotFoundError, match=rf"{name} is not among gensim's test data.*install gensim from PyPI"):
        module.load()


@pytest.mark.parametrize("module", [analogies, lee, word_pairs])
def test_without_gensim(monkeypatch, module):
    monkeypatch.setattr(_fixtures.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"is read out of gensim, which is not installed: pip install gensim"):
        module.load()


# -- rated pairs of words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size", "pair", "rating"),
    [("simlex", 999, ("clothes", "closet"), 3.27), ("wordsim", 353, ("closet", "clothes"), 8.0)],
)
def test_rated_pairs_as_published(name, size, pair, rating):
    data = word_pairs.load(name)
    assert len(data.pairs) == len(data.ratings) == size
    assert data.ratings[data.pairs.index(pair)] == rating
    assert 0 <= data.ratings.min() < data.ratings.max() <= 10
    assert all(word == word.strip().lower() for words in data.pairs for word in words)


def test_a_list_of_pairs_that_does_not_exist():
    with pytest.raises(ValueError, match="name must be one of 'simlex', 'wordsim', but it is 'men'"):
        word_pairs.load("men")


@pytest.mark.parametrize("line", ["old\tnew", "old new 1.58", "old\tnew\t1.58\t2"])
def test_a_line_that_is_no_rated_pair(fake_gensim, line):
    (fake_gensim / "simlex999.txt").write_text(f"# a note\n\nold\tnew\t1.58\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="simlex999.txt must hold two words and a rating in each line, but one line"):
        word_pairs.load()


# -- analogies ---------------------------------------------------------------------------------------------------


def test_questions_as_published():
    data = analogies.load()
    counts = Counter(data.sections)
    assert len(counts) == 14
    assert counts["capital-common-countries"] == counts["family"] == 506
    # Mikolov et al. (2013): 8,869 semantic and 10,675 syntactic questions
    assert sum(n for name, n in counts.items() if name.startswith("gram")) == 10_675
    assert ("boy", "girl", "brother", "sister") in data.questions
    assert all(len(question) == 4 for question in data.questions)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (": family\nboy girl brother\n", "line 2 must hold four words below a section, not 'boy girl brother'"),
        ("boy girl brother sister\n", "line 1 must hold four words below a section"),
        (": family\n\n", "line 2 must hold four words below a section, not ''"),
    ],
    ids=["three words", "no section", "empty line"],
)
def test_a_damaged_file_is_refused(fake_gensim, text, message):
    (fake_gensim / "questions-words.txt").write_text(text)
    with pytest.raises(ValueError, match=message):
        analogies.load()


# -- Lee ---------------------------------------------------------------------------------------------------------


def test_lee_texts_and_ratings():
    data = lee.load()
    assert len(set(data.documents)) == 50
    lengths = [len(document.split()) for document in data.documents]
    assert (min(lengths), max(lengths)) == (45, 126)
    assert any("£3,000" in document for document in data.documents)  # read as latin-1
    np.testing.assert_array_equal(data.ratings, data.ratings.T)
    np.testing.assert_array_equal(np.diag(data.ratings), 1)
    pairs = data.ratings[np.triu_indices(50, k=1)]
    assert (pairs.min(), pairs.max()) == (0.2, 1.0)  # one to five steps, divided by five
    assert data.ratings[0, 1] == data.ratings[1, 0] == 0.3


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.eye(3), r"similarities0-1.txt must have 2 rows and columns, one a text, but its shape is \(3, 3\)"),
        ([[1.0, 0.3], [0.5, 1.0]], "must hold each pair once or twice alike, but its two halves differ"),
        ([[1.0, 0.3], [0.3, 1.0]], None),
        ([[1.0, 0.3], [0.0, 1.0]], None),
    ],
    ids=["shape", "halves", "given twice", "given once"],
)
def test_ratings_fit_or_are_refused(fake_gensim, table, message):
    (fake_gensim / "lee.cor").write_text("one\ntwo\n", encoding="latin-1")
    np.savetxt(fake_gensim / "similarities0-1.txt", table)
    if message:
        with pytest.raises(ValueError, match=message):
            lee.load()
    else:
        assert lee.load().ratings.tolist() == [[1, 0.3], [0.3, 1]]


# -- static word vectors -----------------------------------------------------------------------------------------


def toy_model(vocabulary, *, with_table=True):
    """As much of a SentenceTransformer as is read: iteration over modules, a tokenizer and a table."""
    table = torch.nn.Embedding.from_pretrained(torch.arange(2.0 * len(vocabulary)).reshape(-1, 2))
    auto_model = SimpleNamespace(get_input_embeddings=lambda: table)

    class Model(list):
        tokenizer = SimpleNamespace(get_vocab=lambda: dict(vocabulary))

    return Model([SimpleNamespace(auto_model=auto_model) if with_table else SimpleNamespace()])


def test_whole_words_in_the_order_of_the_vocabulary(text_model):
    data = word_vectors.load(toy_model({"bank": 4, "##er": 1, "river": 2, "[CLS]": 0, "x": 3, "1999": 5, "café": 6}))
    assert data.words == ["river", "bank"]
    assert data.vectors.tolist() == [[4, 5], [8, 9]]
    data = word_vectors.load(text_model)
    assert data.words[:2] == ["the", "of"]
    assert len(set(data.words)) == len(data.words)
    assert {"king", "queen", "paris"} < set(data.words)


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        ("MiniLM", TypeError, "model must have a tokenizer with a vocabulary, as load_text_model's has, not a str"),
        (toy_model({"##a": 0, "[PAD]": 1}), ValueError, "model must know whole words, but none of its 2 tokens is one"),
        (
            toy_model({"bank": 0}, with_table=False),
            TypeError,
            "must begin with a table of token vectors, but a Model has",
        ),
    ],
    ids=["a name", "no words", "no table"],
)
def test_a_model_without_words_is_refused(model, error, message):
    with pytest.raises(error, match=message):
        word_vectors.load(model)


# -- uses of words in the news -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def uses():
    return news_uses.load(["police", "fire", "government"], per_word=12, seed=3)


def test_the_word_stands_once_where_it_is_said_to(uses):
    assert uses.words == ["police"] * 12 + ["fire"] * 12 + ["government"] * 12
    assert len(set(zip(uses.words, uses.sentences, strict=True))) == 36
    for sentence, word, start in zip(uses.sentences, uses.words, uses.starts, strict=True):
        assert sentence[start : start + len(word)] == word
        assert len(re.findall(rf"\b{word}\b", sentence, flags=re.IGNORECASE)) == 1
        assert 6 <= len(sentence.split()) <= 30
    assert news_uses.load(["fire"], per_word=12, seed=3).sentences == uses.sentences[12:24]
    uses = news_uses.load([])
    assert uses.sentences == uses.words == []
    assert uses.starts.shape == (0,)


def test_a_word_inside_another_does_not_count(monkeypatch, tmp_path):
    lines = [
        "The old fireman told us where the fire began last night. Fire was seen by the fire crew at noon.",
        "Nobody saw the fire that had burnt all through the long night. Too short a fire.",
    ]
    (tmp_path / "lee_background.cor").write_text("\n".join(lines), encoding="latin-1")
    monkeypatch.setattr(_fixtures, "path", lambda name: tmp_path / name)
    uses = news_uses.load(["fire"], per_word=2)
    assert sorted(sentence.split()[0] for sentence in uses.sentences) == ["Nobody", "The"]
    with pytest.raises(ValueError, match="per_word is 3, but 'fire' is used in 2 of the sentences"):
        news_uses.load(["fire"], per_word=3)
