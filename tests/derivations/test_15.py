from types import SimpleNamespace

import bm25s
import numpy as np
import pytest
from scipy.stats import rankdata

from embedlab import encoding, vectors
from embedlab.exercises import nb15
from tests.derivations import functions_of
from tests.encoders import WordCounts

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


def test_bm25_of_all_queries_at_once_is_that_of_the_library(lesson):
    index = bm25s.BM25()
    index.index([document.split() for document in DOCUMENTS], show_progress=False)
    wanted = [index.get_scores(DOCUMENTS[query].split()) for query in (0, 2, 5)]
    np.testing.assert_allclose(lesson["bm25_scores"](DOCUMENTS, [0, 2, 5]), wanted, atol=1e-6)


def test_places_and_fusion_rank_like_scipy():
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
