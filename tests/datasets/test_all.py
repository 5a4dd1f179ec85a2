"""What every data set promises: a size, a licence, nothing that changes by accident, the same from the same seed."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest

from embedlab import datasets
from embedlab.datasets import (
    ambiguous_words,
    analogies,
    api_usage,
    association_words,
    colors,
    docstrings,
    faces,
    french,
    golden_questions,
    graded_pairs,
    lee,
    natural_questions,
    news_uses,
    passage_places,
    patients,
    photos,
    products,
    questions_answers,
    sentiment_words,
    shoppers,
    topics,
    trial,
    word_pairs,
    word_vectors,
)

# Module: how it is loaded, and what the letters in the shapes of its fields stand for, with the other lengths.
LOADED = {
    ambiguous_words: (ambiguous_words.load, {"n": 240}),
    analogies: (analogies.load, {"n": 19_544}),
    api_usage: (api_usage.load, {"m": 1_682, "n": 497, "packages": 31}),
    association_words: (lambda: association_words.load()["names, career"], {"words": 8, "labels": 4, "published": 2}),
    colors: (colors.load, {"n": 949, "head nouns": 13}),
    docstrings: (docstrings.load, {}),  # they move with the libraries' versions
    faces: (lambda: faces.sample(10, 3), {"n": 30}),
    french: (french.load, {"n": 2_555}),
    golden_questions: (golden_questions.load, {"n": 471}),
    graded_pairs: (graded_pairs.load, {"n": 200}),
    lee: (lee.load, {"n": 50}),
    natural_questions: (natural_questions.load, {"m": 40}),
    news_uses: (lambda: news_uses.load(["police"]), {"n": 20}),
    passage_places: (passage_places.load, {"m": 220, "c": 10}),
    patients: (patients.load, {"n": 900, "labs": 12}),
    photos: (photos.load, {"n": 24}),
    products: (products.load, {"n": 300}),
    questions_answers: (questions_answers.load, {"m": 160, "n": 120}),
    sentiment_words: (sentiment_words.load, {"n": 7_179}),
    shoppers: (shoppers.simulate, {"m": 600, "n": 300}),
    topics: (topics.load, {"n": 300, "topics": 12}),
    trial: (trial.load, {"n": 2_139, "measurements": 11, "treatments": 4}),
    word_pairs: (word_pairs.load, {"n": 999}),
    word_vectors: (None, {"n": 21_719, "d": 384}),  # out of a model
}
each = pytest.mark.parametrize("module", LOADED, ids=lambda module: module.__name__.rpartition(".")[2])


@pytest.fixture
def data(module, text_model):
    load, _ = LOADED[module]
    return load() if load else module.load(text_model)


def fields_of(data):
    return data._asdict() if isinstance(data, tuple) else dict(vars(data))


def test_every_data_set_is_here():
    names = [info.name for info in pkgutil.iter_modules(datasets.__path__, "embedlab.datasets.")]
    shown = [name for name in names if not name.rpartition(".")[2].startswith("_")]
    assert {importlib.import_module(name) for name in shown} == set(LOADED)
    assert all(f"\n{name.rpartition('.')[2]} " in datasets.__doc__ for name in shown)


@each
def test_fields_are_as_they_say_and_whose_it_is_and_cannot_be_changed(module, data):
    _, sizes = LOADED[module]
    fields = fields_of(data)
    assert not sizes or {len(value) for value in fields.values()} <= set(sizes.values())
    for letter, length in re.findall(r"``(\w)`` = ([\d,]+)", inspect.getsource(type(data))):
        assert int(length.replace(",", "")) == sizes[letter], letter
    said = re.findall(r"(\w+): np\.ndarray  #: (\w+), shape \((.*?)\)", inspect.getsource(type(data)))
    assert {name for name, *_ in said} == {name for name, value in fields.items() if isinstance(value, np.ndarray)}
    for name, dtype, shape in said:
        wanted = tuple(sizes.get(side) or int(side) for side in re.findall(r"\w+", shape))
        assert (name, fields[name].dtype, fields[name].shape) == (name, dtype, wanted)
    assert re.search(r"[Ll]icen[cs]e|cite the paper|facts about that study", f"{module.__doc__} {type(data).__doc__}")
    name = data._fields[0] if isinstance(data, tuple) else dataclasses.fields(data)[0].name
    with pytest.raises(AttributeError, match=r"can't set attribute|cannot assign to field"):
        setattr(data, name, [])


@each
def test_changing_an_answer_changes_no_other(module, data, text_model):
    if module is docstrings:
        return  # which says that it gives the same object each time
    load, _ = LOADED[module]
    before = fields_of(copy.deepcopy(data))
    for value in fields_of(data).values():
        if isinstance(value, np.ndarray) and value.flags.writeable:
            value[...] = value[::-1].copy()
        elif isinstance(value, (list, dict)):
            value.clear()
    for name, value in fields_of(load() if load else module.load(text_model)).items():
        if any(isinstance(part, np.ndarray) for part in (value, *value)):
            np.testing.assert_equal(value, before[name])
        else:
            assert value == before[name]


# --- seeds

DRAWN = {
    "faces": lambda seed: faces.sample(4, 3, seed=seed),
    "faces of B": lambda seed: faces.sample(4, 3, group="B", seed=seed),
    "news uses": lambda seed: news_uses.load(["police", "fire"], per_word=12, seed=seed),
    "patients": lambda seed: patients.generate(30, seed),
    "sessions": lambda seed: products.simulate_sessions(seed, n_sessions=20),
    "split": lambda seed: products.split_sessions([[i, i + 1] for i in range(30)], seed=seed),
    "shoppers": lambda seed: shoppers.simulate(seed, n_shoppers=50),
}


def plain(value):
    """Lists and dicts all the way down, which can be compared."""
    if dataclasses.is_dataclass(value):
        value = vars(value)
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_the_seed_decides_and_the_global_random_state_is_left_alone(draw):
    before = np.random.get_state()[1].tolist()  # noqa: NPY002 - it is the legacy state that must not move
    first = plain(draw(3))
    assert first == plain(draw(3))
    assert first != plain(draw(4))
    with pytest.raises(ValueError, match="seed must be at least 0, but it is -1"):
        draw(-1)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_a_longer_run_begins_like_a_shorter_one():
    for draw, names in [
        (
            lambda n: patients.generate(n, seed=4),
            ["ids", "notes", "comorbidities", "ages", "labs", "outcomes", "success"],
        ),
        (lambda n: shoppers.simulate(seed=4, n_shoppers=n), ["bought", "styles", "circles"]),
    ]:
        few, many = plain(draw(30)), plain(draw(90))
        assert [name for name in names if few[name] != many[name][:30]] == []


# --- arguments

sample, split, uses = faces.sample, products.split_sessions, news_uses.load
sessions, histories = products.simulate_sessions, shoppers.simulate
TWO, EVEN = [[1, 2], [3, 4]], np.zeros((1, len(faces.TRAITS)))
REFUSED = [
    (sample, (0, 2), {}, ValueError, "identities must be at least 1, but it is 0"),
    (sample, (2, 2.5), {}, TypeError, "pictures_each must be a whole number, not 2.5"),
    (sample, (2, 2), {"group": "C"}, ValueError, "group must be one of 'A', 'B', but it is 'C'"),
    (faces.draw, (EVEN[:, 1:], EVEN[:, 1:]), {}, ValueError, r"traits must have shape \(n, 14\).* is \(1, 13\)"),
    (faces.draw, (EVEN, EVEN), {}, ValueError, r"conditions must have shape \(n, 13\), but its shape is \(1, 14\)"),
    (faces.draw, (EVEN[[0, 0]], EVEN[:, 1:]), {}, ValueError, "traits has 2 items and conditions has 1"),
    (faces.draw, (EVEN * np.nan, EVEN[:, 1:]), {}, ValueError, "traits must hold finite numbers, but row 0 holds nan"),
    (patients.generate, (0,), {}, ValueError, "n must be at least 1, but it is 0"),
    (patients.generate, (2.5,), {}, TypeError, "n must be a whole number, not 2.5"),
    (patients.generate, (9,), {"repeat_share": 1}, ValueError, "repeat_share must be at least 0 and below 1.* is 1"),
    (patients.generate, (9,), {"repeat_share": np.nan}, ValueError, "repeat_share must be at least 0 and below 1"),
    (sessions, (), {"n_sessions": 0}, ValueError, "n_sessions must be at least 1, but it is 0"),
    (sessions, (), {"n_sessions": 2.5}, TypeError, "n_sessions must be a whole number, not 2.5"),
    (sessions, (None,), {}, TypeError, "seed must be a whole number, not None"),
    (sessions, (), {"taste": {"color": 1.0}}, ValueError, "taste must be one of .*colour.*'color'"),
    (split, ([],), {}, ValueError, "sessions must hold at least 2 sessions, but it holds 0"),
    (split, ([[1, 2]],), {}, ValueError, "sessions must hold at least 2 sessions, but it holds 1"),
    (split, ([[1, 2], [3]],), {}, ValueError, r"sessions\[1\] must hold at least 2 items, one to see and .* not 1"),
    (split, ([[1, 2], 3],), {}, ValueError, r"sessions\[1\] must be a list of row numbers, but its shape is \(\)"),
    (split, (TWO,), {"test_share": 1}, ValueError, "test_share must be between 0 and 1, but it is 1"),
    (split, (TWO,), {"test_share": 0.0}, ValueError, "test_share must be between 0 and 1, but it is 0.0"),
    (split, (TWO,), {"test_share": np.nan}, ValueError, "test_share must be between 0 and 1"),
    (histories, (), {"n_shoppers": 0}, ValueError, "n_shoppers must be at least 1, but it is 0"),
    (histories, (), {"taste": {"smell": 1.0}}, ValueError, "taste must be one of .*'smell'"),
    (uses, (["Police"],), {}, ValueError, "letters a to z, but one is 'Police'"),
    (uses, (["new york"],), {}, ValueError, "letters a to z, but one is 'new york'"),
    (uses, (["water"] * 2,), {}, ValueError, "must be different, but there are 2 with 1 different ones"),
    (uses, (["water"],), {"per_word": 0}, ValueError, "per_word must be at least 1, but it is 0"),
    (colors.rgb_to_lab, ([255, 0, 0],), {}, ValueError, "rgb must lie from 0 to 1, but it goes from 0 to 255"),
    (colors.rgb_to_lab, ([0.1, -0.2, 0.3],), {}, ValueError, "rgb must lie from 0 to 1, but it goes from -0.2 to 0.3"),
    (colors.rgb_to_lab, ([0.1, 0.2],), {}, ValueError, r"rgb must have shape \(3,\) or \(n, 3\).* is \(2,\)"),
    (colors.rgb_to_lab, ([[[0.1, 0.2, 0.3]]],), {}, ValueError, r"rgb must have shape \(3,\) or .* is \(1, 1, 3\)"),
    (colors.rgb_to_lab, ([0.1, np.nan, 0.3],), {}, ValueError, "rgb must hold finite numbers, but position 1 holds"),
    (colors.rgb_to_lab, ("red",), {}, TypeError, r"rgb must be numbers of shape \(3,\) or \(n, 3\), not a str"),
]


@pytest.mark.parametrize(
    ("function", "given", "options", "error", "message"),
    REFUSED,
    ids=[f"{row[0].__name__}: {row[4]}" for row in REFUSED],
)
def test_a_bad_argument_is_named(function, given, options, error, message):
    with pytest.raises(error, match=message):
        function(*given, **options)


# --- texts that were written for the course

shop, answered = products.load(), questions_answers.load()
WRITTEN = {  # texts, fewest and most words, form
    "topics": (topics.load().sentences, 8, 25, r"."),
    "ambiguous words": (ambiguous_words.load().sentences, 7, 20, r"[A-Z].*[.?]$"),
    "questions": (answered.questions, 2, 45, r"[A-Z].*\?$"),
    "answers": (answered.answers, 1, 45, r"[A-Z].*\.$"),
    "descriptions": (shop.descriptions, 5, 25, r"[A-Z].*[.!?]$"),
}


@pytest.mark.parametrize(("texts", "fewest", "most", "form"), WRITTEN.values(), ids=WRITTEN)
def test_length_and_form_of_what_was_written(texts, fewest, most, form):
    assert [text for text in texts if not re.match(form, text)] == []
    assert [text for text in texts if not fewest <= len(text.split()) <= most] == []


@pytest.mark.parametrize("texts", [*(row[0] for row in WRITTEN.values()), shop.texts], ids=[*WRITTEN, "shop"])
def test_no_near_duplicates_for_the_model(texts, text_model):
    vectors = text_model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    assert np.max(vectors @ vectors.T - 2 * np.eye(len(texts))) < 0.9
