"""Exercises and quiz of notebook 15, Semantic search."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Semantic search"
quiz = quiz_of(__file__)


@exercise(
    "Average precision",
    hints=(
        "Walk down the list with `enumerate(ranking, start=1)` and count the relevant documents as you meet them.",
        "The precision at a place is the number found so far divided by the place.",
        "Add up `found / place` at the relevant places only, and divide by `len(relevant)` at the end.",
    ),
    cases=(
        case("the only right document comes first", [7, 3, 9], {7}),
        case("two right documents, on places 2 and 3", [3, 7, 8, 9], {7, 8}),
        case("one right document is never found", [3, 7, 9], {7, 100}),
        case("more right documents than places", ["p", "q"], {"q", "r", "s"}),
        case("nothing is found", [1, 2], {5}),
    ),
    remark="Its mean over all queries is called MAP, the usual measure before nDCG.",
)
def average_precision(ranking, relevant):
    """Average precision of a ranked list; relevant is the set of all right ones."""
    found, total = 0, 0.0
    for place, document in enumerate(ranking, start=1):
        if document in relevant:
            found += 1
            total += found / place
    return total / len(relevant)


@average_precision.mistake(
    "That is the precision of the whole list: where in the list the right ones stand makes no difference."
)
def _(ranking, relevant):
    return sum(d in relevant for d in ranking) / len(ranking)


@average_precision.mistake(
    "You divided by the number found: a relevant document that is missing from the list must cost something."
)
def _(ranking, relevant):
    found, total = 0, 0.0
    for place, d in enumerate(ranking, start=1):
        if d in relevant:
            found += 1
            total += found / place
    return total / found if found else 0.0


@average_precision.mistake("You added reciprocal places; the precision counts how many were found up to that place.")
def _(ranking, relevant):
    return sum(1 / p for p, d in enumerate(ranking, start=1) if d in relevant) / len(relevant)


@exercise(
    "Passages",
    hints=(
        "From one passage to the next the start moves by `size - overlap`.",
        "A passage that starts at `i` holds `tokens[i:i + size]`; the last one may be shorter.",
        (
            "Stop when what remains is only the overlap: `range(0, len(tokens) - overlap, size - overlap)`. A text so "
            "short that this range is empty is one passage: let its end be 1 at least."
        ),
    ),
    cases=(
        case("no overlap", list("abcdef"), 3, 0),
        case("the last passage ends exactly at the end", list("abcdefgh"), 4, 2),
        case("one token is left over", list("abcdefghi"), 4, 2),
        case("much overlap", list("abcdef"), 4, 3),
        case("shorter than the overlap", list("ab"), 4, 3),
    ),
    remark="`encoding.chunk` does this with the model's own tokens and returns slices of the text.",
    noun="token",
)
def passages(tokens, size, overlap):
    """Cut a list of tokens into lists of size tokens, overlap of them shared.

    Each passage shares overlap tokens with the one before. Only the last may be
    shorter. It ends with the last token, and no passage before it does.
    """
    starts = range(0, max(1, len(tokens) - overlap), size - overlap)
    return [tokens[start : start + size] for start in starts]


@passages.mistake("Your passages do not overlap: the start must move by less than `size`.")
def _(tokens, size, overlap):
    return [tokens[i : i + size] for i in range(0, len(tokens), size)]


@passages.mistake("Your last passage holds only tokens that the one before already has.")
def _(tokens, size, overlap):
    return [tokens[i : i + size] for i in range(0, len(tokens), size - overlap)]


@passages.mistake("The end of the text is lost, and so is every text that is shorter than `size`.")
def _(tokens, size, overlap):
    return [tokens[i : i + size] for i in range(0, len(tokens) - size + 1, size - overlap)]


RELEVANCE = np.array([0.90, 0.88, 0.60, 0.30])
SIMILARITY = np.array([[1.0, 0.99, 0.2, 0.0], [0.99, 1.0, 0.2, 0.0], [0.2, 0.2, 1.0, 0.8], [0.0, 0.0, 0.8, 1.0]])
FIVE_RELEVANCE = np.array([0.75, 0.35, 0.90, 0.25, 0.40])
FIVE_SIMILARITY = np.array(
    [
        [1.0, 0.5, -0.1, 0.85, 0.85],
        [0.5, 1.0, -0.3, 0.0, 0.5],
        [-0.1, -0.3, 1.0, 0.5, 0.8],
        [0.85, 0.0, 0.5, 1.0, 0.4],
        [0.85, 0.5, 0.8, 0.4, 1.0],
    ]
)
EQUAL_RELEVANCE = np.array([0.5, 0.75, 0.25, 0.75])  # in halves and quarters, so that equal stays equal
EQUAL_SIMILARITY = np.array([[1.0, 0.25, 0.0, 0.5], [0.25, 1.0, 0.5, 0.5], [0.0, 0.5, 1.0, 0.0], [0.5, 0.5, 0.0, 1.0]])


@exercise(
    "Less of the same",
    hints=(
        "Begin with the most relevant document: `np.argmax(relevance)`.",
        "For each document, the largest similarity to those picked is `similarity[:, picked].max(axis=1)`.",
        (
            "Before you take the next `argmax` of `trade_off * relevance - (1 - trade_off) * closest`, set the value "
            "of those already picked to `-np.inf`."
        ),
    ),
    cases=(
        case("only relevance counts", RELEVANCE, SIMILARITY, 3, 1.0),
        case("the second is a near-copy of the first", RELEVANCE, SIMILARITY, 3, 0.5),
        case("four picks, each compared with all before it", FIVE_RELEVANCE, FIVE_SIMILARITY, 4, 0.3),
        case("equals at both picks", EQUAL_RELEVANCE, EQUAL_SIMILARITY, 2, 0.5),
    ),
    remark="With `trade_off` 1 it is the plain ranking; search engines choose it by asking users.",
    noun="index",
)
def diverse(relevance, similarity, k, trade_off):
    """Pick k documents by maximal marginal relevance.

    relevance: array (n,); similarity: array (n, n) between documents. The first pick is
    the most relevant; each further one has the largest
    trade_off · relevance − (1 − trade_off) · largest similarity to those picked before.
    Returns a list of k indices in the order in which they are picked; of equals the
    smaller index comes first.
    """
    picked = [int(np.argmax(relevance))]
    while len(picked) < k:
        closest = similarity[:, picked].max(axis=1)
        value = trade_off * relevance - (1 - trade_off) * closest
        value[picked] = -np.inf
        picked.append(int(np.argmax(value)))
    return picked


@diverse.mistake("You sorted by relevance alone: similarity to what is already picked must count against a document.")
def _(relevance, similarity, k, trade_off):
    return [int(i) for i in np.argsort(-relevance, kind="stable")[:k]]


@diverse.mistake("You compared with the last pick only; take the largest similarity to any of those picked.")
def _(relevance, similarity, k, trade_off):
    picked = [int(np.argmax(relevance))]
    while len(picked) < k:
        value = trade_off * relevance - (1 - trade_off) * similarity[:, picked[-1]]
        value[picked] = -np.inf
        picked.append(int(np.argmax(value)))
    return picked


@diverse.mistake("A document was picked twice: rule out those that are in the list already.")
def _(relevance, similarity, k, trade_off):
    picked = [int(np.argmax(relevance))]
    while len(picked) < k:
        value = trade_off * relevance - (1 - trade_off) * similarity[:, picked].max(axis=1)
        picked.append(int(np.argmax(value)))
    return picked
