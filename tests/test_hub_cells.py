"""The Hub cells, run for real against a Hub on this machine, from an empty cache and from a filled one.

The Hub serves tiny models with random weights under the real names, made here and gone after the tests: what they
print has the right form and no meaning. It is never stored: the recorded notebooks say that the cells were skipped.
"""

from __future__ import annotations

import ast
import math
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from embedlab import models
from tests import hub_server
from tools import notebooks

BERT = "bert-base-uncased"
CLIP = "openai/clip-vit-base-patch32"
RERANKER = "cross-encoder/ms-marco-MiniLM-L6-v2"
LARGER = "sentence-transformers/all-mpnet-base-v2"
FOUNDATION = "Qwen/Qwen3-Embedding-0.6B"
MODEL_OF = {"12": LARGER, "13": BERT, "14": CLIP, "15": RERANKER, "22": FOUNDATION}

each_notebook = pytest.mark.parametrize("number", MODEL_OF)


# -- the cells ---------------------------------------------------------------------------------------------------


def code_of(number):
    """The texts of a notebook's code cells, and the places of its Hub cells among them."""
    cells = notebooks.code_cells(notebooks.read(notebooks.numbered(number)))
    return [notebooks.python(cell) for cell in cells], [i for i, c in enumerate(cells) if "hub" in notebooks.tags(c)]


def names(node, kind):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, kind)}


def bound(node):
    """What a statement at the top of a cell gives a name to."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return names(node, ast.Store)


def free(node):
    """What a statement, or a whole cell, reads and does not itself give a name to."""
    parameters = {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    own = {name for n in ast.walk(node) for name in (bound(n) if isinstance(n, ast.stmt) else ())}
    return names(node, ast.Load) - names(node, ast.Store) - own - parameters


def what_it_needs(sources, place, given):
    """The statements above a cell on which it depends, in their order; names that are given need none."""
    wanted = free(ast.parse(sources[place])) - set(given)
    kept = []
    for node in reversed([node for source in sources[:place] for node in ast.parse(source).body]):
        if bound(node) & wanted:
            kept.append(node)
            wanted = (wanted - bound(node)) | (free(node) - set(given))
    return ast.Module(kept[::-1], [])


def run_cell(number, capsys, **given):
    """Run the notebook's Hub cell after what it needs; return what the cell itself prints."""
    sources, (place,) = code_of(number)
    space = dict(given)
    exec(compile(what_it_needs(sources, place, given), f"before the Hub cell of {number}", "exec"), space)
    capsys.readouterr()
    exec(compile(sources[place], f"the Hub cell of {number}", "exec"), space)
    return capsys.readouterr().out


def context(number):
    """What the cell of notebook 15 would get from cells that search thousands of pages."""
    if number != "15":
        return {}
    texts = [f"page {i} about apples and pears" for i in range(12)]
    data = SimpleNamespace(names=[f"library.page_{i}" for i in range(12)], queries=[0, 5])
    return {"texts": texts, "data": data, "ranking": [3, 1, 4, 5, 9, 2, 6, 8, 7, 10, 11], "i": 0}


# -- the Hub -----------------------------------------------------------------------------------------------------


def letters_tokenizer():
    """A tokenizer of BERT's kind whose pieces are single letters."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,"
    vocabulary = {piece: i for i, piece in enumerate([*marks, *letters, *("##" + letter for letter in letters)])}
    inner = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    inner.normalizer, inner.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    inner.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    named = {f"{mark.strip('[]').lower()}_token": mark for mark in marks}
    return PreTrainedTokenizerFast(tokenizer_object=inner, model_max_length=512, **named)


def make_berts(served):
    """A BERT of the real width with one layer, a small scorer of pairs, and two encoders of sentences."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    tokenizer = letters_tokenizer()
    sizes = {"vocab_size": len(tokenizer), "num_hidden_layers": 1}
    wide = BertConfig(**sizes, hidden_size=768, num_attention_heads=2, intermediate_size=32)
    small = BertConfig(**sizes, hidden_size=16, num_attention_heads=2, intermediate_size=16, num_labels=1)
    for name, model in [(BERT, BertModel(wide)), (RERANKER, BertForSequenceClassification(small))]:
        model.save_pretrained(served / name)
        tokenizer.save_pretrained(served / name)
    modules = [Transformer(str(served / BERT)), Pooling(768)]
    for name in (LARGER, FOUNDATION):
        SentenceTransformer(modules=modules, device="cpu").save(str(served / name))


def make_clip(served):
    """A small CLIP whose common space has the real 512 dimensions."""
    from transformers import CLIPConfig, CLIPModel, CLIPProcessor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    from tools.train_mini_clip import train_tokenizer

    tokenizer = train_tokenizer(["a photo of a cat", "a photo of a dog"], vocabulary=520)
    marks = {f"{mark}_token_id": getattr(tokenizer, f"{mark}_token_id") for mark in ("bos", "eos", "pad")}
    tower = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2, "num_hidden_layers": 1}
    config = CLIPConfig(
        text_config={**tower, **marks, "vocab_size": len(tokenizer), "projection_dim": 512},
        vision_config={**tower, "projection_dim": 512},  # 224 pixels, patches of 32: as the real one
        projection_dim=512,
    )
    CLIPModel(config).save_pretrained(served / CLIP)
    CLIPProcessor(CLIPImageProcessorPil(), tokenizer).save_pretrained(served / CLIP)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Hub that serves the five models."""
    import torch
    from transformers.utils import logging

    folder = tmp_path_factory.mktemp("served")
    logging.disable_progress_bar()
    torch.manual_seed(0)
    make_berts(folder)
    make_clip(folder)
    logging.enable_progress_bar()
    server = hub_server.Hub({name: folder / name for name in MODEL_OF.values()})
    yield server
    server.close()


@pytest.fixture(scope="module")
def cache(server, tmp_path_factory):
    """A cache into which the five models were downloaded."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", server.url)
        patch.setenv("HF_HUB_CACHE", str(folder))
        for name in MODEL_OF.values():
            models.fetch(name)
    return folder


@pytest.fixture
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("HF_ENDPOINT", raising=False)


@pytest.fixture
def hub(cache, offline, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))


# -- the tests ---------------------------------------------------------------------------------------------------


def test_the_first_token_of_bert_has_768_numbers(hub, capsys):
    printed = run_cell("13", capsys)
    assert printed.splitlines()[0] == "Embedding shape: (1, 768)"
    scores = re.findall(r"^(\w+) +Spearman with our grades (-?\d\.\d\d)$", printed, re.M)
    assert [name for name, _ in scores] == ["mean", "CLS", "max"]
    assert all(-1 <= float(score) <= 1 for _, score in scores)


def test_a_picture_has_512_numbers_and_two_captions_share_its_probability(hub, capsys):
    shape, scores, shares, cosines = run_cell("14", capsys).splitlines()
    assert shape == "Image embedding shape: torch.Size([1, 512])"
    (cat,), (dog,) = ast.literal_eval(scores.removeprefix("Similarity scores: "))
    shares = ast.literal_eval(shares.removeprefix("probabilities "))
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert shares[0] / shares[1] == pytest.approx(math.exp(cat - dog), rel=1e-3)
    assert all(-1 <= cosine <= 1 for cosine in ast.literal_eval(cosines.removeprefix("cosines ")))


def test_the_reranker_lists_five_of_the_ten_candidates_best_first(hub, capsys):
    given = context("15")
    lines = run_cell("15", capsys, **given).splitlines()
    scores = [float(line.split()[0]) for line in lines]
    candidates = {given["data"].names[j] for j in given["ranking"][:10]}
    assert len(lines) == 5
    assert {line.split()[1] for line in lines} <= candidates
    assert scores == sorted(scores, reverse=True)


def test_the_larger_encoder_has_768_numbers(hub, capsys):
    assert re.fullmatch(r"768 numbers, window \d+, Spearman -?\d\.\d\d\n", run_cell("12", capsys))


def test_the_foundation_model_is_told_nothing_colour_and_type(hub, capsys):
    told = re.findall(r"^told: (\w+) +same colour \d\.\d\d · same type \d\.\d\d$", run_cell("22", capsys), re.M)
    assert told == ["nothing", "colour", "type"]


EVERY_CELL = """
    import io, sys
    from contextlib import redirect_stdout
    from types import SimpleNamespace
    from tests import test_hub_cells as cells
    class Printed(io.StringIO):
        def readouterr(self):
            out = SimpleNamespace(out=self.getvalue())
            self.seek(0), self.truncate()
            return out
    for number in cells.MODEL_OF:
        with redirect_stdout(Printed()) as printed:
            said = cells.run_cell(number, printed, **cells.context(number))
        print(number, said.splitlines()[0])
"""


def run_every_cell(cache, endpoint):
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_OFFLINE")}
    environ = {**kept, "HF_ENDPOINT": endpoint, "HF_HUB_CACHE": str(cache), "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    command = [sys.executable, "-c", textwrap.dedent(EVERY_CELL)]
    done = subprocess.run(command, env=environ, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_every_cell_runs_from_an_empty_cache_and_again(server, tmp_path):
    first = run_every_cell(tmp_path, server.url)
    assert [line.split()[0] for line in first] == list(MODEL_OF)
    assert not any("Skipped" in line for line in first), first
    assert run_every_cell(tmp_path, server.url) == first


@each_notebook
def test_the_cell_loads_the_model_of_that_name_from_the_cache(number, hub, cache):
    assert Path(models.model_path(MODEL_OF[number])).is_relative_to(cache)
    sources, (place,) = code_of(number)
    assert f'"{MODEL_OF[number]}"' in sources[place]


@each_notebook
def test_without_the_model_the_cell_says_why_and_what_to_do(number, offline, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    printed = run_cell(number, capsys, **context(number))
    name, said = re.escape(MODEL_OF[number]), " ".join(printed.split())
    wanted = rf"Skipped: the weights of {name} are not on this machine and HF_HUB_OFFLINE is set: connect once .+"
    assert re.fullmatch(wanted, said)
    assert max(map(len, printed.splitlines())) <= 88


@each_notebook
def test_no_output_of_a_model_that_was_not_there_is_recorded(number):
    for cell in notebooks.code_cells(notebooks.read(notebooks.numbered(number))):
        if "hub" in notebooks.tags(cell):
            (output,) = cell["outputs"]
            assert "".join(output["text"]).startswith("Skipped: ")
