"""The protocol of every experiment: each has its line, each line its heading, and each number stands below it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

import pytest

from tools import ledger, notebooks

PROTOCOL = (notebooks.ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
NO_SECTION = re.compile(r"(Set-up|Exercises|Quiz|Summary|Further reading)$|Exercise\b|Explorer\b")
LINK = re.compile(r"\[([^\]]+)\]\(\.\./notebooks/(\w+\.ipynb)#([^)]+)\)")
HEADER = "| Experiment | Data | Rivals | Budget, and what was tuned on what | Split and repeats | Difference, verdict |"
# An interval with its verdict; it is held against 0, or against the chance that the verdict names.
NUMBER = r"[+−-]?\d*\.?\d+"
INTERVAL = re.compile(
    rf"(?:\[(?P<low>{NUMBER}), (?P<high>{NUMBER})\]|(?P<mean>{NUMBER}) ± (?P<half>{NUMBER}))"
    rf" (?P<verdict>ahead|draw|behind)(?: (?:of|with) chance (?P<chance>{NUMBER}))?"
)


class Line(NamedTuple):
    """A row of a table, or an item of the list below it."""

    title: str
    anchor: str
    cells: list[str]  # of a row without the link; the reason of an item


def block(path):
    """What the protocol says of a notebook: everything below its title."""
    title = re.escape(notebooks.head(notebooks.read(path)).title)
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", PROTOCOL, flags=re.M | re.S)
    assert found, f"docs/protocol.md has no “## {title}”"
    return found[1]


def lines(path, mark):
    """The lines of a block that begin with a mark and a link."""
    for text in re.findall(rf"^{re.escape(mark)} (\[.*)$", block(path), flags=re.M):
        link = LINK.match(text)
        assert link, text
        assert link[2] == path.name, text
        rest = text[link.end() :].strip()
        yield Line(link[1], link[3], [cell.strip() for cell in rest.strip("|").split("|")] if mark == "|" else [rest])


def experiments(path):
    """The titles below which code prints a decimal or a percentage."""
    found = notebooks.sections(notebooks.read(path))
    return {title: cells for title, cells in found.items() if not NO_SECTION.match(title) and prints(cells)}


def prints(cells):
    return any(value != value.to_integral_value() for value in ledger.evidence(cells))


def written(path):
    """Every number in the code, the prose and the outputs of a notebook, as the ledger keeps them."""
    book = notebooks.read(path)
    text = "\n".join(notebooks.source(cell) for cell in book["cells"])
    text = re.sub(r"https?:\S+|(?<=\d)_(?=\d)", "", text).replace("<", " ")  # 20_000 is one number, a < b no tag
    said = [{"outputs": [{"text": text}]}]
    return ledger.evidence([*notebooks.code_cells(book), *said])


BOOKS = pytest.mark.parametrize("path", notebooks.course(), ids=lambda path: path.name[:2])


@BOOKS
def test_every_experiment_has_its_line_and_every_line_its_heading(path):
    tested = {line.title for line in lines(path, "|")}
    shown = {line.title for line in lines(path, "-")}
    assert tested | shown == set(experiments(path))
    assert tested & shown == set()
    for line in [*lines(path, "|"), *lines(path, "-")]:
        assert line.anchor == notebooks.anchor(line.title)


@BOOKS
def test_what_is_only_shown_says_why(path):
    for line in lines(path, "-"):
        assert re.match(r": .{15,}\.$", line.cells[0]), line.title


@BOOKS
def test_a_line_fills_every_column(path):
    for line in lines(path, "|"):
        what, data, *rest = line.cells
        assert what.startswith(": ") or not what, f"{line.title}: {what}"
        assert len(rest) == HEADER.count("|") - 3, line.title
        assert all(rest), line.title
        assert re.match(r"(real|invented|real and invented): ", data), f"{line.title}: {data}"


@BOOKS
def test_every_difference_stands_below_its_heading(path):
    found = experiments(path)
    for line in lines(path, "|"):
        assert ledger.missing(line.cells[-1], ledger.evidence(found[line.title])) == [], line.title


@BOOKS
def test_every_other_number_is_in_the_notebook(path):
    known = written(path)
    for line in lines(path, "|"):
        assert ledger.missing(" | ".join(line.cells), known, whole=True) == [], line.title


def in_order(cells):
    """The numbers that cells print, in their order; the 95 % of an interval is none of its numbers."""
    shown = "\n".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))
    return [match["number"] for match in ledger.OUTPUT_NUMBER.finditer(re.sub(r"95 (%|of)", " ", shown))]


def follow(wanted, shown):
    """Whether numbers stand one after another among those shown; signs are the ledger's matter."""
    size = len(wanted)
    return any(
        all(Decimal(a.lstrip("+−-")) == Decimal(b.replace(",", "")) for a, b in zip(wanted, row, strict=True))
        for row in (shown[i : i + size] for i in range(len(shown) - size + 1))
    )


@BOOKS
def test_an_interval_is_printed_in_one_piece_with_its_difference(path):
    found = experiments(path)
    for line in lines(path, "|"):
        shown = in_order(found[line.title])
        for match in INTERVAL.finditer(line.cells[-1]):
            before = re.search(rf"({NUMBER}) $", line.cells[-1][: match.start()])
            wanted = [before[1]] if before and match["low"] else []
            wanted += [match["low"], match["high"]] if match["low"] else [match["mean"], match["half"]]
            assert follow(wanted, shown), f"{line.title}: {wanted}"


def verdicts(text):
    """Each interval's verdict as it is written, and as it follows from the numbers."""
    for match in INTERVAL.finditer(text):
        low, high, mean, half, chance = (
            float((match[part] or "0").replace("−", "-")) for part in ("low", "high", "mean", "half", "chance")
        )
        low, high = (low, high) if match["low"] else (mean - half, mean + half)
        told = "ahead" if low > chance + 1e-9 else "behind" if high < chance - 1e-9 else "draw"
        yield match["verdict"], told


@BOOKS
def test_every_verdict_follows_from_its_interval(path):
    for line in lines(path, "|"):
        text = line.cells[-1]
        told = list(verdicts(text))
        assert text.count("[") + text.count(" ± ") == len(told), f"{line.title}: an interval without verdict: {text}"
        assert told or re.search(r"\bno (interval|rival)\b", text), f"{line.title}: {text}"
        assert [said for said, _ in told] == [follows for _, follows in told], f"{line.title}: {text}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a − b +.03 [+.01, +.05] ahead", ["ahead"]),
        ("a − b +.03 [.00, +.05] draw; c − b −.2 ± .1 behind", ["draw", "behind"]),
        (".25 [.17, .33] draw with chance .25, .9 [.8, 1] ahead of chance .5", ["draw", "ahead"]),
    ],
)
def test_verdicts_are_read(text, told):
    assert [*verdicts(text)] == [(one, one) for one in told]
    assert [*verdicts("x [+.01, +.05] draw")] == [("draw", "ahead")]


def test_the_protocol_has_a_block_for_each_notebook_and_one_for_what_was_shrunk():
    titles = re.findall(r"^## (.*)$", PROTOCOL, flags=re.M)
    assert titles == [
        *(notebooks.head(notebooks.read(path)).title for path in notebooks.course()),
        "Experiments that were once shrunk",
    ]
    assert len(re.findall(re.escape(HEADER), PROTOCOL)) == len(notebooks.course()) - 1  # 00 compares nothing


SHRUNK = {"02", "11", "15", "16", "17", "19", "20", "21", "22"}


def test_each_shrunk_experiment_says_what_stands_now():
    text = PROTOCOL.partition("## Experiments that were once shrunk")[2]
    rows = re.findall(r"^\| (\d\d): (.+)$", text, flags=re.M)
    assert {number for number, _ in rows} == SHRUNK
    for number, row in rows:
        path = notebooks.numbered(number)
        titles = notebooks.sections(notebooks.read(path))
        places = LINK.findall(row)
        assert places, number
        for title, name, anchor in places:
            assert (name, anchor) == (path.name, notebooks.anchor(title))
            assert title in titles, f"{number} has no heading {title!r}"
