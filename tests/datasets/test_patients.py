"""The invented patients follow the simulator that is written down, and the hidden pattern is really hidden."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedlab.datasets import patients


@pytest.fixture(scope="module")
def data() -> patients.Patients:
    return patients.load()


@pytest.fixture(scope="module")
def many() -> patients.Patients:
    return patients.generate(6000, seed=1)


def column(data: patients.Patients, name: str) -> np.ndarray:
    return data.labs[:, data.lab_names.index(name)]


# --- the records


def test_values_are_among_those_that_are_named(data):
    assert set(data.conditions) == set(patients.CONDITIONS)
    assert min(Counter(data.conditions).values()) > 120
    assert set(data.treatments) == set(patients.PLANS)
    assert set(data.groups) == set(patients.CLINICS)
    assert np.mean(np.array(data.groups) == "south") == pytest.approx(0.2, abs=0.03)
    named = {"hypertension", "kidney disease", "obesity", "depression"}
    assert all(set(more) <= named and len(more) <= 2 and list(more) == sorted(more) for more in data.comorbidities)
    assert len(set(data.ids)) == 900
    assert len(set(data.lab_names)) == 12
    assert 18 <= data.ages.min() < 25
    assert data.ages.max() <= 90


def test_labs_show_conditions_and_co_morbidities(data):
    assert data.labs.min() >= 0
    assert 4 < np.median(column(data, "glucose")) < 7
    assert 120 < np.median(column(data, "haemoglobin")) < 145
    assert column(data, "NT-proBNP").std() > 20 * column(data, "albumin").std(), "one unit swamps the others"
    assert (column(data, "haemoglobin") % 1 == 0).all()
    for condition, lab, times in [
        ("type 2 diabetes", "HbA1c", 1.2), ("hypothyroidism", "TSH", 3), ("pneumonia", "CRP", 5),
        ("heart failure", "NT-proBNP", 5),
    ]:  # fmt: skip
        own = np.array(data.conditions) == condition
        assert np.median(column(data, lab)[own]) > times * np.median(column(data, lab)[~own]), condition
    weak = np.array(["kidney disease" in more for more in data.comorbidities])
    assert np.median(column(data, "creatinine")[weak]) > 1.4 * np.median(column(data, "creatinine")[~weak])
    told = np.array([bool(re.search("kidney|CKD", note)) for note in data.notes])
    assert (told == weak).all()


# --- the notes


def test_notes_are_varied_and_never_name_the_condition(data):
    for note in data.notes:
        assert not re.search(r"diabet|thyroid|iron|an(a?)emi|pneumonia|failure|asthma", note, re.IGNORECASE), note
    assert len(set(data.notes)) == 900
    lengths = [len(note.split()) for note in data.notes]
    assert min(lengths) >= 6
    assert max(lengths) <= 60
    north = [note for note, group in zip(data.notes, data.groups, strict=True) if group == "north"]
    assert max(Counter(note[:12] for note in north).values()) < 0.2 * len(north)
    assert all(re.match(r"[A-Z0-9].*\.$", note) for note in data.notes)
    south = np.array(data.groups) == "south"
    lengths = np.array([len(note.split()) for note in data.notes])
    assert np.median(lengths[south]) < 0.5 * np.median(lengths[~south])
    assert all(("c/o" in note) == short for note, short in zip(data.notes, south, strict=True))


# --- the hidden pattern


def test_the_true_chances_are_those_that_are_written_down(data):
    night, depleted = data.traits.T
    for row in range(900):
        usual, second = patients.USUAL_AND_SECOND[data.conditions[row]]
        wanted = patients.WORKS["equal" if night[row] == depleted[row] else "different"]
        third = next(plan for plan in patients.PLANS if plan not in (usual, second))
        assert [data.success[row, patients.PLANS.index(plan)] for plan in (usual, second, third)] == list(wanted)


def usual_and_second(data: patients.Patients) -> tuple[np.ndarray, np.ndarray]:
    rows = np.arange(len(data.notes))
    pairs = [patients.USUAL_AND_SECOND[condition] for condition in data.conditions]
    return tuple(data.success[rows, [patients.PLANS.index(pair[i]) for pair in pairs]] for i in (0, 1))


def test_no_single_trait_tells_which_plan_is_better(many):
    usual, second = usual_and_second(many)
    for trait in many.traits.T:
        for value in (False, True):
            assert np.mean((usual - second)[trait == value]) == pytest.approx(0.05, abs=0.04)
    equal = many.traits[:, 0] == many.traits[:, 1]
    assert (usual > second)[equal].all()
    assert (second > usual)[~equal].all()


def test_one_trait_shows_in_the_labs_only_and_the_other_in_the_notes_only(many):
    night, depleted = many.traits.T
    assert abs(np.corrcoef(night, depleted)[0, 1]) < 0.04
    for name in many.lab_names:
        assert abs(np.corrcoef(night, column(many, name))[0, 1]) < 0.05
    assert np.corrcoef(depleted, column(many, "vitamin D"))[0, 1] < -0.8
    lengths = [len(note) for note in many.notes]
    assert abs(np.corrcoef(depleted, lengths)[0, 1]) < 0.05


def test_outcomes_follow_the_chances_and_plans_the_habit(many):
    given_plan = np.array([patients.PLANS.index(plan) for plan in many.treatments])
    chances = many.success[np.arange(6000), given_plan]
    for chance in np.unique(chances):
        assert many.outcomes[chances == chance].mean() == pytest.approx(chance, abs=0.05)
    usual = [patients.PLANS.index(patients.USUAL_AND_SECOND[condition][0]) for condition in many.conditions]
    took, equal = given_plan == usual, many.traits[:, 0] == many.traits[:, 1]
    assert took.mean() == pytest.approx(0.45, abs=0.02)
    assert took[equal].mean() == pytest.approx(took[~equal].mean(), abs=0.04), "the doctors do not know the pattern"


# --- second visits, any number of them


def test_second_visits_are_near_copies():
    data = patients.generate(200, seed=2, repeat_share=0.25)
    assert len(set(data.ids)) == 150
    for row in range(150, 200):
        first = data.ids.index(data.ids[row])
        for name in ("conditions", "treatments", "outcomes", "groups", "ages"):
            assert getattr(data, name)[row] == getattr(data, name)[first]
        assert data.notes[row] != data.notes[first]
        assert data.notes[row][:20] == data.notes[first][:20]
        np.testing.assert_allclose(data.labs[row], data.labs[first], rtol=0.25, atol=0.6)
        assert (data.labs[row] != data.labs[first]).any()


@settings(max_examples=30)
@given(n=st.integers(1, 40), seed=st.integers(0, 5), share=st.floats(0, 0.99))
def test_any_number_of_rows(n, seed, share):
    data = patients.generate(n, seed, share)
    assert len(data.notes) == len(data.labs) == len(data.success) == n
    assert np.isfinite(data.labs).all()


# --- what the module's text says to expect


def test_what_to_expect_of_the_plans(data):
    assert data.success.mean(axis=0).max() == pytest.approx(0.44, abs=0.01)
    assert usual_and_second(data)[0].mean() == pytest.approx(0.60, abs=0.01)
    assert data.success.max(axis=1).mean() == pytest.approx(0.90)
