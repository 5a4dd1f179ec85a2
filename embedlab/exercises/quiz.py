"""Multiple-choice quizzes with an explanation for every option.

One definition, a file such as ``quizzes/15.toml``, and three forms: Markdown that teaches where nothing runs, an
interactive form made of radio buttons, and `Quiz.answer` for those who rather type, and for tests.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from embedlab.exercises import progress
from embedlab.exercises.cards import Outcome, Status, card, inline_html

if TYPE_CHECKING:
    import ipywidgets

_LETTERS = "ABCDEF"
RESTART = "<small>After a restart of the kernel, run the set-up and this cell again.</small>"
# ipywidgets gives an option the height of one line, and lets the button shrink: of a longer one the circle disappears.
_STYLE = """<style>
.embedlab-quiz .widget-radio-box label {
  position: relative; height: auto; min-height: 1.4em; line-height: 1.4; margin: 0 0 0.4em; padding-left: 1.8em;
  white-space: normal; cursor: pointer;
}
.embedlab-quiz .widget-radio-box label input[type=radio] {
  position: absolute; left: 0.2em; top: 0.15em; width: 13px; height: 13px; margin: 0;
}
.embedlab-quiz .widget-radio { height: auto; }
</style>"""


@dataclass(frozen=True)
class Option:
    """One possible answer, why it is right or not, and whether it is."""

    text: str
    why: str
    correct: bool


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


def quiz_of(module: str) -> Quiz:
    """Return the quiz of an exercise module, given its ``__file__``: that of ``nb15.py`` is ``quizzes/15.toml``."""
    path = Path(module)
    return Quiz(path.parent / "quizzes" / f"{path.stem[2:]}.toml")


@dataclass(frozen=True)
class Quiz:
    """The questions that close a notebook.

    Its id is ``"15.quiz"``, after the file's name; question 1 counts as ``"15.quiz.1"`` in the course's progress.

    Parameters
    ----------
    path : Path
        A TOML file, read when the questions are first asked for. Each ``[[question]]`` has a ``prompt``, and each of
        its ``[[question.option]]`` a ``text``, a ``why``, and ``correct = true`` if it is the right one.

    Raises
    ------
    ValueError
        If the file's name is no number; and on reading, with the file and the question, if something in it is off.
    """

    path: Path

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d\d\.toml", self.path.name):
            raise ValueError(f"path must end like '15.toml', not {self.path.name!r}")

    @property
    def id(self) -> str:
        """Number of the notebook, and ``.quiz``."""
        return f"{self.path.stem}.quiz"

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions, read from the file once."""
        return _read(self.path)

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


def _read(path: Path) -> tuple[Question, ...]:
    name = f"{path.parent.name}/{path.name}"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name} is no valid TOML: {error}") from None
    entries = content.pop("question", [])
    if content or not isinstance(entries, list) or not entries:
        raise ValueError(f"{name} must hold one [[question]] or more, and nothing else")
    return tuple(_question(entry, f"{name}, question {number}") for number, entry in enumerate(entries, 1))


def _question(entry: object, place: str) -> Question:
    _need_keys(entry, {"prompt": str, "option": list}, place)
    options = [{"correct": False, **o} if isinstance(o, dict) else o for o in entry["option"]]
    for number, option in enumerate(options, 1):
        _need_keys(option, {"text": str, "why": str, "correct": bool}, f"{place}, option {number}")
    try:
        return Question(entry["prompt"], tuple(Option(**option) for option in options))
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _need_keys(entry: object, kinds: dict[str, type], place: str) -> None:
    found = {key: type(value) for key, value in entry.items()} if isinstance(entry, dict) else {}
    if found != kinds:
        wanted, got = (", ".join(f"{key} ({kind.__name__})" for key, kind in x.items()) for x in (kinds, found))
        raise ValueError(f"{place} must hold {wanted}, but it holds {got or 'none of them'}")


def _question_markdown(number: int, question: Question) -> str:
    options = "\n".join(f"- **{letter}.** {option.text}" for letter, option in question.lettered.items())
    whys = "\n".join(
        f"- **{letter}. {'Correct' if option.correct else 'Not correct'}.** {option.why}"
        for letter, option in question.lettered.items()
    )
    fold = f"<details>\n<summary>Answer to question {number}, with an explanation of every option</summary>\n\n"
    return f"**Question {number}.** {question.prompt}\n\n{options}\n\n{fold}{whys}\n\n</details>"


class QuizForm:
    """The interactive form of a quiz: radio buttons, only what was answered before is chosen, and the reply below.

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
        solved = progress.solved()
        for i, question in enumerate(quiz.questions):
            prompt = f"<strong>Question {i + 1}.</strong> {inline_html(question.prompt)}"
            parts += [ipywidgets.HTML(prompt), self.choices[i], self.replies[i]]
            self.choices[i].observe(lambda change, i=i: self._reply(i, change["new"]), names="value")
            if quiz.progress_ids[i] in solved:  # what was answered stays answered
                self.choices[i].value = next(letter for letter, o in question.lettered.items() if o.correct)
        self._box = ipywidgets.VBox([*parts, ipywidgets.HTML(RESTART + _STYLE)])
        self._box.add_class("embedlab-quiz")

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
