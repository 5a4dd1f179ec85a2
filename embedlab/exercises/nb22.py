"""Exercises and quiz of notebook 22, Future directions."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Future directions"

max_sim = Exercise(
    id="22.max_sim",
    title="MaxSim for a collection",
    starter='''\
def max_sim(query, documents):
    """MaxSim of one query and every document, an array (n,).

    query: array (q, d), one row a token; documents: list of n arrays (t, d), t differs; all rows have length one.
    """
    return ...


ex.max_sim.check(max_sim)
''',
    code="""\
def max_sim(query, documents):
    return np.array([(query @ document.T).max(axis=1).sum() for document in documents])
""",
    hints=(
        "`query @ document.T` is a table: one row for each token of the query, one column for each token of the document.",
        "Each token of the query looks for its best partner: the maximum of its row.",
        "Add the best partners of all the query's tokens, for each document.",
    ),
    setup="""\
import numpy as np

def unit(n, seed):
    x = np.random.default_rng(seed).normal(size=(n, 4))
    return x / np.linalg.norm(x, axis=1, keepdims=True)
""",
    cases=(
        Case("np.eye(3)[:2], [np.eye(3)[:1], np.eye(3), np.eye(3)[2:]]", "one, both, none of two tokens found"),
        Case("unit(3, 0), [unit(5, 1), unit(2, 2)]", "documents of different length"),
        Case("unit(1, 3), [unit(6, 4), unit(1, 5), unit(3, 6)]", "a query of one token"),
    ),
    mistakes=(
        Mistake(
            "def max_sim(query, documents):\n"
            "    return np.array([(query @ document.T).max(axis=0).sum() for document in documents])",
            "You let each token of the document look for a partner in the query, so long documents win: turn it round.",
        ),
        Mistake(
            "def max_sim(query, documents):\n    return np.array([(query @ document.T).max() for document in documents])",
            "That is the best pair of all; one matching token would be enough, however many the query has.",
        ),
        Mistake(
            "def max_sim(query, documents):\n    return np.array([(query @ document.T).sum() for document in documents])",
            "You added every pair: that is the product of two sums, one vector a text again, only not normalised.",
        ),
    ),
    remark="Adding all pairs instead of the best ones would bring back the single vector: the maximum is the whole difference.",
)

score_by_postings = Exercise(
    id="22.score_by_postings",
    title="Search with an inverted index",
    starter='''\
def score_by_postings(query, index, n):
    """Scores of n documents for one sparse query, an array (n,).

    query: dict term -> weight; index: dict term -> list of (document, weight). Read only the lists that matter.
    """
    return ...


ex.score_by_postings.check(score_by_postings)
''',
    code="""\
def score_by_postings(query, index, n):
    scores = np.zeros(n)
    for term, weight in query.items():
        for document, its_weight in index.get(term, []):
            scores[document] += weight * its_weight
    return scores
""",
    hints=(
        "Start with n zeros, and walk over the query's terms, not over the documents.",
        "A term that no document holds has no list: `index.get(term, [])`.",
        "A shared term adds the product of its two weights; add up over the terms.",
    ),
    setup="""\
import numpy as np

index = {"red": [(0, 0.5), (3, 0.2)], "wool": [(0, 0.8), (1, 0.6)], "lamp": [(2, 1.0)]}
""",
    cases=(
        Case('{"red": 2.0}, index, 4', "one term"),
        Case('{"red": 1.0, "wool": 0.5}, index, 4', "two terms that meet in one document"),
        Case('{"lamp": 0.3, "velvet": 3.0}, index, 5', "a term that is in no document"),
    ),
    mistakes=(
        Mistake(
            "def score_by_postings(query, index, n):\n"
            "    scores = np.zeros(n)\n"
            "    for term, weight in query.items():\n"
            "        for document, its_weight in index.get(term, []):\n"
            "            scores[document] = weight * its_weight\n"
            "    return scores",
            "A second shared term overwrote the first: the scores of all shared terms add up.",
        ),
        Mistake(
            "def score_by_postings(query, index, n):\n"
            "    scores = np.zeros(n)\n"
            "    for term in query:\n"
            "        for document, its_weight in index.get(term, []):\n"
            "            scores[document] += its_weight\n"
            "    return scores",
            "You left out the query's weights: its rare terms should count for more than its common ones.",
        ),
        Mistake(
            "def score_by_postings(query, index, n):\n"
            "    scores = np.zeros(n)\n"
            "    for term in query:\n"
            "        for document, _ in index.get(term, []):\n"
            "            scores[document] += 1\n"
            "    return scores",
            "You counted shared terms; the score is a dot product, so each adds the product of its two weights.",
        ),
    ),
    remark="The same dot product as before, but the zeros are never touched. That is why search engines use it.",
)

pq_scores = Exercise(
    id="22.pq_scores",
    title="Search without unpacking",
    starter='''\
def pq_scores(query, codebooks, codes):
    """Dot products of a query with n product-quantised vectors, an array (n,), without unpacking the vectors.

    query: (d,); codebooks: (m, c, d // m), c entries for each of m pieces; codes: (n, m), which entry each piece is.
    """
    return ...


ex.pq_scores.check(pq_scores)
''',
    code="""\
def pq_scores(query, codebooks, codes):
    pieces = query.reshape(len(codebooks), -1)
    table = np.einsum("mw,mcw->mc", pieces, codebooks)
    return table[np.arange(len(codebooks)), codes].sum(axis=1)
""",
    hints=(
        "Cut the query like the vectors: `query.reshape(m, d // m)`.",
        "First make a small table (m, c): the dot product of each piece of the query with each entry of its codebook.",
        "Each vector's score is a sum of m numbers looked up in that table: `table[np.arange(m), codes]` has shape (n, m).",
    ),
    setup="""\
import numpy as np

rng = np.random.default_rng(0)
books = rng.normal(size=(3, 4, 2))
codes = rng.integers(4, size=(5, 3))
""",
    cases=(
        Case(
            "np.array([1.0, 2.0]), np.array([[[1.0], [10.0]], [[3.0], [5.0]]]), np.array([[0, 1], [1, 0]])",
            "two pieces",
        ),
        Case("rng.normal(size=6), books, codes", "three pieces of two numbers"),
        Case("rng.normal(size=6), books, codes[:1]", "a single vector"),
    ),
    mistakes=(
        Mistake(
            "def pq_scores(query, codebooks, codes):\n"
            "    pieces = query.reshape(len(codebooks), -1)\n"
            "    table = np.einsum('mw,mcw->mc', pieces, codebooks)\n"
            "    return table[:, codes[:, 0]].sum(axis=0)",
            "You used the first code of a vector for all its pieces: piece j has its own code, in column j.",
        ),
        Mistake(
            "def pq_scores(query, codebooks, codes):\n"
            "    pieces = query.reshape(len(codebooks), -1)\n"
            "    table = np.einsum('mw,mcw->mc', pieces, codebooks)\n"
            "    return table[np.arange(len(codebooks)), codes].mean(axis=1)",
            "You averaged the pieces: a dot product is the sum of the dot products of its pieces.",
        ),
        Mistake(
            "def pq_scores(query, codebooks, codes):\n"
            "    pieces = query.reshape(-1, len(codebooks)).T\n"
            "    table = np.einsum('mw,mcw->mc', pieces, codebooks)\n"
            "    return table[np.arange(len(codebooks)), codes].sum(axis=1)",
            "You dealt the query's numbers out in turn: the first piece is made of its first d // m numbers.",
        ),
    ),
    remark="The table costs m × c small products once a query; after that each vector costs m look-ups, whatever d is.",
)

quiz = Quiz(
    "22.quiz",
    (
        Question(
            "Sounds and clips were never trained together, and still a sound finds clips that move like it. Why?",
            (
                Option(
                    "Spectrograms and clips look alike.",
                    False,
                    "They have different shapes and different towers; untrained towers find nothing.",
                ),
                Option(
                    "Both were trained towards descriptions in one text space, and descriptions of the same movement share words or lie near each other.",
                    True,
                    "The text binds them. What the descriptions do not say, no sound will find.",
                ),
                Option(
                    "Contrastive training aligns everything with everything.",
                    False,
                    "It aligns the pairs that it is given; here each pair had a caption on one side.",
                ),
            ),
        ),
        Question(
            "You must find the exact part number in ten million documents. Which is the first thing to try?",
            (
                Option(
                    "Sparse vectors of words with an inverted index.",
                    True,
                    "In our small LIMIT, counting words found everything and one dense vector less than a third; it is also the cheapest to run.",
                ),
                Option(
                    "A dense model with more dimensions.",
                    False,
                    "The dimensions were not what was missing: freely placed vectors needed few. The trained model keeps the gist and drops such details.",
                ),
                Option(
                    "Hyperbolic vectors.",
                    False,
                    "They suit trees; a part number is no hierarchy.",
                ),
            ),
        ),
        Question(
            "A vendor says that 4 of 32 dimensions of his model are enough. What do you ask?",
            (
                Option(
                    "Whether four dimensions can hold the information at all.",
                    False,
                    "They often can: our network trained for four was good. Whether this model puts it there is the question.",
                ),
                Option(
                    "Nothing; the first dimensions always hold the most.",
                    False,
                    "In a model that was not trained for it, the first four are four like any others; cutting lost much.",
                ),
                Option(
                    "Whether the model was trained to be cut, and what the cut costs on my own data.",
                    True,
                    "Matryoshka training made the difference at four dimensions, and only a measurement shows it for your data.",
                ),
            ),
        ),
    ),
)
