"""Speed and memory, each beside a peer in the same run: ``make bench``.

Every row is measured in a child process of its own, so its peak memory is its own too. A row runs its two sides in
turn, several times, and gives medians; only ratios are meant to be read, since seconds belong to one machine.
Notebooks are compared with their floor, a kernel that only runs the set-up cells. The tables go into
docs/benchmarks.md, each part between its own marks as soon as it is measured.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the script is run by its path

from tools import bench_scale  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks.md"
N, D, K = 100_000, 384, 10
Row = tuple[str, str, float, float]  # what, peer, our seconds, the peer's seconds


def in_turn(ours: Callable[[], object], peer: Callable[[], object], repeats: int = 7) -> tuple[float, float]:
    """Return median seconds of both, run in turn so that a busy moment meets both; round one is not counted."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeats + 1):
        for function, kept in zip((ours, peer), times, strict=True):
            start = time.perf_counter()
            function()
            if turn:
                kept.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


# -- the package -------------------------------------------------------------------------------------------------


def _python(code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def imports() -> list[Row]:
    """Compare `import embedlab` with a bare interpreter and with `import numpy`."""
    peers = {"a bare interpreter": "pass", "`import numpy`": "import numpy"}
    ours = _python("import embedlab")
    return [("`import embedlab`", peer, *in_turn(ours, _python(code))) for peer, code in peers.items()]


def _vectors() -> tuple[Any, Any]:  # NumPy is imported only in the child that needs it
    import numpy as np

    from embedlab import vectors

    rng = np.random.default_rng(0)
    return vectors.normalize(rng.standard_normal((N, D), dtype=np.float32)), vectors.normalize(
        rng.standard_normal((100, D), dtype=np.float32)
    )


def _top_k(name: str, peer: Callable[[], Any], numbers: Callable[[Any], list], asked: Any, stored: Any) -> Row:
    """Compare `vectors.top_k` with a peer; `numbers` takes documents from what the peer gives: they must be ours."""
    from embedlab import vectors

    def ours() -> Any:
        return vectors.top_k(asked, stored, K, assume_normalized=True)[0]

    if ours().tolist() != numbers(peer()):
        raise SystemExit(f"top_k and {name} disagree")
    return f"`top_k`, {len(asked)} of 100,000 × 384", f"`{name}`", *in_turn(ours, peer, 15)


def top_k_faiss() -> list[Row]:
    """Compare `vectors.top_k` with faiss's exact index."""
    import faiss

    stored, queries = _vectors()
    index = faiss.IndexFlatIP(D)
    index.add(stored)
    return [
        _top_k("faiss.IndexFlatIP", partial(index.search, asked, K), lambda found: found[1].tolist(), asked, stored)
        for asked in (queries[:1], queries)
    ]


def top_k_sentence_transformers() -> list[Row]:
    """Compare `vectors.top_k` with Sentence Transformers' own search."""
    import torch
    from sentence_transformers import util

    stored, queries = _vectors()
    search = partial(
        util.semantic_search, corpus_embeddings=torch.from_numpy(stored), top_k=K, score_function=util.dot_score
    )

    def numbers(found: list) -> list[list[int]]:
        return [[hit["corpus_id"] for hit in hits] for hits in found]

    return [
        _top_k("util.semantic_search", lambda q=asked: search(torch.from_numpy(q)), numbers, asked, stored)
        for asked in (queries[:1], queries)
    ]


def adding() -> list[Row]:
    """Compare `SemanticSearch.add` with a bare `model.encode` of the same texts."""
    from embedlab import models
    from embedlab.datasets import docstrings
    from embedlab.search import SemanticSearch

    model, texts = models.load_text_model(), docstrings.load().summaries[:512]
    both = in_turn(lambda: SemanticSearch(model).add(texts), lambda: model.encode(texts), 5)
    return [("`SemanticSearch.add`, 512 texts", "bare `model.encode`", *both)]


class _Random:
    """A model that makes random vectors at once, so that only loading is measured."""

    def encode(self, inputs: list[str]) -> Any:
        import numpy as np

        return np.random.default_rng(len(inputs)).standard_normal((len(inputs), D), dtype=np.float32)


def loading() -> list[Row]:
    """Compare loading a saved collection of 100,000 with reading its bare arrays and texts."""
    import numpy as np

    from embedlab.search import SemanticSearch

    with tempfile.TemporaryDirectory() as folder:
        saved, bare, texts = Path(folder) / "index", Path(folder) / "bare.npy", Path(folder) / "texts.json"
        search = SemanticSearch(_Random(), batch_size=N)
        documents = [f"document number {i} about nothing in particular" for i in range(N)]
        search.add(documents)
        search.save(saved)
        np.save(bare, _vectors()[0])
        texts.write_text(json.dumps(documents))

        def peer() -> object:
            return np.load(bare), json.loads(texts.read_text())

        both = in_turn(lambda: SemanticSearch(_Random()).load(saved), peer, 5)
    return [("`load` of 100,000, checked", "`np.load` and `json.loads`, unchecked", *both)]


def _notebook_skip_gram() -> dict[str, Any]:
    """Run the cells of notebook 02 that define the skip-gram and its training: what is taught is what is measured."""
    import numpy as np
    import torch
    from torch import nn
    from torch.nn import functional

    from tools import notebooks

    names: dict[str, Any] = {"np": np, "torch": torch, "nn": nn, "F": functional}
    notebook = notebooks.read(notebooks.NOTEBOOKS / "02_how_training_works.ipynb")
    sources = [notebooks.source(cell) for cell in notebooks.code_cells(notebook)]
    for start in ("def train(", "class SkipGram("):
        exec(next(source for source in sources if source.startswith(start)), names)  # our own committed code
    return names


def _one_at_a_time(inside: Any, outside: Any, pairs: Any, drawn: Any) -> None:
    """Train word vectors pair by pair, by hand: the plain loop that the notebook's batches replace."""
    import numpy as np

    for (word, neighbour), noise in zip(pairs, drawn, strict=True):
        others = np.concatenate([[neighbour], noise])
        wanted = np.zeros(len(others))
        wanted[0] = 1
        error = 1 / (1 + np.exp(-outside[others] @ inside[word])) - wanted
        step = error @ outside[others]
        outside[others] -= 0.025 * np.outer(error, inside[word])
        inside[word] -= 0.025 * step


def skip_gram() -> list[Row]:
    """Compare notebook 02's skip-gram with gensim and with a plain loop: the same 100,000 pairs, 48 numbers."""
    import numpy as np
    import torch
    from gensim.models import Word2Vec

    made, rng, window, negatives = _notebook_skip_gram(), np.random.default_rng(0), 4, 5
    lines = rng.zipf(1.5, size=(500, 30)) % 1_500  # lines of 30 words give 220 pairs each
    near = np.concatenate([lines[:, [i, j]] for i in range(30) for j in range(30) if 0 < abs(i - j) <= window])
    pairs = torch.from_numpy(near[:N])
    model = made["SkipGram"](np.bincount(lines.ravel(), minlength=1_500) + 1.0)

    def ours() -> object:
        return made["train"](model, pairs[:, 0], pairs[:, 1], made["negative_sampling"], 1, 1024, 0.005)

    sentences = [[str(word) for word in line] for line in lines[: round(N / 220)]]
    options = {"vector_size": 48, "window": window, "negative": negatives, "sg": 1, "min_count": 1}
    peer = Word2Vec(sentences, **options, shrink_windows=False, sample=0, workers=1, epochs=1)

    def gensim() -> object:
        return peer.train(sentences, total_examples=len(sentences), epochs=1)

    inside, outside = rng.standard_normal((2, 1_500, 48)) * 0.01
    drawn = rng.integers(1_500, size=(N, negatives))
    what = "notebook 02's skip-gram, 100,000 pairs"
    against_gensim = in_turn(ours, gensim, 5)
    against_loop = in_turn(ours, lambda: _one_at_a_time(inside, outside, near[:N], drawn), 3)
    return [(what, "gensim, one worker", *against_gensim), (what, "one pair at a time, NumPy", *against_loop)]


def _reference_eye(folder: str) -> Any:
    """Load the implementation of 2020 with the same weights; it is installed aside, since nothing else needs it."""
    from embedlab import models

    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
    subprocess.run([*pip, "efficientnet-lite-pytorch==0.1.0"], check=True)
    sys.path.insert(0, folder)
    from efficientnet_lite_pytorch import EfficientNet

    weights = next(Path(models.model_path("efficientnet-lite0")).glob("*.pth"))
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(weights)).eval()


def photo_model() -> list[Row]:
    """Compare `PhotoModel` with the reference implementation, a photograph; the features must agree."""
    import numpy as np
    import torch

    from embedlab import models, photos
    from embedlab.datasets import photos as pictures

    model = models.load_photo_model()
    squares = [photos.prepare(picture) for picture in pictures.load().pictures[:20]]
    with tempfile.TemporaryDirectory() as folder:
        reference = _reference_eye(folder)

    def peer() -> Any:
        with torch.inference_mode():
            batches = ((torch.from_numpy(square).permute(2, 0, 1).float()[None] - 127) / 128 for square in squares)
            return torch.cat([reference.extract_features(batch).mean((2, 3)) for batch in batches]).numpy()

    if not np.allclose(model.encode(squares), peer(), atol=1e-4):
        raise SystemExit("PhotoModel and efficientnet-lite-pytorch disagree")
    ours, theirs = in_turn(lambda: model.encode(squares), peer, 5)
    return [("`PhotoModel.encode`, a photograph", "`efficientnet-lite-pytorch`", ours / 20, theirs / 20)]


def checking() -> list[Row]:
    """Compare `check` of the exercise that takes longest with its solution, called on its cases and no more."""
    import os

    from embedlab.exercises import checker, progress

    with tempfile.TemporaryDirectory() as folder:
        os.environ["EMBEDLAB_HOME"] = folder  # not the learner's progress
        numbers = progress.catalogue()
        modules = [sys.modules[f"embedlab.exercises.nb{number}"] for number in numbers]
        exercises = [e for m in modules for e in vars(m).values() if isinstance(e, checker.Exercise)]
        taken = {e: in_turn(lambda e=e: e.check(e.function), lambda e=e: _solve(e), 3) for e in exercises}
    slowest = max(taken, key=lambda e: taken[e][0])
    what = f"`check` of the slowest of {len(taken)} exercises, {slowest.id}"
    return [(what, "its solution on the same cases", *taken[slowest])]


def _solve(exercise: Any) -> None:
    for case in exercise.cases:
        exercise.function(*case.args)


ROWS: dict[str, Callable[[], list[Row]]] = {
    function.__name__: function
    for function in (
        imports,
        top_k_faiss,
        top_k_sentence_transformers,
        adding,
        loading,
        skip_gram,
        photo_model,
        checking,
    )
}


def _child(name: str) -> dict:
    """Run one function of `ROWS` or of `bench_scale.ALONE` in a process of its own; adds that process's peak memory."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), "--one", name], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _peak_megabytes() -> float:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def package_table() -> list[str]:
    """Return the lines of the package's table."""
    lines = ["| Measured | Peer in the same run | Ours | Peer | Ratio | Peak memory |", "|:--|:--|--:|--:|--:|--:|"]
    for name in ROWS:
        found = _child(name)
        for what, peer, ours, theirs in found["rows"]:
            ratio = f"{ours / theirs:.2f}"
            memory = f"{found['peak']:.0f} MB"
            lines.append(f"| {what} | {peer} | {_time(ours)} | {_time(theirs)} | {ratio} | {memory} |")
    return lines


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


# -- the notebooks -----------------------------------------------------------------------------------------------


def notebook_tables() -> list[str]:
    """Return the lines of two tables: each notebook on a cold cache, and all of them verified, beside their floors."""
    from tools import notebooks

    lines = ["| Notebook | Time | Floor: kernel and imports | Peak memory | Floor |", "|:--|--:|--:|--:|--:|"]
    with tempfile.TemporaryDirectory() as folder:
        for path in notebooks.course():
            cost, modules = _run(path)
            peak, floor = cost.peak_megabytes / 1e3, cost.set_up_megabytes / 1e3
            seconds = f"{cost.seconds:.0f} s | {cost.set_up_seconds:.0f} s"
            lines.append(f"| {path.stem} | {seconds} | {peak:.1f} GB | {floor:.1f} GB |")
            imports_only = notebooks.written(_floor(notebooks.read(path), modules))
            (Path(folder) / path.name).write_text(imports_only, encoding="utf-8")
        whole, floor = _verify(notebooks.NOTEBOOKS), _verify(Path(folder))
    n = len(notebooks.course())
    return [
        *lines,
        "",
        "| Verified by two workers | Time | Floor: kernels and imports alone | Ratio |",
        "|:--|--:|--:|--:|",
        f"| {n} notebooks | {whole:.0f} s | {floor:.0f} s | {whole / floor:.1f} |",
    ]


def _run(path: Path) -> tuple[Any, list[str]]:
    """Run a notebook; return what it cost and the modules that it has imported in the end, in their order.

    Its own import lines name few of them: libraries import parts of themselves at the first use, such as torch's
    compiler with the first optimizer, or sentence-transformers when the model is loaded.
    """
    from nbformat import from_dict
    from nbformat.v4 import new_code_cell

    from tools import notebooks, record

    notebook = from_dict(record.prepared(notebooks.read(path)))
    notebook["cells"].append(new_code_cell("import sys\nprint(*sys.modules)"))
    with record.empty_home() as home:
        cost = record.execute(notebook, path.parent, record.kernel_environment(home), path.name)
    return cost, notebook["cells"][-1]["outputs"][0]["text"].split()


def _floor(notebook: dict[str, Any], modules: list[str]) -> dict[str, Any]:
    """Keep of a notebook its set-up cells, and what is imported after them."""
    from tools import notebooks

    last = notebooks.code_cells(notebook)[1]
    lines = [
        "# NBVAL_IGNORE_OUTPUT",
        "import contextlib, importlib, warnings",
        "warnings.simplefilter('ignore')",
        f"for name in {modules!r}:",
        "    with contextlib.suppress(Exception):",
        "        importlib.import_module(name)",
    ]
    cell = {**last, "id": "imports", "source": "\n".join(lines), "outputs": []}
    return notebook | {"cells": [*notebook["cells"][: notebook["cells"].index(last) + 1], cell]}


def _verify(folder: Path) -> float:
    """Seconds to verify a folder's notebooks as `make test` does."""
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "-n", "2"]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "--dist", "loadfile", str(folder)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        raise SystemExit(f"the verification failed:\n{done.stdout[-2000:]}")
    return time.perf_counter() - start


# -- the page ----------------------------------------------------------------------------------------------------


def write(part: str, lines: list[str]) -> None:
    """Replace what stands between a part's marks in docs/benchmarks.md."""
    from embedlab import _files
    from tools import readme

    marks = f"<!-- {part} -->", f"<!-- end of {part} -->"
    text = PAGE.read_text(encoding="utf-8")
    _files.atomic_write(PAGE, readme.between(text, *marks, "\n".join(["", *lines, ""])))


def main(arguments: list[str] | None = None) -> int:
    """Measure part by part; print each part's tables and write them to docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description="Measure speed and memory beside peers.")
    parser.add_argument("--one", choices=ROWS | bench_scale.ALONE, help=argparse.SUPPRESS)
    parts = {"package": package_table, "scale": lambda: bench_scale.tables(_child), "notebooks": notebook_tables}
    parser.add_argument("--only", choices=parts, nargs="+", default=list(parts), help="measure these parts")
    options = parser.parse_args(arguments)
    if options.one:
        with contextlib.redirect_stdout(sys.stderr):
            rows = (ROWS | bench_scale.ALONE)[options.one]()
        print(json.dumps({"rows": rows, "peak": _peak_megabytes()}))
        return 0
    for part in options.only:
        lines = parts[part]()
        print("\n".join(lines), flush=True)
        write(part, lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
