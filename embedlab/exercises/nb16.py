"""Exercises and quiz of notebook 16, Search at scale."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Search at scale"
quiz = quiz_of(__file__)


FULL_VECTORS = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [0.8, 0.6], [-1.0, 0.0]])
# No two have the same cosine with the query (0, 1, 0).
OTHER_VECTORS = np.array(
    [[0.4, 0.2, 0.8], [-0.6, 0.8, 0.0], [0.0, 0.6, -0.8], [0.8, -0.6, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
)
OTHER_VECTORS /= np.linalg.norm(OTHER_VECTORS, axis=1, keepdims=True)


class _Collection(np.ndarray):
    """Vectors that count the numbers read from them, by index or in one calculation."""

    read = 0  # of the class

    def __getitem__(self, place):
        found = np.asarray(super().__getitem__(place))
        _Collection.read += found.size
        return found

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        _Collection.read += sum(x.size for x in inputs if isinstance(x, _Collection))
        return getattr(ufunc, method)(*map(np.asarray, inputs), **keywords)

    def __array_function__(self, function, types, arguments, keywords):
        if function in (np.dot, np.inner, np.einsum, np.tensordot):
            _Collection.read += sum(x.size for x in arguments if isinstance(x, _Collection))
        return super().__array_function__(function, types, arguments, keywords)

    def dot(self, other):
        return self @ other


def _reads_all(answer):
    turns = np.linspace(0, 1, 200)
    vectors = np.stack([np.cos(turns), np.sin(turns)], axis=1).view(_Collection)
    _Collection.read = 0
    answer(np.array([1.0, 0.0]), np.array([150, 20, 90]), vectors, 2)
    return "it reads the vectors of all rows: only the candidates' are needed." if _Collection.read >= 200 else None


@exercise(
    "Rescoring",
    hints=(
        "Only the candidates' exact vectors are needed: `vectors[candidates]` picks their rows.",
        "`np.argsort` of their scores gives places within the candidates, not row numbers of `vectors`.",
        "`np.argsort(-exact)` gives the best place first. Pick with these places from `candidates`, and cut after k.",
    ),
    cases=(
        case("three candidates, two wanted", np.array([1.0, 0.0]), np.array([2, 3, 1]), FULL_VECTORS, 2),
        case("the best candidate comes last", np.array([0.0, 1.0, 0.0]), np.array([0, 3, 2, 1]), OTHER_VECTORS, 3),
        case("fewer candidates than wanted", np.array([1.0, 0.0]), np.array([4, 1]), FULL_VECTORS, 5),
    ),
    remark="The exact vectors may lie on a disk: only those of the candidates are read.",
    noun="row number",
    watch=_reads_all,
)
def rescore(query, candidates, vectors, k):
    """Put candidates into their exact order and keep the k best.

    query: array (d,); candidates: array of row numbers that a rough search found;
    vectors: array (n, d) of exact vectors, all of length one.
    Returns row numbers of `vectors`, best first.
    """
    exact = vectors[candidates] @ query
    return candidates[np.argsort(-exact)[:k]]


@rescore.mistake("These are places within the list of candidates; the caller needs row numbers of `vectors`.")
def _(query, candidates, vectors, k):
    return np.argsort(-(vectors[candidates] @ query))[:k]


@rescore.mistake(
    "You compared the query with every vector: that is the exact search which the rough one was to spare us."
)
def _(query, candidates, vectors, k):
    return np.argsort(-(vectors @ query))[:k]


@rescore.mistake(
    "You cut before scoring: a good candidate that the rough search put behind place k can no longer rise."
)
def _(query, candidates, vectors, k):
    first = candidates[:k]
    return first[np.argsort(-(vectors[first] @ query))]


@rescore.mistake("The worst came first: `np.argsort` sorts from small to large.")
def _(query, candidates, vectors, k):
    return candidates[np.argsort(vectors[candidates] @ query)[:k]]


@exercise(
    "One answer from many machines",
    hints=(
        "Whatever machine a pair comes from, only its score decides: put all pairs into one list first.",
        "`sorted(…, key=lambda pair: -pair[1])` puts the highest score first.",
        "All k results may come from one machine: cut the sorted list once, after k, and not each machine's.",
    ),
    cases=(
        case("two machines", [[("a", 0.87), ("b", 0.84)], [("d", 0.91), ("c", 0.42)]], 2),
        case("one machine has all the best", [[("a", 0.3)], [("b", 0.9), ("d", 0.8), ("c", 0.7)]], 3),
        case("one machine found nothing", [[], [("x", 0.1)], [("y", 0.6), ("z", -0.2)]], 5),
    ),
    remark=(
        "This is all that a cluster adds to a search: ask every part, merge k from each. Writing and repairing are "
        "harder."
    ),
    noun="id",
)
def merge_shards(answers, k):
    """Merge the answers of several machines, each of which searched its own part.

    answers: a list with one list for each machine, of (id, score) pairs, best first.
    Returns the k pairs with the highest scores of all, best first.
    """
    together = [pair for answer in answers for pair in answer]
    return sorted(together, key=lambda pair: -pair[1])[:k]


@merge_shards.mistake("You took an equal share from each machine; the best may all lie on one.")
def _(answers, k):
    share = -(-k // len(answers))
    together = [pair for answer in answers for pair in answer[:share]]
    return sorted(together, key=lambda pair: -pair[1])[:k]


@merge_shards.mistake("The pairs still stand machine by machine: sort them by score before you cut.")
def _(answers, k):
    return [pair for answer in answers for pair in answer][:k]


@merge_shards.mistake(
    "Right order, but the scores are missing: a machine above this one would merge your answer again and needs them."
)
def _(answers, k):
    together = [pair for answer in answers for pair in answer]
    return [pair[0] for pair in sorted(together, key=lambda pair: -pair[1])[:k]]


@merge_shards.mistake("The lowest scores came first.")
def _(answers, k):
    together = [pair for answer in answers for pair in answer]
    return sorted(together, key=lambda pair: pair[1])[:k]


@exercise(
    "How many machines",
    hints=(
        "Eight bits are a byte: a vector of d numbers needs d × bits / 8 bytes.",
        "Add 4 bytes for each link, multiply by n, divide by the memory of one machine.",
        "Half a machine cannot be bought: round up with `np.ceil`, once, at the very end.",
    ),
    cases=(
        case("a billion float32 vectors, no graph", 10**9, 384, 32, 0, 45 * 10**9),
        case("int8 with 32 links", 10**9, 384, 8, 32, 40 * 10**9),
        case("a million of one bit a number: one machine is plenty", 10**6, 384, 1, 0, 48 * 10**9),
        case("three machines, filled to the last byte", 288 * 10**6, 125, 32, 0, 48 * 10**9),
    ),
    remark="A real plan adds copies for safety and for speed, ids, metadata, and room to grow.",
    quantity=True,
)
def machines(n, d, bits, links, memory):
    """How many machines hold n vectors in memory?

    d: dimensions; bits: of each number, 32 for float32 (a vector fills whole bytes);
    links: neighbours of a vector in a graph index, each a row number of 4 bytes, 0
    without a graph; memory: bytes that one machine has for this.
    """
    each = d * bits / 8 + 4 * links
    return int(np.ceil(n * each / memory))


@machines.mistake("Rounded down: what is left over has no place to go.")
def _(n, d, bits, links, memory):
    return int(n * (d * bits / 8 + 4 * links) // memory)


@machines.mistake("You counted bits, and the memory is in bytes: eight bits are one byte.")
def _(n, d, bits, links, memory):
    return int(np.ceil(n * (d * bits + 32 * links) / memory))


@machines.mistake(
    "The links are missing: in a graph of 32 links they take 128 bytes a vector, more than its binary code."
)
def _(n, d, bits, links, memory):
    return int(np.ceil(n * d * bits / 8 / memory))


@machines.mistake("What fits exactly needs no further machine; `np.ceil` rounds up only where something is left over.")
def _(n, d, bits, links, memory):
    return int(n * (d * bits / 8 + 4 * links) // memory) + 1
