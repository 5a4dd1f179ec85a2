"""The generated faces: the truth behind them is where it should be, and the groups differ as they are said to."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.datasets import faces

MIDDLE = np.zeros((1, len(faces.CONDITIONS)))
AVERAGE = np.zeros((1, len(faces.TRAITS)))


def varied(names: tuple[str, ...], name: str, value: float) -> np.ndarray:
    """One row of zeros with one number changed."""
    row = np.zeros((1, len(names)))
    row[0, names.index(name)] = value
    return row


@pytest.fixture(scope="module")
def both() -> dict[str, faces.Faces]:
    return {group: faces.sample(60, 5, group=group, seed=2) for group in faces.SPREAD}


def test_ranges_levels_and_order(both):
    for found in both.values():
        assert (found.pictures.min(), found.pictures.max()) >= (0.0, 0.5)
        assert found.pictures.max() <= 1
        assert found.identities.tolist() == [person for person in range(60) for _ in range(5)]
        assert np.abs(found.conditions).max() <= 1
        np.testing.assert_allclose(found.pictures * 255, np.round(found.pictures * 255), atol=1e-4)
    traits = both["A"].traits.reshape(60, 5, -1)
    conditions = both["A"].conditions.reshape(60, 5, -1)
    assert (traits == traits[:, :1]).all()
    assert len(np.unique(traits[:, 0], axis=0)) == 60
    assert (conditions[:, 0] != conditions[:, 1]).all()


def test_each_group_varies_where_it_is_said_to(both):
    deviation = {group: found.traits[::5].std(axis=0) for group, found in both.items()}
    for group, spread in faces.SPREAD.items():
        np.testing.assert_allclose(deviation[group], spread, rtol=0.35)
    rows = {"upper": slice(8, 16), "lower": slice(18, 28)}
    plain = {
        group: faces.draw(found.traits[::5], np.zeros((60, len(faces.CONDITIONS)))) for group, found in both.items()
    }
    upper = {group: pictures[:, rows["upper"]].std(axis=0).mean() for group, pictures in plain.items()}
    lower = {group: pictures[:, rows["lower"]].std(axis=0).mean() for group, pictures in plain.items()}
    assert upper["A"] > 1.3 * upper["B"]
    assert lower["B"] > 1.3 * lower["A"]


@pytest.mark.parametrize("name", [*faces.TRAITS, *faces.CONDITIONS])
def test_every_trait_and_condition_can_be_seen(name):
    if name in faces.TRAITS:
        low, high = (faces.draw(varied(faces.TRAITS, name, value), MIDDLE) for value in (-1.5, 1.5))
    else:
        low, high = (faces.draw(AVERAGE, varied(faces.CONDITIONS, name, value)) for value in (-1, 1))
    assert np.abs(high - low).max() > 0.1


def test_the_lamp_stands_where_it_is_said_to():
    lit = faces.draw(AVERAGE, varied(faces.CONDITIONS, "light from right", 1))[0]
    assert lit[12:20, 18:26].mean() > lit[12:20, 6:14].mean() + 0.1
    lit = faces.draw(AVERAGE, varied(faces.CONDITIONS, "light from right", -1))[0]
    assert lit[12:20, 18:26].mean() < lit[12:20, 6:14].mean() - 0.1
    found = faces.sample(3, 100, seed=1)
    alone = faces.draw(found.traits[299:], found.conditions[299:])
    np.testing.assert_array_equal(faces.draw(found.traits, found.conditions)[299:], alone)
