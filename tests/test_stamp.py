"""Whatever follows from something else is written by one command, without a kernel, and nothing else is touched.

Each test works on a copy of three real notebooks and the README.
"""

from __future__ import annotations

import json
import re
import shutil
from types import SimpleNamespace

import pytest

from embedlab.exercises import nb15
from tools import colab_cell, hygiene, repository, stamp
from tools import notebooks as read

COURSE = ["10_multimodal.ipynb", "15_semantic_search.ipynb", "16_search_at_scale.ipynb", "glossary.ipynb"]


@pytest.fixture(scope="module")
def stamped(tmp_path_factory):
    """A small course, stamped: navigation and course map name three notebooks."""
    root = tmp_path_factory.mktemp("stamped")
    (root / "notebooks" / "pictures").mkdir(parents=True)
    for name in ("pyproject.toml", "README.md", ".github", *(f"notebooks/{name}" for name in COURSE)):
        copy = shutil.copytree if (read.ROOT / name).is_dir() else shutil.copy
        copy(read.ROOT / name, root / name)
    assert stamp.main([], root) == 0
    return root


@pytest.fixture
def root(stamped, tmp_path):
    return shutil.copytree(stamped, tmp_path / "course")


def everything(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def changed(root, before):
    return {name for name, content in everything(root).items() if before.get(name) != content}


def path(root, number="15"):
    return read.numbered(number, root / "notebooks")


def complaints(root, number="15"):
    """What hygiene says, without links to the notebooks that were not copied."""
    found = hygiene.complaints(hygiene.page(path(root, number), repository.address(root)))
    return [complaint for complaint in found if "a link leads to" not in complaint]


def would_stamp(root, capsys):
    """The lines of ``stamp --check``; none if there is nothing to do."""
    capsys.readouterr()
    before = everything(root)
    status = stamp.main(["--check"], root)
    assert everything(root) == before
    lines = capsys.readouterr().out.splitlines()
    assert status == (lines != ["Nothing to stamp."])
    return lines if status else []


def edited(root, edit, number="15"):
    """Change a notebook by a function, and write it as an editor does."""
    notebook = read.read(path(root, number))
    edit(notebook["cells"])
    path(root, number).write_text(read.written(notebook), encoding="utf-8")


def cells(root, number="15"):
    return read.read(path(root, number))["cells"]


def place(cells, text):
    return next(i for i, cell in enumerate(cells) if text in cell["source"])


def test_one_letter_in_a_text_is_one_line_and_needs_no_recording(root, capsys):
    def misspell(cells):
        for cell in cells[1:]:
            if cell["cell_type"] == "markdown" and not re.search("## (Exercise|Quiz)|Predict first", cell["source"]):
                cell["source"] = cell["source"].replace("e", "é", 1)
                misspelled.append(cell["id"])

    misspelled = []
    before = path(root).read_text(encoding="utf-8").splitlines()
    edited(root, misspell)
    assert stamp.main([], root) == 0
    after = path(root).read_text(encoding="utf-8").splitlines()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == len(misspelled) > 10
    assert (complaints(root), would_stamp(root, capsys)) == ([], [])


def test_a_new_title_reaches_whatever_names_it(root, capsys):
    before = everything(root)
    edited(root, lambda cells: cells[0].update(source=cells[0]["source"].replace("· Semantic search", "· Finding")))
    said = would_stamp(root, capsys)
    assert [line.partition(":")[0] for line in said] == [
        "README.md",
        "notebooks/10_multimodal.ipynb",
        "notebooks/16_search_at_scale.ipynb",
        "notebooks/16_search_at_scale.ipynb",
    ]
    assert "the links to the notebooks before and after (cell " in said[1]
    assert "the notebooks to read before (cell 1)" in said[2]
    assert stamp.main([], root) == 0
    assert "| [15 · Finding](notebooks/" in (root / "README.md").read_text(encoding="utf-8")
    assert len(changed(root, before)) == 4
    assert [complaints(root, number) for number in ("10", "15", "16")] == [[], [], []]


def test_what_a_notebook_needs_is_named_whatever_its_head_said(root, capsys):
    def forget(cells):
        cells[0]["source"] = re.sub(r"(?<=minutes \| )\[[^|]+(?= \|)", "nothing", cells[0]["source"])

    before = everything(root)
    edited(root, forget, "16")
    assert would_stamp(root, capsys) == ["notebooks/16_search_at_scale.ipynb: the notebooks to read before (cell 1)"]
    assert stamp.main([], root) == 0
    assert changed(root, before) == set()
    (root / "notebooks" / "glossary.ipynb").unlink()
    edited(root, forget, "16")
    assert would_stamp(root, capsys) == [], "without a glossary nothing is known of what is needed"


def test_another_colab_cell_is_one_command(root, capsys, monkeypatch):
    outputs = [cell.get("outputs") for cell in cells(root)]
    monkeypatch.setattr(colab_cell, "COLAB_CELL", "source = 'REPOSITORY'")
    assert would_stamp(root, capsys) == [f"notebooks/{name}: the Colab cell (cell 3)" for name in COURSE[:-1]]
    assert stamp.main([], root) == 0
    assert cells(root)[2]["source"] == f"source = '{repository.address(root)}'"
    assert [cell.get("outputs") for cell in cells(root)] == outputs
    assert (complaints(root), would_stamp(root, capsys)) == ([], [])


def test_another_quiz_is_one_command_and_no_other_notebook(root, capsys, monkeypatch):
    form = type("Form", (), {"__str__": lambda self: "Quiz with 4 questions: run this cell."})()
    text = nb15.quiz.markdown() + "\n\n**Question 4.** Why?\n\n</details>"
    monkeypatch.setattr(nb15, "quiz", SimpleNamespace(markdown=lambda: text, show=lambda: form))
    before = everything(root)
    (line,) = would_stamp(root, capsys)
    assert line.startswith("notebooks/15_semantic_search.ipynb: the quiz (cell ")
    assert stamp.main([], root) == 0
    assert changed(root, before) == {"notebooks/15_semantic_search.ipynb"}
    assert any(cell["source"].endswith(text) for cell in cells(root))
    shown = cells(root)[place(cells(root), ".quiz.show()")]["outputs"]
    assert shown[0]["data"]["text/plain"] == str(form)
    assert (complaints(root), would_stamp(root, capsys)) == ([], [])


def test_what_stands_around_a_quiz_stays(root):
    def around(cells):
        cell = cells[place(cells, "## Quiz")]
        cell["source"] = cell["source"].replace("## Quiz", "Before.\n\n## Quiz\n\nThink.") + "\n\n## After\n\nWord."
        cell["source"] = cell["source"].replace("**Question 2.**", "**Question 2.** Spoiled.")

    whole = cells(root)[place(cells(root), "## Quiz")]["source"]
    edited(root, around)
    assert stamp.main([], root) == 0
    expected = whole.replace("## Quiz", "Before.\n\n## Quiz\n\nThink.") + "\n\n## After\n\nWord."
    assert cells(root)[place(cells(root), "## Quiz")]["source"] == expected


def test_a_new_exercise_is_written_into_the_cell_that_names_it_and_breaks_no_other_notebook(root, capsys, monkeypatch):
    starter = "def triple(x):\n    return ...\n\n\nex.triple.check(triple)\n"
    monkeypatch.setattr(nb15, "triple", SimpleNamespace(starter=starter, id="15.triple", title="Triple"), raising=False)
    assert complaints(root, "10") == complaints(root, "16") == []
    assert "exercise triple: no cell calls .triple.check(…)" in complaints(root)
    text = {"cell_type": "markdown", "id": "new", "metadata": {}, "source": "### Exercise 4 · Triple"}
    code = {"cell_type": "code", "id": "new-2", "metadata": {}, "source": "ex.triple\n", "outputs": []}

    def add(cells):
        cells[place(cells, "## Quiz") : place(cells, "## Quiz")] = [text, code | {"execution_count": None}]

    edited(root, add)
    assert stamp.main([], root) == 0
    assert place(cells(root), "def triple") == place(cells(root), "## Quiz") - 1
    assert cells(root)[place(cells(root), "def triple")]["source"] == starter.strip()
    assert "| 4 |" in (root / "README.md").read_text(encoding="utf-8")
    assert complaints(root, "10") == complaints(root, "16") == would_stamp(root, capsys) == []
    assert complaints(root)[0] == "the execution counts are not 1, 2, 3 …: record the notebook"


@pytest.mark.parametrize("new", ["print('another')", '# a remark\nprint("Ready: embedlab")'])
def test_changed_code_is_stale_and_stamping_does_not_heal_it(root, new):
    edited(root, lambda cells: cells[place(cells, 'print("Ready')].update(source=new))
    for _ in range(2):
        assert complaints(root) == ["code cell 2 was changed after the recording: make record NB=15"]
        assert stamp.main([], root) == 0


def test_a_solved_starter_is_reported_and_put_back(root, capsys):
    before = everything(root)
    name = next(iter(hygiene.page(path(root)).starters))

    def solve(cells):
        cell = cells[place(cells, f".{name}.check(")]
        cell["source"] = cell["source"].replace("return ...", "return 1")

    edited(root, solve)
    assert [line for line in complaints(root) if "was changed after the recording" in line]
    (line,) = would_stamp(root, capsys)
    assert "15_semantic_search.ipynb: a starter (cell " in line
    assert stamp.main([], root) == 0
    assert everything(root) == before


def test_what_another_program_left_is_taken_out(root, capsys):
    def opened_and_saved(notebook):
        notebook["metadata"]["language_info"]["version"] = "3.11.7"
        notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
        notebook["cells"][5]["metadata"]["execution"] = {"iopub.status.busy": "2026-11-01"}
        notebook["metadata"]["kernelspec"]["name"] = "mine"

    before = everything(root)
    notebook = read.read(path(root))
    opened_and_saved(notebook)
    path(root).write_text(json.dumps(notebook), encoding="utf-8")
    assert would_stamp(root, capsys) == ["notebooks/15_semantic_search.ipynb: the metadata (cell 6)"]
    assert stamp.main([], root) == 0
    assert everything(root) == before
    path(root).write_text(json.dumps(json.loads(before["notebooks/15_semantic_search.ipynb"])), encoding="utf-8")
    assert would_stamp(root, capsys) == ["notebooks/15_semantic_search.ipynb: the form of the file"]


def test_a_new_notebook_gets_whatever_a_notebook_has(root, capsys):
    head = cells(root)[0]["source"].replace("# 15 ·", "# 17 ·")
    link = colab_cell.link("15_semantic_search.ipynb", repository.address(root))
    text = {"cell_type": "markdown", "metadata": {}}
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": "import embedlab"}
    new = [text | {"source": head.replace(f"\n\n{link}", "")}, code, text | {"source": "## Summary"}]
    name = "17_spaces_and_transfer.ipynb"
    notebook = {"cells": new, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (root / "notebooks" / name).write_text(json.dumps(notebook), encoding="utf-8")
    assert stamp.main([], root) == 0
    first, colab, imports, last = cells(root, "17")
    assert first["source"].splitlines()[2] == colab_cell.link(name, repository.address(root))
    assert colab["source"] == colab_cell.cell(repository.address(root))
    assert last["source"].startswith("## Summary\n\n**Previous:** [16 · Search at scale](16_search_at_scale.ipynb) ·")
    assert len({first["id"], colab["id"], imports.get("id"), last["id"]}) == 4
    assert "17 · Semantic search" in cells(root, "16")[-1]["source"]
    assert would_stamp(root, capsys) == []


def test_cells_that_do_not_teach_are_folded():
    def code(source, *tags):
        return {"cell_type": "code", "metadata": {"tags": list(tags)} if tags else {}, "source": source, "id": "x"}

    shown = [code("x = 1"), code("y = '# @title no'"), code("z = 3", "hub")]
    answer = code("# @title Show")
    answer["metadata"]["jupyter"] = {"outputs_hidden": True}
    hidden = [code("# @title Draw the bars\nx = 1"), code("x = 1", "hide-input"), code("a = 1", "colab")]
    page = hygiene.Page(read.NOTEBOOKS / "15_x.ipynb", {"cells": [*shown, *hidden, answer], "metadata": {}}, "", None)
    stamp.folded(page)
    assert [cell["metadata"] for cell in shown] == [{}, {}, {"tags": ["hub"]}]
    for cell in hidden:
        assert cell["metadata"]["jupyter"] == {"source_hidden": True}
        assert cell["metadata"]["cellView"] == "form"
        assert "hide-input" in cell["metadata"]["tags"]
    assert hidden[2]["metadata"]["tags"] == ["colab", "hide-input"]
    assert answer["metadata"]["jupyter"] == {"outputs_hidden": True, "source_hidden": True}


def test_the_answer_to_a_prediction_is_folded_until_it_runs():
    def markdown(source):
        return {"cell_type": "markdown", "metadata": {}, "source": source}

    def code(**metadata):
        return {"cell_type": "code", "metadata": metadata, "source": "x"}

    folded = {"jupyter": {"outputs_hidden": True}, "tags": ["hide-output"]}
    cells = [code(), markdown("**Predict first.** Which?"), markdown("Hm."), code(tags=["hub"])]
    cells += [markdown("So it is."), code(**folded)]
    cells += [markdown("**Predict first.**"), code(jupyter={"source_hidden": True}), code(tags=["hide-input"])]
    page = hygiene.Page(read.NOTEBOOKS / "15_x.ipynb", {"cells": cells, "metadata": {}}, "", None)
    for _ in range(2):
        stamp.predicted(page)
        assert [cell["metadata"] for cell in read.code_cells(page.notebook)] == [
            {},
            {"jupyter": {"outputs_hidden": True}, "tags": ["hide-output", "hub"]},
            {},
            {"jupyter": {"outputs_hidden": True, "source_hidden": True}, "tags": ["hide-output"]},
            {"jupyter": {"outputs_hidden": True}, "tags": ["hide-input", "hide-output"]},
        ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a"], ["a", "made"]),
        ([None, "b"], ["made", "b"]),
        (["a b", "x" * 65], ["made", "made"]),
        (["code", "b"], ["made", "b"]),
    ],
)
def test_a_text_keeps_a_valid_id_that_is_its_own(old, new):
    texts = [{"cell_type": "markdown", "metadata": {}, "source": "same"} for _ in old]
    for cell, name in zip(texts, old, strict=True):
        cell |= {} if name is None else {"id": name}
    code = {"cell_type": "code", "metadata": {}, "source": "x", "id": "code"}
    stamp.ids(hygiene.Page(read.NOTEBOOKS / "x.ipynb", {"cells": [*texts, code]}, "", None))
    made = iter([read.made_id(texts[0]), f"{read.made_id(texts[0])}-2"])
    assert [cell["id"] for cell in texts] == [next(made) if name == "made" else name for name in new]


# The repository's name

NEW = "https://github.com/ada-l/embed.course"


@pytest.fixture
def named(root):
    old = repository.address(root)
    text = (root / "README.md").read_text(encoding="utf-8")
    (root / "README.md").write_text(f"{text}\n[home]({old}/issues) and {old}-two\n", encoding="utf-8")
    return root


def test_every_place_gets_the_name(named, capsys):
    old = repository.address(named)
    assert stamp.main(["--repository=ada-l/embed.course"], named) == 0
    assert repository.address(named) == NEW
    assert f"[home]({NEW}/issues) and {old}-two" in (named / "README.md").read_text(encoding="utf-8")
    assert cells(named)[2]["source"] == colab_cell.cell(NEW)
    assert colab_cell.link("15_semantic_search.ipynb", NEW) in cells(named)[0]["source"]
    names = [name for name, content in everything(named).items() if f"{old}/".encode() in content]
    assert names == []
    assert (complaints(named), would_stamp(named, capsys)) == ([], [])


def test_a_second_name_replaces_the_first_and_the_way_back_is_the_start(named):
    start = everything(named)
    assert stamp.main(["--repository=ada-l/embed.course"], named) == 0
    once = everything(named)
    assert stamp.main(["--repository=ada-l/embed.course"], named) == 0
    assert everything(named) == once
    assert stamp.main(["--repository=grace/embedlab"], named) == 0
    assert "ada-l" not in path(named).read_text(encoding="utf-8")
    assert stamp.main([f"--repository={repository.PLACEHOLDER}"], named) == 0
    assert everything(named) == start


@pytest.mark.parametrize(
    "slug", ["", "ada/", "a/b/c", "-ada/x", "a--b/x", "ada/..", "ada/x.git", "ada/x y", "ada/x\n", "a" * 40 + "/x",
             "ada/" + "x" * 101, "ada_l/x"],
)  # fmt: skip
def test_a_malformed_name_changes_nothing(stamped, slug, capsys):
    start = everything(stamped)
    assert stamp.main([f"--repository={slug}"], stamped) == 1
    wanted = f"REPO must be owner/name as on GitHub, for example REPO=ada/embedlab, but it is {slug!r}\n"
    assert capsys.readouterr().err == wanted
    assert everything(stamped) == start


def test_a_failing_write_puts_everything_back(root, monkeypatch):
    start = everything(root)
    write, seen = stamp.atomic_write, []

    def full_disk_at_the_second_file(path, content):
        seen.append(path)
        if len(seen) == 2:
            raise OSError("no space left on device")
        write(path, content)

    monkeypatch.setattr(stamp, "atomic_write", full_disk_at_the_second_file)
    with pytest.raises(OSError, match="no space left"):
        stamp.main(["--repository=ada-l/embed.course"], root)
    assert everything(root) == start
