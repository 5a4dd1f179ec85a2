"""Explorers: driven by code, judged by their values. In a real notebook: the recorded ones, and test_jupyterlab."""

from __future__ import annotations

import base64
import functools
import textwrap

import ipywidgets
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from embedlab import plots, widgets
from embedlab.widgets import Explorer, View

PNG = b"\x89PNG\r\n\x1a\n"
WORDS = ["king", "queen", "woman"]


def render(words, k):
    figure = Figure(figsize=(1, 1))
    figure.subplots().bar(range(k), range(k))
    return View(figure, text=" ".join(words[:k]))


def render_text(words, k):
    return View(text=" ".join(words[:k]))


def slider(**changes):
    return ipywidgets.IntSlider(**{"value": 1, "min": 1, "max": 3, "description": "words", **changes})


def make(function=render, **changes):
    given = {"controls": {"k": slider()}, "data": {"words": WORDS}, "title": "Words", "alt": "Bars, one a word."}
    return Explorer(function, **{**given, **changes})


def test_moving_a_control_by_code_has_done_all_when_the_line_is_over():
    explorer = make()
    assert explorer.text == "king"
    before = bytes(explorer._picture.value)
    explorer.k.value = 3
    assert explorer.text == "king queen woman"
    assert bytes(explorer._picture.value).startswith(PNG)
    assert bytes(explorer._picture.value) != before
    assert explorer._below.value == "<pre>king queen woman</pre>"


def test_html_is_shown_as_given_and_text_and_title_are_escaped():
    assert make(lambda words, k: View(html="<b>one</b>", text="one"))._below.value == "<b>one</b>"
    escaped = make(lambda words, k: View(text="<b>"), title="a < b")
    assert escaped._below.value == "<pre>&lt;b&gt;</pre>"
    assert escaped._box.children[0].value == "<strong>a &lt; b</strong>"
    explorer = make(lambda words, k: View(text="none") if k == 1 else render(words, k))
    assert explorer._picture.layout.display == "none"
    explorer.k.value = 2
    assert explorer._picture.layout.display is None
    assert bytes(explorer._picture.value).startswith(PNG)


def test_a_sentence_below_says_what_to_run_after_a_restart():
    explorer = make()
    assert explorer._box.children[-1].value == widgets.RESTART
    assert "After a restart of the kernel, run the cells above and this one again." in widgets.RESTART
    assert widgets.RESTART not in str(explorer)


def test_figures_made_by_pyplot_are_closed_as_well():
    def with_pyplot(k):
        figure, ax = pyplot.subplots()
        ax.plot([k])
        return View(figure)

    before = pyplot.get_fignums()
    explorer = make(with_pyplot, data=None)
    explorer.k.value = 2
    assert pyplot.get_fignums() == before


# -------------------------------------------------------------------------------------------------- failures


def fails_above_one(words, k):
    if k > 1:
        raise ValueError("k is <large>")
    return render(words, k)


def by_code(explorer, value):
    explorer.k.value = value


def by_the_browsers_message(explorer, value):
    explorer.k.set_state({"value": value})


@pytest.mark.parametrize("move", [by_code, by_the_browsers_message])
def test_an_error_is_shown_and_raised_and_a_later_move_recovers(move):
    explorer = make(fails_above_one)
    with pytest.raises(ValueError, match="k is <large>"):
        move(explorer, 2)
    assert explorer._below.value == "<p>Error. ValueError: k is &lt;large&gt;</p>"
    assert explorer.text == "Error. ValueError: k is <large>"
    assert explorer._picture.layout.display == "none", "an old picture beside an error would mislead"
    move(explorer, 1)
    assert explorer.text == "king"
    assert explorer._picture.layout.display is None


def test_what_cannot_be_shown_is_refused_at_once():
    with pytest.raises(ValueError, match="k is <large>"):
        make(fails_above_one, controls={"k": slider(value=2)})
    with pytest.raises(TypeError, match="render must return a View, but it returned a str"):
        make(lambda words, k: "king")
    with pytest.raises(ValueError, match="alt must say in a sentence what the picture shows, but it is empty"):
        make(alt=" ")


# --------------------------------------------------------------------------------------------------- controls


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": {}}, "render needs words, which is neither in data nor in controls"),
        ({"controls": {}}, "render needs k, which is neither in data nor in controls"),
        ({"controls": {"k": slider(), "top": slider()}}, "render has no parameter top; its parameters are: k, words"),
        ({"data": {"words": WORDS, "model": 1}}, "render has no parameter model; its parameters are: k, words"),
        ({"data": {"words": WORDS, "k": 1}}, "render: k is both in data and in controls"),
        ({"controls": {"k": 3}}, r"controls\['k'\] must be a widget with a value, but it is of type int"),
        ({"controls": {"k": ipywidgets.Button()}}, "must be a widget with a value, but it is of type Button"),
    ],
    ids=lambda value: "",
)
def test_names_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(TypeError, match=message):
        make(**changes)


@pytest.mark.parametrize("name", ["text", "_data"])
def test_a_controls_name_must_be_free(name):
    with pytest.raises(ValueError, match=f"controls: '{name}' is taken by the explorer itself"):
        make(lambda **values: View(), controls={name: slider()})


def test_functions_of_every_kind_serve():
    assert make(lambda words, k, size=2: View(text=str(size))).text == "2"
    assert make(lambda **values: View(text=",".join(values))).text == "words,k"
    assert make(functools.partial(render_text, words=["a"]), data=None).text == "a"
    space: dict = {"View": View}
    exec("def a(k): return b(k)\ndef b(k): return View(text='b') if k else a(k)\n", space)
    assert make(space["a"], data=None).text == "b"

    class Drawer:
        def render(self, words, k):
            return View(text="method")

        def __call__(self, words, k):
            return View(text="object")

    assert make(Drawer().render).text == "method"
    assert make(Drawer()).text == "object"


def test_controls_are_attributes_and_cannot_be_overwritten_by_mistake():
    explorer = make()
    assert explorer.k.description == "words"
    assert "k" in dir(explorer)
    with pytest.raises(AttributeError, match=r"write explorer.k.value = … to move the control 'k'"):
        explorer.k = 3
    with pytest.raises(AttributeError, match="this explorer has no control 'j'; it has: k"):
        _ = explorer.j


def test_a_drag_is_one_update_and_descriptions_are_whole():
    text = ipywidgets.Text(continuous_update=True, layout={"width": "30em"})
    choice = ipywidgets.Dropdown(options=["a", "b"])
    explorer = make(
        lambda words, **values: View(), controls={"k": slider(continuous_update=True), "t": text, "c": choice}
    )
    assert explorer.k.continuous_update is explorer.t.continuous_update is False
    assert {control.style.description_width for control in (explorer.k, explorer.t, explorer.c)} == {"initial"}
    assert explorer.t.layout.width == "30em", "a width that the notebook chose stays"


# ------------------------------------------------------------------------- render reads no notebook variables

NOTEBOOK = """
import math
import numpy as np
from functools import lru_cache, partial
from math import sqrt
from numpy import exp
from embedlab.widgets import View

documents = ["a", "b"]

class Helper:
    documents = ["inside"]

def count(items):
    return len(items)

@lru_cache
def cached(k):
    return k

def reads_a_global():
    return documents

def render(k):
"""


def defined(body: str):
    space: dict = {"__name__": "__main__"}
    exec(NOTEBOOK + textwrap.indent(body, "    "), space)
    return space["render"]


@pytest.mark.parametrize(
    ("body", "function"),
    [
        ("return View(text=str(documents))", "render"),
        ("return View(text=''.join([documents[i] for i in range(k)]))", "render"),
        ("return View(text=(lambda: documents[0])())", "render"),
        ("return View(text=str(reads_a_global()))", "reads_a_global"),
        ("return View(text=str([reads_a_global() for i in range(k)]))", "reads_a_global"),
    ],
    ids=["directly", "in a comprehension", "in a lambda", "in a helper", "in a helper in a comprehension"],
)
def test_reading_a_notebook_variable_is_refused(body, function):
    message = (
        rf"{function} reads the notebook's variable 'documents' \(a list\): give render a parameter 'documents' "
        r"and pass data=\{'documents': documents\}"
    )
    with pytest.raises(TypeError, match=message):
        make(defined(body), data=None)
    with pytest.raises(TypeError, match=message):
        make(functools.partial(defined(body)), data=None)


@pytest.mark.parametrize(
    "body",
    [
        "return View(text=str(np.ones(k).sum()))",
        "return View(text=str(math.floor(sqrt(k) + exp(k))))",
        "return View(text=str(count([k]) + cached(k)))",
        "return View(text=Helper().documents[0])",  # an attribute of the same name is no variable
        "documents = [k]\nreturn View(text=str(documents))",
        "def again(n):\n    return n and again(n - 1)\nreturn View(text=str(again(k)))",
        "import os\nreturn View(text=os.sep)",
    ],
    ids=["a module", "functions and ufuncs", "own functions", "an attribute", "a local", "recursion", "an import"],
)
def test_tools_may_be_read(body):
    assert make(defined(body), data=None).text


# ---------------------------------------------------------------------------------------------------- display


def test_one_bundle_holds_widget_picture_and_text():
    explorer = make()
    data, metadata = explorer._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer._box.model_id
    assert base64.b64decode(data["image/png"]) == explorer._picture.value
    assert metadata == {"image/png": {"alt": "Bars, one a word."}}
    assert data["text/plain"] == "Words\n[picture] Bars, one a word.\nking"
    data, metadata = make(render_text, title="", alt="")._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/plain"}
    assert (data["text/plain"], metadata) == ("king", {})


def test_a_screen_reader_finds_the_alternative_text_after_the_picture(monkeypatch):
    shown = []
    monkeypatch.setattr(widgets, "display", lambda data, **_: shown.append(data))
    monkeypatch.setattr(plots, "display", lambda data, **_: shown.append(data))
    make(alt="Bars < lines.")._ipython_display_()
    make(render_text, title="", alt="")._ipython_display_()
    pictures, texts = [data for data in shown if "image/png" in data], [data for data in shown if "text/html" in data]
    assert len(shown) == 3
    assert len(pictures) == 1
    assert texts == [{"text/html": f"{plots.DESCRIPTION}Bars &lt; lines.</span>"}]
    assert make()._picture.tooltip is None, "ipywidgets 8.1 fails in the browser on an Image with a tooltip"


def test_the_room_does_not_load_matplotlib_before_a_picture_is_drawn():
    from tests.test_exercises_engine import run_python

    code = "import sys; from embedlab import widgets; print('matplotlib' in sys.modules, 'pandas' in sys.modules)"
    assert run_python(code) == "False False\n"
