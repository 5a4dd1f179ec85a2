"""The trial's patients: known sums, the lot, and what the text says of them."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.datasets import trial


@pytest.fixture(scope="module")
def data():
    return trial.load()


def test_the_table_as_published(data):
    assert data.measurements.shape == (2139, 11)
    assert data.arms.shape == data.gains.shape == (2139,)
    assert len(data.names) == len(set(data.names)) == len(data.units) == 11
    assert (data.measurements.dtype, data.arms.dtype, data.gains.dtype) == (np.float64, np.int64, np.float64)
    assert np.isfinite(data.measurements).all()
    sums = {name: round(total, 4) for name, total in zip(data.names, data.measurements.sum(axis=0), strict=True)}
    assert sums["age"] == 75_396
    assert sums["weight"] == pytest.approx(160_693.0391, abs=0.001)
    assert sums["male"] == 1771
    assert sums["CD4 cells"] == 749_722
    assert sums["CD8 cells"] == 2_110_396
    assert sums["days of therapy before"] == 811_057
    assert data.gains.sum() == 44_504
    assert data.measurements[0].tolist() == [48, 89.8128, 0, 0, 100, 0, 0, 0, 0, 422, 566]
    assert (data.arm_names[data.arms[0]], data.gains[0]) == ("zidovudine and zalcitabine", 477 - 422)
    # Numbers as in the R package speff2trial, whose ACTG175 this is.
    assert np.bincount(data.arms).tolist() == [532, 522, 524, 561]
    assert data.arm_names == list(trial.ARMS)
    assert not {"race", "homo", "drugs", "pidnum"} & {*trial.COLUMNS, *data.names}


def test_the_lot_knows_nothing_of_the_patients(data):
    for arm in range(4):
        drawn = data.measurements[data.arms == arm].mean(axis=0)
        rest = data.measurements[data.arms != arm].mean(axis=0)
        spread = data.measurements.std(axis=0) * np.sqrt(1 / (data.arms == arm).sum() + 1 / (data.arms != arm).sum())
        assert (np.abs(drawn - rest) < 3.5 * spread).all(), trial.ARMS[arm]
    for column, (name, unit) in enumerate(zip(data.names, data.units, strict=True)):
        values = data.measurements[:, column]
        assert values.min() >= 0, name
        if unit == "0 or 1":
            assert set(values) == {0, 1}, name
        if unit == "0 to 100":
            assert set(values) <= {70, 80, 90, 100}, name


def test_the_text_names_source_and_limit():
    text = " ".join(trial.__doc__.split())
    for told in (
        "Hammer et al. (1996)",
        "ACTG 175",
        "Not medical advice",
        "MIT licence",
        "nothing here says how to treat",
    ):
        assert told in text
    assert "Not medical advice" in trial.Trial.__doc__
