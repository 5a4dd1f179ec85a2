"""Everything that is wrong with a recorded notebook and can be seen without running it.

Each rule is one function from a `Page` to complaints; `complaints` asks them all. The recorder asks `OUTPUT_RULES`
before it writes. What can be mended by a tool is none of its business: see `tools.stamp`. `python -m tools.hygiene 15`
prints the complaints about notebook 15, without a number those about all; `--budget` asks `BUDGET_RULES` only.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat

from tools import notebooks as read
from tools import pictures, repository

MOST_LINES, MOST_FOLDED_LINES = 25, 70  # of a cell that is read, and of one that only draws, fetches or formats
MOST_BYTES = 1_000_000
MOST_COLUMNS, MOST_WORDS, MOST_VISIBLE_LINES, MOST_MINUTES, PICTURES = 88, 2800, 240, 75, range(2, 7)
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# What the verifier cannot compare, what hides errors, or what shows pictures without their text.
FORBIDDEN_SOURCE = {
    r"\bplt\.show\(": "plt.show: end with plots.show(fig, alt=…)",
    r"\b(interact|interactive|interact_manual|interactive_output)\(": "interact: use an Explorer",
    r"\bOutput\(": "an Output widget: use HTML.value or Image.value",
    r"\bclear_output\(": "clear_output: use HTML.value or Image.value",
    r"\bdisplay_id\b|\bupdate_display\(": "display_id: use HTML.value or Image.value",
    r"^\s*%%?time": "a timing magic: its output is never the same twice",
    r"^\s*%%capture": "%%capture: it hides errors",
    r"\.style\.\w+\(": "a Styler: its ids are never the same twice",
    r"\btqdm\b": "tqdm: encoding.progress, which leaves nothing in the recording",
    r"\bSVG\(": "SVG: plots.show draws PNG",
    r"^\s*#\s*(NBVAL_|PYTEST_VALIDATE)": "a marker comment of nbval: use tags",
}
TAGS = {"hub", "colab", "nbval-ignore-output", "raises-exception", "hide-input", "hide-output"}


@dataclass(frozen=True)
class Page:
    """A notebook and what it is held against."""

    path: Path
    notebook: read.Notebook
    repository: str  # https://github.com/owner/name
    exercises: ModuleType | None  # embedlab.exercises.nbNN; None if it cannot be imported

    @cached_property
    def head(self) -> read.Head | None:
        """The head, or None if it is not as it should be."""
        try:
            return read.head(self.notebook)
        except ValueError:
            return None

    @cached_property
    def starters(self) -> dict[str, Any]:
        """The exercises of this notebook by their name in the module."""
        found = vars(self.exercises) if self.exercises else {}
        return {name: value for name, value in found.items() if isinstance(getattr(value, "starter", None), str)}

    @property
    def code(self) -> list[read.Cell]:
        """The code cells."""
        return read.code_cells(self.notebook)


Rule = Callable[[Page], Iterator[str]]


def page(path: Path, address: str | None = None) -> Page:
    """Read a notebook of the course, or one of the repository at another address, and find its exercises."""
    name = f"embedlab.exercises.nb{path.name[:2]}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        module = None
    return Page(path, read.read(path), address or repository.address(), module)


# Has it been recorded, and recorded last?


def valid_format(page: Page) -> Iterator[str]:
    """The file is a notebook of format 4.5 by the letter of its schema."""
    errors = nbformat.validator.iter_validate(nbformat.from_dict(page.notebook))
    if error := next(errors, None):
        yield f"not a valid notebook: {str(error).splitlines()[0]}"
    if (page.notebook.get("nbformat"), page.notebook.get("nbformat_minor")) != (4, 5):
        yield "the notebook format is not 4.5"


def execution_counts(page: Page) -> Iterator[str]:
    """A cell without its count is never compared with anything."""
    if [cell.get("execution_count") for cell in page.code] != list(range(1, len(page.code) + 1)):
        yield "the execution counts are not 1, 2, 3 …: record the notebook"


def fresh(page: Page) -> Iterator[str]:
    """No code was changed after its recording."""
    for number, cell in enumerate(page.code, 1):
        if read.is_stale(cell):
            yield f"code cell {number} was changed after the recording: make record NB={page.path.name[:2]}"


def file_size(page: Page) -> Iterator[str]:
    """A page must open fast, on GitHub too."""
    if (size := page.path.stat().st_size) > MOST_BYTES:
        yield f"the file has {size / 1e6:.1f} MB: 1 MB at most"


# The outputs


def no_errors(page: Page) -> Iterator[str]:
    """No error is stored, unless the cell is there to show one."""
    for number, cell, output in read.outputs(page.notebook):
        if output["output_type"] == "error" and "raises-exception" not in read.tags(cell):
            yield f"code cell {number} stores an error: {output['ename']}: {output['evalue']}"


def no_stderr(page: Page) -> Iterator[str]:
    """Warnings belong to nobody's page."""
    for number, _, output in read.outputs(page.notebook):
        if output.get("name") == "stderr":
            first = output["text"].strip().splitlines()[:1]
            yield f"code cell {number} wrote to stderr: {''.join(first)[:200]}"


def expected_outputs(page: Page) -> Iterator[str]:
    """A cell whose last word is to print or to show has an output; one that lost it is not compared in full."""
    for number, cell in enumerate(page.code, 1):
        if cell.get("execution_count") and not cell.get("outputs") and _speaks(read.source(cell)):
            yield f"code cell {number} prints or shows something, but no output is stored"


def _speaks(source: str) -> bool:
    body = read.tree(source).body
    calls = [node.value.func for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    names = {call.id if isinstance(call, ast.Name) else getattr(call, "attr", "") for call in calls}
    return bool(names & {"print", "display", "show", "check", "hint", "solution"})


def no_machine_paths(page: Page) -> Iterator[str]:
    """No output tells on which machine the notebook was recorded."""
    for number, _, text in _output_texts(page):
        found = {match.group() for pattern in _paths() for match in pattern.finditer(text)}
        for path in sorted(found):
            if not any(path != longer and path in longer for longer in found):  # one path, found by two patterns
                yield f"code cell {number} prints a path of the machine: {path}"


def _paths() -> Iterator[re.Pattern[str]]:
    yield re.compile(
        r"/home/[\w.-]+|/Users/[\w.-]+|/root/[\w.~-]+|[A-Z]:\\+Users\b|/tmp/[\w.-]+|/var/folders/\w+"
        r"|\b(?:site|dist)-packages\b|/usr/(?:local/)?lib/python|/opt/[\w.-]+/|<ipython-input"
    )
    own = {str(Path.home()), str(read.ROOT), sys.prefix, tempfile.gettempdir()} - {"/", "/root", "/tmp"}
    if own:
        yield re.compile("|".join(re.escape(folder) for folder in sorted(own)) + r"(?=[/\\]|\b)")


def no_addresses(page: Page) -> Iterator[str]:
    """`<object at 0x…>` is never the same twice."""
    for number, _, text in _output_texts(page):
        if found := re.search(r"\b0x[0-9a-fA-F]{6,}\b", text):
            yield f"code cell {number} prints a memory address: {found.group()}"


def _output_texts(page: Page) -> Iterator[tuple[int, read.Cell, str]]:
    for number, cell, output in read.outputs(page.notebook):
        parts = [output.get("text", ""), output.get("evalue", ""), output.get("traceback", [])]
        parts += [text for kind, text in output.get("data", {}).items() if not kind.startswith("image/")]
        yield number, cell, "\n".join(part if isinstance(part, str) else _flat(part) for part in parts)


def _flat(part: Any) -> str:
    return "".join(part) if isinstance(part, list) and all(isinstance(x, str) for x in part) else repr(part)


def no_totals(page: Page) -> Iterator[str]:
    """No notebook shows what other notebooks decide: a new exercise there would make this recording wrong."""
    for number, _, text in _output_texts(page):
        if "Whole course" in text:
            yield f"code cell {number} shows the progress of the whole course, which other notebooks decide"


def static_widgets(page: Page) -> Iterator[str]:
    """A widget lives only while a kernel runs; what is stored is the picture or text that stands for it."""
    for number, _, output in read.outputs(page.notebook):
        data = output.get("data", {})
        if WIDGET_VIEW in data:
            yield f"code cell {number} stores a widget view: record the notebook"
        looks_live = re.match(r"[A-Z]\w*\((\w+=|\))", data.get("text/plain", ""))
        if looks_live and set(data) <= {"text/plain", WIDGET_VIEW}:
            yield f"code cell {number} shows a widget or an object without anything to look at when nothing runs"


def alternative_texts(page: Page) -> Iterator[str]:
    """Every picture can be seen, and has a text for those who cannot see it."""
    for number, cell in enumerate(page.code, 1):
        for fault in pictures.faults(cell.get("outputs", [])):
            yield f"code cell {number} {fault}"
    for number, _, output in read.outputs(page.notebook):
        html = output.get("data", {}).get("text/html", "")
        if re.search(r"data:image/|image/svg|<svg", html):
            yield f"code cell {number} hides a picture in HTML, where it would be compared byte by byte"
        if "image/svg+xml" in output.get("data", {}):
            yield f"code cell {number} shows an SVG: plots.show draws PNG"
    for text in read.markdown_texts(page.notebook):
        if re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=.\S)", text):
            yield "a Markdown cell shows a picture without alternative text"


# The code


def short_cells(page: Page) -> Iterator[str]:
    """A cell fits on the screen with its result; one that is folded may be longer."""
    for number, cell in enumerate(page.code, 1):
        lines = len(read.source(cell).splitlines())
        most = MOST_FOLDED_LINES if "hide-input" in read.tags(cell) else MOST_LINES
        if lines > most:
            yield f"code cell {number} has {lines} lines: {most} at most, 15 are better"


def forbidden_code(page: Page) -> Iterator[str]:
    """Nothing that cannot be verified or that hides what went wrong."""
    for number, cell in enumerate(page.code, 1):
        for pattern, remark in FORBIDDEN_SOURCE.items():
            if re.search(pattern, read.source(cell), flags=re.M):
                yield f"code cell {number} uses {remark}"


def known_tags(page: Page) -> Iterator[str]:
    """Only tags that are known, and outputs are ignored nowhere but in Hub cells."""
    for number, cell in enumerate(page.notebook["cells"], 1):
        tags = set(read.tags(cell))
        if unknown := tags - TAGS:
            yield f"cell {number} of all cells has unknown tags {sorted(unknown)}"
        if "nbval-ignore-output" in tags and "hub" not in tags:
            yield f"cell {number} of all cells ignores its output, but only a cell tagged hub may"


def set_up(page: Page) -> Iterator[str]:
    """First the Colab cell, then the imports, which end with a visible line."""
    if not page.code or "colab" not in read.tags(page.code[0]):
        yield "the first code cell is not the one for Colab: tag it colab"
    second = [o.get("text", "") for cell in page.code[1:2] for o in cell.get("outputs", [])]
    if not any(text.startswith("Ready:") for text in second):
        yield "the second code cell does not end with a line “Ready: …”"


# The learner's budget


def narrow(page: Page) -> Iterator[str]:
    """Neither code, folded or not, nor what it prints runs out of a page's column; a magic cannot be broken."""
    for number, cell in enumerate(page.code, 1):
        code = [line for line in read.source(cell).splitlines() if not line.lstrip().startswith("%")]
        shown = {"a line of code": code}
        shown["a printed line"] = [line for output in cell.get("outputs", []) for line in _printed(output)]
        for what, lines in shown.items():
            for line in lines:
                if len(line) > MOST_COLUMNS:
                    yield f"code cell {number}: {what} has {len(line)} columns, {MOST_COLUMNS} at most: {line[:40]}"


def _printed(output: dict[str, Any]) -> list[str]:
    """The lines that are seen as text: no text beside a picture or beside HTML."""
    data = output.get("data", {})
    return (output.get("text", "") or (data.get("text/plain", "") if len(data) == 1 else "")).splitlines()


def budget(page: Page) -> Iterator[str]:
    """A notebook is read and done in one sitting."""
    pictures_shown = len([*pictures.of(page.notebook)])
    for found, most, what in (
        (read.words(page.notebook), MOST_WORDS, "words"),
        (len(read.visible_lines(page.notebook)), MOST_VISIBLE_LINES, "visible lines of code"),
        (read.minutes(page.notebook), MOST_MINUTES, "minutes"),
        (pictures_shown, PICTURES[-1], "pictures"),
    ):
        if found > most:
            yield f"the notebook has {found} {what}: {most} at most; cut, or fold what only draws, fetches or formats"
    if pictures_shown < PICTURES[0]:
        yield f"the notebook has {pictures_shown} pictures: at least {PICTURES[0]}"


def driven_copies(page: Page) -> Iterator[str]:
    """No cell moves by code what the learner has in hand: an explorer that a cell shows is not driven, a copy is."""
    trees = [read.tree(read.python(cell)) for cell in page.code]
    ends = [tree.body[-1] for tree in trees if tree.body]
    shown = {end.value.id for end in ends if isinstance(end, ast.Expr) and isinstance(end.value, ast.Name)}
    for number, tree in enumerate(trees, 1):
        for name in sorted(shown & _driven(tree)):
            yield f"code cell {number} moves the explorer {name} that the learner sees: drive a copy"


def _driven(tree: ast.Module) -> set[str]:
    """Names of which a cell sets a control, as in ``name.control.value = 3``."""
    set_values = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "value" and isinstance(node.ctx, ast.Store)
    ]
    return {
        control.value.id
        for control in set_values
        if isinstance(control, ast.Attribute) and isinstance(control.value, ast.Name)
    }


# The text


def head(page: Page) -> Iterator[str]:
    """The first cell says what the notebook asks, what it gives and what it costs."""
    try:
        found = read.head(page.notebook)
    except ValueError as error:
        yield str(error)
        return
    if not page.path.name.startswith(f"{found.number}_"):
        yield f"the title has number {found.number}, the file is {page.path.name}"
    if not 3 <= len(found.goals) <= 5:
        yield f"the head has {len(found.goals)} goals: 3 to 5"


def heading_levels(page: Page) -> Iterator[str]:
    """One title, and no level skipped: readers of a screen reader walk by them."""
    levels = [level for level, _ in read.headings(page.notebook)]
    if levels.count(1) != 1 or levels[:1] != [1]:
        yield f"there are {levels.count(1)} headings of level 1, and one must open the notebook"
    for above, below in itertools.pairwise(levels):
        if below > above + 1:
            yield f"a heading of level {below} follows one of level {above}"


def predictions(page: Page) -> Iterator[str]:
    """The learner is asked before a cell answers."""
    if read.PREDICTION not in read.prose(page.notebook):
        yield "nowhere stands “**Predict first.** …”"


def exercises(page: Page) -> Iterator[str]:
    """Each exercise of the module has its heading, its starter cell and its check."""
    if page.exercises is None:
        yield f"there is no module embedlab.exercises.nb{page.path.name[:2]}"
        return
    fewest = 1 if page.path.name.startswith("00") else 2
    if not fewest <= len(page.starters) <= 4:
        yield f"there are {len(page.starters)} exercises: {fewest} to 4"
    if (shown := len(read.exercise_headings(page.notebook))) != len(page.starters):
        yield f"there are {shown} headings “Exercise …” for {len(page.starters)} exercises"
    for name in page.starters:
        if not any(f".{name}.check(" in read.source(cell) for cell in page.code):
            yield f"exercise {name}: no cell calls .{name}.check(…)"


def quiz(page: Page) -> Iterator[str]:
    """The quiz has its heading and a cell that shows it."""
    if "Quiz" not in [title for level, title in read.headings(page.notebook) if level == 2]:
        yield "there is no heading “## Quiz”"
    if not hasattr(page.exercises, "quiz"):
        yield "the exercises' module has no quiz"
        return
    if not any(".quiz.show()" in read.source(cell) for cell in page.code):
        yield "no cell calls .quiz.show()"


def summary(page: Page) -> Iterator[str]:
    """The summary answers the goals one for one."""
    points = read.bullets(read.section(page.notebook, "Summary"))
    if not points:
        yield "there is no list below a heading “## Summary”"
    elif page.head and len(points) != len(page.head.goals):
        yield f"the summary has {len(points)} points, the head has {len(page.head.goals)} goals"


def further_reading(page: Page) -> Iterator[str]:
    """Each entry has a year and a link."""
    entries = read.bullets(read.section(page.notebook, "Further reading"))
    if not entries:
        yield "there is no list below a heading “## Further reading”"
    for entry in entries:
        told = re.sub(r"\]\(.*?\)|<.*?>", "", entry)  # an address may hold what looks like a year
        if not re.search(r"\b(19|20)\d\d\b", told) or not re.search(r"\]\(https?://|<https?://", entry):
            yield f"further reading without year or link: {entry[:60]}"


def links(page: Page) -> Iterator[str]:
    """What a relative link names exists."""
    for target in re.findall(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"", read.prose(page.notebook)):
        where = "".join(target).partition("#")[0]
        if re.match(r"[a-z]+:", where) or not where:
            continue
        if not (page.path.parent / where).exists():
            yield f"a link leads to {where}, which does not exist"


OUTPUT_RULES: tuple[Rule, ...] = (no_errors, no_stderr, no_machine_paths, no_addresses, no_totals, static_widgets)
BUDGET_RULES: tuple[Rule, ...] = (narrow, budget, driven_copies)
RULES: tuple[Rule, ...] = (
    valid_format,
    execution_counts,
    fresh,
    file_size,
    *OUTPUT_RULES,
    expected_outputs,
    alternative_texts,
    short_cells,
    forbidden_code,
    known_tags,
    set_up,
    head,
    heading_levels,
    predictions,
    exercises,
    quiz,
    summary,
    further_reading,
    links,
    *BUDGET_RULES,
)


def complaints(page: Page, rules: Iterable[Rule] = RULES) -> list[str]:
    """Everything the rules object to, in their order; an empty list if nothing."""
    return [complaint for rule in rules for complaint in rule(page)]


def main(arguments: list[str]) -> int:
    """Print the complaints of the notebooks with these numbers, or of all; 1 if there is any."""
    rules = BUDGET_RULES if "--budget" in arguments else RULES
    numbers = [argument for argument in arguments if argument != "--budget"]
    paths = [path for path in read.course() if not numbers or path.name[:2] in numbers]
    found = [(path, complaint) for path in paths for complaint in complaints(page(path), rules)]
    for path, complaint in found:
        print(f"{path.name}: {complaint}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
