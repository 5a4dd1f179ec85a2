"""Run notebooks and store their outputs: ``python tools/record.py 15 03``, ``--all``, ``--check``.

A notebook is run from top to bottom in a fresh kernel of this interpreter, in the notebook's folder, under
`RECORDED_ENVIRONMENT` and with an empty home of its own, so that neither a learner's progress nor a cached model
nor a start-up file can change an output. The verifier (`tests/verifier.py`) runs it under the same conditions.

The notebook is stamped first (`tools.stamp`). What is written holds nothing that differs from run to run or from
machine to machine: recording twice gives the same file, and a picture that shows the same keeps its bytes
(`tools.pictures`). A notebook with an error, with anything on stderr, with a path of the machine or a memory address is
refused, and its file stays as it was.

Widgets: JupyterLab shows "Error displaying widget" for a stored view whose kernel is gone, so the view is left out and
what stands beside it in the output (a picture, HTML or a plain line) is kept. The verifier skips views, too.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # started as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import nbformat
import psutil
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

from embedlab._files import atomic_write, spare_folders
from tools import hygiene, pictures, stamp
from tools import notebooks as read

RECORDED_ENVIRONMENT = {
    "PYTEST_CURRENT_TEST": "record",  # ipykernel captures less under pytest, so do the same while recording
    "IPYKERNEL_CELL_NAME": "<cell>",  # else warnings name a file with a random number
    "TQDM_DISABLE": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin while they wait keep those of a second kernel from running
    "PYTHONHASHSEED": "0",
}
# Outputs must not depend on these: whoever sets them is obeyed, so that it can be tested.
RESPECTED = ("OMP_NUM_THREADS", "ATEN_CPU_CAPABILITY")

CELL_TIMEOUT = 600  # seconds, for the recorder and the verifier: three jobs on two cores are not an error
MOST_SECONDS, MOST_CELL_SECONDS, MOST_GIGABYTES = 60, 25, 2.5
MOST_SILENT_SECONDS = 5  # of a cell after the set-up, before which no text says that one waits; 3 on an idle machine
MEMORY_EVERY = 0.05  # seconds between two looks at the memory
STATED_MEMORY_SLACK = 1.2  # the head's figure may be exceeded by a fifth before it counts as wrong


@dataclasses.dataclass(frozen=True)
class Measured:
    """What one run cost. Seconds and megabytes (10**6 bytes) of the kernel with all its child processes."""

    notebook: str
    seconds: float  # with the start of the kernel
    set_up_seconds: float  # start of the kernel and the two set-up cells: the floor
    cell_seconds: tuple[float, ...]
    peak_megabytes: float
    set_up_megabytes: float
    kilobytes: float = 0.0  # of the file

    @property
    def longest_cell(self) -> tuple[int, float]:
        """Number (from 1) and seconds of the slowest code cell."""
        slowest = max(self.cell_seconds, default=0.0)
        return (self.cell_seconds.index(slowest) + 1 if self.cell_seconds else 0), slowest


class RefusedError(Exception):
    """The notebook must not be recorded as it is; the message says why."""


def kernel_environment(home: Path) -> dict[str, str]:
    """The variables a recorded or verified kernel gets, to lay over those of the caller.

    Progress, caches, models from the Hub and IPython's settings are looked for in the empty ``home`` only.
    """
    fixed = {
        name: os.environ.get(name, value) if name in RESPECTED else value
        for name, value in RECORDED_ENVIRONMENT.items()
    }
    own = {"EMBEDLAB_HOME": home, "HF_HOME": home / "hub", "HF_HUB_CACHE": home / "hub", "IPYTHONDIR": home / "ipython"}
    return fixed | {name: str(folder) for name, folder in own.items()}


def warm_up() -> None:
    """Let matplotlib build its list of fonts once: on a fresh machine it says so on stderr, in a notebook's cell."""
    subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], capture_output=True, check=False)


class _ThisInterpreter(AsyncKernelManager):
    """Starts kernels of the running interpreter, whatever kernel is installed under the name python3."""

    def _kernel_spec_manager_default(self) -> NbvalKernelspecManager:
        return NbvalKernelspecManager(parent=self)


class _Watch:
    """Seconds of each cell, and peak memory of the kernel's process tree, while a notebook runs."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.cells: list[float] = []
        self.at_set_up = (0.0, 0.0)
        self.begun = 0
        self.peak = 0.0
        self._stop = threading.Event()

    def kernel_started(self, pid: int) -> None:
        self._kernel = psutil.Process(pid)
        self._thread = threading.Thread(target=self._keep_looking, daemon=True)
        self._thread.start()

    def cell_begins(self, **_: object) -> None:
        self.begun += 1
        self._since = time.perf_counter()

    def cell_ends(self, **_: object) -> None:
        now = time.perf_counter()
        self.cells.append(now - self._since)
        self._look()
        if len(self.cells) <= 2:
            self.at_set_up = (now - self.start, self.peak)

    def stop(self) -> None:
        self._stop.set()

    def _keep_looking(self) -> None:
        while not self._stop.wait(MEMORY_EVERY):
            self._look()

    def _look(self) -> None:
        self.peak = max(self.peak, _tree_megabytes(self._kernel))

    def measured(self, name: str) -> Measured:
        took = time.perf_counter() - self.start
        seconds, megabytes = self.at_set_up
        return Measured(name, took, seconds, tuple(self.cells), self.peak, megabytes)


def _tree_megabytes(kernel: psutil.Process) -> float:
    total = 0
    try:
        for process in [kernel, *kernel.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.Error:  # one of them has just ended
        pass
    return total / 1e6


def execute(
    notebook: read.Notebook,
    folder: Path,
    environment: dict[str, str],
    name: str = "",
    timeout: int | None = None,
) -> Measured:
    """Run a notebook in a folder and fill in its counts and outputs, as raw as the kernel sent them.

    RefusedError if a cell raises and is not tagged for it, takes longer than ``timeout`` seconds or, without one,
    `CELL_TIMEOUT`, or if the kernel dies.
    """
    watch = _Watch()
    client = NotebookClient(
        notebook,
        timeout=timeout or CELL_TIMEOUT,
        kernel_name=CURRENT_ENV_KERNEL_NAME,
        kernel_manager_class=_ThisInterpreter,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        on_notebook_start=lambda **_: watch.kernel_started(client.km.provisioner.pid),
        on_cell_execute=watch.cell_begins,
        on_cell_executed=watch.cell_ends,
    )
    with tempfile.TemporaryFile("w+") as last_words:
        try:
            client.execute(env=os.environ | environment, stderr=last_words)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            last_words.seek(0)
            said = last_words.read()[-1000:] if isinstance(error, DeadKernelError) else ""
            raise RefusedError(f"code cell {watch.begun}: {_without_colours(str(error))}\n{said}".strip()) from None
        finally:
            watch.stop()
    return watch.measured(name)


def _without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


@contextmanager
def empty_home() -> Iterator[Path]:
    """A fresh folder for what a kernel keeps; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="embedlab-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def run(path: Path) -> tuple[str, Measured]:
    """Run a notebook as recorded: the text of its file and the cost; RefusedError if it must not be stored."""
    page = hygiene.page(path)
    before = page.notebook
    stamp.stamp(page)
    notebook = nbformat.from_dict(prepared(before))
    with empty_home() as home:
        cost = execute(notebook, path.parent, kernel_environment(home), path.name)
    page = dataclasses.replace(page, notebook=normalized(notebook))
    if found := hygiene.complaints(page, hygiene.OUTPUT_RULES):
        raise RefusedError("\n".join(found))
    pictures.settle(page.notebook, before)
    text = read.written(page.notebook)
    return text, dataclasses.replace(cost, kilobytes=len(text.encode()) / 1e3)


def prepared(notebook: read.Notebook) -> read.Notebook:
    """The notebook before its run: without empty cells, outputs and counts, each code with the id that it makes."""
    cells, taken = [], {cell["id"] for cell in notebook["cells"] if cell["cell_type"] != "code"}
    for cell in copy.deepcopy(notebook["cells"]):
        cell["source"] = read.source(cell).strip("\n")
        if not cell["source"].strip():
            continue
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None, "id": read.made_id(cell, taken)}
            taken.add(cell["id"])
        cells.append(cell)
    return {"cells": cells, "metadata": notebook["metadata"], "nbformat": 4, "nbformat_minor": 5}


def normalized(notebook: read.Notebook) -> read.Notebook:
    """The notebook after its run, without whatever changes from run to run. It is changed in place."""
    stamp.clean(notebook)
    for cell in read.code_cells(notebook):
        cell["outputs"] = _merged(filter(None, map(_plain, cell["outputs"])))
    return notebook


def _plain(output: dict[str, Any]) -> dict[str, Any] | None:
    """The output without its live view and its long traceback; None if nothing is left to see."""
    if output["output_type"] == "error":
        # The lines of a traceback name files of this machine; the verifier compares the error's name and text.
        return output | {"traceback": [f"{output['ename']}: {output['evalue']}"]}
    if "data" not in output:
        return output
    data = {kind: content for kind, content in output["data"].items() if kind != hygiene.WIDGET_VIEW}
    return nbformat.from_dict(output | {"data": data}) if data else None


def _merged(outputs: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pieces of one stream in a row become one: where the kernel cuts is chance."""
    merged: list[dict[str, Any]] = []
    for output in outputs:
        before = merged[-1] if merged else {}
        if output["output_type"] == "stream" and output["name"] == before.get("name"):
            before["text"] += output["text"]
        else:
            merged.append(output)
    return merged


def without_pictures(text: str) -> read.Notebook:
    """The notebook of a file's text without what may differ between processors: the bytes of pictures."""
    notebook = json.loads(text)
    for _, _, output in read.outputs(notebook):
        for kind in {"image/png", "image/jpeg"} & set(output.get("data", {})):
            output["data"][kind] = ""
    return notebook


def over_budget(cost: Measured, page: hygiene.Page) -> list[str]:
    """What a run took more of than a notebook may."""
    number, slowest = cost.longest_cell
    gigabytes = cost.peak_megabytes / 1e3
    stated = page.head.gigabytes if page.head else MOST_GIGABYTES
    bounds = {
        f"{cost.seconds:.0f} s: {MOST_SECONDS} s at most": cost.seconds > MOST_SECONDS,
        f"code cell {number} takes {slowest:.0f} s: {MOST_CELL_SECONDS} s at most": slowest > MOST_CELL_SECONDS,
        f"{gigabytes:.1f} GB: {MOST_GIGABYTES} GB at most": gigabytes > MOST_GIGABYTES,
        f"{gigabytes:.1f} GB, but the head says {stated} GB": gigabytes > STATED_MEMORY_SLACK * stated,
        f"{cost.kilobytes:.0f} kB: 1000 kB at most": cost.kilobytes * 1e3 > hygiene.MOST_BYTES,
    }
    return [message for message, exceeded in bounds.items() if exceeded]


def unannounced(cost: Measured, notebook: read.Notebook) -> list[str]:
    """The cells at which a learner waits, and no text before them has told how long; the set-up is left out."""
    found, text, number = [], "", 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            text = read.source(cell)
            continue
        number += 1
        seconds = cost.cell_seconds[number - 1] if number <= len(cost.cell_seconds) else 0.0
        if number > 2 and seconds > MOST_SILENT_SECONDS and not re.search(r"\b(seconds?|minutes?)\b", text):
            found.append(f"code cell {number} takes {seconds:.0f} s: say so in the text before it")
    return found


def record(path: Path, check: bool = False) -> tuple[Measured | None, list[str]]:
    """Run a notebook and write it, or with ``check`` compare it with what is written.

    Returns the cost, None if it was refused, and objections; with any of them the command fails.
    """
    try:
        text, cost = run(path)
    except RefusedError as error:
        return None, [f"refused, the file stays as it was:\n{error}"]
    page = hygiene.page(path)
    objections = over_budget(cost, page) + unannounced(cost, page.notebook)
    if not check:
        atomic_write(path, text)
    elif without_pictures(text) != without_pictures(path.read_text(encoding="utf-8")):
        objections.append("recording it again would change it")
    return cost, objections


def chosen(names: list[str], everything: bool) -> list[Path]:
    """The notebooks meant by numbers like ``15`` or by paths; SystemExit if one means none."""
    paths = read.course() if everything else []
    for name in names:
        known = [path for path in read.course() if path.name.startswith(f"{name:0>2}_")]
        path = known[0] if known else Path(name).resolve()
        if path.suffix != ".ipynb" or not path.is_file():
            raise SystemExit(f"There is no notebook {name}: give a number like 15, or the path of a notebook.")
        paths.append(path)
    return paths


def _line(cost: Measured) -> str:
    number, slowest = cost.longest_cell
    return (
        f"{cost.notebook:<36}{cost.seconds:6.1f} s   longest cell {slowest:5.1f} s (code cell {number})"
        f"   {cost.peak_megabytes:6.0f} MB   {cost.kilobytes:5.0f} kB"
    )


def main(arguments: list[str] | None = None) -> int:
    """Record what the command line asks for; 1 if a notebook was refused or is over a bound."""
    parser = argparse.ArgumentParser(description="Run notebooks and store their outputs.")
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="a number like 15, or a path")
    parser.add_argument("--all", action="store_true", help="all notebooks of the course")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a notebook would change")
    parser.add_argument("--json", type=Path, metavar="FILE", help="store seconds and memory of each run")
    options = parser.parse_args(arguments)
    if not options.notebooks and not options.all:
        parser.error("name a notebook by its number, or say --all")
    paths, costs, failed = chosen(options.notebooks, options.all), [], False
    with empty_home() as spare:
        spare_folders(spare)
        warm_up()
        for path in paths:
            cost, objections = record(path, options.check)
            print(_line(cost) if cost else path.name, flush=True)
            print(*(textwrap.indent(f"{objection}\n", "    ") for objection in objections), sep="", end="", flush=True)
            costs += [dataclasses.asdict(cost)] if cost else []
            failed |= bool(objections)
    if options.json:
        atomic_write(options.json, json.dumps(costs, indent=1) + "\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
