"""The pytest plugin that makes nbval strict where it is lax and tolerant where processors differ.

pyproject.toml loads it (`-p tests.verifier`) for every run in this repository, also when only a notebook is named
and in the workers of xdist, where a conftest.py below tests/ would not be read. It adds to `pytest --nbval`

- the recorded environment and an empty home for each notebook's kernel, see `tools.record`; only the cache is
  shared by the notebooks of one run, which begins with an empty one, so that nothing is encoded twice;
- the numeric tolerance of `tests.tolerance` for printed text, HTML and Markdown;
- the order of a cell's outputs and the kinds that each has, which nbval compares kind by kind, and pictures not at all;
- pictures that decode, are large enough and are described alike wherever they are, stored and computed;
- a failure for a cell that was never recorded, and for a mistyped magic, which nbval takes for success;
- a skip, with what to install, for a notebook whose optional libraries are not there;
- a failure as soon as a kernel has died, which nbval would wait out until the cell's time is up;
- a minute for the last output of a cell, which nbval fixes at five seconds.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib.util
import itertools
import os
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty

import pytest

TOLERANT = {"stdout", "text/plain", "text/html", "text/markdown", "text/latex"}
VIEW = "application/vnd.jupyter.widget-view+json"
OUTPUT_TIMEOUT = 60  # seconds from the end of a cell to its last output
LOOK_EVERY = 1  # seconds between two looks whether the kernel is alive
SCALE = ("faiss", "pymilvus", "milvus_lite", "dask", "distributed")  # the optional libraries: embedlab[scale]
CACHE = "EMBEDLAB_VERIFIER_CACHE"  # by this variable the workers of a run learn of its cache

_homes = pytest.StashKey[tempfile.TemporaryDirectory]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of the kernels' homes, and let the font list be built before two kernels do it at once."""
    if not (config.getoption("nbval", False) or config.getoption("nbval_lax", False)):
        return
    from embedlab._files import spare_folders
    from tools.record import warm_up

    config.stash[_homes] = tempfile.TemporaryDirectory(prefix="embedlab-", ignore_cleanup_errors=True)
    config.add_cleanup(config.stash[_homes].cleanup)
    if not hasattr(config, "workerinput"):  # not in a worker: the main process has done it
        spare_folders(Path(config.stash[_homes].name))
        warm_up()
        os.environ[CACHE] = tempfile.mkdtemp(prefix="cache", dir=config.stash[_homes].name)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give each notebook cell the tolerance and the longer wait for its outputs."""
    if _is_cell(item):
        item.output_timeout = OUTPUT_TIMEOUT
        item.compare_outputs = functools.partial(_same, item, item.compare_outputs)


def _same(item: pytest.Item, exact: Callable[..., bool], computed: list[dict], recorded: list[dict]) -> bool:
    """nbval's comparison, and ours where nbval has none."""
    from tools import pictures

    if not exact(aligned(computed, recorded), recorded):
        return False
    item.comparison_traceback = [
        *(f"the recorded output {fault}" for fault in pictures.faults(recorded)),
        *(f"the cell now {fault}" for fault in pictures.faults(computed)),
    ]
    if (new := _kinds(computed)) != (old := _kinds(recorded)):
        item.comparison_traceback.append(f"the outputs were {old}, now they are {new}")
    return not item.comparison_traceback


def _kinds(outputs: list[dict]) -> list[list[str]]:
    """What stands one below the other, as the recorder stores it: without views, pieces of a stream in one."""
    kinds = [[output["name"]] if "name" in output else sorted({*output.get("data", {})} - {VIEW}) for output in outputs]
    return [kind for kind, _ in itertools.groupby(filter(None, kinds))]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Start a notebook's kernel, which nbval does with its first cell, under the recorded conditions."""
    if not _is_cell(item) or item.parent.kernel is not None:
        return (yield)
    from tools.record import kernel_environment

    if missing := _missing(item.parent.path):
        pytest.skip(f"{item.parent.path.name} needs {', '.join(missing)}: pip install 'embedlab[scale]'")
    home = Path(tempfile.mkdtemp(prefix=item.parent.path.stem, dir=item.config.stash[_homes].name))
    with contextlib.suppress(OSError):  # where links are forbidden, each notebook computes for itself
        (home / "cache").symlink_to(os.environ[CACHE], target_is_directory=True)
    with pytest.MonkeyPatch.context() as variables:
        for name, value in kernel_environment(home).items():
            variables.setenv(name, value)
        result = yield
    item.parent.kernel.get_message = _unless_dead(item.parent.kernel)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail what nbval lets pass."""
    result = yield
    if not _is_cell(item):
        return result
    if item.config.getoption("nbval") and item.cell.execution_count is None:
        item.raise_cell_error("The cell was never recorded: there is nothing to compare with")
    for output in item.test_outputs:
        if output.output_type == "stream" and output.name == "stderr" and "UsageError" in output.text:
            item.raise_cell_error("A magic was refused", output.text)
    return result


@functools.lru_cache
def _missing(path: Path) -> list[str]:
    """The optional libraries that are not installed, if the notebook imports any of them or opens a database."""
    from tools import notebooks

    code = "\n".join(notebooks.source(cell) for cell in notebooks.code_cells(notebooks.read(path)))
    wanted = re.search(rf"^(?:import|from) (?:{'|'.join(SCALE)})\b|\.db\"", code, flags=re.M)  # or a database in a file
    return [name for name in SCALE if wanted and importlib.util.find_spec(name) is None]


def aligned(computed: list[dict], recorded: list[dict]) -> list[dict]:
    """The computed outputs, with the recorded text wherever both are the same within the tolerance.

    Texts are paired as nbval pairs them: the i-th of a kind with the i-th of that kind.
    """
    from tests.tolerance import same_text

    waiting = defaultdict(list)
    for output in recorded:
        for holder, key, kind in _texts(output):
            waiting[kind].append(holder[key])
    result = copy.deepcopy(computed)
    for output in result:
        for holder, key, kind in _texts(output):
            reference = waiting[kind].pop(0) if waiting[kind] else None
            if reference is not None and same_text(reference, holder[key]):
                holder[key] = reference
    return result


def _texts(output: dict) -> Iterator[tuple[dict, str, str]]:
    """Every text of an output to which the tolerance applies: where it stands, and its kind."""
    if output["output_type"] == "stream" and output["name"] in TOLERANT:
        yield output, "text", output["name"]
    for kind, content in output.get("data", {}).items():
        if kind in TOLERANT and isinstance(content, str):
            yield output["data"], kind, kind


def _unless_dead(kernel: object) -> Callable[..., dict]:
    """The kernel's `get_message`, which looks every second whether there is still somebody to wait for."""
    get_message = kernel.get_message

    def get(stream: str, timeout: float | None = None) -> dict:
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            try:
                return get_message(stream, timeout=min(LOOK_EVERY, max(end - time.monotonic(), 0)))
            except Empty:
                if not kernel.is_alive():
                    raise RuntimeError("the kernel died") from None
                if time.monotonic() >= end:
                    raise

    return get


def _is_cell(item: pytest.Item) -> bool:
    return type(item).__module__ == "nbval.plugin"  # not imported here: pytest wants to load nbval itself
