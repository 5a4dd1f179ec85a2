"""Measure the small picture model: what the card states and what the tests hold it to.

All test pictures are drawn afresh from fixed seeds. What counts is the *unseen* combinations.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional
from transformers import CLIPModel, CLIPProcessor

from embedlab import scenes
from embedlab.scenes import Item, Scene

DETAILS = ("size", "color", "background")
QUESTIONS = (  # key of the figure, what it says, chance
    ("color", "which of 11 colours (all else in the caption right)", 1 / 11),
    ("thing", "which of 18 things", 1 / 18),
    ("size", "small or large", 1 / 2),
    ("count", "one, two, three or four", 1 / 4),
    ("one object, exact", "size, colour and thing at once, among all 396 captions", 1 / 396),
    ("recall@1 image to text, unseen", "picture → caption among 500, Recall@1", 1 / 500),
    ("recall@10 image to text, unseen", "picture → caption among 500, Recall@10", 10 / 500),
    ("recall@1 text to image, unseen", "caption → picture among 500, Recall@1", 1 / 500),
    ("recall@10 text to image, unseen", "caption → picture among 500, Recall@10", 10 / 500),
    ("recall@1 image to text, seen", "the same on *seen* combinations: picture → caption, Recall@1", 1 / 500),
    ("recall@1 text to image, seen", "the same on *seen* combinations: caption → picture, Recall@1", 1 / 500),
    ("relation", "the caption, or the one with the two things swapped", 1 / 2),
    ("color binding", "the caption, or the one with the two colours swapped", 1 / 2),
    ("cat or dog", '"a drawing of a cat" or "a drawing of a dog" (all colours)', 1 / 2),
)


def claim(scene: Scene, named: tuple[str, ...] = DETAILS) -> list[int]:
    """Write what a caption says as numbers, -1 where it is silent; "A left of B" and "B right of A" come out alike."""
    if scene.relation in ("right of", "below"):
        scene = scenes.turned_round(scene)
    relation = -2 if scene.relation is None else scenes.RELATIONS.index(scene.relation)
    numbers = [relation, scenes.BACKGROUNDS.index(scene.background) if "background" in named else -1]
    for item in (scene.item, scene.other):
        if item is None:
            numbers += [-2] * 4
            continue
        numbers += [
            scenes.THINGS.index(item.thing),
            scenes.COLORS.index(item.color) if "color" in named else -1,
            scenes.SIZES.index(item.size) if "size" in named else -1,
            item.count,
        ]
    return numbers


def to_pixels(pictures: np.ndarray) -> torch.Tensor:
    """Do what the processor does with a 64 × 64 picture: (b, 64, 64, 3), 0 to 255, to (b, 3, 64, 64), -1 to 1."""
    scaled = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()
    return scaled / 127.5 - 1


@torch.inference_mode()
def text_vectors(model: CLIPModel, processor: CLIPProcessor, texts: list[str]) -> torch.Tensor:
    """Give unit vectors of texts, shape (n, d)."""
    different, back = np.unique(texts, return_inverse=True)
    parts = []
    for start in range(0, len(different), 512):
        some = different[start : start + 512].tolist()
        given = processor(text=some, return_tensors="pt", padding=True, truncation=True)
        parts.append(model.get_text_features(**given).pooler_output)
    return functional.normalize(torch.cat(parts), dim=-1)[torch.from_numpy(back)]


@torch.inference_mode()
def image_vectors(model: CLIPModel, pictures: np.ndarray) -> torch.Tensor:
    """Give unit vectors of pictures, shape (n, d)."""
    blocks = (to_pixels(pictures[start : start + 512]) for start in range(0, len(pictures), 512))
    parts = [model.get_image_features(pixel_values=block).pooler_output for block in blocks]
    return functional.normalize(torch.cat(parts), dim=-1)


def measure(model: CLIPModel, processor: CLIPProcessor, n: int = 1000, seed: int = 977) -> dict[str, float]:
    """Measure everything that the model card states, on unseen combinations, with plain captions."""
    lone = scenes.sample(n, "unseen", related=0.0, seed=seed)
    vectors = image_vectors(model, scenes.draw_many(lone, seed))
    figures = {point: _choice(model, processor, lone, vectors, point) for point in ("color", "thing", "size", "count")}
    figures["one object, exact"] = _exact(model, processor, n, seed + 1)
    for split in ("unseen", "seen"):
        for name, value in _retrieval(model, processor, 500, split, seed + 2).items():
            figures[f"{name}, {split}"] = value
    figures["relation"], figures["color binding"] = _relations(model, processor, n, seed + 3)
    figures["cat or dog"] = _cat_or_dog(model, processor, n, seed + 4)
    return figures


def _choice(model: CLIPModel, processor: CLIPProcessor, lone: list[Scene], vectors: torch.Tensor, point: str) -> float:
    """Share of pictures whose right caption beats those that differ from it in one point only."""
    values = {"thing": scenes.THINGS, "color": scenes.COLORS, "size": scenes.SIZES, "count": scenes.COUNTS}[point]
    offered = [scenes.caption(Scene(replace(s.item, **{point: v}))) for s in lone for v in values]
    texts = text_vectors(model, processor, offered).reshape(len(lone), len(values), -1)
    best = torch.einsum("nd,nvd->nv", vectors, texts).argmax(1).tolist()
    return float(np.mean([values[i] == getattr(s.item, point) for i, s in zip(best, lone, strict=True)]))


def _exact(model: CLIPModel, processor: CLIPProcessor, n: int, seed: int) -> float:
    """Share of pictures of one thing whose caption wins among those of all things, colours and sizes."""
    offered = [Item(t, c, s) for t in scenes.THINGS for c in scenes.COLORS for s in scenes.SIZES]
    texts = text_vectors(model, processor, [scenes.caption(Scene(item)) for item in offered])
    rng = np.random.default_rng(seed)
    pool = [item for item in scenes.unseen_items() if item.count == 1]
    shown = [pool[rng.integers(len(pool))] for _ in range(n)]
    pictures = scenes.draw_many([Scene(item, background=str(rng.choice(scenes.BACKGROUNDS))) for item in shown], seed)
    best = (image_vectors(model, pictures) @ texts.T).argmax(1).tolist()
    return float(np.mean([offered[i] == item for i, item in zip(best, shown, strict=True)]))


def distinct_scenes(n: int, split: str, seed: int) -> list[Scene]:
    """Give n scenes whose plain captions all mean something different."""
    chosen: dict[tuple[int, ...], Scene] = {}
    for scene in scenes.sample(4 * n, split, seed=seed):
        chosen.setdefault(tuple(claim(scene, ("size", "color"))), scene)
    return list(chosen.values())[:n]


def _retrieval(model: CLIPModel, processor: CLIPProcessor, n: int, split: str, seed: int) -> dict[str, float]:
    gallery = distinct_scenes(n, split, seed)
    scores = (
        image_vectors(model, scenes.draw_many(gallery, seed))
        @ text_vectors(model, processor, [scenes.caption(scene) for scene in gallery]).T
    )
    figures = {}
    for way, table in (("image to text", scores), ("text to image", scores.T)):
        rank = (table > table.diagonal()[:, None]).sum(1)
        for k in (1, 10):
            figures[f"recall@{k} {way}"] = (rank < k).float().mean().item()
    return figures


def _relations(model: CLIPModel, processor: CLIPProcessor, n: int, seed: int) -> tuple[float, float]:
    """Share of pictures of two things whose caption beats the one with the things, or with the colours, swapped."""
    shown = scenes.sample(n, "unseen", related=1.0, seed=seed)
    vectors = image_vectors(model, scenes.draw_many(shown, seed))
    recolored = [
        replace(s, item=replace(s.item, color=s.other.color), other=replace(s.other, color=s.item.color)) for s in shown
    ]
    right, moved, painted = (
        (vectors * text_vectors(model, processor, [scenes.caption(s) for s in some])).sum(1)
        for some in (shown, [scenes.swapped(s) for s in shown], recolored)
    )
    return (right > moved).float().mean().item(), (right > painted).float().mean().item()


def _cat_or_dog(model: CLIPModel, processor: CLIPProcessor, n: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    names = ["cat", "dog"] * (n // 2)
    shown = [
        Scene(Item(name, str(rng.choice(scenes.COLORS)), str(rng.choice(scenes.SIZES))),
              background=str(rng.choice(scenes.BACKGROUNDS)))
        for name in names
    ]  # fmt: skip
    texts = text_vectors(model, processor, ["a drawing of a cat", "a drawing of a dog"])
    best = (image_vectors(model, scenes.draw_many(shown, seed)) @ texts.T).argmax(1).tolist()
    return float(np.mean([("cat", "dog")[i] == name for i, name in zip(best, names, strict=True)]))


def as_line(figures: dict[str, float]) -> str:
    """Write figures on one line."""
    return " · ".join(f"{name} {value:.3f}" for name, value in figures.items())
