"""One way to draw and one way to show, so that every picture of the course looks alike.

It draws the numbers it is given and computes none; a style applies to the figure at hand and never to the session.

The palette is that of Okabe and Ito (2008), distinguishable with every common colour vision; the names of its
colours are theirs, and hue is never the only carrier of meaning.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
from IPython.display import Image, display
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

COLORS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
    "black": "#000000",
    "grey": "#8C8C8C",
}
CYCLE = [COLORS[name] for name in ("blue", "orange", "green", "vermillion", "sky", "purple")]
WIDTH, HEIGHT, DPI = 7.2, 4.0, 110  # inches and dots an inch: fits JupyterLab's column at 100 %
DESCRIPTION = (  # how the HTML begins that only a screen reader meets
    '<span style="position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)">Picture: '
)

_STYLE: dict[str, Any] = {
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "text.color": "#222222",
    "axes.labelcolor": "#222222",
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "axes.edgecolor": "#888888",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so pictures look the same everywhere
    "font.size": 10.5,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelsize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "lines.linewidth": 2,
    "lines.markersize": 6,
    "axes.prop_cycle": mpl.cycler(color=CYCLE),
    "legend.frameon": False,
    "image.cmap": "cividis",
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the house style to code inside the ``with`` block only."""
    with mpl.rc_context(_STYLE):
        yield


def figure(
    width: float = WIDTH, height: float = HEIGHT, rows: int = 1, columns: int = 1, **layout: Any
) -> tuple[Figure, Any]:
    """Make a figure in the house style.

    Parameters
    ----------
    width, height : float
        Inches of the whole figure.
    rows, columns : int
        Number of axes.
    **layout
        Passed to ``Figure.subplots``: ``sharex``, ``sharey``, ``width_ratios``, ``subplot_kw`` …

    Returns
    -------
    (figure, axes)
        One `matplotlib.axes.Axes`, or an array of them. The figure belongs to no global list, so nothing has to be
        closed and nothing is shown twice.
    """
    with style():
        fig = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
        FigureCanvasAgg(fig)
        return fig, fig.subplots(rows, columns, **layout)


def png(fig: Figure) -> bytes:
    """Return the figure as a PNG on a white background, with the labels of this room where none covers another."""
    buffer = io.BytesIO()
    with style():
        for ax in fig.axes:
            _move_title(ax)
        _settle(fig)
        fig.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def _move_title(ax: Axes) -> None:
    """Set the title at the left in bold: `set_title`, called outside the style, has put it in the middle."""
    text = ax.get_title(loc="center")
    if text:
        ax.set_title("", loc="center")
        ax.set_title(text, loc="left")


# Only what is drawn can be measured: texts of these kinds are moved when the picture is made, and only if they must.
NUMBER, LINE, POINT = "number of a bar", "label of a line", "label of a point"
TOUCH = 2.0  # pixels by which the boxes of two texts may overlap: that much of a box is empty
_SIDES = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
PLACES = {  # where else a label may stand, nearest first: points to the right and up
    LINE: [(6.0, side * step) for step in np.arange(3.0, 90.0, 3.0) for side in (1, -1)],
    POINT: [(x * far, y * far) for far in (5.0, 12.0, 20.0, 30.0, 42.0, 56.0) for x, y in _SIDES],
}
ALIGNED = {-1: "right", 0: "center", 1: "left"}, {-1: "top", 0: "center", 1: "bottom"}


def _settle(fig: Figure) -> None:
    """Write many bars' texts smaller, and move labels of lines and points away from each other."""
    numbered = [ax for ax in fig.axes if any(text.get_gid() == NUMBER for text in ax.texts)]
    labelled = [ax for ax in fig.axes if any(text.get_gid() in PLACES for text in ax.texts)]
    if numbered or labelled:
        fig.draw_without_rendering()
    for ax in numbered:
        _fit_rows(ax)
    if numbered and labelled:
        fig.draw_without_rendering()
    for ax in labelled:
        _place_labels(ax)


def _fit_rows(ax: Axes) -> None:
    """Write the names and numbers of many bars as small as their rows are high."""
    row = abs(ax.transData.transform((0, 1))[1] - ax.transData.transform((0, 0))[1])
    texts = [*ax.get_yticklabels(), *(text for text in ax.texts if text.get_gid() == NUMBER)]
    tallest = max(text.get_window_extent().height for text in texts)
    if tallest > row + TOUCH:
        for text in texts:
            text.set_fontsize(text.get_fontsize() * row / tallest)


def _place_labels(ax: Axes) -> None:
    """Give each label in turn the first place at which it covers no text that stands already."""
    labels = [text for text in ax.texts if text.get_gid() in PLACES]
    taken = [text.get_window_extent() for text in _texts(ax) if text not in labels]
    for label in labels:
        if not _free(label, taken):
            _move(label, taken)
        taken.append(label.get_window_extent())


def _texts(ax: Axes) -> Iterator[Text]:
    """Every text of the axes that is seen."""
    ticks = [*ax.get_xticklabels(), *ax.get_yticklabels()]
    legend = ax.get_legend().get_texts() if ax.get_legend() else []
    names = [ax.title, ax._left_title, ax.xaxis.label, ax.yaxis.label]
    yield from (text for text in (*ax.texts, *ticks, *legend, *names) if text.get_visible() and text.get_text().strip())


def _free(text: Text, taken: Iterable[Bbox]) -> bool:
    box, page = text.get_window_extent(), text.get_figure().bbox
    inside = box.x0 >= page.x0 and box.x1 <= page.x1 and box.y0 >= page.y0 and box.y1 <= page.y1
    return inside and not any(_covers(box, other) for other in taken)


def _covers(one: Bbox, other: Bbox) -> bool:
    return (
        min(one.x1, other.x1) - max(one.x0, other.x0) > TOUCH and min(one.y1, other.y1) - max(one.y0, other.y0) > TOUCH
    )


def _move(label: Annotation, taken: Sequence[Bbox]) -> None:
    """Try the places of its kind; where none is free, the label stays."""
    before = label.xyann, label.get_ha(), label.get_va()
    kind = str(label.get_gid())
    for x, y in PLACES[kind]:
        label.xyann = (x, y)
        if kind == POINT:
            label.set(ha=ALIGNED[0][int(np.sign(x))], va=ALIGNED[1][int(np.sign(y))])
        if _free(label, taken):
            return
    label.xyann = before[0]
    label.set(ha=before[1], va=before[2])


def show(fig: Figure, alt: str) -> None:
    """Display a figure with alternative text for those who cannot see it.

    Parameters
    ----------
    fig : Figure
    alt : str
        One or two sentences: what is drawn, and what it shows. Required.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt must describe the picture in a sentence, but it is {alt!r}")
    # The text form is what stays when pictures cannot be shown, and what the verifier compares.
    data, metadata = Image(png(fig), alt=alt)._repr_mimebundle_()
    display({**data, "text/plain": f"[picture] {alt}"}, metadata=metadata, raw=True)
    describe(alt)


def describe(alt: str) -> None:
    """Display, for screen readers only, what the picture above shows.

    JupyterLab gives the pictures of outputs no alternative text, whatever their metadata say.
    """
    display({"text/html": f"{DESCRIPTION}{escape(alt, quote=False)}</span>"}, raw=True)


def bars(
    ax: Axes,
    values: Mapping[str, float],
    *,
    baseline: str | None = None,
    highlight: str | None = None,
    digits: int = 2,
    errors: Mapping[str, float] | None = None,
) -> None:
    """Draw horizontal bars, each with its number; the first entry is on top.

    Parameters
    ----------
    values : dict of label to number
    baseline : str, optional
        The label whose bar is grey and whose value is drawn as a dotted line through the others.
    highlight : str, optional
        The label that is drawn in the accent colour.
    digits : int
        Decimals of the printed numbers.
    errors : dict of label to number, optional
        Half-widths of error bars.
    """
    labels, numbers = list(values), np.array(list(values.values()), dtype=float)
    tones = [
        COLORS["grey"] if label == baseline else COLORS["vermillion"] if label == highlight else COLORS["blue"]
        for label in labels
    ]
    spread = None if errors is None else [errors.get(label, 0.0) for label in labels]
    ax.barh(range(len(labels)), numbers, color=tones, height=0.65, xerr=spread, ecolor="#444444", capsize=3)
    reach = np.abs(numbers) + (0 if spread is None else np.array(spread))
    pad = 0.015 * (reach.max() or 1.0)
    for row, number in enumerate(numbers):
        side = 1 if number >= 0 else -1
        place = {"va": "center", "ha": "left" if side > 0 else "right", "gid": NUMBER}
        ax.text(side * (reach[row] + pad), row, f"{number:.{digits}f}", **place)
    if baseline is not None:
        for text in ax.texts:
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})  # no line runs through a number
        ax.axvline(values[baseline], color=COLORS["grey"], linestyle=":", linewidth=1.5, zorder=0)
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.margins(x=0.12)


def label_line(ax: Axes, x: float, y: float, text: str, color: str, **text_options: Any) -> None:
    """Write a label beside the end of a line, in the line's colour: read faster than a legend."""
    options = {"va": "center", "ha": "left", "fontweight": "bold", "gid": LINE, **text_options}
    ax.annotate(text, (x, y), xytext=(6, 0), textcoords="offset points", color=color, **options)


def scatter_labels(ax: Axes, points: np.ndarray, labels: Sequence[str], **text_options: Any) -> None:
    """Write a label beside each of the points (n, 2)."""
    for (x, y), label in zip(points, labels, strict=True):
        options = {"fontsize": 9, "gid": POINT, **text_options}
        ax.annotate(label, (x, y), xytext=(5, 3), textcoords="offset points", **options)
