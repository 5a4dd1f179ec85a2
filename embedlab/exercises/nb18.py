"""Exercises and quiz of notebook 18, Contextual and static."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Contextual and static"

word_vector = Exercise(
    id="18.word_vector",
    title="A word of several pieces",
    starter='''\
def word_vector(states, offsets, start, end):
    """Mean of the vectors of all pieces of the word text[start:end].

    states: array (tokens, d); offsets: array (tokens, 2), where each piece begins and ends in the text.
    Special tokens such as [CLS] have the offset (0, 0) and belong to no word. Returns an array (d,).
    """
    return ...


ex.word_vector.check(word_vector)
''',
    code="""\
def word_vector(states, offsets, start, end):
    first, last = offsets[:, 0], offsets[:, 1]
    inside = (first >= start) & (last <= end) & (last > first)
    return states[inside].mean(axis=0)
""",
    hints=(
        "A piece belongs to the word if it begins at `start` or later and ends at `end` or earlier.",
        "That test accepts the special tokens when the word opens the sentence: they are empty, so ask for `last > first` too.",
        "A mask of booleans picks the rows: `states[inside].mean(axis=0)`.",
    ),
    setup="""\
import numpy as np

# [CLS] bar ##ista s shout [SEP], and a padding token
places = np.array([[0, 0], [0, 3], [3, 7], [7, 8], [9, 14], [0, 0], [0, 0]])
hidden = np.array([[9.0, 9.0], [1.0, 0.0], [0.0, 1.0], [2.0, 2.0], [4.0, -1.0], [-7.0, 3.0], [5.0, 5.0]])
""",
    cases=(
        Case("hidden, places, 9, 14", "a word of one piece"),
        Case("hidden, places, 0, 8", "a word of three pieces that opens the sentence"),
        Case("hidden[1:-2], places[1:-2], 0, 8", "the same without special tokens"),
    ),
    mistakes=(
        Mistake(
            "def word_vector(states, offsets, start, end):\n"
            "    return states[(offsets[:, 0] >= start) & (offsets[:, 1] <= end)].mean(axis=0)",
            "The special tokens came in: their offset (0, 0) looks as if they stood at the beginning of the text.",
        ),
        Mistake(
            "def word_vector(states, offsets, start, end):\n"
            "    return states[np.flatnonzero((offsets[:, 0] == start) & (offsets[:, 1] > start))[0]]",
            "That is the first piece alone; the rest of the word says something too.",
        ),
        Mistake(
            "def word_vector(states, offsets, start, end):\n"
            "    inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])\n"
            "    return states[inside].sum(axis=0)",
            "That is the sum: a word of three pieces would come out longer than a word of one.",
        ),
    ),
    remark="The mean of the pieces is the usual choice; the first piece or the last one are others, so say which you took.",
)

one_direction = Exercise(
    id="18.one_direction",
    title="How much one vector can explain",
    starter='''\
def one_direction(uses):
    """Largest share of the summed squared lengths of `uses` that a single direction can carry.

    uses: array (n, d), the vectors of one word in n sentences, not centred. Returns a number from 1/n to 1.
    """
    return ...


ex.one_direction.check(one_direction)
''',
    code="""\
def one_direction(uses):
    squares = np.linalg.svd(uses, compute_uv=False) ** 2
    return float(squares[0] / squares.sum())
""",
    hints=(
        "`np.linalg.svd(uses, compute_uv=False)` gives the singular values, the largest first.",
        "The first singular value belongs to the best single direction; its square is what that direction carries.",
        "The squares of all singular values add up to the sum of the squared lengths.",
    ),
    setup="import numpy as np\n",
    cases=(
        Case("np.array([[3.0, 4.0], [6.0, 8.0], [-3.0, -4.0]])", "all uses on one line"),
        Case("np.array([[3.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])", "three unrelated uses"),
        Case("np.array([[1.0, 0.2], [0.9, -0.1], [1.1, 0.4], [0.8, 0.0]])", "uses that are alike"),
    ),
    mistakes=(
        Mistake(
            "def one_direction(uses):\n"
            "    values = np.linalg.svd(uses, compute_uv=False)\n"
            "    return float(values[0] / values.sum())",
            "Square the singular values first: lengths add up by their squares.",
        ),
        Mistake(
            "def one_direction(uses):\n"
            "    squares = np.linalg.svd(uses - uses.mean(axis=0), compute_uv=False) ** 2\n"
            "    return float(squares[0] / squares.sum())",
            "You subtracted the mean, which is just what a static vector would hold: leave it in.",
        ),
        Mistake(
            "def one_direction(uses):\n"
            "    middle = uses.mean(axis=0) / np.linalg.norm(uses.mean(axis=0))\n"
            "    return float(((uses @ middle) ** 2).sum() / (uses**2).sum())",
            "That is the direction of the mean; the best direction can carry more.",
        ),
    ),
    remark="Ethayarajh (2019) calls it maximum explainable variance, and subtracts what random words give before reading it.",
)

usage_change = Exercise(
    id="18.usage_change",
    title="Has a word changed?",
    starter='''\
def usage_change(old, new):
    """Mean cosine within the two sets of uses, minus the mean cosine across them.

    old: array (n, d), new: array (m, d), rows of length one, two or more each. Within each set all pairs of
    different uses count; the two means within are averaged. Returns a number: 0 if nothing changed.
    """
    return ...


ex.usage_change.check(usage_change)
''',
    code="""\
def usage_change(old, new):
    def within(x):
        first, second = np.triu_indices(len(x), k=1)
        return (x @ x.T)[first, second].mean()

    return float((within(old) + within(new)) / 2 - (old @ new.T).mean())
""",
    hints=(
        "Three means of cosines are needed: within old, within new, and across.",
        "Rows of length one: `old @ new.T` is the table of all cosines across.",
        "Within a set leave out the diagonal, where every use meets itself: `np.triu_indices(len(x), k=1)`.",
    ),
    setup="""\
import numpy as np


def unit(rows):
    rows = np.asarray(rows, dtype=float)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
""",
    cases=(
        Case("unit([[1, 0], [1, 0.5]]), unit([[0, 1], [0.4, 1], [0.1, 1]])", "a word with a new sense"),
        Case("unit([[1, 0.1], [1, 0.3], [1, -0.2]]), unit([[1, 0.2], [1, 0]])", "a word that stayed as it was"),
        Case("unit([[1, 0], [0, 1], [1, 1]]), unit([[0, 1], [1, 0.1]])", "a word with two senses before and after"),
    ),
    mistakes=(
        Mistake(
            "def usage_change(old, new):\n    return float(1 - (old @ new.T).mean())",
            "A word with many senses would seem to change all the time: compare with the cosines within each set.",
        ),
        Mistake(
            "def usage_change(old, new):\n"
            "    return float(((old @ old.T).mean() + (new @ new.T).mean()) / 2 - (old @ new.T).mean())",
            "Each use was compared with itself, which is 1 and makes any word look changed.",
        ),
        Mistake(
            "def usage_change(old, new):\n"
            "    def within(x):\n"
            "        first, second = np.triu_indices(len(x), k=1)\n"
            "        return (x @ x.T)[first, second].mean()\n\n"
            "    return float((old @ new.T).mean() - (within(old) + within(new)) / 2)",
            "The sign is turned: a word whose uses drift apart must get a positive number.",
        ),
    ),
    remark="Measures of this kind find words whose meaning moved between decades; without the part within, they find words with many senses.",
)

quiz = Quiz(
    "18.quiz",
    (
        Question(
            "A static table gives 50 % on the senses of bank. Would a table trained on ten times more text do better?",
            (
                Option(
                    "Yes: with more text it learns both senses.",
                    False,
                    "It may, and both go into one row: two uses still get the same vector, and no rule can tell equal vectors apart.",
                ),
                Option(
                    "No: the row is the same in every sentence, so there is nothing to decide by.",
                    True,
                    "The limit lies in the look-up and not in the training: the answer must come from the other words.",
                ),
                Option(
                    "Only if its rows get more dimensions.",
                    False,
                    "More numbers in the row do not help as long as every use reads the same ones.",
                ),
            ),
        ),
        Question(
            "Your contextual vectors tell the senses of a word apart in 85 % of the cases. Which number do you ask for next?",
            (
                Option(
                    "What the other words alone give, without reading the word in its place.",
                    True,
                    "Chance is an easy opponent here: the model's vector of the sentence without the word finds as many.",
                ),
                Option(
                    "The same on ten times more dimensions.",
                    False,
                    "That would be another model; the question is what this one adds to simpler readers of the context.",
                ),
                Option(
                    "The cosine between the two senses' centres.",
                    False,
                    "It depends on how crowded the layer is and has no meaning without a baseline of its own.",
                ),
            ),
        ),
        Question(
            "In one layer two uses of a word have a mean cosine of 0.70, in another 0.50. Which is more contextual?",
            (
                Option(
                    "The second: its vectors of one word differ more.",
                    False,
                    "Perhaps, but in the first layer random words may already share 0.60 and in the second 0.05.",
                ),
                Option(
                    "The first: a higher cosine means that more context was read.",
                    False,
                    "A high self-similarity means the opposite: the vector hardly changes with the sentence.",
                ),
                Option(
                    "Not to be said before the cosine of different words in each layer is subtracted.",
                    True,
                    "That is the correction for anisotropy: where all vectors crowd into one corner, every cosine is high.",
                ),
            ),
        ),
    ),
)
