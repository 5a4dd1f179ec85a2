"""What notebook 11 derives is what scikit-learn offers; a rule is valued by those who drew what it suggests."""

import numpy as np
import pytest

from embedlab.datasets import trial

REAL = trial.load()
KNOWN = {"real": REAL}


def test_squared_distances_are_those_of_scikit_learn(lesson):
    from sklearn.metrics.pairwise import euclidean_distances

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(7, 3))
    wanted = euclidean_distances(a, b) ** 2
    assert lesson["squared_distances"](a, b) == pytest.approx(wanted / wanted.mean())


def test_the_ridge_is_that_of_scikit_learn(lesson):
    from sklearn.linear_model import Ridge

    x = (REAL.measurements - REAL.measurements.mean(axis=0)) / REAL.measurements.std(axis=0)
    rows, new = np.arange(0, 1000), x[1000:1100]
    models = [
        Ridge(10).fit(x[rows][REAL.arms[rows] == arm], REAL.gains[rows][REAL.arms[rows] == arm]) for arm in range(4)
    ]
    wanted = np.argmax([model.predict(new) for model in models], axis=0)
    assert lesson["by_ridge"](x[rows], rows, new).tolist() == wanted.tolist()


def test_the_best_arm_has_the_best_mean(lesson):
    everybody = np.arange(len(REAL.gains))
    assert lesson["best_among"](everybody[None]).tolist() == [1], (
        "54.4 cells, the two arms of zidovudine and didanosine"
    )
    means = [REAL.gains[:60][REAL.arms[:60] == arm].mean() for arm in range(4)]
    assert lesson["best_among"](everybody[None, :60]).tolist() == [int(np.argmax(means))]


@pytest.mark.parametrize(("n", "part"), [(20, 1), (12, 0)])
def test_paired_interval_is_the_corrected_t_interval(lesson, n, part):
    from scipy.stats import t

    gains = np.random.default_rng(n).normal(size=n)
    mean, half = lesson["paired_interval"](gains, part)
    wanted = t.ppf(0.975, n - 1) * gains.std(ddof=1) * np.sqrt(1 / n + part)
    assert (mean, half) == pytest.approx((gains.mean(), wanted), rel=1e-3)
