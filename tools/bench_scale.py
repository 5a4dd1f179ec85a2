"""The part of ``make bench`` that takes minutes: stores of 100,000 vectors side by side, and faster ways to encode.

Each function runs in a child process of its own and returns one row. The vectors are real ones in number and
neighbourhood: each is the sum of three random words of the text model's input table, and so is each query.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tools import milvus_server

N, QUERIES, K = 100_000, 100, 10
FEW = 20_000  # vectors, where a store is held against the library that it uses
StoreRow = tuple[str, float, float, float]  # what, vectors stored a second, queries a second, recall
ModeRow = tuple[str, float, float, float, float]  # what, texts a second, nDCG, its change, lowest cosine to float32


def _vectors() -> tuple[Any, Any]:
    import numpy as np

    from embedlab import models, vectors
    from embedlab.datasets import word_vectors

    words = vectors.normalize(vectors.center(word_vectors.load(models.load_text_model()).vectors))
    drawn = np.random.default_rng(0).integers(len(words), size=(N + QUERIES, 3))
    made = vectors.normalize(words[drawn].sum(axis=1))
    return made[:N], made[N:]


def _wait_for_index(folder: str) -> None:
    """Wait until Milvus Lite, which builds indexes in the background, has one for each file of vectors."""
    for _ in range(1_200):
        files, indexes = (len(list(Path(folder).rglob(f"data_*.{end}"))) for end in ("parquet", "vector.*.idx"))
        if files and indexes >= files:
            return
        time.sleep(0.5)
    raise SystemExit(f"no index after 10 minutes: {files} files of vectors, {indexes} indexes")


def _measure(what: str, store: Any, folder: str = "") -> StoreRow:
    from embedlab import vectors

    stored, queries = _vectors()
    ids, records = [str(i) for i in range(N)], [{"number": i} for i in range(N)]
    start = time.perf_counter()
    store.upsert(ids, stored, records)
    ingest = N / (time.perf_counter() - start)
    if folder:
        _wait_for_index(folder)
    truth = vectors.top_k(queries, stored, K, assume_normalized=True)[0]
    store.search(queries[:1], K)  # the first call loads the index
    seconds, hits = [], 0
    for query, right in zip(queries, truth, strict=True):
        start = time.perf_counter()
        matches = store.search(query[None], K)[0]
        seconds.append(time.perf_counter() - start)
        hits += len({match.id for match in matches} & {str(i) for i in right})
    store.close()
    return what, ingest, 1 / statistics.median(seconds), hits / (QUERIES * K)


def memory() -> StoreRow:
    """Measure the exact store in memory."""
    from embedlab.search import stores

    return _measure("`memory`, exact", stores.ExactStore())


def file(index: str) -> StoreRow:
    """Measure a file of Milvus Lite with one kind of index."""
    from embedlab.search import milvus

    with tempfile.TemporaryDirectory() as folder:
        return _measure(f"Milvus file, {index}", milvus.MilvusStore(f"{folder}/bench.db", index=index), folder)


def server() -> StoreRow:
    """Measure a server of this machine with a graph index."""
    from embedlab.search import milvus

    with tempfile.TemporaryDirectory() as folder, _running(lambda _: milvus_server.start(Path(folder) / "data")) as uri:
        return _measure("Milvus Lite server, HNSW", milvus.MilvusStore(uri, index="HNSW"), folder)


# -- our store beside the library that it uses -------------------------------------------------------------------

PlainRow = tuple[str, float, float]  # what, median seconds a query of the store, and of plain pymilvus


def _beside_pymilvus(what: str, uri: str, index: str) -> PlainRow:
    """Ask both the same, in turn: same collection, same index, same fields of each result."""
    from embedlab.search import milvus

    stored, queries = (part[:FEW] for part in _vectors())
    store = milvus.MilvusStore(uri, index=index, collection=f"plain_{index}")
    store.upsert(
        [str(i) for i in range(FEW)], stored, [{"number": i, "text": "a sentence or two " * 6} for i in range(FEW)]
    )
    store._call("flush", store.collection)
    time.sleep(10)  # a server builds its index in the background and takes it into use a little later
    client, ours, plain = store._call._client, [], []
    options = {"limit": K, "output_fields": ["id", "place", "json"], "search_params": {"params": {"ef": 64}}}
    for query in queries:
        for seconds, ask in (
            (ours, lambda q: store.search(q, K)),
            (plain, lambda q: client.search(store.collection, data=list(q), **options)),
        ):
            start = time.perf_counter()
            ask(query[None])
            seconds.append(time.perf_counter() - start)
    store.close()
    return what, statistics.median(ours), statistics.median(plain)


def plain_file() -> PlainRow:
    """Measure a file of Milvus Lite."""
    with tempfile.TemporaryDirectory() as folder:
        return _beside_pymilvus("Milvus file, FLAT", f"{folder}/bench.db", "FLAT")


def plain_lite() -> PlainRow:
    """Measure a server of Milvus Lite."""
    with _running(milvus_server.start) as uri:
        return _beside_pymilvus("Milvus Lite server, HNSW", uri, "HNSW")


def plain_full_inside() -> PlainRow:
    """Measure a whole Milvus, inside a network of its own."""
    with _running(milvus_server.start_full) as uri:
        return _beside_pymilvus("whole Milvus 2.3 server, HNSW", uri, "HNSW")


def plain_full() -> PlainRow | None:
    """Measure a whole Milvus where one can run; None elsewhere."""
    if milvus_server.why_not():
        return None
    command = [sys.executable, "tools/bench.py", "--one", plain_full_inside.__name__]
    done = milvus_server.in_a_network_of_its_own(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])["rows"]


@contextlib.contextmanager
def _running(start: Callable[[Path], milvus_server.Server]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        server = start(Path(folder) / "data")
        try:
            yield server.uri
        finally:
            server.kill()


# -- encoding ----------------------------------------------------------------------------------------------------


def encode_modes() -> list[ModeRow]:
    """Compare the text model in float32, bfloat16 and int8, and in ONNX Runtime: speed, nDCG@10, cosine to float32."""
    import numpy as np

    from embedlab import encoding, evaluation, models, vectors
    from embedlab.datasets import docstrings
    from tools import bench_onnx  # which imports NumPy

    data = docstrings.load()
    loaded = {"float32": models.load_text_model(), "bfloat16": models.load_text_model(dtype="bfloat16")}
    with contextlib.suppress(ImportError):  # newer versions of torch have moved it to a package of its own
        loaded["int8 (torch's dynamic quantisation)"] = _int8(models.load_text_model())
    loaded |= bench_onnx.models(models.load_text_model())
    few = data.summaries[:256]
    speeds: dict[str, list[float]] = {name: [] for name in loaded}
    for turn in range(6):  # in turn, so that a busy moment meets all; round one is not counted
        for name, model in loaded.items():
            start = time.perf_counter()
            encoding.encode(model, few)
            if turn:
                speeds[name].append(len(few) / (time.perf_counter() - start))
    rows: list[ModeRow] = []
    every = {name: vectors.normalize(encoding.encode(model, data.summaries)) for name, model in loaded.items()}
    for name, made in every.items():
        scores = made[data.queries] @ made.T
        ndcg = evaluation.retrieval_metrics(scores, data.relevant, K, data.queries)["ndcg"]
        least = float(np.einsum("nd,nd->n", every["float32"], made).min())
        rows.append((name, statistics.median(speeds[name]), ndcg, ndcg - rows[0][2] if rows else 0.0, least))
    return rows


def _int8(model: Any) -> Any:
    import warnings

    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.ao.quantization import quantize_dynamic

        return quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)


# -- the tables --------------------------------------------------------------------------------------------------

STORES: dict[str, Callable[[], StoreRow]] = {
    "store_memory": memory,
    **{f"store_file_{index}": partial(file, index) for index in ("FLAT", "IVF_FLAT", "HNSW")},
    "store_server_hnsw": server,
}
PLAIN = {made.__name__: made for made in (plain_file, plain_lite, plain_full)}
ALONE: dict[str, Callable[[], Any]] = {
    **STORES,
    **PLAIN,
    **{made.__name__: made for made in (plain_full_inside, encode_modes)},
}


def tables(child: Callable[[str], dict[str, Any]]) -> list[str]:
    """Return the lines of the tables; ``child`` runs one function of `ALONE` in a process of its own."""
    lines = [
        "| Store of 100,000 × 384 | Stored a second | Queries a second | recall@10 | Peak memory |",
        "|:--|--:|--:|--:|--:|",
    ]
    for name in STORES:
        found = child(name)
        what, ingest, speed, recall = found["rows"]
        lines.append(f"| {what} | {ingest:,.0f} | {speed:,.0f} | {recall:.3f} | {found['peak']:,.0f} MB |")
    lines += ["", "| Search of 20,000 × 384, top 10 | Ours | Plain pymilvus | Ratio |", "|:--|--:|--:|--:|"]
    for what, ours, plain in filter(None, (child(name)["rows"] for name in PLAIN)):
        lines.append(f"| {what} | {ours * 1e3:.1f} ms | {plain * 1e3:.1f} ms | {ours / plain:.2f} |")
    lines += [
        "",
        "| The text model computes in | Texts a second | nDCG@10, See-Also | Change | Lowest cosine to float32 |",
        "|:--|--:|--:|--:|--:|",
    ]
    for what, speed, ndcg, change, cosine in child(encode_modes.__name__)["rows"]:
        lines.append(f"| {what} | {speed:,.0f} | {ndcg:.4f} | {change:+.4f} | {cosine:.3f} |")
    return lines
