"""Starts and stops Milvus servers for tests and benchmarks, each a process of its own that only this machine reaches.

`start` starts the server of Milvus Lite; `start_full` the whole Milvus, of a package that is no dependency of the
course and lies in a folder aside. That one listens on every address, so it runs in a network of its own, together
with whoever asks it: ``python -m tools.milvus_server COMMAND`` sets such a network up and runs a command in it.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import platform
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ASIDE = ROOT / "build" / "milvus"  # where the whole Milvus was installed to


@dataclass
class Server:
    """A running server process."""

    process: subprocess.Popen
    folder: Path
    port: int

    @property
    def uri(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it in order."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


def start(folder: Path, port: int = 0) -> Server:
    """Start a server on a data folder and wait until it answers."""
    port = port or free_port()
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(folder)]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return _when_it_answers(Server(process, folder, port), lambda: _listens(port))


def _when_it_answers(server: Server, answers: Callable[[], bool]) -> Server:
    for _ in range(900):
        if answers():
            return server
        if server.process.poll() is not None:
            break
        time.sleep(0.1)
    server.kill()
    raise RuntimeError(f"the Milvus server did not start on port {server.port}")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Give a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# -- the whole Milvus --------------------------------------------------------------------------------------------


def why_not() -> str:
    """Say why the whole Milvus cannot run here, or nothing."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return "the package of the whole Milvus is for Linux on x86-64"
    if not (ASIDE / "milvus").is_dir():
        return "the whole Milvus is not here: pip install --no-deps --target build/milvus milvus==2.3.5"
    try:
        in_a_network_of_its_own(["true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no network of its own for the whole Milvus: {error}"
    return ""


def in_a_network_of_its_own(command: list[str], **options: Any) -> subprocess.CompletedProcess:
    """Run a command where no other machine, and no other program of this one, can reach it."""
    as_root = ["--map-root-user"] if os.geteuid() else []
    own = ["unshare", *as_root, "--net", sys.executable, "-m", "tools.milvus_server", *command]
    return subprocess.run(own, cwd=ROOT, **options)


def start_full(folder: Path, port: int = 0, *, passwords: bool = False) -> Server:
    """Start a whole Milvus on a data folder, inside a network of its own, and wait until it answers."""
    spec = importlib.util.spec_from_file_location("milvus_aside", ASIDE / "milvus" / "__init__.py")
    package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    package._initialize_data_files(str(ASIDE))  # unpacks the program, once
    folder.mkdir(exist_ok=True)
    config, port = package.MilvusServerConfig(data_dir=str(folder)), port or free_port()
    config.template_text = re.sub(r"{{ proxy_port.*}}", str(port), config.template_text)
    config.template_text = re.sub(r"(?m)^  ip:.*$", "  ip: 127.0.0.1", config.template_text)
    config.set("authorization_enabled", passwords)
    config.set("common.session.ttl", "5")  # seconds until one that was killed is taken for dead
    config.resolve()
    health = free_port()
    program = ASIDE / "bin" / "milvus"
    environment = {"DEPLOY_MODE": "STANDALONE", "METRICS_PORT": str(health), "MILVUS_RUN_DIR": str(folder / "run")}
    environment["LD_LIBRARY_PATH"] = str(program.parent)
    with (folder / "logs" / "milvus.log").open("ab") as log:
        options = {"env": os.environ | environment, "cwd": folder, "stdout": log, "stderr": log}
        process = subprocess.Popen([program, "run", "standalone"], **options)
    server = Server(process, folder, port)
    return _when_it_answers(server, lambda: _is_well(health))


def _is_well(port: int) -> bool:
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/healthz")
            return b"OK" in connection.getresponse().read()
    except OSError:
        return False


def _switch_loopback_on() -> None:
    import fcntl  # only where there is Linux

    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 0x41))  # SIOCSIFFLAGS: IFF_UP and IFF_RUNNING


if __name__ == "__main__":
    _switch_loopback_on()
    os.execvp(sys.argv[1], sys.argv[1:])
