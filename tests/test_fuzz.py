"""Inputs that nobody thought of: drawn by hypothesis, against plain Python that does the same the slow way.

Vectors and the exercise engine have such tests in their own files; here are those of the search, of the metrics and
of the progress file.
"""

from __future__ import annotations

import contextlib
import math
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from embedlab import encoding, evaluation
from embedlab.exercises import progress
from embedlab.search import SemanticSearch, StoreError
from tests import engines
from tests.encoders import Windowed, WordCounts

# -- the search --------------------------------------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=40)
words = st.lists(st.sampled_from(["red", "green", "blue", "sky", "apple"]), min_size=1, max_size=40).map(" ".join)
documents = texts.filter(str.strip) | words
ids = st.sampled_from("abcdef") | st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1)
values = st.sampled_from(
    [None, True, 0, 1.0, 0.5, "", "de", "1", [], [1], ["de"], ["de", True], [["de"], "1"], {"a": [1]}, {"a": [True]}]
)
fields = st.dictionaries(st.sampled_from(["kind", "år"]), values, max_size=2)
faults = st.none() | st.tuples(st.integers(1, 6), st.booleans())  # which call to the engine fails, and when


class Collection(RuleBasedStateMachine):
    """A collection beside a dict of what it should hold, {id: (document, metadata)}, on an engine that may fail."""

    def __init__(self, new_store):
        super().__init__()
        self.folder, self.new_store, self.model = tempfile.TemporaryDirectory(), new_store, Windowed()
        self.search, self.held = self.open(), {}

    def open(self):
        return SemanticSearch(self.model, self.new_store(), batch_size=3, chunk_tokens=8)

    def teardown(self):
        self.search.close()
        self.folder.cleanup()

    def attempt(self, fault, verb, *arguments, **options):
        """Return what a verb returns, or None where the engine failed: then all is as before (see the invariant)."""
        nth, after = fault or (0, False)
        with engines.failing(self.search._store, nth, after=after):
            try:
                return verb(*arguments, **options)
            except StoreError as error:
                if "the engine fails here" not in str(error):
                    raise
        return None

    @rule(entries=st.lists(st.tuples(ids, documents, fields), max_size=6), fault=faults)
    def add(self, entries, fault):
        names, new, own = (list(part) for part in zip(*entries, strict=True)) if entries else ([], [], [])
        report = self.attempt(fault, self.search.add, new, ids=names, metadata=own)
        if report:
            known = set(names) & set(self.held)
            assert (report.added, report.replaced) == (len(set(names) - known), len(known))
            self.held |= {name: (document, found) for name, document, found in entries}

    @rule(new=st.lists(documents, max_size=3), fault=faults)
    def add_without_ids(self, new, fault):
        if self.attempt(fault, self.search.add, new):
            free = [name for name in self.search.ids() if name not in self.held]
            assert len(free) == len(new)
            self.held |= {name: (document, {}) for name, document in zip(free, new, strict=True)}

    @rule(names=st.lists(ids, max_size=3), fault=faults)
    def delete(self, names, fault):
        count = self.attempt(fault, self.search.delete, names)
        if count is not None:
            assert count == len(set(names) & set(self.held))
            self.held = {name: kept for name, kept in self.held.items() if name not in names}

    @rule(fault=faults)
    def save_and_load(self, fault):
        path = Path(self.folder.name, "saved")
        self.search.save(path)
        other = self.open()
        other.add(["what was there before " * 5])
        before, self.search, held, self.held = self.search, other, self.held, {"0": ("what was there before " * 5, {})}
        before.close()
        if self.attempt(fault, self.search.load, path) is not None:
            self.held = held

    @rule(query=documents, top_k=st.integers(1, 12), fault=faults)
    def find(self, query, top_k, fault):
        hits = self.attempt(fault, self.search.search, query, top_k=top_k)
        if hits is not None:
            assert all((hit.document, hit.metadata) == self.held[hit.id] for hit in hits)
            assert all(hit.score == pytest.approx(self.cosine(query, hit.passage), abs=1e-5) for hit in hits)
            best = sorted((self.best(query, document) for document, _ in self.held.values()), reverse=True)
            assert [hit.score for hit in hits] == pytest.approx(best[:top_k], abs=1e-5)

    @rule(where=st.dictionaries(st.sampled_from(["kind", "år"]), values, min_size=1, max_size=2))
    def find_where(self, where):
        allowed = {key: [value, *value] if isinstance(value, list) else [value] for key, value in where.items()}
        fits = [name for name, (_, own) in self.held.items() if all(k in own and own[k] in allowed[k] for k in allowed)]
        assert sorted(hit.id for hit in self.search.search("sky", top_k=99, where=where)) == sorted(fits)

    @invariant()
    def it_holds_what_it_should(self):
        assert self.search.ids() == list(self.held)
        assert len(self.search) == len(self.held)
        hits = self.search.search("anything", top_k=99)
        assert {hit.id: (hit.document, hit.metadata) for hit in hits} == self.held
        for name in [*self.held][:1]:
            assert self.search.get(name) == (name, *self.held[name])

    def best(self, query, document):
        (spans,) = encoding.cut(self.model, [document], 8, 2).spans
        return max(self.cosine(query, document[start:end]) for start, end in spans)

    @staticmethod
    def cosine(one, other):
        a, b = WordCounts().encode([one, other]).astype(np.float64)
        return a @ b / math.sqrt((a @ a) * (b @ b))


@pytest.mark.parametrize("engine", engines.NAMES)
def test_a_collection_is_a_dict_that_can_be_searched_whatever_fails(engine, tmp_path):
    with engines.opened(engine, tmp_path) as new_store:
        examples, steps = {"memory": (60, 12), "milvus": (2, 8)}.get(engine, (8, 12))
        allowed = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
        run_state_machine_as_test(lambda: Collection(new_store), settings=allowed)


@given(documents, st.text(max_size=30), st.integers(-3, 60))
def test_a_passage_is_found_wherever_it_is_cut(first, second, extra):
    search = SemanticSearch(WordCounts())
    search.add([first, f"{first} {second}".strip() + " x" * max(extra, 0)], ids=["a", "b"])
    assert {hit.id for hit in search.search(first, top_k=5)} == {"a", "b"}


# -- the metrics -------------------------------------------------------------------------------------------------


@st.composite
def rankings(draw):
    n = draw(st.integers(1, 9))
    m = draw(st.integers(1, 4))
    numbers = st.lists(st.integers(-4, 4), min_size=n, max_size=n)  # few values: ties are the rule
    scores = draw(st.lists(numbers, min_size=m, max_size=m))
    exclude = draw(st.none() | st.lists(st.none() | st.integers(0, n - 1), min_size=m, max_size=m))
    relevant = []
    for i in range(m):
        allowed = [j for j in range(n) if exclude is None or j != exclude[i]]
        chosen = draw(st.sets(st.sampled_from(allowed), min_size=1)) if allowed else set()
        relevant.append(chosen)
    return scores, relevant, exclude, draw(st.integers(1, 12))


@given(rankings())
def test_metrics_equal_the_plain_definition(drawn):
    scores, relevant, exclude, k = drawn
    if not all(relevant):
        return  # a query without an answer is refused, see test_evaluation.py
    found = evaluation.retrieval_metrics(scores, relevant, k=k, exclude=exclude, per_query=True)
    for i, row in enumerate(scores):
        left = [j for j in range(len(row)) if exclude is None or j != exclude[i]]
        ranking = sorted(left, key=lambda j: (-row[j], j))[:k]  # of equal scores the earlier document comes first
        places = [place for place, j in enumerate(ranking, 1) if j in relevant[i]]
        ideal = sum(1 / math.log2(place + 1) for place in range(1, min(k, len(relevant[i])) + 1))
        assert found["mrr"][i] == pytest.approx(1 / places[0] if places else 0)
        assert found["recall"][i] == pytest.approx(len(places) / len(relevant[i]))
        assert found["ndcg"][i] == pytest.approx(sum(1 / math.log2(place + 1) for place in places) / ideal)


# -- the progress file -------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["version", "solved", "x"]), inner),
    max_leaves=8,
)
contents = st.binary(max_size=60) | json_values.map(lambda value: progress.json.dumps(value).encode())


@given(contents, st.lists(st.text(max_size=5), min_size=1, max_size=4))
def test_whatever_the_progress_file_holds_nothing_is_lost(content, solved):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "progress.json")
        file.write_bytes(content)
        ledger = progress.Ledger(Path(folder))
        before = ledger.solved()
        for name in solved:
            ledger.record(name)
        if _is_newer(content):
            assert file.read_bytes() == content, "a newer course's file is left alone"
            return
        assert progress.Ledger(Path(folder)).solved() == before | set(solved)
        kept = [path.read_bytes() for path in Path(folder).glob("progress.broken-*.json")]
        assert kept == ([] if before or _is_ours(content) else [content]), "a file that is not ours is set aside whole"


def _is_newer(content):
    with contextlib.suppress(ValueError):
        value = progress.json.loads(content)
        return isinstance(value, dict) and isinstance(value.get("version"), int) and value["version"] > 1
    return False


def _is_ours(content):
    try:
        value = progress.json.loads(content)
    except ValueError:
        return False
    if not isinstance(value, dict) or value.get("version") != 1 or not isinstance(value.get("solved"), list):
        return False
    return all(isinstance(name, str) for name in value["solved"])
