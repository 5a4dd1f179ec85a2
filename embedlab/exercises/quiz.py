"""Multiple-choice quizzes with an explanation for every option.

One definition, three forms: Markdown that teaches where nothing runs, an interactive form made of radio
buttons, and `Quiz.answer` for those who rather type, and for tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedlab.exercises import progress
from embedlab.exercises._cards import Outcome, Status, card, inline_html

if TYPE_CHECKING:
    import ipywidgets

_LETTERS = "ABCDEF"


@dataclass(frozen=True)
class Option:
    """One possible answer, whether it is right, and why it is or is not."""

    text: str
    correct: bool
    why: str


@dataclass(frozen=True)
class Question:
    """A question with two to six options, exactly one of them correct.

    Raises
    ------
    ValueError
        If the number of options or of correct ones is off, two are alike, or one has no text or no why.
    """

    prompt: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        name = f"question {self.prompt[:40]!r}"
        if not 2 <= len(self.options) <= len(_LETTERS):
            raise ValueError(f"{name} must have 2 to {len(_LETTERS)} options, but it has {len(self.options)}")
        correct = sum(option.correct for option in self.options)
        if correct != 1:
            raise ValueError(f"{name} must have exactly one correct option, but it has {correct}")
        if not all(option.text.strip() and option.why.strip() for option in self.options):
            raise ValueError(f"{name} must give a text and a why for every option")
        if len({option.text for option in self.options}) < len(self.options):
            raise ValueError(f"{name} has two options with the same text")

    @property
    def lettered(self) -> dict[str, Option]:
        """The options by their letter."""
        return dict(zip(_LETTERS, self.options, strict=False))


@dataclass(frozen=True)
class Quiz:
    """The questions that close a notebook.

    Parameters
    ----------
    id : str
        ``"15.quiz"``; question 1 counts as ``"15.quiz.1"`` in the course's progress.
    questions : tuple of Question

    Raises
    ------
    ValueError
        If the id looks otherwise or there is no question.

    Examples
    --------
    >>> sums = Quiz("99.quiz", (Question("What is 1 + 1?", (
    ...     Option("2", True, "One more than one."), Option("11", False, "That joins the digits."))),))
    >>> print(sums.answer(1, "B"))
    Not yet: B. That joins the digits.
    """

    id: str
    questions: tuple[Question, ...]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d\d\.quiz", self.id):
            raise ValueError(f"id must look like '15.quiz', not {self.id!r}")
        if not self.questions:
            raise ValueError(f"{self.id} must have at least one question")

    @property
    def progress_ids(self) -> tuple[str, ...]:
        """What each question counts as in the course's progress."""
        return tuple(f"{self.id}.{number}" for number in range(1, len(self.questions) + 1))

    def answer(self, number: object, letter: object = ...) -> Outcome:
        """Answer question ``number`` (from 1) with a letter; a correct answer is noted as progress."""
        count = len(self.questions)
        if isinstance(number, bool) or number not in range(1, count + 1):
            return Outcome(Status.ERROR, f"the question is a number from 1 to {count}, not {number!r:.20}.")
        if letter is ...:
            return Outcome(Status.NOT_ATTEMPTED, f"question {number} waits for a letter.")
        lettered = self.questions[number - 1].lettered
        chosen = letter.strip().upper() if isinstance(letter, str) else letter
        if not isinstance(chosen, str) or chosen not in lettered:
            return Outcome(Status.ERROR, f"the answer is a letter from A to {max(lettered)}, not {letter!r:.20}.")
        option = lettered[chosen]
        if not option.correct:
            return Outcome(Status.WRONG, f"{chosen}. {option.why}")
        note = progress.record(self.progress_ids[number - 1])
        return Outcome(Status.CORRECT, f"{chosen}. {option.why}" + (f"\n{note}" if note else ""))

    def markdown(self) -> str:
        """Return the whole quiz as Markdown: questions, options, and below each the folded explanations."""
        return "\n\n".join(_question_markdown(i, question) for i, question in enumerate(self.questions, 1))

    def show(self) -> QuizForm:
        """Return the interactive form; as the last line of a cell it displays itself."""
        return QuizForm(self)


def _question_markdown(number: int, question: Question) -> str:
    options = "\n".join(f"- **{letter}.** {option.text}" for letter, option in question.lettered.items())
    whys = "\n".join(
        f"- **{letter}. {'Correct' if option.correct else 'Not correct'}.** {option.why}"
        for letter, option in question.lettered.items()
    )
    fold = f"<details>\n<summary>Answer to question {number}, with an explanation of every option</summary>\n\n"
    return f"**Question {number}.** {question.prompt}\n\n{options}\n\n{fold}{whys}\n\n</details>"


class QuizForm:
    """The interactive form of a quiz: radio buttons, nothing chosen at first, and the reply below.

    Attributes
    ----------
    choices : list of ipywidgets.RadioButtons
        One a question; ``form.choices[0].value = "B"`` answers the first.
    replies : list of ipywidgets.HTML
        What the learner reads after choosing; empty before.
    """

    def __init__(self, quiz: Quiz) -> None:
        import ipywidgets

        self._quiz = quiz
        self.choices = [_radio_buttons(question) for question in quiz.questions]
        self.replies = [ipywidgets.HTML() for _ in quiz.questions]
        parts: list[ipywidgets.Widget] = []
        for i, question in enumerate(quiz.questions):
            prompt = f"<strong>Question {i + 1}.</strong> {inline_html(question.prompt)}"
            parts += [ipywidgets.HTML(prompt), self.choices[i], self.replies[i]]
            self.choices[i].observe(lambda change, i=i: self._reply(i, change["new"]), names="value")
        self._box = ipywidgets.VBox(parts)

    def _reply(self, i: int, letter: str | None) -> None:
        outcome = self._quiz.answer(i + 1, letter) if letter else None
        self.replies[i].value = card(outcome.status.value, outcome.message) if outcome else ""

    def __str__(self) -> str:
        count = len(self.choices)
        questions = f"{count} questions" if count > 1 else "1 question"
        return f"Quiz with {questions}: run this cell to answer by clicking, or read it as text."

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self._box.model_id}
        return {"application/vnd.jupyter.widget-view+json": view, "text/plain": str(self)}


def _radio_buttons(question: Question) -> ipywidgets.RadioButtons:
    import ipywidgets

    # A radio button shows plain text: the marks of Markdown would be read as they stand.
    labels = [(f"{letter}. {re.sub('[`*]{1,2}', '', o.text)}", letter) for letter, o in question.lettered.items()]
    return ipywidgets.RadioButtons(options=labels, value=None, layout={"width": "auto", "max_width": "50em"})
