"""Exercises and quiz of notebook 21, Ethics."""

from __future__ import annotations

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Ethics"
quiz = quiz_of(__file__)


@exercise(
    "Does it hang on one word?",
    hints=(
        "`np.delete(x, i)` is x without its item i.",
        (
            "The effect is the difference of the two means, x minus y, divided by one standard deviation over all "
            "words that are left, those of x and of y together."
        ),
        (
            "The sample standard deviation divides by one less than the number of words: "
            "`np.concatenate([kept, y]).std(ddof=1)`."
        ),
    ),
    cases=(
        case("one word stands out", np.array([1.0, 2.0, 6.0]), np.array([0.0, 1.0, -1.0])),
        case("unequal numbers of words", np.array([0.3, 0.1, 0.2, 0.2]), np.array([0.2, 0.1])),
        case("two words only", np.array([-0.5, 0.5]), np.array([0.1, 0.4, 0.2])),
    ),
    remark="If one word moves the effect a lot, report the range and not the number.",
)
def without_each(x, y):
    """Effect sizes with one word of x left out at a time, in the order of x.

    x, y: associations of the first and the second targets, arrays (n,) and (m,). An
    effect size is mean(x) − mean(y) divided by the sample standard deviation of all
    these associations together. Returns an array (n,).
    """
    effects = []
    for i in range(len(x)):
        kept = np.delete(x, i)
        spread = np.concatenate([kept, y]).std(ddof=1)
        effects.append((kept.mean() - y.mean()) / spread)
    return np.array(effects)


@without_each.mistake("The word that was left out still counts in the standard deviation.")
def _(x, y):
    return np.array([(np.delete(x, i).mean() - y.mean()) / np.concatenate([x, y]).std(ddof=1) for i in range(len(x))])


@without_each.mistake("NumPy's default divides by the number of words; the sample standard deviation needs `ddof=1`.")
def _(x, y):
    return np.array(
        [(np.delete(x, i).mean() - y.mean()) / np.concatenate([np.delete(x, i), y]).std() for i in range(len(x))]
    )


@without_each.mistake("That is the plain difference of the means: divide it by the standard deviation.")
def _(x, y):
    return np.array([np.delete(x, i).mean() - y.mean() for i in range(len(x))])


SCORES = np.array([0.9, 0.7, 0.3, 0.2, 0.8, 0.6, 0.9, 0.1, 0.4, 0.2, 0.7])
SAME = np.array([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], dtype=bool)
GROUPS = np.array(list("AAAABBBBAAA"))
THREE_SCORES = np.array([0.6, 0.3, 0.9, 0.2, 0.7, 0.9, 0.1, 0.4, 0.5, 0.8, 0.6, 0.1, 0.9])
THREE_SAME = np.array([0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], dtype=bool)
THREE_GROUPS = np.array([2, 2, 2, 2, 5, 5, 7, 7, 7, 7, 5, 7, 5])


@exercise(
    "How unequal is one threshold?",
    hints=(
        "Within each group look only at the pairs of different people: `(groups == group) & ~same`.",
        "A rate is a share: the mean of `scores[...] >= threshold`.",
        'Ask for a smallest rate of zero before you divide, and return `float("inf")` then.',
    ),
    cases=(
        case("one group matches more strangers", SCORES, SAME, GROUPS, 0.5),
        case("one group has no false match", SCORES, SAME, GROUPS, 0.75),
        case("three groups, one score reaches the threshold exactly", THREE_SCORES, THREE_SAME, THREE_GROUPS, 0.5),
        case("nobody matches", SCORES, SAME, GROUPS, 0.95),
    ),
    remark=(
        "A ratio alone can mislead: 10 times almost nothing is still little. Report both rates, and the number of "
        "people."
    ),
)
def disparity(scores, same, groups, threshold):
    """Largest false match rate of a group divided by the smallest, at one threshold.

    scores, same, groups: arrays (n,), one item for each pair, which lies within one
    group. A pair matches if its score reaches the threshold. Return infinity if the
    smallest rate is zero.
    """
    rates = []
    for group in np.unique(groups):
        strangers = (groups == group) & ~same
        rates.append(float(np.mean(scores[strangers] >= threshold)))
    return max(rates) / min(rates) if min(rates) > 0 else float("inf")


@disparity.mistake("Pairs of the same person are no false matches: leave them out on both sides of the rate.")
def _(scores, same, groups, threshold):
    rates = [np.mean(scores[groups == g] >= threshold) for g in np.unique(groups)]
    return float(max(rates) / min(rates)) if min(rates) > 0 else float("inf")


@disparity.mistake("You compared counts; a group with more pairs has more false matches even at the same rate.")
def _(scores, same, groups, threshold):
    counts = [np.sum(scores[(groups == g) & ~same] >= threshold) for g in np.unique(groups)]
    return float(max(counts) / min(counts)) if min(counts) > 0 else float("inf")


@disparity.mistake("A pair that reaches the threshold exactly matches too.")
def _(scores, same, groups, threshold):
    rates = [np.mean(scores[(groups == g) & ~same] > threshold) for g in np.unique(groups)]
    return float(max(rates) / min(rates)) if min(rates) > 0 else float("inf")


@exercise(
    "Nothing found, nothing there?",
    hints=(
        "If each pair errs with rate r, all pairs are right with probability (1 − r) to the power of their number.",
        "At the highest compatible rate that probability equals 1 − confidence.",
        "Solve for r: the power is undone by a root, so 1 − r is `(1 - confidence) ** (1 / pairs)`.",
    ),
    cases=(
        case("a single pair", 1, 0.95),
        case("twenty pairs", 20, 0.95),
        case("three hundred pairs", 300, 0.95),
        case("another confidence", 50, 0.5),
    ),
    remark=(
        "For 95 % it is close to 3 divided by the number of pairs. A small group needs many pairs before silence "
        "means safety."
    ),
)
def none_seen(pairs, confidence):
    """Highest error rate compatible with no error among so many independent pairs.

    With a higher rate, seeing no error at all would be less likely than 1 - confidence.
    Returns a number.
    """
    return 1 - (1 - confidence) ** (1 / pairs)


@none_seen.mistake("No error was seen, but a rate of one in a thousand would mostly show none in twenty pairs either.")
def _(pairs, confidence):
    return 0.0


@none_seen.mistake(
    "You took the root of the confidence: no error must be *unlikely* at a higher rate, with 1 − confidence left."
)
def _(pairs, confidence):
    return 1 - confidence ** (1 / pairs)


@none_seen.mistake("The rule of three is close for many pairs at 95 %, but a single pair cannot give a rate of 3.")
def _(pairs, confidence):
    return 3 / pairs
