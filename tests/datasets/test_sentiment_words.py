"""Rated words: read out of a table made here and the real one, and kept together by families."""

from __future__ import annotations

import sys
from collections import Counter
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.datasets import sentiment_words

installed = pytest.mark.skipif(find_spec("vaderSentiment") is None, reason="vaderSentiment is not installed")
porter = pytest.mark.skipif(find_spec("gensim") is None, reason="gensim is not installed")

TEN = "[1, 2, 3, 1, 2, 3, 1, 2, 3, 2]"


@pytest.fixture
def table(tmp_path, monkeypatch):
    """The lexicon of a vaderSentiment that cannot be imported; what it holds is up to the test."""
    folder = tmp_path / "vaderSentiment"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder / "vader_lexicon.txt"


@installed
@porter
def test_the_real_words():
    data = sentiment_words.load()
    assert len(data.words) == len(data.stems) == 7179
    assert data.words == sorted(data.words)
    twice = [word for word, count in Counter(data.words).items() if count > 1]
    assert twice == ["fav", "lmao", "lol", "muah", "sob"]
    assert data.ratings.shape == (7179, 10)
    assert (data.ratings.min(), data.ratings.max()) == (-4, 4)
    assert data.means.shape == data.deviations.shape == (7179,)
    charm = data.words.index("charm")
    assert data.ratings[charm].tolist() == [3, 1, 1, 3, 2, 2, 1, 1, 1, 2]
    assert (data.means[charm], data.deviations[charm]) == (1.7, pytest.approx(0.78102, abs=1e-5))
    assert data.means.sum() == pytest.approx(-1443.2)
    family = [word for word, stem in zip(data.words, data.stems, strict=True) if stem == "hope"]
    assert {"hope", "hopes", "hopeful", "hopeless", "hopelessness"} <= set(family)
    assert len(set(data.stems)) == 1724


@installed
def test_the_licence_that_the_text_names():
    from importlib.metadata import distribution

    assert distribution("vaderSentiment").metadata["License"] == "MIT License"
    assert "MIT licence, C. J. Hutto" in sentiment_words.__doc__
    assert "MIT, C. J. Hutto" in sentiment_words.SentimentWords.__doc__


@porter
def test_what_is_no_plain_word_is_left_out(table):
    entries = ["glad", ":-)", "143", "can't stand", "cover-up", "ok", "LOL", "n00b", "café", "bad"]
    table.write_text("".join(f"{entry}\t2.0\t0.7746\t{TEN}\n" for entry in entries), encoding="utf-8")
    data = sentiment_words.load()
    assert data.words == ["bad", "glad"]
    assert data.means.tolist() == [2.0, 2.0]
    assert data.deviations == pytest.approx([0.774597] * 2)


@porter
def test_figures_come_from_the_ratings(table):
    table.write_text(f"glad\t9.9\t9.9\t{TEN}\n", encoding="utf-8")
    assert sentiment_words.load().means.tolist() == [2.0]


@pytest.mark.parametrize(
    "line",
    [
        "bad\t-2.5\t0.67",
        "bad\t-2.5\t0.67\t[1, 2, 3]",
        "bad\t-2.5\t0.67\t[1, 2, 3, 4, 1, 2, 3, 4, 1, 5]",
        f"bad -2.5 0.67 {TEN}",
        "",
    ],
    ids=["no ratings", "three ratings", "a five", "blanks", "empty"],
)
def test_a_damaged_table_is_refused(table, line):
    table.write_text(f"glad\t2.0\t0.7\t{TEN}\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"vader_lexicon.txt: line 2 must hold a word, two numbers and ten ratings"):
        sentiment_words.load()


def test_a_table_without_words_is_refused(table):
    table.write_text(f":-)\t2.0\t0.7\t{TEN}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="vader_lexicon.txt must hold rated words, but it holds none"):
        sentiment_words.load()


def test_a_missing_table_says_how_to_get_it(table):
    with pytest.raises(
        FileNotFoundError, match=r"vader_lexicon.txt is not in the installed vaderSentiment: pip install"
    ):
        sentiment_words.load()


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sentiment_words._installed.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r'not installed: pip install "vaderSentiment==3.3.2"'):
        sentiment_words.load()


def test_without_gensim_the_stems_say_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim.parsing.porter", None)
    with pytest.raises(
        ModuleNotFoundError, match=r'made by gensim, but .* is not installed: pip install "gensim>=4.4"'
    ):
        sentiment_words.stems(["hope"])


@porter
def test_families():
    assert sentiment_words.stems(["hopes", "hopeful", "hopeless"]) == ["hope"] * 3
    assert sentiment_words.stems(["hopeless"]) == ["hopeless"], "a family needs its short word"
    assert sentiment_words.stems(["joy", "joyless"]) == ["joi", "joyless"], "three letters are too few"
    assert sentiment_words.stems(["free", "freed", "freedom", "freedoms"]) == ["free"] * 4
    assert sentiment_words.stems(["happy", "unhappy"]) == ["happi", "unhappi"]
    assert sentiment_words.stems([]) == []


@porter
@given(st.lists(st.text("abdes", min_size=1, max_size=8), min_size=1, max_size=12))
def test_no_stem_begins_with_another_long_one(words):
    found = sentiment_words.stems(words)
    assert len(found) == len(words)
    for stem in found:
        assert not [other for other in found if len(other) >= 4 and other != stem and stem.startswith(other)]


@pytest.mark.parametrize(
    "words, error, message",
    [
        ("hope", TypeError, "words must be a list of strings, not one string"),
        (["Hope"], ValueError, "words must be made of letters a to z, but one is 'Hope'"),
        (["hope", "can't"], ValueError, 'but one is "can\'t"'),
        ([""], ValueError, "but one is ''"),
    ],
)
def test_what_has_no_stem(words, error, message):
    with pytest.raises(error, match=message):
        sentiment_words.stems(words)
