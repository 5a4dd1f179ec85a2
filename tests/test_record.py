"""The recorder writes the same file twice, and nothing at all when a notebook must not be stored."""

from __future__ import annotations

import base64
import copy
import io
import json
import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from PIL import Image

from tools import hygiene, record, stamp
from tools import notebooks as read

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="

WIDGET = """
import ipywidgets
class Explorer:
    def _repr_mimebundle_(self, include=None, exclude=None):
        slider = ipywidgets.IntSlider()
        return slider._repr_mimebundle_() | {"text/plain": "Explorer: k = 3"}
Explorer()
"""
GOOD = [
    "import os, sys\nfrom IPython.display import display\nprint('one'); sys.stdout.flush(); print('two')",
    "print(sys.argv[0].endswith('launcher.py'), os.environ['EMBEDLAB_HOME'] == os.environ['IPYTHONDIR'][:-8])",
    f"display({{'image/png': '{PNG}'}}, raw=True, metadata={{'image/png': {{'alt': 'a dot'}}}})",
    WIDGET,
    "1 / 0",
    "print('again')",
    "print('again')",
    "print(sorted(os.listdir()))",
    "open(os.environ['EMBEDLAB_HOME'] + '/progress.json', 'w').close()",
]
BAD = {
    "import sys, os, ipywidgets; print('careful', file=sys.stderr)": "code cell 1 wrote to stderr: careful",
    "print(os.getcwd())": "code cell 2 prints a path of the machine",
    "object()": "code cell 3 prints a memory address: 0x",
    "ipywidgets.IntSlider()": "code cell 4 shows a widget",
    "button = ipywidgets.Button(); button.on_click(lambda b: 1 / 0); button.click()": "code cell 5 stores an error",
    "print(os.__file__)": "code cell 6 prints a path of the machine",
}


def written(folder, sources, name="99_cases.ipynb", **metadata):
    """An unrecorded notebook, as careless as Jupyter and its users leave one."""
    cells = [nbformat.v4.new_markdown_cell("# 99 · Cases\n"), nbformat.v4.new_code_cell("  \n")]
    for source in sources:
        tags = {"tags": ["raises-exception"]} if source == "1 / 0" else {}
        cells.append(nbformat.v4.new_code_cell(source, metadata=tags | {"execution": {"iopub.busy": "2026"}}))
        cells[-1].outputs = [nbformat.v4.new_output("stream", text="an old output")]
    path = folder / name
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"widgets": {}, **metadata}), path)
    return path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A good notebook, recorded where another kernel is installed under the name python3, then checked."""
    folder = tmp_path_factory.mktemp("recorded")
    spec = {"argv": ["false", "{connection_file}"], "display_name": "another", "language": "python"}
    (folder / "jupyter" / "kernels" / "python3").mkdir(parents=True)
    (folder / "jupyter" / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    (folder / "notebooks").mkdir()
    path = written(folder / "notebooks", GOOD, kernelspec={"name": "another", "display_name": "x", "language": "x"})
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        variables.setenv("TMPDIR", str(folder))
        variables.setattr("tempfile.tempdir", None)
        status = record.main([str(path), "--json", str(folder / "cost.json")])
        text = path.read_text(encoding="utf-8")
        again = record.main([str(path), "--check"])
    return folder, path, text, status, again


def outputs_of(text, number):
    return read.code_cells(json.loads(text))[number - 1]["outputs"]


@pytest.mark.slow
class TestRecorded:
    """What a recorded file holds."""

    def test_succeeds_and_would_not_change_when_recorded_again(self, recorded):
        *_, text, status, again = recorded
        assert (status, again) == (0, 0)
        assert recorded[1].read_text(encoding="utf-8") == text

    def test_check_sees_a_change(self, recorded, capsys):
        _, path, text, *_ = recorded
        path.write_text(text.replace("again\\n", "once\\n"), encoding="utf-8")
        assert record.main([str(path), "--check"]) == 1
        assert "recording it again would change it" in capsys.readouterr().out
        assert "once" in path.read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8")

    def test_counts_ids_and_metadata(self, recorded):
        notebook = nbformat.v4.reads(recorded[2])
        assert [cell["execution_count"] for cell in read.code_cells(notebook)] == list(range(1, len(GOOD) + 1))
        assert not any(map(read.is_stale, read.code_cells(notebook)))
        assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
        assert notebook["metadata"] == stamp.NOTEBOOK_METADATA
        tagged = [cell["metadata"] for cell in notebook["cells"] if cell["metadata"]]
        assert tagged == [{"tags": ["raises-exception"]}]

    def test_form_of_the_file(self, recorded):
        text = recorded[2]
        assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        assert "# 99 · Cases" in text

    def test_pieces_of_a_stream_are_one(self, recorded):
        (output,) = outputs_of(recorded[2], 1)
        assert "".join(output["text"]) == "one\ntwo\n"

    def test_runs_in_this_interpreter_with_a_home_of_its_own(self, recorded):
        assert "".join(outputs_of(recorded[2], 2)[0]["text"]) == "True True\n"

    def test_picture_keeps_its_alternative_text(self, recorded):
        (output,) = outputs_of(recorded[2], 3)
        assert output["metadata"] == {"image/png": {"alt": "a dot"}}

    def test_widget_keeps_what_stands_for_it(self, recorded):
        (output,) = outputs_of(recorded[2], 4)
        assert output["data"] == {"text/plain": ["Explorer: k = 3"]}

    def test_expected_error_names_no_file(self, recorded):
        (output,) = outputs_of(recorded[2], 5)
        assert output["traceback"] == ["ZeroDivisionError: division by zero"]

    def test_runs_in_the_notebooks_folder_and_leaves_no_home_behind(self, recorded):
        folder, path, text, *_ = recorded
        assert "".join(outputs_of(text, 8)[0]["text"]) == f"{[path.name]}\n"
        assert not [left for left in folder.iterdir() if left.name.startswith("embedlab-")]

    def test_costs_are_stored(self, recorded):
        (cost,) = json.loads((recorded[0] / "cost.json").read_text())
        assert cost["notebook"] == "99_cases.ipynb"
        assert len(cost["cell_seconds"]) == len(GOOD)
        assert 0 < cost["set_up_seconds"] < cost["seconds"] < 60
        assert 20 < cost["set_up_megabytes"] <= cost["peak_megabytes"] < 1000
        assert cost["kilobytes"] == pytest.approx(len(recorded[2].encode()) / 1e3)


@pytest.mark.slow
class TestRefused:
    """What is not written."""

    def test_outputs_that_must_not_be_stored(self, tmp_path, capsys):
        path = written(tmp_path, BAD)
        before = path.read_bytes()
        assert record.main([str(path)]) == 1
        assert path.read_bytes() == before
        said = capsys.readouterr().out
        for complaint in BAD.values():
            assert complaint in said

    @pytest.mark.parametrize(
        ("source", "complaint"),
        [
            ("int('x')", "ValueError: invalid literal for int()"),
            ("%tiem 1", "UsageError: Line magic function `%tiem` not found"),
        ],
        ids=["error", "mistyped magic"],
    )
    def test_error(self, tmp_path, capsys, source, complaint):
        path = written(tmp_path, ["x = 1", source])
        before = path.read_bytes()
        assert record.main([str(path)]) == 1
        assert path.read_bytes() == before
        said = capsys.readouterr().out
        assert "refused, the file stays as it was:\n    code cell 2: " in said
        assert complaint in said

    def test_dead_kernel(self, tmp_path, capsys):
        path = written(tmp_path, ["import os, sys; print('bad luck', file=sys.__stderr__, flush=True); os._exit(1)"])
        assert record.main([str(path)]) == 1
        said = capsys.readouterr().out
        assert "code cell 1: Kernel died" in said
        assert "bad luck" in said

    def test_cell_that_takes_too_long(self, tmp_path, capsys, monkeypatch):
        monkeypatch.setattr(record, "CELL_TIMEOUT", 1)
        path = written(tmp_path, ["import time; time.sleep(30)"])
        assert record.main([str(path)]) == 1
        assert "code cell 1: A cell timed out" in capsys.readouterr().out


def cost(**changes):
    usual = {"seconds": 20.0, "set_up_seconds": 5.0, "cell_seconds": (1.0, 9.0), "peak_megabytes": 900.0}
    return record.Measured("99_cases.ipynb", **usual | {"set_up_megabytes": 300.0, "kilobytes": 90.0} | changes)


@pytest.fixture
def kernel(monkeypatch):
    """In place of a kernel: each code cell shows one picture, the bytes of which can be set."""

    def execute(notebook, *_):
        for number, cell in enumerate(read.code_cells(notebook), 1):
            data = {"image/png": base64.b64encode(shown.png).decode()}
            output = nbformat.v4.new_output("display_data", data, metadata={"image/png": {"alt": "a dot"}})
            cell |= {"execution_count": number, "outputs": [output]}
        return cost()

    shown = SimpleNamespace(png=b"")
    monkeypatch.setattr(record, "execute", execute)
    return shown


def test_a_changed_comma_carries_no_picture(tmp_path, kernel):
    pictures = []
    for level, colour in ((9, "red"), (1, "red"), (1, "blue")):
        buffer = io.BytesIO()
        Image.new("RGB", (90, 60), colour).save(buffer, "PNG", compress_level=level)
        pictures.append(buffer.getvalue())
    assert len(set(pictures)) == 3
    path = written(tmp_path, ["x = 1"])
    texts = []
    for kernel.png in pictures:
        path.write_text(path.read_text(encoding="utf-8").replace("Cases", "Cases,"), encoding="utf-8")
        assert record.record(path)[1] == []
        texts.append(path.read_text(encoding="utf-8"))
    assert texts[0].replace("Cases,", "Cases,,") == texts[1]
    assert texts[1].replace("Cases,,", "Cases,,,") != texts[2]


def test_what_follows_is_stamped_before_the_run(tmp_path, kernel):
    kernel.png = base64.b64decode(PNG)
    path = Path(shutil.copy(read.numbered("15"), tmp_path))
    old = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\| \d+ minutes", "| 1 minutes", old), encoding="utf-8")
    assert record.record(path)[1] == []
    page = hygiene.page(path)
    assert page.head.minutes == read.head(read.read(read.numbered("15"))).minutes
    assert stamp.stamp(page) == []


def page_with_head(gigabytes):
    head = f"""# 99 · Cases

**The question.** Why?

**After this notebook you can**

- test

| Time | Before this | Peak memory | Download |
|:--|:--|:--|:--|
| 45 minutes | nothing | {gigabytes} GB | none |
"""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": head}]
    return hygiene.Page(Path("99_cases.ipynb"), {"cells": cells}, "", None)


@pytest.mark.parametrize(
    ("changes", "stated", "objections"),
    [
        ({}, 0.9, []),
        ({"peak_megabytes": 1070.0}, 0.9, []),
        ({"peak_megabytes": 1090.0}, 0.9, ["1.1 GB, but the head says 0.9 GB"]),
        ({"peak_megabytes": 2600.0}, 2.6, ["2.6 GB: 2.5 GB at most"]),
        ({"seconds": 61.0}, 0.9, ["61 s: 60 s at most"]),
        ({"cell_seconds": (1.0, 26.0)}, 0.9, ["code cell 2 takes 26 s: 25 s at most"]),
        ({"kilobytes": 1001.0}, 0.9, ["1001 kB: 1000 kB at most"]),
    ],
)
def test_over_budget(changes, stated, objections):
    assert record.over_budget(cost(**changes), page_with_head(stated)) == objections


def test_a_wait_of_which_no_text_has_told_is_named():
    texts = ["Set-up", None, None, "It takes ten seconds.", None, None, "Now look.", None, None, "Half a minute.", None]
    cells = [
        {"cell_type": "code" if text is None else "markdown", "metadata": {}, "source": text or "x"} for text in texts
    ]
    spent = (9.0, 9.0, 9.0, 9.0, 9.0, 1.0, 30.0)
    objections = record.unannounced(cost(cell_seconds=spent), {"cells": cells})
    assert objections == ["code cell 5 takes 9 s: say so in the text before it"]


def test_environment_is_forced_but_for_what_must_not_matter(tmp_path, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "0")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setenv("HF_HUB_CACHE", "/elsewhere")
    variables = record.kernel_environment(tmp_path)
    assert variables["TQDM_DISABLE"] == "1"
    assert variables["OMP_NUM_THREADS"] == "2"
    assert variables["EMBEDLAB_HOME"] == str(tmp_path)
    assert variables["HF_HUB_CACHE"].startswith(str(tmp_path))
    assert "ATEN_CPU_CAPABILITY" not in variables  # whoever has set it keeps it
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert record.kernel_environment(tmp_path)["OMP_NUM_THREADS"] == "1"
    assert os.environ["TQDM_DISABLE"] == "0"  # nothing of the caller is changed


def test_pictures_do_not_count_as_a_change():
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "one", "text/plain": "a dot"}}
    one = {"cells": [{"cell_type": "code", "outputs": [picture]}]}
    two = copy.deepcopy(one)
    two["cells"][0]["outputs"][0]["data"]["image/png"] = "two"
    assert record.without_pictures(json.dumps(one)) == record.without_pictures(json.dumps(two))
    two["cells"][0]["outputs"][0]["data"]["text/plain"] = "a line"
    assert record.without_pictures(json.dumps(one)) != record.without_pictures(json.dumps(two))


@pytest.mark.parametrize("name", ["98", "nowhere.ipynb", "README.md"])
def test_unknown_notebook(name):
    with pytest.raises(SystemExit, match=f"There is no notebook {name}: give a number like 15"):
        record.chosen([name], everything=False)


def test_notebooks_by_number_and_by_path(tmp_path, monkeypatch, capsys):
    for name in ("03_b.ipynb", "01_a.ipynb", "notes.ipynb"):
        (tmp_path / name).touch()
    monkeypatch.setattr(record.read, "course", lambda: sorted(tmp_path.glob("[0-9][0-9]_*.ipynb")))
    names = [path.name for path in record.chosen(["3", "01", str(tmp_path / "notes.ipynb")], everything=False)]
    assert names == ["03_b.ipynb", "01_a.ipynb", "notes.ipynb"]
    assert [path.name for path in record.chosen([], everything=True)] == ["01_a.ipynb", "03_b.ipynb"]
    with pytest.raises(SystemExit, match="2"):
        record.main([])
    assert "name a notebook by its number, or say --all" in capsys.readouterr().err
