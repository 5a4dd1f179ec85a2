"""Every exercise and quiz of the course, run as learners will: starter, solution and each typical mistake."""

from __future__ import annotations

import collections
import importlib
import itertools
from pathlib import Path

import pytest

import embedlab.exercises
from embedlab.exercises._cards import Status
from embedlab.exercises.checker import NOT_GIVEN, Exercise
from embedlab.exercises.quiz import Quiz

MODULES = {
    path.stem: importlib.import_module(f"embedlab.exercises.{path.stem}")
    for folder in embedlab.exercises.__path__
    for path in sorted(Path(folder).glob("nb[0-9][0-9].py"))
}
EXERCISES = [
    (module, name, thing)
    for module in MODULES.values()
    for name, thing in vars(module).items()
    if isinstance(thing, Exercise)
]

each_module = pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
each_exercise = pytest.mark.parametrize("module, name, exercise", EXERCISES, ids=[e.id for _, _, e in EXERCISES])
each_mistake = pytest.mark.parametrize(
    "exercise, mistake",
    [(exercise, mistake) for _, _, exercise in EXERCISES for mistake in exercise.mistakes],
    ids=[f"{exercise.id}-{i}" for _, _, exercise in EXERCISES for i, _ in enumerate(exercise.mistakes, 1)],
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))


def number(module):
    return module.__name__[-2:]


def right_answer(exercise):
    given = exercise.expected is not NOT_GIVEN
    return exercise.expected if given else exercise.define(exercise.code)


@each_exercise
def test_the_starter_runs_and_counts_as_not_attempted(module, name, exercise):
    space = {"ex": module}
    exec(exercise.setup, space)
    exec(exercise.starter, space)
    assert exercise.check(space[name]).status is Status.NOT_ATTEMPTED


@each_exercise
def test_the_solution_is_correct(module, name, exercise):
    outcome = exercise.check(right_answer(exercise))
    assert outcome.status is Status.CORRECT, outcome.message


@each_mistake
def test_each_mistake_earns_exactly_its_message(exercise, mistake):
    answer = exercise.define(mistake.answer) if exercise.is_function else mistake.answer
    outcome = exercise.check(answer)
    assert outcome.status is Status.WRONG
    # After the line that says which case failed; or alone, where check_fn has the word.
    first, _, remark = outcome.message.partition("\n")
    assert mistake.message in (remark, first if not remark else None), outcome.message


@each_exercise
def test_every_exercise_is_complete(module, name, exercise):
    assert exercise.id == f"{number(module)}.{name}", "the variable, the id and the module must go together"
    assert len(exercise.hints) >= 2
    assert len(exercise.mistakes) >= 2
    messages = [mistake.message for mistake in exercise.mistakes]
    assert len(set(messages)) == len(messages)
    for text in (exercise.title, *exercise.hints, *messages, *(case.label for case in exercise.cases)):
        assert text.strip()
        assert "\n" not in text
    assert name in exercise.starter
    assert "..." in exercise.starter


@each_exercise
def test_no_hint_is_the_solution(module, name, exercise):
    code = " ".join(exercise.code.split())
    assert not any(code in " ".join(hint.split()) for hint in exercise.hints)


@each_module
def test_every_module_has_a_title_exercises_and_a_quiz(module):
    assert module.TITLE.strip()
    count = sum(owner is module for owner, _, _ in EXERCISES)
    assert 1 <= count <= 4 if number(module) == "00" else 2 <= count <= 4
    assert isinstance(module.quiz, Quiz)
    assert module.quiz.id == f"{number(module)}.quiz"
    assert len(module.quiz.questions) == 3


@each_module
def test_every_option_of_the_quiz_is_judged_and_explained(module):
    for i, question in enumerate(module.quiz.questions, 1):
        for letter, option in question.lettered.items():
            outcome = module.quiz.answer(i, letter)
            assert outcome.status is (Status.CORRECT if option.correct else Status.WRONG)
            assert outcome.message == f"{letter}. {option.why}"


@each_module
def test_the_right_letter_is_not_always_the_same(module):
    letters = {
        letter for question in module.quiz.questions for letter, option in question.lettered.items() if option.correct
    }
    assert len(letters) > 1


def test_all_ids_are_unique():
    owners = [exercise for _, _, exercise in EXERCISES] + [module.quiz for module in MODULES.values()]
    counts = collections.Counter(itertools.chain.from_iterable(owner.progress_ids for owner in owners))
    assert [name for name, count in counts.items() if count > 1] == []
