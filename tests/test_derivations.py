"""What a notebook derives and a room of the package offers is the same thing: both are run side by side."""

import ast
from types import SimpleNamespace

import numpy as np
import pytest

from embedlab import encoding, evaluation, vectors
from embedlab.exercises import nb15
from tests.encoders import WordCounts
from tools import notebooks


def functions_of(number, **known):
    """Define the functions that a notebook's cells define, with what they use from other cells."""
    path = notebooks.numbered(number)
    space = {"np": np, **known}
    for cell in notebooks.code_cells(notebooks.read(path)):
        for node in ast.parse(notebooks.source(cell)).body:
            if isinstance(node, ast.FunctionDef) and not node.decorator_list:
                exec(compile(ast.Module([node], []), path.name, "exec"), space)
    return space


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


def test_places_and_fusion_rank_like_scipy():
    from scipy.stats import rankdata

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 8)), rng.normal(size=(3, 8))

    data = SimpleNamespace(queries=[0, 5, 7])
    space = functions_of("15", m=3, data=data)
    masked = a.copy()
    masked[[0, 1, 2], data.queries] = -np.inf
    np.testing.assert_array_equal(space["places"](a), rankdata(-masked, method="ordinal", axis=1))
    fused = space["fuse"](a, b, c=10)
    assert fused.max() <= 2 / 11
    assert fused[[0, 1, 2], data.queries] == pytest.approx(2 / 18), "the query itself comes last in both"


def test_passages_of_the_exercise_are_those_of_chunk(text_model):
    passages = nb15.passages.define(nb15.passages.code)
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
