"""A Hub on 127.0.0.1: it speaks the protocol of huggingface.co and serves folders, or misbehaves as it is told."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

REVISION = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """Serves ``folders`` by model name. ``before(handler)``, if set, may answer first and then returns True."""

    def __init__(self, folders: dict[str, Path] | None = None):
        self.folders = folders or {}
        self.asked: list[str] = []  # every request, as "GET /path"
        self.before: Callable[[Handler], bool | None] | None = None
        self.stopped = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads, self._server.hub = True, self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """What huggingface.co answers to a list of files, to a HEAD, and to a GET with or without a range."""

    def do_GET(self):
        hub = self.server.hub
        hub.asked.append(f"{self.command} {self.path}")
        try:
            if not (hub.before and hub.before(self)):
                self.serve(unquote(urlsplit(self.path).path))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_HEAD = do_GET

    def log_message(self, *args):
        pass

    def serve(self, path):
        for name, folder in self.server.hub.folders.items():
            if path.startswith(f"/api/models/{name}/tree/"):
                return self.json(
                    [{"type": "file", "path": file, "size": size, "oid": sha} for file, size, sha in files(folder)]
                )
            if path in (f"/api/models/{name}", f"/api/models/{name}/revision/main"):
                siblings = [{"rfilename": file, "size": size, "blobId": sha} for file, size, sha in files(folder)]
                return self.json({"id": name, "sha": REVISION, "siblings": siblings, "tags": []})
            if path.startswith(f"/{name}/resolve/"):
                return self.resolve(folder, path.removeprefix(f"/{name}/resolve/").partition("/")[2])
            if path.startswith(f"/cdn/{name}/"):
                return self.body((folder / path.removeprefix(f"/cdn/{name}/")).read_bytes())
        return self.refuse(404, "RepoNotFound")

    def resolve(self, folder, file):
        """Weights lie elsewhere, as on the Hub: the answer is a redirect that carries their size and sum."""
        path = folder / file
        if not path.is_file():
            return self.refuse(404, "EntryNotFound")
        about = {"X-Repo-Commit": REVISION, "ETag": f'"{sum_of(path)}"'}
        if path.suffix in {".safetensors", ".bin"}:
            (name,) = (name for name, there in self.server.hub.folders.items() if there == folder)
            other = self.server.hub.url.replace("127.0.0.1", "localhost")
            about |= {"X-Linked-Size": str(path.stat().st_size), "X-Linked-Etag": about["ETag"]}
            return self.answer(302, b"", {**about, "Location": f"{other}/cdn/{name}/{file}"})
        return self.body(path.read_bytes(), about)

    def body(self, data, headers=()):
        asked = self.headers.get("Range")
        if not asked:
            return self.answer(200, data, headers)
        start = int(asked.removeprefix("bytes=").partition("-")[0])
        where = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
        return self.answer(206, data[start:], {**dict(headers), **where})

    def json(self, value):
        self.answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def refuse(self, status, code=""):
        self.answer(status, b"", {"X-Error-Code": code} if code else {})
        return True

    def answer(self, status, data, headers=()):
        self.send_response(status)
        for key, value in dict(headers).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)
        return True


def files(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path.stat().st_size, sum_of(path)) for path in paths]


def sum_of(path):
    return hashlib.sha1(path.read_bytes()).hexdigest()


# -- what goes wrong: each is a value for `Hub.before` ------------------------------------------------------------


def status(code, error=""):
    return lambda handler: handler.refuse(code, error)


def login_page(handler):
    return handler.answer(200, b"<html><form>Welcome to our network</form></html>", {"Content-Type": "text/html"})


def redirect_for_ever(handler):
    return handler.answer(302, b"", {"Location": f"{handler.path}x"})


def silence(handler):
    return handler.server.hub.stopped.wait(60) or True


def drip(handler):
    """One byte of a header every tenth of a second: each resets a socket's own time-out."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while not handler.server.hub.stopped.is_set():
        handler.wfile.write(b"x")
        time.sleep(0.1)
    return True


def gigabytes(handler):
    """An answer without an end and without a stated length."""
    handler.send_response(200)
    handler.send_header("X-Repo-Commit", REVISION)
    handler.end_headers()
    while handler.command == "GET" and not handler.server.hub.stopped.is_set():
        handler.wfile.write(b" " * 2**20)
    return True


def only(part, fault):
    """A fault for the requests whose "METHOD /path" holds a part; the others are served."""
    return lambda handler: part in f"{handler.command} {handler.path}" and fault(handler)


def cut_after(part, share):
    """Close the connection after a share of a file's bytes, the first time that it is asked for; then stay away."""

    def fault(handler):
        if cut:
            return handler.refuse(503)
        if handler.command == "GET" and part in handler.path:
            cut.append(True)
            handler.wfile = Short(handler.wfile, share)
            handler.serve(unquote(urlsplit(handler.path).path))
            handler.close_connection = True
            return True
        return False

    cut: list[bool] = []
    return fault


class Short:
    """Lets headers through and a share of the body."""

    def __init__(self, real, share):
        self.real, self.share = real, share

    def write(self, data):
        head = data.startswith(b"HTTP/")
        return self.real.write(data if head else data[: int(len(data) * self.share)])

    def flush(self):
        self.real.flush()
