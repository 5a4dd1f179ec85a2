"""Metrics of ranked lists: equal to trec_eval's, equal to those from scores, and what is no list of ids is refused."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embedlab import evaluation
from embedlab.evaluation import ranked_metrics, retrieval_metrics

# -- an independent library ------------------------------------------------------------------------------------------

# (run of one query {id: score}, judgements {id: grade}, k, what trec_eval says of it: recip_rank, ndcg_cut_k, recall_k)
# Recorded with pytrec_eval-terrier 0.5.11. Its reciprocal rank knows no cut, so here the right answers come before it.
RECORDED = [
    (
        {"a": 1.0, "b": 3.0, "c": 3.0, "x": 3.0, "d": 0.5},
        {"a": 2, "b": 0, "c": -1, "d": 3, "e": 1},
        5,
        (0.25, 0.424605458186553, 0.6666666666666666),
    ),
    (
        {"d1": 2.0, "d2": 2.0, "d3": 1.0, "d10": 2.0},
        {"d1": 1, "d10": 2, "d4": 3},
        4,
        (0.5, 0.36999401273810767, 0.6666666666666666),
    ),
    ({"p": 0.0, "q": -1.5, "r": 0.0}, {"q": 1}, 6, (0.3333333333333333, 0.5, 1.0)),
    ({"p": 0.5, "q": 0.5}, {"z": 2, "p": 0}, 3, (0.0, 0.0, 0.0)),
    (
        {"b": 4.0, "a": 3.0, "c": 2.0, "d": 1.0, "e": 0.5},
        {"a": 3, "b": 3, "c": 1, "e": 2, "f": 1, "g": 1},
        5,
        (1.0, 0.9189570896484814, 0.6666666666666666),
    ),
]


def in_order(run):
    """The ids of a run as trec_eval ranks them: by score, and of equal scores the higher id first."""
    return sorted(run, key=lambda one: (run[one], one), reverse=True)


def as_scores(run, judged, higher_first=True):
    """The same run as a table of scores, its documents in the order that breaks ties, and the judgements of it."""
    documents = sorted({*run, *judged}, reverse=higher_first)
    scores = [[run.get(one, -np.inf) for one in documents]]
    return scores, [{documents.index(one): grade for one, grade in judged.items()}]


@pytest.mark.parametrize(("run", "judged", "k", "wanted"), RECORDED)
def test_equal_to_what_trec_eval_said(run, judged, k, wanted):
    wanted = dict(zip(("mrr", "ndcg", "recall"), wanted, strict=True))
    assert ranked_metrics([in_order(run)], [judged], k) == pytest.approx(wanted, abs=1e-12)
    assert retrieval_metrics(*as_scores(run, judged), k) == pytest.approx(wanted, abs=1e-12)


def drawn(seed):
    """A run and judgements of one query: few different scores, so that ties are the rule; one right answer at least."""
    rng = random.Random(seed)
    names = [f"d{i}" for i in range(rng.randint(2, 15))]
    run = {name: rng.randint(-3, 3) / 2 for name in rng.sample(names, rng.randint(1, len(names)))}
    judged = {name: rng.choice([-1, 0, 1, 1, 2, 3]) for name in rng.sample(names, rng.randint(1, len(names)))}
    return run, judged | {rng.choice(names): rng.randint(1, 3)}, rng.randint(1, 12)


def test_equal_to_pytrec_eval_and_ir_measures_on_500_random_queries():
    pytrec_eval = pytest.importorskip("pytrec_eval", reason="pytrec_eval-terrier is not installed here")
    ir = pytest.importorskip("ir_measures", reason="ir-measures is not installed here")
    for seed in range(500):
        run, judged, k = drawn(seed)
        cuts = {f"ndcg_cut.{k}", f"recall.{k}", "recip_rank"}
        trec = pytrec_eval.RelevanceEvaluator({"q": judged}, cuts).evaluate({"q": run})["q"]
        peer = ir.calc_aggregate([ir.nDCG @ k, ir.R @ k, ir.RR @ k], {"q": judged}, {"q": run})
        # trec_eval's reciprocal rank knows no cut; ir-measures' RR@k (MS MARCO's) takes the lower id of equal scores.
        first = trec["recip_rank"] if trec["recip_rank"] * k > 1 - 1e-9 else 0
        wanted = {"mrr": first, "ndcg": trec[f"ndcg_cut_{k}"], "recall": trec[f"recall_{k}"]}
        assert (peer[ir.nDCG @ k], peer[ir.R @ k]) == pytest.approx((wanted["ndcg"], wanted["recall"]), abs=1e-12)
        ranked = ranked_metrics([in_order(run)], [judged], k)
        assert ranked == pytest.approx(wanted, abs=1e-12), (seed, run, judged, k)
        assert retrieval_metrics(*as_scores(run, judged), k) == ranked
        lower_first = retrieval_metrics(*as_scores(run, judged, higher_first=False), k)
        assert lower_first["mrr"] == pytest.approx(peer[ir.RR @ k], abs=1e-12), (seed, run, judged, k)


# -- one meaning in both functions -----------------------------------------------------------------------------------


@st.composite
def tables(draw):
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 9))
    number = st.integers(-3, 3).map(float) | st.just(-np.inf)
    scores = draw(st.lists(st.lists(number, min_size=n, max_size=n), min_size=m, max_size=m))
    places = st.integers(0, n - 1)
    graded = st.dictionaries(places, st.integers(-1, 3)).filter(lambda own: any(grade > 0 for grade in own.values()))
    relevant = draw(st.lists(st.sets(places, min_size=1) | graded, min_size=m, max_size=m))
    return scores, relevant, draw(st.integers(1, 12))


@given(tables(), st.sampled_from([int, str]))
def test_scores_and_ranked_ids_give_the_same(table, kind):
    scores, relevant, k = table
    lists = [[kind(j) for j in sorted(range(len(row)), key=lambda j: -row[j]) if row[j] > -np.inf] for row in scores]
    named = [{kind(j): own[j] for j in own} if isinstance(own, dict) else {kind(j) for j in own} for own in relevant]
    for per_query in (False, True):
        by_scores = retrieval_metrics(scores, relevant, k, per_query=per_query)
        by_ids = ranked_metrics(lists, named, k, per_query=per_query)
        assert list(by_scores) == list(by_ids) == ["mrr", "ndcg", "recall"]
        for name in by_ids:
            np.testing.assert_array_equal(by_scores[name], by_ids[name])


def test_metrics_by_hand():
    # Gains 0, 2, 1 on places 1 to 3; the best order is 3, 2, 1. One of three right answers (grade 3) was not found.
    found = ranked_metrics([["x", "b", "c"]], [{"a": 3, "b": 2, "c": 1, "x": 0, "spam": -2}])
    discount = 1 / np.log2([2, 3, 4])
    assert found["ndcg"] == pytest.approx(discount @ [0, 2, 1] / (discount @ [3, 2, 1]))
    assert (found["mrr"], found["recall"]) == (0.5, pytest.approx(2 / 3))
    scores = [[-np.inf, 0.5, -np.inf]]
    assert retrieval_metrics(scores, [{0}], k=3) == {"mrr": 0.0, "ndcg": 0.0, "recall": 0.0}
    assert retrieval_metrics(scores, [{1, 2}], k=3)["recall"] == 0.5
    assert retrieval_metrics([[-np.inf, -np.inf]], [{0}]) == ranked_metrics([[]], [{0}])
    assert ranked_metrics([["a"]], [{"a", "b", "c"}])["recall"] == pytest.approx(1 / 3)
    assert retrieval_metrics(TABLE, [{0, 2}], k=2)["recall"] == 0.5
    ids = [str(i) for i in range(12)]
    assert ranked_metrics([ids], [{"9", "10"}])["recall"] == 0.5
    assert retrieval_metrics([-np.arange(12.0)], [{9, 10}])["recall"] == 0.5
    assert ranked_metrics([ids], [{"10"}], k=10**9)["mrr"] == pytest.approx(1 / 11)


@pytest.mark.parametrize(
    "own",
    [
        {1, 2},
        [1, 2],
        (1, 2),
        [1, 2, 2],
        np.array([1, 2]),
        torch.tensor([1, 2]),
        {1: 1, np.int64(2): 1.0, 0: 0},
        range(1, 3),
    ],
    ids=str,
)
def test_kinds_of_collections_mean_the_same(own):
    wanted = retrieval_metrics([[0.3, 0.2, 0.1, 0.0]], [{1, 2}], k=2)
    assert retrieval_metrics([[0.3, 0.2, 0.1, 0.0]], [own], k=2) == wanted
    assert ranked_metrics(np.array([[0, 1, 2, 3]]), [own], k=2) == wanted


TABLE = [[0.9, 0.8, 0.1]]
NO_ANSWER = "a query without a right answer cannot be scored, leave it out"


@pytest.mark.parametrize(
    ("relevant", "error", "message"),
    [
        (
            np.array([[False, True, False]]),
            TypeError,
            r"relevant\[0\] must be a set or list of document indices.* mask",
        ),
        ([np.array([False, True, False])], TypeError, r"relevant\[0\] .* not a mask of False and True: write np.flat"),
        ([torch.tensor([False, True])], TypeError, r"relevant\[0\] .* not a mask"),
        ([{True}], TypeError, r"relevant\[0\] .* not a mask of True"),
        ([{1.0}], TypeError, r"relevant\[0\] must be a set or list of document indices, .* it holds a float \(1.0\)"),
        ([np.array([1.0])], TypeError, r"relevant\[0\] .* but it holds a float \(1.0\)"),
        ([{"1"}], TypeError, r"relevant\[0\] .* but it holds a str \('1'\)"),
        ([{"1": 1}], TypeError, r"relevant\[0\] .* but it holds a str \('1'\)"),
        (["12"], TypeError, r"relevant\[0\] must be a set or list .*, not a str \('12'\)"),
        ([1], TypeError, r"relevant\[0\] must be a set or list .*, not a int \(1\)"),
        (np.array([1]), TypeError, r"relevant\[0\] .*, not a int \(1\)"),
        ([[[1, 2]]], TypeError, r"relevant\[0\] .* but it holds a list \(\[1, 2\]\)"),
        ([[None]], TypeError, r"relevant\[0\] .* but it holds a NoneType"),
        ([pd.Series({1: 2})], TypeError, r"relevant\[0\] .*, not a Series"),
        ({0: {1}}, TypeError, "relevant must be a list with one item for each query, not a dict"),
        ("a", TypeError, "relevant must be a list with one item for each query, not a str"),
        (None, TypeError, "relevant must be a list with one item for each query, not a NoneType"),
        (pd.DataFrame({"a": [1]}), TypeError, "relevant must be a list with one item for each query, not a DataFrame"),
        ([{3}], ValueError, r"relevant\[0\] must hold indices of documents, 0 to 2, but it holds 3"),
        ([{-1: 1}], ValueError, r"relevant\[0\] must hold indices of documents, 0 to 2, but it holds -1"),
        ([{7: 0, 1: 1}], ValueError, r"relevant\[0\] must hold indices of documents, 0 to 2, but it holds 7"),
        ([{}], ValueError, rf"relevant\[0\] is empty: {NO_ANSWER}"),
        ([{0: 0, 1: -1}], ValueError, rf"relevant\[0\] has no grade above 0: {NO_ANSWER}"),
        ([{1: "high"}], TypeError, r"relevant\[0\].values\(\) must be numbers"),
        ([{1: np.nan}], ValueError, r"relevant\[0\].values\(\) must hold finite numbers, but position 0 holds nan"),
        ([], ValueError, "relevant has 0 sets and scores has 1 queries: there must be one for each"),
    ],
)
def test_right_answers_that_are_none(relevant, error, message):
    with pytest.raises(error, match=message):
        retrieval_metrics(TABLE, relevant)


@pytest.mark.parametrize(
    ("found", "relevant", "error", "message"),
    [
        (["ab"], [{"a"}], TypeError, r"found\[0\] must be a list of ids, .* best first, not a str \('ab'\)"),
        ("ab", [{"a"}], TypeError, "found must be a list with one item for each query, not a str"),
        ([{"a", "b"}], [{"a"}], TypeError, r"found\[0\] must be a list of ids, .* best first, not a set"),
        ([{"a": 0.9}], [{"a"}], TypeError, r"found\[0\] must be a list of ids, .* best first, not a dict"),
        ([["a", "b", "a"]], [{"a"}], ValueError, r"found\[0\] must name each id once, but it names 'a' 2 times"),
        ([[3, 1, 2, 1]], [{1}], ValueError, r"found\[0\] must name each id once, but it names 1 2 times"),
        ([[1.0]], [{1}], TypeError, r"found\[0\] .* but it holds a float \(1.0\)"),
        ([[True, False]], [{1}], TypeError, r"found\[0\] .* not a mask"),
        ([["3"]], [{3}], TypeError, r"relevant\[0\] must hold ids as found does, such as '3', not 3"),
        ([[3]], [{"3": 2}], TypeError, r"relevant\[0\] must hold ids as found does, such as 3, not '3'"),
        ([["a"]], [{"a"}, {"b"}], ValueError, "relevant has 2 sets and found has 1 queries"),
        ([["a"]], [set()], ValueError, r"relevant\[0\] is empty"),
        ([], [], ValueError, "found must hold the results of at least one query, but it is empty"),
        ([[object()]], [{"a"}], TypeError, r"found\[0\] .* but it holds a object"),
    ],
)
def test_lists_that_are_none(found, relevant, error, message):
    with pytest.raises(error, match=message):
        ranked_metrics(found, relevant)


@pytest.mark.parametrize("shape", [(0, 3), (0, 0), (1, 0)])
@pytest.mark.parametrize("per_query", [False, True])
def test_without_queries_or_documents_there_is_nothing_to_measure(shape, per_query):
    with pytest.raises(ValueError, match="scores must hold at least one query and one document, but its shape is"):
        retrieval_metrics(np.zeros(shape), [{0}] * shape[0], per_query=per_query)


@pytest.mark.parametrize(
    ("exclude", "error", "message"),
    [
        ([-1], ValueError, r"exclude\[0\] must be at least 0, but it is -1"),
        ([3], ValueError, r"exclude\[0\] must be an index of a document, 0 to 2, but it is 3"),
        ([0.0], TypeError, r"exclude\[0\] must be a whole number, not 0.0"),
        ([True], TypeError, r"exclude\[0\] must be a whole number, not True"),
        (np.array([True]), TypeError, r"exclude\[0\] must be a whole number, not True"),
        (["0"], TypeError, r"exclude\[0\] must be a whole number, not '0'"),
        ({0: 1}, TypeError, "exclude must be a list with one item for each query, not a dict"),
        (0, TypeError, "exclude must be a list with one item for each query, not a int"),
    ],
)
def test_what_cannot_be_excluded(exclude, error, message):
    with pytest.raises(error, match=message):
        retrieval_metrics(TABLE, [{1}], exclude=exclude)


# -- what a mutation run found untested ------------------------------------------------------------------------------


def test_an_excluded_document_comes_after_the_worst():
    assert retrieval_metrics([[5.0, -1e300]], [{1}], k=1, exclude=[0])["mrr"] == 1
    assert retrieval_metrics([[5.0, -7.0, -8.0]], [{2}], k=3, exclude=np.array([0]))["mrr"] == 0.5


@pytest.mark.parametrize("confidence", [0, -0.5, 1, 1.5, 95, float("nan"), "0.95", None, True, [0.95], 1j])
def test_a_confidence_is_a_share(confidence):
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1, such as 0.95, but it is"):
        evaluation.paired_bootstrap([1, 2], [0, 1], confidence=confidence)


def test_the_defaults_are_those_that_the_lessons_name():
    rng = np.random.default_rng(0)
    a, b = rng.uniform(size=(2, 12))
    assert evaluation.paired_bootstrap(a, b) == evaluation.paired_bootstrap(a, b, 10_000, 0.95, 0)
    assert evaluation.paired_bootstrap(a, a - 1).p_value == 2 / 10_001  # never turned: repeats can be read off
    sets = [side + rng.normal(scale=0.1, size=(12, 2)) for side in ([1, 0], [0, 1], [1, 0], [0, 1])]
    assert evaluation.weat(*sets) == evaluation.weat(*sets, 10_000, 0)
    assert evaluation.weat(*sets).p_value == 1 / 10_001


def test_wider_confidence_wider_interval():
    rng = np.random.default_rng(0)
    a, b = rng.uniform(size=(2, 30))
    narrow, wide = (evaluation.paired_bootstrap(a, b, 500, share) for share in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high
