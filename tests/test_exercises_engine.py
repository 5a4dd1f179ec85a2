"""The exercise engine: what a learner reads for every kind of answer, word for word."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import os
import random
import signal
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from embedlab.exercises import calls, progress
from embedlab.exercises.cards import Outcome, Status, card, inline_html
from embedlab.exercises.checker import Exercise, case
from embedlab.exercises.compare import Manner
from tests import nb99

ROOT = Path(__file__).resolve().parents[1]


def fresh(sample: Exercise = nb99.recall_at_k, **changes: object) -> Exercise:
    """A copy with its own state and mistakes."""
    copy = dataclasses.replace(sample, **changes)
    copy.mistakes.extend(sample.mistakes)
    return copy


def in_notebook(function):
    """Let a function of a test seem to stand in an exercise module."""
    function.__module__ = "embedlab.exercises.nb99"
    return function


def recall(ranked, relevant, k):
    return len(set(ranked[:k]) & relevant) / len(relevant)


def precision(ranked, relevant, k):
    return len(set(ranked[:k]) & relevant) / k


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))
    return tmp_path


# ---------------------------------------------------------------- the four outcomes of a function exercise


def test_a_correct_function_is_praised_and_noted():
    outcome = nb99.recall_at_k.check(recall)
    assert outcome == Outcome(Status.CORRECT, "`recall_at_k` passes all 3 cases.\nRecall never falls when k grows.")
    assert progress.solved() == {"99.recall_at_k"}


TRY = "\nTry: `recall_at_k(*ex.recall_at_k.case())`"
IN_CASE_1 = "in the case “the only relevant one comes second”, recall_at_k([3, 1, 2], {1}, 2)"
IN_CASE_2 = "in the case “two relevant, one found”, recall_at_k([3, 1, 2], {1, 2}, 2)"
WRONG = {
    "first mistake": (precision, f"{IN_CASE_1} gave 0.5: it is too small.\nYou divided by k: that is precision."),
    "second mistake": (
        lambda ranked, relevant, k: 1.0 if set(ranked[:k]) & relevant else 0.0,
        f"{IN_CASE_2} gave 1.0: it is too large.\nYou asked whether any was found, not how many.",
    ),
    "a mistake of one's own": (lambda *args: 7, f"{IN_CASE_1} gave 7: it is too large."),
    "no return": (lambda *args: None, f"{IN_CASE_1} gave None: did you forget `return`?"),
    "wrong type": (lambda *args: [1.0], f"{IN_CASE_1} gave [1.0]: it is a list, wanted a single number."),
    "array for a number": (
        lambda *args: np.ones(1),
        f"{IN_CASE_1} gave array([1.0]): it is an array of shape (1,), wanted a single number.",
    ),
    "long arguments are not shown": (
        lambda ranked, relevant, k: recall(ranked, relevant, k) if len(ranked) < 9 else np.nan,
        "in the case “a long list”, recall_at_k gave nan: it is nan (0 / 0 gives it, and so does the mean of nothing).",
    ),
}


@pytest.mark.parametrize(("answer", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_function_reads_which_case_and_how(answer, message):
    assert nb99.recall_at_k.check(answer) == Outcome(Status.WRONG, message + TRY)
    assert progress.solved() == set()


def test_a_mistake_is_told_only_where_it_is_one_and_agrees_in_every_case():
    # Precision and recall agree here, so the failing case says nothing about precision.
    agreeing = fresh(cases=(case("all found", [1, 2], {1, 2}, 2),))
    assert agreeing.check(lambda ranked, relevant, k: 0.5).message == (
        f"in the case “all found”, recall_at_k([1, 2], {{1, 2}}, 2) gave 0.5: it is too small.{TRY}"
    )
    # Like precision in the first two cases; in the third precision gives 0.
    other = lambda ranked, relevant, k: len(set(ranked[:k]) & relevant) / k if k > 1 else 0.5  # noqa: E731
    assert nb99.recall_at_k.check(precision).message.splitlines()[1:-1] == ["You divided by k: that is precision."]
    assert nb99.recall_at_k.check(other).message.splitlines()[1:-1] == []


def test_a_mistake_that_raises_elsewhere_is_told_to_those_whose_function_raises_there_too():
    sample = dataclasses.replace(nb99.recall_at_k)

    @sample.mistake("It breaks off later.")
    def breaks(ranked, relevant, k):
        return 0.25 if len(relevant) < 3 else {}["b"]

    assert "It breaks off later." in sample.check(lambda *args: breaks(*args)).message
    assert "It breaks off later." not in sample.check(lambda *args: 0.25).message


def test_return_is_missed_only_if_no_call_returned_anything():
    sometimes = lambda ranked, relevant, k: None if len(relevant) < 3 else 0.0  # noqa: E731
    assert nb99.recall_at_k.check(sometimes).message == f"{IN_CASE_1} gave None, wanted a number.{TRY}"
    assert "did you forget" not in nb99.first_even.check(lambda numbers: None).message
    assert nb99.first_even.check(lambda numbers: None).message.startswith(
        "in the case “the second is even”, first_even([3, 4]) gave None, wanted a number."
    )


def test_a_mistake_that_raises_or_passes_is_passed_over():
    sample = dataclasses.replace(nb99.recall_at_k)
    sample.mistake("never shown")(lambda ranked, relevant, k: 1 / 0)
    sample.mistakes.extend(nb99.recall_at_k.mistakes)
    assert sample.check(precision).message.endswith(f"\nYou divided by k: that is precision.{TRY}")
    sample = fresh(cases=(case("one", [1], {1}, 1),))
    sample.mistake("never shown")(lambda ranked, relevant, k: 1.00008)
    assert sample.check(lambda *args: 1.00015).message == (
        f"in the case “one”, recall_at_k([1], {{1}}, 1) gave 1.00015: it is too large.{TRY}"
    )


@pytest.mark.parametrize(
    ("args", "call"),
    [
        ((1, 0.5), "f(1, 0.5)"),
        ((np.array([1.0, 2.0]), [True, None]), "f(np.array([1.0, 2.0]), [True, None])"),
        (("array(", {"a": {2, 1}}), "f('array(', {'a': {1, 2}})"),
        (("x" * 55,), "f('" + "x" * 55 + "')"),
        (("x" * 59,), "f"),
        ((np.zeros(13),), "f"),
        (([0] * 9,), "f"),
    ],
    ids=["numbers", "arrays", "text and sets", "just short enough", "long text", "a large array", "a long list"],
)
def test_a_call_is_shown_as_one_would_type_it_where_it_is_short(args, call):
    @in_notebook
    def f(*given):
        return 0

    sample = Exercise(f, "Nothing", ("None.",), (case("odd", *args),))
    told = f"in the case “odd”, {call} gave 1: it is a different number.\nTry: `f(*ex.f.case())`"
    assert sample.check(lambda *given: 1).message == told


def raises_deep(ranked, relevant, k):
    first = ranked[0]
    return {"a": first}["b"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (raises_deep, f"{IN_CASE_1} raised KeyError: 'b' (line 3 of the function).{TRY}"),
        (
            lambda ranked: 1,
            f"{IN_CASE_1} raised TypeError: <lambda>() takes 1 positional argument but 3 were given.{TRY}",
        ),
        ("recall_at_k", "pass the function itself, `check(recall_at_k)`, not 'recall_at_k'."),
        (0.5, "pass the function itself, `check(recall_at_k)`, not 0.5."),
        (None, "pass the function itself, `check(recall_at_k)`, not None."),
    ],
    ids=["raises", "wrong number of arguments", "a string", "the result of a call", "None"],
)
def test_an_answer_that_breaks_is_an_error_with_one_line(answer, message):
    assert nb99.recall_at_k.check(answer) == Outcome(Status.ERROR, message)


def test_long_and_unstable_error_messages_are_shortened():
    def long(ranked, relevant, k):
        raise ValueError("x" * 500 + "\n" + "y")

    def address(ranked, relevant, k):
        raise ValueError(object())

    class Nasty(Exception):
        def __str__(self):
            raise RuntimeError

    def nasty(ranked, relevant, k):
        raise Nasty

    told = {long: "ValueError: " + "x" * 119 + "…", address: "ValueError: <object object>", nasty: "Nasty"}
    for answer, error in told.items():
        assert nb99.recall_at_k.check(answer).message.endswith(f"raised {error} (line 2 of the function).{TRY}")


def test_leaving_by_exit_is_an_error_too():
    assert nb99.recall_at_k.check(lambda *args: sys.exit(3)).status is Status.ERROR

    def stopped(*args):
        raise KeyboardInterrupt("stop")

    with pytest.raises(KeyboardInterrupt, match="stop"):
        nb99.recall_at_k.check(stopped)


@pytest.mark.parametrize("answer", [..., lambda ranked, relevant, k: ...], ids=["no function", "the starter"])
def test_a_placeholder_counts_as_not_attempted(answer):
    expected = Outcome(Status.NOT_ATTEMPTED, "replace the `...` in `recall_at_k` by your code.")
    assert nb99.recall_at_k.check(answer) == nb99.recall_at_k.check() == expected


def test_an_ellipsis_in_a_later_case_is_not_attempted_either():
    answer = lambda ranked, relevant, k: ... if len(relevant) > 1 else recall(ranked, relevant, k)  # noqa: E731
    assert nb99.recall_at_k.check(answer).status is Status.NOT_ATTEMPTED


# ------------------------------------------------------------------------------------ nobody's objects change


def test_a_change_in_place_is_reported_by_the_arguments_name():
    def best_first(values):
        values.sort(reverse=True)
        return values

    for _ in range(2):  # and the case itself is as it was
        assert nb99.best_first.check(best_first) == Outcome(
            Status.WRONG,
            "in the case “three scores”, best_first([1, 3, 2]) gave the right result, but changed its argument "
            "`values`: work on a copy.\n`list.sort` sorts the list itself, which belongs to the caller.\n"
            "Try: `best_first(*ex.best_first.case())`",
        )
    assert nb99.best_first.cases[0].args == ([1, 3, 2],)


def test_a_remark_on_a_change_in_place_is_not_made_to_those_who_changed_nothing():
    assert nb99.best_first.check(sorted).message.endswith(
        "\nThat is the worst first.\nTry: `best_first(*ex.best_first.case())`"
    )


def test_a_change_in_place_through_star_arguments_is_named_by_its_place():
    @in_notebook
    def largest_first(first, scores):
        return sorted(scores, reverse=True)

    def in_place(first, *rest):
        rest[0].sort(reverse=True)
        return rest[0]

    sample = Exercise(largest_first, "Largest first", ("Sort.",), (case("two", 0, [1, 3]),))
    assert "but changed its argument `rest`: work on a copy.\n" in sample.check(in_place).message
    assert "its argument number 2: work on a copy.\n" in sample.check(lambda *v: in_place(*v)).message


def test_an_array_changed_in_place_is_reported():
    def unit(x):
        x /= np.linalg.norm(x)
        return x

    assert nb99.unit.check(unit).message == (
        "in the case “a triangle”, unit(np.array([3.0, 4.0])) gave the right result, but changed its argument `x`: "
        "work on a copy.\nTry: `unit(*ex.unit.case())`"
    )
    assert nb99.unit.check(lambda x: x / np.linalg.norm(x)).message == "`unit` passes the case."


def test_an_argument_may_be_changed_where_the_solution_does_so():
    @in_notebook
    def sort(scores):
        scores.sort()
        return scores

    sample = Exercise(sort, "In place", ("`scores.sort()`",), (case("three", [3, 1, 2]),))
    for answer in (sort, sorted):
        assert sample.check(answer).status is Status.CORRECT
    for _ in range(2):
        assert nb99.draw.check(lambda rng: rng.normal(size=3)).status is Status.CORRECT
    assert nb99.draw.check(lambda rng: rng.uniform(size=3)).status is Status.WRONG


# -------------------------------------------------------------------------------------------- strange answers


def wanting(value: object) -> Exercise:
    @in_notebook
    def f():
        return value

    return Exercise(f, "A value", ("It is fixed.",), (case("the only one"),))


@pytest.mark.parametrize("wanted", [1.5, "red", [1], (1, 2), {"a": 1}, {1}, None, True, np.eye(2)], ids=str)
def test_hostile_objects_get_an_outcome(wanted):
    class Hostile:
        def __getattr__(self, name):
            raise RuntimeError

        __eq__ = __len__ = __iter__ = __bool__ = __array__ = __float__ = __repr__ = __hash__ = __getattr__

    assert wanting(wanted).check(Hostile).status is Status.WRONG
    assert nb99.recall_at_k.check(Hostile()).status is Status.ERROR


def test_lists_arrays_and_strings_that_are_hard_to_compare():
    endless, other = [1], [1]
    endless.append(endless)
    other.append(other)
    assert wanting(endless).check(lambda: other).status is Status.WRONG
    assert wanting(np.eye(2)).check(lambda: np.zeros((2, 2))).message == (
        "in the case “the only one”, f() gave array([[0.0, 0.0], [0.0, 0.0]]): it differs in 2 of 4 entries: "
        "the first, at [0, 0], is too small.\nTry: `f(*ex.f.case())`"
    )

    class Word(str):
        __hash__ = str.__hash__

        def __eq__(self, other):
            raise SystemExit

    assert (
        wanting("red")
        .check(lambda: Word("red"))
        .message.startswith("in the case “the only one”, f() gave 'red': it is of type Word and could not be compared.")
    )


class Rude(BaseException):
    def __str__(self):
        raise SystemExit


class Endless:
    """Raises when it is looked at, in a manner that asks to leave, or never ends."""

    def __iter__(self):
        while True:
            yield self

    def __repr__(self):
        raise GeneratorExit

    def __eq__(self, other):
        raise SystemExit

    __hash__ = None


async def later(*args):
    return 1.0


async def one_by_one(*args):
    yield 1.0


def raising(error):
    def answer(*args):
        raise error

    return answer


def endless_recursion(*args):
    return endless_recursion(*args)


def half_way(*args):
    yield 1.0
    raise LookupError("half way")


STRANGE = {
    "leaves": (raising(SystemExit(3)), "raised SystemExit: 3"),
    "leaves as a generator": (raising(GeneratorExit()), "raised GeneratorExit"),
    "an exception that cannot be told": (raising(Rude()), "raised Rude"),
    "a group": (raising(BaseExceptionGroup("all", [Rude(), ValueError("x" * 99_999)])), "raised BaseExceptionGroup"),
    "a chain": (raising(ValueError("x" * 9_999_999)), "raised ValueError: xxx"),
    "out of memory": (raising(MemoryError()), "raised MemoryError"),
    "recursion": (endless_recursion, "raised RecursionError"),
    "a generator that raises": (half_way, "raised LookupError: half way (line 3 of the function)"),
    "a coroutine": (later, "gave no result: write `def`, not `async def`."),
    "an asynchronous generator": (one_by_one, "gave no result: write `def`, not `async def`."),
    "a generator": (lambda *args: iter([1.0]), "gave [1.0]: it is a list_iterator, wanted a single number."),
    "a class": (type("Answer", (), {"__init__": lambda self, *args: None}), "it is an Answer, wanted a number."),
    "partly called": (functools.partial(recall, k=2), "raised TypeError"),
    "numbers without end": (lambda *args: itertools.count(), "gave [0, 1, 2, 3, 4, 5, 6, 7, …]: it is a count, wanted"),
    "itself without end": (lambda *args: Endless(), "wanted a single number."),
    "lists of it": (lambda *args: [Endless()], "wanted a single number."),
    "a huge number": (lambda *args: 10**5_000, "it is too large."),
    "a huge string": (lambda *args: "x" * 10**8, "it is a str, wanted a number."),
    "too many arguments": (lambda a, b, c, d: 1, "raised TypeError"),
}


@pytest.mark.parametrize(("answer", "told"), STRANGE.values(), ids=STRANGE)
def test_strange_answers_get_an_outcome(answer, told):
    outcome = nb99.recall_at_k.check(answer)
    assert outcome.status in (Status.WRONG, Status.ERROR)
    assert told in outcome.message
    assert outcome.message.endswith(TRY)
    assert len(outcome.message) < 500


@pytest.mark.parametrize("wanted", [1.5, "red", [1], (1, 2), {"a": 1}, {1}, None, True, np.eye(2)], ids=str)
def test_what_asks_to_leave_when_it_is_looked_at_gets_an_outcome(wanted):
    for made in (Endless, lambda: [Endless()], lambda: {"a": Endless()}, lambda: np.array([Endless()], dtype=object)):
        assert wanting(wanted).check(made).status is Status.WRONG


def for_ever(*args):
    while True:
        pass


ENDLESS_METHODS = ("__repr__", "__len__", "__eq__", "__iter__", "__float__", "__array__", "__getattr__")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs SIGALRM")
@pytest.mark.parametrize("wanted", [1.5, [1], {"a": 1}, np.eye(2)], ids=str)
@pytest.mark.parametrize("name", ["the function", *ENDLESS_METHODS])
def test_what_never_ends_is_broken_off(name, wanted, monkeypatch):
    monkeypatch.setattr(calls, "SECONDS", 0.2)
    before = signal.getsignal(signal.SIGALRM)
    answer = for_ever if name == "the function" else type("Endless", (), {name: for_ever})
    outcome = wanting(wanted).check(answer)
    assert outcome.status in (Status.WRONG, Status.ERROR)
    if name == "the function":
        assert "raised TimeoutError: no answer within 0.2 s; is there a loop that never ends?" in outcome.message
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs SIGALRM")
def test_a_loop_that_swallows_exceptions_is_broken_off_too(monkeypatch):
    monkeypatch.setattr(calls, "SECONDS", 0.2)

    def stubborn(*args):
        for _ in range(3):
            try:
                for_ever()
            except Exception:
                continue
        return 1.0

    assert wanting(1.5).check(stubborn).status in (Status.WRONG, Status.ERROR)


@pytest.mark.parametrize("answer", [functools.partial(recall), type("Call", (), {"__call__": staticmethod(recall)})()])
def test_whatever_can_be_called_is_an_answer(answer):
    assert nb99.recall_at_k.check(answer).status is Status.CORRECT


def settings():
    with np.printoptions() as options:
        pass
    state = np.random.get_state()[1].tolist(), random.getstate(), torch.get_rng_state().tolist()  # noqa: NPY002
    return np.geterr(), {**np.get_printoptions()}, warnings.filters[:], state, sys.stdout, sys.stderr, options


def test_a_check_leaves_all_settings_as_they_were():
    def meddling(ranked, relevant, k):
        np.seterr(all="raise")
        np.set_printoptions(precision=2)
        warnings.simplefilter("ignore")
        np.random.seed(len(ranked))  # noqa: NPY002
        random.seed(len(ranked))
        torch.manual_seed(len(ranked))
        sys.stdout = sys.stderr = None
        return recall(ranked, relevant, k)

    before = settings()
    assert nb99.recall_at_k.check(meddling).status is Status.CORRECT
    assert settings() == before


@pytest.mark.filterwarnings("ignore:(invalid|overflow):RuntimeWarning")  # as a learner sees them
def test_settings_of_the_learners_make_no_right_answer_wrong():
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        for sample in (nb99.recall_at_k, dataclasses.replace(nb99.ratio), nb99.unit):
            assert sample.check(sample.function).status is Status.CORRECT
        assert nb99.unit.check(lambda x: x * 1e300 * 1e300).message.startswith("in the case “a triangle”, unit(")


def test_a_replaced_function_of_numpy_makes_no_traceback(monkeypatch):
    for name in ("isclose", "all", "sort", "argwhere", "asarray", "array", "linalg"):
        monkeypatch.setattr(np, name, None)
    sample = fresh(nb99.unit)
    assert sample.check(lambda x: x / 5).message == (
        "in the case “a triangle”, unit(np.array([3.0, 4.0])) raised AttributeError: 'NoneType' object has no "
        "attribute 'norm': the solution itself fails here, so something that it uses was replaced: restart the kernel."
    )
    assert nb99.recall_at_k.check(recall).status is Status.CORRECT


def test_prints_are_passed_on_and_cut(capsys):
    def chatty(ranked, relevant, k):
        print("seen", k)
        print("x" * 1_000_000)
        return recall(ranked, relevant, k)

    assert nb99.recall_at_k.check(chatty).status is Status.CORRECT
    printed = capsys.readouterr().out
    assert printed.startswith("seen 2\nxxx")
    assert printed.endswith("xxx\n(What follows is cut.)\n")
    assert len(printed) < 2_100


# ------------------------------------------------------------------------------- forms, forbidden ways, the case


def test_another_container_is_right_and_told_kindly():
    assert nb99.unit.check(lambda x: [0.6, 0.8]).message == (
        "`unit` passes the case.\n(The solution gives an array, and yours is a list: what it holds is right, and that "
        "counts.)"
    )
    assert nb99.best_first.check(lambda x: sorted(x)[::-1]).message == "`best_first` passes the case."
    index = fresh(nb99.double, manner=Manner(noun="index"))
    assert "gave 7: it is not the right index." in index.check(lambda x: 7).message


def test_a_forbidden_way_is_refused_after_all_cases():
    watched = fresh(nb99.best_first, watch=lambda answer: answer([1, 2]) == [2, 1] and "it sorts.")
    told = "`best_first` passes the case, but it sorts."
    assert watched.check(nb99.best_first.function) == Outcome(Status.WRONG, told)
    assert watched.check(lambda scores: [3, 2, 1]).status is Status.CORRECT
    assert watched.check(sorted).message.startswith("in the case “three scores”")
    breaks = fresh(nb99.best_first, watch=lambda answer: answer([]))
    assert breaks.check(lambda scores: [scores[0], 0][:0] or [3, 2, 1]) == Outcome(
        Status.ERROR,
        "`best_first` passes the case, but with other arguments it raised IndexError: list index out of range "
        "(line 1 of the function).",
    )


def test_case_gives_copies_of_the_arguments_that_failed_last():
    sample = fresh()
    assert sample.case() == ([3, 1, 2], {1}, 2), "the first before any check"
    sample.check(lambda ranked, relevant, k: 1.0 if set(ranked[:k]) & relevant else 0.0)
    assert sample.case() == ([3, 1, 2], {1, 2}, 2)
    sample.check(lambda ranked, relevant, k: recall(ranked, relevant, k) if len(ranked) < 9 else 1 / 0)
    assert sample.case() == (list(range(30)), {1, 2, 29}, 1)
    sample.case()[0].clear()
    assert sample.case()[0] == list(range(30)), "copies"
    sample.check(recall)
    assert sample.case() == ([3, 1, 2], {1}, 2), "the first after a correct answer"
    assert fresh().case() is not sample.case()


# ---------------------------------------------------------------------------- hints, and what is cut from source


def test_hints_come_one_by_one_and_the_last_is_repeated():
    sample, last = fresh(), "(This was the last hint; `.solution()` shows a solution.)"
    assert [str(sample.hint()) for _ in range(4)] == [
        "Hint 1 of 2: Which of the first k are relevant?",
        "Hint 2 of 2: Divide by the number of relevant documents.",
        f"Hint 2 of 2: Divide by the number of relevant documents. {last}",
        f"Hint 2 of 2: Divide by the number of relevant documents. {last}",
    ]
    assert str(fresh().hint()) == "Hint 1 of 2: Which of the first k are relevant?", "state is the object's own"
    assert fresh().hint()._repr_mimebundle_()["text/html"] == card("Hint 1 of 2", "Which of the first k are relevant?")


def test_starter_and_solution_are_cut_from_the_source():
    assert nb99.recall_at_k.starter == (
        "def recall_at_k(\n    ranked,\n    relevant,\n    k=10,\n):\n"
        '    """Share of the relevant documents that are among the first k.\n\n'
        '    ranked: list; relevant: set.\n    """\n'
        "    return ...\n\n\nex.recall_at_k.check(recall_at_k)\n"
    )
    assert nb99.double.starter == (
        'def double(x):\n    """Twice a number."""\n    return ...\n\n\nex.double.check(double)\n'
    )
    code = (
        "def recall_at_k(\n    ranked,\n    relevant,\n    k=10,\n):\n"
        "    # What follows the docstring is the solution: a remark and a blank line belong to it.\n"
        "    found = set(ranked[:k]) & relevant\n\n    return len(found) / len(relevant)"
    )
    solution = nb99.recall_at_k.solution()
    assert solution._repr_mimebundle_() == {"text/plain": code, "text/markdown": f"```python\n{code}\n```"}
    assert str(solution) == code


def test_an_outcome_shows_itself_in_words_escaped_in_html():
    outcome = Outcome(Status.WRONG, "gave '<b>': `a < b`\nlook")
    bundle = outcome._repr_mimebundle_()
    assert bundle["text/plain"] == str(outcome) == "Not yet: gave '<b>': `a < b`\nlook"
    assert bundle["text/html"] == (
        '<div style="border-left: 4px solid #D55E00; padding: 0.3em 0.8em; margin: 0.2em 0; max-width: 50em">'
        "<strong>Not yet:</strong> gave '&lt;b&gt;': <code>a &lt; b</code><br>look</div>"
    )
    assert set(bundle) == {"text/plain", "text/html"}
    assert [status.value for status in Status] == ["Correct", "Not yet", "Not attempted", "Error"]
    assert all(" color:" not in card(s.value, "x") and "background" not in card(s.value, "x") for s in Status)
    assert inline_html("**a** & `**b**`") == "<strong>a</strong> &amp; <code>**b**</code>"
    assert inline_html("`x**2` + `y**2`") == "<code>x**2</code> + <code>y**2</code>"


# ------------------------------------------------------------------------------------------ progress and check


def test_checking_goes_on_when_progress_cannot_be_written_and_says_so_once(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "file" / "below"))
    praise = "`best_first` passes the case."
    answer = nb99.best_first.function
    assert nb99.best_first.check(answer).message == f"{praise}\n(Your progress could not be saved: not a directory.)"
    assert nb99.best_first.check(answer).message == praise
    assert nb99.unit.check(nb99.unit.function).message == "`unit` passes the case."


# ----------------------------------------------------------------------------------------------- construction


def test_the_decorator_makes_a_frozen_exercise_of_a_function_with_a_docstring():
    double = nb99.double
    assert (double.id, double.name, double.progress_ids) == ("99.double", "double", ("99.double",))
    assert (double.title, double.hints, double.remark, double.function(4)) == ("Twice", ("Add.",), "", 8)

    @in_notebook
    def double(x):
        return 2 * x

    with pytest.raises(ValueError, match=r"99\.double: the function must have a docstring, which is the task"):
        _ = fresh(nb99.double, function=double).starter
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'title'"):
        nb99.double.title = "other"
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'status'"):
        nb99.double.check(...).status = Status.CORRECT


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"function": recall}, ValueError, "module such as nb15, but recall stands in 'tests.test_exercises_engine'"),
        ({"hints": ()}, ValueError, r"99\.double: hints must be a tuple with at least one string"),
        ({"hints": "Think."}, ValueError, r"99\.double: hints must be a tuple with at least one string"),
        ({"cases": ()}, ValueError, r"99\.double: cases must be a tuple with at least one case"),
        ({"cases": case("one", 1)}, ValueError, r"99\.double: cases must be a tuple with at least one case"),
        ({"cases": (case("two", 1, 2),)}, TypeError, "double: the case 'two' does not fit the function: too many"),
    ],
)
def test_an_exercise_that_makes_no_sense_is_refused(changes, kind, message):
    with pytest.raises(kind, match=message):
        fresh(nb99.double, **changes)


def test_warnings_of_the_engines_own_code_are_not_the_learners():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (
            fresh(nb99.ratio)
            .check(lambda x: np.full(2, np.inf))
            .message.endswith("\nThat is upside down.\nTry: `ratio(*ex.ratio.case())`")
        )
    with pytest.warns(RuntimeWarning, match="invalid value"):  # the learner's own does come through
        assert dataclasses.replace(nb99.ratio).check(lambda x: x / x).status is Status.CORRECT


def test_the_engine_reads_no_library_before_the_first_comparison():
    code = """
        import sys
        from embedlab.exercises import checker, progress, quiz
        print(sorted({"numpy", "IPython", "ipywidgets", "matplotlib", "pandas"} & set(sys.modules)))
    """
    assert run_python(code) == "[]\n"


def run_python(code: str, *options: str, cwd: object = ROOT, **environment: str) -> str:
    command = [sys.executable, *options, "-c", textwrap.dedent(code)]
    env = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_optimised_python_judges_alike(tmp_path):
    code = """
        from tests.nb99 import double, recall_at_k
        from tests.test_exercises_engine import precision, recall
        for answer in (recall, precision, lambda *a: None, lambda *a: 1 / 0, lambda *a: ..., 3):
            print(recall_at_k.check(answer))
        print(double.starter, double.solution())
    """
    plain, optimised = (run_python(code, *option, EMBEDLAB_HOME=str(tmp_path)) for option in ([], ["-OO"]))
    assert plain == optimised
    words = [line.partition(":")[0] for line in plain.splitlines() if line.startswith(("Cor", "Not", "Err"))]
    assert words == ["Correct", "Not yet", "Not yet", "Error", "Not attempted", "Error"]
