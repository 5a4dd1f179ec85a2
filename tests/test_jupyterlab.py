"""Notebooks in a real JupyterLab in a real browser, as `make lab` opens them, in the light and in the dark theme.

The server has a token and listens on 127.0.0.1 only. It works on a learner's copies, with a home of its own.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

from embedlab import _files
from embedlab.exercises import nb00
from tests.browser import chromium, needs_chromium
from tools import copies, notebooks, stamp
from tools import lab as tools_lab
from tools.milvus_server import free_port
from tools.record import RECORDED_ENVIRONMENT

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: embedlab[lab]")

TOKEN = "a-token-of-the-test"
MOST = 300_000  # milliseconds for all cells of a notebook on a busy machine
NUMBERS = ("00", "04", "13", "14")  # every kind of control, in notebooks that run in seconds
QUIZZES = "quizzes.ipynb"  # made here: the forms of all quizzes below each other
SETTINGS = {"@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"}}  # draw every cell

pytestmark = [needs_chromium, pytest.mark.slow]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start JupyterLab on copies of the notebooks; gives its address and the folder of the settings."""
    home = tmp_path_factory.mktemp("lab")
    course = home / "course" / "notebooks"
    course.mkdir(parents=True)
    for path in [*map(notebooks.numbered, NUMBERS), notebooks.GLOSSARY]:
        shutil.copy(path, course)
    quizzes = [
        f"from embedlab.exercises import nb{path.stem[:2]}\nnb{path.stem[:2]}.quiz.show()"
        for path in notebooks.course()
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in quizzes]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=stamp.NOTEBOOK_METADATA), course / QUIZZES)
    assert tools_lab.prepare(home / "course") == "my"
    folders = ("EMBEDLAB_HOME", *_files._SETTINGS)
    variables = {name: value for name, value in RECORDED_ENVIRONMENT.items() if name.isupper() and "PYTEST" not in name}
    environment = {**os.environ, **variables, **{name: str(home / name.lower()) for name in folders}}
    port = free_port()
    options = {
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "IdentityProvider.token": TOKEN,
        "LabApp.user_settings_dir": home / "settings",
        "LabApp.expose_app_in_browser": True,
    }
    is_root = getattr(os, "geteuid", lambda: 1)() == 0
    command = tools_lab.command({"CI": "true"}, sys.platform, root_user=is_root, root=home / "course")
    command += [f"--{name}={value}" for name, value in options.items()]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, server, home / "log")
        yield address, home / "settings"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(address, server, log, patience=90):
    end = time.monotonic() + patience
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


class Page:
    """A notebook that is open in a tab, its cells all run."""

    def __init__(self, browser, lab, name):
        address, settings = lab
        for file, values in SETTINGS.items():
            (settings / file).parent.mkdir(parents=True, exist_ok=True)
            (settings / file).write_text(json.dumps(values))
        root = settings.parent / "course"
        shutil.rmtree(root / "my" / tools_lab.WORKSPACES)  # as at the first start: no other notebook is open
        tools_lab.prepare(root)
        self.tab = browser.new_page(viewport={"width": 1300, "height": 1000})
        self.tab.set_default_timeout(60_000)
        self.tab.goto(f"{address}/lab/tree/my/{name}?token={TOKEN}")
        self.wait_until_open()
        self.changed_by_opening = self.tab.evaluate("jupyterapp.shell.currentWidget.context.model.dirty")
        self.tab.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")  # ends when the last cell has
        self.tab.wait_for_timeout(1000)

    def wait_until_open(self):
        widget = "window.jupyterapp?.shell.currentWidget"
        self.tab.wait_for_function(f"{widget}?.context?.isReady", timeout=MOST)
        self.tab.wait_for_function(f"{widget}.sessionContext.session?.kernel?.status === 'idle'", timeout=MOST)

    def close(self):
        self.tab.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")
        self.tab.close()

    def notebook(self):
        return self.tab.evaluate("jupyterapp.shell.currentWidget.context.model.toJSON()")

    def cell_with(self, text):
        """The cell as it stands on the page, and its number."""
        sources = [notebooks.source(cell) for cell in self.notebook()["cells"]]
        number = next(i for i, source in enumerate(sources) if text in source)
        cell = self.tab.locator(".jp-Notebook .jp-Cell").nth(number)
        cell.scroll_into_view_if_needed()
        return cell, number

    def run(self, number, source):
        """Write into a cell, run it, and give the text of what it shows."""
        self.tab.evaluate(
            """async ([number, source]) => {
                const notebook = jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = number;
                notebook.widgets[number].model.sharedModel.setSource(source);
                await jupyterapp.commands.execute('notebook:run-cell');
            }""",
            [number, source],
        )
        shown = self.tab.locator(".jp-Notebook .jp-Cell").nth(number).locator(".jp-OutputArea-output")
        return "\n".join(shown.all_inner_texts())


@pytest.fixture(scope="module")
def page(request, browser, lab):
    """A notebook in the light theme; pytest runs all tests of one notebook before it opens the next."""
    opened = Page(browser, lab, request.param if request.param == QUIZZES else notebooks.numbered(request.param).name)
    yield opened
    opened.close()


def opened_in_turn(*numbers):
    return pytest.mark.parametrize("page", numbers, indirect=True, scope="module")


@opened_in_turn(*NUMBERS)
def test_all_cells_run_and_pictures_are_shown(page):
    cells = [cell for cell in page.notebook()["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"] == []
    pictures = page.tab.evaluate(
        "[...document.querySelectorAll('.jp-Notebook .jp-OutputArea img')]"
        ".filter((i) => i.offsetParent).map((i) => [i.naturalWidth, i.src.slice(0, 60)])"
    )
    drawn = [output["data"] for output in outputs if "image/png" in output.get("data", {})]
    explorers = sum("application/vnd.jupyter.widget-view+json" in data for data in drawn)
    assert len(pictures) >= len(drawn) - explorers > 0  # an explorer may have been driven to where it only has text
    assert [src for width, src in pictures if not width] == []


@opened_in_turn(*NUMBERS)
def test_a_copy_opens_unchanged_with_its_contents_at_the_left_and_without_a_question(page):
    assert page.changed_by_opening is False
    assert page.tab.locator(".jp-TableOfContents:visible").count() == 1
    assert page.tab.get_by_text("Jupyter news").count() == 0
    assert page.tab.locator(".jp-mod-lineNumbers, .cm-lineNumbers:visible").count() == 0


def words(text):
    return " ".join(re.findall(r"\w+", text))


@opened_in_turn(*NUMBERS)
def test_a_screen_reader_is_told_what_each_picture_shows(page):
    told = []
    for place, cell in enumerate(page.notebook()["cells"]):
        for output in cell.get("outputs", []):
            if alt := output.get("metadata", {}).get("image/png", {}).get("alt"):
                shown = page.tab.locator(".jp-Notebook .jp-Cell").nth(place).locator(".jp-Cell-outputWrapper")
                told.append(words(alt) in words(shown.aria_snapshot()))  # the browser's tree for assistive software
    assert told
    assert all(told)


@opened_in_turn("00")
def test_an_exercise_solved_wrongly_and_rightly_moves_the_progress(page):
    _, number = page.cell_with("def mean_vector")
    _, bars = page.cell_with("progress.overview()")
    before = page.run(bars, "progress.overview()")
    wrong = "def mean_vector(vectors):\n    return vectors.sum(axis=0)\n\n\nex.mean_vector.check(mean_vector)"
    assert page.run(number, wrong).startswith("Not yet")
    assert page.run(bars, "progress.overview()") == before
    right = f"import numpy as np\n\n{nb00.mean_vector.solution()}\n\nex.mean_vector.check(mean_vector)"
    assert page.run(number, right).startswith("Correct")
    assert page.run(bars, "progress.overview()") != before
    page.tab.evaluate("jupyterapp.commands.execute('docmanager:save')")
    assert not page.tab.evaluate("jupyterapp.shell.currentWidget.context.model.dirty")


@opened_in_turn("00")
def test_what_was_solved_and_saved_outlives_an_update_of_the_course(page, lab):
    root = lab[1].parent / "course"
    original, mine = (root / folder / "00_start_here.ipynb" for folder in ("notebooks", "my"))
    original.write_text(original.read_text(encoding="utf-8").replace("embeddings", "vectors"), encoding="utf-8")
    assert copies.update(root) == ["00_start_here.ipynb"]
    assert any(
        "import numpy as np\n\ndef mean_vector" in notebooks.source(cell) for cell in notebooks.read(mine)["cells"]
    )


@opened_in_turn("00")
def test_a_quiz_answers_to_a_click(page):
    cell, _ = page.cell_with("ex.quiz.show()")
    wanted = nb00.quiz.questions[0].options[0]
    cell.locator("input[type=radio]").first.check()
    cell.get_by_text(wanted.why[:40]).first.wait_for()


@opened_in_turn("00")
def test_a_word_leads_to_its_place_in_the_glossary(page):
    open_path = "jupyterapp.shell.currentWidget?.context?.path"
    link = page.tab.locator(".jp-Notebook .jp-MarkdownOutput a", has_text="embedding").first
    link.click()  # opens the page; JupyterLab follows the fragment only when the page has been drawn before
    page.tab.wait_for_function(f"{open_path} === 'my/{notebooks.GLOSSARY.name}'")
    page.tab.locator('h3[data-jupyter-id="embedding"]').wait_for()
    page.tab.evaluate("jupyterapp.commands.execute('application:activate-previous-tab')")
    page.tab.wait_for_function(f"{open_path}.endsWith('00_start_here.ipynb')")
    link.click()
    page.tab.wait_for_function(
        """() => {
            const heading = document.querySelector('h3[data-jupyter-id="embedding"]');
            const top = heading?.getBoundingClientRect().top;
            return top > 0 && top < innerHeight;
        }"""
    )
    page.tab.evaluate("jupyterapp.shell.currentWidget.dispose()")  # to close it could ask whether to save
    page.tab.wait_for_function(f"{open_path}?.endsWith('00_start_here.ipynb')")


@opened_in_turn("00")
def test_typing_moves_an_explorer(page):
    cell, _ = page.cell_with("def two_sentences")
    text = cell.locator("input[type=text]").first
    text.fill("Nobody treats a patient")
    text.press("Enter")
    cell.get_by_text("Nobody treats a patient |").first.wait_for()


@opened_in_turn("13")
def test_a_tick_moves_an_explorer(page):
    cell, _ = page.cell_with("explorer = tokens_and_pool()")
    tick = cell.locator("input[type=checkbox]").first
    cell.get_by_text("vector of encode: 1.00").first.wait_for()
    tick.uncheck()
    cell.get_by_text("vector of encode: 0.").first.wait_for()
    tick.check()
    cell.get_by_text("vector of encode: 1.00").first.wait_for()


@opened_in_turn("04")
def test_a_search_box_and_a_slider(page):
    cell, _ = page.cell_with("explorer = list_explorer()")
    box = cell.locator("input[type=text]").first
    box.fill("numpy.vstack")
    box.press("Enter")
    cell.get_by_text("numpy.vstack, 8 dimensions").first.wait_for()
    picture = cell.locator(".widget-image").first
    before = picture.evaluate("(i) => i.src")
    handle = cell.locator(".noUi-handle").first
    handle.focus()
    handle.press("ArrowRight")
    cell.get_by_text("numpy.vstack, 16 dimensions").first.wait_for()
    page.tab.wait_for_function(
        "([i, before]) => i.complete && i.src !== before && i.naturalHeight", arg=[picture.element_handle(), before]
    )


@opened_in_turn("14")
def test_a_drop_down_moves_an_explorer(page):
    cell, _ = page.cell_with("widgets.Explorer(")
    picture = cell.locator(".widget-image").first
    before = picture.evaluate("(i) => i.src")
    menu = cell.locator("select").first
    menu.select_option(index=0 if menu.evaluate("(e) => e.selectedIndex") else 1)
    page.tab.wait_for_function("([i, before]) => i.src !== before", arg=[picture.element_handle(), before])


# What is wrong with the options of all quizzes: a circle that is cut off, or covered by something else, and two options
# that overlap. Each circle is brought to the middle of the window first, as a learner would who wants to click it.
OPTIONS = """() => {
    const wrong = [];
    for (const form of document.querySelectorAll('.embedlab-quiz .widget-radio-box')) {
        const labels = [...form.querySelectorAll('label')];
        labels.forEach((label, i) => {
            const input = label.querySelector('input');
            input.scrollIntoView({block: 'center'});
            const [a, b] = [input.getBoundingClientRect(), label.getBoundingClientRect()];
            const top = document.elementFromPoint((a.left + a.right) / 2, (a.top + a.bottom) / 2);
            const next = labels[i + 1]?.getBoundingClientRect();
            const name = label.textContent.slice(0, 40);
            if (top !== input || a.width < 8 || a.height < 8) wrong.push('no circle: ' + name);
            if (a.left < b.left || a.bottom > b.bottom + 1) wrong.push('outside: ' + name);
            if (next && b.bottom > next.top + 1) wrong.push('overlaps: ' + name);
            if (label.scrollWidth > label.clientWidth + 1 || label.scrollHeight > label.clientHeight + 1)
                wrong.push('cut: ' + name);
        });
    }
    return wrong;
}"""


def questions(number):
    return importlib.import_module(f"embedlab.exercises.nb{number}").quiz.questions


@opened_in_turn(QUIZZES)
@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize(
    ("width", "zoom"), [(600, 1), (900, 0.8), (900, 1), (1440, 1), (1440, 2), (1920, 1), (1920, 2)]
)
def test_every_option_of_every_quiz_has_its_circle(page, theme, width, zoom):
    page.tab.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.tab.set_viewport_size(
        {"width": round(width / zoom), "height": round(1000 / zoom)}
    )  # what zooming does to a page
    page.tab.locator("#jupyterlab-splash").wait_for(state="detached")  # it covers the page while the theme changes
    page.tab.wait_for_timeout(300)
    options = sum(len(q.options) for path in notebooks.course() for q in questions(path.stem[:2]))
    assert page.tab.locator(".embedlab-quiz .widget-radio-box input").count() == options
    assert page.tab.evaluate(OPTIONS) == []


@opened_in_turn(QUIZZES)
def test_a_quiz_is_answered_by_keyboard(page):
    page.tab.set_viewport_size({"width": 1300, "height": 1000})
    form = page.tab.locator(".embedlab-quiz").nth(1)
    form.locator("input").first.focus()
    for key in ("Space", "Tab", "Space"):  # ipywidgets makes no group of the buttons: arrows do nothing
        page.tab.keyboard.press(key)
    wanted = questions("01")[0].options[1]
    form.get_by_text(re.sub("[`*]", "", wanted.why)[:30]).first.wait_for()


# --------------------------------------------------------------------------------------------------- the dark theme

CONTRAST = """() => {
    const channel = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const behind = (e) => {
        for (; e; e = e.parentElement) {
            const c = parse(getComputedStyle(e).backgroundColor);
            if (c.length && (c.length < 4 || c[3] > 0.5)) return c;
        }
        return [255, 255, 255];
    };
    const poor = [];
    const inside = '.jp-OutputArea .jupyter-widgets, .jp-OutputArea .jp-RenderedHTMLCommon';
    for (const e of document.querySelectorAll(inside)) for (const part of [e, ...e.querySelectorAll('*')]) {
        const words = [...part.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
        if (!words || !part.offsetParent || part.closest('[style*="clip-path"]')) continue;
        const [a, b] = [light(parse(getComputedStyle(part).color)), light(behind(part))].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < 4.5) poor.push(ratio.toFixed(1) + ' ' + part.textContent.trim().slice(0, 40));
    }
    return poor;
}"""


@opened_in_turn(*NUMBERS)
@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_widgets_and_cards_are_readable_in_both_themes(page, theme, tmp_path):
    page.tab.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    light = str(theme.endswith("Light")).lower()
    page.tab.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=light)
    assert page.tab.evaluate(CONTRAST) == []
    corners = page.tab.evaluate(
        """[...document.querySelectorAll('.jp-Notebook .jp-OutputArea img')].filter((i) => i.offsetParent).map((i) => {
            const c = document.createElement('canvas').getContext('2d');
            c.canvas.width = i.naturalWidth; c.canvas.height = i.naturalHeight; c.drawImage(i, 0, 0);
            return [...c.getImageData(1, 1, 1, 1).data];
        })"""
    )
    assert corners
    assert [corner for corner in corners if corner != [255, 255, 255, 255]] == []  # white, and not transparent
    page.tab.screenshot(path=tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 20_000


@opened_in_turn("00")
def test_a_saved_page_that_is_opened_again_shows_its_explorer_and_quiz_and_says_what_to_run(page):
    page.tab.evaluate("jupyterapp.commands.execute('docmanager:save')")
    page.tab.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")  # as when the server was stopped
    page.tab.reload()
    page.wait_until_open()
    for source, widgets in (("def two_sentences", ".widget-image"), ("ex.quiz.show()", "input[type=radio]")):
        cell, _ = page.cell_with(source)
        cell.get_by_text("After a restart of the kernel").wait_for()
        assert cell.locator(widgets).count() > 0
    assert page.tab.get_by_text("Error displaying widget").count() == 0


def test_the_server_wants_its_token_and_listens_here_only(lab):
    address, _ = lab
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{address}/api/contents", timeout=10)
