"""The golden set: what is judged, what is refused, and the threshold that follows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from embedlab import evaluation, judging

HEADER = "question,id,first,second\n"
ROWS = "How?,a,3,2\nHow?,b,0,\nWhy?,b,1,1\nWhy?,c,,\nNever?,a,0,0\n"


def written(tmp_path, text):
    path = tmp_path / "golden.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_golden_set_is_read_and_what_is_not_judged_yet_passed_over(tmp_path):
    golden = judging.read_golden(written(tmp_path, HEADER + ROWS), ["a", "b", "c"])
    assert golden.questions == ["How?", "Why?"]
    assert golden.first == [{"a": 3, "b": 0}, {"b": 1}]
    assert golden.second == [{"a": 2}, {"b": 1}]
    assert golden.relevant() == [{"a": 2.5, "b": 0}, {"b": 1}]
    first, second = golden.twice()
    assert first.tolist() == [3, 1]
    assert second.tolist() == [2, 1]
    assert evaluation.ranked_metrics([["a"], ["b"]], golden.relevant())["mrr"] == 1


def test_spreadsheets_write_semicolons_and_a_mark(tmp_path):
    text = "\ufeff" + (HEADER + ROWS).replace(",", ";") + ";;;\n\n"
    assert judging.read_golden(written(tmp_path, text), ["a", "b", "c"]).questions == ["How?", "Why?"]


def test_graded_once_has_nothing_to_agree_on(tmp_path):
    golden = judging.read_golden(written(tmp_path, HEADER + "How?,a,3,\n"), ["a"])
    assert golden.relevant() == [{"a": 3}]
    assert [len(grades) for grades in golden.twice()] == [0, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("frage,id,first,second\n", "path must begin with the header question,id,first,second, not 'frage,"),
        ("", "path must begin with the header"),
        (HEADER + "How?,z,3,\n", "row 2 names 'z', which is no id of the collection; one is 'a'"),
        (HEADER + "How?,a,4,\n", "row 2 must have grades from 0 to 3, but it has '4'"),
        (HEADER + "How?,a,1,yes\n", "row 2 must have grades from 0 to 3, but it has 'yes'"),
        (HEADER + "How?,a,,1\n", "row 2 has a second grade and no first one"),
        (HEADER + "How?,a,1,\nHow?,a,1,\n", "row 3 grades 'a' a second time for the same question"),
        (HEADER + "How?,a,1\n", "row 2 must have 4 fields, but it has 3"),
        (HEADER + ",a,1,\n", "row 2 has no question"),
        (HEADER + "How?,a,0,0\n", "at least one question with a grade above 0"),
        (HEADER + "How?,a,,\n", "at least one question with a grade above 0"),
        (HEADER + '"How?,a,3,\n', "path must be a table, but .*golden.csv: unexpected end of data"),
    ],
)
def test_a_golden_set_that_does_not_fit(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        judging.read_golden(written(tmp_path, text), ["a", "b"])


def test_a_golden_set_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match=r"but .*gone\.csv cannot be read"):
        judging.read_golden(tmp_path / "gone.csv", ["a"])


def test_a_template_is_filled_in_and_never_written_over(tmp_path):
    path = tmp_path / "new.csv"
    judging.write_template(path, {"How, and why?": ["a", "b"], "Why?": ["b"]})
    text = path.read_text(encoding="utf-8")
    assert text == HEADER + '"How, and why?",a,,\n"How, and why?",b,,\nWhy?,b,,\n'
    with pytest.raises(FileExistsError, match="path must be a new file"):
        judging.write_template(path, {})
    path.write_text(text.replace(",,", ",1,0"), encoding="utf-8")
    assert judging.read_golden(path, ["a", "b"]).first == [{"a": 1, "b": 1}, {"b": 1}]


def test_the_pool_hides_who_found_what():
    assert judging.pooled([["c", "a"], ["a", "b"], []], k=1) == ["a", "c"]
    with pytest.raises(ValueError, match="k must be at least 1"):
        judging.pooled([["a"]], k=0)


pairs = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30)


@given(pairs, st.sampled_from([0.5, 0.8, 1.0]), st.sampled_from([None, 0.05, 0.5]))
def test_the_threshold_is_the_lowest_that_keeps_its_word(rows, precision, doubt):
    scores, right = np.array([s for s, _ in rows], float), np.array([r for _, r in rows])

    def keeps(threshold):
        hits, given_ = right[scores >= threshold].sum(), (scores >= threshold).sum()
        limit = hits / given_ if doubt is None else stats.beta.ppf(doubt, hits, given_ - hits + 1) if hits else 0
        return limit >= precision

    wanted = [s for s in np.unique(scores) if keeps(s)]
    assert judging.threshold_for(scores, right, precision, doubt) == (min(wanted) if wanted else None)


def test_a_cautious_threshold_asks_for_more():
    scores, right = np.arange(60)[::-1] / 60, np.arange(60) < 50
    plain, cautious = (judging.threshold_for(scores, right, 0.9, doubt) for doubt in (None, 0.05))
    assert plain < cautious
    assert judging.threshold_for([], np.zeros(0, bool), 0.9) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.1], [True], 0), "precision must lie above 0 and at most 1, but it is 0"),
        (([0.1], [True], 1.5), "precision must lie above 0 and at most 1, but it is 1.5"),
        (([0.1], [True], 0.5, 1), "doubt must lie between 0 and 1, but it is 1"),
        (([0.1], [1], 0.5), "right must be an array of bool, but it is one of int"),
        (([0.1, 0.2], [True], 0.5), "scores has 2 items and right has 1"),
        (([np.nan], [True], 0.5), "scores must hold finite numbers"),
    ],
)
def test_a_threshold_of_nonsense(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        judging.threshold_for(*arguments)
