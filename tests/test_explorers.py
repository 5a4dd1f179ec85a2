"""Explorers that move without a kernel: their states, computed in one, and the page that chooses among them."""

from __future__ import annotations

import itertools
import json
import math

import ipywidgets
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser import chromium, cut, findings, needs_axe, needs_chromium, opened
from tools import explorers, notebooks, site, states
from tools.states import Axis

HEAD = """# 01 · Tiny

**The question.** Does it move?

**After this notebook you can**

- see it move

| Time | Before this | Peak memory | Download |
|:---|:---|:---|:---|
| 5 minutes | nothing | 0.1 GB | none |
"""
CELLS = [
    """
import ipywidgets
from embedlab import plots, widgets

def draw(word, level, how, both):
    if word == "nothing":
        return widgets.View(text="Nothing to draw.")
    fig, ax = plots.figure(height=2)
    plots.bars(ax, {word: level})
    ax.set(title=f"{word}, {level}", xlim=(0, 20))
    return widgets.View(fig, text=f"{word} {level} {how} {both}")

def fruit():
    how, options = ipywidgets.ToggleButtons, ["raw", "cooked"]
    controls = {
        "word": ipywidgets.Text("apple", description="fruit"),
        "level": ipywidgets.IntSlider(7, min=0, max=20, description="level"),
        "how": how(options=options, value="cooked", description="eaten"),
        "both": ipywidgets.Checkbox(False, description="twice"),
    }
    return widgets.Explorer(draw, controls, title="Fruit (type, then Enter)", alt="A bar.")
""",
    "print('before')\nexplorer = fruit()\nexplorer",
    """
driven = fruit()
for driven.word.value in ["pear", "nothing"]:
    print(driven.text)
driven.word.value, driven.level.value = "kiwi", 11
print(driven.text)
driven.word.value = "never read"
""",
    """
def divide(by, of):
    return widgets.View(html=f"<p><b>{12 / by:.1f}</b> of {of}</p>", text=f"{12 / by:.1f} of {of}")

numbers = ipywidgets.Dropdown(options=[("one", 1), ("none", 0), ("three", 3)], description="by")
several = widgets.Explorer(divide, {"by": numbers, "of": ipywidgets.Text("cake")}, title="Division")
several
""",
    "lonely = widgets.Explorer(lambda t: widgets.View(text=t), {'t': ipywidgets.Text('a')}, title='Lonely')\nlonely",
]
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
START = "apple 7 cooked False"


def shown(text, **more):
    return nbformat.v4.new_output("display_data", {"text/plain": text, **more})


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A notebook with three explorers, as it would be recorded."""
    cells = [nbformat.v4.new_code_cell(source.strip(), id=f"cell{i}") for i, source in enumerate(CELLS)]
    picture = shown(f"Fruit (type, then Enter)\n[picture] A bar.\n{START}", **{"image/png": DOT})
    picture["metadata"] = {"image/png": {"alt": "A bar."}}
    cells[1]["outputs"] = [nbformat.v4.new_output("stream", text="before\n"), picture]
    cells[3]["outputs"], cells[4]["outputs"] = [shown("Division\n12.0 of cake")], [shown("Lonely\na")]
    path = tmp_path_factory.mktemp("course") / "01_tiny.ipynb"
    cells.insert(0, nbformat.v4.new_markdown_cell(HEAD))
    path.write_text(notebooks.written(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def built(tiny, tmp_path_factory):
    """The folder of a site of a real notebook and the tiny one, with moving explorers, and what was complained of."""
    pytest.importorskip("myst_nb", reason="Sphinx and MyST-NB are not installed: embedlab[site]")
    out, both = tmp_path_factory.mktemp("a moving site"), [notebooks.numbered("00"), tiny]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebooks, "course", lambda folder=None: both)
        return out, site.build(out, live=True)


def embedded(folder, page, number=0):
    """The states of a page's explorer, as its script reads them."""
    parts = (folder / f"{page}.html").read_text(encoding="utf-8").split('<script type="application/json">')[1:]
    return json.loads(parts[number].partition("</script>")[0])


# ----------------------------------------------------------------------------------------------- axes and values


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        (ipywidgets.Dropdown(options=["a", 2]), ("select", [("a", "a"), ("2", 2)])),
        (ipywidgets.Dropdown(options=[("A", 1), ("B", 2)]), ("select", [("A", 1), ("B", 2)])),
        (ipywidgets.Select(options={"A": 1}), ("select", [("A", 1)])),
        (ipywidgets.RadioButtons(options=["a"]), ("radio", [("a", "a")])),
        (ipywidgets.SelectionSlider(options=[2, 4]), ("range", [("2", 2), ("4", 4)])),
        (
            ipywidgets.FloatSlider(0.1, min=0.1, max=0.3, step=0.1),
            ("range", [("0.10", 0.1), ("0.20", 0.2), ("0.30", 0.3)]),
        ),
        (ipywidgets.BoundedIntText(1, min=1, max=3), ("range", [("1", 1), ("2", 2), ("3", 3)])),
        (ipywidgets.Checkbox(True), ("checkbox", [("off", False), ("on", True)])),
        (ipywidgets.Text("a"), ("", [])),
        (ipywidgets.Combobox(options=["a"]), ("", [])),
        (ipywidgets.FloatLogSlider(), ("", [])),
        (ipywidgets.IntRangeSlider(), ("", [])),
        (ipywidgets.SelectMultiple(options=["a"]), ("", [])),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ipywidgets.Widget) else "",
)
def test_what_each_kind_of_control_offers(control, expected):
    assert states.offered(control) == expected


def test_fields_of_text_move_together_and_a_single_one_takes_suggestions_too():
    texts = {name: ipywidgets.Text(name, description=f"{name}:") for name in "ac"} | {"k": ipywidgets.Checkbox()}
    noted = [{"a": "a", "c": "c", "k": False}, {"a": "x", "c": "y", "k": True}, {"a": "a", "c": "c", "k": True}]
    first, second = states.axes_of(texts, noted, {"a": ["more"]})
    assert (first.label, second.names) == ("a:, c:", ("k",))
    assert first.options == (("a · c", ("a", "c")), ("x · y", ("x", "y")))
    box = {"box": ipywidgets.Combobox(value="a", options=["b", "c"], description="box")}
    (alone,) = states.axes_of(box, [{"box": "a"}], {"box": ["more"]})
    assert [label for label, _ in alone.options] == ["a", "more", "b", "c"]


def test_a_start_between_two_steps_has_its_place():
    slider = {"k": ipywidgets.IntSlider(5, min=0, max=8, step=4)}
    (axis,) = states.axes_of(slider, [{"k": 5}], {})
    assert [label for label, _ in axis.options] == ["0", "4", "5", "8"]
    assert axis.place({"k": 5}) == 2


axes = st.lists(
    st.builds(
        lambda kind, count, name: Axis(kind, name, (name,), tuple((str(i), (i,)) for i in range(count))),
        st.sampled_from(["select", "range", "checkbox"]),
        st.integers(1, 60),
        st.uuids().map(str),
    ),
    min_size=1,
    max_size=8,
)


@given(axes, st.data())
def test_no_explorer_has_too_many_states_and_its_start_is_one_of_them(axes, data):
    noted = [{axis.label: data.draw(st.integers(0, len(axis.options) - 1)) for axis in axes} for _ in range(3)]
    kept = states.thinned(axes, noted)
    assert math.prod(len(axis.options) for axis in kept) <= states.MOST_STATES
    for before, after in zip(axes, kept, strict=True):
        assert after.place(noted[0]) >= 0
        assert 1 <= len(after.options) <= states.MOST_VALUES
        assert list(after.options) == [option for option in before.options if option in after.options]
        if len(after.options) >= 3:
            assert all(after.place(values) >= 0 for values in noted)


@given(st.integers(1, 500), st.integers(1, 9))
def test_places_are_spread_from_end_to_end(count, most):
    places = states.some(count, [], most)
    assert len(places) == min(count, most)
    if most > 1:
        assert (places[0], places[-1]) == (0, count - 1)
        gaps = [b - a for a, b in itertools.pairwise(places)]
        assert max(gaps, default=0) - min(gaps, default=0) <= 1


def test_further_examples_name_fields_of_text_that_exist():
    for number, fields in explorers.examples().items():
        code = "".join(map(notebooks.source, notebooks.code_cells(notebooks.read(notebooks.numbered(number)))))
        for name, texts in fields.items():
            assert f'"{name}": ipywidgets.Text(' in code, (number, name)
            assert len(set(texts)) == len(texts) >= 2


# -------------------------------------------------------------------------------------------------- on the page


def test_an_explorer_that_fails_is_told_and_nothing_else(built):
    told = [line for line in built[1] if line.startswith("01_tiny.ipynb")]
    assert told == ["01_tiny.ipynb: an explorer fails at {'by': 0, 'of': 'cake'}: ZeroDivisionError: division by zero"]
    assert [line for line in built[1] if "explorers do not move" in line] == []


def test_the_states_are_what_the_notebook_draws(built):
    folder, found = built[0], embedded(built[0], "01_tiny")
    texts = [said for _, said in found]
    fruits = [(w, k, h, b) for w in ("apple", "pear", "nothing", "kiwi") for k in (0, 7, 11) for h in ("raw", "cooked")
              for b in (False, True)]  # fmt: skip
    wanted = [f"{w} {k} {h} {b}" if w != "nothing" else "Nothing to draw." for w, k, h, b in fruits]
    assert texts == [f"<pre>{text}</pre>" for text in wanted]
    assert [bool(address) for address, _ in found] == [text != "Nothing to draw." for text in wanted]
    addresses = {address for address, _ in found if address}
    assert [address for address in addresses if not (folder / address).is_file()] == []
    assert len(addresses) == 9 + 1, "what looks the same is one file; the start is the recorded picture"


def test_the_start_is_what_is_recorded(built):
    found = embedded(built[0], "01_tiny")
    ((address, said),) = [state for state in found if state[0].endswith(".png")]
    assert said == f"<pre>{START}</pre>"
    assert f'src="{address}" alt="A bar."' in (built[0] / "01_tiny.html").read_text(encoding="utf-8")


def test_html_stays_html_and_one_state_alone_needs_no_controls(built):
    assert embedded(built[0], "01_tiny", 1)[2] == ["", "<p><b>4.0</b> of cake</p>"]
    text = (built[0] / "01_tiny.html").read_text(encoding="utf-8")
    assert text.count('type="application/json"') == text.count('"explorer live"') == 2


def test_what_a_real_notebook_prints_of_its_explorer_is_among_the_states(built):
    path = notebooks.numbered("00")
    (cell,) = [c for c in notebooks.code_cells(notebooks.read(path)) if "driven.text" in notebooks.source(c)]
    printed = "".join(output["text"] for output in cell["outputs"]).strip().splitlines()
    assert [f"<pre>{line}</pre>" for line in printed] == [said for _, said in embedded(built[0], path.stem)]


def test_a_notebook_that_cannot_run_keeps_its_still_explorers(tmp_path):
    path = tmp_path / "01_broken.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in ("1 / 0", "widgets.Explorer(draw, {})")]
    path.write_text(notebooks.written(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    found, (complaint,) = explorers.run(path, tmp_path, tmp_path)
    assert found == {}
    assert complaint.startswith("01_broken.ipynb: its explorers do not move: code cell 2:")
    assert "ZeroDivisionError" in complaint


@pytest.mark.parametrize(
    ("sources", "needed"),
    [
        (["x = 1", "1 / 0"], 0),
        (["widgets.Explorer(draw, {})", "1 / 0"], 1),
        (
            [
                "def show(x):\n    return widgets.Explorer(x, {})",
                "1 / 0",
                "for x in y:\n    two = show(x)",
                "two.text",
                "3",
            ],
            4,
        ),
        (["%pip install x", "shown = widgets.Explorer(draw, {})", "shown", "%run x", "shown.k.value = 3", "y = 1"], 5),
    ],
)
def test_a_notebook_is_run_to_the_last_cell_that_speaks_of_an_explorer(sources, needed):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    assert explorers.until_the_last(nbformat.v4.new_notebook(cells=cells)) == cells[:needed]


def test_of_each_notebook_every_explorer_is_reached():
    for path in notebooks.course():
        notebook = notebooks.read(path)
        rest = notebooks.code_cells(notebook)[len(explorers.until_the_last(notebook)) :]
        shown = [output.get("data", {}).get("text/plain", "") for cell in rest for output in cell["outputs"]]
        assert [said for said in shown if "[picture]" in said and not said.startswith("[picture]")] == [], path


# ----------------------------------------------------------------------------------------------- in a real browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@needs_chromium
def test_controls_move_the_picture_and_the_text_by_keyboard(browser, built):
    tab, wrong = opened(browser, built[0], "01_tiny")
    figure = tab.locator("figure.explorer").first
    said, picture = figure.get_by_role("status"), figure.get_by_role("img")
    assert figure.get_by_role("group", name="Fruit", exact=True).count() == 1
    first = picture.get_attribute("src")
    figure.get_by_label("level").press("ArrowRight")
    assert said.inner_text().strip() == "apple 11 cooked False"
    assert figure.get_by_label("level").get_attribute("aria-valuetext") == "11"
    tab.wait_for_function("() => document.querySelector('figure.explorer img').naturalWidth > 700")
    figure.get_by_label("twice").press("Space")
    figure.get_by_label("cooked").press("ArrowUp")
    assert said.inner_text().strip() == "apple 11 raw True"
    figure.get_by_label("fruit").select_option("nothing")
    assert (said.inner_text().strip(), figure.locator("img").is_visible()) == ("Nothing to draw.", False)
    figure.get_by_label("fruit").select_option("apple")
    figure.get_by_label("raw").press("ArrowDown")
    figure.get_by_label("twice").press("Space")
    figure.get_by_label("level").press("ArrowLeft")
    assert (said.inner_text().strip(), picture.get_attribute("src")) == (START, first)
    tab.close()
    assert wrong == []


@needs_chromium
def test_the_status_is_polite_and_two_explorers_do_not_meet(browser, built):
    tab, wrong = opened(browser, built[0], "01_tiny")
    second = tab.locator("figure.explorer").nth(1)
    assert second.get_by_role("combobox").count() == 1, "of one value nothing can be chosen"
    second.get_by_label("by").select_option("three")
    assert second.get_by_role("status").inner_text().strip() == "4.0 of cake"
    assert tab.locator("figure.explorer").first.get_by_role("status").inner_text().strip() == START
    tab.close()
    assert wrong == []


@needs_chromium
def test_without_scripts_it_is_the_recorded_picture(browser, built):
    tab, _ = opened(browser, built[0], "01_tiny", java_script_enabled=False)
    figure = tab.locator("figure.explorer").first
    assert figure.locator("form").is_visible() is False
    assert figure.locator("figcaption").inner_text() == explorers.STILL
    assert figure.get_by_role("img").is_visible()
    tab.close()


@needs_chromium
@pytest.mark.parametrize("page", ["00_start_here", "01_tiny"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_cut(browser, built, page, width):
    tab, wrong = opened(browser, built[0], page, viewport={"width": width, "height": 800})
    found = cut(tab)
    tab.close()
    assert (wrong, found) == ([], [])


@needs_chromium
@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["00_start_here", "01_tiny"])
def test_axe_finds_nothing_serious(browser, built, page, scheme):
    tab, _ = opened(browser, built[0], page, color_scheme=scheme)
    tab.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    found = findings(tab)
    tab.close()
    assert found == []
