"""Train the small picture model of the course: a true CLIP on pictures that `embedlab.scenes` draws.

    python -m tools.train_mini_clip                # train, measure, write embedlab/assets/mini-clip
    python -m tools.train_mini_clip --measure      # measure the model that is there
    python -m tools.train_mini_clip --help

It runs on the CPU in at most 45 minutes on two cores, in four steps: draw the pictures, train the tokenizer, train the
model, measure what came out on combinations that training never saw. Seeded throughout.

The recipe: pairs of a picture and a caption, the symmetric contrastive loss of Radford et al. 2021 ("Learning
Transferable Visual Models From Natural Language Supervision"), a learned temperature. Two refinements. A batch
is made of families, a scene and a sibling that differs in one point (another colour, another count, the two things
swapped), for chance hardly ever puts such near misses side by side and the model would never have to tell
them apart. And captions of a batch that mean the same are all right answers, while a caption that
is true of another picture but says less is left out of that picture's sum: it is not wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from torch.nn import functional
from tqdm.auto import tqdm
from transformers import CLIPConfig, CLIPModel, CLIPProcessor, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.utils import logging

from embedlab import scenes
from embedlab.scenes import Item, Scene
from tools.mini_clip_quality import DETAILS, QUESTIONS, as_line, claim, measure, to_pixels

ROOT = Path(__file__).resolve().parents[1]
START, END = "<|startoftext|>", "<|endoftext|>"
WORDINGS = 6  # captions written for each picture; an epoch takes one of them
SLOTS = 10  # what a caption can say, as numbers; see `claim`
READING = 0.75  # how often a caption is made to name first what stands on the left or above
SHIFT = 2  # pixels by which a picture is moved at most, each time it is used
RECIPE = {"pictures": 40_000, "steps": 4_800, "batch": 256, "rate": 2e-3, "seed": 0}  # the command's options
SPOKEN = (0.85, 0.85, 0.2)  # how often a training caption names each of them


# ------------------------------------------------------------------------------------------------ the data


def sibling(scene: Scene, rng: np.random.Generator) -> Scene:
    """Change one point of a scene, or let the two things swap places or colours; stay with seen combinations."""
    while True:
        near = _changed(scene, rng)
        if near != scene and not scenes.is_unseen(near):
            return near


def _changed(scene: Scene, rng: np.random.Generator) -> Scene:
    item, other = scene.item, scene.other
    if other is None:
        return replace(scene, item=_altered(item, rng, ("thing", "color", "size", "count")))
    kind = rng.choice(["swap", "relation", "colors", "sizes", "one"], p=[0.4, 0.15, 0.15, 0.05, 0.25])
    if kind == "swap":
        return scenes.swapped(scene)
    if kind == "relation":
        return replace(scene, relation=str(rng.choice(scenes.RELATIONS)))
    if kind == "colors":
        return replace(scene, item=replace(item, color=other.color), other=replace(other, color=item.color))
    if kind == "sizes":
        return replace(scene, item=replace(item, size=other.size), other=replace(other, size=item.size))
    if rng.random() < 0.5:
        return replace(scene, item=_altered(item, rng, ("thing", "color", "size")))
    return replace(scene, other=_altered(other, rng, ("thing", "color", "size")))


def _altered(item: Item, rng: np.random.Generator, points: tuple[str, ...]) -> Item:
    values = {"thing": scenes.THINGS, "color": scenes.COLORS, "size": scenes.SIZES, "count": scenes.COUNTS}
    point = "thing" if rng.random() < 0.2 else str(rng.choice(points))  # the thing is the hardest: more often
    return replace(item, **{point: values[point][rng.integers(len(values[point]))]})


def _left_alone(scene: Scene, rng: np.random.Generator) -> Scene:
    """Show one thing where there were several, half the time: a lone thing is the hardest to make out."""
    alone = replace(scene, item=replace(scene.item, count=1))
    return alone if rng.random() < 0.5 and not scenes.is_unseen(alone) else scene


def draw_training_set(n: int, seed: int) -> tuple[list[Scene], np.ndarray]:
    """Invent n scenes in families of two and draw them."""
    rng = np.random.default_rng((seed, 1))
    base = [_left_alone(scene, rng) for scene in scenes.sample(n // 2, "seen", related=0.5, seed=seed)]
    everything = [scene for first in base for scene in (first, sibling(first, rng))]
    starts = tqdm(range(0, n, 1000), desc="drawing", unit="k")
    blocks = [scenes.draw_many(everything[i : i + 1000], seed=seed * 1_000_003 + i) for i in starts]
    return everything, np.concatenate(blocks)


def write_captions(everything: list[Scene], seed: int) -> tuple[list[str], np.ndarray]:
    """Word every scene `WORDINGS` times; the two of a family name the same details.

    Returns the texts, scene by scene, and what they claim, shape (n * WORDINGS, SLOTS).
    """
    rng = np.random.default_rng((seed, 2))
    texts, claims = [], []
    for start in tqdm(range(0, len(everything), 2), desc="wording", unit="family", mininterval=2):
        told = [[w for w, p in zip(DETAILS, SPOKEN, strict=True) if rng.random() < p] for _ in range(WORDINGS)]
        for scene in everything[start : start + 2]:
            for named in told:
                said = reading_order(scene) if rng.random() < READING else scene
                texts.append(scenes.caption(said, seed=int(rng.integers(2**31)), mention=named))
                claims.append(claim(scene, tuple(named)))
    return texts, np.array(claims, dtype=np.int8)


def reading_order(scene: Scene) -> Scene:
    """Name first what stands on the left or above.

    Most captions do, as people would. The thought behind it: as long as both orders are equally frequent, neither the
    order nor the word "left" tells anything alone. Relations stayed at chance without it and were learned soon after it
    came in; that was one run, without a second one for comparison.
    """
    return scenes.turned_round(scene) if scene.relation in ("right of", "below") else scene


def vocabulary_texts(seed: int) -> list[str]:
    """Word scenes of all kinds for the tokenizer to learn from."""
    return [
        scenes.caption(scene, seed=i, mention=DETAILS) for i, scene in enumerate(scenes.sample(8000, "all", seed=seed))
    ]


# --------------------------------------------------------------------------------------- tokenizer and model


def train_tokenizer(texts: list[str], vocabulary: int = 900) -> CLIPTokenizer:
    """Learn byte pairs the way CLIP's tokenizer has them: every byte exists, words end in `</w>`, marks come last."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    base = [*alphabet, *(letter + "</w>" for letter in alphabet)]
    blank = CLIPTokenizer().backend_tokenizer
    learner = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learner.normalizer, learner.pre_tokenizer = blank.normalizer, blank.pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, initial_alphabet=alphabet, end_of_word_suffix="</w>", show_progress=False
    )
    learner.train_from_iterator(texts, trainer)
    merges = [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]]
    tokens = dict.fromkeys([*base, *("".join(pair) for pair in merges), START, END])
    return CLIPTokenizer(
        vocab={token: number for number, token in enumerate(tokens)}, merges=merges, model_max_length=77
    )


def make_processor(tokenizer: CLIPTokenizer) -> CLIPProcessor:
    """Put the tokenizer and the picture settings together."""
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": scenes.SIDE},
        crop_size={"height": scenes.SIDE, "width": scenes.SIDE},
        image_mean=[0.5, 0.5, 0.5],
        image_std=[0.5, 0.5, 0.5],
    )
    return CLIPProcessor(pictures, tokenizer)


def make_model(tokenizer: CLIPTokenizer, width: int = 128) -> CLIPModel:
    """Build the untrained model. The end mark's number must not be 2: that switches on an old way of pooling."""
    if tokenizer.eos_token_id == 2:
        raise ValueError("the end mark must have a number other than 2, but it is 2")
    tower = {"hidden_size": width, "intermediate_size": 4 * width, "num_attention_heads": width // 32}
    tower["projection_dim"] = 128
    text = tower | {name: getattr(tokenizer, name) for name in ("bos_token_id", "eos_token_id", "pad_token_id")}
    text |= {"num_hidden_layers": 2, "vocab_size": len(tokenizer), "max_position_embeddings": 77}
    vision = tower | {"num_hidden_layers": 4, "image_size": scenes.SIDE, "patch_size": 16}
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=128))


# ---------------------------------------------------------------------------------------------- training


def contrastive_loss(images: torch.Tensor, texts: torch.Tensor, scale: torch.Tensor, claims: torch.Tensor,
                     facts: torch.Tensor) -> torch.Tensor:  # fmt: skip
    """Compute the symmetric contrastive loss of a batch, with equal captions right and true ones left out.

    Unit vectors, shape (b, d), belong together; ``scale`` is one over the temperature; ``claims`` and ``facts``,
    shape (b, SLOTS), are what each caption says and everything that could be said of each picture.
    """
    logits = scale * images @ texts.T
    same = (claims[:, None] == claims[None]).all(dim=-1)
    true = ((claims[None] == -1) | (claims[None] == facts[:, None])).all(dim=-1)  # picture i, caption j
    logits = logits.masked_fill(true & ~same, -1e4)
    right = same.float()
    by_image = -(right * functional.log_softmax(logits, dim=1)).sum(1) / right.sum(1)
    by_text = -(right * functional.log_softmax(logits, dim=0)).sum(0) / right.sum(0)
    return (by_image.mean() + by_text.mean()) / 2


Batch = tuple[torch.Tensor, ...]


def batches(steps: int, size: int, seed: int, pictures: np.ndarray, ids: np.ndarray, lengths: np.ndarray,
            claims: np.ndarray, facts: np.ndarray) -> Iterator[Batch]:  # fmt: skip
    """Give pixels, token ids, attention mask, claims and facts of each step; a family stays together."""
    per_epoch = len(pictures) // size
    for step in range(steps):
        epoch, place = divmod(step, per_epoch)
        if place == 0:
            families = np.random.default_rng((seed, 3, epoch)).permutation(len(pictures) // 2)
            order = (families[:, None] * 2 + np.arange(2)).ravel()
        chosen = order[place * size : (place + 1) * size]
        rng = np.random.default_rng((seed, 4, step))
        wording = np.repeat(rng.integers(WORDINGS, size=len(chosen) // 2), 2)  # one for each family
        row = chosen * WORDINGS + wording
        longest = int(lengths[row].max())
        mask = np.arange(longest) < lengths[row][:, None]
        yield (
            to_pixels(shifted(pictures[chosen], rng)),
            torch.from_numpy(ids[row, :longest].astype(np.int64)),
            torch.from_numpy(mask.astype(np.int64)),
            torch.from_numpy(claims[row]),
            torch.from_numpy(facts[chosen]),
        )


def shifted(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move each picture by up to SHIFT pixels each way; the border is repeated."""
    padded = np.pad(pictures, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), mode="edge")
    side = pictures.shape[1]
    moves = rng.integers(2 * SHIFT + 1, size=(len(pictures), 2))
    return np.stack([one[y : y + side, x : x + side] for one, (x, y) in zip(padded, moves, strict=True)])


def encode_texts(tokenizer: CLIPTokenizer, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Turn texts into token ids, shape (n, longest), filled up with the end mark, and their lengths, shape (n,)."""
    ids = tokenizer(texts)["input_ids"]
    lengths = np.array([len(row) for row in ids], dtype=np.int16)
    table = np.full((len(ids), lengths.max()), tokenizer.pad_token_id, dtype=np.int16)
    for i, row in enumerate(ids):
        table[i, : len(row)] = row
    return table, lengths


def make_optimizers(model: CLIPModel, rate: float) -> list[torch.optim.Optimizer]:
    """Give Muon for the matrices inside the layers and AdamW for everything else.

    Muon (Jordan et al. 2024) makes the update of a matrix orthogonal, so that its rare directions learn as fast as its
    frequent ones. Weight decay stays away from biases and norms.
    """
    inner = [p for name, p in model.named_parameters() if p.ndim == 2 and ".layers." in name]
    known = {id(p) for p in inner}
    other = [p for p in model.parameters() if id(p) not in known]
    groups = [
        {"params": [p for p in other if p.ndim > 1], "weight_decay": 0.05},
        {"params": [p for p in other if p.ndim < 2], "weight_decay": 0.0},
    ]
    return [
        torch.optim.Muon(inner, lr=rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98)),
    ]


def rate_factor(step: int, steps: int, warm: int = 150) -> float:
    """Give the share of the peak rate at a step: up in a straight line, down along a half cosine wave to nearly 0."""
    if step < warm:
        return (step + 1) / warm
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(steps - warm, 1)))


def caption_vectors(model: CLIPModel, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Give unit vectors of a batch's captions, shape (b, d); the short half apart, to spend less on filling."""
    order = mask.sum(1).argsort(stable=True)
    parts = []
    for rows in order.chunk(2):
        longest = int(mask[rows].sum(1).max())
        given = {"input_ids": ids[rows, :longest], "attention_mask": mask[rows, :longest]}
        parts.append(model.get_text_features(**given).pooler_output)
    return functional.normalize(torch.cat(parts)[order.argsort()], dim=-1)


def train(model: CLIPModel, given: Iterator[Batch], steps: int, peak_rate: float) -> None:
    """Take a step for each batch."""
    optimizers = make_optimizers(model, peak_rate)
    bar = tqdm(enumerate(given), total=steps, desc="training", mininterval=10)
    for step, (pixels, ids, mask, claims, facts) in bar:
        images = functional.normalize(model.get_image_features(pixel_values=pixels).pooler_output, dim=-1)
        texts = caption_vectors(model, ids, mask)
        loss = contrastive_loss(images, texts, model.logit_scale.exp(), claims, facts)
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = peak_rate * rate_factor(step, steps)
            optimizer.step()
        with torch.no_grad():
            model.logit_scale.clamp_(max=math.log(100))
        bar.set_postfix(loss=f"{loss.item():.3f}", chance=f"{math.log(len(ids)):.2f}", refresh=False)


# ------------------------------------------------------------------------------------------- what is written


def write_card(model: CLIPModel, processor: CLIPProcessor, figures: dict[str, float], folder: Path) -> None:
    """Write README.md and quality.json beside the weights."""
    vision, text = model.config.vision_config, model.config.text_config
    made = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    blank = Path(__file__).with_name("mini_clip_card.md").read_text(encoding="utf-8")
    card = blank.format(
        parameters=sum(p.numel() for p in model.parameters()),
        image_layers=vision.num_hidden_layers,
        text_layers=text.num_hidden_layers,
        width=vision.hidden_size,
        tokens=len(processor.tokenizer),
        dimensions=model.config.projection_dim,
        scale=model.logit_scale.exp().item(),
        end=text.eos_token_id,
        things=len(scenes.THINGS),
        thing_names=", ".join(scenes.THINGS),
        colors=len(scenes.COLORS),
        combinations=len(scenes.THINGS) * len(scenes.COLORS) * len(scenes.SIZES) * len(scenes.COUNTS),
        unseen=len(scenes.unseen_items()),
        recipe=": " + ", ".join(f"{key} {value}" for key, value in made.items()),
        rows="\n".join(f"| {words} | {chance:.3f} | {figures[key]:.3f} |" for key, words, chance in QUESTIONS),
    )
    (folder / "README.md").write_text(card, encoding="utf-8")
    rounded = {key: round(value, 4) for key, value in figures.items()}
    (folder / "quality.json").write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")


def save(model: CLIPModel, processor: CLIPProcessor, arguments: argparse.Namespace) -> None:
    """Write weights, tokenizer, processor and the recipe's settings."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(arguments.out)
    processor.save_pretrained(arguments.out)
    (arguments.out / "model.safetensors").chmod(0o644)
    made = {name: getattr(arguments, name) for name in RECIPE}
    (arguments.out / "recipe.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


def fingerprints(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of every file that loading reads: the table that `embedlab.models` checks."""
    names = ("config.json", "model.safetensors", "processor_config.json", "tokenizer.json", "tokenizer_config.json")
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


# ---------------------------------------------------------------------------------------------- the command


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Train the small picture model.")
    parser.add_argument("--out", type=Path, default=ROOT / "embedlab" / "assets" / "mini-clip")
    for name, value in RECIPE.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    parser.add_argument("--measure", action="store_true", help="only measure the model in --out and write its card")
    return parser.parse_args()


def main() -> None:
    """Train unless told only to measure; measure, write the card, print the figures and the fingerprints."""
    arguments = parse()
    torch.set_num_threads(2)  # another number rounds differently
    if not arguments.measure:
        prepare_and_train(arguments)
    logging.disable_progress_bar()
    model = CLIPModel.from_pretrained(arguments.out, dtype=torch.float32)
    processor = CLIPProcessor.from_pretrained(arguments.out)
    figures = measure(model, processor)
    write_card(model, processor, figures, arguments.out)
    print(as_line(figures))
    print(json.dumps(fingerprints(arguments.out), indent=4))


def prepare_and_train(arguments: argparse.Namespace) -> None:
    """Draw, word, learn the vocabulary, train and save."""
    everything, pictures = draw_training_set(arguments.pictures, arguments.seed)
    texts, claims = write_captions(everything, arguments.seed)
    processor = make_processor(train_tokenizer(vocabulary_texts(arguments.seed)))
    ids, lengths = encode_texts(processor.tokenizer, texts)
    facts = np.array([claim(scene) for scene in everything], dtype=np.int8)
    torch.manual_seed(arguments.seed)
    model = make_model(processor.tokenizer)
    given = batches(arguments.steps, arguments.batch, arguments.seed, pictures, ids, lengths, claims, facts)
    train(model, given, arguments.steps, arguments.rate)
    save(model, processor, arguments)


if __name__ == "__main__":
    main()
