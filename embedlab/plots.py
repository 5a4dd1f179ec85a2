"""One way to draw and one way to show, so that every picture of the course looks alike.

It draws the numbers it is given and computes none; a style applies to the figure at hand and never to the session.

The palette is that of Okabe and Ito (2008), distinguishable with every common colour vision; the names of its
colours are theirs, and hue is never the only carrier of meaning.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
from IPython.display import Image, display
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation
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
    """Return the figure as a PNG on a white background."""
    buffer = io.BytesIO()
    with style():
        for ax in fig.axes:
            _move_title(ax)
        fig.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def _move_title(ax: Axes) -> None:
    """Set the title at the left in bold: `set_title`, called outside the style, has put it in the middle."""
    text = ax.get_title(loc="center")
    if text:
        ax.set_title("", loc="center")
        ax.set_title(text, loc="left")


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
        ax.text(side * (reach[row] + pad), row, f"{number:.{digits}f}", va="center", ha="left" if side > 0 else "right")
    if baseline is not None:
        ax.axvline(values[baseline], color=COLORS["grey"], linestyle=":", linewidth=1.5, zorder=0)
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.margins(x=0.12)


def label_line(ax: Axes, x: float, y: float, text: str, color: str, **text_options: Any) -> None:
    """Write a label beside the end of a line, in the line's colour: read faster than a legend."""
    options = {"va": "center", "ha": "left", "fontweight": "bold", **text_options}
    ax.annotate(text, (x, y), xytext=(6, 0), textcoords="offset points", color=color, **options)


def scatter_labels(ax: Axes, points: np.ndarray, labels: Sequence[str], **text_options: Any) -> None:
    """Write a label beside each of the points (n, 2), where it covers no other label and no point if there is room.

    The places are measured in the figure as it is: draw everything else and set the limits before.
    """
    options = {"fontsize": 9, **text_options}
    texts = [
        ax.annotate(label, point, xytext=_PLACES[0][:2], textcoords="offset points", **options)
        for point, label in zip(points, labels, strict=True)
    ]
    ax.get_figure(root=True).draw_without_rendering()  # lays the axes out
    inside, dots, taken = ax.get_window_extent(), ax.transData.transform(np.reshape(points, (-1, 2))), []
    for text in texts:
        faults = []
        for place in _PLACES:
            box = _placed(text, *place)
            hidden = sum(box.contains(*dot) for dot in dots) + sum(box.overlaps(other) for other in taken)
            outside = not (inside.contains(*box.min) and inside.contains(*box.max))
            faults.append((hidden, outside))
        taken.append(_placed(text, *_PLACES[faults.index(min(faults))]))


# Offsets of a label in points, with the sides of it that stay beside its point; the first is the usual one.
_PLACES = [
    (x, y, {1: "left", 0: "center", -1: "right"}[np.sign(x)], {1: "bottom", 0: "center", -1: "top"}[np.sign(y)])
    for far in (1, 2.5, 4)
    for x, y in np.multiply(far, [(5, 3), (5, -3), (-5, 3), (-5, -3), (0, 7), (0, -7), (7, 0), (-7, 0)])
]


def _placed(text: Annotation, x: float, y: float, side: str, edge: str) -> Bbox:
    """Move a label beside its point, and return the box that it fills."""
    text.set(position=(x, y), ha=side, va=edge)
    return text.get_window_extent()
