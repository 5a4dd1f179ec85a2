"""What a notebook derives and a room of the package offers is the same thing: both are run side by side."""

import ast
import re
from types import SimpleNamespace

import bm25s
import numpy as np
import pytest
import torch
from scipy import sparse

from embedlab import encoding, evaluation, vectors
from embedlab.exercises import nb15
from tests.encoders import WordCounts
from tools import notebooks


def functions_of(number, /, **known):
    """Define the functions that a notebook's cells define, with what they use from other cells."""
    path = notebooks.numbered(number)
    space = {"np": np, **known}
    for cell in notebooks.code_cells(notebooks.read(path)):
        for node in ast.parse(notebooks.source(cell)).body:
            if isinstance(node, ast.FunctionDef) and not node.decorator_list:
                exec(compile(ast.Module([node], []), path.name, "exec"), space)
    return space


def test_cosines_are_those_of_the_package():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(6, 5)), rng.normal(size=(3, 5))
    np.testing.assert_allclose(functions_of("01")["cosine"](a, b), vectors.cosine_similarity(a, b), atol=1e-6)


def test_nearest_words_are_top_k():
    table = np.random.default_rng(0).normal(size=(30, 8))
    words = [f"w{i}" for i in range(30)]
    number = {word: i for i, word in enumerate(words)}
    nearest = functions_of("02", number=number, vocabulary=words)["nearest"]
    for i in (0, 7, 29):
        found = vectors.top_k(table[i], vectors.normalize(table), 6)[0]
        assert nearest(table, words[i], k=5) == [words[j] for j in found if j != i]


def test_center_by_hand():
    both = np.random.default_rng(0).normal(size=(20, 4)) + 3
    np.testing.assert_allclose(both - both.mean(axis=0), vectors.center(both), atol=1e-6)


def test_top_is_that_of_the_package():
    rng = np.random.default_rng(0)
    stored = vectors.normalize(rng.normal(size=(200, 16)))
    top = functions_of("03")["top"]
    for target in rng.normal(size=(5, 16)):
        for ours, packaged in zip(top(target, stored, 9), vectors.top_k(target, stored, 9), strict=True):
            np.testing.assert_allclose(ours, packaged, atol=1e-6)


def test_the_analogy_is_that_of_the_package():
    words = [f"w{i}" for i in range(40)]
    unit = vectors.normalize(np.random.default_rng(0).normal(size=(40, 6)))
    best, cosines = functions_of("03")["top"](unit[1] - unit[0] + unit[2], unit, 5)
    found = vectors.analogy("w0", "w1", "w2", words, unit, k=5, exclude_inputs=False)
    assert [word for word, _ in found] == [words[i] for i in best]
    assert [score for _, score in found] == pytest.approx(cosines.tolist(), abs=1e-6)


def test_ndcg_is_that_of_the_package():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 8))
    queries, sizes = [3, 9, 20, 41], (1, 4, 12, 30)
    others = [np.delete(np.arange(50), query) for query in queries]
    relevant = [set(rng.choice(pages, size=n).tolist()) for pages, n in zip(others, sizes, strict=True)]
    discount = 1 / np.log2(np.arange(2, 12))
    best = np.array([discount[: len(found)].sum() for found in relevant])
    data = SimpleNamespace(queries=queries, relevant=relevant)
    ours = functions_of("04", vectors=vectors, torch=torch, data=data, discount=discount, best=best)["ndcg"](x)
    unit = vectors.normalize(x)
    options = {"k": 10, "exclude": queries, "per_query": True}
    packaged = evaluation.retrieval_metrics(unit[queries] @ unit.T, relevant, **options)["ndcg"]
    np.testing.assert_allclose(ours, packaged, atol=1e-9)


def test_row_cosines_are_those_of_the_package():
    a, b = np.random.default_rng(0).normal(size=(2, 12, 5))
    ours = functions_of("12", vectors=vectors)["row_cosines"](a, b)
    np.testing.assert_allclose(ours, evaluation.pair_similarities(a, b), atol=1e-6)


DOCUMENTS = ["red apple pie", "green apple", "blue sky above", "grey sky", "green apple", "a pie"]


def test_the_chapters_search_is_top_k():
    model = WordCounts()
    stored = vectors.normalize(model.encode(DOCUMENTS))

    class Unit:
        def encode(self, text):
            return vectors.normalize(model.encode([text])[0])

    search = functions_of("15", model=Unit(), documents=DOCUMENTS, document_vectors=stored)["semantic_search"]
    for query in ["green apple", "sky", "apple pie above"]:
        indices, scores = vectors.top_k(model.encode([query])[0], stored, 4)
        found = search(query, top_k=4)
        assert [document for document, _ in found] == [DOCUMENTS[i] for i in indices]
        assert [score for _, score in found] == pytest.approx(scores.tolist(), abs=1e-6)


def test_bm25_of_all_queries_at_once_is_that_of_the_library():
    bm25_scores = functions_of("15", bm25s=bm25s, re=re, sparse=sparse)["bm25_scores"]
    index = bm25s.BM25()
    index.index([document.split() for document in DOCUMENTS], show_progress=False)
    wanted = [index.get_scores(DOCUMENTS[query].split()) for query in (0, 2, 5)]
    np.testing.assert_allclose(bm25_scores(DOCUMENTS, [0, 2, 5]), wanted, atol=1e-6)


def test_places_and_fusion_rank_like_scipy():
    from scipy.stats import rankdata

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 8)), rng.normal(size=(3, 8))

    data = SimpleNamespace(queries=[0, 5, 7])
    space = functions_of("15", m=3, n=8, data=data)
    masked = a.copy()
    masked[[0, 1, 2], data.queries] = -np.inf
    np.testing.assert_array_equal(space["places"](a), rankdata(-masked, method="ordinal", axis=1))
    fused = space["fuse"](space["places"](a), space["places"](b), c=10)
    assert fused.max() <= 2 / 11
    assert fused[[0, 1, 2], data.queries] == pytest.approx(2 / 18), "the query itself comes last in both"


def test_passages_of_the_exercise_are_those_of_chunk(text_model):
    passages = nb15.passages.function
    words = [f"w{i}" for i in range(23)]  # two tokens each
    tokenizer = text_model.tokenizer
    for size, overlap in [(8, 0), (8, 4), (12, 2), (100, 10)]:
        tokens = tokenizer(" ".join(words), add_special_tokens=False)["input_ids"]
        ours = [
            tokenizer(part, add_special_tokens=False)["input_ids"]
            for part in encoding.chunk(" ".join(words), tokenizer, size, overlap)
        ]
        assert ours == passages(tokens, size, overlap)


def test_the_bootstrap_of_the_lesson_is_that_of_the_package():
    rng = np.random.default_rng(1)
    a, b = rng.uniform(size=150), rng.uniform(size=150)
    gains, draw = a - b, np.random.default_rng(0)
    means = [draw.choice(gains, size=150).mean() for _ in range(2000)]
    low, high = np.quantile(means, [0.025, 0.975])
    packaged = evaluation.paired_bootstrap(a, b, repeats=2000)
    assert (packaged.low, packaged.high) == pytest.approx((low, high), abs=0.005)
