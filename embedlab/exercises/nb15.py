"""Exercises and quiz of notebook 15, Semantic search."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Semantic search"

average_precision = Exercise(
    id="15.average_precision",
    title="Average precision",
    starter='''\
def average_precision(ranking, relevant):
    """Average precision of a ranked list of documents; relevant is the set of all right ones."""
    return ...


ex.average_precision.check(average_precision)
''',
    code="""\
def average_precision(ranking, relevant):
    found, total = 0, 0.0
    for place, document in enumerate(ranking, start=1):
        if document in relevant:
            found += 1
            total += found / place
    return total / len(relevant)
""",
    hints=(
        "Walk down the list with `enumerate(ranking, start=1)` and count the relevant documents as you meet them.",
        "The precision at a place is the number found so far divided by the place.",
        "Add up the precisions at the relevant places only, and divide by `len(relevant)` at the end.",
    ),
    cases=(
        Case("[7, 3, 9], {7}", "the only right document comes first"),
        Case("[3, 7, 9, 8], {7, 8}", "two right documents, on places 2 and 4"),
        Case("[3, 7, 9], {7, 100}", "one right document is never found"),
        Case("[1, 2], {5}", "nothing is found"),
    ),
    mistakes=(
        Mistake(
            "def average_precision(ranking, relevant):\n    return sum(d in relevant for d in ranking) / len(ranking)",
            "That is the precision of the whole list: where in the list the right ones stand makes no difference.",
        ),
        Mistake(
            "def average_precision(ranking, relevant):\n"
            "    found, total = 0, 0.0\n"
            "    for place, d in enumerate(ranking, start=1):\n"
            "        if d in relevant:\n"
            "            found += 1\n"
            "            total += found / place\n"
            "    return total / found if found else 0.0",
            "You divided by the number found: a relevant document that is missing from the list must cost something.",
        ),
        Mistake(
            "def average_precision(ranking, relevant):\n"
            "    return sum(1 / p for p, d in enumerate(ranking, start=1) if d in relevant) / len(relevant)",
            "You added reciprocal places; the precision counts how many were found up to that place.",
        ),
    ),
    remark="Its mean over all queries is called MAP, the usual measure before nDCG.",
)

passages = Exercise(
    id="15.passages",
    title="Passages",
    starter='''\
def passages(tokens, size, overlap):
    """Cut a list of tokens into a list of lists of at most size tokens, neighbours sharing overlap tokens."""
    return ...


ex.passages.check(passages)
''',
    code="""\
def passages(tokens, size, overlap):
    starts = range(0, max(1, len(tokens) - overlap), size - overlap)
    return [tokens[start : start + size] for start in starts]
""",
    hints=(
        "From one passage to the next the start moves by `size - overlap`.",
        "A passage that starts at `i` holds `tokens[i:i + size]`; the last one may be shorter.",
        "Stop when what remains is only the overlap: the last start must lie before `len(tokens) - overlap`.",
    ),
    cases=(
        Case("list('abcdef'), 3, 0", "no overlap"),
        Case("list('abcdefgh'), 4, 2", "the last passage ends exactly at the end"),
        Case("list('abcdefghi'), 4, 2", "one token is left over"),
        Case("list('ab'), 4, 2", "shorter than one passage"),
    ),
    mistakes=(
        Mistake(
            "def passages(tokens, size, overlap):\n"
            "    return [tokens[i:i + size] for i in range(0, len(tokens), size)]",
            "Your passages do not overlap: the start must move by less than `size`.",
        ),
        Mistake(
            "def passages(tokens, size, overlap):\n"
            "    return [tokens[i:i + size] for i in range(0, len(tokens), size - overlap)]",
            "Your last passage holds only tokens that the one before already has.",
        ),
        Mistake(
            "def passages(tokens, size, overlap):\n"
            "    return [tokens[i:i + size] for i in range(0, len(tokens) - size + 1, size - overlap)]",
            "The end of the text is lost, and so is every text that is shorter than `size`.",
        ),
    ),
    remark="`encoding.chunk` does this with the model's own tokens and returns slices of the text.",
)

diverse = Exercise(
    id="15.diverse",
    title="Less of the same",
    starter='''\
def diverse(relevance, similarity, k, trade_off):
    """Pick k documents by maximal marginal relevance.

    relevance: array (n,); similarity: array (n, n) between documents. Returns a list of k indices in the
    order in which they are picked; of equals the smaller index comes first.
    """
    return ...


ex.diverse.check(diverse)
''',
    code="""\
def diverse(relevance, similarity, k, trade_off):
    picked = [int(np.argmax(relevance))]
    while len(picked) < k:
        closest = similarity[:, picked].max(axis=1)
        value = trade_off * relevance - (1 - trade_off) * closest
        value[picked] = -np.inf
        picked.append(int(np.argmax(value)))
    return picked
""",
    hints=(
        "Begin with the most relevant document: `np.argmax(relevance)`.",
        "For each document, the largest similarity to those picked is `similarity[:, picked].max(axis=1)`.",
        "Before you take the next `argmax`, set the value of those already picked to `-np.inf`.",
    ),
    setup="""\
import numpy as np

relevance = np.array([0.90, 0.89, 0.60, 0.30])
similarity = np.array([[1.0, 0.99, 0.2, 0.0], [0.99, 1.0, 0.2, 0.0], [0.2, 0.2, 1.0, 0.8], [0.0, 0.0, 0.8, 1.0]])
chain = np.array([[1.0, 0.0, 0.9, 0.0], [0.0, 1.0, 0.0, 0.2], [0.9, 0.0, 1.0, 0.0], [0.0, 0.2, 0.0, 1.0]])
""",
    cases=(
        Case("relevance, similarity, 3, 1.0", "only relevance counts"),
        Case("relevance, similarity, 2, 0.5", "the second is a near-copy of the first"),
        Case("np.array([0.9, 0.7, 0.75, 0.5]), chain, 4, 0.5", "four picks, each compared with all before it"),
    ),
    mistakes=(
        Mistake(
            "def diverse(relevance, similarity, k, trade_off):\n"
            "    return [int(i) for i in np.argsort(-relevance, kind='stable')[:k]]",
            "You sorted by relevance alone: similarity to what is already picked must count against a document.",
        ),
        Mistake(
            "def diverse(relevance, similarity, k, trade_off):\n"
            "    picked = [int(np.argmax(relevance))]\n"
            "    while len(picked) < k:\n"
            "        value = trade_off * relevance - (1 - trade_off) * similarity[:, picked[-1]]\n"
            "        value[picked] = -np.inf\n"
            "        picked.append(int(np.argmax(value)))\n"
            "    return picked",
            "You compared with the last pick only; take the largest similarity to any of those picked.",
        ),
        Mistake(
            "def diverse(relevance, similarity, k, trade_off):\n"
            "    picked = [int(np.argmax(relevance))]\n"
            "    while len(picked) < k:\n"
            "        value = trade_off * relevance - (1 - trade_off) * similarity[:, picked].max(axis=1)\n"
            "        picked.append(int(np.argmax(value)))\n"
            "    return picked",
            "A document was picked twice: rule out those that are in the list already.",
        ),
    ),
    remark="With `trade_off` 1 it is the plain ranking; search engines choose it by asking users.",
)

quiz = Quiz(
    "15.quiz",
    (
        Question(
            "The best hit for a query has a cosine of 0.31. What follows?",
            (
                Option(
                    "The document answers the query with a probability of 31 %.",
                    False,
                    "A cosine is no probability: nothing was counted, and it can even be negative.",
                ),
                Option(
                    "It is nearer than every other document; whether it is near must be judged against other queries.",
                    True,
                    "Within one query the order counts. A size is read against baselines, such as unrelated queries.",
                ),
                Option(
                    "The hit is wrong, since right answers score above 0.5.",
                    False,
                    "No such limit exists: it differs between models, collections and kinds of text.",
                ),
            ),
        ),
        Question(
            "A bootstrap over 1,801 queries gives a gain of 0.004 with a 95 % interval from -0.006 to 0.014. You say:",
            (
                Option(
                    "The new search is better, since the gain is above zero.",
                    False,
                    "Draw the queries again and the sign may turn: the interval contains zero.",
                ),
                Option(
                    "Both searches are equally good: that is now proven.",
                    False,
                    "No difference was shown; a gain of 0.01 is as compatible with the data as none.",
                ),
                Option(
                    "These queries do not decide it; any difference is small, between -0.006 and 0.014.",
                    True,
                    "The interval says both: the sign is open, and the size is bounded.",
                ),
            ),
        ),
        Question(
            "Fusing MiniLM with BM25 gained much on whole pages and nothing on the same short texts. Why?",
            (
                Option(
                    "On whole pages BM25 knows things that MiniLM has not read, so the two err on different queries.",
                    True,
                    "Fusion gains when both are good and their mistakes differ; the overlap of their lists shows it.",
                ),
                Option(
                    "BM25 has a larger score on long pages, which outweighs the cosine.",
                    False,
                    "Reciprocal rank fusion looks at places only: the size of a score plays no part.",
                ),
                Option(
                    "Reciprocal rank fusion works only for long documents.",
                    False,
                    "It never sees a document, only two rankings.",
                ),
            ),
        ),
    ),
)
