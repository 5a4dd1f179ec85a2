"""Checks a learner's function and says what is wrong, in which case, and never what the answer is.

An exercise is its own solution: a function under `exercise`, which adds hints and cases; below it stand the
typical mistakes, functions too. The wanted result of a case comes from calling the solution, and the remark that
a wrong answer earns from calling the mistakes: if the learner's result equals that of a mistake, its remark is
shown. The cell that the notebook shows and the solution are cut from the source. So nothing is written down twice.

The learner's function is only called, with copies of the cases' arguments.
The manner (four outcomes, one hint at a time, "did you forget `return`?") follows Kaggle's learntools.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from types import FunctionType
from typing import NamedTuple

from embedlab.exercises import progress
from embedlab.exercises.cards import Hint, Outcome, Solution, Status
from embedlab.exercises.compare import difference, shorten

Function = Callable[..., object]


class Case(NamedTuple):
    """One call that an exercise is tried with; the label says in a few words what is special about it."""

    label: str
    args: tuple[object, ...]


def case(label: str, *args: object) -> Case:
    """Write a case as its label, which the learner reads, and the arguments of the call.

    Examples
    --------
    >>> case("a small number", 3)
    Case(label='a small number', args=(3,))
    """
    return Case(label, args)


class Mistake(NamedTuple):
    """A typical wrong answer, and one line that says what was overlooked."""

    function: Function
    remark: str


class _Source(NamedTuple):
    """The text of a function in three parts, without its decorators."""

    signature: str
    docstring: str
    body: str


class _Trial(NamedTuple):
    result: object
    changed: int | None  # position of the first argument that the call changed


def exercise(
    title: str, *, hints: tuple[str, ...], cases: tuple[Case, ...], remark: str = ""
) -> Callable[[FunctionType], Exercise]:
    """Make an exercise of the function below: a solution, whose docstring is the task.

    Its id is the number of the module, ``nb15``, a dot, and the function's name: ``"15.recall_at_k"``.

    Parameters
    ----------
    title : str
    hints : tuple of str
        From vague to nearly told.
    cases : tuple of Case
        Tried in this order; the first that fails is told.
    remark : str
        Shown after a correct answer: what to take away.

    Raises
    ------
    ValueError
        If the module's name has no number, or there are no hints or no cases; later if there is no docstring.
    TypeError
        If the function cannot be called with the arguments of a case.

    Examples
    --------
    >>> def double(x):
    ...     '''Twice a number.'''
    ...     return 2 * x
    >>> double.__module__ = "nb99"  # as if it stood there
    >>> double = exercise("Twice", hints=("Add x to itself.",), cases=(case("a small number", 3),))(double)
    >>> @double.mistake("That is the square.")
    ... def _(x):
    ...     return x**2
    >>> print(double.check(lambda x: x * x))
    Not yet: in the case “a small number”, double(3) gave 9: it is too large.
    That is the square.
    >>> print(double.hint())
    Hint 1 of 1: Add x to itself.
    """
    return lambda function: Exercise(function, title, hints, cases, remark)


@dataclass(frozen=True, eq=False)
class Exercise:
    """One checked exercise, made by `exercise`; the notebook calls `check`, `hint` and `solution`."""

    function: FunctionType
    title: str
    hints: tuple[str, ...]
    cases: tuple[Case, ...]
    remark: str = ""
    mistakes: list[Mistake] = field(default_factory=list, init=False, repr=False)
    _hints_shown: list[int] = field(default_factory=lambda: [0], init=False, repr=False)

    def __post_init__(self) -> None:
        module = self.function.__module__
        if not re.fullmatch(r"(.*\.)?nb\d\d", module):
            raise ValueError(f"an exercise must stand in a module such as nb15, but {self.name} stands in {module!r}")
        if not self.hints or isinstance(self.hints, str):
            raise ValueError(f"{self.id}: hints must be a tuple with at least one string")
        if not self.cases or isinstance(self.cases, Case):
            raise ValueError(f"{self.id}: cases must be a tuple with at least one case")
        for label, args in self.cases:
            try:
                inspect.signature(self.function).bind(*args)
            except TypeError as error:
                raise TypeError(f"{self.id}: the case {label!r} does not fit the function: {error}") from None

    @property
    def name(self) -> str:
        """Name of the function: the id without the notebook's number."""
        return self.function.__name__

    @property
    def id(self) -> str:
        """Number of the notebook, a dot, and the name: ``"15.recall_at_k"``."""
        return f"{self.function.__module__[-2:]}.{self.name}"

    @property
    def progress_ids(self) -> tuple[str, ...]:
        """What this exercise counts as in the course's progress."""
        return (self.id,)

    @property
    def starter(self) -> str:
        """Text of the cell that the notebook shows: signature, docstring, ``return ...`` and the check."""
        signature, docstring, _ = self._source
        return f"{signature}\n{docstring}\n    return ...\n\n\nex.{self.name}.check({self.name})\n"

    @cached_property
    def _source(self) -> _Source:
        text = textwrap.dedent(inspect.getsource(self.function))
        lines, definition = text.split("\n"), ast.parse(text).body[0]
        if ast.get_docstring(definition) is None:
            raise ValueError(f"{self.id}: the function must have a docstring, which is the task")
        cuts = definition.lineno - 1, definition.body[0].lineno - 1, definition.body[0].end_lineno, len(lines)
        return _Source(*("\n".join(lines[start:end]).strip("\n") for start, end in pairwise(cuts)))

    def mistake(self, remark: str) -> Callable[[Function], Function]:
        """Note the function below as a typical mistake, and the line that those who make it shall read."""

        def note(function: Function) -> Function:
            self.mistakes.append(Mistake(function, remark))
            return function

        return note

    def check(self, answer: object = ...) -> Outcome:
        """Compare the answer, the function itself, with the solution, and note success.

        Parameters
        ----------
        answer : object
            Never changed. Nonsense gets an outcome too, never a traceback.
        """
        outcome = self._check(answer)
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
        signature, _, body = self._source
        return Solution(f"{signature}\n{body}")

    @cached_property
    def _references(self) -> tuple[_Trial, ...]:
        return tuple(_quietly(_try, self.function, args) for _, args in self.cases)

    def _check(self, answer: object) -> Outcome:
        if answer is ...:
            return self._not_attempted()
        if not callable(answer):
            advice = f"pass the function itself, `check({self.name})`, not {shorten(answer, 40)}."
            return Outcome(Status.ERROR, advice)
        for case, reference in zip(self.cases, self._references, strict=True):
            outcome = self._check_case(answer, case, reference)
            if outcome:
                return outcome
        passed = "the case" if len(self.cases) == 1 else f"all {len(self.cases)} cases"
        return Outcome(Status.CORRECT, f"`{self.name}` passes {passed}.")

    def _not_attempted(self) -> Outcome:
        return Outcome(Status.NOT_ATTEMPTED, f"replace the `...` in `{self.name}` by your code.")

    def _check_case(self, answer: Function, case: Case, reference: _Trial) -> Outcome | None:
        place = f"in the case “{case.label}”, {_call(self.name, case.args)}"
        try:
            trial = _try(answer, case.args)
        except (Exception, SystemExit) as error:
            return Outcome(Status.ERROR, f"{place} {_raised(error, answer)}.")
        if trial.result is ...:
            return self._not_attempted()
        fault = _fault(trial, reference)
        if fault is None:
            return None
        if trial.result is None:
            return _wrong(f"{place} gave None: did you forget `return`?")
        if trial.changed is not None:
            fault = fault.replace("its argument", f"its argument {_parameter(answer, trial.changed)}")
        return _wrong(f"{place} {fault}", self._remark_for(trial, case, reference))

    def _remark_for(self, trial: _Trial, case: Case, reference: _Trial) -> str:
        """Find the typical mistake that fails this case in just the learner's way."""
        for function, remark in self.mistakes:
            try:
                theirs = _quietly(_try, function, case.args)
            except Exception:  # this mistake breaks off here, the learner's function did not
                continue
            alike = _difference(trial.result, theirs.result) is None and trial.changed == theirs.changed
            if alike and _fault(theirs, reference):
                return remark
        return ""


def _try(function: Function, arguments: tuple[object, ...]) -> _Trial:
    mine = copy.deepcopy(list(arguments))
    result = function(*mine)
    kept = [_difference(m, a) is None for m, a in zip(mine, arguments, strict=True)]
    return _Trial(result, None if all(kept) else kept.index(False))


def _fault(trial: _Trial, reference: _Trial) -> str | None:
    off = _difference(trial.result, reference.result)
    if off:
        return f"gave {shorten(trial.result)}: {off}."
    if trial.changed is not None and reference.changed is None:
        return "gave the right result, but changed its argument: work on a copy."
    return None


def _difference(got: object, wanted: object) -> str | None:
    try:
        return difference(got, wanted)
    except Exception:  # a learner's object may fail in any of its methods
        return f"it is of type {type(got).__name__} and could not be compared"


def _quietly(function: Function, *args: object) -> object:
    # The learner must not read warnings about code that is not theirs.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _wrong(*parts: str) -> Outcome:
    return Outcome(Status.WRONG, _lines(*parts))


def _call(name: str, args: tuple[object, ...]) -> str:
    """Show the call as one would type it, or the name alone where that is long."""
    shown = [shorten(a, 61) for a in args]
    inside = ", ".join(f"np.{text}" if text.startswith("array(") else text for text in shown)
    whole = len(inside) <= 60 and "…" not in inside and "array of shape" not in inside
    return f"{name}({inside})" if whole else name


def _parameter(function: Function, position: int) -> str:
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
