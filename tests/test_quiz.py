"""The quizzes: one definition, three forms that say the same."""

from __future__ import annotations

import ipywidgets
import pytest

from embedlab.exercises import progress
from embedlab.exercises._cards import Outcome, Status, card
from embedlab.exercises.quiz import Option, Question, Quiz

RIGHT = Option("`2`", True, "One and one.")
WRONG = Option("**Three**", False, "That is one too many.")
OTHER = Option("a < b", False, "That is no number.")
QUIZ = Quiz(
    "99.quiz",
    (Question("What is `1 + 1`?", (WRONG, RIGHT, OTHER)), Question("And *half* of **four**?", (RIGHT, WRONG))),
)


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


def test_the_form_starts_with_nothing_chosen_and_nothing_told():
    form = QUIZ.show()
    assert [choice.value for choice in form.choices] == [None, None]
    assert [reply.value for reply in form.replies] == ["", ""]
    assert progress.solved() == set()


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


def test_labels_are_plain_text_and_prompts_are_marked():
    form = QUIZ.show()
    assert form.choices[0].options == (("A. Three", "A"), ("B. 2", "B"), ("C. a < b", "C"))
    prompt = form._box.children[0].value
    assert prompt == "<strong>Question 1.</strong> What is <code>1 + 1</code>?"


def test_the_form_is_one_bundle_of_a_widget_and_a_line_of_text():
    form = QUIZ.show()
    bundle = form._repr_mimebundle_()
    assert bundle.pop("application/vnd.jupyter.widget-view+json")["model_id"] == form._box.model_id
    assert bundle == {"text/plain": "Quiz with 2 questions: run this cell to answer by clicking, or read it as text."}
    assert str(Quiz("99.quiz", QUIZ.questions[:1]).show()).startswith("Quiz with 1 question: ")


def test_the_form_is_made_of_value_traits_only():
    kinds = {type(part) for part in QUIZ.show()._box.children}
    assert kinds == {ipywidgets.HTML, ipywidgets.RadioButtons}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((RIGHT,), r"question 'Why\?' must have 2 to 6 options, but it has 1"),
        ((WRONG, OTHER), r"question 'Why\?' must have exactly one correct option, but it has 0"),
        ((RIGHT, Option("two", True, "the same")), r"exactly one correct option, but it has 2"),
        ((RIGHT, Option("x", False, " ")), r"question 'Why\?' must give a text and a why for every option"),
        ((RIGHT, Option("", False, "why")), r"question 'Why\?' must give a text and a why for every option"),
        ((RIGHT, Option("`2`", False, "why")), r"question 'Why\?' has two options with the same text"),
    ],
)
def test_a_faulty_question_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Question("Why?", options)


def test_a_faulty_quiz_is_refused():
    with pytest.raises(ValueError, match=r"id must look like '15\.quiz', not '99\.quizzes'"):
        Quiz("99.quizzes", QUIZ.questions)
    with pytest.raises(ValueError, match=r"99\.quiz must have at least one question"):
        Quiz("99.quiz", ())
