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
    "_nearest": Room(0, set(), NUMPY),  # the inner part of vectors and evaluation
    "vectors": Room(1, {"_need", "_nearest"}, NUMPY),
    "photos": Room(0, set(), {*NUMPY, "PIL", "torch", "tqdm"}),  # below models, which loads it; tqdm: torch's
    "models": Room(1, {"_files", "photos"}, set()),
    "datasets": Room(1, {"_files", "_need"}, NUMPY),
    "_pictograms": Room(0, set(), NUMPY),  # the outlines of cats and houses
    "_wording": Room(0, set(), NUMPY),  # the words of captions
    "_painting": Room(1, {"_pictograms"}, {*NUMPY, "PIL"}),  # where things stand, and their strokes
    "scenes": Room(2, {"_painting", "_pictograms", "_wording"}, {*NUMPY, "PIL"}),
    "_saved": Room(1, {"_files"}, NUMPY),  # the file format of search
    "encoding": Room(1, {"_files", "_need"}, NUMPY),
    "_spaces": Room(2, {"vectors", "_need"}, NUMPY),  # the inner part of evaluation
    "evaluation": Room(3, {"vectors", "_need", "_nearest", "_spaces"}, NUMPY),
    "_milvus": Room(1, set(), set()),  # the connection of stores
    "_rows": Room(0, set(), NUMPY),  # how records become rows of a database
    "stores": Room(2, {"vectors", "_need", "_files", "_milvus", "_rows"}, NUMPY),
    "_corpus": Room(2, {"encoding", "models", "_need"}, NUMPY),  # encoding on several machines
    "plots": Room(2, set(), {*NUMPY, "matplotlib", "PIL", "IPython"}),
    "search": Room(3, {"stores", "encoding", "_corpus", "_saved", "_need"}, NUMPY),
    "widgets": Room(3, {"plots", "vectors"}, {"ipywidgets", "IPython"}),
    "exercises": Room(4, {"vectors", "evaluation", "datasets", "_files"}, NUMPY),
    "doctor": Room(5, {"_files", "models"}, set()),
    "audit": Room(5, {"_need", "vectors", "evaluation"}, NUMPY),
    "__main__": Room(6, {"doctor"}, set()),
    "__init__": Room(0, set(), set()),
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


def imported_rooms(source: str, *, top_only: bool = False) -> set[str]:
    """Return the rooms that a module's text imports, anywhere in it or at its top."""
    tree = ast.parse(source)
    found = set()
    for node in tree.body if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "embedlab":
            names = [f"embedlab.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("embedlab.")}
    return found


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
    return rules


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
    ],
)
def test_a_wrong_arrow_is_found(module: str, source: str, rule: str) -> None:
    assert broken_rules(module, source) == [rule]


def test_the_plan_itself_points_downwards() -> None:
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


@pytest.mark.parametrize("module", [m for m in MODULES if not m.endswith("__")])
def test_a_room_loads_only_what_the_plan_allows(module: str) -> None:
    assert loaded(f"import embedlab.{module}") & HEAVY <= PLAN[room_of(module)].loads


def test_this_way_of_looking_finds_a_library() -> None:
    assert loaded("import bm25s") & {"numpy", "bm25s"} == {"numpy", "bm25s"}


def test_every_room_can_be_reached_by_its_name() -> None:
    public = {room_of(module) for module in MODULES if not module.startswith("_")}
    assert public <= set(dir(embedlab))
    code = "import embedlab; print(embedlab.vectors.__name__, embedlab.models.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["embedlab.vectors", "embedlab.models"]


def test_a_name_that_is_no_room() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'serach'; its rooms are: .* search, "):
        _ = embedlab.serach


def test_a_room_whose_own_import_fails_says_which_library_is_missing() -> None:
    code = "import sys; sys.modules['matplotlib'] = None; import embedlab; embedlab.plots"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ModuleNotFoundError: import of matplotlib halted" in done.stderr


def test_a_room_that_is_not_there_yet_is_an_attribute_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedlab, "_ROOMS", ("tomorrow",))
    with pytest.raises(AttributeError, match="'embedlab' has no room 'tomorrow' in version"):
        _ = embedlab.tomorrow
