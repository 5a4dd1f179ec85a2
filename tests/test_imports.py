"""The plan of the house, held against its imports: who may know whom, and what loads when."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import embedlab

PACKAGE = Path(embedlab.__file__).parent
MODULES = sorted(".".join(p.relative_to(PACKAGE).with_suffix("").parts) for p in PACKAGE.rglob("*.py"))


class Room(NamedTuple):
    """A room's level, the rooms that it may import, and the heavy libraries that its import may load."""

    level: int
    knows: set[str]
    loads: set[str]


NUMPY = {"numpy"}
PLAN = {
    "_files": Room(0, set(), set()),
    "_need": Room(0, set(), NUMPY),
    "photos": Room(0, set(), {*NUMPY, "PIL", "torch", "tqdm"}),  # below models, which loads it; tqdm: torch's
    "vectors": Room(1, {"_need"}, NUMPY),
    "_hub": Room(1, {"_files"}, set()),
    "models": Room(2, {"_files", "_hub", "photos"}, set()),
    "datasets": Room(1, {"_files", "_need"}, NUMPY),
    "plots": Room(1, set(), {*NUMPY, "matplotlib", "PIL", "IPython"}),
    "evaluation": Room(2, {"vectors", "_need"}, NUMPY),
    "spaces": Room(2, {"vectors", "_need"}, NUMPY),
    "encoding": Room(2, {"_files", "_need"}, NUMPY),
    "widgets": Room(2, {"plots", "vectors"}, {"ipywidgets", "IPython"}),
    "scenes": Room(2, set(), {*NUMPY, "PIL"}),
    "search": Room(3, {"vectors", "encoding", "models", "_need", "_files"}, NUMPY),
    "exercises": Room(4, {"vectors", "evaluation", "datasets", "_files"}, NUMPY),
    "collecting": Room(2, {"_files", "_need", "photos"}, NUMPY),
    "judging": Room(2, {"_need", "_files"}, NUMPY),
    "audit": Room(4, {"_need", "vectors", "evaluation"}, NUMPY),
    "doctor": Room(5, {"_files", "models"}, set()),  # beside the house: it asks the others, each inside a probe
    "__main__": Room(6, {"doctor"}, set()),
    "colab": Room(5, set(), set()),  # beside the house: it runs before the libraries are there
    "__init__": Room(0, set(), set()),
}
WINGS = {  # inside a wing the same holds: its rooms from below to above, each knows only those before it
    "scenes": ("pictograms", "wording", "painting", "scenes", "__init__"),
    "search": ("stores", "rows", "saved", "connection", "milvus", "cluster", "collection", "__init__"),
}
ENGINE = {"_files"}  # what the exercises' engine may know; only the exercises themselves (nbNN) know more
HEAVY = {
    "numpy", "pandas", "scipy", "sklearn", "matplotlib", "PIL", "IPython", "ipywidgets", "torch", "transformers",
    "sentence_transformers", "datasets", "gensim", "networkx", "umap", "skimage", "bm25s", "tqdm", "pymilvus", "dask",
    "milvus_lite", "distributed", "faiss",
}  # fmt: skip


def room_of(module: str) -> str:
    """Return the room of a module's dotted name below the package: ``datasets.colors`` is in ``datasets``."""
    return module.partition(".")[0]


def imported(source: str, *, top_only: bool = False) -> set[str]:
    """Return the names below the package that a module's text imports, anywhere in it or at its top."""
    tree = ast.parse(source)
    found = set()
    for node in tree.body if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.removeprefix("embedlab.") for name in found if name.startswith("embedlab.")}


def imported_rooms(source: str, *, top_only: bool = False) -> set[str]:
    """Return the rooms that a module's text imports."""
    return {room_of(name) for name in imported(source, top_only=top_only)}


def broken_rules(module: str, source: str) -> list[str]:
    """Say how a module breaks the plan."""
    room = room_of(module)
    allowed = PLAN[room].knows
    if room == "exercises" and not module.startswith("exercises.nb"):
        allowed = ENGINE
    found = imported_rooms(source) - {room, "__version__"}
    level = PLAN[room].level
    rules = [f"{module} must not know {other}" for other in sorted(found - allowed)]
    rules += [f"{module} imports {o}, which is not below it" for o in found & allowed if PLAN[o].level >= level]
    if room == "doctor" and imported_rooms(source, top_only=True):
        rules.append("doctor may use another room only inside a probe")
    return rules + (broken_inside(module, source) if room in WINGS else [])


def broken_inside(module: str, source: str) -> list[str]:
    """Say which arrows between the rooms of one wing go up; a name that is no room of it is its ``__init__``."""
    wing, inner = room_of(module), module.partition(".")[2]
    order = WINGS[wing]
    names = {name.split(".")[1] for name in imported(source) if name.startswith(f"{wing}.")}
    known = {name if name in order else "__init__" for name in names}
    return [
        f"{module} imports {wing}.{o}, which is not below it" for o in known if order.index(o) >= order.index(inner)
    ]


@pytest.mark.parametrize("module", MODULES)
def test_arrows_go_only_where_the_plan_allows(module: str) -> None:
    assert room_of(module) in PLAN, f"{module} is a new room: give it a level in PLAN"
    assert broken_rules(module, (PACKAGE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "source", "rule"),
    [
        ("vectors", "from embedlab import search", "vectors must not know search"),
        ("vectors", "def f():\n    import embedlab.models", "vectors must not know models"),
        ("search", "from embedlab.widgets import Explorer", "search must not know widgets"),
        ("exercises.checker", "from embedlab import vectors", "exercises.checker must not know vectors"),
        ("doctor", "from embedlab import models", "doctor may use another room only inside a probe"),
        (
            "search.stores",
            "from embedlab.search import milvus",
            "search.stores imports search.milvus, which is not below it",
        ),
        (
            "scenes.wording",
            "from embedlab.scenes.scenes import Item",
            "scenes.wording imports scenes.scenes, which is not below it",
        ),
        (
            "search.saved",
            "from embedlab.search import SemanticSearch",
            "search.saved imports search.__init__, which is not below it",
        ),
    ],
)
def test_a_wrong_arrow_is_found(module: str, source: str, rule: str) -> None:
    assert broken_rules(module, source) == [rule]


def test_each_room_of_a_wing_has_its_place() -> None:
    for wing, order in WINGS.items():
        assert {f"{wing}.{name}" for name in order} == {m for m in MODULES if room_of(m) == wing}
    for name, room in PLAN.items():
        assert all(PLAN[other].level < room.level for other in room.knows), name
    assert not {"exercises", "widgets"} & set().union(*(room.knows for room in PLAN.values()))
    assert [name for name, room in PLAN.items() if "doctor" in room.knows] == ["__main__"]


def loaded(statement: str) -> set[str]:
    """Return the names of the libraries, not Python's own, that a fresh interpreter loads for a statement."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()} - sys.stdlib_module_names


def test_the_package_loads_no_other_library() -> None:
    assert loaded("import embedlab") == {"embedlab"}
    assert loaded("import bm25s") & {"numpy", "bm25s"} == {"numpy", "bm25s"}


@pytest.mark.parametrize("module", [m for m in MODULES if not m.endswith("__")])
def test_a_room_loads_only_what_the_plan_allows(module: str) -> None:
    assert loaded(f"import embedlab.{module}") & HEAVY <= PLAN[room_of(module)].loads


def test_every_room_can_be_reached_by_its_name() -> None:
    public = {room_of(module) for module in MODULES if not module.startswith("_")}
    assert public <= set(dir(embedlab))
    code = "import embedlab; print(embedlab.vectors.__name__, embedlab.models.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["embedlab.vectors", "embedlab.models"]


def test_a_name_that_is_no_room_or_none_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'serach'; its rooms are: .* search, "):
        _ = embedlab.serach
    monkeypatch.setattr(embedlab, "_ROOMS", ("tomorrow",))
    with pytest.raises(AttributeError, match="'embedlab' has no room 'tomorrow' in version"):
        _ = embedlab.tomorrow


def test_a_room_whose_own_import_fails_says_which_library_is_missing() -> None:
    code = "import sys; sys.modules['matplotlib'] = None; import embedlab; embedlab.plots"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ModuleNotFoundError: import of matplotlib halted" in done.stderr
