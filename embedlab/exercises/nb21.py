"""Exercises and quiz of notebook 21, Ethics."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Ethics"

without_each = Exercise(
    id="21.without_each",
    title="Does it hang on one word?",
    starter='''\
def without_each(x, y):
    """Effect sizes with one word of x left out at a time, in the order of x.

    x, y: associations of the first and the second targets, arrays (n,) and (m,). Returns an array (n,).
    """
    return ...


ex.without_each.check(without_each)
''',
    code="""\
def without_each(x, y):
    effects = []
    for i in range(len(x)):
        kept = np.delete(x, i)
        spread = np.concatenate([kept, y]).std(ddof=1)
        effects.append((kept.mean() - y.mean()) / spread)
    return np.array(effects)
""",
    hints=(
        "`np.delete(x, i)` is x without its item i.",
        "The effect is the difference of the two means, divided by a standard deviation over all words that are left.",
        "The sample standard deviation divides by one less than the number of words: `ddof=1`.",
    ),
    cases=(
        Case("np.array([1.0, 2.0, 6.0]), np.array([0.0, 1.0, -1.0])", "one word stands out"),
        Case("np.array([0.3, 0.1, 0.2, 0.2]), np.array([0.2, 0.1])", "unequal numbers of words"),
        Case("np.array([-0.5, 0.5]), np.array([0.1, 0.4, 0.2])", "two words only"),
    ),
    mistakes=(
        Mistake(
            "def without_each(x, y):\n"
            "    return np.array([(np.delete(x, i).mean() - y.mean()) / np.concatenate([x, y]).std(ddof=1)"
            " for i in range(len(x))])",
            "The word that was left out still counts in the standard deviation.",
        ),
        Mistake(
            "def without_each(x, y):\n"
            "    return np.array([(np.delete(x, i).mean() - y.mean()) / np.concatenate([np.delete(x, i), y]).std()"
            " for i in range(len(x))])",
            "NumPy's default divides by the number of words; the sample standard deviation needs `ddof=1`.",
        ),
        Mistake(
            "def without_each(x, y):\n    return np.array([np.delete(x, i).mean() - y.mean() for i in range(len(x))])",
            "That is the plain difference of the means: divide it by the standard deviation.",
        ),
    ),
    remark="If one word moves the effect a lot, report the range and not the number.",
)

disparity = Exercise(
    id="21.disparity",
    title="How unequal is one threshold?",
    starter='''\
def disparity(scores, same, groups, threshold):
    """Largest false match rate of a group divided by the smallest, at one threshold for all.

    scores, same, groups: arrays (n,), one item for each pair; a pair lies within one group.
    A pair matches if its score reaches the threshold. Return infinity if the smallest rate is zero.
    """
    return ...


ex.disparity.check(disparity)
''',
    code="""\
def disparity(scores, same, groups, threshold):
    rates = []
    for group in np.unique(groups):
        strangers = (groups == group) & ~same
        rates.append(np.mean(scores[strangers] >= threshold))
    return float(max(rates) / min(rates)) if min(rates) > 0 else float("inf")
""",
    hints=(
        "Within each group look only at the pairs of different people: `(groups == group) & ~same`.",
        "A rate is a share: the mean of `scores[...] >= threshold`.",
        "Ask for a smallest rate of zero before you divide.",
    ),
    setup="""\
import numpy as np

scores = np.array([0.9, 0.7, 0.3, 0.2, 0.8, 0.6, 0.9, 0.1, 0.4, 0.2, 0.7])
same = np.array([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], dtype=bool)
groups = np.array(list("AAAABBBBAAA"))
""",
    cases=(
        Case("scores, same, groups, 0.5", "one group matches more strangers"),
        Case("scores, same, groups, 0.75", "one group has no false match"),
        Case("scores, same, groups, 0.0", "everybody matches"),
        Case("scores, same, groups, 0.6", "a score that reaches the threshold exactly"),
    ),
    mistakes=(
        Mistake(
            "def disparity(scores, same, groups, threshold):\n"
            "    rates = [np.mean(scores[groups == g] >= threshold) for g in np.unique(groups)]\n"
            "    return float(max(rates) / min(rates)) if min(rates) > 0 else float('inf')",
            "Pairs of the same person are no false matches: leave them out on both sides of the rate.",
        ),
        Mistake(
            "def disparity(scores, same, groups, threshold):\n"
            "    counts = [np.sum(scores[(groups == g) & ~same] >= threshold) for g in np.unique(groups)]\n"
            "    return float(max(counts) / min(counts)) if min(counts) > 0 else float('inf')",
            "You compared counts; a group with more pairs has more false matches even at the same rate.",
        ),
        Mistake(
            "def disparity(scores, same, groups, threshold):\n"
            "    rates = [np.mean(scores[(groups == g) & ~same] > threshold) for g in np.unique(groups)]\n"
            "    return float(max(rates) / min(rates)) if min(rates) > 0 else float('inf')",
            "A pair that reaches the threshold exactly matches too.",
        ),
    ),
    remark="A ratio alone can mislead: 10 times almost nothing is still little. Report both rates, and the number of people.",
)

none_seen = Exercise(
    id="21.none_seen",
    title="Nothing found, nothing there?",
    starter='''\
def none_seen(pairs, confidence):
    """Highest error rate that is still compatible with no error among so many independent pairs.

    With a higher rate, seeing no error at all would be less likely than 1 - confidence. Returns a number.
    """
    return ...


ex.none_seen.check(none_seen)
''',
    code="""\
def none_seen(pairs, confidence):
    return 1 - (1 - confidence) ** (1 / pairs)
""",
    hints=(
        "If each pair errs with rate r, all pairs are right with probability (1 − r) to the power of their number.",
        "At the highest compatible rate that probability equals 1 − confidence.",
        "Solve for r: the power is undone by a root.",
    ),
    cases=(
        Case((1, 0.95), "a single pair"),
        Case((20, 0.95), "twenty pairs"),
        Case((300, 0.95), "three hundred pairs"),
        Case((50, 0.5), "another confidence"),
    ),
    mistakes=(
        Mistake(
            "def none_seen(pairs, confidence):\n    return 0.0",
            "No error was seen, but a rate of one in a thousand would show none in twenty pairs either.",
        ),
        Mistake(
            "def none_seen(pairs, confidence):\n    return 1 - confidence ** (1 / pairs)",
            "You took the root of the confidence: no error must be *unlikely* at a higher rate, with 1 − confidence left.",
        ),
        Mistake(
            "def none_seen(pairs, confidence):\n    return 3 / pairs",
            "The rule of three is close for many pairs at 95 %, but a single pair cannot give a rate of 3.",
        ),
    ),
    remark="For 95 % it is close to 3 divided by the number of pairs. A small group needs many pairs before silence means safety.",
)

quiz = Quiz(
    "21.quiz",
    (
        Question(
            "After debiasing, the effect in a WEAT is 0.02. What may the report say?",
            (
                Option(
                    "The vectors are free of this bias.",
                    False,
                    "In the planted corpus the groups could still be told apart perfectly after the direction was taken out.",
                ),
                Option(
                    "The test no longer shows it with these lists; whether the groups can still be told apart was tested too, with this result.",
                    True,
                    "State the test, and state what remains. Gonen and Goldberg (2019) showed how much can remain.",
                ),
                Option(
                    "The test has failed, since the true effect cannot be zero.",
                    False,
                    "The number is right. It measures one direction only, and that one was taken out.",
                ),
            ),
        ),
        Question(
            "A newspaper writes: “Face recognition fails for 34.7 % of darker-skinned women (Gender Shades).” What is wrong?",
            (
                Option(
                    "Nothing: the figure is in that study.",
                    False,
                    "The figure is, but the task is another one.",
                ),
                Option(
                    "The figure is too small.",
                    False,
                    "It is the highest error that the study found among three products, at that time.",
                ),
                Option(
                    "The study measured how often the gender is guessed wrongly, not whether a person is recognised.",
                    True,
                    "Classification and recognition are different tasks; for recognition see NIST's report 8280.",
                ),
            ),
        ),
        Question(
            "A clinic wants to publish the sentence vectors of its notes, without the notes, as anonymous data. What do you answer?",
            (
                Option(
                    "Don't: names and illnesses can be read back from the vectors.",
                    True,
                    "In our test with made-up notes nearly all names and illnesses were, without any training.",
                ),
                Option(
                    "Fine: vectors are only numbers.",
                    False,
                    "So is every file. What matters is what can be found out from the numbers.",
                ),
                Option(
                    "Fine, if they are rotated by a secret matrix first.",
                    False,
                    "Whoever knows the text of a few hundred of the vectors can find the rotation.",
                ),
            ),
        ),
    ),
)
