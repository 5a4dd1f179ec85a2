import io

import matplotlib as mpl
import numpy as np
import pytest
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


@pytest.mark.parametrize("seed", range(4))
def test_labels_of_close_points_do_not_collide(seed):
    points = np.random.default_rng(seed).normal(size=(14, 2))
    points[1::2] = points[::2] + 0.01  # each has a neighbour almost on top of it
    fig, ax = plots.figure()
    ax.scatter(*points.T)
    ax.margins(0.2)
    plots.scatter_labels(ax, points, [f"document {i}" for i in range(14)])
    fig.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not [(i, j) for i in range(14) for j in range(i) if boxes[i].overlaps(boxes[j])]
