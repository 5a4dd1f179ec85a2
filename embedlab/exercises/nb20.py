"""Exercises and quiz of notebook 20, Fine-tuning."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Fine-tuning"
quiz = quiz_of(__file__)


@exercise(
    "A split that cannot leak",
    hints=(
        "First collect every document of the held-out pairs in one set, `hidden`, from both sides.",
        "A pair may be trained on only if *neither* of its documents is in that set.",
        "Keep `(a, b)` `if a not in hidden and b not in hidden`: held-out pairs drop out by the same rule, either way.",
    ),
    cases=(
        case("a held-out pair stands there turned round", [(1, 2), (2, 1), (1, 5), (3, 4)], [(1, 2)]),
        case("a held-out document in another pair", [(1, 2), (2, 7), (3, 4), (7, 1), (4, 5)], [(1, 2)]),
        case("documents of the test on both sides", [(1, 2), (3, 4), (4, 1), (5, 6)], [(9, 4), (1, 8)]),
        case("nothing in common", [("d", "b"), ("a", "c"), ("c", "b")], [("x", "y")]),
    ),
    remark=(
        "Where documents hang together in clusters, even this is mild: hold out whole clusters to test new subjects."
    ),
    noun="document",
)
def clean_train(pairs, held_out):
    """Those of the pairs that may be trained on if held_out is the test.

    pairs, held_out: lists of (document, document). No document of a held-out pair may
    occur in what is returned, on either side. Keep the order.
    """
    hidden = {document for pair in held_out for document in pair}
    return [(a, b) for a, b in pairs if a not in hidden and b not in hidden]


@clean_train.mistake(
    "You removed the held-out pairs only in the order in which they stand; turned round they are still there."
)
def _(pairs, held_out):
    return [pair for pair in pairs if pair not in held_out]


@clean_train.mistake("You hid the queries of the test; its answers must be new as well.")
def _(pairs, held_out):
    hidden = {a for a, _ in held_out}
    return [(a, b) for a, b in pairs if a not in hidden and b not in hidden]


@clean_train.mistake("A pair with one hidden document still shows that document: neither of the two may be hidden.")
def _(pairs, held_out):
    hidden = {d for pair in held_out for d in pair}
    return [(a, b) for a, b in pairs if a not in hidden or b not in hidden]


@clean_train.mistake("Look at both sides of a training pair, and at both sides of a held-out one.")
def _(pairs, held_out):
    hidden = {a for a, _ in held_out}
    return [(a, b) for a, b in pairs if a not in hidden]


@exercise(
    "Which negatives are true?",
    hints=(
        "MultipleNegativesRankingLoss takes every answer of the batch but the query's own as wrong.",
        "An answer that is relevant to the query is no negative, in whichever row it stands; that covers the diagonal.",
        (
            "A third case: an answer that *is* the query document. Its cosine is 1, and no training can push that "
            "down. So answer a is wrong for query q if `a != q and a not in relevant[q]`."
        ),
    ),
    cases=(
        case("two pairs that have nothing in common", ["a", "c"], ["b", "d"], {"a": {"b"}, "c": {"d"}}),
        case("one query twice, with two answers", ["a", "c", "a"], ["b", "d", "e"], {"a": {"b", "e"}, "c": {"d"}}),
        case(
            "the answer of one row is the query of another",
            ["a", "b", "c", "a"],
            ["b", "d", "a", "e"],
            {"a": {"b", "e"}, "b": {"d"}, "c": {"a"}},
        ),
        case("right for one query and for another too", ["a", "b"], ["c", "d"], {"a": {"c"}, "b": {"c", "d"}}),
    ),
    remark="Sentence Transformers avoids repeated texts in a batch with `batch_sampler=BatchSamplers.NO_DUPLICATES`.",
)
def true_negatives(queries, answers, relevant):
    """Table (b, b) of bool: may the answer of row j be wrong for the query of row i?

    queries, answers: lists of b documents; relevant: dict from a query to the set of
    all its answers.
    """
    rows = [[a != q and a not in relevant[q] for a in answers] for q in queries]
    return np.array(rows)


@true_negatives.mistake("That is what the plain loss assumes: all but the own answer are wrong. Look into `relevant`.")
def _(queries, answers, relevant):
    return ~np.eye(len(queries), dtype=bool)


@true_negatives.mistake("An answer that is the query document itself must not be pushed away either.")
def _(queries, answers, relevant):
    return np.array([[a not in relevant[q] for a in answers] for q in queries])


@true_negatives.mistake("That table is True where the answer is right: turn it round.")
def _(queries, answers, relevant):
    return np.array([[a == q or a in relevant[q] for a in answers] for q in queries])


@true_negatives.mistake("Rows and columns are exchanged: row i belongs to query i.")
def _(queries, answers, relevant):
    return np.array([[a != q and a not in relevant[q] for q in queries] for a in answers])


@exercise(
    "When to stop",
    hints=(
        "Walk through the epochs and remember the best one so far.",
        "How long has the best one stood? `epoch - best` tells; at `patience`, stop.",
        (
            "Epoch 0 may win: begin with `best = 0`. Equal is not better: only `value > quality[best]` replaces it; "
            "else, if `epoch - best >= patience`, break."
        ),
    ),
    cases=(
        case("up, down, and up again when it is too late", [0.50, 0.52, 0.55, 0.54, 0.53, 0.52, 0.56], 2),
        case("a late rise that is never reached", [0.50, 0.53, 0.51, 0.52, 0.60], 2),
        case("the same with more patience", [0.50, 0.53, 0.51, 0.52, 0.60], 3),
        case("training only harms", [0.50, 0.48, 0.47, 0.46], 2),
        case("a plateau, then a rise", [0.50, 0.50, 0.50, 0.53], 2),
        case("two dips, each shorter than patience", [0.50, 0.52, 0.51, 0.53, 0.52, 0.55], 2),
    ),
    remark="The queries that choose the epoch are used up: measure the final gain on others.",
    noun="epoch",
)
def best_epoch(quality, patience):
    """Epoch (0 = untuned) that early stopping keeps.

    quality: held-out quality of epoch 0, 1, 2 …; training stops once `patience` epochs
    in a row (1 or more) have not beaten the best so far, and what comes later is never
    seen. Of equals the first is the best.
    """
    best = 0
    for epoch, value in enumerate(quality):
        if value > quality[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best


@best_epoch.mistake(
    "You looked at epochs that were never trained: after `patience` epochs without a gain, training has ended."
)
def _(quality, patience):
    return int(np.argmax(quality))


@best_epoch.mistake("That is the epoch at which training stops; what is kept is the best one before it.")
def _(quality, patience):
    best = 0
    for epoch, value in enumerate(quality):
        if value > quality[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch
    return len(quality) - 1


@best_epoch.mistake("Epoch 0, the untuned model, takes part: if training only harms, keep it.")
def _(quality, patience):
    best = 1
    for epoch, value in enumerate(quality):
        if epoch and value > quality[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best
