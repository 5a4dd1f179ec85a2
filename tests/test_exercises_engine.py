"""The exercise engine: what a learner reads for every kind of answer, word for word."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import warnings
from collections import namedtuple
from dataclasses import FrozenInstanceError, dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.exercises import progress
from embedlab.exercises._cards import Outcome, Status, card, inline_html
from embedlab.exercises._compare import Tolerance, difference, shorten
from embedlab.exercises.checker import Case, Exercise, Mistake

RECALL = Exercise(
    id="99.recall_at_k",
    title="Recall at k",
    starter="def recall_at_k(ranked, relevant, k):\n    return ...  # your code\n",
    code=(
        "def recall_at_k(ranked, relevant, k):\n"
        "    found = set(ranked[:k]) & relevant\n"
        "    return len(found) / len(relevant)\n"
    ),
    hints=("Which of the first k are relevant?", "Divide by the number of relevant documents."),
    cases=(
        Case(([3, 1, 2], {1}, 2), "the only relevant one comes second"),
        Case(([3, 1, 2], {1, 2}, 2), "two relevant, one found"),
        Case((list(range(30)), {1, 2, 29}, 1), "a long list"),
    ),
    mistakes=(
        Mistake(
            "def recall_at_k(ranked, relevant, k):\n    return len(set(ranked[:k]) & relevant) / k",
            "You divided by k: that is precision.",
        ),
        Mistake(
            "def recall_at_k(ranked, relevant, k):\n    return float(bool(set(ranked[:k]) & relevant))",
            "You asked whether any was found, not how many.",
        ),
    ),
    remark="Recall never falls when k grows.",
)


def fresh(exercise: Exercise = RECALL, **changes: object) -> Exercise:
    given = {name: getattr(exercise, name) for name in exercise.__dataclass_fields__ if not name.startswith("_")}
    return Exercise(**{**given, **changes})


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
    outcome = RECALL.check(recall)
    assert outcome == Outcome(Status.CORRECT, "`recall_at_k` passes all 3 cases.\nRecall never falls when k grows.")
    assert progress.solved() == {"99.recall_at_k"}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(
            precision,
            "in the case “the only relevant one comes second”, recall_at_k([3, 1, 2], {1}, 2) gave 0.5: "
            "it is too small.\n"
            "You divided by k: that is precision.",
            id="first typical mistake",
        ),
        pytest.param(
            lambda ranked, relevant, k: 1.0 if set(ranked[:k]) & relevant else 0.0,
            "in the case “two relevant, one found”, recall_at_k([3, 1, 2], {1, 2}, 2) gave 1.0: it is too large.\n"
            "You asked whether any was found, not how many.",
            id="second typical mistake",
        ),
        pytest.param(
            lambda ranked, relevant, k: 7,
            "in the case “the only relevant one comes second”, recall_at_k([3, 1, 2], {1}, 2) gave 7: it is too large.",
            id="a mistake of one's own",
        ),
        pytest.param(
            lambda ranked, relevant, k: None,
            "in the case “the only relevant one comes second”, recall_at_k([3, 1, 2], {1}, 2) gave None: "
            "did you forget `return`?",
            id="no return",
        ),
        pytest.param(
            lambda ranked, relevant, k: [1.0],
            "in the case “the only relevant one comes second”, recall_at_k([3, 1, 2], {1}, 2) gave [1.0]: "
            "it is a list, wanted a number.",
            id="wrong type",
        ),
        pytest.param(
            lambda ranked, relevant, k: np.ones(1),
            "in the case “the only relevant one comes second”, recall_at_k([3, 1, 2], {1}, 2) gave array([1.0]): "
            "it is an array of shape (1,), wanted a single number.",
            id="array for a number",
        ),
        pytest.param(
            lambda ranked, relevant, k: recall(ranked, relevant, k) if len(ranked) < 9 else np.nan,
            "in the case “a long list”, recall_at_k gave nan: it is nan.",
            id="long arguments are not shown",
        ),
    ],
)
def test_a_wrong_function_reads_which_case_and_how(answer, message):
    assert RECALL.check(answer) == Outcome(Status.WRONG, message)
    assert progress.solved() == set()


def test_a_mistake_is_told_only_where_it_is_one():
    # Precision and recall agree here, so the failing case says nothing about precision.
    exercise = fresh(cases=(Case(([1, 2], {1, 2}, 2), "all found"),))
    assert exercise.check(lambda ranked, relevant, k: 0.5).message == (
        "in the case “all found”, recall_at_k([1, 2], {1, 2}, 2) gave 0.5: it is too small."
    )


def test_a_mistake_that_raises_in_the_failing_case_is_passed_over():
    exercise = fresh(
        mistakes=(
            Mistake("def recall_at_k(ranked, relevant, k):\n    return 1 / 0", "never shown"),
            *RECALL.mistakes,
        )
    )
    assert exercise.check(precision).message.endswith("\nYou divided by k: that is precision.")


def test_a_mistake_that_passes_within_the_tolerance_is_none():
    close = Mistake("def recall_at_k(ranked, relevant, k):\n    return 1.08", "never shown")
    exercise = fresh(cases=(Case(([1], {1}, 1), "one"),), mistakes=(close,), rtol=0.1)
    assert exercise.check(lambda *args: 1.15).message == (
        "in the case “one”, recall_at_k([1], {1}, 1) gave 1.15: it is too large."
    )


def raises_deep(ranked, relevant, k):
    first = ranked[0]
    return {"a": first}["b"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            raises_deep,
            "in the case “the only relevant one comes second”, recall_at_k([3, 1, 2], {1}, 2) raised KeyError: 'b' "
            "(line 3 of the function).",
        ),
        (
            lambda ranked: 1,
            "in the case “the only relevant one comes second”, recall_at_k([3, 1, 2], {1}, 2) raised TypeError: "
            "<lambda>() takes 1 positional argument but 3 were given.",
        ),
        ("recall_at_k", "pass the function itself, `check(recall_at_k)`, not 'recall_at_k'."),
        (0.5, "pass the function itself, `check(recall_at_k)`, not 0.5."),
        (None, "pass the function itself, `check(recall_at_k)`, not None."),
    ],
    ids=["raises", "wrong number of arguments", "a string", "the result of a call", "None"],
)
def test_an_answer_that_breaks_is_an_error_with_one_line(answer, message):
    assert RECALL.check(answer) == Outcome(Status.ERROR, message)


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

    assert RECALL.check(long).message.endswith("raised ValueError: " + "x" * 119 + "… (line 2 of the function).")
    assert RECALL.check(address).message.endswith("raised ValueError: <object object> (line 2 of the function).")
    assert RECALL.check(nasty).message.endswith("raised Nasty (line 2 of the function).")


def test_leaving_by_exit_is_an_error_too():
    assert RECALL.check(lambda *args: sys.exit(3)).status is Status.ERROR


def test_keyboard_interrupt_is_not_swallowed():
    def stopped(*args):
        raise KeyboardInterrupt("stop")

    with pytest.raises(KeyboardInterrupt, match="stop"):
        RECALL.check(stopped)


STARTERS = {
    "returns the placeholder": RECALL.starter,
    "only the placeholder": "def recall_at_k(ranked, relevant, k):\n    ...\n",
    "half written": "def recall_at_k(ranked, relevant, k):\n    '''Fill in.'''\n    first = [d for d in ranked[:k]]\n",
    "with the check below": RECALL.starter + "\nex.recall_at_k.check(recall_at_k)\n",
}


@pytest.mark.parametrize("starter", STARTERS.values(), ids=STARTERS)
def test_the_starter_counts_as_not_attempted(starter):
    exercise = fresh(starter=starter)
    # Defined elsewhere in its cell than in the starter, as after the learner's own remarks.
    space: dict = {}
    exec("# a remark\n\n" + starter.partition("\nex.")[0], space)
    expected = Outcome(Status.NOT_ATTEMPTED, "replace the `...` in `recall_at_k` by your code.")
    assert exercise.check(space["recall_at_k"]) == expected
    assert exercise.check(...) == exercise.check() == expected


def test_an_ellipsis_in_a_later_case_is_not_attempted_either():
    assert RECALL.check(lambda r, s, k: ... if len(s) > 1 else recall(r, s, k)).status is Status.NOT_ATTEMPTED


def test_a_changed_starter_is_an_attempt():
    exercise = fresh(starter=STARTERS["half written"])
    for line in ("first.sort()", "first.reverse()"):
        assert exercise.check(exercise.define(exercise.starter + f"    {line}\n")).message.endswith(
            "gave None: did you forget `return`?"
        )


@pytest.mark.parametrize(
    ("old", "new"),
    [("0", "1"), ("min", "max"), ("[:k]", "[k:]"), ("relevant", "ranked"), ("d for", "(d, d) for")],
    ids=["a constant", "a name", "a slice", "a variable", "inside a comprehension"],
)
def test_the_smallest_change_is_an_attempt(old, new):
    starter = (
        "def recall_at_k(ranked, relevant, k):\n    return min(0, sum(len(relevant) for _ in [d for d in ranked[:k]]))"
    )
    exercise = fresh(starter=starter)
    body = starter.partition("\n")[2]
    changed = starter.replace(body, body.replace(old, new, 1))
    assert exercise.check(exercise.define(starter)).status is Status.NOT_ATTEMPTED
    assert exercise.check(exercise.define(changed)).status in (Status.WRONG, Status.ERROR)


# ------------------------------------------------------------------------------------ nobody's objects change

SORT = Exercise(
    id="99.best_first",
    title="Best first",
    starter="def best_first(scores):\n    return ...\n",
    code="def best_first(scores):\n    return sorted(scores, reverse=True)\n",
    hints=("`sorted` gives a new list.",),
    cases=(Case(([1, 3, 2],), "three scores"),),
    mistakes=(
        Mistake(
            "def best_first(scores):\n    scores.sort(reverse=True)\n    return scores",
            "`list.sort` sorts the list itself, which belongs to the caller.",
        ),
        Mistake("def best_first(scores):\n    return sorted(scores)", "That is the worst first."),
    ),
)


def test_a_change_in_place_is_reported_by_the_arguments_name():
    def best_first(values):
        values.sort(reverse=True)
        return values

    for _ in range(2):  # and the case itself is as it was
        assert SORT.check(best_first) == Outcome(
            Status.WRONG,
            "in the case “three scores”, best_first([1, 3, 2]) gave the right result, but changed its argument "
            "`values`: work on a copy.\n`list.sort` sorts the list itself, which belongs to the caller.",
        )
    assert SORT.cases[0].args == ([1, 3, 2],)


def test_a_remark_on_a_change_in_place_is_not_made_to_those_who_changed_nothing():
    in_place = Mistake("def best_first(scores):\n    scores.sort()\n    return scores", "never shown")
    exercise = fresh(SORT, mistakes=(in_place, *SORT.mistakes))
    assert exercise.check(sorted).message.endswith("\nThat is the worst first.")


def test_a_change_in_place_through_star_arguments_is_named_by_its_place():
    def best_first(first, *rest):
        rest[0].sort(reverse=True)
        return rest[0]

    exercise = fresh(SORT, code=SORT.code.replace("(scores)", "(first, scores)", 1), cases=(Case((0, [1, 3]), "two"),))
    assert exercise.check(best_first).message.endswith("changed its argument `rest`: work on a copy.")
    assert exercise.check(lambda *v: best_first(*v)).message.endswith("its argument number 2: work on a copy.")


def test_an_array_changed_in_place_is_reported():
    exercise = Exercise(
        id="99.unit",
        title="Unit length",
        starter="def unit(x):\n    return ...\n",
        code="def unit(x):\n    return x / np.linalg.norm(x)\n",
        hints=("Divide.",),
        cases=(Case("np.array([3.0, 4.0])", "a triangle"),),
    )

    def unit(x):
        x /= np.linalg.norm(x)
        return x

    assert exercise.check(unit).message == (
        "in the case “a triangle”, unit(np.array([3.0, 4.0])) gave the right result, but changed its argument `x`: "
        "work on a copy."
    )
    assert exercise.check(lambda x: x / np.linalg.norm(x)).message == "`unit` passes the case."


def test_a_random_generator_may_be_used_up():
    exercise = Exercise(
        id="99.draw",
        title="Draw",
        starter="def draw(rng):\n    return ...\n",
        code="def draw(rng):\n    return rng.normal(size=3)\n",
        hints=("normal",),
        cases=(Case("np.random.default_rng(0)", "seed 0"),),
    )
    for _ in range(2):
        assert exercise.check(lambda rng: rng.normal(size=3)).status is Status.CORRECT
    assert exercise.check(lambda rng: rng.uniform(size=3)).status is Status.WRONG


# --------------------------------------------------------------------------------------------- value exercises

NEAREST = Exercise(
    id="99.nearest",
    title="The nearest colour",
    starter="nearest = ...\n",
    code="nearest = 'red'\n",
    hints=("Look at the first line.",),
    mistakes=(Mistake("blue", "That is the farthest."),),
)


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        ("red", Status.CORRECT, "that is right."),
        ("blue", Status.WRONG, "your answer is 'blue': it is a different string.\nThat is the farthest."),
        ("RED", Status.WRONG, "your answer is 'RED': it differs only in upper and lower case."),
        ("red ", Status.WRONG, "your answer is 'red ': it differs only in its blanks or line ends."),
        (3, Status.WRONG, "your answer is 3: it is an int, wanted a string."),
        (None, Status.WRONG, "your answer is None: it is None, wanted a string."),
        (len, Status.ERROR, "a value is wanted, but a function came: pass what it returns."),
        (..., Status.NOT_ATTEMPTED, "replace the `...` of `nearest` by your answer."),
        (("red", ...), Status.NOT_ATTEMPTED, "replace the `...` of `nearest` by your answer."),
        ({"a": ...}, Status.NOT_ATTEMPTED, "replace the `...` of `nearest` by your answer."),
    ],
)
def test_value_exercises(answer, status, message):
    assert NEAREST.check(answer) == Outcome(status, message)


def test_a_value_may_be_given_where_the_solution_needs_the_notebook():
    exercise = fresh(NEAREST, code="nearest = words[scores.argmax()]", expected="red")
    assert exercise.check("red").status is Status.CORRECT


def test_an_array_answer_is_compared_and_never_an_ambiguous_truth_value():
    exercise = fresh(NEAREST, code="nearest = np.eye(2)", mistakes=())
    assert exercise.check(np.eye(2)).status is Status.CORRECT
    assert exercise.check(np.zeros((2, 2))).message == (
        "your answer is array([[0.0, 0.0], [0.0, 0.0]]): it differs in 2 of 4 entries: "
        "the first, at [0, 0], is too small."
    )


@pytest.mark.parametrize("wanted", [1.5, "red", [1], (1, 2), {"a": 1}, {1}, None, True, np.eye(2)], ids=str)
def test_hostile_objects_get_an_outcome(wanted):
    class Hostile:
        def __getattr__(self, name):
            raise RuntimeError

        __eq__ = __len__ = __iter__ = __bool__ = __array__ = __float__ = __repr__ = __hash__ = __getattr__

    outcome = fresh(NEAREST, expected=wanted, mistakes=(Mistake(3, "three"),)).check(Hostile())
    assert outcome.status is Status.WRONG
    assert RECALL.check(Hostile()).status is Status.ERROR
    assert RECALL.check(lambda *args: Hostile()).status is Status.WRONG


def test_a_list_that_holds_itself_gets_an_outcome():
    endless: list = [1]
    endless.append(endless)
    other: list = [1]
    other.append(other)
    assert fresh(NEAREST, expected=endless, mistakes=()).check(other).status is Status.WRONG


# ------------------------------------------------------------------------------------------------ own checks


def test_check_fn_tests_properties_of_a_function():
    def keeps_length(answer):
        return None if len(answer([1, 2, 3])) == 3 else "`shuffled` must keep every item."

    exercise = Exercise(
        id="99.shuffled",
        title="Shuffle",
        starter="def shuffled(items):\n    return ...\n",
        code="def shuffled(items):\n    return items[::-1]\n",
        hints=("Any order will do.",),
        check_fn=keeps_length,
    )
    assert exercise.check(lambda items: items).message == "`shuffled` passes the test."
    assert exercise.check(lambda items: []) == Outcome(Status.WRONG, "`shuffled` must keep every item.")
    assert exercise.check(lambda items: items.nothing) == Outcome(
        Status.ERROR, "while it was tested, your answer raised AttributeError: 'list' object has no attribute "
        "'nothing' (line 1 of the function).",
    )  # fmt: skip


def test_check_fn_tests_a_value_alone_or_after_the_comparison():
    def even(answer):
        return "an even number is wanted." if answer % 2 else None

    alone = fresh(NEAREST, check_fn=even, mistakes=())
    assert [alone.check(4).status, alone.check(3).message] == [Status.CORRECT, "an even number is wanted."]
    assert alone.check("a").status is Status.ERROR
    both = fresh(alone, expected=3)
    assert both.check(4).message == "your answer is 4: it is too large."
    assert both.check(3).message == "an even number is wanted."


# -------------------------------------------------------------------------------------------- hints, solution


def test_hints_come_one_by_one_and_the_last_is_repeated():
    exercise, last = fresh(), "(This was the last hint; `.solution()` shows a solution.)"
    assert [str(exercise.hint()) for _ in range(4)] == [
        "Hint 1 of 2: Which of the first k are relevant?",
        "Hint 2 of 2: Divide by the number of relevant documents.",
        f"Hint 2 of 2: Divide by the number of relevant documents. {last}",
        f"Hint 2 of 2: Divide by the number of relevant documents. {last}",
    ]
    assert str(fresh().hint()) == "Hint 1 of 2: Which of the first k are relevant?", "state is the object's own"
    assert fresh().hint()._repr_mimebundle_()["text/html"] == card("Hint 1 of 2", "Which of the first k are relevant?")


def test_the_solution_is_shown_as_text_and_as_code():
    code = RECALL.code.strip("\n")
    assert RECALL.solution()._repr_mimebundle_() == {"text/plain": code, "text/markdown": f"```python\n{code}\n```"}
    assert str(RECALL.solution()) == code


def test_an_outcome_shows_itself_in_words_escaped_in_html():
    outcome = Outcome(Status.WRONG, "gave '<b>': `a < b`\nlook")
    bundle = outcome._repr_mimebundle_()
    assert bundle["text/plain"] == str(outcome) == "Not yet: gave '<b>': `a < b`\nlook"
    assert bundle["text/html"] == (
        '<div style="border-left: 4px solid #D55E00; padding: 0.3em 0.8em; margin: 0.2em 0; max-width: 50em">'
        "<strong>Not yet:</strong> gave '&lt;b&gt;': <code>a &lt; b</code><br>look</div>"
    )
    assert set(bundle) == {"text/plain", "text/html"}


def test_all_four_words_are_different_and_no_text_colour_is_set():
    assert [status.value for status in Status] == ["Correct", "Not yet", "Not attempted", "Error"]
    assert all(" color:" not in card(s.value, "x") and "background" not in card(s.value, "x") for s in Status)


def test_inline_html_marks_code_and_bold():
    assert inline_html("**a** & `**b**`") == "<strong>a</strong> &amp; <code>**b**</code>"
    assert inline_html("`x**2` + `y**2`") == "<code>x**2</code> + <code>y**2</code>"


# ------------------------------------------------------------------------------------------ progress and check


def test_checking_goes_on_when_progress_cannot_be_written_and_says_so_once(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "file" / "below"))
    assert NEAREST.check("red").message == "that is right.\n(Your progress could not be saved: not a directory.)"
    assert NEAREST.check("red").message == "that is right."
    assert SORT.check(lambda x: sorted(x)[::-1]).message == "`best_first` passes the case."


# ----------------------------------------------------------------------------------------------- construction


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "recall"}, r"id must look like '15.recall_at_k', not 'recall'"),
        ({"hints": ()}, r"99.recall_at_k: hints must be a tuple with at least one string"),
        ({"hints": "Think."}, r"99.recall_at_k: hints must be a tuple with at least one string"),
        ({"expected": 3}, r"99.recall_at_k: a function exercise takes cases, not expected"),
        ({"cases": ()}, r"99.recall_at_k: a function exercise needs cases or check_fn"),
        ({"code": "x = 1"}, r"cases are given, but the solution defines no function recall_at_k"),
    ],
)
def test_an_exercise_that_makes_no_sense_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        fresh(**changes)


def test_text_that_defines_another_name_is_refused():
    with pytest.raises(ValueError, match=r"99\.recall_at_k: the text defines no recall_at_k"):
        RECALL.define("def recall(): pass")


def test_exercises_and_outcomes_are_frozen():
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'title'"):
        RECALL.title = "other"
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'status'"):
        RECALL.check(...).status = Status.CORRECT


def test_warnings_of_the_engines_own_code_are_not_the_learners():
    exercise = Exercise(
        id="99.ratio",
        title="Ratio",
        starter="def ratio(x):\n    return ...\n",
        code="def ratio(x):\n    return x / x\n",
        hints=("Divide.",),
        cases=(Case("np.zeros(2)", "zeros"),),
        mistakes=(Mistake("def ratio(x):\n    return 1 / x", "upside down"),),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert exercise.check(lambda x: x).status is Status.WRONG
    with pytest.warns(RuntimeWarning, match="invalid value"):  # the learner's own does come through
        assert exercise.check(lambda x: x / x).status is Status.CORRECT


def test_the_engine_reads_no_library_before_the_first_comparison():
    code = """
        import sys
        from embedlab.exercises import checker, progress, quiz
        print(sorted({"numpy", "IPython", "ipywidgets", "matplotlib", "pandas"} & set(sys.modules)))
    """
    assert run_python(code) == "[]\n"


def run_python(code: str, *options: str, **environment: str) -> str:
    command = [sys.executable, *options, "-c", textwrap.dedent(code)]
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_optimised_python_judges_alike(tmp_path):
    code = """
        from tests.test_exercises_engine import NEAREST, RECALL, precision, recall
        for answer in (recall, precision, lambda *a: None, lambda *a: 1 / 0, RECALL.define(RECALL.starter), 3):
            print(RECALL.check(answer))
        for answer in ("red", "blue", ..., None):
            print(NEAREST.check(answer))
    """
    plain, optimised = (run_python(code, *option, EMBEDLAB_HOME=str(tmp_path)) for option in ([], ["-O"]))
    assert plain == optimised
    words = [line.partition(":")[0] for line in plain.splitlines() if line.startswith(("Cor", "Not", "Err"))]
    assert words == [
        "Correct", "Not yet", "Not yet", "Error", "Not attempted", "Error",
        "Correct", "Not yet", "Not attempted", "Not yet",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------- comparison

Point = namedtuple("Point", "x y")


@dataclass
class Result:
    name: str
    vector: np.ndarray


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (0.1 * 3, 0.3),
        (np.float32(0.1), 0.1),
        (np.array(2), 2),
        (3.0, 3),
        (Fraction(1, 2), 0.5),
        (float("nan"), float("nan")),
        (np.True_, True),
        (np.str_("a"), "a"),
        ([1, (2.0, {"a": np.ones(2)})], [1, (2.0, {"a": np.ones(2) + 1e-9})]),
        ((1, 2), Point(1, 2)),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array([np.nan, 1]), np.array([np.nan, 1])),
        (np.array(["a", "b"]), np.array(["a", "b"])),
        (frozenset({1}), {1}),
        (None, None),
        (len, len),
        (Result("a", np.ones(2)), Result("a", np.ones(2))),
    ],
    ids=lambda value: str(value).partition(" at 0x")[0],
)
def test_equal_values(got, wanted):
    assert difference(got, wanted) is None


@pytest.mark.parametrize(
    ("got", "wanted", "clause"),
    [
        (2, 1, "it is too large"),
        (0.2, 0.3, "it is too small"),
        (-0.3, 0.3, "it has the wrong sign"),
        (float("nan"), 1.0, "it is nan"),
        (float("inf"), 1.0, "it is inf"),
        (1.0, float("nan"), "it is a different number"),
        (100_001, 100_000, "it is too large"),
        (True, 1, "it is a bool, wanted a number"),
        (1, True, "it is an int, wanted True or False"),
        (False, True, "it is False"),
        (None, 1, "it is None, wanted a number"),
        (1, None, "it is an int, wanted None"),
        ("1", 1, "it is a str, wanted a number"),
        (np.zeros(3), np.zeros((3, 2)), "it has shape (3,), wanted (3, 2)"),
        ([1, 2], np.array([1, 2]), "it is a list, wanted a NumPy array"),
        (np.array([1, 2]), [1, 2], "it is an array of shape (2,), wanted a list"),
        ((1, 2), [1, 2], "it is a tuple, wanted a list"),
        ({1: 2}, {1}, "it is a dict, wanted a set"),
        ((i for i in "ab"), ["a", "b"], "it is a generator, wanted a list"),
        ([1], [1, 2], "it has 1 item, wanted 2"),
        ([2, 1], [1, 2], "it has the right items in the wrong order"),
        ([1, 5], [1, 2], "its item [1] is too large"),
        ([1, [2, 3]], [1, [2, 4]], "its item [1][1] is too small"),
        ({"a": [1.0]}, {"a": [2.0]}, "its item ['a'][0] is too small"),
        ({}, {"secret": 1}, "it lacks 1 key"),
        ({"b": 1, "c": 2}, {"a": 1, "d": 3}, "it lacks 2 keys and has 2 keys too many ('b', 'c')"),
        ({1, 9}, {1, 2}, "it lacks 1 item and has 1 item too many (9)"),
        (np.array([2, 1]), np.array([1, 2]), "it has the right numbers in the wrong places"),
        (np.array([1, 5, 3]), np.array([1, 2, 4]), "it differs in 2 of 3 entries: the first, at [1], is too large"),
        (np.array([True]), np.array([1]), "it holds True or False, wanted numbers"),
        (np.array(["a"]), np.array(["b"]), "it differs in 1 of 1 entries: the first, at [0], is a different string"),
        (len, max, "it has a different value"),
        (recall, precision, "it has a different value"),
        (Result("a", np.ones(2)), Result("a", np.zeros(2)),
         "its item ['vector'] differs in 2 of 2 entries: the first, at [0], is too large"),
        (object(), Result("a", np.ones(2)), "it is an object, wanted a Result"),
    ],
    ids=lambda value: str(value).partition(" at 0x")[0],
)  # fmt: skip
def test_different_values_are_told_apart_in_words(got, wanted, clause):
    assert difference(got, wanted) == clause


def test_the_tolerance_is_the_exercises():
    assert difference(1.01, 1.0, Tolerance(rtol=0.02)) is None
    assert difference(1.03, 1.0, Tolerance(rtol=0.02)) == "it is too large"
    assert difference(np.array([0.009]), np.array([0.0]), Tolerance(atol=0.01)) is None
    assert fresh(rtol=1.0).check(precision).status is Status.CORRECT


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_whatever_it_is_it_equals_itself(value):
    assert difference(value, value) is None


@given(values, values)
def test_a_difference_is_told_as_one_clause(a, b):
    clause = difference(a, b)
    if clause is None:
        assert type(a) is type(b) or {type(a), type(b)} == {int, float}
    else:
        assert clause.startswith(("it ", "its item "))
        assert "\n" not in clause


@given(values, st.integers())
def test_an_added_item_is_always_noticed(value, extra):
    assert difference([value, extra], [value]) == "it has 2 items, wanted 1"
    assert difference([value], [value, extra]) == "it has 1 item, wanted 2"
    assert difference({"a": value}, {"a": value, "b": extra}) == "it lacks 1 key"


@given(st.floats(1e3, 1e9), st.floats(1e3, 1e9))
def test_a_wanted_number_is_never_told(got, wanted):
    clause = difference([got], [wanted])
    assert clause is None or clause in ("its item [0] is too large", "its item [0] is too small")


@given(st.lists(st.floats(-10, 10).map(lambda x: round(x, 2)), min_size=1, max_size=9), st.randoms())
def test_reordered_numbers_are_recognised(numbers, random):
    shuffled = numbers[:]
    random.shuffle(shuffled)
    told = difference(np.array(shuffled), np.array(numbers))
    assert told in (None, "it has the right numbers in the wrong places")


@given(values, st.integers(10, 60))
def test_shortened_values_fit_on_a_line(value, width):
    text = shorten(value, width)
    assert len(text) <= width
    assert "\n" not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "0.333333"),
        (1.0, "1.0"),
        (np.float32(0.1), "0.1"),
        ((1,), "(1,)"),
        (set("hgfedcba"), "{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}"),
        ({10, 9}, "{9, 10}"),
        ({1, "a"}, "{'a', 1}"),
        (set(), "set()"),
        ({"k": 1 / 3}, "{'k': 0.333333}"),
        (np.array([0.1, 2]), "array([0.1, 2.0])"),
        (np.zeros((100, 3)), "array of shape (100, 3)"),
        (list(range(20)), "[0, 1, 2, 3, 4, 5, 6, 7, …]"),
        ("x" * 100, "'" + "x" * 58 + "…"),
        ("two\nlines", r"'two\nlines'"),
        (test_equal_values, "<function test_equal_values>"),
    ],
)  # fmt: skip
def test_shortened(value, text):
    assert shorten(value) == text
