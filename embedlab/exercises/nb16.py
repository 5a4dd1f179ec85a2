"""Exercises and quiz of notebook 16, Search at scale."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Search at scale"

rescore = Exercise(
    id="16.rescore",
    title="Rescoring",
    starter='''\
def rescore(query, candidates, vectors, k):
    """Put candidates into their exact order and keep the k best.

    query: array (d,); candidates: row numbers that a rough search found; vectors: array (n, d) of exact vectors.
    Returns row numbers of `vectors`, best first.
    """
    return ...


ex.rescore.check(rescore)
''',
    code="""\
def rescore(query, candidates, vectors, k):
    candidates = np.asarray(candidates)
    exact = vectors[candidates] @ query
    return candidates[np.argsort(-exact, kind="stable")[:k]]
""",
    hints=(
        "Only the candidates' exact vectors are needed: `vectors[candidates]` picks their rows.",
        "`np.argsort` of their scores gives places within the candidates, not row numbers of `vectors`.",
        "Use those places to pick from `candidates`, and cut after k.",
    ),
    setup="""\
import numpy as np

table = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [0.8, 0.6], [-1.0, 0.0]])
""",
    cases=(
        Case("np.array([1.0, 0.0]), np.array([2, 3, 1]), table, 2", "three candidates, two wanted"),
        Case("np.array([0.0, 1.0]), np.array([0, 4, 1, 2]), table, 3", "the best candidate comes last"),
        Case("np.array([1.0, 0.0]), np.array([4, 1]), table, 5", "fewer candidates than wanted"),
    ),
    mistakes=(
        Mistake(
            "def rescore(query, candidates, vectors, k):\n"
            "    return np.argsort(-(vectors[np.asarray(candidates)] @ query), kind='stable')[:k]",
            "These are places within the list of candidates; the caller needs row numbers of `vectors`.",
        ),
        Mistake(
            "def rescore(query, candidates, vectors, k):\n    return np.argsort(-(vectors @ query), kind='stable')[:k]",
            "You compared the query with every vector: that is the exact search which the rough one was to spare us.",
        ),
        Mistake(
            "def rescore(query, candidates, vectors, k):\n"
            "    first = np.asarray(candidates)[:k]\n"
            "    return first[np.argsort(-(vectors[first] @ query), kind='stable')]",
            "You cut before scoring: a good candidate that the rough search put behind place k can no longer rise.",
        ),
        Mistake(
            "def rescore(query, candidates, vectors, k):\n"
            "    candidates = np.asarray(candidates)\n"
            "    return candidates[np.argsort(vectors[candidates] @ query, kind='stable')[:k]]",
            "The worst came first: `np.argsort` sorts from small to large.",
        ),
    ),
    remark="The exact vectors may lie on a disk: only those of the candidates are read.",
)

merge_shards = Exercise(
    id="16.merge_shards",
    title="One answer from many machines",
    starter='''\
def merge_shards(answers, k):
    """Merge the answers of several machines, each of which searched its own part of the collection.

    answers: a list with one list for each machine, of (id, score) pairs, best first.
    Returns the k pairs with the highest scores of all, best first.
    """
    return ...


ex.merge_shards.check(merge_shards)
''',
    code="""\
def merge_shards(answers, k):
    together = [pair for answer in answers for pair in answer]
    return sorted(together, key=lambda pair: -pair[1])[:k]
""",
    hints=(
        "Whatever machine a pair comes from, only its score decides: put all pairs into one list first.",
        "`sorted(…, key=lambda pair: -pair[1])` puts the highest score first.",
        "All k results may come from one machine, so each must have been asked for k.",
    ),
    cases=(
        Case('[[("a", 0.9), ("b", 0.2)], [("c", 0.5), ("d", 0.4)]], 2', "two machines"),
        Case('[[("a", 0.9), ("b", 0.8), ("c", 0.7)], [("d", 0.3)]], 3', "one machine has all the best"),
        Case('[[], [("x", 0.1)], [("y", 0.6), ("z", -0.2)]], 5', "one machine found nothing"),
    ),
    mistakes=(
        Mistake(
            "def merge_shards(answers, k):\n"
            "    share = -(-k // len(answers))\n"
            "    together = [pair for answer in answers for pair in answer[:share]]\n"
            "    return sorted(together, key=lambda pair: -pair[1])[:k]",
            "You took an equal share from each machine; the best may all lie on one.",
        ),
        Mistake(
            "def merge_shards(answers, k):\n    return [pair for answer in answers for pair in answer][:k]",
            "The pairs still stand machine by machine: sort them by score before you cut.",
        ),
        Mistake(
            "def merge_shards(answers, k):\n"
            "    together = [pair for answer in answers for pair in answer]\n"
            "    return [pair[0] for pair in sorted(together, key=lambda pair: -pair[1])[:k]]",
            "Right order, but the scores are missing: a machine above this one would merge your answer again and needs them.",
        ),
        Mistake(
            "def merge_shards(answers, k):\n"
            "    together = [pair for answer in answers for pair in answer]\n"
            "    return sorted(together, key=lambda pair: pair[1])[:k]",
            "The lowest scores came first.",
        ),
    ),
    remark="This is all that a cluster adds to a search: ask every part, merge k from each. Writing and repairing are harder.",
)

machines = Exercise(
    id="16.machines",
    title="How many machines",
    starter='''\
def machines(n, d, bits, links, memory):
    """How many machines hold n vectors in memory?

    d: dimensions; bits: of each number, 32 for float32; links: neighbours of a vector in a graph index,
    each a row number of 4 bytes, 0 without a graph; memory: bytes that one machine has for this.
    """
    return ...


ex.machines.check(machines)
''',
    code="""\
def machines(n, d, bits, links, memory):
    each = d * bits / 8 + 4 * links
    return int(np.ceil(n * each / memory))
""",
    hints=(
        "Eight bits are a byte: a vector of d numbers needs d × bits / 8 bytes.",
        "Add 4 bytes for each link, multiply by n, divide by the memory of one machine.",
        "Half a machine cannot be bought: round up.",
    ),
    cases=(
        Case("10**9, 384, 32, 0, 48 * 10**9", "a billion float32 vectors, no graph"),
        Case("10**9, 384, 8, 32, 48 * 10**9", "int8 with 32 links"),
        Case("10**6, 384, 1, 0, 48 * 10**9", "a million of one bit a number: one machine is plenty"),
        Case("96 * 10**6, 125, 32, 0, 48 * 10**9", "exactly one machine"),
    ),
    mistakes=(
        Mistake(
            "def machines(n, d, bits, links, memory):\n    return int(n * (d * bits / 8 + 4 * links) // memory)",
            "Rounded down: what is left over has no place to go.",
        ),
        Mistake(
            "def machines(n, d, bits, links, memory):\n    return int(np.ceil(n * (d * bits + 32 * links) / memory))",
            "You counted bits, and the memory is in bytes: eight bits are one byte.",
        ),
        Mistake(
            "def machines(n, d, bits, links, memory):\n    return int(np.ceil(n * d * bits / 8 / memory))",
            "The links are missing: in a graph of 32 links they take 128 bytes a vector, more than its binary code.",
        ),
        Mistake(
            "def machines(n, d, bits, links, memory):\n    return int(n * (d * bits / 8 + 4 * links) // memory) + 1",
            "What fits exactly needs no further machine; `np.ceil` rounds up only where something is left over.",
        ),
    ),
    remark="A real plan adds copies for safety and for speed, ids, metadata, and room to grow.",
)

quiz = Quiz(
    "16.quiz",
    (
        Question(
            "Your vectors are random points on a sphere, and HNSW finds 3 of 10 neighbours. What do you conclude?",
            (
                Option(
                    "HNSW is broken here and should be replaced by IVF.",
                    False,
                    "On random data IVF did worse at the same number of comparisons: there is no structure to use.",
                ),
                Option(
                    "Random points have no neighbourhoods to walk through; look at data like yours before you judge an index.",
                    True,
                    "The same settings found nearly all neighbours among clustered points, and most among word vectors.",
                ),
                Option(
                    "The collection is too small for an approximate index.",
                    False,
                    "With more random points the share found at the same effort falls further.",
                ),
            ),
        ),
        Question(
            "Binary codes with rescoring lose almost nothing. What does the rescoring need?",
            (
                Option(
                    "A larger model for the query.",
                    False,
                    "The query's vector is the same; it only stays in float32 while the codes are bits.",
                ),
                Option(
                    "The exact vectors of all documents in memory, so nothing is saved.",
                    False,
                    "Only those of a few dozen candidates are read, and a disk is quick enough for that.",
                ),
                Option(
                    "Better vectors of the few best candidates, read from wherever they are kept.",
                    True,
                    "The bits choose the candidates, the better vectors put them in order.",
                ),
            ),
        ),
        Question(
            "A server is killed while you add 4,500 documents; 2,000 were acknowledged. What do you do?",
            (
                Option(
                    "Run the same call again with the same ids.",
                    True,
                    "Upsert replaces what is there and adds what is missing: nothing is lost, nothing comes twice.",
                ),
                Option(
                    "Delete everything and begin anew, to be sure.",
                    False,
                    "What was acknowledged is on the disk; beginning anew only costs time.",
                ),
                Option(
                    "Add the last 2,500 without ids of their own.",
                    False,
                    "Some of the 500 that were on their way may have arrived; with new ids they would come twice.",
                ),
            ),
        ),
    ),
)
