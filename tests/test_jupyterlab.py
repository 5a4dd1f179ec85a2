"""Notebooks in a real JupyterLab in a real browser, as learners use them, in the light and in the dark theme.

The server has a token and listens on 127.0.0.1 only. It works on copies, with a home of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from embedlab.exercises import nb00
from tests.browser import chromium, needs_chromium
from tools import notebooks
from tools.milvus_server import free_port
from tools.record import RECORDED_ENVIRONMENT

TOKEN = "a-token-of-the-test"
MOST = 300_000  # milliseconds for all cells of a notebook on a busy machine
OPENED = [path for path in notebooks.course() if path.name[:2] in ("00", "03", "14", "15")]
SETTINGS = {
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},  # draw every cell
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
}
THEME = "@jupyterlab/apputils-extension/themes.jupyterlab-settings"

pytestmark = [needs_chromium, pytest.mark.slow]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start JupyterLab on copies of the notebooks; gives its address and the folder of the settings."""
    home = tmp_path_factory.mktemp("lab")
    course = home / "course" / "notebooks"
    course.mkdir(parents=True)
    for path in OPENED:
        shutil.copy(path, course)
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "EMBEDLAB_HOME", "MPLCONFIGDIR")
    variables = {name: value for name, value in RECORDED_ENVIRONMENT.items() if name.isupper() and "PYTEST" not in name}
    environment = {**os.environ, **variables, **{name: str(home / name.lower()) for name in folders}}
    port = free_port()
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": home / "course",
        "IdentityProvider.token": TOKEN,
        "LabApp.user_settings_dir": home / "settings",
        "LabApp.workspaces_dir": home / "workspaces",
        "LabApp.expose_app_in_browser": True,
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", *(f"--{k}={v}" for k, v in options.items())]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        command.append("--allow-root")
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

    def __init__(self, browser, lab, name, theme="JupyterLab Light"):
        address, settings = lab
        for file, values in {**SETTINGS, THEME: {"theme": theme}}.items():
            (settings / file).parent.mkdir(parents=True, exist_ok=True)
            (settings / file).write_text(json.dumps(values))
        self.tab = browser.new_page(viewport={"width": 1300, "height": 1000})
        self.tab.set_default_timeout(60_000)
        self.tab.goto(f"{address}/lab/tree/notebooks/{name}?token={TOKEN}&reset")
        widget = "window.jupyterapp?.shell.currentWidget"
        self.tab.wait_for_function(f"{widget}?.context?.isReady", timeout=MOST)
        self.tab.wait_for_function(f"{widget}.sessionContext.session?.kernel?.status === 'idle'", timeout=MOST)
        self.tab.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")  # ends when the last cell has
        self.tab.wait_for_timeout(1000)

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
def pages(browser, lab):
    """Open each notebook once in the light theme, when a test first asks for it."""
    opened = {}

    def page(number):
        if number not in opened:
            for other in opened.values():
                other.tab.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")  # one kernel at a time
                other.tab.close()
            opened.clear()
            path = next((path for path in OPENED if path.name.startswith(number)), None)
            if path is None:
                pytest.skip(f"there is no notebook {number}")
            opened[number] = Page(browser, lab, path.name)
        return opened[number]

    return page


def check_it_ran(page):
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


@pytest.mark.parametrize("number", [path.name[:2] for path in OPENED])
def test_all_cells_run_and_pictures_are_shown(pages, number):
    check_it_ran(pages(number))


def test_an_exercise_solved_wrongly_and_rightly_moves_the_progress(pages):
    page = pages("00")
    _, number = page.cell_with("def mean_vector")
    _, bars = page.cell_with("progress.overview()")
    before = page.run(bars, "progress.overview()")
    wrong = "def mean_vector(vectors):\n    return vectors.sum(axis=0)\n\n\nex.mean_vector.check(mean_vector)"
    assert page.run(number, wrong).startswith("Not yet")
    assert page.run(bars, "progress.overview()") == before
    right = f"import numpy as np\n\n{nb00.mean_vector.code}\nex.mean_vector.check(mean_vector)"
    assert page.run(number, right).startswith("Correct")
    assert page.run(bars, "progress.overview()") != before


def test_a_quiz_answers_to_a_click(pages):
    page = pages("00")
    cell, _ = page.cell_with("ex.quiz.show()")
    wanted = nb00.quiz.questions[0].options[0]
    cell.locator("input[type=radio]").first.check()
    cell.get_by_text(wanted.why[:40]).first.wait_for()


def test_typing_moves_an_explorer(pages):
    page = pages("00")
    cell, _ = page.cell_with("explorer = widgets.Explorer(")
    text = cell.locator("input[type=text]").first
    text.fill("Nobody treats a patient")
    text.press("Enter")
    cell.get_by_text("Nobody treats a patient |").first.wait_for()


def test_a_tick_moves_an_explorer(pages):
    page = pages("03")
    cell, _ = page.cell_with('title="Analogies"')
    tick = cell.locator("input[type=checkbox]").first
    for box, word in zip(cell.locator("input[type=text]").all(), ["man", "king", "woman"], strict=False):
        box.fill(word)
        box.press("Enter")
    cell.get_by_text("king − man + woman, inputs").first.wait_for()
    tick.uncheck()
    cell.get_by_text("inputs allowed").first.wait_for()
    tick.check()
    cell.get_by_text("inputs excluded").first.wait_for()


def test_a_search_box_and_a_slider(pages):
    page = pages("15")
    cell, _ = page.cell_with('title="Search box"')
    box = cell.locator("input[type=text]").first
    box.fill("how do I sort an array")
    box.press("Enter")
    cell.get_by_text("how do I sort an array").first.wait_for()
    picture = cell.locator(".widget-image").first
    before = picture.evaluate("(i) => [i.naturalHeight, i.src]")
    handle = cell.locator(".noUi-handle").first
    handle.focus()
    handle.press("ArrowRight")
    page.tab.wait_for_function(
        "([i, before]) => i.complete && i.src !== before[1] && i.naturalHeight > before[0]",
        arg=[picture.element_handle(), before],
    )


def test_a_drop_down_moves_an_explorer(pages):
    page = pages("14")
    cell, _ = page.cell_with("widgets.Explorer(")
    picture = cell.locator(".widget-image").first
    before = picture.evaluate("(i) => i.src")
    menu = cell.locator("select").first
    menu.select_option(index=0 if menu.evaluate("(e) => e.selectedIndex") else 1)
    page.tab.wait_for_function("([i, before]) => i.src !== before", arg=[picture.element_handle(), before])


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


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_widgets_and_cards_are_readable_in_both_themes(browser, lab, theme, tmp_path):
    path = next(path for path in OPENED if path.name.startswith("00"))
    page = Page(browser, lab, path.name, theme)
    assert page.tab.evaluate("document.body.dataset.jpThemeLight") == str(theme.endswith("Light")).lower()
    check_it_ran(page)
    assert page.tab.evaluate(CONTRAST) == []
    corners = page.tab.evaluate(
        """[...document.querySelectorAll('.jp-Notebook .jp-OutputArea img')].filter((i) => i.offsetParent).map((i) => {
            const c = document.createElement('canvas').getContext('2d');
            c.canvas.width = i.naturalWidth; c.canvas.height = i.naturalHeight; c.drawImage(i, 0, 0);
            return [...c.getImageData(1, 1, 1, 1).data];
        })"""
    )
    assert [corner for corner in corners if corner != [255, 255, 255, 255]] == []  # white, and not transparent
    page.tab.screenshot(path=tmp_path / f"{theme}.png")
    assert (tmp_path / f"{theme}.png").stat().st_size > 20_000
    page.tab.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")
    page.tab.close()


def test_the_server_wants_its_token_and_listens_here_only(lab):
    address, _ = lab
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{address}/api/contents", timeout=10)
