"""The Hub cells of notebooks 13, 14 and 15, run for real against a local cache.

The cache holds tiny models with random weights under the real names, made here and gone after the tests: what they
print has the right form and no meaning. It is never stored: the recorded notebooks say that the cells were skipped.
"""

from __future__ import annotations

import ast
import re
from types import SimpleNamespace

import pytest

from tests.encoders import snapshot
from tools import notebooks

BERT = "bert-base-uncased"
CLIP = "openai/clip-vit-base-patch32"
RERANKER = "cross-encoder/ms-marco-MiniLM-L6-v2"
MODEL_OF = {"13": BERT, "14": CLIP, "15": RERANKER}

each_notebook = pytest.mark.parametrize("number", MODEL_OF)


# -- the cells ---------------------------------------------------------------------------------------------------


def code_of(number):
    """The texts of a notebook's code cells, and the places of its Hub cells among them."""
    cells = notebooks.code_cells(notebooks.read(notebooks.numbered(number)))
    return [notebooks.source(cell) for cell in cells], [i for i, c in enumerate(cells) if "hub" in notebooks.tags(c)]


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


# -- the cache ---------------------------------------------------------------------------------------------------


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


def make_berts(cache):
    """A BERT of the real width with one layer, and a small scorer of pairs."""
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    tokenizer = letters_tokenizer()
    sizes = {"vocab_size": len(tokenizer), "num_hidden_layers": 1}
    wide = BertConfig(**sizes, hidden_size=768, num_attention_heads=2, intermediate_size=32)
    small = BertConfig(**sizes, hidden_size=16, num_attention_heads=2, intermediate_size=16, num_labels=1)
    for name, model in [(BERT, BertModel(wide)), (RERANKER, BertForSequenceClassification(small))]:
        folder = snapshot(cache, name)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def make_clip(cache):
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
    folder = snapshot(cache, CLIP)
    CLIPModel(config).save_pretrained(folder)
    CLIPProcessor(CLIPImageProcessorPil(), tokenizer).save_pretrained(folder)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    import torch
    from transformers.utils import logging

    folder = tmp_path_factory.mktemp("hub")
    logging.disable_progress_bar()
    torch.manual_seed(0)
    make_berts(folder)
    make_clip(folder)
    logging.enable_progress_bar()
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
    printed = run_cell("14", capsys)
    assert printed.splitlines()[0] == "Image embedding shape: (1, 512)"
    found = re.findall(r"^(a photo of a \w+): cosine (-?\d\.\d\d), probability (\d\.\d\d)$", printed, re.M)
    assert [caption for caption, _, _ in found] == ["a photo of a cat", "a photo of a dog"]
    assert sum(float(share) for _, _, share in found) == pytest.approx(1, abs=0.011)
    assert all(-1 <= float(cosine) <= 1 for _, cosine, _ in found)


def test_the_reranker_lists_five_of_the_ten_candidates_best_first(hub, capsys):
    given = context("15")
    lines = run_cell("15", capsys, **given).splitlines()
    scores = [float(line.split()[0]) for line in lines]
    candidates = {given["data"].names[j] for j in given["ranking"][:10]}
    assert len(lines) == 5
    assert {line.split()[1] for line in lines} <= candidates
    assert scores == sorted(scores, reverse=True)


@each_notebook
def test_without_the_model_the_cell_says_what_it_skipped(number, offline, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    printed = run_cell(number, capsys, **context(number))
    assert re.fullmatch(rf"Skipped: {re.escape(MODEL_OF[number])} \(\d+ MB\) is not here, .+\n", printed)


@each_notebook
def test_no_output_of_a_model_that_was_not_there_is_recorded(number):
    for cell in notebooks.code_cells(notebooks.read(notebooks.numbered(number))):
        if "hub" in notebooks.tags(cell):
            (output,) = cell["outputs"]
            assert "".join(output["text"]).startswith("Skipped: ")
