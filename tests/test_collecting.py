"""A learner's collection: what is good is read, what is bad is told, nothing is changed, nothing hangs."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from embedlab import collecting


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A folder with two good files and everything that goes wrong."""
    folder = tmp_path / "mine"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.md").write_text("# Tea\n\nPour hot water.", encoding="utf-8")
    (folder / "sub" / "b.txt").write_bytes("Käse\n\nFrom milk.".encode("utf-16"))
    (folder / "binary.txt").write_bytes(b"\x7fELF\x00\x01\x02")
    (folder / "control.txt").write_bytes(bytes(range(1, 32)) * 5)
    (folder / "blank.txt").write_text(" \n\t\n")
    (folder / "empty.txt").touch()
    (folder / "latin.txt").write_bytes("Käse".encode("latin-1"))
    (folder / "named.txt").mkdir()
    (folder / "paper.pdf").write_bytes(b"%PDF")
    (folder / ".git").mkdir()
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)  # a file with a hole: it takes no room
    return folder


LINES = {
    ".git": "hidden",
    "binary.txt": "binary, not text",
    "blank.txt": "empty",
    "control.txt": "binary, not text",
    "empty.txt": "empty",
    "huge.txt": "200.0 MB, and 5 MB at most are read",
    "latin.txt": "not UTF-8 (byte 0xe4 at 1): save it as UTF-8",
    "named.txt": "a folder, in spite of its name",
    "paper.pdf": "its name ends in none of .txt, .md, .rst",
}


def test_good_files_are_read_and_bad_ones_told_with_their_cause(odd):
    documents, skipped = collecting.read(odd)
    assert documents == [("a.md", "Tea", "Pour hot water."), ("sub/b.txt", "Käse", "From milk.")]
    assert dict(skipped) == LINES
    assert [str(one) for one in skipped] == [f"{name}: {why}" for name, why in LINES.items()]
    assert all("\n" not in str(one) for one in skipped)


def test_the_folder_is_only_read(odd):
    def state():
        return {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in odd.rglob("*")}

    before = state()
    collecting.read(odd)
    assert state() == before


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are those of POSIX")
def test_links_in_a_circle_lost_links_and_pipes(odd):
    (odd / "circle").symlink_to(odd, target_is_directory=True)
    (odd / "circle.txt").symlink_to(odd / "circle.txt")
    (odd / "round").symlink_to("round")
    (odd / "lost.txt").symlink_to(odd / "nowhere.txt")
    (odd / "good.txt").symlink_to(odd / "a.md")
    os.mkfifo(odd / "pipe.txt")
    documents, skipped = collecting.read(odd)
    new = {name: why for name, why in skipped if name not in LINES}
    assert new == {
        "circle": "a link to a folder, which is not followed",
        "circle.txt": "a link in a circle",
        "lost.txt": "no such file or directory",
        "pipe.txt": "no regular file",
        "round": "a link in a circle",
    }
    assert "good.txt" in [document.id for document in documents]


def test_a_name_that_is_no_text(tmp_path):
    (tmp_path / "good.txt").write_text("good")
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.txt")).write_text("odd")
    except OSError:
        pytest.skip("this system's names are text")
    assert collecting.read(tmp_path).skipped == [("b\ufffd.txt", "its name is not UTF-8")]


def test_what_the_owner_forbids_is_told(odd, monkeypatch):
    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ValueError, match="holds none: .git: hidden; a.md: permission denied; binary.txt: permission"):
        collecting.read(odd)
    monkeypatch.undo()
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ValueError, match="holds none: .: permission denied"):
        collecting.read(odd)


def test_nothing_to_read_is_a_clear_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"source must hold at least one that can be read, but .* none: it is empty"):
        collecting.read(tmp_path)
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(ValueError, match=r"source must be a folder or a \.csv file, but .*a\.pdf is none"):
        collecting.read(tmp_path / "a.pdf")
    with pytest.raises(ValueError, match=r"none: a\.pdf: its name ends in none of"):
        collecting.read(tmp_path)
    with pytest.raises(ValueError, match=r"source must be a folder or a \.csv file, but there is no .*gone"):
        collecting.read(tmp_path / "gone")
    with pytest.raises(TypeError, match="source must be a path, not a int"):
        collecting.read(3)
    with pytest.raises(TypeError, match="text names a column of a table, but source is no file"):
        collecting.read(tmp_path, text="body")
    with pytest.raises(ValueError, match=r"folder must be a folder, but there is no .*gone"):
        collecting.read_photos(tmp_path / "gone")


def test_one_file_is_a_collection(tmp_path):
    (tmp_path / "only.txt").write_text("one text")
    assert collecting.read(tmp_path) == ([("only.txt", "", "one text")], [])


def test_how_large_a_file_may_be_is_the_callers(tmp_path):
    (tmp_path / "a.txt").write_text("x" * 11)
    (tmp_path / "b.txt").write_text("x" * 10)
    documents, skipped = collecting.read(tmp_path, most_bytes=10)
    assert [one.id for one in documents] == ["b.txt"]
    assert skipped[0].name == "a.txt"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_whatever_parts_its_columns(tmp_path, delimiter):
    rows = [["id", "heading", "text"], ["x", "Tea", "Pour"], ["", "", "no id"], ["x", "", "again"], ["y", "", " "]]
    path = tmp_path / "table.csv"
    path.write_text("\ufeff" + "\n".join(delimiter.join(row) for row in rows) + "\n", encoding="utf-8")
    documents, skipped = collecting.read(path)
    assert documents == [("x", "Tea", "Pour"), ("row 3", "", "no id")]
    assert [str(one) for one in skipped] == ["row 4: the id 'x' was there before", "row 5: no text"]


def test_a_table_may_call_its_columns_as_it_likes(tmp_path):
    path = tmp_path / "TABLE.CSV"
    path.write_text('Name,Inhalt\nTee,"Wasser,\nheiß"\nzu,viel,da\n', encoding="utf-8")
    documents, skipped = collecting.read(path, text="Inhalt", heading="Name")
    assert documents == [("row 2", "Tee", "Wasser,\nheiß")]
    assert skipped == [("row 3", "3 fields where the header has 2")]
    with pytest.raises(ValueError, match="text must name a column of .*, which has Name, Inhalt, but it is 'text'"):
        collecting.read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"text\n\xff", "not UTF-8"),
        (b'text\n"open', "unexpected end of data"),
        (b"text\n", "holds none: it is empty"),
    ],
)
def test_a_table_that_cannot_be_read(tmp_path, content, message):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        collecting.read_table(path)
    with pytest.raises(ValueError, match="no such file"):
        collecting.read(tmp_path / "gone.csv")


def test_pictures_are_squares_and_bad_ones_are_told(tmp_path):
    Image.new("RGB", (60, 40), "red").save(tmp_path / "red.png")
    Image.new("L", (40, 60)).save(tmp_path / "grey.JPG")
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "note.txt").write_text("a note")
    names, pictures, skipped = collecting.read_photos(tmp_path)
    assert names == ["grey.JPG", "red.png"]
    assert [picture.shape for picture in pictures] == [(224, 224, 3)] * 2
    assert pictures[1][0, 0].tolist() == [255, 0, 0]
    assert [one.name for one in skipped] == ["note.txt", "text.png"]
    assert skipped[1].why.startswith("no picture that can be read (cannot identify")
    assert str(tmp_path) not in skipped[1].why
    (tmp_path / "red.png").unlink()
    (tmp_path / "grey.JPG").unlink()
    with pytest.raises(ValueError, match="folder must hold at least one that can be read"):
        collecting.read_photos(tmp_path)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("## Tea ##\nbody", ("Tea", "body")),
        ("#hashtag\nbody", ("", "#hashtag\nbody")),
        ("===\nTea\n===\nbody", ("Tea", "body")),
        ("Tea\n---\n\nbody", ("Tea", "body")),
        ("Tea\n\nbody\n\nmore", ("Tea", "body\n\nmore")),
        ("# only a heading", ("", "# only a heading")),
        ("a " * 150 + "\n\nbody", ("", "a " * 150 + "\n\nbody")),
        ("", ("", "")),
    ],
)
def test_headings_as_people_write_them(text, wanted):
    assert collecting.split_heading(text) == wanted


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_word_of_a_text_is_lost_or_invented(text):
    heading, body = collecting.split_heading(text)
    assert "\n" not in heading
    words = [word for part in (heading, body) for word in collecting._WORD.findall(part)]
    assert words == [word for word in collecting._WORD.findall(text) if word.strip("_")]


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_have_a_cause(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "a.txt").write_bytes(data)
    (folder / "b.txt").write_text("good")
    documents, skipped = collecting.read(folder)
    assert len(documents) + len(skipped) == 2
    assert documents[-1].id == "b.txt"


@given(st.lists(st.sampled_from(["Find", "the", "edge", "of", "an", "image"])), st.sampled_from([[], ["the"]]))
def test_shared_and_other_words_part_the_query(words, common):
    shared, other = collecting.shared_words(" ".join(words), "The EDGE, an edge.", common)
    assert sorted(shared + other) == sorted({word.lower() for word in words} - set(common))
    assert set(shared) <= {"the", "edge", "an"}
    assert not set(other) & {"the", "edge", "an"}


def test_pixels_come_as_the_eye_takes_them(tmp_path):
    Image.fromarray(np.zeros((300, 300, 3), np.uint8)).save(tmp_path / "black.png")
    album = collecting.read_photos(tmp_path)
    assert album.pictures[0].dtype == np.uint8
    assert not album.pictures[0].any()
