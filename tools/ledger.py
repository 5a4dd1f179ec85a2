"""The ledger: every number in a notebook's prose stands in its outputs, is cited, or is listed as given.

``python tools/ledger.py`` checks the course, ``python tools/ledger.py 07 my/notebook.ipynb`` what is named. A number is
a decimal, a percentage, or, in the summary, a whole number too. It is settled when one of these holds:

- rounded to the digits that the prose shows, it is a number of a text output of the same notebook, or of a notebook
  that the sentence links to. 75.5 % and .755 are the same, so are .36 and 0.36; a minus sign counts. The decimals and
  percentages of one sentence stand in four code cells in a row, and but for the summary in the four before or behind
  it, for among all of them chance would find any number;
- the sentence, or the table, links to a source outside the course;
- the cell's metadata list it, with what it is: ``{"embedlab": {"given": ["0.75: the threshold of the example"]}}``.

What counts as a number, and what does not:

- Years, section numbers, numbers of notebooks, exercises and list items name a place. So does what is glued to letters:
  all-MiniLM-L6-v2, ViT-B/32, recall@10, BM25, 2-D, 1.2.3. "384-dimensional" and "1.9x" are numbers with a unit.
- Code, in fences or in backticks, repeats what a cell says; a number alone in backticks is prose.
- Addresses of links are no prose, their texts are. Formulas are prose for their decimals; their whole numbers are
  exponents, indices and sums, which nobody measures.
- The table of the head is the recorder's: minutes are stamped, gigabytes are compared with the run.
- Quiz questions invent numbers, and wrong options must hold wrong ones. They come from one file and are not checked.
- A picture's alternative text is written by hand, like prose: it is no evidence.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import notebooks as read

TOGETHER = 4  # code cells in a row that print the decimals of one sentence
NOWHERE = "is in no output, not cited and not given"
FAR = f"is printed far away: not in the {TOGETHER} code cells before it, nor in the {TOGETHER} behind"
APART = f"is printed far from the other numbers of its sentence: no {TOGETHER} code cells in a row print them all"
SCALES = {"thousand": 3, "million": 6, "billion": 9}
_NUMBER = r"(?P<sign>(?<![\w.)\]])[-−])?(?P<number>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[-+]?\d+)?|\.\d+)"
PROSE_NUMBER = re.compile(
    rf"""(?<![\w.@^_])(?<![A-Za-z]/)(?<![A-Za-z]-)  # not the tail of a name
    {_NUMBER}(?!\d|\.\d|,\d{{3}}|-?[A-Za-z]+\d|-D\b)  # nor the head of one, or of 1.2.3
    (?:\ ?(?P<percent>%|per\ ?cent\b|(?=(?:(?:–|,\ |/\ |\b(?:to|and|or)\ )\d+(?:\.\d+)?\ ?)+%))
      |\ (?P<scale>{"|".join(SCALES)})\b)?""",
    re.VERBOSE,
)
OUTPUT_NUMBER = re.compile(rf"{_NUMBER}\.?(?P<percent> ?%)?")
NOT_PROSE = re.compile(
    r"""^\|\ Time\ \|.*\n.*\n\|.*$  # the table of the head
    | </?[A-Za-z!][^>]*(?<!https:)(?<!http:)>
    | ^[ ]*\d+\.(?=\ )
    | \b\d\d\ ·\   # in the title of a notebook
    | (?:§|\b(?i:notebook|chapter|section|figure|table|equation|exercise|question|part|step|cell)s?)\ ?
      \[?\d+(?:\.\d+)*\b(?!\ ?%)(?:(?:,|\ and|\ to|–)\ ?\[?\d+(?:\.\d+)*\b(?!\ ?%))*""",
    re.VERBOSE | re.MULTILINE,
)
FENCE = re.compile(r"^[ >]*(```|~~~).*?^[ >]*\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
FORMULA = re.compile(r"(\$\$?)[^$]+\1")
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
BLOCK = re.compile(r"\n\s*\n|\n(?= *(?:[-*]|\d+\.) )")
SENTENCE = re.compile(
    r"(?<!\bal\.)(?<!e\.g\.)(?<!i\.e\.)(?<!\bcf\.)(?<!\bvs\.)(?:(?<=[.!?])|(?<=[.!?][*_)”\"]))\s+(?=[A-Z*_“\"\[$`])"
)
SOURCE = re.compile(r"\]\(https?://|<https?://")
NOTEBOOK = re.compile(r"\]\((\d\d_\w+\.ipynb)")
NO_EVIDENCE = re.compile(r"^\[picture\] .*|<span[^>]*>Picture: .*?</span>|<style.*?</style>|<[^>]+>", re.M | re.S)


@dataclass(frozen=True)
class Unsettled:
    """A number that stands nowhere else."""

    cell: int  # of all cells, from 1
    number: str
    why: str
    sentence: str

    def __str__(self) -> str:
        return f"cell {self.cell}: {self.number} {self.why}: {self.sentence}"


def evidence(cells: Iterable[read.Cell]) -> list[Decimal]:
    """Every number in the text outputs of cells, sorted; a percentage also as the fraction that it is."""
    found = set()
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        texts = [output.get("text", ""), *(text for kind, text in output.get("data", {}).items() if "text/" in kind)]
        for match in OUTPUT_NUMBER.finditer(NO_EVIDENCE.sub(" ", "\n".join(texts))):
            found |= {_value(match), _value(match).scaleb(-2 if match["percent"] else 0)}
    return sorted(found)


@lru_cache
def _evidence_of(path: Path) -> list[Decimal]:
    return evidence(read.read(path)["cells"])


def unsettled(notebook: read.Notebook, folder: Path = read.NOTEBOOKS) -> Iterator[Unsettled]:
    """Every number of the prose that nothing settles; ``folder`` is where the notebooks lie that it links to."""
    own, section, before = [evidence([cell]) for cell in read.code_cells(notebook)], "", 0
    for place, cell in enumerate(notebook["cells"], 1):
        before += cell["cell_type"] == "code"
        if cell["cell_type"] != "markdown":
            continue
        given = _given(cell)
        for part in re.split(r"^(?=## )", read.source(cell), flags=re.M):
            section = part.partition("\n")[0].strip() if part.startswith("## ") else section
            for sentence in () if section == "## Quiz" else sentences(part):
                linked = [_evidence_of(folder / name) for name in NOTEBOOK.findall(sentence)]
                claims = [
                    match
                    for match in numbers(sentence, whole=section == "## Summary")
                    if _value(match) not in given and not any(_found(match, known) for known in linked)
                ]
                is_body = section.startswith("## ") and section != "## Summary"
                near = range(before - TOGETHER, before + TOGETHER) if is_body else range(len(own))
                for match, why in _faults(claims, own, near):
                    yield Unsettled(place, match[0].strip(), why, " ".join(sentence.split()))


def _faults(claims: list[re.Match[str]], own: list[list[Decimal]], near: range) -> Iterator[tuple[re.Match[str], str]]:
    """The numbers of a sentence that no code cell prints, or none near it, or near those that print the others."""
    printed = {match: {place for place, known in enumerate(own) if _found(match, known)} for match in claims}
    yield from ((match, NOWHERE) for match in claims if not printed[match])
    measured = [match for match in claims if printed[match] and _is_measured(match)]
    far = [match for match in measured if not printed[match] & {*near}]
    yield from ((match, FAR) for match in far)
    rows = [{*range(start, start + TOGETHER)} & {*near} for start in range(len(own))]
    nearer = [match for match in measured if match not in far]
    apart = min(([match for match in nearer if not printed[match] & row] for row in rows), key=len, default=[])
    yield from ((match, APART) for match in apart)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a Markdown text without code, the rows of a table too; a source cites a whole table."""
    text = CODE.sub(lambda code: code[2] if PROSE_NUMBER.fullmatch(code[2].strip()) else " ", FENCE.sub("", text))
    for block in BLOCK.split(NOT_PROSE.sub(" ", text)):
        if not block.lstrip().startswith("|"):
            yield from SENTENCE.split(block)
        elif not SOURCE.search(block):
            yield from block.splitlines()


def missing(text: str, known: list[Decimal], whole: bool = False) -> list[str]:
    """The numbers of a text, see `numbers`, that are not among the known ones; these must be sorted."""
    return [match[0].strip() for match in numbers(text, whole) if not _found(match, known)]


def numbers(sentence: str, whole: bool = False) -> Iterator[re.Match[str]]:
    """The numbers of a sentence that cites no source: decimals, percentages and, if asked for, whole numbers.

    >>> [match[0] for match in numbers("In 2019 BM25 was −.36 below 75 % of the 12,000, v1.5 was not.", whole=True)]
    ['−.36', '75 %', '12,000']
    """
    if SOURCE.search(sentence):
        return
    text = re.sub(r"\]\([^)]*\)", "]", sentence)
    formulas = [range(*formula.span()) for formula in FORMULA.finditer(text)]
    for match in PROSE_NUMBER.finditer(text):
        named = YEAR.fullmatch(match["number"]) or any(match.start() in formula for formula in formulas)
        if _is_measured(match) or (whole and not named):
            yield match


def _is_measured(match: re.Match[str]) -> bool:
    return bool(re.search("[.e]", match["number"])) or match["percent"] is not None


def _given(cell: read.Cell) -> set[Decimal]:
    """The numbers that the cell's metadata list."""
    listed = cell.get("metadata", {}).get("embedlab", {}).get("given", [])
    return {_value(match) for match in map(PROSE_NUMBER.match, listed) if match}


def _value(match: re.Match[str]) -> Decimal:
    return Decimal(("-" if match["sign"] else "") + match["number"].replace(",", ""))


def _found(match: re.Match[str], known: list[Decimal]) -> bool:
    """Whether a known number, rounded to the digits of this one, is this one."""
    value = _value(match)
    half = Decimal(5).scaleb(min(value.as_tuple().exponent, 0) - 1)
    shifts = {0, -2 if match["percent"] is not None else 0, SCALES.get(match["scale"], 0)}
    for low, high in (((value - half).scaleb(shift), (value + half).scaleb(shift)) for shift in shifts):
        place = bisect_left(known, low)
        if place < len(known) and known[place] <= high:
            return True
    return False


def main(names: list[str]) -> int:
    """Print what is unsettled in the notebooks with these numbers or paths, or in all; 1 if there is anything."""
    paths = [Path(name) if name.endswith(".ipynb") else read.numbered(name) for name in names]
    paths = paths or read.pages()
    found = [(path, one) for path in paths for one in unsettled(read.read(path), path.parent)]
    for path, one in found:
        print(f"{path.name}, {one}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
