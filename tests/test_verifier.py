"""Nothing slips through the verifier: each way in which a page and its code may part is tried, and fails.

One notebook holds all cases, a cell each, so that one kernel serves them all; `nbval` goes on after a failure.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image

from embedlab import plots
from tests import verifier
from tools import notebooks, record
from tools.notebooks import ROOT

pytestmark = pytest.mark.slow

SET_UP = """
import os, sys, warnings
from IPython.display import display
import ipywidgets

def send(**data):
    display({kind.replace("_", "/", 1): content for kind, content in data.items()}, raw=True)

def broken(*_):
    raise ValueError("the callback is broken")

slider, button = ipywidgets.IntSlider(), ipywidgets.Button()
slider.observe(broken, names="value")
button.on_click(broken)
"""


def said(text, name="stdout"):
    return [{"output_type": "stream", "name": name, "text": text}]


def shown(**data):
    data = {kind.replace("_", "/", 1): content for kind, content in data.items()}
    return [{"output_type": "display_data", "metadata": {}, "data": data}]


def png(size=(120, 100), colour="white"):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def picture(data=None, alt="a dot", text="a dot", described="a dot", kind="image/png"):
    """What `plots.show` displays."""
    said = {"text/html": f"{plots.DESCRIPTION}{described}</span>"}
    first = {"data": {kind: data or png(), "text/plain": f"[picture] {text}"}, "metadata": {kind: {"alt": alt}}}
    return [{"output_type": "display_data", **first}, {"output_type": "display_data", "metadata": {}, "data": said}]


def showing(*args, **options):
    """The code that displays it."""
    return "\n".join(f"display({o['data']!r}, metadata={o['metadata']!r}, raw=True)" for o in picture(*args, **options))


def error(name, text):
    return [{"output_type": "error", "ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}]


def cell(source, outputs=(), count=1, tags=()):
    return {
        "cell_type": "code",
        "execution_count": count,
        "id": "x",
        "metadata": {"tags": list(tags)},
        "outputs": list(outputs),
        "source": source,
    }


CALLER = {"OMP_NUM_THREADS": "2", "ATEN_CPU_CAPABILITY": "default", "HF_HUB_OFFLINE": "0", "EMBEDLAB_HOME": "/nowhere"}
RECORDED = record.RECORDED_ENVIRONMENT | {"OMP_NUM_THREADS": "2", "ATEN_CPU_CAPABILITY": "default"}
del RECORDED["PYTEST_CURRENT_TEST"]  # pytest puts the name of the test there: that it is set is what counts

SHARED = "os.path.samefile(os.path.join(os.environ['EMBEDLAB_HOME'], 'cache'), os.environ['EMBEDLAB_VERIFIER_CACHE'])"
PASSES = {
    "set-up": cell(SET_UP),
    "cache of the run": cell(SHARED, shown(text_plain="True")),
    "the same": cell("print('king', 0.79)", said("king 0.79\n")),
    "decimal within tolerance": cell("print('nDCG 0.574')", said("nDCG 0.576\n")),
    "decimal in a representation": cell("0.574", shown(text_plain="0.575")),
    "decimal in HTML": cell("send(text_html='<b>0.57</b>')", shown(text_html="<b>0.58</b>")),
    "decimal in Markdown": cell("send(text_markdown='**0.57**')", shown(text_markdown="**0.58**")),
    "padding after a sign": cell("print(f'{-0.004:5.2f}')", said(" 0.00\n")),
    "second of two drifts": cell(
        "send(text_plain='0.10')\nsend(text_plain='0.20')", shown(text_plain="0.10") + shown(text_plain="0.21")
    ),
    "stream in two pieces": cell("print('a')\nprint('b')", said("a\n") + said("b\n")),
    "changed picture": cell(showing(png(colour="black")), picture()),
    "alternative text within the tolerance": cell(
        showing(alt="top: 0.57", text="top: 0.57", described="top: 0.57"),
        picture(alt="top: 0.58", text="top: 0.58", described="top: 0.58"),
    ),
    "widget whose view is not stored": cell("slider", shown(text_plain="IntSlider(value=0)")),
    "expected error": cell("1/0", error("ZeroDivisionError", "division by zero"), tags=["raises-exception"]),
    "ignored output": cell("print('one')", said("another\n"), tags=["nbval-ignore-output"]),
    "recorded environment": cell(
        f"print([os.environ.get(name) for name in {sorted(RECORDED)}])",
        said(f"{[RECORDED[name] for name in sorted(RECORDED)]}\n"),
    ),
    "empty home": cell("print(sorted(os.listdir(os.environ['EMBEDLAB_HOME'])))", said("['cache', 'ipython']\n")),
    "this interpreter": cell(f"print(sys.prefix.endswith({sys.prefix[-20:]!r}))", said("True\n")),
    "the notebook's folder": cell("print(sorted(os.listdir()))", said("['cases.ipynb', 'dies.ipynb']\n")),
}

OTHER_TEXT, MISSING, EXTRA = "Cell outputs differ.*mismatch", "Missing output fields", "Unexpected output fields"
NEVER, RAISED, MAGIC = "never recorded", "caused an exception", "A magic was refused.*UsageError"
FAILS = {
    "changed word": (cell("print('king 0.79')", said("queen 0.79\n")), OTHER_TEXT),
    "changed integer": (cell("print('13 hits')", said("12 hits\n")), OTHER_TEXT),
    "decimal beyond tolerance": (cell("print('nDCG 0.574')", said("nDCG 0.674\n")), OTHER_TEXT),
    "decimal in HTML": (cell("send(text_html='<b>0.57</b>')", shown(text_html="<b>0.67</b>")), OTHER_TEXT),
    "decimal in JSON": (cell("send(application_json={'a': 0.57})", shown(application_json={"a": 0.58})), OTHER_TEXT),
    "widget's text": (cell("slider", shown(text_plain="IntSlider(value=1)")), OTHER_TEXT),
    "stripped output": (cell("print('king')"), EXTRA),
    "stripped output and count": (cell("print('king')", count=None), NEVER),
    "never run": (cell("x = 1", count=None), NEVER),
    "missing output": (cell("x = 1", said("king\n")), MISSING),
    "missing text beside a picture": (cell(f"send(image_png={png()!r})", picture()), MISSING),
    "two units of a short decimal": (cell("print('nDCG 0.57')", said("nDCG 0.59\n")), OTHER_TEXT),
    "an input": (cell("print('p = 0.25: 0.81')", said("p = 0.24: 0.81\n")), OTHER_TEXT),
    "another order of outputs": (
        cell("print('a')\nsend(text_plain='b')", shown(text_plain="b") + said("a\n")),
        "the outputs were",
    ),
    "another kind of picture": (cell(showing(), picture(kind="image/jpeg")), "the recorded output.*as image/jpeg"),
    "recorded description": (cell(showing(), picture(described="two dots")), OTHER_TEXT),
    "computed alternative text": (cell(showing(alt="two dots"), picture()), "now shows.*not the text beside it"),
    "computed picture too small": (cell(showing(png((120, 99))), picture()), "now shows a picture of 120 × 99 pixels"),
    "no alternative text": (cell(showing(alt=""), picture(alt="")), "without alternative text"),
    "extra line": (cell("print('king')\nprint('queen')", said("king\n")), OTHER_TEXT),
    "extra output": (cell("print('king')\nsend(text_plain='one')", said("king\n")), EXTRA),
    "second output missing": (cell("send(text_plain='1')", shown(text_plain="1") * 2), "dissimilar number"),
    "warning": (cell("warnings.warn('old')\nprint('king')", said("king\n")), f"{EXTRA}.*stderr"),
    "other warning": (cell("print('new', file=sys.stderr)", said("old\n", "stderr")), OTHER_TEXT),
    "drifting warning": (cell("print('0.57', file=sys.stderr)", said("0.58\n", "stderr")), OTHER_TEXT),
    "broken widget callback": (cell("slider.value = 10"), f"{RAISED}.*the callback is broken"),
    "broken button callback": (cell("button.click()"), f"{RAISED}.*the callback is broken"),
    "mistyped magic": (cell("%tiem 1"), EXTRA),
    "mistyped magic, recorded": (
        cell("%tiem 1", said("UsageError: Line magic function `%tiem` not found.\n", "stderr")),
        MAGIC,
    ),
    "mistyped magic, ignored": (cell("%tiem 1", tags=["nbval-ignore-output"]), MAGIC),
    "error": (cell("1/0"), f"{RAISED}.*ZeroDivisionError"),
    "other error": (cell("int('x')", error("TypeError", "x"), tags=["raises-exception"]), OTHER_TEXT),
    "no error though expected": (cell("x = 1", error("TypeError", "x"), tags=["raises-exception"]), MISSING),
}
DIES = {
    "before": (cell("x = 1"), None),
    "dies": (cell("import os\nos._exit(1)"), "the kernel died"),
    "after": (cell("x = 1"), "Kernel dead"),
}
LAX = {
    "set-up": (cell(SET_UP), None),
    "changed word": (FAILS["changed word"][0], None),
    "warning": (FAILS["warning"][0], None),
    "never run": (FAILS["never run"][0], None),
    "broken widget callback": FAILS["broken widget callback"],
    "mistyped magic": (cell("%tiem 1"), MAGIC),
}


def write(path, cells):
    metadata = {"kernelspec": {"name": "a-kernel-nobody-has", "display_name": "x", "language": "x"}}
    content = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content))


def verify(folder, *arguments, caller=CALLER, timeout=120):
    """Run pytest as the Makefile does; returns {(notebook, number of the cell): why it failed, or None}."""
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", folder]
    command += ["-q", "--color=no", "-p", "no:cacheprovider", f"--junitxml={report}", *arguments]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(command, cwd=ROOT, env=ours | caller, capture_output=True, text=True, timeout=timeout)
    assert report.exists(), done.stdout + done.stderr
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return {
        (case.get("classname").split(".")[-2], int(case.get("name").split()[-1])): why_failed(case) for case in cases
    }


def why_failed(case):
    failure = case.find("failure")
    return None if failure is None else failure.text


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strict")
    (folder / "notebooks").mkdir()
    write(folder / "notebooks" / "cases.ipynb", [*PASSES.values(), *(case for case, _ in FAILS.values())])
    write(folder / "notebooks" / "dies.ipynb", [case for case, _ in DIES.values()])
    return verify(folder, "--nbval", "-n", "2", "--dist", "loadfile", folder / "notebooks")


@pytest.fixture(scope="module")
def lax(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lax")
    write(folder / "lax.ipynb", [case for case, _ in LAX.values()])
    return verify(folder, "--nbval-lax", folder / "lax.ipynb")


@pytest.mark.parametrize(("place", "name"), list(enumerate(PASSES)), ids=PASSES)
def test_passes(strict, place, name):
    assert strict["cases", place] is None


@pytest.mark.parametrize(("place", "name"), list(enumerate(FAILS, len(PASSES))), ids=FAILS)
def test_fails(strict, place, name):
    assert re.search(FAILS[name][1], strict["cases", place], flags=re.S)


@pytest.mark.parametrize(("place", "name"), list(enumerate(DIES)), ids=DIES)
def test_a_dead_kernel_is_seen(strict, place, name):
    reason = DIES[name][1]
    why = strict["dies", place]
    assert why is None if reason is None else reason in why


@pytest.mark.parametrize(("place", "name"), list(enumerate(LAX)), ids=LAX)
def test_lax_compares_nothing_but_sees_errors(lax, place, name):
    reason = LAX[name][1]
    why = lax["lax", place]
    assert why is None if reason is None else re.search(reason, why, flags=re.S)


def test_every_cell_was_run(strict, lax):
    assert len(strict) == len(PASSES) + len(FAILS) + len(DIES)
    assert len(lax) == len(LAX)


def test_a_notebook_without_its_optional_libraries_says_what_to_install(monkeypatch):
    path = notebooks.numbered("16")
    here = [name for name in verifier.SCALE if verifier.importlib.util.find_spec(name) is None]
    assert verifier._missing.__wrapped__(path) == here
    monkeypatch.setattr(verifier.importlib.util, "find_spec", lambda name: None)
    assert verifier._missing.__wrapped__(path) == list(verifier.SCALE)
    assert verifier._missing.__wrapped__(notebooks.numbered("23")) == list(verifier.SCALE)  # it imports none of them
    assert verifier._missing.__wrapped__(notebooks.numbered("15")) == []
    first = "\n".join(notebooks.markdown_texts(notebooks.read(path))[:3])
    assert 'pip install "embedlab[scale]"' in first


def test_last_outputs_are_waited_for():
    item = type("Cell", (), {"__module__": "nbval.plugin", "output_timeout": 5, "compare_outputs": print})()
    verifier.pytest_itemcollected(item)
    assert item.output_timeout == 60


def test_recorder_and_verifier_allow_a_cell_the_same_time():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    options = settings["tool"]["pytest"]["ini_options"]["addopts"]
    assert f"--nbval-cell-timeout={record.CELL_TIMEOUT}" in options


@pytest.mark.parametrize(
    ("code", "failed", "says"),
    [
        ('def f():\n    """\n    >>> 1 + 1\n    3\n    """\n', 1, "Expected:\n    3\nGot:\n    2"),
        ('def f():\n    """\n    >>> 1 + 1\n    2\n    """\n', 0, "1 passed"),
        (
            "import warnings\n\ndef test_it():\n    warnings.warn('old', DeprecationWarning)\n",
            1,
            "DeprecationWarning: old",
        ),
    ],
    ids=["a wrong example", "a right example", "a warning of our own"],
)
def test_what_fails_a_run(tmp_path, code, failed, says):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").touch()
    (tmp_path / "tests" / "test_own.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, "-q"]
    command += ["--color=no", "-p", "no:cacheprovider", "--import-mode=importlib", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, says in done.stdout) == (failed, True), done.stdout
