"""A learner's own collection: a folder of texts, a table, or a folder of pictures, read and never changed.

What cannot be read is skipped and told, one line each with its cause, because a collection that lost files without a
word looks complete. Nothing is written here, and nothing outside the folder that was named is opened: links to other
folders are not followed.
"""

from __future__ import annotations

import csv
import errno
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from embedlab import _files, _need

if TYPE_CHECKING:
    import numpy as np

TEXTS = (".txt", ".md", ".rst")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif")
_MOST_BYTES = 5_000_000  # a novel has one million
_LONGEST_HEADING = 200  # characters; what is longer is a paragraph
_UNDERLINE = re.compile(r"([=\-~^\"'`#*+.:_])\1{2,}$")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f]")  # never in a text; form feeds and escapes may be
_WORD = re.compile(r"[^\W_]+")
_Read = TypeVar("_Read")


class Document(NamedTuple):
    """One text of a collection."""

    id: str  #: the file's path below the folder, with slashes, or the table's id
    heading: str  #: what the text calls itself; empty if it begins without a heading
    text: str  #: the text without its heading


class Skipped(NamedTuple):
    """Something that was not read, and why. As a string it is one line."""

    name: str  #: path below the folder, or the row of a table
    why: str  #: the cause

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"


class Collection(NamedTuple):
    """What was read, and what was not."""

    documents: list[Document]  #: in the order of their names, or of the table's rows
    skipped: list[Skipped]  #: one for each that was not read


class Album(NamedTuple):
    """Pictures that were read, and what was not."""

    names: list[str]  #: n paths below the folder, sorted
    pictures: list[np.ndarray]  #: n squares of uint8, shape (224, 224, 3), as `photos.prepare` makes them
    skipped: list[Skipped]  #: one for each that was not read


def read(source: str | os.PathLike[str], *, most_bytes: int = _MOST_BYTES, **columns: str) -> Collection:
    r"""Read a folder of texts or a table, whichever ``source`` is.

    Parameters
    ----------
    source : path
        A folder, searched with all its folders for .txt, .md and .rst, or a file that ends in .csv.
    most_bytes : int
        Files of a folder that are larger are skipped.
    **columns
        What columns of the table are called, if it is one: see `read_table`.

    Returns
    -------
    Collection
        At least one document, and what was skipped.

    Raises
    ------
    ValueError
        If there is no such folder or table, or nothing in it can be read: the message gives the causes.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "tea.md").write_text("# How to brew tea\n\nPour hot water over the leaves.")
    ...     _ = Path(folder, "empty.txt").write_text("")
    ...     documents, skipped = read(folder)
    >>> documents[0].heading, str(skipped[0])
    ('How to brew tea', 'empty.txt: empty')
    """
    path = Path(_need.path(source, "source"))
    if path.suffix.lower() == ".csv" and not path.is_dir():
        return read_table(path, **columns)
    if columns:
        raise TypeError(f"{next(iter(columns))} names a column of a table, but source is no file that ends in .csv")
    most_bytes = _need.whole(most_bytes, "most_bytes")
    documents, skipped = _each(path, "source", TEXTS, lambda name, file: _document(name, file, most_bytes))
    return Collection(_filled(documents, skipped, "source", path), skipped)


def read_photos(folder: str | os.PathLike[str]) -> Album:
    """Read the pictures of a folder and of all its folders, as squares that the pretrained eye takes.

    Raises
    ------
    ValueError
        If there is no such folder, or no picture in it can be read: the message gives the causes.
    """
    from embedlab import photos  # loads torch

    def read_one(name: str, file: Path) -> tuple[str, np.ndarray]:
        try:
            return name, photos.prepare(file)
        except ValueError as error:
            why = _cause(error).replace(f"{file}", Path(name).name)
            raise ValueError(f"no picture that can be read ({why.rpartition(': ')[2]})") from error

    path = Path(_need.path(folder, "folder"))
    found, skipped = _each(path, "folder", PICTURES, read_one)
    found = _filled(found, skipped, "folder", path)
    return Album([name for name, _ in found], [picture for _, picture in found], skipped)


def read_table(
    path: str | os.PathLike[str], *, text: str = "text", heading: str = "heading", id: str = "id"
) -> Collection:
    """Read a table, one document a row: a CSV in UTF-8, its columns parted by commas, semicolons or tabs.

    Parameters
    ----------
    path : path
    text : str
        The column that holds the texts. A row without text is skipped.
    heading, id : str
        The columns with headings and ids, if there are such; an id that was there before is skipped. Without ids a
        row is called by its number, and the header is row 1.

    Raises
    ------
    ValueError
        If it is no such table: the message says what is the matter, or which columns there are.
    """
    file = Path(_need.path(path, "path"))
    try:
        content = _decoded(file.read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"path must be a table that can be read, but {file}: {_cause(error)}") from error
    try:
        header, *rows = _files.csv_rows(content)
    except csv.Error as error:
        raise ValueError(f"path must be a table, but {file}: {error}") from error
    if text not in header:
        raise ValueError(f"text must name a column of {file}, which has {', '.join(header)}, but it is {text!r}")
    documents: dict[str, Document] = {}
    skipped = []
    for number, row in enumerate(rows, 2):
        own = dict(zip(header, row, strict=False))
        name = own.get(id, "").strip() or f"row {number}"
        body = own.get(text, "").strip()
        if len(row) > len(header):
            skipped.append(Skipped(f"row {number}", f"{len(row)} fields where the header has {len(header)}"))
        elif not body:
            skipped.append(Skipped(f"row {number}", "no text"))
        elif name in documents:
            skipped.append(Skipped(f"row {number}", f"the id {name!r:.60} was there before"))
        else:
            documents[name] = Document(name, " ".join(own.get(heading, "").split()), body)
    return Collection(_filled(list(documents.values()), skipped, "path", file), skipped)


def split_heading(text: str) -> tuple[str, str]:
    r"""Part a text into its heading, empty if it has none, and the rest.

    A heading is a first line that begins with ``#`` as in Markdown, one that is underlined as in reStructuredText, or
    a short line with an empty one below. A text that is nothing but a heading is a text.

    Examples
    --------
    >>> split_heading("# Tea\n\nPour hot water over the leaves.")
    ('Tea', 'Pour hot water over the leaves.')
    >>> split_heading("Tea\n===\nPour hot water.")
    ('Tea', 'Pour hot water.')
    >>> split_heading("Pour hot water\nover the leaves.")
    ('', 'Pour hot water\nover the leaves.')
    """
    (text,) = _need.strings([text], "text", single=True)
    lines = text.strip().splitlines()
    if len(lines) > 2 and _UNDERLINE.match(lines[0].strip()) and lines[2].strip() == lines[0].strip():
        lines = lines[1:]  # a title of reStructuredText with a line above it, too
    first, second = [*lines, "", ""][:2]
    marked = re.match(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$", first)
    if marked:
        heading, rest = marked[1], lines[1:]
    elif first.strip() and _UNDERLINE.match(second.strip()):
        heading, rest = first.strip(), lines[2:]
    elif first.strip() and not second.strip():
        heading, rest = first.strip(), lines[1:]
    else:
        heading, rest = "", lines
    body = "\n".join(rest).strip()
    if not body or len(heading) > _LONGEST_HEADING:
        return "", text.strip()
    return heading, body


def shared_words(query: str, text: str, common: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """Part the query's words into those that the text has, too, and those that it has not.

    Words are compared in lower case and whole: "edges" is not "edge". Each counts once; words of ``common`` do not
    count.

    Examples
    --------
    >>> shared_words("How do I find edges?", "Find the edge of an image.", common=["how", "do", "i"])
    (['find'], ['edges'])
    """
    query, text = (_need.strings([one], name, single=True)[0] for one, name in ((query, "query"), (text, "text")))
    there, left_out = set(_WORD.findall(text.lower())), set(_need.strings(common, "common"))
    asked = [word for word in dict.fromkeys(_WORD.findall(query.lower())) if word not in left_out]
    return [word for word in asked if word in there], [word for word in asked if word not in there]


# -- one file after the other ------------------------------------------------------------------------------------


def _each(
    folder: Path, name: str, suffixes: Sequence[str], read_one: Callable[[str, Path], _Read]
) -> tuple[list[_Read], list[Skipped]]:
    """Read each file below a folder, in the order of their names; what fails is told with its cause."""
    if not folder.is_dir():
        wanted = f"{name} must be a folder{' or a .csv file' * (name == 'source')}"
        raise ValueError(
            f"{wanted}, but {folder} is none" if folder.exists() else f"{wanted}, but there is no {folder}"
        )
    made, skipped = [], []
    for below, why in _below(folder, "", suffixes):
        try:
            below.encode()
            if why:
                raise ValueError(why)
            made.append(read_one(below, folder / below))
        except UnicodeEncodeError:
            skipped.append(Skipped(os.fsencode(below).decode("utf-8", "replace"), "its name is not UTF-8"))
        except (OSError, ValueError) as error:
            skipped.append(Skipped(below, _cause(error)))
    return made, skipped


def _below(folder: Path, prefix: str, suffixes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the path of everything below a folder, and why it is not read, or "" if it may be."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield prefix.rstrip("/") or ".", _cause(error)
        return
    for entry in entries:
        name, known = prefix + entry.name, entry.name.lower().endswith(tuple(suffixes))
        if entry.name.startswith("."):
            yield name, "hidden"
        elif entry.is_symlink() and os.path.isdir(entry.path):
            yield name, "a link to a folder, which is not followed"
        elif entry.is_symlink() and not os.path.exists(entry.path):
            yield name, _lost(entry.path)
        elif entry.is_dir(follow_symlinks=False):
            if known:
                yield name, "a folder, in spite of its name"
            else:
                yield from _below(Path(entry.path), f"{name}/", suffixes)
        else:
            yield name, "" if known else f"its name ends in none of {', '.join(suffixes)}"


def _lost(link: str) -> str:
    """Say why a link leads nowhere."""
    try:
        os.stat(link)
    except OSError as error:
        return _cause(error)
    return "a link that led nowhere"


def _document(name: str, file: Path, most_bytes: int) -> Document:
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):  # to open a pipe is to wait for ever
        raise ValueError("no regular file")
    if status.st_size > most_bytes:
        raise ValueError(f"{status.st_size / 1e6:.1f} MB, and {most_bytes / 1e6:g} MB at most are read")
    with file.open("rb") as opened:
        text = _decoded(opened.read(most_bytes + 1)).strip()
    return Document(name, *split_heading(text))


def _decoded(data: bytes) -> str:
    """Return the text of a file: UTF-8, or what its first bytes say."""
    if not data.strip():
        raise ValueError("empty")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if encoding == "utf-8-sig" and b"\0" in data:
        raise ValueError("binary, not text")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        wrong = data[error.start]
        raise ValueError(f"not UTF-8 (byte {wrong:#04x} at {error.start}): save it as UTF-8") from error
    if not text.strip():
        raise ValueError("empty")
    if len(_CONTROL.findall(text)) > len(text) // 100:
        raise ValueError("binary, not text")
    return text


def _cause(error: Exception) -> str:
    """Return one line that says what was the matter, without the path, which stands before it."""
    if isinstance(error, OSError):
        return "a link in a circle" if error.errno == errno.ELOOP else (error.strerror or type(error).__name__).lower()
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _filled(found: list[_Read], skipped: list[Skipped], name: str, path: Path) -> list[_Read]:
    if not found:
        told = "; ".join(map(str, skipped[:3])) + "; …" * (len(skipped) > 3) if skipped else "it is empty"
        raise ValueError(f"{name} must hold at least one that can be read, but {path} holds none: {told}")
    return found
