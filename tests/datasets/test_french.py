"""Messages of Jupyter in two languages: cleaned, each once, grouped; out of catalogues made here and the real ones."""

from __future__ import annotations

import struct
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.datasets import french

PACK = "jupyterlab_language_pack_fr_FR"
installed = pytest.mark.skipif(find_spec(PACK) is None, reason=f"{PACK} is not installed")


def catalogue(messages):
    """The bytes of a .mo file (GNU gettext manual, The Format of GNU MO Files)."""
    messages = {"": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n > 1);\n"} | messages
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    start = 28 + 16 * len(pairs)
    tables, body = [[], []], b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += [len(pair[side]), start + len(body)]
            body += pair[side] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + struct.pack(f"<{4 * len(pairs)}I", *tables[0], *tables[1]) + body


@pytest.fixture
def pack(tmp_path, monkeypatch):
    """A language pack whose catalogues are up to the test; importing it fails."""
    folder = tmp_path / PACK / "locale" / "fr_FR" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (tmp_path / PACK / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def read(pack, **catalogues):
    for name, messages in catalogues.items():
        (pack / f"{name}.mo").write_bytes(catalogue(messages))
    data = french.load()
    return list(zip(data.english, data.french, strict=True))


@installed
def test_the_real_messages():
    data = french.load()
    assert len(data.english) == len(data.french) == len(data.groups) == 2555
    assert data.english == sorted(data.english)
    assert data.french[data.english.index("Close All Tabs")] == "Fermer tous les onglets"
    assert data.groups.dtype == np.int64
    sizes = np.bincount(data.groups)
    assert (len(sizes), sizes.max(), (sizes == 1).sum()) == (1248, 342, 944)
    one, other = (data.groups[data.english.index(text)] for text in ("Close All Tabs", "Close All Other Tabs"))
    assert one == other
    for side in (data.english, data.french):
        assert len({text.casefold() for text in side}) == 2555
        assert not [text for text in side if set(text) & set("{}`*") or "%1" in text or "  " in text]


@installed
def test_the_licence_that_the_text_names():
    from importlib.metadata import distribution

    told = distribution("jupyterlab-language-pack-fr-FR").metadata
    assert "License :: OSI Approved :: BSD License" in told.get_all("Classifier")
    assert "BSD 3-Clause, Project Jupyter Contributors" in " ".join(french.__doc__.split())
    assert "BSD 3-Clause, Project Jupyter Contributors" in french.French.__doc__


def test_mark_up_and_placeholders_are_cut_out(pack):
    messages = {
        "Open <b>%1</b> in `%2`": "Ouvrir %1 dans %2",
        'Rename "%1" to {name}.': 'Renommer "%1" en {name}.',
        "**New**\n  folder here": "Nouveau *dossier*  ici",
        "settings\x04%1%% of the memory": "%1%% de la mémoire",
    }
    assert read(pack, one=messages) == [
        ("New folder here", "Nouveau dossier ici"),
        ("Open in", "Ouvrir dans"),
        ("Rename to.", "Renommer en."),
        ("of the memory", "de la mémoire"),
    ]


def test_what_is_no_pair_of_sentences_is_left_out(pack):
    messages = {
        "Save": "Enregistrer le document",
        "Save it": "Enregistrer",
        "# %1 ( )": "# ( )",
        'Set { "a": { "b": 1 } } here': 'Mettre { "a": { "b": 1 } } ici',
        "Stay with us": "Restez avec nous",
    }
    assert read(pack, one=messages) == [("Stay with us", "Restez avec nous")]


def test_each_side_stands_once_and_the_first_stays(pack):
    first = {"Close the tab": "Fermer l'onglet", "Shut the tab": "Fermer L'onglet", "a\x04Two words": "Deux mots"}
    second = {"close the tab": "Fermez l'onglet", "b\x04Two words": "Quelques mots"}
    assert read(pack, one=first, two=second) == [("Close the tab", "Fermer l'onglet"), ("Two words", "Deux mots")]


def test_messages_share_a_meaning_if_their_translations_agree_but_for_case_and_marks(pack):
    one = {"Shut the tab": "Fermer l'onglet", "Close the tab": "Fermer l'onglet…", "Close tabs": "Fermer les onglets"}
    two = {"CLOSE the tab.": "Fermez l'onglet", "A b": "C d"}
    for name, messages in {"one": one, "two": two}.items():
        (pack / f"{name}.mo").write_bytes(catalogue(messages))
    messages, meanings = french.same_in_french()
    assert messages == ["A b", "CLOSE the tab.", "Close tabs", "Shut the tab"], "one spelling of each, sorted"
    assert meanings.dtype == np.int64
    assert meanings.tolist() == [0, 3, 2, 1]


@installed
def test_the_real_messages_that_share_a_translation():
    messages, meanings = french.same_in_french()
    sizes = np.bincount(meanings)
    assert (len(messages), (sizes > 1).sum(), (sizes * (sizes - 1) // 2).sum()) == (2572, 71, 80)
    meaning = dict(zip(messages, meanings.tolist(), strict=True))
    assert meaning["Abort rebase"] == meaning["Abort the rebase"]
    assert meaning["Close All Tabs"] != meaning["Close All Other Tabs"]


def test_of_a_plural_the_singular_is_taken(pack):
    found = read(pack, one={"%1 open file\0%1 open files": "%1 fichier ouvert\0%1 fichiers ouverts", "A b": "C d"})
    assert found == [("A b", "C d"), ("open file", "fichier ouvert")]


def test_messages_do_not_depend_on_the_place_of_the_pack(pack):
    assert read(pack, one={"Two words": "Deux mots"}) == read(pack, two={"Two words": "Deux mots"})


def test_a_missing_pack_says_what_to_install(monkeypatch):
    monkeypatch.setattr(french._installed.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        ModuleNotFoundError,
        match=r'French messages are read out of .*not installed: pip install "jupyterlab-language-pack-fr-FR',
    ):
        french.load()


def test_a_pack_without_its_folder_or_its_files(pack):
    with pytest.raises(FileNotFoundError, match=r"holds no messages: pip install --force-reinstall --no-deps"):
        french.load()
    pack.rmdir()
    with pytest.raises(FileNotFoundError, match=r"locale/fr_FR/LC_MESSAGES is not in the installed jupyterlab_lang"):
        french.load()


@pytest.mark.parametrize(
    "content", [b"", b"no catalogue", catalogue({"A b": "C d"})[:60], catalogue({"A b": "C d"})[:6]]
)
def test_a_damaged_catalogue_is_named(pack, content):
    (pack / "jupyterlab.mo").write_bytes(content)
    with pytest.raises(ValueError, match=r"jupyterlab.mo must be a catalogue of messages \(gettext .mo\): "):
        french.load()


def test_near_copies_are_chained():
    assert french.near_copies(["Clear cells", "Clear cells and outputs", "and outputs"]).tolist() == [0, 0, 0]
    assert french.near_copies(["Clear cells", "and outputs"]).tolist() == [0, 1], "the third joined them"


@given(st.lists(st.text("abc d", min_size=1, max_size=9).filter(str.strip), min_size=1, max_size=8), st.randoms())
def test_groups_follow_the_messages_in_any_order(texts, random):
    groups = french.near_copies(texts)
    assert groups.shape == (len(texts),)
    assert list(dict.fromkeys(groups.tolist())) == list(range(groups.max() + 1)), "numbered as they come"
    order = random.sample(range(len(texts)), len(texts))
    again = french.near_copies([texts[i] for i in order])
    same = groups[:, None] == groups
    assert ((again[:, None] == again) == same[np.ix_(order, order)]).all()
    for i, text in enumerate(texts):
        assert groups[texts.index(text)] == groups[i], "a copy is a near-copy"


@pytest.mark.parametrize(
    "messages, error, message",
    [
        ("Close", TypeError, "messages must be a list of strings, not one string"),
        ([3], TypeError, r"messages\[0\] must be a string"),
        ([], ValueError, "messages must hold at least one that is not empty, but there are 0 without"),
        (["", " "], ValueError, "messages must hold at least one that is not empty, but there are 2 without"),
    ],
)
def test_what_cannot_be_grouped(messages, error, message):
    with pytest.raises(error, match=message):
        french.near_copies(messages)
