"""The states of a notebook's explorers, computed in its own kernel: the half of `tools.explorers` that runs there.

A notebook is run between two cells more. The first calls `watch`: from then on every explorer is a `Watched` one, which
notes its values when it is shown and whenever a cell reads what it says. The last calls `write`: each explorer that
was shown is driven through a small grid of its controls' values, and what it then shows is stored.

Lists, sliders and switches give their own values; of many a few are kept, those that the notebook itself uses first.
Free text has the values that the notebook's cells type, and those of ``tools/examples.toml``. Several
fields of text move together, because only what was typed together belongs together.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import ipywidgets
from PIL import Image

from embedlab import widgets
from embedlab.widgets import Explorer

MOST_VALUES, MOST_STATES = 8, 48  # of one control, and of one explorer
FILE = "explorers.json"
RADIO = (ipywidgets.RadioButtons, ipywidgets.ToggleButtons)
LIST = (ipywidgets.Dropdown, ipywidgets.Select)

Values = dict[str, Any]  # of the controls, by name


class Axis(NamedTuple):
    """One control of the page: its kind, what it moves, and to which values; those of free text move together."""

    kind: str  # select, range, radio or checkbox
    label: str
    names: tuple[str, ...]
    options: tuple[tuple[str, tuple[Any, ...]], ...]  # what is read, and one value for each name

    def place(self, values: Values) -> int:
        """Where the option with these values stands; -1 if there is none."""
        wanted = tuple(values[name] for name in self.names)
        return next((place for place, (_, option) in enumerate(self.options) if option == wanted), -1)


class Watched(Explorer):
    """An explorer that notes its values when it is shown and whenever its text is read."""

    _noted: ClassVar[list[tuple[Callable, Values]]] = []
    _shown: ClassVar[dict[str, tuple[Watched, Values, str]]] = {}

    def _present(self) -> Values:
        return {name: control.value for name, control in self._controls.items()}

    @property
    def text(self) -> str:
        """The plain text that belongs to the controls' present values."""
        self._noted.append((self._render, self._present()))
        return super().text

    def _ipython_display_(self) -> None:
        self._shown.setdefault(self._box.model_id, (self, self._present(), self._text))
        super()._ipython_display_()

    def _move(self, values: Values) -> None:
        """Set the controls as a learner would; on the way to the last one anything may happen."""
        moved = [name for name, value in values.items() if self._controls[name].value != value]
        for name in moved[:-1]:
            with contextlib.suppress(Exception):
                self._controls[name].value = values[name]
        for name in moved[-1:]:
            self._controls[name].value = values[name]

    def _state(self, values: Values, pictures: Path) -> dict[str, str]:
        """Drive the explorer to some values; what it shows then, its picture as the name of a file."""
        error = ""
        try:
            self._move(values)
        except Exception as raised:  # the explorer shows it, as it would to a learner
            error = f"{values}: {type(raised).__name__}: {raised}"
        png, name = bytes(self._picture.value), ""
        if png:
            name = f"{hashlib.sha256(png).hexdigest()[:16]}.webp"
            (pictures / name).write_bytes(small(png))
        return {"picture": name, "html": self._below.value, "error": error}

    def _grid(self, start: Values, text: str, further: Mapping[str, Sequence[str]], pictures: Path) -> dict[str, Any]:
        alike = (values for render, values in self._noted if render == self._render and values.keys() == start.keys())
        noted = [start, *alike]
        axes = thinned(axes_of(self._controls, noted, further), noted)
        places = itertools.product(*(axis.options for axis in axes))
        states = []
        for options in places:
            pairs = (zip(axis.names, values, strict=True) for axis, (_, values) in zip(axes, options, strict=True))
            states.append(self._state(dict(itertools.chain(*pairs)), pictures))
        shown = [
            {"kind": a.kind, "label": a.label, "options": [label for label, _ in a.options], "start": a.place(start)}
            for a in axes
        ]
        return {"title": self._title, "alt": self._alt, "text": text, "axes": shown, "states": states}


def small(png: bytes) -> bytes:
    """The same picture in a third of the bytes or less: a drawing without loss, a photograph with what nobody sees."""
    ways: list[dict[str, Any]] = [{"lossless": True}, {"quality": 90}]
    written = []
    with Image.open(io.BytesIO(png)) as picture:
        for options in ways:
            picture.convert("RGB").save(buffer := io.BytesIO(), "webp", **options)
            written.append(buffer.getvalue())
    return min(written, key=len)


def watch() -> None:
    """Let every explorer that is made from now on be a watched one."""
    widgets.Explorer = Watched


def write(folder: Path, further: Mapping[str, Sequence[str]]) -> None:
    """Store the states of all explorers that were shown, by the number of their view; pictures are files beside."""
    shown = Watched._shown.items()
    grids = {view: one._grid(start, text, further, folder) for view, (one, start, text) in shown}
    (folder / FILE).write_text(json.dumps(grids), encoding="utf-8")


# ----------------------------------------------------------------------------------------- controls and their values


def axes_of(
    controls: Mapping[str, ipywidgets.Widget], noted: Sequence[Values], further: Mapping[str, Sequence[str]]
) -> list[Axis]:
    """The axes of an explorer, in the order of its controls, with all their values.

    Parameters
    ----------
    controls : mapping of str to widget
    noted : sequence of dict
        Values that the explorer had when it was shown or read; the first are those it starts with.
    further : mapping of str to sequence of str
        More texts for a control that stands alone as free text.
    """
    axes, typed = [], [name for name, control in controls.items() if not offered(control)[0]]
    for name, control in controls.items():
        kind, options = offered(control)
        if kind:
            start = noted[0][name]
            if not any(value == start for _, value in options):  # between two steps, or nothing chosen yet
                options.append((str(start), start))
                options.sort(key=lambda pair: pair[1] if kind == "range" else 0)
            pairs = tuple((label, (value,)) for label, value in options)
            axes.append(Axis(kind, control.description or name, (name,), pairs))
        elif name == typed[0]:
            axes.append(_typed_axis({name: controls[name] for name in typed}, noted, further))
    return axes


def _typed_axis(
    controls: Mapping[str, ipywidgets.Widget], noted: Sequence[Values], further: Mapping[str, Sequence[str]]
) -> Axis:
    """The axis of all free text: what was typed together, and for a single field further texts."""
    names = tuple(controls)
    together = [tuple(values[name] for name in names) for values in noted]
    if len(names) == 1:
        (control,) = controls.values()
        together += [(text,) for text in [*further.get(names[0], ()), *getattr(control, "options", ())]]
    unique = [pair for place, pair in enumerate(together) if pair not in together[:place]]
    label = ", ".join(control.description or name for name, control in controls.items())
    return Axis("select", label, names, tuple((" · ".join(map(str, pair)), pair) for pair in unique))


def offered(control: ipywidgets.Widget) -> tuple[str, list[tuple[str, Any]]]:
    """The kind of control that a page shows, and (label, value) of all that it offers; ``("", [])`` for free text.

    >>> offered(ipywidgets.IntSlider(value=2, min=2, max=6, step=2))
    ('range', [('2', 2), ('4', 4), ('6', 6)])
    """
    if isinstance(control, (*RADIO, *LIST, ipywidgets.SelectionSlider)):
        ordered = isinstance(control, ipywidgets.SelectionSlider)
        kind = "range" if ordered else "radio" if isinstance(control, RADIO) else "select"
        return kind, list(_pairs(control.options))
    if isinstance(control.value, bool):
        return "checkbox", [("off", False), ("on", True)]
    if all(map(control.has_trait, ("min", "max", "step"))) and isinstance(control.value, (int, float)):
        return ("", []) if control.has_trait("base") else ("range", list(_steps(control)))  # a base: a logarithm
    return "", []


def _pairs(options: Mapping | Iterable) -> Iterable[tuple[str, Any]]:
    """Label and value of each option, in the three ways that ipywidgets allows."""
    if isinstance(options, Mapping):
        return options.items()
    return (each if isinstance(each, tuple) and len(each) == 2 else (str(each), each) for each in options)


def _steps(control: ipywidgets.Widget) -> Iterable[tuple[str, float]]:
    style = control.readout_format if control.has_trait("readout_format") else ""
    for number in range(math.floor((control.max - control.min) / control.step + 1e-9) + 1):
        value = control.min + number * control.step
        value = value if isinstance(value, int) else round(value, 10)
        yield format(value, style), value


def thinned(axes: Sequence[Axis], noted: Sequence[Values]) -> list[Axis]:
    """The axes with so few values that no explorer has more than `MOST_STATES` states; noted ones are kept first."""
    sizes = [min(len(axis.options), MOST_VALUES) for axis in axes]
    while math.prod(sizes) > MOST_STATES:  # of two that are as long a slider is cut first
        longest = max(range(len(axes)), key=lambda place: (sizes[place], axes[place].kind == "range", place))
        sizes[longest] -= 1
    kept = []
    for axis, size in zip(axes, sizes, strict=True):
        wanted = [place for place in map(axis.place, noted) if place >= 0]
        places = some(len(axis.options), wanted, size)
        kept.append(axis._replace(options=tuple(axis.options[place] for place in places)))
    return kept


def some(count: int, wanted: Sequence[int], most: int) -> list[int]:
    """At most ``most`` of ``count`` places, in order: the wanted ones first, then both ends, then evenly between.

    >>> some(100, [20], 5)
    [0, 20, 25, 50, 99]
    """
    evenly = [round(number * (count - 1) / max(most - 1, 1)) for number in range(most)]
    order = dict.fromkeys([*wanted, 0, count - 1, *evenly, *range(count)])
    return sorted(list(order)[:most])
