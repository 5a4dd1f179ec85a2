"""The contract of the stores, and more, on a whole Milvus server in a network of its own."""

import os
import sys

import pytest

from tests import engines
from tools import milvus_server

WHY_NOT = milvus_server.why_not()
CONTRACT = "tests/test_stores.py", "tests/test_fuzz.py::test_a_collection_is_a_dict_that_can_be_searched_whatever_fails"
ASK = f"""
import os, subprocess, sys, tempfile
from pathlib import Path
from tools import milvus_server

with tempfile.TemporaryDirectory() as folder:
    server = milvus_server.start_full(Path(folder))
    try:
        os.environ[{engines.REAL!r}] = server.uri
        sys.exit(subprocess.call(sys.argv[1:]))
    finally:
        server.kill()
"""
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
needs_milvus = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


def passes(command):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = milvus_server.in_a_network_of_its_own(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return " passed" in done.stdout


@needs_milvus
def test_the_contract_of_the_stores():
    assert passes([sys.executable, "-c", ASK, *PYTEST, "-n", "4", *CONTRACT])


@needs_milvus
def test_what_only_a_whole_server_can_show():
    assert passes([*PYTEST, "tests/real_milvus.py"])
