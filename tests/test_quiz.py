"""The quizzes: one definition, three forms that say the same."""

from __future__ import annotations

import re

import ipywidgets
import pytest

from embedlab.exercises import progress
from embedlab.exercises.cards import Outcome, Status, card
from embedlab.exercises.quiz import RESTART, Quiz, quiz_of
from tests import nb99

QUIZ = nb99.quiz


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((1, "B"), Outcome(Status.CORRECT, "B. One and one.")),
        ((1, " b "), Outcome(Status.CORRECT, "B. One and one.")),
        ((1, "A"), Outcome(Status.WRONG, "A. That is one too many.")),
        ((1,), Outcome(Status.NOT_ATTEMPTED, "question 1 waits for a letter.")),
        ((1, "D"), Outcome(Status.ERROR, "the answer is a letter from A to C, not 'D'.")),
        ((2, "C"), Outcome(Status.ERROR, "the answer is a letter from A to B, not 'C'.")),
        ((1, ""), Outcome(Status.ERROR, "the answer is a letter from A to C, not ''.")),
        ((1, ["B"]), Outcome(Status.ERROR, "the answer is a letter from A to C, not ['B'].")),
        ((1, None), Outcome(Status.ERROR, "the answer is a letter from A to C, not None.")),
        ((0, "A"), Outcome(Status.ERROR, "the question is a number from 1 to 2, not 0.")),
        ((3, "A"), Outcome(Status.ERROR, "the question is a number from 1 to 2, not 3.")),
        (("1", "A"), Outcome(Status.ERROR, "the question is a number from 1 to 2, not '1'.")),
        ((True, "A"), Outcome(Status.ERROR, "the question is a number from 1 to 2, not True.")),
        (([1], "A"), Outcome(Status.ERROR, "the question is a number from 1 to 2, not [1].")),
    ],
    ids=repr,
)
def test_answers_by_code(answer, outcome):
    assert QUIZ.answer(*answer) == outcome


def test_only_correct_answers_count_as_progress():
    assert QUIZ.progress_ids == ("99.quiz.1", "99.quiz.2")
    QUIZ.answer(1, "A")
    assert progress.solved() == set()
    QUIZ.answer(2, "A")
    assert progress.solved() == {"99.quiz.2"}


def test_a_progress_file_that_fails_is_told_and_the_answer_still_judged(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "file"))
    message = "B. One and one.\n(Your progress could not be saved: file exists.)"
    assert QUIZ.answer(1, "B") == Outcome(Status.CORRECT, message)


def test_the_markdown_form_is_complete_and_always_the_same():
    assert QUIZ.markdown() == QUIZ.markdown() == (
        "**Question 1.** What is `1 + 1`?\n\n"
        "- **A.** **Three**\n- **B.** `2`\n- **C.** a < b\n\n"
        "<details>\n<summary>Answer to question 1, with an explanation of every option</summary>\n\n"
        "- **A. Not correct.** That is one too many.\n"
        "- **B. Correct.** One and one.\n"
        "- **C. Not correct.** That is no number.\n\n"
        "</details>\n\n"
        "**Question 2.** And *half* of **four**?\n\n"
        "- **A.** `2`\n- **B.** **Three**\n\n"
        "<details>\n<summary>Answer to question 2, with an explanation of every option</summary>\n\n"
        "- **A. Correct.** One and one.\n"
        "- **B. Not correct.** That is one too many.\n\n"
        "</details>"
    )  # fmt: skip


def test_the_form_at_the_start():
    form = QUIZ.show()
    assert [choice.value for choice in form.choices] == [None, None]
    assert [reply.value for reply in form.replies] == ["", ""]
    assert progress.solved() == set()
    form = QUIZ.show()
    assert form.choices[0].options == (("A. Three", "A"), ("B. 2", "B"), ("C. a < b", "C"))
    prompt = form._box.children[0].value
    assert prompt == "<strong>Question 1.</strong> What is <code>1 + 1</code>?"
    form = QUIZ.show()
    bundle = form._repr_mimebundle_()
    assert bundle.pop("application/vnd.jupyter.widget-view+json")["model_id"] == form._box.model_id
    assert bundle == {"text/plain": "Quiz with 2 questions: run this cell to answer by clicking, or read it as text."}
    kinds = {type(part) for part in QUIZ.show()._box.children}
    assert kinds == {ipywidgets.HTML, ipywidgets.RadioButtons}
    assert form._box.children[-1].value.startswith(RESTART), "it says what to run after a restart"


def test_choosing_sets_the_reply_and_changing_ones_mind_replaces_it():
    form = QUIZ.show()
    form.choices[0].value = "A"
    assert form.replies[0].value == card("Not yet", "A. That is one too many.")
    assert form.replies[1].value == ""
    form.choices[0].value = "B"
    assert form.replies[0].value == card("Correct", "B. One and one.")
    form.choices[0].value = None
    assert form.replies[0].value == ""
    form.choices[1].value = "B"
    assert form.replies[0].value == ""
    assert form.replies[1].value == card("Not yet", "B. That is one too many.")
    assert progress.solved() == {"99.quiz.1"}


def test_what_was_answered_stays_answered():
    QUIZ.show().choices[0].value = "B"
    QUIZ.show().choices[1].value = "A" if QUIZ.questions[1].options[1].correct else "B"  # a wrong one does not
    again = QUIZ.show()
    assert [choice.value for choice in again.choices[:2]] == ["B", None]
    assert "Correct" in again.replies[0].value
    assert again.replies[1].value == ""


OPTIONS = """
[[question.option]]
text = "2"
why = "One and one."
correct = true

[[question.option]]
text = "11"
why = "That joins the digits."
"""
FIRST, SECOND = f'[[question]]\nprompt = "First?"{OPTIONS}', f'[[question]]\nprompt = "Why?"{OPTIONS}'


def quiz_in(folder, text: str) -> Quiz:
    path = folder / "quizzes" / "97.toml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return Quiz(path)


def test_a_quiz_is_read_from_its_file(tmp_path):
    quiz = quiz_in(tmp_path, FIRST + SECOND)
    assert [question.prompt for question in quiz.questions] == ["First?", "Why?"]
    assert quiz.progress_ids == ("97.quiz.1", "97.quiz.2")


def test_a_single_question_is_told_as_one(tmp_path):
    assert str(quiz_in(tmp_path, FIRST).show()).startswith("Quiz with 1 question: ")


OPTION = "must hold text (str), why (str), correct (bool), but it holds"
FAULTS = {
    "one option": (SECOND[: SECOND.rindex("[[question.option]]")], ": question 'Why?' must have 2 to 6 options, but"),
    "none correct": (SECOND.replace("correct = true", ""), ": question 'Why?' must have exactly one correct option"),
    "two correct": (SECOND + "correct = true", ": question 'Why?' must have exactly one correct option, but it has 2"),
    "no why": (SECOND.replace("One and one.", " "), ": question 'Why?' must give a text and a why for every option"),
    "no text": (SECOND.replace('"11"', '""'), ": question 'Why?' must give a text and a why for every option"),
    "twice the same": (SECOND.replace('"11"', '"2"'), ": question 'Why?' has two options with the same text"),
    "a wrong key": (SECOND.replace("prompt", "promt"), " must hold prompt (str), option (list), but it holds promt"),
    "a wrong key of an option": (SECOND.replace("why", "wy"), f", option 1 {OPTION} correct (bool), text (str), wy"),
    "a number for a text": (SECOND.replace('"11"', "11"), f", option 2 {OPTION} correct (bool), text (int), why (str)"),
    "options without keys": ('[[question]]\nprompt = "?"\noption = ["2"]', f", option 1 {OPTION} none of them"),
    "an empty question": ("[[question]]", " must hold prompt (str), option (list), but it holds none of them"),
}


@pytest.mark.parametrize(("second", "message"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_question_is_refused_with_its_file_and_number(tmp_path, second, message):
    with pytest.raises(ValueError, match=re.escape(f"quizzes/97.toml, question 2{message}")):
        _ = quiz_in(tmp_path, FIRST + second).questions


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must hold one [[question]] or more, and nothing else"),
        ("question = 3", "must hold one [[question]] or more, and nothing else"),
        ("title = 'Sums'\n" + FIRST, "must hold one [[question]] or more, and nothing else"),
        ("question = [3]", "question 1 must hold prompt (str), option (list), but it holds none of them"),
        ("[[question]", "is no valid TOML: Expected"),
    ],
    ids=["empty", "a number", "more than questions", "a question that is a number", "broken"],
)
def test_a_file_that_is_no_quiz_is_refused_by_name(tmp_path, text, message):
    with pytest.raises(ValueError, match=re.escape("quizzes/97.toml") + ",? " + re.escape(message)):
        _ = quiz_in(tmp_path, text).questions


def test_the_file_belongs_to_the_module_and_is_read_late(tmp_path):
    quiz = quiz_of(str(tmp_path / "nb96.py"))
    assert (quiz.path, quiz.id) == (tmp_path / "quizzes" / "96.toml", "96.quiz")
    with pytest.raises(FileNotFoundError, match="96"):
        _ = quiz.questions
    with pytest.raises(ValueError, match=r"path must end like '15\.toml', not '99\.quizzes'"):
        Quiz(tmp_path / "99.quizzes")
