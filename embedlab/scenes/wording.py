"""The English of the captions that `scenes` gives: words, synonyms, plurals and turns of phrase.

Must not: draw. It reads a scene's fields and never changes one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

# Other words for what the plain caption names by the key; the plain word is used most of the time.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "circle": ("disc",), "triangle": ("three-sided shape",), "star": ("five-pointed star",), "cross": ("plus sign",),
    "moon": ("crescent moon",), "ring": ("hoop",), "cat": ("kitty",), "dog": ("puppy",), "house": ("cottage",),
    "car": ("automobile",), "sun": ("shining sun",), "cup": ("mug",), "flower": ("blossom",), "boat": ("sailing boat",),
    "small": ("little", "tiny"), "large": ("big", "huge"), "grey": ("gray",), "purple": ("violet",),
    "left of": ("to the left of", "on the left of"), "right of": ("to the right of", "on the right of"),
    "above": ("over",), "below": ("under", "beneath"),
}  # fmt: skip

PLURALS = {"fish": "fish", "puppy": "puppies", "kitty": "kitties", "cross": "crosses"}
NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}
OPENINGS = ("", "", "a drawing of", "a picture of", "a photo of", "an image of")


def plain(scene: Any, named: set[str]) -> str:
    """Describe a scene in the one standard wording."""
    words = [_phrase(scene.item, named, None)]
    if scene.other is not None:
        words += [str(scene.relation), _phrase(scene.other, named, None)]
    if "background" in named:
        words.append(f"on a {scene.background} background")
    return " ".join(words)


def varied(scene: Any, named: set[str], rng: np.random.Generator) -> str:
    """Describe a scene in one of many wordings, chosen by `rng`."""
    words = [str(rng.choice(OPENINGS)), _phrase(scene.item, named, rng)]
    if scene.other is not None:
        words += [_word(str(scene.relation), rng), _phrase(scene.other, named, rng)]
    if "background" in named:
        words.append(f"{rng.choice(['on', 'against'])} a {scene.background} background")
    return " ".join(word for word in words if word)


def _word(plain_word: str, rng: np.random.Generator | None) -> str:
    """The word itself, or one time in four another word for it."""
    others = SYNONYMS.get(plain_word, ())
    if rng is None or not others or rng.random() > 0.25:
        return plain_word
    return str(rng.choice(others))


def _phrase(item: Any, named: set[str], rng: np.random.Generator | None) -> str:
    """Name one item: "a small red cat", "three small red cats"."""
    noun = _word(item.thing, rng)
    adjectives = [_word(item.size, rng)] if "size" in named else []
    adjectives += [_word(item.color, rng)] if "color" in named else []
    if item.count > 1:
        noun = PLURALS.get(noun, noun + "s")
    words = [*adjectives, noun]
    return " ".join([_number(item.count, words[0], rng), *words])


def _number(count: int, following: str, rng: np.random.Generator | None) -> str:
    """The article or the number before a phrase whose next word is `following`."""
    article = "an" if following[0] in "aeiou" else "a"
    if rng is None:
        return article if count == 1 else NUMBERS[count]
    choice = rng.random()
    if count == 1:
        return article if choice < 0.8 else str(rng.choice(["one", "a single"]))
    if count == 2 and choice < 0.15:
        return "a pair of"
    return NUMBERS[count] if choice < 0.85 else str(count)
