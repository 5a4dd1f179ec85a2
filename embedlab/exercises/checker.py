"""Checks a learner's function and says what is wrong, in which case, and never what the answer is.

An exercise is its own solution: a function under `exercise`, which adds hints and cases; below it stand the
typical mistakes, functions too. The wanted result of a case comes from calling the solution, and the remark that
a wrong answer earns from calling the mistakes: a remark is shown if its mistake does what the learner's function
does in every case. The cell that the notebook shows and the solution are cut from the source. So nothing is written
down twice.

The learner's function is only called, with copies of the cases' arguments.
The manner (four outcomes, one hint at a time, "did you forget `return`?") follows Kaggle's learntools.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from types import AsyncGeneratorType, CoroutineType, FunctionType
from typing import NamedTuple

from embedlab.exercises import progress
from embedlab.exercises.calls import Function, Trial, attempt, limited, off, quiet, raised, undisturbed
from embedlab.exercises.cards import Hint, Outcome, Solution, Status
from embedlab.exercises.compare import USUAL, Manner, other_form
from embedlab.exercises.values import shorten


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


def exercise(
    title: str,
    *,
    hints: tuple[str, ...],
    cases: tuple[Case, ...],
    remark: str = "",
    noun: str = "",
    quantity: bool = False,
    exact_type: bool = False,
    watch: Callable[[Function], str | None] | None = None,
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
    noun : str
        What a whole number or a string of the result is, such as ``"epoch"``: "it is not the right epoch".
    quantity : bool
        Whether whole numbers of the result measure something, so that they can be too large. Floats always do.
    exact_type : bool
        Whether the type of the result, an array, is part of the task.
    watch : function, optional
        For ways that the text forbids. Called with the learner's function once all cases pass; returns what is
        wrong with the way, as half a sentence, or None.

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
    Not yet: in the case “a small number”, double(3) gave 9: it is a different number.
    That is the square.
    Try: `double(*ex.double.case())`
    >>> print(double.hint())
    Hint 1 of 1: Add x to itself.
    """
    manner = Manner(noun, quantity, exact_type)
    return lambda function: Exercise(function, title, hints, cases, remark, manner, watch)


@dataclass(frozen=True, eq=False)
class Exercise:
    """One checked exercise, made by `exercise`; the notebook calls `check`, `hint`, `case` and `solution`."""

    function: FunctionType
    title: str
    hints: tuple[str, ...]
    cases: tuple[Case, ...]
    remark: str = ""
    manner: Manner = USUAL
    watch: Callable[[Function], str | None] | None = None
    mistakes: list[Mistake] = field(default_factory=list, init=False, repr=False)
    _failing: list[int] = field(default_factory=lambda: [0], init=False, repr=False)
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
        try:
            with undisturbed(), limited():
                outcome = self._check(answer)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # nothing that an answer does may end in a traceback
            outcome = Outcome(Status.ERROR, f"the answer could not be judged: the check {raised(error, answer)}.")
        if outcome.status is not Status.CORRECT:
            return outcome
        return Outcome(Status.CORRECT, _lines(outcome.message, self.remark, progress.record(self.id)))

    def case(self) -> tuple[object, ...]:
        """Return copies of the arguments of the case that failed last, or of the first if none has."""
        return copy.deepcopy(self.cases[self._failing[0]].args)

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
    def _references(self) -> tuple[Trial, ...]:
        return self._trials(self.function)

    @cached_property
    def _typical(self) -> tuple[tuple[str, tuple[Trial, ...]], ...]:
        return tuple((remark, self._trials(function)) for function, remark in self.mistakes)

    def _trials(self, function: Function, first: int = 0) -> tuple[Trial, ...]:
        with quiet():
            return tuple(attempt(function, args) for _, args in self.cases[first:])

    def _check(self, answer: object) -> Outcome:
        if answer is ...:
            return self._not_attempted()
        if not callable(answer):
            advice = f"pass the function itself, `check({self.name})`, not {shorten(answer, 40)}."
            return Outcome(Status.ERROR, advice)
        self._failing[0] = 0
        trials: list[Trial] = []
        for number, (case, reference) in enumerate(zip(self.cases, self._references, strict=True)):
            trials.append(attempt(answer, case.args))
            outcome = self._judge(answer, trials, reference)
            if outcome:
                self._failing[0] = number if outcome.status is not Status.NOT_ATTEMPTED else 0
                return outcome
        return self._watched(answer) or Outcome(Status.CORRECT, _lines(self._passed + ".", self._form(trials)))

    @property
    def _passed(self) -> str:
        return f"`{self.name}` passes " + ("the case" if len(self.cases) == 1 else f"all {len(self.cases)} cases")

    def _not_attempted(self) -> Outcome:
        return Outcome(Status.NOT_ATTEMPTED, f"replace the `...` in `{self.name}` by your code.")

    def _judge(self, answer: Function, trials: list[Trial], reference: Trial) -> Outcome | None:
        """Judge the last trial; None if it is right."""
        case, trial = self.cases[len(trials) - 1], trials[-1]
        place = f"in the case “{case.label}”, {_call(self.name, case.args)}"
        if reference.error:
            advice = "the solution itself fails here, so something that it uses was replaced: restart the kernel."
            return Outcome(Status.ERROR, f"{place} {raised(reference.error, None)}: {advice}")
        if trial.error:
            return Outcome(Status.ERROR, _lines(f"{place} {raised(trial.error, answer)}.", self._try))
        if trial.result is ...:
            return self._not_attempted()
        fault = self._fault(trial, reference)
        if fault is None:
            return None
        if trial.result is None and self._silent(answer, trials):
            return _wrong(f"{place} gave None: did you forget `return`?", self._try)
        if trial.changed is not None:
            fault = fault.replace("its argument", f"its argument {_parameter(answer, trial.changed)}")
        return _wrong(f"{place} {fault}", self._remark_for(answer, trials, reference), self._try)

    @property
    def _try(self) -> str:
        return f"Try: `{self.name}(*ex.{self.name}.case())`"

    def _fault(self, trial: Trial, reference: Trial) -> str | None:
        if isinstance(trial.given, (CoroutineType, AsyncGeneratorType)):
            return "gave no result: write `def`, not `async def`."
        differs = off(trial.result, reference.result, self.manner)
        if differs and trial.result is None:
            return f"gave None{differs.removeprefix('it is None')}."
        if differs:
            return f"gave {shorten(trial.result)}: {differs}."
        if trial.changed is not None and reference.changed is None:
            return "gave the right result, but changed its argument: work on a copy."
        return None

    def _silent(self, answer: Function, trials: list[Trial]) -> bool:
        """Whether no call gives anything, though every case has a result."""
        if any(reference.result is None for reference in self._references):
            return False
        return all(t.result is None and not t.error for t in (*trials, *self._trials(answer, len(trials))))

    def _remark_for(self, answer: Function, trials: list[Trial], reference: Trial) -> str:
        """Find the typical mistake that does in every case what the learner's function does."""
        last = len(trials) - 1
        alike = [
            (remark, theirs)
            for remark, theirs in self._typical
            if self._agree(trials, theirs[: last + 1]) and self._fault(theirs[last], reference)
        ]
        trials = [*trials, *self._trials(answer, last + 1)] if alike else trials
        return next((remark for remark, theirs in alike if self._agree(trials, theirs)), "")

    def _agree(self, ours: Sequence[Trial], theirs: Sequence[Trial]) -> bool:
        return all(self._same(a, b) for a, b in zip(ours, theirs, strict=True))

    def _same(self, a: Trial, b: Trial) -> bool:
        if a.error or b.error:
            return type(a.error) is type(b.error)
        return a.changed == b.changed and off(a.result, b.result, self.manner) is None

    def _watched(self, answer: Function) -> Outcome | None:
        try:
            fault = self.watch(answer) if self.watch else None
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return Outcome(Status.ERROR, f"{self._passed}, but with other arguments it {raised(error, answer)}.")
        return _wrong(f"{self._passed}, but {fault}") if fault else None

    def _form(self, trials: list[Trial]) -> str:
        """Say kindly that a right result came in another container."""
        forms = (other_form(t.given, r.given) for t, r in zip(trials, self._references, strict=True))
        form = next((form for form in forms if form), "")
        return f"(The solution gives {form}: what it holds is right, and that counts.)" if form else ""


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
