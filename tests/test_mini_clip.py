"""The small picture model that ships: its quality on a fixed sample, how it loads, and the trap of its end mark."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import CLIPModel, CLIPProcessor

from embedlab import models, scenes
from embedlab.scenes import Item, Scene
from tools import mini_clip_quality as quality
from tools import train_mini_clip as training


@pytest.fixture(scope="module")
def folder():
    return Path(models.model_path("mini-clip"))


@pytest.fixture(scope="module")
def clip(folder):
    training.logging.disable_progress_bar()
    return CLIPModel.from_pretrained(folder, dtype=torch.float32).eval(), CLIPProcessor.from_pretrained(folder)


@pytest.fixture(scope="module")
def figures(clip):
    return quality.measure(*clip, n=500, seed=4242)  # other pictures than those of the model card


BARS = {
    "color": 0.99,
    "thing": 0.97,
    "size": 0.97,
    "count": 0.90,
    "one object, exact": 0.93,
    "recall@1 image to text, unseen": 0.90,
    "recall@1 text to image, unseen": 0.90,
    "recall@10 image to text, unseen": 0.99,
    "recall@10 text to image, unseen": 0.99,
    "relation": 0.90,
    "cat or dog": 0.98,
}


@pytest.mark.parametrize("question", BARS)
def test_quality_on_combinations_that_training_never_saw(figures, question):
    assert figures[question] >= BARS[question]


def test_the_card_states_what_is_measured(folder, figures):
    card = (folder / "README.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in card.splitlines() if line.startswith("| ")]
    stated = {row[0]: row[2] for row in rows}
    for key, words, _ in quality.QUESTIONS:
        assert float(stated[words]) == pytest.approx(figures[key], abs=0.03), words


def test_it_is_small_plain_and_no_text_model(folder):
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 6_000_000
    assert not list(folder.glob("*.bin"))
    assert not list(folder.glob("*.pt"))
    assert training.fingerprints(folder) == models._KNOWN["mini-clip"].packaged.sha256
    with pytest.raises(ValueError, match="name must be a text model, but 'mini-clip' is the picture model"):
        models.load_text_model("mini-clip")


# ------------------------------------------------------------------------------------------- the whole caption counts


def text_vector(clip, *texts):
    return quality.text_vectors(*clip, list(texts)).numpy()


def test_the_end_mark_has_another_number_than_two(clip):
    model, processor = clip
    assert model.config.text_config.eos_token_id == processor.tokenizer.eos_token_id
    assert processor.tokenizer.eos_token_id != 2
    short, long = "a red cat", "two small yellow houses on a striped background, a drawing of two houses"
    alone, beside = text_vector(clip, short)[0], text_vector(clip, short, long)
    assert np.abs(beside[0] - alone).max() < 1e-5


@pytest.mark.parametrize("last", [("house", "tree"), ("circle", "star")])
def test_the_last_word_of_a_caption_changes_its_vector(clip, last):
    one, other = text_vector(clip, *(f"a small red cat left of a large blue {word}" for word in last))
    assert one @ other < 0.9


def test_captions_that_mean_the_same_are_near_and_others_are_not(clip):
    scene = Scene(Item("cat", "red"), "left of", Item("house", "blue"))
    same, turned, swapped = text_vector(
        clip, scenes.caption(scene), scenes.caption(scenes.turned_round(scene)), scenes.caption(scenes.swapped(scene))
    )
    assert same @ turned > same @ swapped + 0.1


# ----------------------------------------------------------------------------------------------------- how it loads


def test_the_processor_does_what_training_did(clip):
    pictures = scenes.draw_many(scenes.sample(4, seed=1), seed=1)
    _, processor = clip
    given = processor(images=list(pictures), return_tensors="pt")["pixel_values"]
    torch.testing.assert_close(given, quality.to_pixels(pictures))


def test_it_loads_in_a_fresh_process_without_a_word_on_stderr(folder):
    code = """
from transformers import CLIPModel, CLIPProcessor
from transformers.utils import logging
from embedlab import models, scenes
logging.disable_progress_bar()
model = CLIPModel.from_pretrained(models.model_path("mini-clip"))
processor = CLIPProcessor.from_pretrained(models.model_path("mini-clip"))
texts = ["a drawing of a cat", "a drawing of a dog"]
inputs = processor(text=texts, images=scenes.draw("cat"), return_tensors="pt", padding=True)
print(model(**inputs).logits_per_image.softmax(dim=1).argmax().item())
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert (done.stdout.strip(), done.returncode) == ("0", 0), done.stderr
    assert done.stderr == ""
