"""Inputs that nobody thought of: drawn by hypothesis, against plain Python that does the same the slow way.

Vectors and the exercise engine have such tests in their own files; here are those of the search, of the metrics and
of the progress file.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from embedlab import evaluation
from embedlab.exercises import progress
from embedlab.search import SavedIndexError, SemanticSearch
from tests.encoders import WordCounts

# -- the search --------------------------------------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=40)
documents = texts.filter(str.strip) | st.lists(
    st.sampled_from(["red", "green", "blue", "sky", "apple"]), min_size=1
).map(" ".join)
ids = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=4)
values = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3)
fields = st.dictionaries(st.sampled_from(["kind", "år", "x y"]), values, max_size=2)


class Collection(RuleBasedStateMachine):
    """A collection beside a dict of what it should hold: {id: (document, metadata)}."""

    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.search = SemanticSearch(WordCounts(), batch_size=3)
        self.held = {}

    def teardown(self):
        self.folder.cleanup()

    @rule(entries=st.lists(st.tuples(ids, documents, fields), max_size=6))
    def add(self, entries):
        names = [name for name, _, _ in entries]
        known = {name for name in names if name in self.held}
        report = self.search.add([d for _, d, _ in entries], ids=names, metadata=[m for _, _, m in entries])
        self.held |= {name: (document, found) for name, document, found in entries}
        assert (report.added, report.replaced) == (len(set(names) - known), len(known))

    @rule(new=st.lists(documents, max_size=3))
    def add_without_ids(self, new):
        self.search.add(new)
        before = set(self.held)
        for hit in self.search.search("anything", top_k=len(self.held) + len(new) + 1):
            self.held.setdefault(hit.id, (hit.document, hit.metadata))
        assert sorted(self.held[name][0] for name in set(self.held) - before) == sorted(new)

    @rule(names=st.lists(ids, max_size=3))
    def delete(self, names):
        assert self.search.delete(names) == len(set(names) & set(self.held))
        for name in names:
            self.held.pop(name, None)

    @rule(query=documents, top_k=st.integers(1, 12))
    def find(self, query, top_k):
        hits = self.search.search(query, top_k=top_k)
        assert len(hits) == min(top_k, len(self.held))
        assert len({hit.id for hit in hits}) == len(hits)
        assert all((hit.document, hit.metadata) == self.held[hit.id] for hit in hits)
        best = sorted((self.cosine(query, document) for document, _ in self.held.values()), reverse=True)
        assert [hit.score for hit in hits] == pytest.approx(best[:top_k], abs=1e-5)

    @rule(query=documents, field=st.sampled_from(["kind", "år"]), value=values)
    def find_where(self, query, field, value):
        hits = self.search.search(query, top_k=99, where={field: value})
        missing = object()
        fitting = {name for name, (_, found) in self.held.items() if found.get(field, missing) == value}
        assert {hit.id for hit in hits} == fitting

    @rule()
    def save_and_load(self):
        path = Path(self.folder.name, "saved")
        self.search.save(path)
        self.search = SemanticSearch(WordCounts(), batch_size=3).load(path)

    @rule(data=st.data())
    def damage(self, data):
        path = Path(self.folder.name, "damaged")
        self.search.save(path)
        whole = path.read_bytes()
        at = data.draw(st.integers(0, len(whole) - 1))
        broken = bytearray(whole)
        broken[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(data.draw(st.sampled_from([whole[:at], bytes(broken)])))
        # Some bytes of a zip carry nothing (a time, say): then all must be as it was.
        try:
            again = SemanticSearch(WordCounts()).load(path)
        except SavedIndexError:
            return
        hits = again.search("anything", top_k=99)
        assert {hit.id: (hit.document, hit.metadata) for hit in hits} == self.held

    @invariant()
    def it_counts(self):
        if hasattr(self, "search"):
            assert len(self.search) == len(self.held)

    @staticmethod
    def cosine(one, other):
        a, b = WordCounts().encode([one, other]).astype(np.float64)
        return a @ b / math.sqrt((a @ a) * (b @ b))


Collection.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestCollection = Collection.TestCase


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
        assert progress.Ledger(Path(folder)).solved() == before | set(solved)
        kept = [path.read_bytes() for path in Path(folder).glob("progress.broken-*.json")]
        assert kept == ([] if before or _is_ours(content) else [content]), "a file that is not ours is set aside whole"


def _is_ours(content):
    try:
        value = progress.json.loads(content)
    except ValueError:
        return False
    if not isinstance(value, dict) or value.get("version") != 1 or not isinstance(value.get("solved"), list):
        return False
    return all(isinstance(name, str) for name in value["solved"])
