"""Every exercise and quiz of the course, run as learners will: starter, solution and each typical mistake."""

from __future__ import annotations

import collections
import importlib
import itertools
import runpy
import shutil
from pathlib import Path

import pytest
from scipy.stats import binomtest

import embedlab.exercises
from embedlab.exercises.cards import Status
from embedlab.exercises.checker import Exercise
from embedlab.exercises.quiz import Quiz
from tests.test_exercises_engine import run_python

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


@each_exercise
def test_the_starter_runs_and_counts_as_not_attempted(module, name, exercise, tmp_path):
    cell = tmp_path / "cell.py"
    cell.write_text(exercise.starter, encoding="utf-8")
    learner = runpy.run_path(str(cell), {"ex": module})  # its last line is the check
    assert exercise.check(learner[name]).status is Status.NOT_ATTEMPTED


@each_exercise
def test_the_solution_is_correct_and_no_hint(module, name, exercise):
    outcome = exercise.check(exercise.function)
    assert outcome.status is Status.CORRECT, outcome.message
    _, _, body = exercise.solution().code.partition(":\n")
    told = " ".join(body.split()).removeprefix("return ")
    assert not any(told in " ".join(hint.split()) for hint in exercise.hints)


@each_mistake
def test_each_mistake_earns_exactly_its_message(exercise, mistake):
    outcome = exercise.check(mistake.function)
    assert outcome.status is Status.WRONG
    assert outcome.message.split("\n")[1:-1] == [mistake.remark]


@each_exercise
def test_every_exercise_is_complete(module, name, exercise):
    assert exercise.id == f"{number(module)}.{name}", "the variable, the id and the module must go together"
    assert len(exercise.hints) >= 2
    assert len(exercise.mistakes) >= 2
    remarks = [mistake.remark for mistake in exercise.mistakes]
    assert len(set(remarks)) == len(remarks)
    for text in (exercise.title, *exercise.hints, *remarks, *(case.label for case in exercise.cases)):
        assert text.strip()
        assert "\n" not in text


@each_module
def test_every_module_has_a_title_exercises_and_a_quiz_that_judges_every_option(module):
    assert module.TITLE.strip()
    count = sum(owner is module for owner, _, _ in EXERCISES)
    assert 1 <= count <= 4 if number(module) == "00" else 2 <= count <= 4
    assert isinstance(module.quiz, Quiz)
    assert module.quiz.id == f"{number(module)}.quiz"
    assert len(module.quiz.questions) == 3
    assert module.quiz.path == Path(embedlab.exercises.__file__).parent / "quizzes" / f"{number(module)}.toml"
    assert module.quiz.path.is_file()
    for i, question in enumerate(module.quiz.questions, 1):
        for letter, option in question.lettered.items():
            outcome = module.quiz.answer(i, letter)
            assert outcome.status is (Status.CORRECT if option.correct else Status.WRONG)
            assert outcome.message == f"{letter}. {option.why}"
    letters = {
        letter for question in module.quiz.questions for letter, option in question.lettered.items() if option.correct
    }
    assert len(letters) > 1


QUESTIONS = [question for module in MODULES.values() for question in module.quiz.questions]
# How an option can be told from the others without knowing anything: ways of guessing, each right one time in three.
GUESSES = {
    "the longest": lambda options: _alone(options, max),
    "the shortest": lambda options: _alone(options, min),
    "the first": lambda options: options[0],
    "the second": lambda options: options[1],
    "the third": lambda options: options[2],
}


def _alone(options, extreme):
    """The option whose text is the longest or shortest; None where two share the place."""
    lengths = [len(option.text) for option in options]
    place = lengths.index(extreme(lengths))
    return options[place] if lengths.count(lengths[place]) == 1 else None


@pytest.mark.parametrize("guess", GUESSES.values(), ids=GUESSES)
def test_guessing_by_length_or_place_finds_the_right_options_no_more_often_than_chance(guess):
    """Over all questions; the exact binomial test allows what blind chance exceeds once in a hundred courses."""
    assert {len(question.options) for question in QUESTIONS} == {3}
    guessed = [guess(question.options) for question in QUESTIONS]
    right = sum(option is not None and option.correct for option in guessed)
    chance = binomtest(right, len(QUESTIONS), 1 / 3, alternative="greater").pvalue
    assert chance > 0.01, f"{right} of {len(QUESTIONS)} questions are answered by choosing so"


def test_no_quiz_is_left_over():
    folder = Path(embedlab.exercises.__file__).parent / "quizzes"
    assert {path.name for path in folder.iterdir()} == {f"{number(module)}.toml" for module in MODULES.values()}
    owners = [exercise for _, _, exercise in EXERCISES] + [module.quiz for module in MODULES.values()]
    counts = collections.Counter(itertools.chain.from_iterable(owner.progress_ids for owner in owners))
    assert [name for name, count in counts.items() if count > 1] == []


def test_solutions_come_from_wherever_the_package_lies(tmp_path):
    """The sources travel along: in a copy, as pip and Colab make one, starters and solutions are the same."""
    shutil.copytree(Path(embedlab.__file__).parent, tmp_path / "embedlab", ignore=shutil.ignore_patterns("assets"))
    code = """
from embedlab.exercises import checker, nb{0} as ex
print([(e.starter, str(e.solution())) for e in vars(ex).values() if isinstance(e, checker.Exercise)] + [ex.__file__])
print(ex.quiz.markdown())
"""
    for module in (MODULES["nb00"], MODULES["nb15"]):
        shown = run_python(code.format(number(module)), PYTHONPATH=str(tmp_path), cwd=tmp_path)
        here = [(e.starter, str(e.solution())) for m, _, e in EXERCISES if m is module]
        there = str(tmp_path / "embedlab" / "exercises" / f"{module.__name__[-4:]}.py")
        assert shown == f"{[*here, there]}\n{module.quiz.markdown()}\n"
