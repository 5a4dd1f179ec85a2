"""Checks a learner's answer and says what is wrong, in which case, and never what the answer is.

An `Exercise` is data: a starter, a solution, cases, typical mistakes, hints. The wanted result of a case
comes from running the solution, and the remark that a wrong answer earns from running the typical mistakes:
if the learner's result equals that of a mistake, its remark is shown. So nothing is written down twice.

The learner's objects are only called or compared, with copies of the cases' arguments.
The manner (four outcomes, one hint at a time, "did you forget `return`?") follows Kaggle's learntools.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType, FunctionType
from typing import NamedTuple

from embedlab.exercises import progress
from embedlab.exercises._cards import Hint, Outcome, Solution, Status
from embedlab.exercises._compare import Tolerance, difference, shorten

NOT_GIVEN = object()


@dataclass(frozen=True)
class Case:
    """One call that a function exercise is tried with.

    Parameters
    ----------
    args : tuple or str
        The arguments; or their source text, such as ``"np.eye(3), 2"``, evaluated after the exercise's
        ``setup`` when first needed (so that an exercise module need not import NumPy).
    label : str
        What is special about the case, in a few words: the learner reads it.
    """

    args: tuple[object, ...] | str
    label: str


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer and the remark that it earns.

    Parameters
    ----------
    answer : object
        The code (str) that defines the wrong function; in a value exercise the wrong value.
    message : str
        One line that says what was overlooked; it follows the line that says which case failed.
    """

    answer: object
    message: str


class _Trial(NamedTuple):
    result: object
    changed: int | None  # position of the first argument that the call changed


@dataclass(frozen=True, eq=False)
class Exercise:
    r"""One checked exercise; the notebook calls `check`, `hint` and `solution`.

    It is a function exercise if the solution's code defines a function of the exercise's name, else a value
    exercise.

    Parameters
    ----------
    id : str
        Number of the notebook, a dot, and the name of the function or value: ``"15.recall_at_k"``.
    title : str
    starter : str
        Text of the cell that the notebook shows; it runs, and counts as not attempted.
    code : str
        A solution. That of a value exercise may use the notebook's variables if ``expected`` is given.
    hints : tuple of str
        From vague to nearly told.
    cases : tuple of Case
        Function exercises only.
    expected : object, optional
        Value exercises only; without it and ``check_fn`` the value comes from running the solution.
    check_fn : callable, optional
        ``check_fn(answer)`` returns None or what is wrong, in one line; asked after cases and value are right.
    mistakes : tuple of Mistake
    remark : str
        Shown after a correct answer: what to take away.
    setup : str
        Run before the solution, the mistakes and the cases.
    rtol, atol : float
        Tolerance for numbers that are wanted as floats.

    Raises
    ------
    ValueError
        If the id or a combination of the arguments makes no sense.

    Examples
    --------
    >>> double = Exercise(
    ...     id="99.double",
    ...     title="Twice",
    ...     starter="def double(x):\n    return ...",
    ...     code="def double(x):\n    return 2 * x",
    ...     hints=("Add x to itself.",),
    ...     cases=(Case((3,), "a small number"),),
    ...     mistakes=(Mistake("def double(x):\n    return x ** 2", "That is the square."),),
    ... )
    >>> print(double.check(lambda x: x * x))
    Not yet: in the case “a small number”, double(3) gave 9: it is too large.
    That is the square.
    >>> print(double.hint())
    Hint 1 of 1: Add x to itself.
    """

    id: str
    title: str
    starter: str
    code: str
    hints: tuple[str, ...]
    cases: tuple[Case, ...] = ()
    expected: object = NOT_GIVEN
    check_fn: Callable[[object], str | None] | None = None
    mistakes: tuple[Mistake, ...] = ()
    remark: str = ""
    setup: str = "import numpy as np"
    rtol: float = Tolerance().rtol
    atol: float = Tolerance().atol
    _hints_shown: list[int] = field(default_factory=lambda: [0], init=False, repr=False)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d\d\.[a-z_][a-z0-9_]*", self.id):
            raise ValueError(f"id must look like '15.recall_at_k', not {self.id!r}")
        if not self.hints or isinstance(self.hints, str):
            raise ValueError(f"{self.id}: hints must be a tuple with at least one string")
        faults = {
            "a function exercise takes cases, not expected": self.is_function and self.expected is not NOT_GIVEN,
            "a function exercise needs cases or check_fn": self.is_function and not (self.cases or self.check_fn),
            f"cases are given, but the solution defines no function {self.name}": self.cases and not self.is_function,
        }  # fmt: skip
        for fault, present in faults.items():
            if present:
                raise ValueError(f"{self.id}: {fault}")

    @property
    def name(self) -> str:
        """Name of the function or value: the id without the notebook's number."""
        return self.id.partition(".")[2]

    @property
    def progress_ids(self) -> tuple[str, ...]:
        """What this exercise counts as in the course's progress."""
        return (self.id,)

    @cached_property
    def is_function(self) -> bool:
        """Whether the solution defines a function of the exercise's name."""
        return any(isinstance(n, ast.FunctionDef) and n.name == self.name for n in ast.parse(self.code).body)

    def check(self, answer: object = ...) -> Outcome:
        """Compare the answer (the function itself, or the value) with the solution, and note success.

        Parameters
        ----------
        answer : object
            Never changed. Nonsense gets an outcome too, never a traceback.
        """
        outcome = self._check_function(answer) if self.is_function else self._check_value(answer)
        if outcome.status is not Status.CORRECT:
            return outcome
        return Outcome(Status.CORRECT, _lines(outcome.message, self.remark, progress.record(self.id)))

    def hint(self) -> Hint:
        """Show the next hint; after the last one it is repeated."""
        shown, total = self._hints_shown[0], len(self.hints)
        if shown == total:
            more = " (This was the last hint; `.solution()` shows a solution.)"
            return Hint(total, total, self.hints[-1] + more)
        self._hints_shown[0] = shown + 1
        return Hint(shown + 1, total, self.hints[shown])

    def solution(self) -> Solution:
        """Show a solution."""
        return Solution(self.code.strip("\n"))

    def define(self, text: str) -> object:
        """Run ``setup`` and trusted ``text`` and return what it calls by the exercise's name."""
        space = self._space()
        exec(compile(text, f"<{self.id}>", "exec"), space)
        if self.name not in space:
            raise ValueError(f"{self.id}: the text defines no {self.name}")
        return space[self.name]

    def _space(self) -> dict[str, object]:
        space: dict[str, object] = {"__name__": f"exercise_{self.name}"}
        exec(compile(self.setup, f"<{self.id} setup>", "exec"), space)
        return space

    def _difference(self, got: object, wanted: object) -> str | None:
        try:
            return difference(got, wanted, Tolerance(self.rtol, self.atol))
        except Exception:  # a learner's object may fail in any of its methods
            return f"it is of type {type(got).__name__} and could not be compared"

    # Value exercises

    @cached_property
    def _wanted(self) -> object:
        if self.expected is not NOT_GIVEN:
            return self.expected
        return NOT_GIVEN if self.check_fn else _quietly(self.define, self.code)

    def _check_value(self, answer: object) -> Outcome:
        if _is_blank(answer):
            return Outcome(Status.NOT_ATTEMPTED, f"replace the `...` of `{self.name}` by your answer.")
        if callable(answer) and not callable(self._wanted):
            return Outcome(Status.ERROR, "a value is wanted, but a function came: pass what it returns.")
        off = None if self._wanted is NOT_GIVEN else self._difference(answer, self._wanted)
        if off:
            return _wrong(f"your answer is {shorten(answer)}: {off}.", self._remark_on(answer))
        return self._ask_check_fn(answer, "that is right.")

    def _remark_on(self, value: object) -> str:
        return next((m.message for m in self.mistakes if self._difference(value, m.answer) is None), "")

    # Function exercises

    @cached_property
    def _arguments(self) -> tuple[tuple[object, ...], ...]:
        space = self._space()
        return tuple(tuple(eval(f"[{c.args}]", space)) if isinstance(c.args, str) else c.args for c in self.cases)

    @cached_property
    def _references(self) -> tuple[_Trial, ...]:
        function = _quietly(self.define, self.code)
        return tuple(_quietly(self._try, function, number) for number in range(len(self.cases)))

    @cached_property
    def _wrong_functions(self) -> tuple[tuple[Callable[..., object], str], ...]:
        return tuple((_quietly(self.define, m.answer), m.message) for m in self.mistakes)

    def _check_function(self, answer: object) -> Outcome:
        if answer is ... or self._is_starter(answer):
            return self._not_attempted()
        if not callable(answer):
            advice = f"pass the function itself, `check({self.name})`, not {shorten(answer, 40)}."
            return Outcome(Status.ERROR, advice)
        for number in range(len(self.cases)):
            outcome = self._check_case(answer, number)
            if outcome:
                return outcome
        passed = {0: "the test", 1: "the case"}.get(len(self.cases), f"all {len(self.cases)} cases")
        return self._ask_check_fn(answer, f"`{self.name}` passes {passed}.")

    def _not_attempted(self) -> Outcome:
        return Outcome(Status.NOT_ATTEMPTED, f"replace the `...` in `{self.name}` by your code.")

    def _check_case(self, answer: Callable[..., object], number: int) -> Outcome | None:
        try:
            trial = self._try(answer, number)
        except (Exception, SystemExit) as error:
            return Outcome(Status.ERROR, f"{self._call(number)} {_raised(error, answer)}.")
        if trial.result is ...:
            return self._not_attempted()
        fault = self._fault(trial, number)
        if fault is None:
            return None
        if trial.result is None:
            return _wrong(f"{self._call(number)} gave None: did you forget `return`?")
        if trial.changed is not None:
            fault = fault.replace("its argument", f"its argument {_parameter(answer, trial.changed)}")
        return _wrong(f"{self._call(number)} {fault}", self._remark_for(trial, number))

    def _try(self, function: Callable[..., object], number: int) -> _Trial:
        arguments = self._arguments[number]
        mine = copy.deepcopy(list(arguments))
        result = function(*mine)
        kept = [self._difference(m, a) is None for m, a in zip(mine, arguments, strict=True)]
        return _Trial(result, None if all(kept) else kept.index(False))

    def _fault(self, trial: _Trial, number: int) -> str | None:
        reference = self._references[number]
        off = self._difference(trial.result, reference.result)
        if off:
            return f"gave {shorten(trial.result)}: {off}."
        if trial.changed is not None and reference.changed is None:
            return "gave the right result, but changed its argument: work on a copy."
        return None

    def _remark_for(self, trial: _Trial, number: int) -> str:
        """Find the typical mistake that fails this case in just the learner's way."""
        for function, message in self._wrong_functions:
            try:
                theirs = _quietly(self._try, function, number)
            except Exception:  # this mistake breaks off here, the learner's function did not
                continue
            alike = self._difference(trial.result, theirs.result) is None and trial.changed == theirs.changed
            if alike and self._fault(theirs, number):
                return message
        return ""

    def _call(self, number: int) -> str:
        """Name the case, and show the call where it is short."""
        case = self.cases[number]
        inside = case.args if isinstance(case.args, str) else ", ".join(shorten(a, 50) for a in case.args)
        inside = " ".join(inside.split())
        call = f"{self.name}({inside})" if len(inside) <= 60 and "…" not in inside else self.name
        return f"in the case “{case.label}”, {call}"

    def _is_starter(self, answer: object) -> bool:
        """Compare compiled code, not text: it works wherever the function came from."""
        if not isinstance(answer, FunctionType):
            return False
        given = compile(self.starter, "<starter>", "exec", dont_inherit=True).co_consts
        return any(isinstance(c, CodeType) and _essence(c) == _essence(answer.__code__) for c in given)

    def _ask_check_fn(self, answer: object, praise: str) -> Outcome:
        if self.check_fn is None:
            return Outcome(Status.CORRECT, praise)
        try:
            fault = self.check_fn(answer)
        except (Exception, SystemExit) as error:
            return Outcome(Status.ERROR, f"while it was tested, your answer {_raised(error, answer)}.")
        return _wrong(fault) if fault else Outcome(Status.CORRECT, praise)


def _quietly(function: Callable[..., object], *args: object) -> object:
    # The learner must not read warnings about code that is not theirs.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _wrong(*parts: str) -> Outcome:
    return Outcome(Status.WRONG, _lines(*parts))


def _is_blank(answer: object) -> bool:
    parts = answer.values() if isinstance(answer, dict) else answer
    return answer is ... or (isinstance(answer, (list, tuple, dict)) and any(part is ... for part in parts))


def _parameter(function: Callable[..., object], position: int) -> str:
    try:
        return f"`{list(inspect.signature(function).parameters)[position]}`"
    except (TypeError, ValueError, IndexError):  # a built-in function, or *args
        return f"number {position + 1}"


def _raised(error: BaseException, function: object) -> str:
    """Tell the exception in one line, with the line of the learner's function if it is known."""
    code = function.__code__ if isinstance(function, FunctionType) else None
    trace, place = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code is code:
            place = f" (line {trace.tb_lineno - code.co_firstlineno + 1} of the function)"
        trace = trace.tb_next
    try:
        said = re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(str(error).split()))
    except Exception:  # an exception class of the learner's own may fail here
        said = ""
    said = said if len(said) <= 120 else said[:119] + "…"
    return f"raised {type(error).__name__}{': ' + said if said else ''}{place}"


def _essence(code: CodeType) -> tuple[object, ...]:
    """Return what a function does, without where it stands."""
    constants = tuple(_essence(c) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.co_name, code.co_varnames, code.co_names, code.co_code, repr(constants)
