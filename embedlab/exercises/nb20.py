"""Exercises and quiz of notebook 20, Fine-tuning."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Fine-tuning"

clean_train = Exercise(
    id="20.clean_train",
    title="A split that cannot leak",
    starter='''\
def clean_train(pairs, held_out):
    """Those of the pairs that may be trained on if held_out is the test.

    pairs, held_out: lists of (document, document). No document of a held-out pair may occur in what is
    returned, on either side. Keep the order.
    """
    return ...


ex.clean_train.check(clean_train)
''',
    code="""\
def clean_train(pairs, held_out):
    hidden = {document for pair in held_out for document in pair}
    return [(a, b) for a, b in pairs if a not in hidden and b not in hidden]
""",
    hints=(
        "First collect every document of the held-out pairs in one set, from both sides.",
        "A pair may be trained on only if *neither* of its documents is in that set.",
        "The held-out pairs themselves drop out by the same rule, and so do they turned round.",
    ),
    cases=(
        Case("[(1, 2), (2, 1), (1, 5), (3, 4)], [(1, 2)]", "a held-out pair stands there turned round"),
        Case("[(1, 2), (2, 7), (3, 4), (7, 1), (4, 5)], [(1, 2)]", "a held-out document in another pair"),
        Case("[(1, 2), (3, 4), (4, 6), (5, 6)], [(9, 4), (1, 8)]", "documents of the test on both sides"),
        Case("[(1, 2), (3, 4)], [(5, 6)]", "nothing in common"),
    ),
    mistakes=(
        Mistake(
            "def clean_train(pairs, held_out):\n    return [pair for pair in pairs if pair not in held_out]",
            "You removed the held-out pairs only in the order in which they stand; turned round they are still there.",
        ),
        Mistake(
            "def clean_train(pairs, held_out):\n"
            "    hidden = {a for a, _ in held_out}\n"
            "    return [(a, b) for a, b in pairs if a not in hidden and b not in hidden]",
            "You hid the queries of the test; its answers must be new as well.",
        ),
        Mistake(
            "def clean_train(pairs, held_out):\n"
            "    hidden = {d for pair in held_out for d in pair}\n"
            "    return [(a, b) for a, b in pairs if a not in hidden or b not in hidden]",
            "A pair with one hidden document still shows that document: neither of the two may be hidden.",
        ),
        Mistake(
            "def clean_train(pairs, held_out):\n"
            "    hidden = {a for a, _ in held_out}\n"
            "    return [(a, b) for a, b in pairs if a not in hidden]",
            "Look at both sides of a training pair, and at both sides of a held-out one.",
        ),
    ),
    remark="Where documents hang together in clusters, even this is mild: hold out whole clusters to test new subjects.",
)

true_negatives = Exercise(
    id="20.true_negatives",
    title="Which negatives are true?",
    starter='''\
def true_negatives(queries, answers, relevant):
    """Table (b, b) of bool: may the answer of row j count as wrong for the query of row i?

    queries, answers: lists of b documents; relevant: dict from a query to the set of all its answers.
    """
    return ...


ex.true_negatives.check(true_negatives)
''',
    code="""\
def true_negatives(queries, answers, relevant):
    rows = [[a != q and a not in relevant[q] for a in answers] for q in queries]
    return np.array(rows)
""",
    hints=(
        "MultipleNegativesRankingLoss takes every answer of the batch but the query's own as wrong.",
        "An answer that is relevant to the query is no negative, in whichever row it stands; that covers the diagonal.",
        "A third case: an answer that *is* the query document. Its cosine is 1, and no training can push that down.",
    ),
    cases=(
        Case("['a', 'c'], ['b', 'd'], {'a': {'b'}, 'c': {'d'}}", "two pairs that have nothing in common"),
        Case("['a', 'c', 'a'], ['b', 'd', 'e'], {'a': {'b', 'e'}, 'c': {'d'}}", "one query twice, with two answers"),
        Case(
            "['a', 'b', 'a'], ['b', 'c', 'e'], {'a': {'b', 'e'}, 'b': {'c'}}",
            "the answer of one row is the query of another",
        ),
        Case("['a', 'b'], ['c', 'd'], {'a': {'c'}, 'b': {'c', 'd'}}", "right for one query and for another too"),
    ),
    mistakes=(
        Mistake(
            "def true_negatives(queries, answers, relevant):\n    return ~np.eye(len(queries), dtype=bool)",
            "That is what the plain loss assumes: all but the own answer are wrong. Look into `relevant`.",
        ),
        Mistake(
            "def true_negatives(queries, answers, relevant):\n"
            "    return np.array([[a not in relevant[q] for a in answers] for q in queries])",
            "An answer that is the query document itself must not be pushed away either.",
        ),
        Mistake(
            "def true_negatives(queries, answers, relevant):\n"
            "    return np.array([[a == q or a in relevant[q] for a in answers] for q in queries])",
            "That table is True where the answer is right: turn it round.",
        ),
        Mistake(
            "def true_negatives(queries, answers, relevant):\n"
            "    return np.array([[a != q and a not in relevant[q] for q in queries] for a in answers])",
            "Rows and columns are exchanged: row i belongs to query i.",
        ),
    ),
    remark="Sentence Transformers avoids repeated texts in a batch with `batch_sampler=BatchSamplers.NO_DUPLICATES`.",
)

best_epoch = Exercise(
    id="20.best_epoch",
    title="When to stop",
    starter='''\
def best_epoch(quality, patience):
    """Epoch (0 = untuned) that early stopping keeps.

    quality: held-out quality of epoch 0, 1, 2 …; training stops once `patience` epochs in a row
    have not beaten the best so far, and what comes later is never seen.
    """
    return ...


ex.best_epoch.check(best_epoch)
''',
    code="""\
def best_epoch(quality, patience):
    best = 0
    for epoch, value in enumerate(quality):
        if value > quality[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best
""",
    hints=(
        "Walk through the epochs and remember the best one so far.",
        "How long has the best one stood? `epoch - best` tells; at `patience`, stop.",
        "Equal is not better: only a larger value replaces the best. Epoch 0 may win.",
    ),
    cases=(
        Case("[0.50, 0.52, 0.55, 0.54, 0.53, 0.52], 2", "up, then down"),
        Case("[0.50, 0.53, 0.52, 0.51, 0.60], 2", "a late rise that is never reached"),
        Case("[0.50, 0.53, 0.52, 0.51, 0.60], 3", "the same with more patience"),
        Case("[0.50, 0.48, 0.47, 0.46], 2", "training only harms"),
        Case("[0.50, 0.52, 0.52, 0.52, 0.53], 3", "a plateau, then a rise"),
    ),
    mistakes=(
        Mistake(
            "def best_epoch(quality, patience):\n    return int(np.argmax(quality))",
            "You looked at epochs that were never trained: after `patience` epochs without a gain, training has ended.",
        ),
        Mistake(
            "def best_epoch(quality, patience):\n"
            "    best = 0\n"
            "    for epoch, value in enumerate(quality):\n"
            "        if value > quality[best]:\n"
            "            best = epoch\n"
            "        elif epoch - best >= patience:\n"
            "            return epoch\n"
            "    return len(quality) - 1",
            "That is the epoch at which training stops; what is kept is the best one before it.",
        ),
        Mistake(
            "def best_epoch(quality, patience):\n"
            "    best = 1\n"
            "    for epoch, value in enumerate(quality):\n"
            "        if epoch and value > quality[best]:\n"
            "            best = epoch\n"
            "        elif epoch - best >= patience:\n"
            "            break\n"
            "    return best",
            "Epoch 0, the untuned model, takes part: if training only harms, keep it.",
        ),
    ),
    remark="The queries that choose the epoch are used up: measure the final gain on others.",
)

quiz = Quiz(
    "20.quiz",
    (
        Question(
            "A fine-tuned search gains twelve points of nDCG on held-out queries. What do you ask first?",
            (
                Option(
                    "Whether the learning rate was chosen well.",
                    False,
                    "It may change the gain a little; it cannot tell whether the gain is one.",
                ),
                Option(
                    "Whether held-out documents stood in training pairs.",
                    True,
                    "In this notebook that question takes away more than half of the gain, and new pages nearly half of the rest.",
                ),
                Option(
                    "Whether the training loss has come down to zero.",
                    False,
                    "The loss of positives only does nearly that, and its search is worse than the untuned one.",
                ),
            ),
        ),
        Question(
            "Why does training on positive pairs alone do harm?",
            (
                Option(
                    "Two right answers are more than the loss can hold.",
                    False,
                    "The loss takes any number of pairs; it is too easily pleased, not overloaded.",
                ),
                Option(
                    "The pairs of this collection are wrong.",
                    False,
                    "The same pairs help as soon as something pushes unrelated pages apart.",
                ),
                Option(
                    "Moving all vectors into one direction solves the task.",
                    True,
                    "Unrelated pages come closer as well, and the order of results, which is all that a search uses, suffers.",
                ),
            ),
        ),
        Question(
            "You give the label 0.1 to a pair whose untuned cosine is -0.01. What does CosineSimilarityLoss do?",
            (
                Option(
                    "It pulls the two texts closer together, because a label is a target.",
                    True,
                    "0.1 is more than -0.01. Labels mean what the untuned cosines mean only if somebody compared the two.",
                ),
                Option(
                    "It pushes them apart, because 0.1 stands for unrelated.",
                    False,
                    "The loss knows no words: it squares the difference between cosine and label.",
                ),
                Option(
                    "Nothing, because the two numbers are close.",
                    False,
                    "The pull is small, and it is there; the pull of the other pairs comes on top.",
                ),
            ),
        ),
    ),
)
