"""Writes the table of `embedlab.datasets.api_usage`: which documented functions are called in one file.

    python -m tools.collect_api_usage              # the packages of the Python that runs
    python -m tools.collect_api_usage FOLDER       # packages, or programs, that lie elsewhere

Every ``.py`` file below the folder is read and never run. A **user** is a file; an **item** is a function or class that
has a page in `embedlab.datasets.docstrings`, and that the file calls. A call counts if the file's own imports lead to
it: ``np.linalg.norm(x)`` after ``import numpy as np``, ``n(x)`` after ``from numpy.linalg import norm as n``. All
public names of a function are one item (`pages`). Left out are calls through names that the file binds to something
else as well (`calls`), items that fewer than `FEWEST` files call, files that call fewer than `FEWEST` items, both until
nothing changes, and of files with the same basket all but the first: a copy says nothing new.

Nothing is drawn by chance, and files come in the order of their names: the same packages, read by the same Python, give
the same table. With others the table moves; its rows say which version of which package they were read from.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import sysconfig
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from embedlab import _files
from embedlab.datasets import _table, api_usage, docstrings

FEWEST = 5

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, *_COMPREHENSIONS)

Names = dict[str, set[str]]  # a name -> the dotted paths it may stand for; none if it is no import, or not only one


class Basket(NamedTuple):
    """What one file calls."""

    module: str  #: Dotted name of the file below the folder, such as "scipy.optimize._minimize".
    version: str  #: Version of the package that it came with; empty for a file that no package brought.
    items: frozenset[str]


# -- one file ------------------------------------------------------------------------------------------------------


def calls(source: str | bytes, module: str, is_package: bool = False) -> set[str]:
    r"""Return the dotted paths of what a file calls through its imports; relative imports start from its dotted name.

    Names are looked up as Python does: in the function, in the functions around it, in the module; a class body is not
    seen from its methods. A name that the same scope binds to something else too, an argument, a variable, a function,
    is no import there. One exception: ``np = None`` stands for a library that may be missing. What ``import *`` brings
    is not written in the file and does not count.

    >>> sorted(calls("import numpy as np\nfrom .a import f as g\ng(np.dot(1, 2))", "toy.b"))
    ['numpy.dot', 'toy.a.f']
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes in old strings
        tree = ast.parse(source)
    return set(_calls(tree, [], module.split(".") if is_package else module.split(".")[:-1]))


def _calls(scope: ast.AST, around: list[Names], package: list[str]) -> Iterator[str]:
    """Yield what is called in a scope and in those inside it; ``around`` holds the names outside, innermost first."""
    nodes = list(_walk(_inside(scope)))
    seen = [_names(nodes, package), *around]
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _paths(node.func, seen)
        if isinstance(node, _SCOPES):
            yield from _calls(node, around if isinstance(scope, ast.ClassDef) else seen, package)


def _walk(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes and those below them that belong to the same scope."""
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and _is_none(node.value):
            continue
        yield node
        todo += _outside(node) if isinstance(node, _SCOPES) else ast.iter_child_nodes(node)


def _is_none(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _outside(scope: Any) -> list[ast.AST]:
    """What a scope is written with that belongs to the scope around it."""
    if isinstance(scope, _COMPREHENSIONS):
        return [scope.generators[0].iter]
    if isinstance(scope, ast.ClassDef):
        return [*scope.decorator_list, *scope.bases, *scope.keywords]
    defaults = [*scope.args.defaults, *filter(None, scope.args.kw_defaults)]
    return [*getattr(scope, "decorator_list", []), *defaults]


def _inside(scope: Any) -> list[ast.AST]:
    if isinstance(scope, _FUNCTIONS):
        given = scope.args
        arguments = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
        return [*filter(None, arguments), *(scope.body if isinstance(scope.body, list) else [scope.body])]
    if isinstance(scope, _COMPREHENSIONS):
        first, *others = scope.generators
        results = [node for node in ast.iter_child_nodes(scope) if not isinstance(node, ast.comprehension)]
        return [*results, first.target, *first.ifs, *others]
    return scope.body


def _names(nodes: Iterable[ast.AST], package: list[str]) -> Names:
    """The names that a scope binds."""
    imported: Names = {}
    others: set[str | None] = set()
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name, path in _imports(node, package):
                imported.setdefault(name, set()).add(path)
        elif isinstance(node, ast.Name):
            others.add(node.id if not isinstance(node.ctx, ast.Load) else None)
        elif isinstance(node, ast.arg):
            others.add(node.arg)
        elif not isinstance(node, ast.alias):  # functions, classes, `except … as name`, patterns of `match`
            others |= {getattr(node, "name", None), getattr(node, "rest", None)}
    return imported | {name: set() for name in others if name}


def _imports(node: ast.Import | ast.ImportFrom, package: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the names that an import binds, each with its dotted path."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (first, first)
    elif node.level <= len(package):  # else it points above the folder
        above = package[: len(package) - node.level + 1] if node.level else []
        start = [*above, *filter(None, [node.module])]
        for alias in node.names:  # of a star too: no name can be looked up under it
            yield alias.asname or alias.name, ".".join([*start, alias.name])


def _paths(node: ast.expr, seen: list[Names]) -> set[str]:
    """The dotted paths that an expression such as ``np.linalg.norm`` may stand for."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return set()
    starts = next((scope[node.id] for scope in seen if node.id in scope), set())
    return {".".join([start, *names]) for start in starts}


# -- many files ----------------------------------------------------------------------------------------------------


def pages() -> dict[str, str]:
    """Return every public path of the functions and classes that are linked pages, and the page of each."""
    found: dict[str, str] = {}
    aliases: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for library in docstrings.LIBRARIES:
            docstrings._collect(library, docstrings._public_modules(library), found, aliases)
    linked = set(docstrings.load().names)
    return {path: name for path, name in aliases.items() if name in linked}


def baskets(folder: Path, pages: Mapping[str, str]) -> list[Basket]:
    """Read all files below a folder, in the order of their names; what this Python cannot read is passed over."""
    files = sorted(folder.rglob("*.py"), key=lambda file: file.relative_to(folder).parts)
    if not files:
        raise ValueError(f"FOLDER must be a folder with .py files, but {folder} is not")
    libraries = {path.partition(".")[0] for path in pages}
    named = re.compile("|".join(map(re.escape, sorted(libraries))).encode())
    versions = _versions(folder)
    found = []
    for file in files:
        parts = file.relative_to(folder).with_suffix("").parts
        source = file.read_bytes()
        if parts[0] not in libraries and not named.search(source):
            continue  # most files: nothing to resolve
        is_package = len(parts) > 1 and parts[-1] == "__init__"
        module = ".".join(parts[:-1] if is_package else parts)
        try:
            items = frozenset(pages[path] for path in calls(source, module, is_package) if path in pages)
        except (SyntaxError, ValueError, RecursionError):  # of another Python, or no text
            continue
        if items:
            found.append(Basket(module, versions.get(file.relative_to(folder).as_posix(), ""), items))
    return found


def _versions(folder: Path) -> dict[str, str]:
    """The version of the package that brought each file."""
    return {
        file.as_posix(): package.version
        for package in metadata.distributions(path=[str(folder)])
        for file in package.files or ()
    }


def core(baskets: Iterable[Basket], fewest: int = FEWEST) -> list[Basket]:
    """Keep files with enough items and items with enough files, each basket once; none may be left."""
    kept = list(baskets)
    before = -1
    while before != sum(len(basket.items) for basket in kept):
        before = sum(len(basket.items) for basket in kept)
        once: dict[frozenset[str], Basket] = {}
        for basket in kept:
            once.setdefault(basket.items, basket)
        counts = Counter(item for basket in once.values() for item in basket.items)
        usual = {item for item, count in counts.items() if count >= fewest}
        cut = [basket._replace(items=basket.items & usual) for basket in once.values()]
        kept = [basket for basket in cut if len(basket.items) >= fewest]
    return kept


def main(arguments: list[str] | None = None) -> int:
    """Write the table; 1 if there is nothing to write."""
    installed = Path(sysconfig.get_paths()["purelib"])
    shipped = Path(api_usage.__file__).with_name("api_usage.csv.xz")
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=installed, metavar="FOLDER")
    parser.add_argument("--to", type=Path, default=shipped, metavar="FILE")
    asked = parser.parse_args(arguments)
    try:
        found = core(baskets(asked.folder, pages()))
        if not found:
            raise ValueError(f"no {FEWEST} items are called together in {FEWEST} files below FOLDER: nothing written")
        rows = [(module, version, " ".join(sorted(items))) for module, version, items in found]
        _files.atomic_write(asked.to, _table.packed(api_usage.COLUMNS, rows))
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    n_items, n_calls = len(frozenset().union(*(b.items for b in found))), sum(len(b.items) for b in found)
    size = asked.to.stat().st_size
    print(f"{asked.to.name}: {len(found):,} files, {n_items:,} items, {n_calls:,} interactions, {size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
