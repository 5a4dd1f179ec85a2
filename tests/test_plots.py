import io
import itertools

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.displaypub import CapturingDisplayPublisher
from PIL import Image

from embedlab import plots


def test_a_figure_is_a_png_on_white():
    fig, ax = plots.figure(3, 2)
    ax.plot([1, 2])
    picture = Image.open(io.BytesIO(plots.png(fig)))
    assert picture.format == "PNG"
    assert picture.size == (3 * plots.DPI, 2 * plots.DPI)
    assert picture.convert("RGBA").getpixel((1, 1)) == (255, 255, 255, 255)

    def draw():
        fig, ax = plots.figure()
        plots.bars(ax, {"a": 1, "b": 2})
        return plots.png(fig)

    assert draw() == draw()


def test_no_setting_of_the_session_changes():
    before = dict(mpl.rcParams)
    fig, ax = plots.figure(rows=2, columns=2)
    plots.png(fig)
    assert ax.shape == (2, 2)
    assert dict(mpl.rcParams) == before
    import matplotlib.pyplot as plt

    assert plt.get_fignums() == [], "nothing is left over to be shown twice"


def test_titles_stand_left_and_bold_however_they_were_set():
    fig, ax = plots.figure()
    ax.set(title="A title")
    first = plots.png(fig)
    assert (ax.get_title(loc="left"), ax.get_title(loc="center")) == ("A title", "")
    assert plots.png(fig) == first, "drawing twice changes nothing"


def test_show_carries_the_alternative_text(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    publisher = CapturingDisplayPublisher(shell=shell)
    monkeypatch.setattr(shell, "display_pub", publisher)
    fig, _ = plots.figure()
    plots.show(fig, alt="Axes < nothing.")
    picture, description = publisher.outputs
    assert picture["metadata"]["image/png"]["alt"] == "Axes < nothing."
    assert picture["data"]["text/plain"] == "[picture] Axes < nothing."
    assert description["data"] == {"text/html": f"{plots.DESCRIPTION}Axes &lt; nothing.</span>"}
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_show_wants_a_description(alt):
    with pytest.raises(ValueError, match="alt must describe the picture in a sentence, but it is"):
        plots.show(plots.figure()[0], alt=alt)


def test_bars_print_their_numbers_and_mark_the_baseline():
    assert len({color.upper() for color in plots.COLORS.values()}) == len(plots.COLORS)
    _, ax = plots.figure()
    plots.bars(ax, {"ours": 0.75, "random": 0.5, "worse": -0.25}, baseline="random", highlight="ours")
    assert [text.get_text() for text in ax.texts] == ["0.75", "0.50", "-0.25"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["ours", "random", "worse"]
    tones = [mpl.colors.to_hex(bar.get_facecolor()).upper() for bar in ax.patches]
    assert tones == [plots.COLORS["vermillion"], plots.COLORS["grey"], plots.COLORS["blue"]]
    assert ax.lines[-1].get_xdata()[0] == 0.5


def test_labels_at_lines_and_points():
    _, ax = plots.figure()
    plots.label_line(ax, 1, 2, "ours", plots.COLORS["blue"])
    plots.scatter_labels(ax, np.array([[0, 0], [1, 1]]), ["a", "b"])
    assert [text.get_text() for text in ax.texts] == ["ours", "a", "b"]


# -------------------------------------------------------------------------------- no text covers another


def texts(fig):
    """Every text of the drawn picture that is seen, with its box in pixels."""
    plots.png(fig)
    fig.draw_without_rendering()
    for text in fig.findobj(mpl.text.Text):
        if text.get_visible() and text.get_text().strip() and text.axes is not None:
            yield text.get_text(), text.get_window_extent()


def collisions(fig):
    """Pairs of texts whose boxes overlap by more than their empty margin, and texts that leave the page."""
    found = list(texts(fig))
    for (one, a), (other, b) in itertools.combinations(found, 2):
        wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        if wide > plots.TOUCH + 0.5 and high > plots.TOUCH + 0.5:
            yield f"{one!r} and {other!r} overlap by {wide:.0f} × {high:.0f} pixels"
    for text, box in found:
        if not (box.x0 > -1 and box.y0 > -1 and box.x1 < fig.bbox.x1 + 1 and box.y1 < fig.bbox.y1 + 1):
            yield f"{text!r} leaves the page"


def test_texts_that_overlap_are_seen():
    fig, ax = plots.figure(3, 2)
    for place in [(0.2, 0.5), (0.21, 0.51), (0.95, 0.9)]:
        ax.text(*place, "the same words").set_in_layout(False)
    assert [line.partition(" by ")[0] for line in collisions(fig)] == [
        "'the same words' and 'the same words' overlap",
        "'the same words' leaves the page",
    ]


LONG = "personalised PageRank, with the text"
BARS = {
    "as in the course": ({"ours": 0.75, "random": 0.5, "worse": 0.25}, {"baseline": "random"}),
    "equal, and zero": ({"a": 0.0, "b": 0.0}, {}),
    "negative": ({"down": -0.75, "up": 0.05, "flat": -0.001}, {"errors": {"down": 0.1}}),
    "all negative, long names": ({f"{LONG} {i}": -1000.0 - i for i in range(5)}, {}),
    "large and small": ({"large": 123456.789, "small": 1e-9, "less": -98765.4}, {"digits": 4}),
    "errors wider than bars": ({"a": 0.1, "b": -0.1}, {"errors": {"a": 3.0, "b": 2.0}}),
    "forty": ({f"row {i}": np.sin(i) for i in range(40)}, {"baseline": "row 3"}),
    "names of two lines": ({f"first\nsecond {i}": float(i) for i in range(12)}, {}),
    "one": ({"only": 0.5}, {"highlight": "only"}),
}


@pytest.mark.parametrize("size", [(plots.WIDTH, plots.HEIGHT), (3.4, 2.2)], ids=["full", "small"])
@pytest.mark.parametrize(("values", "options"), BARS.values(), ids=BARS)
def test_no_text_of_bars_covers_another(values, options, size):
    fig, ax = plots.figure(*size)
    plots.bars(ax, values, **options)
    ax.set(title="Bars", xlabel="value")
    assert list(collisions(fig)) == []


def test_no_text_of_two_panels_of_bars_covers_another():
    fig, axes = plots.figure(columns=2)
    for ax, sign in zip(axes, (1, -1), strict=True):
        plots.bars(ax, {"first method": sign * 0.3, "second method": sign * 0.9})
    assert list(collisions(fig)) == []


def test_the_dotted_line_of_the_baseline_runs_through_no_number():
    _, ax = plots.figure()
    plots.bars(ax, {"ours": 0.5, "baseline": 0.52}, baseline="baseline")
    boxes = [text.get_bbox_patch() for text in ax.texts]
    assert all(box.get_facecolor() == (1, 1, 1, 1) for box in boxes)
    assert all(text.zorder > ax.lines[-1].zorder for text in ax.texts)


LINES = {
    "apart": [0.1, 0.5, 0.9],
    "close": [0.5, 0.51, 0.52, 0.9],
    "equal": [0.5] * 4,
    "at the top": [1.0, 1.0, 1.0],
    "at the bottom": [0.0, 0.0, 0.01],
}


@pytest.mark.parametrize("ends", LINES.values(), ids=LINES)
def test_no_label_of_a_line_covers_another(ends):
    fig, ax = plots.figure(5, 3)
    for i, end in enumerate(ends):
        ax.plot([0, 1], [0, end])
        plots.label_line(ax, 1, end, f"method {i}", plots.COLORS["blue"])
    ax.set(title="Lines", xlabel="x", xlim=(0, 1.4), ylim=(0, 1))
    assert list(collisions(fig)) == []


POINTS = {
    "apart": [[0, 0], [1, 1], [2, 0]],
    "two at one place": [[0, 0], [0, 0], [1, 1]],
    "a crowd": [[0, 0], [1, 1], *([0.5 + i / 100, 0.5 - i / 200] for i in range(7))],
    "a row": [[i / 10, 0] for i in range(8)],
    "a column": [[0, i / 30] for i in range(9)],
    "corners": [[0, 0], [0, 1], [1, 0], [1, 1]],
}


@pytest.mark.parametrize("points", POINTS.values(), ids=POINTS)
def test_no_label_of_a_point_covers_another(points):
    fig, ax = plots.figure(5, 3.4)
    ax.scatter(*np.array(points).T)
    plots.scatter_labels(ax, np.array(points), [f"point {i}" for i in range(len(points))])
    ax.set(title="Points", xlabel="x", ylabel="y")
    assert list(collisions(fig)) == []


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12))
def test_no_label_of_twelve_points_anywhere_covers_another(points):
    fig, ax = plots.figure(5, 3.4)
    ax.set(xlim=(-0.1, 1.1), ylim=(-0.1, 1.1))
    plots.scatter_labels(ax, np.array(points), [f"point {i}" for i in range(len(points))])
    assert list(collisions(fig)) == []


def test_a_label_that_covers_nothing_stays_and_drawing_twice_changes_nothing():
    fig, ax = plots.figure()
    plots.scatter_labels(ax, np.array([[0, 0], [0, 0], [1, 1]]), ["a", "b", "c"])
    first = plots.png(fig)
    places = [text.xyann for text in ax.texts]
    assert places[0] == places[2] == (5, 3)
    assert places[1] != (5, 3)
    assert plots.png(fig) == first
