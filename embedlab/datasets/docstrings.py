"""A retrieval benchmark that is already on your machine: docstrings and the "See Also" links between them.

The documentation of numpy, scipy, scikit-learn, networkx and scikit-image names, at the foot of many pages, other
functions worth a look. People wrote these links for readers, so they are relevance judgements: who reads about
``numpy.cumsum`` may want ``numpy.diff``. The text of a document is its docstring *without* that section.

Nothing is copied: the texts are read out of the installed libraries (BSD licences), so numbers made from them
move when a library changes. Limit: judgements are sparse, an unlinked function may be just as relevant.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import inspect
import json
import pkgutil
import platform
import re
import sys
import warnings
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from embedlab import _files

LIBRARIES = ("numpy", "scipy", "sklearn", "networkx", "skimage")
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "skimage": "scikit-image"}  # where they are not called as their import
_SHORTEST = 80  # characters; anything below is a stub


@dataclass(frozen=True)
class Docstrings:
    """Documents and relevance judgements.

    ``n`` documents, ``m`` queries; every query is itself one of the documents.
    """

    names: list[str]  #: n public names, such as "numpy.cumsum", sorted
    texts: list[str]  #: n docstrings without their See Also section
    summaries: list[str]  #: n first paragraphs, one line each
    libraries: list[str]  #: n names of libraries
    queries: list[int]  #: m indices of documents that link to others
    relevant: list[set[int]]  #: m sets of indices of the documents they link to


@functools.lru_cache(maxsize=2)
def load(linked_only: bool = True) -> Docstrings:
    """Collect the docstrings of the five installed libraries: a few seconds the first time, then from the cache.

    What was collected is kept in the user's cache folder until a library's version changes.

    Parameters
    ----------
    linked_only : bool
        Keep only documents that link to another or are linked to, about 2,100: each is asked about or an answer.
        False keeps every public function and class, about 3,800, and the same queries.

    Returns
    -------
    Docstrings
        The same object each time in one process; treat it as read-only.

    Raises
    ------
    ModuleNotFoundError
        If one of the five libraries is not installed.
    RuntimeError
        If Python was started without docstrings.
    """
    found, links = _everything()
    linked = {name for name, targets in links.items() if targets}.union(*links.values())
    names = sorted(linked if linked_only else found)
    position = {name: i for i, name in enumerate(names)}
    texts = [_without_see_also(found[name]) for name in names]
    queries = [position[name] for name in names if links[name]]
    return Docstrings(
        names,
        texts,
        [_summary(text) for text in texts],
        [name.split(".", 1)[0] for name in names],
        queries,
        [{position[target] for target in links[names[i]]} for i in queries],
    )


@functools.lru_cache(maxsize=1)
def _everything() -> tuple[dict[str, str], dict[str, set[str]]]:
    """All documents by name, and the names that each one links to."""
    if sys.flags.optimize >= 2:  # what little is left would be kept for later sessions, too
        raise RuntimeError("Python was started with -OO or PYTHONOPTIMIZE=2, which drops docstrings: start it without")
    path = _files.cache_dir() / "docstrings" / f"{_key()}.json"
    kept = _kept(path)
    if kept is None:
        kept = _collected()
        found, links = kept
        text = json.dumps({"found": found, "links": {name: sorted(targets) for name, targets in links.items()}})
        with contextlib.suppress(OSError):  # where nothing can be written, they are collected each time
            _files.atomic_write(path, text)
    return kept


def _key() -> str:
    """A name for what would be collected: by these versions of the libraries, by this file as it is."""
    parts = [f"{library} {metadata.version(_DISTRIBUTIONS.get(library, library))}" for library in LIBRARIES]
    parts += [platform.python_version(), _files.sha256(__file__)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _kept(path: Path) -> tuple[dict[str, str], dict[str, set[str]]] | None:
    try:
        data = json.loads(path.read_bytes())
        return dict(data["found"]), {name: set(targets) for name, targets in data["links"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # absent, cut short, or something else
        return None


def _collected() -> tuple[dict[str, str], dict[str, set[str]]]:
    found: dict[str, str] = {}
    aliases: dict[str, dict[str, str]] = {library: {} for library in LIBRARIES}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old names warn when they are touched; they are no documents
        modules = {library: _public_modules(library) for library in LIBRARIES}
        # Only now, with all of them loaded: importing scipy.signal adds a paragraph to the docstring of numpy.sinc.
        for library in LIBRARIES:
            _collect(library, modules[library], found, aliases[library])
    return found, {name: _links(doc, name, aliases[name.split(".", 1)[0]]) for name, doc in found.items()}


# -- reading the libraries -----------------------------------------------------------------------------------------

_SKIPPED = {
    "tests", "test", "testing", "conftest", "setup", "externals", "experimental", "f2py", "distutils", "typing", "core",
}  # fmt: skip


def _collect(library: str, modules: list[ModuleType], found: dict[str, str], aliases: dict[str, str]) -> None:
    """Add the library's public objects to ``found``; ``aliases`` gets every public path of each.

    Of objects that share a first paragraph (numpy and its masked twin, say) only the one with the shortest name
    becomes a document: a search could not tell them apart, nor could a reader.
    """
    paths: dict[int, list[str]] = {}  # identity of an object -> its public paths
    objects: dict[int, Any] = {}
    for module in modules:
        for name in _public_names(module):
            thing = _attribute(module, name)
            if _documented(thing, library):
                paths.setdefault(id(thing), []).append(f"{module.__name__}.{name}")
                objects[id(thing)] = thing
    # One object, many paths: the shortest is the one that people write.
    shortest = {key: min(names, key=_brevity) for key, names in paths.items()}
    first: dict[str, str] = {}  # first paragraph -> name of its document
    for key in sorted(objects, key=lambda key: _brevity(shortest[key])):
        doc = inspect.cleandoc(objects[key].__doc__)
        name = first.setdefault(_summary(doc), shortest[key])
        if name == shortest[key]:
            found[name] = doc
        aliases.update(dict.fromkeys(paths[key], name))


def _attribute(module: ModuleType, name: str) -> Any | None:
    try:
        return getattr(module, name, None)
    except ImportError:  # listed, but to be switched on first (scikit-learn's experimental estimators)
        return None


def _brevity(path: str) -> tuple[int, int, str]:
    return path.count("."), len(path), path


def _public_modules(library: str) -> list[ModuleType]:
    package = importlib.import_module(library)
    modules = [package]
    for info in pkgutil.walk_packages(package.__path__, f"{library}.", onerror=lambda name: None):
        parts = info.name.split(".")
        if not info.ispkg or any(part.startswith("_") or part in _SKIPPED for part in parts):
            continue
        try:
            modules.append(importlib.import_module(info.name))
        except Exception:  # optional parts need what is not installed; they are no documents
            continue
    return modules


def _public_names(module: ModuleType) -> list[str]:
    listed = getattr(module, "__all__", None)
    return sorted({name for name in (listed or vars(module)) if not name.startswith("_")})


def _documented(thing: Any, library: str) -> bool:
    doc = getattr(thing, "__doc__", None)
    is_kind = inspect.isclass(thing) or callable(thing)
    own = str(getattr(thing, "__module__", None) or "").split(".", 1)[0] in (library, "")
    return is_kind and own and isinstance(doc, str) and len(doc) >= _SHORTEST


# -- reading a docstring -------------------------------------------------------------------------------------------

_SEE_ALSO = re.compile(r"^See Also\n[-=]{3,}[^\n]*(?:\n|\Z)(?P<body>.*?)(?=^\S[^\n]*\n[-=]{3,}|\Z)", re.M | re.S)
_SIGNATURE = re.compile(r"[\w.]+\(.*\)(\s*->.*)?$")
_ENTRY = re.compile(r"(?::\w+:)?`?[~.]*(?P<name>[A-Za-z_][\w.]*)`?(?:\(\))?")
_COLON = re.compile(r"(?<![\w`]):(?=\s)|(?<=[\w`)]):(?=\s|$)|\s:$")  # ends the names, opens the description


def _without_see_also(doc: str) -> str:
    return _SEE_ALSO.sub("", doc).strip()


def _summary(text: str) -> str:
    """First paragraph that is a sentence: compiled functions open with their signature."""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return next((part for part in paragraphs if not _SIGNATURE.match(part)), paragraphs[0])


def _links(doc: str, own: str, aliases: dict[str, str]) -> set[str]:
    section = _SEE_ALSO.search(doc)
    if section is None:
        return set()
    found: set[str] = set()
    for line in section["body"].splitlines():
        if line[:1].isspace() or not line.strip():
            continue  # an indented line describes the name above it
        for entry in _COLON.split(line, maxsplit=1)[0].split(","):
            match = _ENTRY.fullmatch(entry.strip())  # anything else is prose
            target = _resolve(match["name"], own, aliases) if match else None
            if target is not None and target != own:
                found.add(target)
    return found


def _resolve(written: str, own: str, aliases: dict[str, str]) -> str | None:
    """Public name that a See Also entry means: written in full, relative to its own module, or bare and unique."""
    if written in aliases:
        return aliases[written]
    module = own
    while "." in module:
        module = module.rsplit(".", 1)[0]
        if f"{module}.{written}" in aliases:
            return aliases[f"{module}.{written}"]
    last = written.rsplit(".", 1)[-1]
    ends = {target for path, target in aliases.items() if path.endswith(f".{last}")}
    return ends.pop() if len(ends) == 1 else None
