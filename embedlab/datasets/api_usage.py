"""Real behaviour: which documented functions programmers called together, file by file.

A source file is a **user**; a function or class of numpy, scipy, scikit-learn or networkx that it calls is an **item**.
The files are those of the packages that this course installs, read but not run; an item is kept if it has a linked page
in `embedlab.datasets.docstrings`, so that items have texts. No user calls fewer than five items, no item is called by
fewer than five users (which leaves none of scikit-image), and no two users call the same items: 1,682 users, 497 items,
23,049 interactions.

How made: collected once by ``tools/collect_api_usage.py``, whose text says in full what counts as a call, from the
versions that stand in the table beside each file. What ships is a table of facts, names of files and of what they
call, under the licence of the course; the pages are read out of the installed libraries (BSD licences), so texts move
when a library changes. An item whose page is gone there has its own name as text.

What to expect (Recall@10, a fifth of each basket hidden, five splits): popularity .36, neighbours of the item .45 and
of the user .45, EASE (Steck 2019) .47, the pages' likeness by all-MiniLM-L6-v2 .19, truncated SVD with 8 factors .28
and with 32 .20. Of items that no basket shows (a fifth of them): at random .10, same module .20, likeness .41.

Limits: authors of libraries are not users of them, a file says nothing about order or number of calls, and files of one
package resemble each other: split by package to see how much that helps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedlab.datasets import _table, docstrings

#: Columns of the shipped table; the names in the last are parted by blanks.
COLUMNS = ("module", "version", "items")


@dataclass(frozen=True)
class ApiUsage:
    """Who calls what: ``m`` users, ``n`` items.

    Licence: the table the same as the course's own; the texts BSD, those of the five libraries.
    """

    used: np.ndarray  #: bool, shape (m, n): whether the file calls the function.
    users: list[str]  #: m dotted names of files, such as "scipy.optimize._minimize", sorted.
    packages: list[str]  #: m names of the packages they belong to, such as "scipy", as they are imported.
    versions: dict[str, str]  #: The version of each of these packages that was read.
    items: list[str]  #: n names of functions and classes, such as "numpy.linalg.norm", sorted.
    libraries: list[str]  #: n names of the libraries they come from, such as "numpy".
    texts: list[str]  #: n pages: docstrings without their See Also section.


def load() -> ApiUsage:
    """Read the table, and the items' pages out of the installed libraries: a few seconds the first time.

    Returns
    -------
    ApiUsage
        New lists and arrays each time.

    Raises
    ------
    ModuleNotFoundError
        If one of the five libraries is not installed.

    Examples
    --------
    >>> data = load()
    >>> row = data.users.index("scipy.optimize._minimize")
    >>> [data.items[i] for i in data.used[row].nonzero()[0]][:3]
    ['numpy.all', 'numpy.any', 'numpy.array']
    """
    users, versions, rows = _table.read("api_usage", COLUMNS)
    called = [row.split() for row in rows]
    items = sorted(set().union(*called))
    position = {name: i for i, name in enumerate(items)}
    used = np.zeros((len(users), len(items)), dtype=bool)
    for row, names in enumerate(called):
        used[row, [position[name] for name in names]] = True
    found = docstrings.load(linked_only=False)
    pages = dict(zip(found.names, found.texts, strict=True))
    packages = [user.partition(".")[0] for user in users]
    return ApiUsage(
        used,
        users,
        packages,
        dict(zip(packages, versions, strict=True)),
        items,
        [name.partition(".")[0] for name in items],
        [pages.get(name, name) for name in items],
    )
