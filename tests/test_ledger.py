"""The ledger finds each number that the notebook does not show, and leaves alone what is no number."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tools import ledger, notebooks

CASES = tomllib.loads(Path(__file__).with_name("ledger.toml").read_text(encoding="utf-8"))


def markdown(text, *given):
    return {"cell_type": "markdown", "metadata": {"embedlab": {"given": list(given)}} if given else {}, "source": text}


def code(text):
    return {"cell_type": "code", "source": "", "outputs": [{"output_type": "stream", "name": "stdout", "text": text}]}


def open_numbers(cells, folder=notebooks.NOTEBOOKS):
    return [one.number for one in ledger.unsettled({"cells": cells}, folder)]


def left(prose, shown="", *given, heading="## Results"):
    """The numbers of a text that are unsettled beside an output."""
    return open_numbers([markdown(f"{heading}\n\n{prose}", *given), code(shown)])


@pytest.mark.parametrize(("prose", "shown"), CASES["shown"])
def test_what_is_shown_passes_and_a_changed_digit_does_not(prose, shown):
    assert left(prose, shown) == []
    assert left(prose, "no number")
    for digit in sorted(set(filter(str.isdigit, prose)) - {"0"}):
        other = prose.replace(digit, str((int(digit) + 4) % 10))
        assert left(other, shown), other


@pytest.mark.parametrize(("prose", "shown"), CASES["not_shown"])
def test_what_is_not_shown_fails(prose, shown):
    assert len(left(prose, shown)) == 1


@pytest.mark.parametrize("prose", CASES["no_number"])
def test_what_is_no_number_or_cited_passes(prose):
    assert left(prose) == []


def test_whole_numbers_count_in_the_summary_only():
    prose = "In 2019, 12 of the 12,154 questions in 3-D, top-5 of BM25: see notebook 7, [08 · X](#x), $x^2$."
    assert left(prose) == []
    assert left(prose, heading="## Summary") == ["12", "12,154"]
    assert left(prose, "12 of 12154", heading="## Summary") == []
    assert left("About 3 times.", "2.97", heading="## Summary") == []
    cells = [markdown("## Summary\n\n1. one"), code("12"), markdown("13 more\n\n## Further reading\n\n14")]
    assert open_numbers(cells) == ["13"]


def test_what_is_given_passes_in_its_cell_only():
    assert left("The threshold is 0.75, or 80 %.", "", "0.75: the threshold", "80 %") == []
    assert left("The threshold is 0.76, or −0.75.", "", "0.75: the threshold") == ["0.76", "−0.75"]
    assert open_numbers([markdown("0.75", "0.75"), markdown("Again 0.75")]) == ["0.75"]


def test_the_numbers_of_a_sentence_are_printed_together():
    text = "Lab reaches 0.75, RGB 0.65, grey 0.55 on 12 of 40."
    near = [code("0.75"), code(""), code("0.65"), code("0.55"), code("12 40")]
    assert open_numbers([markdown(text), *near]) == []
    assert open_numbers([markdown(f"## Summary\n\n{text}"), *near]) == []
    assert open_numbers([markdown(text), code("0.75"), *[code("")] * 2, *near[1:]]) == ["0.75"]
    table = "| a | 0.75 |\n| b | 0.65 |"
    assert open_numbers([markdown(table), code("0.75"), *[code("")] * 3, code("0.65")]) == []
    assert open_numbers([markdown(text.replace(", RGB", ". RGB")), code("0.75"), *[code("")] * 2, *near[1:]]) == []
    assert open_numbers([markdown(text, "0.75"), code("0.75"), *[code("")] * 2, *near[1:]]) == []


def test_a_number_is_printed_near_its_sentence_but_for_the_summary():
    for heading, far in (("## Results", ["0.75"]), ("## Summary", [])):
        for cells in ([code("0.75"), *[code("")] * 4], [*[code("")] * 4, code("0.75")]):
            claim = markdown(f"{heading}\n\nAbout 0.75.")
            assert open_numbers([*cells, claim] if cells[0]["outputs"][0]["text"] else [claim, *cells]) == far
            nearer = cells[:-1] if cells[0]["outputs"][0]["text"] else cells[1:]
            assert open_numbers([*nearer, claim] if nearer[0]["outputs"][0]["text"] else [claim, *nearer]) == []


def test_a_linked_notebook_is_evidence_for_its_sentence(tmp_path):
    notebook = {"cells": [code("0.75") | {"metadata": {}, "execution_count": 1}], "metadata": {}}
    (tmp_path / "03_other.ipynb").write_text(json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 5}))
    text = "There it was 0.75 ([03 · Other](03_other.ipynb#cell)), not 0.85. Here it is 0.75."
    assert open_numbers([markdown(text)], tmp_path) == ["0.85", "0.75"]


def test_the_command_says_which_number_where(tmp_path, capsys):
    path = tmp_path / "x.ipynb"
    for shown, status in (("0.75", 0), ("0.80", 1)):
        cells = [code(shown) | {"metadata": {}, "execution_count": 1}, markdown("Recall is\n0.75 here. More.")]
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        assert ledger.main([str(path)]) == status
    said = "x.ipynb, cell 2: 0.75 is in no output, not cited and not given: Recall is 0.75 here.\n"
    assert capsys.readouterr().out == said
