"""Every rule that says what a good page is can say no. `make check` asks them about the real notebooks.

No kernel is started. The rules are tried on a small good notebook that is then spoiled in one place.
"""

from __future__ import annotations

import base64
import copy
import io
import json
import re
from types import SimpleNamespace

import pytest
from PIL import Image

from embedlab import plots
from tests import nb99
from tools import colab_cell, hygiene, stamp
from tools import notebooks as read

REPOSITORY = "https://github.com/YOUR_GITHUB_NAME/embedlab"
NAME = "15_semantic_search.ipynb"


def png(width=100, height=100, end=None):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()[:end]).decode()


PNG = png()


def exercises():
    return SimpleNamespace(double=nb99.double, triple=nb99.triple, quiz=nb99.quiz)


def head(number="15", topic="Semantic search", name=NAME):
    return f"""# {number} · {topic}

{colab_cell.link(name, REPOSITORY)}

**The question.** How can a search find what was meant?

**After this notebook you can**

- build a search
- measure it
  with a baseline
- tell when a hybrid pays

| Time | Before this | Peak memory | Download |
|:--|:--|:--|:--|
| 45 minutes | [12 · Sentence Transformers](12_sentence_transformers.ipynb) | 1.2 GB | none |"""


CLOSE = """## Summary

- it is built
- it is measured
- it pays

## Further reading

- Reimers and Gurevych (2019), [Sentence-BERT](https://arxiv.org/abs/1908.10084)

**Previous:** [12 · Sentence Transformers](12_sentence_transformers.ipynb) · **Next:** [Course map](../README.md)"""


def markdown(text):
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code(source, *outputs, tags=()):
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "metadata": metadata, "outputs": list(outputs), "source": source}


def said(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def shown(metadata=None, **data):
    data = {kind.replace("_", "/", 1): content for kind, content in data.items()}
    return {"output_type": "display_data", "metadata": metadata or {}, "data": data}


def picture(data=PNG, alt="a dot", text="a dot", described="a dot", kind="image_png"):
    """What `plots.show` displays."""
    told = {kind.replace("_", "/"): {"alt": alt}}
    return [
        shown(told, text_plain=f"[picture] {text}", **{kind: data}),
        shown(text_html=f"{plots.DESCRIPTION}{described}</span>"),
    ]


IMPORTS, CELL, PICTURE, HUB, DOUBLE, TRIPLE, QUIZ = 3, 5, 6, 7, 9, 10, 12


def good():
    """A notebook without fault, as the recorder writes it."""
    cells = [
        markdown(head()),
        markdown("## Set-up\n\nThe first cell is for Colab."),
        code(colab_cell.cell(REPOSITORY), tags=["colab", "hide-input"]),
        code("import embedlab\nprint('Ready: embedlab')", said("Ready: embedlab\n")),
        markdown("## Meaning\n\n**Predict first.** Which? See [start](#set-up).\n\n```python\n# a comment\n```"),
        code("print('king 0.79')", said("king 0.79\n")),
        code("plots.show(fig, alt='a dot')", *picture()),
        code("print('Skipped: 90 MB')", said("Skipped: 90 MB\n"), tags=["hub"]),
        markdown("## Exercises\n\n### Exercise 1 · Double\n\n### Exercise 2 · Triple"),
        code(nb99.double.starter.strip(), shown(text_plain="Not attempted: …")),
        code(nb99.triple.starter.strip(), shown(text_plain="Not attempted: …")),
        markdown("## Quiz\n\n" + exercises().quiz.markdown()),
        code("ex.quiz.show()", shown(text_plain="Quiz with 2 questions: run this cell.")),
        *[code(f"plots.show({name}, alt='a dot')", *picture()) for name in ("one", "two")],  # three may lose one
        markdown(CLOSE),
    ]
    notebook = {"cells": cells, "nbformat": 4, "nbformat_minor": 5}
    return stamped(notebook | {"metadata": copy.deepcopy(stamp.NOTEBOOK_METADATA)})


def stamped(notebook):
    """Counts and ids as the recorder gives them."""
    for number, cell in enumerate(read.code_cells(notebook), 1):
        cell["execution_count"] = number
    taken = set()
    for cell in notebook["cells"]:
        cell["id"] = read.made_id(cell, taken)
        taken.add(cell["id"])
    return notebook


@pytest.fixture
def folder(tmp_path):
    """Where the notebooks of a course are, with a README above them and the files that the good notebook links."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in ("README.md", "notebooks/12_sentence_transformers.ipynb"):
        (tmp_path / name).touch()
    return folder


def complaints(folder, notebook, module=None, name=NAME):
    path = folder / name
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return hygiene.complaints(hygiene.Page(path, read.read(path), REPOSITORY, module or exercises()))


def test_a_good_notebook_pleases(folder):
    assert complaints(folder, good()) == []
    notebook = good()
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    assert complaints(folder, notebook) == []


# One spoiled place each. Most spoil a text or an output, and are stamped afresh as if recorded again.


def text(cell, old, new):
    """A change in the text of a cell."""

    def spoil(cells):
        assert old in cells[cell]["source"]
        cells[cell]["source"] = cells[cell]["source"].replace(old, new)

    return spoil


def output(cell, *outputs):
    """Other outputs of a cell."""
    return lambda cells: cells[cell].update(outputs=list(outputs))


def tagged(cell, *tags):
    """Other tags of a cell."""
    return lambda cells: cells[cell]["metadata"].update(tags=list(tags))


def both(*spoils):
    return lambda cells: [spoil(cells) for spoil in spoils]


ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": ["ValueError: bad"]}
VIEW = {"version_major": 2, "version_minor": 0, "model_id": "1"}
REPR = "VBox(children=(IntSlider(value=3),))"
LONG = "\n".join(f"a = {i}" for i in range(26))

SPOILED = {
    # outputs
    "an error": (output(CELL, ERROR), "code cell 3 stores an error: ValueError: bad"),
    "stderr": (output(CELL, said("k\n"), said("old\nx", "stderr")), "code cell 3 wrote to stderr: old"),
    "path of a home": (output(CELL, said("in /home/ada/lab\n")), "prints a path of the machine: /home/ada"),
    "path of a Mac": (output(CELL, said("in /Users/ada/lab\n")), "prints a path of the machine: /Users/ada"),
    "path on Windows": (output(CELL, said("C:\\Users\\ada\n")), r"prints a path of the machine: C:\\Users"),
    "temporary path": (output(CELL, shown(text_plain="/tmp/x1")), "prints a path of the machine: /tmp/x1"),
    "path in HTML": (output(CELL, shown(text_html="<b>/tmp/x1</b>")), "prints a path of the machine: /tmp/x1"),
    "path in JSON": (output(CELL, shown(application_json={"a": "/tmp/x1"})), "prints a path of the machine: /tmp"),
    "path of a library": (output(CELL, said("site-packages/numpy")), "prints a path of the machine: site-packages"),
    "path of this checkout": (output(CELL, said(f"{read.ROOT}/x")), f"prints a path of the machine: {read.ROOT}"),
    "address": (output(CELL, said("<X at 0x7f1a98c4>")), "code cell 3 prints a memory address: 0x7f1a98c4"),
    "progress": (output(CELL, said("Whole course  ░░  0 of 9\n")), "shows the progress of the whole course"),
    "widget view": (output(CELL, shown(**{"application_vnd.jupyter.widget-view+json": VIEW})), "stores a widget view"),
    "bare widget": (output(CELL, shown(text_plain=REPR)), "code cell 3 shows a widget or an object without anything"),
    "lost output": (output(CELL), "code cell 3 prints or shows something, but no output is stored"),
    "lost picture": (output(PICTURE), "code cell 4 prints or shows something, but no output is stored"),
    "lost check": (output(DOUBLE), "code cell 6 prints or shows something, but no output is stored"),
    "no alternative text": (output(PICTURE, shown(image_png=PNG)), "code cell 4 shows a picture without alt"),
    "blank alternative text": (
        output(PICTURE, shown({"image/png": {"alt": " "}}, image_png=PNG)),
        "code cell 4 shows a picture without alternative text",
    ),
    "other text beside a picture": (output(PICTURE, *picture(text="two dots")), "whose alternative text is not"),
    "other text in the metadata": (output(PICTURE, *picture(alt="two", described="two")), "whose alternative text is"),
    "other text for screen readers": (output(PICTURE, *picture(described="two")), "describes its pictures otherwise"),
    "no text for screen readers": (output(PICTURE, picture()[0]), "describes its pictures otherwise"),
    "picture too small": (output(PICTURE, *picture(png(99))), "shows a picture of 99 × 100 pixels: at least 100 × 100"),
    "picture cut off": (output(PICTURE, *picture(png(end=60))), "shows a picture that cannot be decoded"),
    "no picture": (output(PICTURE, *picture("aGVsbG8=")), "shows a picture that cannot be decoded"),
    "another kind of picture": (output(PICTURE, *picture(kind="image_jpeg")), "as image/jpeg, but it is image/png"),
    "picture in HTML": (output(CELL, shown(text_html='<img src="data:image/png;base64,AA">')), "hides a picture"),
    "SVG": (output(CELL, shown(**{"image_svg+xml": "<svg/>"})), "code cell 3 shows an SVG"),
    "picture in Markdown without text": (text(4, "## Meaning", "## Meaning\n\n![](../README.md)"), "a Markdown cell"),
    # code
    "long cell": (text(CELL, "print('king 0.79')", LONG), "code cell 3 has 26 lines: 25 at most"),
    "tqdm": (text(CELL, "print(", "from tqdm.auto import tqdm\nprint("), "code cell 3 uses tqdm: encoding.progress"),
    "plt.show": (text(CELL, "print(", "plt.show()\nprint("), "code cell 3 uses plt.show"),
    "interact": (text(CELL, "print(", "widgets.interact(f)\nprint("), "code cell 3 uses interact"),
    "interactive_output": (text(CELL, "print(", "interactive_output(f)\nprint("), "code cell 3 uses interact"),
    "Output": (text(CELL, "print(", "widgets.Output()\nprint("), "code cell 3 uses an Output widget"),
    "clear_output": (text(CELL, "print(", "clear_output()\nprint("), "code cell 3 uses clear_output"),
    "display_id": (text(CELL, "print(", "display(x, display_id=True)\nprint("), "code cell 3 uses display_id"),
    "%%time": (text(CELL, "print(", "%%time\nprint("), "code cell 3 uses a timing magic"),
    "%timeit": (text(CELL, "print(", "%timeit x\nprint("), "code cell 3 uses a timing magic"),
    "%%capture": (text(CELL, "print(", "%%capture\nprint("), "code cell 3 uses %%capture"),
    "Styler": (text(CELL, "print(", "df.style.format()\nprint("), "code cell 3 uses a Styler"),
    "SVG in code": (text(CELL, "print(", "SVG(x)\nprint("), "code cell 3 uses SVG"),
    "marker comment": (text(CELL, "print(", "# NBVAL_IGNORE_OUTPUT\nprint("), "code cell 3 uses a marker comment"),
    "nbval-skip": (tagged(CELL, "nbval-skip"), r"cell 6 of all cells has unknown tags \['nbval-skip'\]"),
    "unknown tag": (tagged(CELL, "hubb"), r"cell 6 of all cells has unknown tags \['hubb'\]"),
    "ignored output": (tagged(CELL, "nbval-ignore-output"), "cell 6 of all cells ignores its output"),
    "no Colab cell": (tagged(2, "hide-input"), "the first code cell is not the one for Colab"),
    "imports without Ready": (output(IMPORTS, said("Hello\n")), "the second code cell does not end with a line"),
    # text
    "other number": (text(0, "# 15 ·", "# 16 ·"), "the title has number 16, the file is 15_semantic_search.ipynb"),
    "no question": (text(0, "**The question.**", "**Question.**"), "the head lacks a line “"),
    "no goals": (text(0, "**After this notebook you can**", "**Goals**"), "the head lacks the list of goals"),
    "two goals": (
        both(text(0, "- build a search\n", ""), text(-1, "- it is built\n", "")),
        "the head has 2 goals: 3 to 5",
    ),
    "no table": (text(0, "| Time |", "| Minutes |"), "the head lacks the table"),
    "time in words": (text(0, "45 minutes", "an hour"), "the head lacks a time like"),
    "memory in words": (text(0, "1.2 GB", "little"), "the head lacks a peak memory like"),
    "no prerequisites": (text(0, "[12 · Sentence Transformers](12_sentence_transformers.ipynb)", ""), "what to read"),
    "no download": (text(0, "| none |", "| |"), "the head lacks the download"),
    "second title": (text(4, "## Meaning", "# Meaning"), "there are 2 headings of level 1"),
    "skipped level": (text(8, "### Exercise 1", "#### Exercise 1"), "a heading of level 4 follows one of level 2"),
    "no prediction": (text(4, "**Predict first.** ", ""), "nowhere stands “"),
    "exercise without heading": (text(8, "### Exercise 2 · Triple", ""), "there are 1 headings “Exercise …” for 2"),
    "no check": (text(TRIPLE, "ex.triple.check(triple)", "print(triple)"), "exercise triple: no cell calls"),
    "no quiz heading": (text(11, "## Quiz", "## Questions"), "there is no heading “## Quiz”"),
    "quiz not shown": (text(QUIZ, "ex.quiz.show()", "ex.quiz"), "no cell calls .quiz.show()"),
    "no summary": (text(-1, "## Summary", "## In short"), "there is no list below a heading “## Summary”"),
    "short summary": (text(-1, "- it pays\n", ""), "the summary has 2 points, the head has 3 goals"),
    "no further reading": (text(-1, "## Further reading", "## Books"), "no list below a heading “## Further read"),
    "reading without a year": (text(-1, "(2019)", "(recent)"), "further reading without year or link: Reimers"),
    "reading without a link": (text(-1, "(https://arxiv.org/abs/1908.10084)", ""), "further reading without year"),
    "dead link": (text(4, "(#set-up)", "(16_search_at_scale.ipynb#start)"), "leads to 16_search_at_scale.ipynb, which"),
    "dead link in HTML": (text(4, "## Meaning", '## Meaning\n\n<a href="x.md">x</a>'), "a link leads to x.md, which"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "complaint"), SPOILED.values(), ids=SPOILED)
def test_one_spoiled_place_is_one_complaint(folder, spoil, complaint):
    notebook = good()
    spoil(notebook["cells"])
    found = complaints(folder, stamped(notebook))
    assert len(found) == 1, found
    assert re.search(complaint, found[0]), found


def test_a_missing_title_is_missed_by_two_rules(folder):
    notebook = good()
    text(0, "# 15 · Semantic search\n\n", "")(notebook["cells"])
    found = complaints(folder, stamped(notebook))
    assert found[0].startswith("the head lacks the title")
    assert found[1:] == ["there are 0 headings of level 1, and one must open the notebook"]


# What only an edit after the recording, or another program than the recorder, can do.


def in_cell(cell, **changes):
    """Other counts, ids or code of a cell, as no recorder leaves them."""
    return lambda notebook: notebook["cells"][cell].update(changes)


COUNTS = "the execution counts are not 1, 2, 3 …: record the notebook"
STALE = "code cell 3 was changed after the recording: make record NB=15"
HUGE = {"image/png": "A" * 1_000_000}
UNRECORDED = {
    "one not run": (in_cell(CELL, execution_count=None), COUNTS),
    "one run twice": (in_cell(CELL, execution_count=20), COUNTS),
    "edited": (in_cell(CELL, source="print('king', 0.79)"), STALE),
    "another's id": (in_cell(CELL, id=good()["cells"][PICTURE]["id"]), STALE),
    "old format": (lambda notebook: notebook.update(nbformat_minor=4), "the notebook format is not 4.5"),
    "no outputs": (lambda notebook: notebook["cells"][CELL].pop("outputs"), "not a valid notebook: 'outputs' is a"),
    "huge": (lambda notebook: notebook["cells"][PICTURE]["outputs"][0]["data"].update(HUGE), "the file has 1.0 MB"),
}


@pytest.mark.parametrize(("spoil", "complaint"), UNRECORDED.values(), ids=UNRECORDED)
def test_not_as_recorded(folder, spoil, complaint):
    notebook = good()
    spoil(notebook)
    assert any(found.startswith(complaint) for found in complaints(folder, notebook))


# The exercises' module, and the other notebooks


def test_exercises_and_quiz_are_those_of_the_module(folder):
    found = hygiene.complaints(hygiene.Page(folder / NAME, good(), REPOSITORY, None), [hygiene.exercises, hygiene.quiz])
    assert found == ["there is no module embedlab.exercises.nb15", "the exercises' module has no quiz"]
    module = exercises()
    del module.triple
    found = complaints(folder, good(), module)
    assert found == ["there are 1 exercises: 2 to 4", "there are 2 headings “Exercise …” for 1 exercises"]
    module = exercises()
    module.unit = nb99.unit
    assert "exercise unit: no cell calls .unit.check(…)" in complaints(folder, good(), module)
    module = exercises()
    del module.quiz
    assert complaints(folder, good(), module) == ["the exercises' module has no quiz"]


# The learner's budget

DOT = shown(image_png=PNG)
WIDE, ROW = "x" * 89, "x" * 88
BUDGET = {
    "as much as may be": (["x = 1\n" * 239, ROW], [said(f"{ROW}\n" * 9)] + [DOT] * 6, 2700, []),
    "words": ([], [DOT] * 2, 2801, ["2801 words: 2800 at most"]),
    "code": (["x = 1\n" * 241], [DOT] * 2, 1, ["241 visible lines of code: 240 at most"]),
    "one picture": ([], [DOT], 1, ["1 pictures: at least 2"]),
    "seven pictures": ([], [DOT] * 7, 1, ["7 pictures: 6 at most"]),
    "wide code": ([WIDE], [DOT] * 2, 1, ["a line of code has 89 columns, 88 at most: xxxx"]),
    "wide print": ([], [DOT, DOT, said(f"a\n{WIDE}")], 1, ["a printed line has 89 columns"]),
    "wide result": ([], [DOT, DOT, shown(text_plain=WIDE)], 1, ["a printed line has 89 columns"]),
    "a picture's text": ([], [DOT, shown(image_png=PNG, text_plain=WIDE), shown(text_html=WIDE)], 1, []),
}


@pytest.mark.parametrize(("sources", "outputs", "words", "complaints"), BUDGET.values(), ids=BUDGET)
def test_the_learners_budget(sources, outputs, words, complaints):
    colab = code(f"# @title Colab\nif x:\n    %pip {WIDE}", tags=["colab", "hide-input"])
    folded = [colab, code("# @title Draw\n" + "x = 1\n" * 99, *outputs, tags=["hide-input"])]
    cells = [markdown("word " * words), *folded, *map(code, sources)]
    page = hygiene.Page(read.NOTEBOOKS / NAME, {"cells": cells}, "", None)
    found = hygiene.complaints(page, hygiene.BUDGET_RULES)
    assert len(found) == len(complaints)
    assert all(part in whole for part, whole in zip(complaints, found, strict=True)), found


def test_folded_code_has_the_same_width():
    cells = [code(f"# @title Draw\n{WIDE}", DOT, DOT, tags=["hide-input"])]
    (found,) = hygiene.complaints(hygiene.Page(read.NOTEBOOKS / NAME, {"cells": cells}, "", None), hygiene.BUDGET_RULES)
    assert found.startswith("code cell 1: a line of code has 89 columns, 88 at most: xxxx")


def test_more_than_75_minutes_is_too_long():
    cells = [markdown("### Exercise 1\n\n" * 10), code("x", DOT, DOT)]
    page = hygiene.Page(read.NOTEBOOKS / NAME, {"cells": cells}, "", None)
    (found,) = hygiene.complaints(page, hygiene.BUDGET_RULES)
    assert found.startswith("the notebook has 85 minutes: 75 at most; cut, or fold")


SHOWN, COPY = "mine = new()\nmine", "driven = new()\ndriven.k.value = 3\nprint(driven.text)"


@pytest.mark.parametrize(
    ("sources", "complaints"),
    [
        ([SHOWN, COPY], []),
        ([SHOWN, "slider.value = 3"], []),
        ([SHOWN, "mine.k.value = 3"], ["code cell 2 moves the explorer mine that the learner sees: drive a copy"]),
        (
            ["mine = new()\nfor mine.k.value in [1, 2]:\n    print(mine.text)\nmine"],
            ["code cell 1 moves the explorer mine"],
        ),
        ([COPY, SHOWN, "mine.a.value, mine.b.value = 1, 2"], ["code cell 3 moves the explorer mine"]),
    ],
    ids=["a copy", "no explorer", "the learner's", "in the head of a loop", "two at once"],
)
def test_the_learners_explorer_is_left_alone(sources, complaints):
    page = hygiene.Page(read.NOTEBOOKS / NAME, {"cells": [*map(code, sources)]}, "", None)
    found = hygiene.complaints(page, [hygiene.driven_copies])
    assert [line[: len(start)] for line, start in zip(found, complaints, strict=True)] == complaints


# Reading


def test_head_headings_and_order_are_read(tmp_path):
    found = read.head(good())
    assert found.title == "15 · Semantic search"
    assert found.question == "How can a search find what was meant?"
    assert found.goals == ("build a search", "measure it\n  with a baseline", "tell when a hybrid pays")
    assert (found.minutes, found.gigabytes, found.download) == (45, 1.2, "none")
    assert found.before == "[12 · Sentence Transformers](12_sentence_transformers.ipynb)"
    assert len(read.exercise_headings(good())) == 2
    notebook = {"cells": [markdown("# One\n\n```python\n# two\n```\n\n## Three"), markdown("~~~\n# four\n~~~")]}
    assert read.headings(notebook) == [(1, "One"), (2, "Three")]
    for name in ("12_b.ipynb", "01_a.ipynb", "draft.ipynb", "02_c.py"):
        (tmp_path / name).touch()
    assert [path.name for path in read.course(tmp_path)] == ["01_a.ipynb", "12_b.ipynb"]


def test_code_that_changed_is_stale_also_in_the_second_of_two_alike():
    cells = stamped({"cells": [code("a"), code("a"), code("b")]})["cells"]
    assert len({cell["id"] for cell in cells}) == 3
    assert not any(map(read.is_stale, cells))
    assert all(read.is_stale(cell | {"source": "c"}) for cell in cells)


@pytest.mark.parametrize(
    ("cells", "minutes"),
    [
        ([markdown("")], 0),
        ([markdown("word " * 900)], 5),
        ([markdown("word " * 901)], 10),
        ([markdown("a [b](c d e) <i x=1>`f`</i> " * 300)], 5),
        ([markdown("```\n" + "word " * 1000 + "\n```")], 0),
        ([code("x = 1\n\n" * 50)], 5),
        ([code("x = 1\n\n" * 51)], 10),
        ([code("x = 1\n" * 500, tags=["hide-input"]), code("x = 1\n" * 500, tags=["colab"])], 0),
        ([markdown("**Predict first.** Who?\n\n" * 4)], 5),
        ([markdown("### Exercise 1\n\n### Exercise 2")], 20),
    ],
)
def test_minutes(cells, minutes):
    assert read.minutes({"cells": cells}) == minutes


def test_command_prints_the_complaints(folder, monkeypatch, capsys):
    (folder / NAME).write_text(json.dumps(good() | {"nbformat_minor": 4}), encoding="utf-8")
    monkeypatch.setattr(hygiene.read, "course", lambda _=None: [folder / NAME])
    assert hygiene.main(["15"]) == 1
    assert f"{NAME}: the notebook format is not 4.5\n" in capsys.readouterr().out
    assert hygiene.main(["16"]) == 0
    assert capsys.readouterr().out == ""
