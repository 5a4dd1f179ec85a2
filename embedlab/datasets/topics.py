"""Three hundred sentences on twelve topics: a small set for clustering, classification and transfer.

The sentences were written for this course, 25 for each topic, 9 to 21 words long: statements, questions,
instructions and headlines. About two in five avoid the obvious words of their topic ("Let it rest under a tea
towel until it has doubled" is cooking), and a few sit near a border on purpose (the neighbour's oak is law, not
gardening). So a method that counts words has a hard time, and none should be expected to be perfect.

What to expect: k-means with 12 clusters reaches an NMI of about .51 on all-MiniLM-L6-v2 vectors, .10 on TF-IDF (.13
without stop words) and .09 on random labels; logistic regression, five folds, an accuracy of .82 on the first and .15
on the second, where guessing gives .08.

Limits: one author, one language and one style, and words are shared so little within a topic that methods which
count them look worse here than on longer texts. A first version with fewer telling words was too hard for every
method and was revised once. The sentences are examples and no source for what they say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedlab.datasets import _table


@dataclass(frozen=True)
class Topics:
    """Sentences with their topics; row ``i`` of every field with ``n`` = 300 belongs to the same sentence.

    The rows are grouped by topic: shuffle before you split them.
    Licence: the same as the course's own, since all of it was written for the course.
    """

    sentences: list[str]  #: The ``n`` = 300 sentences.
    labels: np.ndarray  #: int64, shape (n,): position of each sentence's topic in ``topics``; 25 rows for each topic.
    topics: list[str]  #: The 12 names, in the order of ``labels``.


def load() -> Topics:
    """Read the sentences and their topics.

    Returns
    -------
    Topics
        With 300 sentences, 25 on each of 12 topics.

    Examples
    --------
    >>> data = load()
    >>> len(data.sentences), data.labels.shape, data.topics[1]
    (300, (300,), 'cooking')
    >>> data.sentences[25 + 3]
    'Let it rest under a tea towel until it has doubled and springs back when prodded.'
    """
    topic, sentences = _table.read("topics", ("topic", "sentence"))
    topics = list(dict.fromkeys(topic))  # unique, in the file's order
    labels = np.array([topics.index(name) for name in topic], dtype=np.int64)
    return Topics(sentences, labels, topics)
