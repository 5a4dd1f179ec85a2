"""A real trial in which the treatment was drawn by lot: 2,139 patients with HIV, four arms. Not medical advice.

ACTG 175: Hammer et al. (1996), A trial comparing nucleoside monotherapy with combination therapy in HIV-infected adults
with CD4 cell counts from 200 to 500 per cubic millimeter (New England Journal of Medicine 335; cite it when you use
the data). The figures are the public data of the trial. They are facts; the file they were taken from comes with
lifelines 0.30.3 (``ACTG175.csv``, MIT licence), and ``tools/collect_trial.py`` reads it, checks its hash and writes the
columns that are needed to the table that ships here. Race, drug use, the way of the infection (but
haemophilia) and the patients' numbers are left out.

What it is for: because the arms were drawn by lot, the mean outcome of those patients who happened to receive what
a rule would have given them is an honest estimate of that rule. Does "treat like the most similar patients" beat one
rule for all? What to expect (gain in CD4 cells after 20 weeks, 20 splits in halves, best arm and neighbours found in
one half and valued in the other): arms as drawn 21, the best arm for everybody 54, the best arm among the 100
most similar patients 47, above the one rule in 3 of 20; a ridge for each arm 46, above it in 3 of 20.

Limits: medicines of 1991 to 1995, all four long surpassed; CD4 cells are a mark of the disease and not the disease
itself; patients who changed or stopped treatment count with the arm that they drew. **This is a lesson in method:
nothing here says how to treat anybody.**
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedlab.datasets import _table

#: Columns of the shipped table: what was measured before the lot, the lot, and what came of it.
COLUMNS = (
    "age", "weight", "male", "haemophilia", "Karnofsky score", "symptoms", "other therapy before",
    "zidovudine in the last 30 days", "days of therapy before", "CD4 cells", "CD8 cells",
    "arm", "CD4 cells after 20 weeks",
)  # fmt: skip

#: What the four arms received, in the order of their numbers.
ARMS = ("zidovudine", "zidovudine and didanosine", "zidovudine and zalcitabine", "didanosine")

_UNITS = ("years", "kg", "0 or 1", "0 or 1", "0 to 100", "0 or 1", "0 or 1", "0 or 1", "days", "per mm³", "per mm³")


@dataclass(frozen=True)
class Trial:
    """Patients of the trial; row ``i`` of every field with ``n`` = 2,139 items belongs to the same patient.

    Source: Hammer et al. (1996), the public data of ACTG 175, by way of lifelines (MIT licence). Not medical advice.
    """

    measurements: np.ndarray  #: float64, shape (n, 11): what was known before the lot, columns as in ``names``.
    names: list[str]  #: The 11 names, such as "weight".
    units: list[str]  #: Their units, such as "kg"; "0 or 1" for no or yes.
    arms: np.ndarray  #: int64, shape (n,): the arm that was drawn, a position in ``arm_names``.
    arm_names: list[str]  #: The four treatments, as in `ARMS`.
    gains: np.ndarray  #: float64, shape (n,): CD4 cells per mm³ after 20 weeks minus those before; more is better.


def load() -> Trial:
    """Read the patients.

    Returns
    -------
    Trial
        New lists and arrays each time.

    Examples
    --------
    >>> data = load()
    >>> data.measurements.shape, data.names[9]
    ((2139, 11), 'CD4 cells')
    >>> [float(data.gains[data.arms == arm].mean().round(1)) for arm in range(4)]
    [-17.1, 54.4, 19.3, 26.9]
    """
    *before, arm, after = _table.read("trial", COLUMNS)
    measurements = np.array(before, dtype=np.float64).T  # (n, 11)
    names = list(COLUMNS[:-2])
    gains = np.array(after, dtype=np.float64) - measurements[:, names.index("CD4 cells")]
    return Trial(measurements, names, list(_UNITS), np.array(arm, dtype=np.int64), list(ARMS), gains)
