"""No slightly wrong version of a solution is called correct, and none earns the remark of a mistake it did not make.

equivalent_mutants.toml lists the mutants that no case could refuse, each with the reason; a line there that no longer
names a survivor fails.
"""

from __future__ import annotations

import collections
import contextlib
import signal
import threading
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path

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


@needs_alarm
@each_exercise
def test_every_mutant_is_refused_or_explained(exercise):
    judged = [(mutant.change, outcome(exercise, mutant)) for mutant in made(exercise)]
    accepted = {change for change, found in judged if found is not None and found.status is Status.CORRECT}
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
