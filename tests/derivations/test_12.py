import numpy as np
import pytest
from scipy import stats

from embedlab import evaluation, judging

# What the notebook's functions use from other cells.
KNOWN = {"SMALL": {"a", "the"}, "VERB": " (is|has) ", "words": ["not", "also", "now", "still"]}


def test_row_cosines_are_those_of_the_package(lesson):
    a, b = np.random.default_rng(0).normal(size=(2, 12, 5))
    ours = lesson["row_cosines"](a, b)
    np.testing.assert_allclose(ours, evaluation.pair_similarities(a, b), atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_threshold_is_the_lowest_score_whose_precision_is_sure_enough(seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 20, 80) / 20  # with ties
    right = rng.random(80) < scores
    good = []
    for score in np.unique(scores):
        hits = right[scores >= score]
        if hits.any() and stats.beta.ppf(0.05, hits.sum(), (~hits).sum() + 1) >= 0.6:
            good.append(score)
    assert judging.threshold_for(scores, right, 0.6, doubt=0.05) == (min(good) if good else None)


def test_no_threshold_is_told():
    assert judging.threshold_for(np.arange(4.0), np.zeros(4, dtype=bool), 0.5, doubt=0.05) is None


def test_the_nearest_other_is_not_the_text_itself(lesson):
    similarities = np.array([[1.0, 0.2, 0.7], [0.2, 1.0, 0.1], [0.7, 0.1, 1.0]])
    answer, nearness = lesson["nearest_other"](similarities)
    assert answer.tolist() == [2, 0, 0]
    assert nearness.tolist() == [0.7, 0.2, 0.7]
    assert similarities[0, 0] == 1, "the table was not changed"


def test_the_second_stage_sees_numbers_and_denials_and_no_order(lesson):
    same_words = lesson["same_words"]
    assert same_words("Close the tab", "close a Tab")
    assert not same_words("Close 2 tabs", "Close 3 tabs")
    assert not same_words("The road is open", "The road is not open")
    assert same_words("The dog chased the boy", "The boy chased the dog")


def test_a_word_is_put_behind_the_first_verb(lesson):
    assert lesson["with_word"]("not", "It is late and it is dark") == "It is not late and it is dark"


def test_a_map_moves_denials_away_and_keeps_neutral_copies(lesson):
    rng = np.random.default_rng(0)
    plain, step = rng.normal(size=(120, 384)), rng.normal(size=384)
    copies = {word: plain + 0.1 * rng.normal(size=plain.shape) for word in ("also", "now", "still")}
    inserted = {"not": plain + 0.1 * step, **copies}
    known = {
        "news": [""] * 120,
        "plain": plain.astype("f4"),
        "inserted": {k: v.astype("f4") for k, v in inserted.items()},
    }
    trained_map = lesson["trained_map"]
    trained_map.__globals__.update(known)
    weights, same = trained_map(0), trained_map(0)
    np.testing.assert_array_equal(weights, same)

    def ahead(w):
        cosine = [evaluation.pair_similarities(plain @ w, x @ w) for x in (inserted["also"], inserted["not"])]
        return (cosine[0] > cosine[1]).mean()

    assert ahead(weights) > ahead(np.eye(384))
