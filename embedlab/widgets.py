"""Explorers: a few controls, a picture and a text that follow them.

The notebook writes a pure function ``render`` from data and control values to a `View`; an `Explorer` calls it
once at the start and again whenever a control changes. Only values of widgets are set (`Image.value`,
`HTML.value`), so an explorer can be driven and tested by code: ``explorer.k.value = 10`` has done all its work,
or raised, when the line is over. Nothing is computed here, and no notebook variable is read: what ``render``
needs comes through ``data``.
"""

from __future__ import annotations

import base64
import dis
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING

import ipywidgets
from IPython.display import display

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The picture of a dead kernel looks like a living one and does not answer; this line stands below it from the start.
RESTART = "<small>After a restart of the kernel, run the cells above and this one again.</small>"


@dataclass(frozen=True)
class View:
    """What ``render`` returns: one state of an explorer.

    Parameters
    ----------
    figure : matplotlib.figure.Figure, optional
    html : str, optional
        Shown below the picture; without it ``text`` is shown.
    text : str, optional
        The same in plain text: what a driving cell prints, and what stays where no widget can be shown.
    """

    figure: Figure | None = None
    html: str = ""
    text: str = ""


class Explorer:
    """Controls, a picture and a text, kept in step by a pure function.

    Parameters
    ----------
    render : callable
        ``render(**data, **values)`` returns a `View`; ``values`` holds each control's value under its name.
        It may use modules, functions and classes of the notebook, but none of its data.
    controls : mapping of str to widget
        Core ipywidgets that have a ``value``; ``explorer.<name>`` gives them back.
    data : mapping of str to object, optional
        What ``render`` draws from, handed to it unchanged.
    title : str
    alt : str
        What the picture shows, in one or two sentences; required if there is one.

    Raises
    ------
    TypeError
        If ``render`` reads a variable of the notebook, if names and parameters do not fit together, if a control
        has no value, or if ``render`` returns something else than a `View`.
    ValueError
        If a control has the name of an attribute, or a picture has no ``alt``.

    Examples
    --------
    >>> def render(words, k):
    ...     return View(text=" ".join(words[:k]))
    >>> slider = ipywidgets.IntSlider(value=1, min=1, max=3, description="words")
    >>> explorer = Explorer(render, controls={"k": slider}, data={"words": ["one", "two", "three"]})
    >>> explorer.k.value = 2
    >>> explorer.text
    'one two'
    """

    def __init__(
        self,
        render: Callable[..., View],
        controls: Mapping[str, ipywidgets.Widget],
        data: Mapping[str, object] | None = None,
        title: str = "",
        alt: str = "",
    ) -> None:
        _check_controls(controls)
        self._render, self._controls, self._data = render, dict(controls), dict(data or {})
        self._title, self._alt, self._text = title, alt, ""
        _check_parameters(render, self._data, self._controls)
        _check_reads_no_data(render)
        self._picture = ipywidgets.Image(format="png", layout={"max_width": "100%", "align_self": "flex-start"})
        self._below = ipywidgets.HTML(layout={"width": "100%", "max_width": "46em"})
        self._update()
        for control in self._controls.values():
            _arrange(control)
            control.observe(self._update, names="value")
        head = [ipywidgets.HTML(f"<strong>{escape(title)}</strong>")] if title else []
        panel = ipywidgets.HBox(list(self._controls.values()), layout={"flex_flow": "row wrap"})
        self._box = ipywidgets.VBox([*head, panel, self._picture, self._below, ipywidgets.HTML(RESTART)])

    def __getattr__(self, name: str) -> ipywidgets.Widget:
        controls = self.__dict__.get("_controls", {})
        if name in controls:
            return controls[name]
        raise AttributeError(f"this explorer has no control {name!r}; it has: {', '.join(controls)}")

    def __setattr__(self, name: str, value: object) -> None:
        if name in self.__dict__.get("_controls", {}):
            raise AttributeError(f"write explorer.{name}.value = … to move the control {name!r}")
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._controls})

    @property
    def text(self) -> str:
        """The plain text that belongs to the controls' present values."""
        return self._text

    def _update(self, change: object = None) -> None:
        values = {name: control.value for name, control in self._controls.items()}
        try:
            view = self._render(**self._data, **values)
            _check_view(view, self._alt)
            png = _png(view.figure)
        except Exception as error:  # raised to whoever set the value; after a click only this line is seen
            line = f"Error. {type(error).__name__}: {error}"
            self._show(b"", f"<p>{escape(line)}</p>", line)
            raise
        self._show(png, view.html or f"<pre>{escape(view.text)}</pre>", view.text)

    def _show(self, png: bytes, html: str, text: str) -> None:
        self._text = text
        self._picture.value = png
        self._picture.layout.display = None if png else "none"
        self._below.value = html

    def __str__(self) -> str:
        picture = f"[picture] {self._alt}" if self._picture.value else ""
        return "\n".join(part for part in (self._title, picture, self._text) if part)

    def _ipython_display_(self) -> None:
        data, metadata = self._repr_mimebundle_()
        display(data, metadata=metadata, raw=True)
        if self._alt:  # the Image widget has no alternative text, and a tooltip breaks it in the browser
            from embedlab import plots

            plots.describe(self._alt)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self._box.model_id}
        data = {"application/vnd.jupyter.widget-view+json": view, "text/plain": str(self)}
        if not self._picture.value:
            return data, {}
        data["image/png"] = base64.b64encode(self._picture.value).decode("ascii")
        return data, {"image/png": {"alt": self._alt}}


def _png(figure: Figure | None) -> bytes:
    if figure is None:
        return b""
    from embedlab import plots

    try:
        return plots.png(figure)
    finally:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot:  # a figure that pyplot made would be shown once more below the cell
            pyplot.close(figure)


def _arrange(control: ipywidgets.Widget) -> None:
    """Give a control the house's looks, and one update a drag instead of fifty."""
    if control.has_trait("continuous_update"):
        control.continuous_update = False
    if control.has_trait("style") and hasattr(control.style, "description_width"):
        control.style.description_width = "initial"
    if control.layout.width is None:
        control.layout.width = "30em" if control.has_trait("continuous_update") else "auto"
    control.layout.max_width = control.layout.max_width or "100%"
    control.layout.margin = control.layout.margin or "0 1.5em 0.3em 0"


def _check_view(view: object, alt: str) -> None:
    if not isinstance(view, View):
        raise TypeError(f"render must return a View, but it returned a {type(view).__name__}")
    if view.figure is not None and not alt.strip():
        raise ValueError("alt must say in a sentence what the picture shows, but it is empty")


def _check_controls(controls: Mapping[str, ipywidgets.Widget]) -> None:
    for name, control in controls.items():
        if not isinstance(control, ipywidgets.Widget) or not control.has_trait("value"):
            raise TypeError(
                f"controls[{name!r}] must be a widget with a value, but it is of type {type(control).__name__}"
            )
        if name.startswith("_") or name in dir(Explorer):
            raise ValueError(f"controls: {name!r} is taken by the explorer itself, choose another name")


def _check_parameters(render: Callable[..., View], data: Mapping[str, object], controls: Mapping[str, object]) -> None:
    both = sorted({*data} & {*controls})
    if both:
        raise TypeError(f"render: {', '.join(both)} is both in data and in controls")
    kinds = inspect.Parameter
    parameters = inspect.signature(render).parameters.values()
    known = {p.name for p in parameters if p.kind in (kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY)}
    needed = {p.name for p in parameters if p.name in known and p.default is kinds.empty}
    given = {*data, *controls}
    if given - known and not any(p.kind is kinds.VAR_KEYWORD for p in parameters):
        surplus = ", ".join(sorted(given - known))
        raise TypeError(f"render has no parameter {surplus}; its parameters are: {', '.join(sorted(known))}")
    if needed - given:
        raise TypeError(f"render needs {', '.join(sorted(needed - given))}, which is neither in data nor in controls")


def _check_reads_no_data(render: Callable[..., View]) -> None:
    """Refuse a function that reads a notebook's variable, which the next cell may change.

    The byte code is searched, with all inner functions and with the notebook's own functions that are called:
    `inspect.getclosurevars` overlooks inner functions and takes attributes for variables.
    """
    while isinstance(render, partial):
        render = render.func
    function = inspect.unwrap(getattr(render, "__func__", render))
    waiting = [function] if isinstance(function, FunctionType) else []
    seen: set[FunctionType] = set()
    while waiting:
        function = waiting.pop()
        seen.add(function)
        for name in sorted(_global_names(function.__code__) & function.__globals__.keys()):
            value = function.__globals__[name]
            if not _is_code(value):
                raise TypeError(
                    f"{function.__name__} reads the notebook's variable {name!r} (a {type(value).__name__}): "
                    f"give render a parameter {name!r} and pass data={{{name!r}: {name}}}"
                )
            if getattr(value, "__globals__", None) is function.__globals__ and value not in seen:
                waiting.append(value)


def _global_names(code: CodeType) -> set[str]:
    names = {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return names.union(*(_global_names(inner) for inner in code.co_consts if isinstance(inner, CodeType)))


def _is_code(value: object) -> bool:
    """Whether a global value is a tool rather than data: a module, a class, a function of any make."""
    wrapped = hasattr(value, "__wrapped__") or type(value).__name__ == "ufunc"
    return isinstance(value, (ModuleType, type)) or inspect.isroutine(value) or wrapped
