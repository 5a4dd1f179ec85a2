import os

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from embedlab import encoding
from tests.encoders import Prompted, WordCounts

TEXTS = [f"{'word ' * (i % 7)}text {i}" for i in range(50)]


def test_rows_keep_the_order_of_the_texts_and_batches_that_of_tokens():
    model = WordCounts()
    np.testing.assert_array_equal(encoding.encode(model, TEXTS, batch_size=8), WordCounts().encode(TEXTS))
    assert [len(call) for call in model.calls] == [8] * 6 + [2]
    lengths = [len(text) for call in model.calls for text in call]
    assert lengths == sorted(lengths, reverse=True), "similar lengths share a batch"
    assert encoding.encode(WordCounts(), []).shape == (0, 0)
    texts, tokens = ["aaaaaa", "b c d", "e", "f g"], np.array([1, 3, 1, 2])
    assert encoding.batches(texts, 2) == [[0, 1], [3, 2]], "else the characters"
    assert encoding.batches(texts, 2, tokens) == [[1, 3], [0, 2]]
    assert (encoding.encode(Prompted(), ["a"], method="encode_query") == Prompted().encode(["query a"])).all()
    assert (encoding.encode(WordCounts(), ["a"], method="encode_query") == WordCounts().encode(["a"])).all()


class Broken:
    def __init__(self, answer):
        self.answer = answer

    def encode(self, inputs):
        return self.answer


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.ones((1, 4)), "the model must return one vector for each text, but 2 gave 1"),
        (np.array([[1.0, 2.0], [np.nan, 1.0]]), "the model's output must hold finite numbers, but row 1 holds nan"),
        (np.ones(4), r"the model's output must have shape \(n, d\), but its shape is \(4,\)"),
    ],
)
def test_a_model_that_misbehaves(answer, message):
    with pytest.raises(ValueError, match=message):
        encoding.encode(Broken(answer), ["a", "b"])


def test_progress_only_on_long_work(capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    encoding.encode(WordCounts(), TEXTS, batch_size=10)
    assert capsys.readouterr().err == ""
    encoding.encode(WordCounts(), TEXTS, batch_size=1)
    assert "encoding, 1 texts a step" in capsys.readouterr().err
    list(encoding.progress(range(10), 10, "walks", "graph"))
    assert capsys.readouterr().err == ""
    list(encoding.progress(range(10), 10, "walks", "graph", fewest=10))
    assert "walks" in capsys.readouterr().err
    monkeypatch.setenv("TQDM_DISABLE", "1")  # also in a notebook, where tqdm's own reading of it fails
    encoding.encode(WordCounts(), TEXTS, batch_size=1)
    assert capsys.readouterr().err == ""


def test_a_bar_that_has_reached_its_end_leaves_nothing_in_the_saved_notebook():
    loop = "from embedlab import encoding\nfor i in encoding.progress(range(30), 30, 'walks', 'graph'):\n    "
    cells = [nbformat.v4.new_code_cell(loop + last) for last in ("pass", "1 / (3 - i)")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    env = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    NotebookClient(notebook, allow_errors=True).execute(env=env)
    whole, broken = ([output.get("data", {}) for output in cell["outputs"]] for cell in notebook["cells"])
    assert [output["text/html"] for output in whole] == [""]
    assert "walks" in broken[0]["text/plain"], "where a loop broke off is worth seeing"


# -- the cache ---------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))
    return tmp_path


def work_done(model):
    return sum(len(call) for call in model.calls if len(call) > 2)  # calls of two are the probe


def test_only_the_same_texts_and_model_read_the_cache(home):
    first, second = WordCounts(), WordCounts()
    np.testing.assert_array_equal(encoding.encode_cached(first, TEXTS), encoding.encode_cached(second, TEXTS))
    assert (work_done(first), work_done(second)) == (50, 0)
    encoding.encode_cached(WordCounts(), TEXTS)
    other = WordCounts()
    encoding.encode_cached(other, [*TEXTS[:-1], "another"])
    assert work_done(other) == 50
    other = WordCounts(d=32)
    assert encoding.encode_cached(other, TEXTS).shape == (50, 32)
    a = encoding.encode_cached(WordCounts(), ["ab", "c"])
    b = encoding.encode_cached(WordCounts(), ["a", "bc"])
    assert not np.array_equal(a, b)


@pytest.mark.parametrize("damage", [b"", b"not an array", None], ids=["empty", "garbage", "cut short"])
def test_a_damaged_file_is_computed_again(home, damage):
    encoding.encode_cached(WordCounts(), TEXTS)
    (file,) = (home / "cache" / "vectors").iterdir()
    file.write_bytes(file.read_bytes()[:-100] if damage is None else damage)
    model = WordCounts()
    np.testing.assert_array_equal(encoding.encode_cached(model, TEXTS), WordCounts().encode(TEXTS))
    assert work_done(model) == 50


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("EMBEDLAB_HOME", str(blocked))
    np.testing.assert_array_equal(encoding.encode_cached(WordCounts(), TEXTS), WordCounts().encode(TEXTS))


# -- tokens, on the real model -----------------------------------------------------------------------------------


def test_tokens_are_counted_and_those_beyond_the_window_too(text_model):
    # [CLS] hello world [SEP]; "embeddings" is em ##bed ##ding ##s
    assert encoding.token_counts(text_model, ["hello world", "embeddings"]).tolist() == [4, 6]
    assert encoding.token_counts(text_model, ["word " * 1000]).tolist() == [1002], "counted before cutting"
    assert encoding.token_counts(text_model, []).tolist() == []
    assert encoding.token_counts(WordCounts(), ["hello"]) is None
    assert encoding.window_of(text_model) == 256
    assert encoding.window_of(WordCounts()) is None
    assert encoding.cut(text_model, ["word " * 300, "word", "word " * 254], 64).too_long == 1
    assert encoding.cut(WordCounts(), ["word " * 300]) == ([[(0, 1500)]], None, 0)


def test_chunks_cover_the_text_and_share_tokens(text_model):
    text = " ".join(f"number{i} embeddings," for i in range(120))
    parts = encoding.chunk(text, text_model.tokenizer, 50, 10)
    counts = encoding.token_counts(text_model, parts) - 2
    assert counts.max() <= 50
    assert parts[0].startswith("number0")
    assert parts[-1].endswith("embeddings,")
    end = 0
    for part in parts:
        start = text.index(part)
        assert start <= end, "nothing is lost between two passages"
        end = start + len(part)
    assert end == len(text)
    words = [f"w{i}" for i in range(10)]  # two tokens each
    parts = encoding.chunk(" ".join(words), text_model.tokenizer, 8, 4)
    assert parts == ["w0 w1 w2 w3", "w2 w3 w4 w5", "w4 w5 w6 w7", "w6 w7 w8 w9"]
    assert encoding.chunk("w0 w1", text_model.tokenizer, 8, 4) == ["w0 w1"]
    with pytest.raises(ValueError, match=r"overlap must be smaller than size \(8\), but it is 8"):
        encoding.chunk("text", text_model.tokenizer, 8, 8)
    text = "see https://example.org/" + "abc/" * 60
    parts = encoding.chunk(text, text_model.tokenizer, 16, 4)
    assert parts[0] == "see"
    assert "".join(parts[1:]) == text[4:]
    assert encoding.token_counts(text_model, parts).max() <= 18


SCRIPTS = {  # script: language; those with True write no blanks between words
    "Latin": ("vi", False),
    "Cyrillic": ("ru", False),
    "Greek": ("el", False),
    "Arabic": ("ar", False),
    "Hebrew": ("he", False),
    "Devanagari": ("hi", False),
    "Tamil": ("ta", False),
    "Georgian": ("ka", False),
    "Hangul": ("ko", False),
    "Han": ("zh", True),
    "Kana": ("ja", True),
    "Thai": ("th", True),
}


def real_texts(language, n):
    """Return texts of 10 to 60 names of lands, languages and currencies, as people write them in a language."""
    babel = pytest.importorskip("babel", reason="Babel, which comes with Sphinx, has the texts")
    known, rng = babel.Locale.parse(language), np.random.default_rng(0)
    names = [*known.territories.values(), *known.languages.values(), *known.currencies.values()]
    for _ in range(n):
        start, length = rng.integers(len(names) - 60), rng.integers(10, 60)
        yield rng.choice([" ", ", ", "\n"]).join(names[start : start + length])


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("size", [16, 64])
def test_passages_of_real_texts_keep_their_size_and_begin_where_a_word_begins(text_model, script, size):
    language, without_blanks = SCRIPTS[script]
    number = int(os.environ.get("EMBEDLAB_TEXTS", "25"))  # of each script and size; 125 for 3,000 of them
    for text in real_texts(language, number):
        made = encoding.cut(text_model, [text, "short"], size, size // 4)
        assert made.spans[1] == [(0, 5)]
        parts = [text[start:end] for start, end in made.spans[0]]
        assert parts == encoding.chunk(text, text_model.tokenizer, size, size // 4)
        alone = encoding.token_counts(text_model, [*parts, "short"])
        assert alone.tolist() == made.tokens.tolist()
        assert alone.max() <= size + 2, "two special tokens"
        starts, ends = zip(*made.spans[0], strict=True)
        assert not any(text[end:start].strip() for end, start in zip((0, *ends), (*starts, len(text)), strict=True))
        for start in starts:
            if start and not text[start - 1].isspace() and not without_blanks:
                around = text[:start].split()[-1] + text[start:].split()[0]
                assert encoding.token_counts(text_model, [around])[0] - 2 > size, "a word longer than a passage"
