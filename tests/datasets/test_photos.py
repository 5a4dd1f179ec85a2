"""The pictures out of installed wheels: shape, brightness, caption, source and licence of each, and no network."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from embedlab.datasets import photos

KNOWN = tomllib.loads(Path(__file__).with_name("photos.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def data():
    return photos.load()


def test_names_captions_and_greys(data):
    assert data.names == list(KNOWN)
    assert {len(field) for field in vars(data).values()} == {len(KNOWN)}
    assert len(set(data.captions)) == len(data.captions)
    moon, horse = (data.pictures[data.names.index(name)] for name in ("moon", "horse"))
    assert (moon == moon[:, :, :1]).all()
    assert (horse[0] == 255).all()
    assert horse.min() == 0


@pytest.mark.parametrize("name", KNOWN)
def test_a_picture_and_its_row(data, name):
    i = data.names.index(name)
    shape, mean = KNOWN[name]
    picture = data.pictures[i]
    assert (list(picture.shape), picture.dtype) == (shape, np.uint8)
    assert picture.mean() == pytest.approx(mean, abs=0.05)  # decoders of JPEG may differ by a hair
    assert len(data.captions[i].split()) >= 6
    assert re.match("CC0|CC BY 2.0|public domain|no known copyright restrictions|no licence named; ", data.licences[i])
    assert re.fullmatch(r"(skimage|sklearn|matplotlib)/[\w/.-]+\.(png|jpg)", data.sources[i])


def test_against_the_libraries_own_readers(data):
    import skimage.data
    from sklearn.datasets import load_sample_image

    own = {
        "chelsea": skimage.data.chelsea(),
        "coffee": skimage.data.coffee(),
        "flower": load_sample_image("flower.jpg"),
    }
    own |= {"camera": np.dstack([skimage.data.camera()] * 3), "retina": skimage.data.retina()}
    for name, picture in own.items():
        np.testing.assert_array_equal(data.pictures[data.names.index(name)], picture)


def test_no_network_and_no_library_is_loaded():
    code = (
        "import socket, sys\n"
        "def closed(*args, **options): raise OSError('no network here')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = closed\n"
        "from embedlab.datasets import photos\n"
        "print(len(photos.load().names), {'skimage', 'sklearn', 'matplotlib', 'pooch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(KNOWN)} set()\n"


def test_a_missing_library_or_file_is_named_with_its_cure(monkeypatch, tmp_path):
    def only_empty(name):
        spec = importlib.util.spec_from_loader(name, None, is_package=True)
        spec.submodule_search_locations = [str(tmp_path)]
        return spec

    monkeypatch.setattr(importlib.util, "find_spec", only_empty)
    with pytest.raises(
        FileNotFoundError, match=r"data/astronaut.png is not among the files of skimage, .* scikit-image"
    ):
        photos.load()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="skimage, which is not installed: pip install scikit-image"):
        photos.load()


def test_every_file_ships_in_its_wheel(data):
    """Files that a library fetches later are no data of an offline course: its own list of installed files decides."""
    from importlib import metadata

    for package, distribution in photos._DISTRIBUTIONS.items():
        shipped = {Path(file).as_posix() for file in metadata.files(distribution) or []}
        assert {source for source in data.sources if source.startswith(f"{package}/")} <= shipped
