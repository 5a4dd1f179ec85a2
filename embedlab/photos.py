"""A pretrained eye: EfficientNet-Lite0, short enough to be read, with the weights that Google released.

The network turns a photograph into 1,280 numbers, and those into the probabilities of 1,000 classes (ILSVRC 2012). It
knows these classes and nothing else. The design is that of Tan and Le (2019), EfficientNet
(https://arxiv.org/abs/1905.11946), in the Lite variant of 2020: ReLU6 for swish, no squeeze-and-excitation. Load it
with `models.load_photo_model`, which finds the weights and verifies them.

A picture is resized until its shorter side is 224 pixels (bicubic), its centre is cut out, and each value becomes
(value - 127) / 128, as in the PyTorch version of the weights. Google's own evaluation first cuts away an eighth of the
shorter side; the whole is kept here, and probabilities differ by a few hundredths.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

SIDE = 224  # pixels of the square that the network was trained on
_BATCH = 2  # pictures at once: more are no faster on a CPU and take more memory
_LONGEST = 16  # times its width: a longer strip loses its ends before it is enlarged, or it would become a giant
_STRIDE = 32  # pixels of one place of the last layer, and so the smallest picture


# -- the network -------------------------------------------------------------------------------------------------

# Kernel, stride of the first block, expansion, channels, blocks: the stages of EfficientNet-B0.
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)


class Convolution(nn.Module):
    """A convolution, its batch normalisation and, unless it is the last of a block, ReLU6: ``min(max(x, 0), 6)``."""

    def __init__(
        self, channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1, active: bool = True
    ) -> None:
        super().__init__()
        padding = kernel // 2 if stride == 1 else 0
        self.convolution = nn.Conv2d(channels, out, kernel, stride, padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(out, eps=1e-3, momentum=0.01)
        self.active = active

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, channels, h, w) to (n, out, h / stride, w / stride), rounded up."""
        kernel, stride = self.convolution.kernel_size[0], self.convolution.stride[0]
        if stride > 1:  # the "same" padding of TensorFlow: an odd row or column goes to the bottom and to the right
            missing = [(-(-size // stride) - 1) * stride + kernel - size for size in (x.shape[3], x.shape[2])]
            x = functional.pad(x, [part for size in missing for part in (size // 2, size - size // 2)])
        x = self.norm(self.convolution(x))
        return functional.relu6(x, inplace=True) if self.active else x


class Block(nn.Module):
    """An inverted residual: widen the channels, filter each by itself, narrow them, add what came in."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = channels * expansion
        self.expand = Convolution(channels, wide, 1) if expansion > 1 else nn.Identity()
        self.depthwise = Convolution(wide, wide, kernel, stride, groups=wide)
        self.project = Convolution(wide, out, 1, active=False)
        self.adds = stride == 1 and channels == out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, channels, h, w) to (n, out, h / stride, w / stride)."""
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.adds else y


class EfficientNetLite0(nn.Module):
    """The whole network: a stem, seven stages of blocks, a head, and one linear layer for the classes."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Convolution(3, 32, kernel=3, stride=2)
        self.stages, channels = nn.ModuleList(), 32
        for kernel, stride, expansion, out, repeats in STAGES:
            first = Block(channels, out, kernel, stride, expansion)
            others = [Block(out, out, kernel, 1, expansion) for _ in range(repeats - 1)]
            self.stages.append(nn.Sequential(first, *others))
            channels = out
        self.head = Convolution(channels, 1280, kernel=1)
        self.classifier = nn.Linear(1280, 1000)

    def steps(self, x: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
        """Name and output of one layer after the other, for x of shape (n, 3, h, w)."""
        x = self.stem(x)  # (n, 32, h / 2, w / 2)
        yield "stem", x
        for number, stage in enumerate(self.stages, 1):
            x = stage(x)  # (n, 16, h / 2, w / 2) after the first, (n, 320, h / 32, w / 32) after the last
            yield f"stage {number}", x
        yield "head", self.head(x)  # (n, 1280, h / 32, w / 32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, 3, h, w) to the features of the places, (n, 1280, h / 32, w / 32)."""
        *_, (_, places) = self.steps(x)
        return places


_BLOCKS = [f"stages.{stage}.{block}" for stage, row in enumerate(STAGES) for block in range(row[-1])]
_IN_BLOCK = {
    "_expand_conv": "expand.convolution",
    "_bn0": "expand.norm",
    "_depthwise_conv": "depthwise.convolution",
    "_bn1": "depthwise.norm",
    "_project_conv": "project.convolution",
    "_bn2": "project.norm",
}
_OUTSIDE = {
    "_conv_stem": "stem.convolution",
    "_bn0": "stem.norm",
    "_conv_head": "head.convolution",
    "_bn1": "head.norm",
    "_fc": "classifier",
}


def _own_name(key: str) -> str:
    """What a tensor of the weights' file is called here; an unknown one keeps its name."""
    first, *rest = key.split(".")
    if first != "_blocks":
        return ".".join([_OUTSIDE.get(first, first), *rest])
    block, part, *rest = rest
    return ".".join([_BLOCKS[int(block)], _IN_BLOCK.get(part, part), *rest])


def _network(weights: str | os.PathLike[str]) -> EfficientNetLite0:
    with torch.device("meta"):  # a plan without numbers: nothing is drawn from the global random state
        network = EfficientNetLite0()
    try:
        state = torch.load(weights, map_location="cpu", weights_only=True)
        state = {_own_name(key): tensor for key, tensor in state.items()}
        network.load_state_dict(state, strict=True, assign=True)
    except (OSError, EOFError, RuntimeError, ValueError, AttributeError, LookupError, pickle.UnpicklingError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(f"weights must be the file of EfficientNet-Lite0, but {weights} is not: {reason}") from error
    network = network.eval().requires_grad_(False)
    for part in network.modules():  # what never changes again is one convolution: a seventh of the time saved
        if isinstance(part, Convolution):
            part.convolution, part.norm = fuse_conv_bn_eval(part.convolution, part.norm), nn.Identity()
    return network


# -- the model ---------------------------------------------------------------------------------------------------


class PhotoModel:
    """The network with its weights, for pictures of any size and kind.

    Wherever pictures are asked for, one may be an array, (h, w) in grey, (h, w, 3) in colour or (h, w, 4) with
    transparency (laid on white), of uint8 or of floats from 0 to 1 (rounded to 256 levels); a PIL image; or the path of
    a picture file. Many are a list of these, of any sizes, or an array (n, h, w, 3). One alone is a batch of one: its
    answer has one row.

    Parameters
    ----------
    weights : path
        The released file; `models.load_photo_model` finds and verifies it.

    Raises
    ------
    ValueError
        If the file is not that of this network.

    Attributes
    ----------
    network : EfficientNetLite0
        In evaluation mode, float32, on the CPU, without gradients.
    class_names : list of str
        The 1,000 classes by their short common names, in the order of the probabilities.
    class_vectors : float32 array, shape (1000, 1280)
        The weights of the last layer: one vector a class, in the space of `encode`.
    class_offsets : float32 array, shape (1000,)
        What the last layer adds to ``encode(pictures) @ class_vectors.T``; the softmax of the sum is `classify`.
    """

    def __init__(self, weights: str | os.PathLike[str]) -> None:
        self.network = _network(weights)
        self.class_names = class_names()
        # Copies: whoever centres the class vectors in place must not change the network.
        self.class_vectors: np.ndarray = self.network.classifier.weight.numpy().copy()
        self.class_offsets: np.ndarray = self.network.classifier.bias.numpy().copy()

    def encode(self, pictures: Any, side: int = SIDE) -> np.ndarray:
        """Return the features of the pictures: the last layer's places averaged, before the classes.

        Parameters
        ----------
        pictures : see above
            At least one.
        side : int
            Pixels of the square that each becomes, at least 32. The network was trained on 224; less is faster.

        Returns
        -------
        float32 array, shape (n, 1280), from 0 to 6 and not normalised.

        Raises
        ------
        TypeError, ValueError
            If something is no picture; the message says which one and what is the matter.
        """
        return np.concatenate([places.mean((2, 3)).numpy() for places in self._places(pictures, side)])

    def classify(self, pictures: Any, side: int = SIDE) -> np.ndarray:
        """Return the probabilities of the classes, float32, shape (n, 1000); arguments and errors as for `encode`."""
        features = torch.from_numpy(self.encode(pictures, side))
        with torch.inference_mode():
            return self.network.classifier(features).softmax(dim=1).numpy()

    def places(self, pictures: Any, side: int = SIDE) -> np.ndarray:
        """Return what the last layer says at each place, before the average forgets where it was.

        Arguments and errors as for `encode`. A place stands for a step of 32 pixels, but has looked far around itself.

        Returns
        -------
        float32 array, shape (n, h, w, 1280): 7 × 7 places for a side of 224, 5 × 5 for one of 160.
        """
        return np.concatenate([places.permute(0, 2, 3, 1).numpy() for places in self._places(pictures, side)])

    def layers(self, picture: Any, side: int = SIDE) -> dict[str, np.ndarray]:
        """Return what becomes of one picture, layer by layer.

        Returns
        -------
        dict of arrays, from the first to the last
            "picture", uint8, shape (side, side, 3); "stem", "stage 1" to "stage 7" and "head", float32, shape
            (h, w, channels); "features", shape (1280,), as of `encode`; "scores", shape (1000,), before the softmax.
        """
        pixels = prepare(picture, side)
        found = {"picture": pixels}
        with torch.inference_mode():
            for name, x in self.network.steps(_tensor([pixels])):
                found[name] = x[0].permute(1, 2, 0).numpy()
            features = x.mean((2, 3))
            return found | {"features": features[0].numpy(), "scores": self.network.classifier(features)[0].numpy()}

    def _places(self, pictures: Any, side: int) -> Iterator[torch.Tensor]:
        """The last layer for one batch of pictures after the other, each (n, 1280, h, w)."""
        named = _one_by_one(pictures)
        for start in range(0, len(named), _BATCH):
            batch = _tensor([_prepared(picture, name, side) for name, picture in named[start : start + _BATCH]])
            with torch.inference_mode():
                yield self.network(batch)


def class_names() -> list[str]:
    """Return the 1,000 classes of ILSVRC 2012 by their short common names, in the order of the network's answers.

    Examples
    --------
    >>> names = class_names()
    >>> len(names), names[285], names[967]
    (1000, 'Egyptian cat', 'espresso')
    """
    return Path(__file__).with_name("photo_classes.csv").read_text(encoding="utf-8").splitlines()[1:]


def _tensor(pixels: list[np.ndarray]) -> torch.Tensor:
    """Squares of uint8 as what the network reads: float32, (n, 3, side, side), from -0.99 to 1."""
    return (torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).float() - 127) / 128


# -- pictures ----------------------------------------------------------------------------------------------------


def prepare(picture: Any, side: int = SIDE) -> np.ndarray:
    """Return the square that the network sees of a picture: its centre, resized.

    Parameters
    ----------
    picture : array (h, w), (h, w, 3) or (h, w, 4), PIL image, or path
        As for `PhotoModel`.
    side : int
        Pixels of the square, at least 32.

    Returns
    -------
    uint8 array, shape (side, side, 3).

    Examples
    --------
    >>> grey = np.zeros((30, 50))
    >>> prepare(grey).shape
    (224, 224, 3)
    """
    return _prepared(picture, "picture", side)


def _prepared(picture: Any, name: str, side: int) -> np.ndarray:
    if isinstance(side, bool) or not isinstance(side, (int, np.integer)):
        raise TypeError(f"side must be a whole number, not {side!r}")
    if side < _STRIDE:
        raise ValueError(f"side must be at least {_STRIDE}, but it is {side}")
    image = _image(picture, name)
    shorter = min(image.size)
    image = _centre(image, [min(length, _LONGEST * shorter) for length in image.size])
    image = image.resize([int(side * length / shorter) for length in image.size], Image.Resampling.BICUBIC)
    return np.array(_centre(image, [side, side]))


def _centre(image: Image.Image, size: list[int]) -> Image.Image:
    left, top = (round((length - wanted) / 2) for length, wanted in zip(image.size, size, strict=True))
    return image.crop((left, top, left + size[0], top + size[1]))


def _one_by_one(pictures: Any) -> list[tuple[str, Any]]:
    """The pictures, each with the name that a message may call it by."""
    if isinstance(pictures, (str, os.PathLike, Image.Image)):
        return [("pictures", pictures)]
    if hasattr(pictures, "__array__"):
        pictures = np.asarray(pictures)
        if pictures.ndim < 4:
            return [("pictures", pictures)]
        if pictures.ndim > 4:
            raise ValueError(f"pictures must have shape (n, h, w, 3), but its shape is {pictures.shape}")
    if not isinstance(pictures, Iterable):
        raise TypeError(f"pictures must be arrays, PIL images or paths, not a {type(pictures).__name__}")
    named = [(f"pictures[{i}]", picture) for i, picture in enumerate(pictures)]
    if not named:
        raise ValueError("pictures must hold at least one picture, but it is empty")
    return named


def _image(picture: Any, name: str) -> Image.Image:
    """Any picture as a PIL image in RGB."""
    if isinstance(picture, Image.Image):
        return _rgb(picture, name)
    if isinstance(picture, (str, os.PathLike)):
        return _read(picture, name)
    if hasattr(picture, "__array__"):
        return _rgb(Image.fromarray(_bytes(np.asarray(picture), name)), name)
    raise TypeError(f"{name} must be a picture (an array, a PIL image or a path), not a {type(picture).__name__}")


def _read(path: str | os.PathLike[str], name: str) -> Image.Image:
    if not os.path.isfile(path):
        raise ValueError(f"{name} must be a picture or the path of one, but there is no file {os.fspath(path)!r:.100}")
    try:
        with Image.open(path) as image:
            image.load()
    # Whatever a damaged file may raise inside Pillow: it is no picture to us, and the message says what Pillow said.
    except (OSError, SyntaxError, ValueError, EOFError, LookupError, Image.DecompressionBombError) as error:
        raise ValueError(f"{name} must be a picture file that Pillow can read, but {path} is not: {error}") from error
    return _rgb(image, name)


def _rgb(image: Image.Image, name: str) -> Image.Image:
    if image.mode.startswith("I;16"):  # 16 bits a pixel: Pillow's own conversion would turn nearly all of it white
        image = Image.fromarray((np.asarray(image) / 257 + 0.5).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError(f"{name} must have 8 or 16 bits a pixel, but its mode is {image.mode!r}: pass an array")
    if 0 in image.size:
        raise ValueError(f"{name} must have pixels, but it is {image.width} pixels wide and {image.height} high")
    image = ImageOps.exif_transpose(image)  # a photograph taken with the camera on its side
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _bytes(array: np.ndarray, name: str) -> np.ndarray:
    """An array of one picture as uint8, (h, w), (h, w, 3) or (h, w, 4)."""
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))) or 0 in array.shape:
        raise ValueError(
            f"{name} must have shape (h, w), (h, w, 3) or (h, w, 4), but its shape is {array.shape}; "
            "many pictures are an array (n, h, w, 3), or a list"
        )
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind not in "fb":
        raise TypeError(f"{name} must be uint8 from 0 to 255 or floats from 0 to 1, not an array of {array.dtype}")
    low, high = float(array.min()), float(array.max())
    if not np.isfinite([low, high]).all():  # a NaN anywhere is the minimum of all
        raise ValueError(f"{name} must hold finite numbers, but it holds {low if not np.isfinite(low) else high}")
    if low < -1e-5 or high > 1 + 1e-5:  # rounding may overshoot by a hair
        raise ValueError(f"{name} must lie from 0 to 1, as floats do, but it goes from {low:g} to {high:g}")
    return np.rint(array.clip(0, 1) * 255.0).astype(np.uint8)
