import bm25s
import numpy as np
import pytest
from sentence_transformers import MultiVectorEncoder

from embedlab import encoding, models, vectors
from embedlab.datasets import passage_places
from embedlab.exercises import nb15
from tests.derivations import functions_of
from tests.encoders import WordCounts
from tools import collect_passages

KNOWN = {"SIZES": [32, 64, 128], "BOTH": ["none", "name"]}
DOCUMENTS = ["red apple pie", "green apple", "blue sky above", "grey sky", "green apple", "a pie"]


def test_the_chapters_search_is_top_k():
    model = WordCounts()
    stored = vectors.normalize(model.encode(DOCUMENTS))

    class Unit:
        def encode_query(self, text):
            return vectors.normalize(model.encode([text])[0])

    search = functions_of("15", **KNOWN, model=Unit(), documents=DOCUMENTS, document_vectors=stored)["semantic_search"]
    for query in ["green apple", "sky", "apple pie above"]:
        indices, scores = vectors.top_k(model.encode([query])[0], stored, 4)
        found = search(query, top_k=4)
        assert [document for document, _ in found] == [DOCUMENTS[i] for i in indices]
        assert [score for _, score in found] == pytest.approx(scores.tolist(), abs=1e-6)


def test_bm25_of_all_queries_is_that_of_the_library(lesson):
    index, queries = bm25s.BM25(), ["green apple", "sky"]
    index.index([document.split() for document in DOCUMENTS], show_progress=False)
    wanted = [index.get_scores(query.split()) for query in queries]
    np.testing.assert_allclose(lesson["bm25_scores"](DOCUMENTS, queries), wanted, atol=1e-6)


def test_places_and_fusion_by_hand(lesson):
    a, b = np.array([[0.5, 0.9, 0.5, -np.inf]]), np.array([[0.1, 0.2, 0.3, 0.4]])
    assert lesson["places"](a).tolist() == [[2, 1, 3, 4]], "of equals the first comes first"
    fused = lesson["fuse"](lesson["places"](a), lesson["places"](b), c=10)
    assert fused[0] == pytest.approx([1 / 12 + 1 / 14, 1 / 11 + 1 / 13, 1 / 13 + 1 / 12, 1 / 14 + 1 / 11])


def test_late_interaction_is_the_exercise_for_the_nearest_and_nothing_for_the_others():
    rng = np.random.default_rng(0)
    pages = [vectors.normalize(rng.normal(size=(t, 6))) for t in (2, 5, 3, 4)]
    query, cosines = vectors.normalize(rng.normal(size=(3, 6))), np.array([[0.1, 0.4, 0.3, 0.2]])
    there, back = functions_of("15", **KNOWN, page_tokens=pages)["late"]([query], cosines, k=3)
    np.testing.assert_allclose(there[0, 1:], nb15.max_sim.function(query, pages)[1:] / 3, atol=1e-6)
    np.testing.assert_allclose(back[0, 1:], [(page @ query.T).max(axis=1).mean() for page in pages[1:]], atol=1e-6)
    assert there[0, 0] == back[0, 0] == -np.inf


def test_max_similarity_and_blame_are_that_of_the_exercise(lesson):
    rng = np.random.default_rng(1)
    query, documents = rng.normal(size=(3, 4)), [rng.normal(size=(n, 4)) for n in (2, 5)]
    wanted = nb15.max_sim.function(query, documents)
    np.testing.assert_allclose([lesson["max_similarity"](query, document) for document in documents], wanted)
    blame = lesson["blame"](query, documents[1], np.array([0, 0, 1, 3, 3]), 4)
    assert blame.sum() == pytest.approx(wanted[1])
    assert blame[2] == 0, "a word without a token has no share"


def test_the_librarys_multi_vector_model_has_an_untrained_layer_unless_built_from_the_first_module(text_model):
    with_path = MultiVectorEncoder(models.model_path("all-MiniLM-L6-v2"))
    assert [tuple(x.shape) for x in with_path.encode(["a b c"])] == [(5, 128)]
    built = MultiVectorEncoder(modules=[text_model[0]])
    ours = functions_of("15", **KNOWN, model=text_model)["tokens_of"](["green apple pie"])[0]
    theirs = np.asarray(built.encode(["green apple pie"])[0])[1:-1]
    np.testing.assert_allclose(vectors.normalize(theirs), ours, atol=1e-5)


def test_the_passages_of_the_notebook_are_those_of_the_table(text_model):
    page = passage_places.Page(
        "toy.f", "Add one.", "Parameters\n----------\n" + "x : float, a number to which one is added. " * 9
    )
    ours = functions_of("15", **KNOWN, model=text_model)["cut"](page, 32, 0.25, "toy f: ")
    assert len(ours) > 3
    assert ours == collect_passages.passages(page, text_model.tokenizer, passage_places.Cut(32, 0.25, "name"))


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
