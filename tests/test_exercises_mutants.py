"""No slightly wrong version of a solution is called correct, and none earns the remark of a mistake it did not make.

equivalent_mutants.toml lists the mutants that no case could refuse, each with the reason; a line there that no longer
names a survivor fails.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import functools
import signal
import threading
import tomllib
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from embedlab.exercises.cards import Outcome, Status
from embedlab.exercises.checker import Exercise
from tests.mutants import Mutant, mutants
from tests.test_exercises_content import EXERCISES

SECONDS = 2  # of one mutant: some never end
AT_LEAST = 1_500

# exercise -> {change: why it gives the same result wherever it is called as its text says}
EQUIVALENT = tomllib.loads(Path(__file__).with_name("equivalent_mutants.toml").read_text(encoding="utf-8"))

each_exercise = pytest.mark.parametrize("exercise", [e for _, _, e in EXERCISES], ids=[e.id for _, _, e in EXERCISES])
needs_alarm = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a mutant without end needs SIGALRM to stop")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Break off what takes longer; only the main thread can be interrupted so."""
    assert threading.current_thread() is threading.main_thread()

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def outcome(exercise: Exercise, mutant: Mutant) -> Outcome | None:
    """What the learner would read; None if it never ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with at_most(SECONDS):
                return exercise.check(mutant.function)
        except TimeoutError:
            return None


def made(exercise: Exercise) -> list[Mutant]:
    return mutants(exercise.function, [case.args for case in exercise.cases])


def results(function: Callable[..., object], exercise: Exercise) -> list[object]:
    """What a function gives in every case, or the exception that it raises, and what becomes of the arguments."""
    found = []
    for case in exercise.cases:
        arguments = copy.deepcopy(list(case.args))
        try:
            result = function(*arguments)
        except Exception as error:
            found.append(type(error).__name__)
        else:
            found.append([result, arguments])
    return found


def near(a: object, b: object) -> bool:
    """Compare two results in a way of its own, without the engine."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(near, a, b))
    try:
        return bool(np.allclose(a, b, rtol=2e-4, atol=2e-6, equal_nan=True))
    except (TypeError, ValueError):  # no numbers, or of other shapes
        return str(a) == str(b)


@functools.cache
def judged(exercise: Exercise) -> tuple[tuple[Mutant, Outcome | None], ...]:
    return tuple((mutant, outcome(exercise, mutant)) for mutant in made(exercise))


def spoilt(result: object, change: Callable[[object], object]) -> object:
    if isinstance(result, (list, tuple)):
        return type(result)(spoilt(item, change) for item in result)
    if isinstance(result, str) or result is None:
        return f"no {result}"
    return ~result if getattr(getattr(result, "dtype", None), "kind", "") == "b" else change(result)


CHANGES = (lambda x: x + 1, lambda x: x - 1, lambda x: 3 * x + 2, lambda x: 2.5 - x)


def wrong_answers(exercise: Exercise) -> Iterator[tuple[Mutant, Outcome | None]]:
    """Yield the mutants, and for the sake of solutions in one line some that spoil the right result."""
    yield from judged(exercise)
    for i, change in enumerate(CHANGES, 1):
        mutant = Mutant(f"result changed in way {i}", lambda *args, _c=change: spoilt(exercise.function(*args), _c))
        yield mutant, outcome(exercise, mutant)


@needs_alarm
@each_exercise
def test_no_mutant_earns_the_remark_of_a_mistake_that_it_did_not_make(exercise):
    remarks = {mistake.remark: mistake.function for mistake in exercise.mistakes}
    refused = [(mutant, found) for mutant, found in wrong_answers(exercise) if found and found.status is Status.WRONG]
    for mutant, found in refused:
        for line in found.message.split("\n"):
            if line in remarks:
                with warnings.catch_warnings(), at_most(SECONDS):
                    warnings.simplefilter("ignore")
                    ours, theirs = results(mutant.function, exercise), results(remarks[line], exercise)
                assert near(ours, theirs), f"{mutant.change} earned {line!r}"
    assert len(refused) >= 10


@needs_alarm
@each_exercise
def test_every_mutant_is_refused_or_explained(exercise):
    accepted = {mutant.change for mutant, found in judged(exercise) if found and found.status is Status.CORRECT}
    explained = set(EQUIVALENT.get(exercise.id, ()))
    assert not accepted - explained, "accepted though wrong: add a case, or explain it in equivalent_mutants.toml"
    assert not explained - accepted, "equivalent_mutants.toml explains what is refused or was never made"


def test_there_are_many_mutants_and_every_reason_is_told(record_property):
    count = sum(len(made(exercise)) for _, _, exercise in EXERCISES)
    reasons = collections.Counter(reason for listed in EQUIVALENT.values() for reason in listed.values())
    record_property("mutants", count)
    print(f"{count} mutants of {len(EXERCISES)} exercises, {reasons.total()} of them equivalent")
    assert count >= AT_LEAST
    assert set(EQUIVALENT) <= {exercise.id for _, _, exercise in EXERCISES}
    assert all(len(reason.split()) >= 3 for reason in reasons)
