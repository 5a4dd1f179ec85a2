"""A short audit of any model that has ``encode``: what was measured, on which data, and what that does not show.

`report` writes Markdown that can be kept beside the model. It states its data with a fingerprint, so that a later
audit can be compared with an earlier one; it puts a baseline next to each number; each sentence of judgement is chosen
by the numbers beside it; and it ends with its limits. A report is a measurement and no certificate.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from embedlab import _need, evaluation, vectors

_PERMUTATIONS, _SMALLEST_POOL = 5_000, 50
_CHANCE = 0.05  # what chance reaches more rarely is clear; shared out among the tests of one report
_TELLING, _MOST = 0.1, 0.5  # shares of the words: a tenth more than by chance is much, from a half on it is most
_SHORT = 100  # words: half of such a list is no sample to rely on
_LIMITS = (
    "A small p-value says that the targets differ on these words, not that people are treated differently.",
    "An effect near zero is no proof of fairness: another list, language or sentence may show what this one does not.",
    "What an application does with the vectors is not measured here. Audit that too, with its own data.",
)


def report(
    model: Any,
    tests: Mapping[str, Sequence[Any]],
    *,
    pool: Sequence[str] = (),
    sentences: Sequence[str] = (),
    dictionary: Sequence[str] = (),
    template: str = "{}",
    name: str = "",
    draws: int = 500,
    seed: int = 0,
) -> str:
    """Measure a model and describe what was found.

    Parameters
    ----------
    model : object with ``encode(list of str) -> (n, d)``
    tests : dict of name to (x, y, a, b)
        Association tests: two lists of targets and two of attributes; more items are ignored, so that the tests of
        `embedlab.datasets.association_words` can be given as they are.
    pool : list of str
        At least 50 ordinary words. Attributes drawn from them tell how large an effect is without any meaning, in
        either direction.
    sentences : list of str
        Texts whose words are guessed from their vectors.
    dictionary : list of str
        The words that an attacker guesses from. Without it these are the sentences' own words: the report then says
        that this helps the attacker.
    template : str
        How a word is put to the model; ``{}`` is the word.
    name : str
        What the model is called in the report; without it the name of its class.
    draws, seed : int
        Number of random lists, and what decides them.

    Returns
    -------
    str
        Markdown: the model, the data used, associations, recovered words (if sentences were given), limits.

    Raises
    ------
    TypeError, ValueError
        If the model has no ``encode``, a test has no four lists, a list is unusable, the pool is too small, or a
        dictionary is given without sentences.

    Examples
    --------
    >>> class Letters:
    ...     def encode(self, inputs):
    ...         return np.array([[text.count(c) + 0.1 for c in "abxy"] for text in inputs])
    >>> text = report(Letters(), {"a or b": (["xa", "ya"], ["xb", "yb"], ["aa"], ["bb"])}, name="Letters")
    >>> print(text.splitlines()[0])
    # Audit of Letters
    """
    if not callable(getattr(model, "encode", None)) or isinstance(model, (str, type)):
        raise TypeError(f"model must have a method encode, but a {type(model).__name__} has none")
    if not isinstance(template, str) or template.count("{}") != 1:
        raise ValueError(f"template must hold {{}} once, where the word goes, but it is {template!r:.40}")
    draws, rng = _need.whole(draws, "draws"), np.random.default_rng(_need.whole(seed, "seed", at_least=0))
    if not isinstance(tests, Mapping) or not tests:
        raise ValueError("tests must hold at least one association test, but it is empty or no dict")
    tests = {label: _lists(test, label) for label, test in tests.items()}
    pool, sentences = _need.strings(pool, "pool"), _need.strings(sentences, "sentences")
    dictionary = _need.strings(dictionary, "dictionary")
    if dictionary and not sentences:
        raise ValueError("dictionary is what the words of sentences are guessed from, but no sentences were given")
    if 0 < len(pool) < _SMALLEST_POOL:
        raise ValueError(f"pool must hold at least {_SMALLEST_POOL} words, but it holds {len(pool)}")
    known = _encode_words(model, [w for lists in tests.values() for words in lists for w in words] + pool, template)
    dimensions = len(next(iter(known.values())))
    parts = [
        f"# Audit of {name or type(model).__name__}",
        f"Vectors of {dimensions} dimensions, compared by cosine. Words were put to the model as “{template}”.",
        "## Data used",
        _data_table(tests, {"ordinary words": pool, "sentences": sentences, "attacker's words": dictionary}),
        "## Associations",
        _associations(tests, known, pool, draws, rng),
    ]
    if sentences:
        parts += ["## Words recovered from vectors", _recovery(model, sentences, dictionary, draws, rng)]
    short = min(len(words) for lists in tests.values() for words in lists) < _SHORT
    lists = (
        f"The {'lists are short, and the effects' if short else 'effects'} depend on {'them' if short else 'the lists'}"
    )
    limits = (f"{lists}: see the range over half lists.", *_LIMITS)
    parts += ["## Limits", "\n".join(f"- {limit}" for limit in limits)]
    return "\n\n".join(parts) + "\n"


def _lists(test: Sequence[Any], label: str) -> list[list[str]]:
    name = f"tests[{label!r}]"
    if not isinstance(label, str):
        raise TypeError(f"{name} must have a name that is a string")
    if not isinstance(test, Sequence) or isinstance(test, str) or len(test) < 4:
        holds = len(test) if isinstance(test, Sequence) else f"a {type(test).__name__}"
        raise ValueError(f"{name} must hold four lists (x, y, a, b), but it holds {holds}")
    lists = [_need.strings(words, f"{name}.{part}") for part, words in zip("xyab", test[:4], strict=True)]
    if not all(lists):
        raise ValueError(f"{name} must hold four lists of words, but one is empty")
    return lists


def _encode_words(model: Any, words: Iterable[str], template: str) -> dict[str, np.ndarray]:
    distinct = list(dict.fromkeys(words))
    made = _encode(model, [template.replace("{}", word) for word in distinct])
    return dict(zip(distinct, made, strict=True))


def _encode(model: Any, texts: list[str]) -> np.ndarray:
    made = vectors.unit(model.encode(texts), "model.encode(texts)", "(n, d)")
    _need.same_length(made, texts, "model.encode(texts)", "texts")
    return made


def _fingerprint(words: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, [":--"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _data_table(tests: Mapping[str, list[list[str]]], extra: Mapping[str, list[str]]) -> str:
    rows = [
        (label, " + ".join(str(len(words)) for words in lists), _fingerprint(w for words in lists for w in words))
        for label, lists in tests.items()
    ]
    rows += [(label, str(len(items)), _fingerprint(items)) for label, items in extra.items() if items]
    return _table(("data", "items", "fingerprint"), rows)


def _associations(
    tests: Mapping[str, list[list[str]]],
    known: Mapping[str, np.ndarray],
    pool: list[str],
    draws: int,
    rng: np.random.Generator,
) -> str:
    head = ["test", "effect d", "p, two-sided", "5 to 95 % of half lists"] + ["random lists as large"] * bool(pool)
    rows, told, clear = [], [], _CHANCE / len(tests)
    for label, lists in tests.items():
        x, y, a, b = (np.array([known[word] for word in words]) for words in lists)
        try:
            effect, p = _two_sided(x, y, a, b)
        except ValueError as error:
            raise ValueError(f"tests[{label!r}] gives no effect: {error}") from error
        low, high = _half_lists(x, y, a, b, draws, rng)
        row = [label, f"{effect:.2f}", _p_text(p), f"{low:.2f} to {high:.2f}"]
        share = None
        if pool:
            ordinary = np.array([known[word] for word in pool])
            share = _random_share(effect, x, y, len(a), len(b), ordinary, draws, rng)
            row.append(f"{share:.2f}" if share else f"none of {draws}")
        rows.append(row)
        told.append(f"- {label}: {_told_of_effect(effect, p, share, clear)}{_told_of_halves(low, high)}")
    scale = (
        "The effect lies between -2 and 2 (Caliskan, Bryson and Narayanan 2017); below 0 it points the other way. "
        "p is from permutations"
    )
    if pool:
        scale += "; the last column is the share of attributes drawn from ordinary words that give at least as much"
    scale += ". Both directions count." if pool else "; both directions count."
    if len(tests) > 1:
        scale += f" With {len(tests)} tests, a p above {clear:.3f} is not told from chance here."
    return "\n\n".join([_table(head, rows), scale, "\n".join(told)])


def _two_sided(x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Effect size, and how often dealing the targets out anew gives one as large in either direction."""
    found = evaluation.weat(x, y, a, b, permutations=_PERMUTATIONS)
    if found.effect_size < 0:  # as many are dealt to each side, so both directions are equally likely
        return found.effect_size, min(1.0, 2 * evaluation.weat(y, x, a, b, permutations=_PERMUTATIONS).p_value)
    return found.effect_size, min(1.0, 2 * found.p_value)


def _told_of_effect(effect: float, p: float, share: float | None, clear: float) -> str:
    """Say what one test shows; `share` of the random lists gave as much, None if none were drawn."""
    if p > clear:
        return "not told from chance with these lists"
    way = "the targets differ" if effect > 0 else "the targets differ, against the order of the lists"
    if share is None:
        return f"{way}; whether other attributes do as much was not measured"
    if share > _CHANCE:
        return f"{way}, but {share:.0%} of the random lists do as much: the attributes need not be special"
    return f"{way}, and random lists rarely do as much"


def _told_of_halves(low: float, high: float) -> str:
    return "; half of the lists may turn it round." if low < 0 < high else "."


def _p_text(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"


def _effect(x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """The effect size alone, for unit vectors: what `evaluation.weat` computes, without the test."""
    association = np.concatenate([x, y]) @ (a.mean(axis=0) - b.mean(axis=0))
    spread = association.std(ddof=1)
    return float((association[: len(x)].mean() - association[len(x) :].mean()) / max(spread, 1e-12))


def _half_lists(
    x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    def half(words: np.ndarray) -> np.ndarray:
        return words[rng.permutation(len(words))[: max(2, len(words) // 2)]]

    return np.quantile([_effect(*map(half, (x, y, a, b))) for _ in range(draws)], [0.05, 0.95])


def _random_share(
    effect: float,
    x: np.ndarray,
    y: np.ndarray,
    size_a: int,
    size_b: int,
    ordinary: np.ndarray,
    draws: int,
    rng: np.random.Generator,
) -> float:
    found = []
    for _ in range(draws):
        size = size_a + size_b
        drawn = ordinary[rng.choice(len(ordinary), size, replace=size > len(ordinary))]
        found.append(_effect(x, y, drawn[:size_a], drawn[size_a:]))
    return float(np.mean(np.abs(found) >= abs(effect)))


def _recovery(
    model: Any, sentences: list[str], dictionary: list[str], draws: int, rng: np.random.Generator, k: int = 10
) -> str:
    """How many of a sentence's words are among the k words whose own vectors are nearest to the sentence's."""
    words = [set(re.findall(r"[^\W\d_]{4,}", sentence.lower())) for sentence in sentences]
    kept = [i for i, found in enumerate(words) if found]
    if not kept:
        raise ValueError("sentences must hold words of at least four letters, but there is none")
    vocabulary = sorted({word.lower() for word in dictionary} if dictionary else set().union(*words))
    made = _encode(model, [sentences[i] for i in kept])
    nearest, _ = vectors.top_k(made, _encode(model, vocabulary), min(k, len(vocabulary)))
    guesses = [{vocabulary[j] for j in row} for row in nearest]

    def recovered(order: Iterable[int]) -> float:
        return float(np.mean([len(words[i] & guesses[j]) / len(words[i]) for i, j in zip(kept, order, strict=True)]))

    share = recovered(range(len(kept)))
    mixed = np.array([recovered(rng.permutation(len(kept))) for _ in range(draws)])
    rows = [
        ("from its own vector", f"{share:.2f}"),
        ("from vectors dealt out at random, on average", f"{mixed.mean():.2f}"),
        ("the same, at most in 95 % of the draws", f"{np.quantile(mixed, 0.95):.2f}"),
    ]
    head = (f"words of four letters or more, {k} guesses out of {len(vocabulary)}", "share recovered")
    origin = (
        "The guesses came from a dictionary that was given; words outside it count as not recovered."
        if dictionary
        else "The guesses came from the sentences' own words. That helps the attacker: of more words fewer are found."
    )
    return f"{_table(head, rows)}\n\n{origin} {_told_of_recovery(share, mixed)}"


def _told_of_recovery(share: float, mixed: np.ndarray) -> str:
    """Say what a share recovered shows, beside the shares when vectors are dealt out to the sentences at random."""
    if (np.sum(mixed >= share - 1e-12) + 1) / (len(mixed) + 1) > _CHANCE:
        return (
            "Vectors dealt out at random do as well too often: this does not show that words can be read from a vector."
        )
    if share - mixed.mean() < _TELLING:
        return "More words than by chance, but few of them: a vector tells something of its text."
    if share < _MOST:
        return (
            "Nobody trained anything for this. A vector tells a part of its text: protect it as you protect the text."
        )
    return "Nobody trained anything for this. A vector is a form of its text: protect it as you protect the text."
