"""The Hub and its cache on this machine: asked within 2 s, downloaded from once and whole, each refusal with its cause.

A download runs in a process of its own: that can be ended, whatever a server does. What it brought is written into a
list beside the snapshot once everything is there, so half a download is never taken for a whole one.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from embedlab import _files

TIMEOUT = 2.0  # seconds that a question to the Hub may take
STALL = 30.0  # seconds without 64 kB, or without the end of a smaller answer, after which a download is given up
LARGEST = 8_000_000_000  # bytes of the largest model that is downloaded
_PIECE = 2**16
_LISTING = 2**24  # bytes that a list of files may have
_SUFFIXES = {".json", ".txt", ".model", ".jinja", ".safetensors"}
_OTHER_FORMATS = {"onnx", "openvino", "coreml", "original"}
_WHOLE = "embedlab-whole.json"  # beside the snapshots: what a complete one holds
_LATER = "run this again in some minutes"
_SILENT = (f"the Hub did not answer within {TIMEOUT:g} s", "connect once to download it, or run this again")
_UNREACHABLE = ("the Hub cannot be reached", "connect once to download it")
_OFFLINE = ("HF_HUB_OFFLINE is set", "connect once to download it, without that variable")
_STRANGER = (
    "what answers is not the Hub, perhaps the login page of this network",
    "log in to the network in a browser, or correct HF_ENDPOINT, and run this again",
)
_TOO_MUCH = ("the Hub sends far more than its list of files announces", "correct HF_ENDPOINT, or take another network")
_CUT = ("the connection was cut off", "run this again: it goes on where it stopped")
_LOGIN = "accept its terms on its page, log in with 'hf auth login', and run this again"

# What a refusal means, by the name of the error (those of httpx move with its version) or by the status.
_CAUSES: dict[str | int, tuple[str, str]] = {
    "OfflineModeIsEnabled": ("HF_HUB_OFFLINE was set when this kernel started", "restart it without that variable"),
    "HFValidationError": ("the Hub has no names of this form", "check the spelling"),
    "GatedRepoError": ("its owners ask for a login", _LOGIN),
    "EntryNotFoundError": ("the Hub's files of that name are no model for transformers", "check the spelling"),
    "FileMetadataError": _STRANGER,
    "TooManyRedirects": ("the Hub's address redirects without end", _STRANGER[1]),
    "TimeoutException": _SILENT,
    "ProxyError": ("the proxy refuses the way to the Hub", "correct HTTPS_PROXY and run this again"),
    "ConnectError": _UNREACHABLE,
    "UnsupportedProtocol": ("HF_ENDPOINT is no address", "correct it, or unset it"),
    "InvalidURL": ("HF_ENDPOINT is no address", "correct it, or unset it"),
    "TransportError": _CUT,
    "MemoryError": _TOO_MUCH,
    401: ("the Hub knows no public model of this name (401)", f"check the spelling; if it is private, {_LOGIN}"),
    403: ("the Hub refuses it to this account (403)", _LOGIN),
    404: ("the Hub knows no model of this name (404)", "check the spelling"),
    429: ("the Hub has had too many questions from this address (429)", _LATER),
}


class Refused(Exception):
    """The Hub does not give a model: ``args`` are the cause and the cure."""


# -- the cache ---------------------------------------------------------------------------------------------------


def cached(repo: str) -> Path | None:
    """Find a model's snapshot in the local Hugging Face cache, if every file that belongs to it is there."""
    home = _home(repo)
    try:
        whole = json.loads((home / _WHOLE).read_text(encoding="utf-8"))
        folder = home / "snapshots" / whole["revision"]
        sound = all((folder / name).stat().st_size == size for name, size in whole["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return folder if sound and whole["files"] else None


def _home(repo: str) -> Path:
    # The variables and defaults that huggingface_hub documents, read now instead of at its import.
    cache = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    home = os.environ.get("HF_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    return Path(cache or os.path.join(home, "hub")).expanduser() / f"models--{repo.replace('/', '--')}"


# -- asking ------------------------------------------------------------------------------------------------------


def offline() -> bool:
    """Tell whether the variables that forbid the network are set."""
    return any(
        os.environ.get(variable, "").strip().upper() in {"1", "ON", "YES", "TRUE"}
        for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    )


def refusal(repo: str) -> tuple[str, str] | None:
    """Return why the Hub does not offer a model, as cause and cure, or None; asked anew each time, within 2 s."""
    if re.match(r"[./~\\]|[A-Za-z]:", repo) or repo.count("/") > 1:
        return f"there is no folder {repo}", "check the path; a model of the Hub is named owner/model"
    if offline():
        return _OFFLINE
    start = time.monotonic()
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    answer: list[tuple[str, str] | None] = []

    def ask() -> None:
        try:
            url = hf_hub_url(repo, "config.json", endpoint=_endpoint())
            found = get_hf_file_metadata(url, timeout=TIMEOUT, endpoint=_endpoint())
            answer.append(None if found.commit_hash else _STRANGER)
        except Exception as error:  # whatever it was, it is the answer
            answer.append(_cause(error))

    # Looking up a name has no time-out of its own, so the whole question is asked aside and left after 2 s.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(max(TIMEOUT / 2, TIMEOUT - (time.monotonic() - start)))
    return answer[0] if answer else _SILENT


def _endpoint() -> str:
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def _cause(error: BaseException) -> tuple[str, str]:
    """Return cause and cure of what huggingface_hub or the network raised; never its text, which may hold a token."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "the Hub's certificate is not trusted, perhaps because a proxy reads along", "ask who runs this network"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        return "the disk is full", "make room, or let HF_HOME name a folder on another disk"
    if isinstance(error, (PermissionError, NotADirectoryError, FileExistsError)):
        return "the cache cannot be written", "let HF_HOME name a folder that can be written"
    status = getattr(getattr(error, "response", None), "status_code", 0)
    for key in (*(kind.__name__ for kind in type(error).__mro__), status):
        if key in _CAUSES:
            return _CAUSES[key]
    if status >= 500:
        return f"the Hub is out of order ({status})", _LATER
    if isinstance(error, (ValueError, TypeError, KeyError)):  # an answer that is no list of files
        return _STRANGER
    return f"the download failed ({type(error).__name__})", "run this again: it goes on where it stopped"


# -- downloading -------------------------------------------------------------------------------------------------


def download(repo: str) -> Path:
    """Download a model's whole snapshot, in a process that is ended when it stalls; raise `Refused` with the cause."""
    command = [sys.executable, "-c", "from embedlab import _hub; _hub._child()", repo, str(_home(repo).parent)]
    quiet = dict.fromkeys(
        ("HF_HUB_DISABLE_PROGRESS_BARS", "HF_HUB_DISABLE_SYMLINKS_WARNING", "HF_HUB_DISABLE_XET"), "1"
    )
    environ = {**os.environ, **quiet, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.DEVNULL, env=environ)
        try:
            _watch(child, said.fileno())
        finally:
            child.kill()
            child.wait()
        said.seek(0)
        last = said.read().rpartition(b"\n")[2]
    if child.returncode:
        raise Refused(*(json.loads(last) if last.startswith(b"[") else _CUT))
    folder = cached(repo)
    if folder is None:
        raise Refused(*_CUT)
    return folder


def _watch(child: subprocess.Popen, said: int) -> None:
    """Wait for the download's end, as long as the dots that it writes for what arrives become more."""
    dots, since = 0, time.monotonic()
    while child.poll() is None:
        if (now := os.fstat(said).st_size) != dots:
            dots, since = now, time.monotonic()
        elif time.monotonic() - since > STALL:
            raise Refused(f"the Hub sent next to nothing for {STALL:g} s", _CUT[1])
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.05)


class _Guard:
    """Sees every answer of the Hub: refuses at once what is an error, and what is longer than announced."""

    def __init__(self) -> None:
        self.limit = _LISTING
        self.error: Exception | None = None

    def __call__(self, response: Any) -> None:
        from huggingface_hub.utils import hf_raise_for_status

        try:
            hf_raise_for_status(response)
        except Exception as error:
            self.error = error
            raise
        read = response.iter_bytes
        response.iter_bytes = lambda chunk_size=None: self.count(read(chunk_size))

    def count(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        total = told = 0
        for chunk in chunks:
            total += len(chunk)
            if total > self.limit:
                self.error = MemoryError()
                raise self.error
            if total - told >= _PIECE:
                told = total
                os.write(1, b".")
            yield chunk
        os.write(1, b".")


def _child() -> None:
    """Download what the command line names; write dots while it runs and, if it fails, cause and cure at the end."""
    guard = _Guard()
    try:
        _download(*sys.argv[1:], guard)
    except Refused as refused:
        said = refused.args
    except Exception as error:
        said = _cause(guard.error or error)
    else:
        return
    os.write(1, b"\n" + json.dumps(said).encode())
    os._exit(1)  # other files' threads would go on


def _download(repo: str, cache: str, guard: _Guard) -> None:
    from huggingface_hub import HfApi, constants, get_session, snapshot_download

    constants.DOWNLOAD_CHUNK_SIZE = _PIECE  # of 10 MB: a slow line would look like a dead one
    session = get_session()
    session.event_hooks = {**session.event_hooks, "response": [guard]}
    os.write(1, b".")
    info = HfApi(endpoint=_endpoint()).model_info(repo, files_metadata=True, timeout=STALL)
    files = _needed({file.rfilename: file.size or 0 for file in info.siblings or []})
    if sum(files.values()) > LARGEST:
        raise Refused(f"it has {sum(files.values()) / 1e9:.0f} GB", f"take one of at most {LARGEST / 1e9:g} GB")
    guard.limit = max(_LISTING, *files.values())
    snapshot_download(
        repo, revision=info.sha, cache_dir=cache, endpoint=_endpoint(), allow_patterns=list(files), max_workers=4
    )
    whole = json.dumps({"revision": info.sha, "files": files}, indent=1)
    _files.atomic_write(Path(cache) / f"models--{repo.replace('/', '--')}" / _WHOLE, whole)


def _needed(sizes: dict[str, int]) -> dict[str, int]:
    """Choose the files that loading on PyTorch reads: settings, tokenizer, and the weights in one format."""
    paths = {PurePosixPath(name): size for name, size in sizes.items()}
    safe = {path.parent for path in paths if path.suffix == ".safetensors"}
    kept = {}
    for path, size in paths.items():
        double = path.match("pytorch_model*") and path.parent in safe
        wanted = path.suffix in _SUFFIXES or path.match("pytorch_model*.bin")
        if wanted and not double and path.parts[0] not in _OTHER_FORMATS:
            kept[str(path)] = size
    if not any(name.endswith((".safetensors", ".bin")) for name in kept):
        raise Refused("the Hub has no weights of it for PyTorch", "take another model")
    return kept
