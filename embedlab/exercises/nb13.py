"""Exercises and quiz of notebook 13, Transformers directly."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Transformers directly"

masked_max = Exercise(
    id="13.masked_max",
    title="Max pooling with a mask",
    starter='''\
def masked_max(states, mask):
    """The largest value of each dimension over the real tokens.

    states: array (n, t, d); mask: array (n, t) of 1 (real token) and 0 (filler). Returns an array (n, d).
    """
    return ...


ex.masked_max.check(masked_max)
''',
    code="""\
def masked_max(states, mask):
    hidden = np.where(mask[:, :, None] == 1, states, -np.inf)
    return hidden.max(axis=1)
""",
    hints=(
        "The maximum runs over the tokens, which is axis 1.",
        "A filler must never win. Which value loses against every number?",
        "`np.where(mask[:, :, None] == 1, states, …)` puts that value in the fillers' places.",
    ),
    setup="""\
import numpy as np

high = np.array([[[0.2, 0.9], [0.7, 0.1], [3.0, 3.0]], [[0.4, 0.5], [0.3, 0.8], [0.6, 0.2]]])
low = np.array([[[-0.2, -0.9], [-0.7, 0.1], [-0.4, -0.3]], [[-0.4, -0.5], [-0.8, -0.1], [5.0, 5.0]]])
""",
    cases=(
        Case("high, np.array([[1, 1, 0], [1, 1, 1]])", "one sentence has a filler"),
        Case("low, np.array([[1, 1, 0], [1, 1, 0]])", "all numbers of a dimension are negative"),
    ),
    mistakes=(
        Mistake(
            "def masked_max(states, mask):\n    return states.max(axis=1)",
            "The fillers have vectors too, and here one of them won: leave them out.",
        ),
        Mistake(
            "def masked_max(states, mask):\n    return (states * mask[:, :, None]).max(axis=1)",
            "You made the fillers zero, and zero beats every negative number. A mean forgives that, a maximum does not.",
        ),
        Mistake(
            "def masked_max(states, mask):\n    return states.max(axis=2)",
            "You took the maximum over the dimensions of each token; it has to run over the tokens.",
        ),
    ),
    remark="Each pooling needs its own neutral value: 0 for a sum, minus infinity for a maximum.",
)

last_token = Exercise(
    id="13.last_token",
    title="The last real token",
    starter='''\
def last_token(states, mask):
    """The vector of the last real token of each sentence.

    states: array (n, t, d); mask: array (n, t) of 1 (real token) and 0 (filler); fillers may stand
    behind the text or in front of it. Returns an array (n, d).
    """
    return ...


ex.last_token.check(last_token)
''',
    code="""\
def last_token(states, mask):
    places = mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
    return states[np.arange(len(states)), places]
""",
    hints=(
        "You need one position for each sentence; `states[np.arange(n), positions]` then picks the vectors.",
        "The number of real tokens tells the position only if the fillers stand behind them.",
        "`np.argmax` gives the first 1 of a row. Read the mask backwards with `mask[:, ::-1]`.",
    ),
    setup="import numpy as np\n\nstates = np.arange(24.0).reshape(2, 4, 3)",
    cases=(
        Case("states, np.array([[1, 1, 0, 0], [1, 1, 1, 1]])", "fillers behind the text"),
        Case("states, np.array([[0, 0, 1, 1], [0, 1, 1, 1]])", "fillers in front of the text"),
    ),
    mistakes=(
        Mistake(
            "def last_token(states, mask):\n    return states[:, -1]",
            "The last position holds a filler in a short sentence: look at the mask.",
        ),
        Mistake(
            "def last_token(states, mask):\n    return states[np.arange(len(states)), mask.sum(axis=1) - 1]",
            "The number of real tokens is their last position only if the fillers stand behind; some tokenizers put them in front.",
        ),
        Mistake(
            "def last_token(states, mask):\n    return states[np.arange(len(states)), mask.sum(axis=1) % mask.shape[1]]",
            "You are one position too far: positions count from 0.",
        ),
    ),
    remark="Models that read from left to right, such as Qwen3-Embedding, pool so: only their last token has seen everything.",
)

bert_weights = Exercise(
    id="13.bert_weights",
    title="How large is a BERT?",
    starter='''\
def bert_weights(vocabulary, positions, width, inner, layers):
    """Count the weights of a BERT without its pooler; all arguments are whole numbers.

    vocabulary, positions: rows of the two tables (a third table, for the two token types, has 2 rows);
    width: length of a hidden state; inner: width inside the feed-forward step. Returns a whole number.
    """
    return ...


ex.bert_weights.check(bert_weights)
''',
    code="""\
def bert_weights(vocabulary, positions, width, inner, layers):
    norm = 2 * width
    tables = (vocabulary + positions + 2) * width + norm
    attention = 4 * (width * width + width) + norm
    feed_forward = width * inner + inner + inner * width + width + norm
    return tables + layers * (attention + feed_forward)
""",
    hints=(
        "A step from a numbers to b numbers has a × b weights and b biases.",
        "A layer has four steps from width to width, one from width to inner, and one back.",
        "A normalisation has 2 × width weights. There is one after the tables and there are two in each layer.",
    ),
    cases=(
        Case((10, 4, 2, 8, 1), "a toy"),
        Case((30522, 512, 384, 1536, 6), "all-MiniLM-L6-v2"),
        Case((30522, 512, 768, 3072, 12), "bert-base-uncased"),
    ),
    mistakes=(
        Mistake(
            "def bert_weights(vocabulary, positions, width, inner, layers):\n"
            "    tables = (vocabulary + positions + 2) * width + 2 * width\n"
            "    return tables + layers * (4 * width * width + 2 * width * inner + 4 * width)",
            "You forgot the biases: each step has one for every number that it puts out.",
        ),
        Mistake(
            "def bert_weights(vocabulary, positions, width, inner, layers):\n"
            "    tables = (vocabulary + positions + 2) * width\n"
            "    return tables + layers * (4 * (width * width + width) + 2 * width * inner + inner + width)",
            "You forgot the normalisations: each has a scale and a shift for every dimension.",
        ),
        Mistake(
            "def bert_weights(vocabulary, positions, width, inner, layers):\n"
            "    tables = (vocabulary + positions) * width + 2 * width\n"
            "    return tables + layers * (4 * (width * width + width) + 2 * width * inner + inner + width + 4 * width)",
            "You forgot the small table of the two token types.",
        ),
        Mistake(
            "def bert_weights(vocabulary, positions, width, inner, layers):\n"
            "    tables = (vocabulary + positions + 2) * width + 2 * width\n"
            "    return tables + layers * (3 * (width * width + width) + 2 * width * inner + inner + width + 4 * width)",
            "Attention has four steps: query, key, value, and the one that mixes the heads' results.",
        ),
    ),
    remark="For bert-base the pooler adds 590,592, which makes 109,482,240: the “110 M” of the paper.",
)

quiz = Quiz(
    "13.quiz",
    (
        Question(
            "A colleague pools with `last_hidden_state.mean(dim=1)` and tests on sentences of similar length: all is well. What do you expect in production?",
            (
                Option(
                    "The same: the test has shown it.",
                    False,
                    "The test had hardly any fillers. The fault grows with their number, and a single long text brings many.",
                ),
                Option(
                    "A sentence's vector will depend on the longest text that is by chance in its batch.",
                    True,
                    "Fillers enter the average, and their number is decided by the neighbours. The same sentence gets different vectors.",
                ),
                Option(
                    "An error as soon as the lengths differ.",
                    False,
                    "Nothing fails: the shapes fit, and the numbers look like vectors. That is what makes the fault dangerous.",
                ),
            ),
        ),
        Question(
            "Why is the first token of raw BERT a poor sentence vector?",
            (
                Option(
                    "It stands at the beginning, so it has not read the rest.",
                    False,
                    "BERT attends in both directions: the first token sees all others in every layer.",
                ),
                Option(
                    "It has too few dimensions.",
                    False,
                    "It has 768, twice as many as all-MiniLM-L6-v2, which is far better.",
                ),
                Option(
                    "Nothing in its training asked that similar sentences get similar vectors there.",
                    True,
                    "It was trained to guess words and whether one sentence follows another. Train for comparison, and the same position becomes useful.",
                ),
            ),
        ),
        Question(
            "You build a model with `AutoModel.from_config(config)`. What do you have?",
            (
                Option(
                    "The architecture with random weights, whose vectors say little more than which words are shared.",
                    True,
                    "The configuration holds sizes and no weights. It ran without a complaint, and scored no better than counting words.",
                ),
                Option(
                    "The trained model, since the configuration belongs to it.",
                    False,
                    "Only `from_pretrained` reads weights. Both have the same number of parameters, which proves nothing.",
                ),
                Option(
                    "An error, since the weights are missing.",
                    False,
                    "It is a complete network and runs. Nothing tells you that its weights were drawn by chance.",
                ),
            ),
        ),
    ),
)
