"""Invented patients: doctors' notes, laboratory values, treatment and outcome, all out of a simulator.

**Nobody here exists, and nothing here is medical advice.** The six conditions and their laboratory values are loosely
like textbook ones, so that notes read plausibly; the three treatments are called plan A to plan C on purpose, and how
well they work is made up.

The simulator, in full. (1) A patient has one of six conditions, drawn evenly, 0 to 2 co-morbidities, and
belongs to the north clinic (four in five) or the south clinic. (2) Two hidden traits are fair
coins: *night* (trouble at night, or else with effort), which shows in the note's wording only, and *depleted* (low
vitamin D and albumin, many platelets), which shows in the laboratory only. (3) Labs are normal values, plus what
condition, co-morbidities and *depleted* shift, plus noise. (4) Notes never name the condition; they tell its
complaints in varied wording, the north clinic in sentences, the south in shorthand. (5) Each condition has a usual
plan, a second and a third one. If the two traits are **equal** (both or neither), the usual plan works with
probability .90 and the second with .20; if they **differ**, it is .30 and .90. The third works with .15 always. So one
trait alone says nothing about which plan is better: only both together do. (6) Doctors know the condition and not the
pattern: usual and second plan are given in 45 % of the cases each, the third in 10 %. So, unlike in a real clinic,
nothing but the condition decides who gets what.

What to expect (seed 0, 900 patients): the best single plan succeeds with probability .44, the usual plan of each
condition .60, an all-knowing choice .90. Six clusters of labs agree with the conditions by an ARI of .61, of notes
alone by .09 (they show the clinic rather, .19), of both together by .79, and by .99 if NT-proBNP, which grows by
factors, is turned into its logarithm first (k-means; notes and labs weigh the same).

Limits: notes are put together from short lists of phrases, so the same phrase returns word for word, and methods that
count words look better here than on real notes. The pattern's strength,
the number of plans and the length of the notes were adjusted over several rounds, on these very patients, until
neighbours beat the usual plan; weaker settings gave no gain. So a gain here shows that a strong planted pattern can
be recovered, not how often neighbours beat a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from embedlab import _need
from embedlab.datasets import _table

#: The treatments; their names mean nothing.
PLANS = ("plan A", "plan B", "plan C")

#: Of each condition, the usual plan and the one that works where the usual one fails; the one left is the third.
USUAL_AND_SECOND = {
    "type 2 diabetes": ("plan A", "plan B"),
    "hypothyroidism": ("plan B", "plan C"),
    "iron deficiency": ("plan C", "plan A"),
    "pneumonia": ("plan A", "plan C"),
    "heart failure": ("plan B", "plan A"),
    "asthma": ("plan C", "plan B"),
}

#: The six conditions, in the order in which they are drawn.
CONDITIONS = tuple(USUAL_AND_SECOND)

#: Chance of success of the usual, second and third plan where the two hidden traits are equal, and where they differ.
WORKS = {"equal": (0.90, 0.20, 0.15), "different": (0.30, 0.90, 0.15)}

CLINICS = ("north", "south")
_SOUTH, _HABIT = 0.2, (0.45, 0.45, 0.1)  # the share of the south clinic; how often the three plans are given

# Name, unit, mean and spread of the healthy, and decimals. NT-proBNP is drawn as a power of ten.
_LABS = (
    ("glucose", "mmol/L", 5.4, 0.6, 1),
    ("HbA1c", "%", 5.4, 0.3, 1),
    ("TSH", "mU/L", 2.0, 0.7, 1),
    ("haemoglobin", "g/L", 140.0, 10.0, 0),
    ("ferritin", "µg/L", 110.0, 35.0, 0),
    ("CRP", "mg/L", 5.0, 3.0, 0),
    ("white cells", "10⁹/L", 7.0, 1.5, 1),
    ("creatinine", "µmol/L", 80.0, 12.0, 0),
    ("NT-proBNP", "ng/L", 2.0, 0.2, 0),
    ("vitamin D", "nmol/L", 75.0, 12.0, 0),
    ("albumin", "g/L", 43.0, 2.0, 0),
    ("platelets", "10⁹/L", 250.0, 35.0, 0),
)
_NAMES = [name for name, *_ in _LABS]
_SHIFTS = {
    "type 2 diabetes": {"glucose": 4.5, "HbA1c": 2.0},
    "hypothyroidism": {"TSH": 7.0},
    "iron deficiency": {"haemoglobin": -32.0, "ferritin": -85.0},
    "pneumonia": {"CRP": 70.0, "white cells": 5.0},
    "heart failure": {"NT-proBNP": 1.2, "creatinine": 12.0},
    "asthma": {},
    "hypertension": {},
    "kidney disease": {"creatinine": 60.0, "haemoglobin": -10.0},
    "obesity": {"glucose": 0.6, "HbA1c": 0.3, "CRP": 3.0},
    "depression": {},
    "depleted": {"vitamin D": -42.0, "albumin": -7.0, "platelets": 120.0},
}

# Which of the complaints that several conditions share a condition has.
_SHARED = {
    "type 2 diabetes": ("tired",),
    "hypothyroidism": ("tired",),
    "iron deficiency": ("tired", "breathless"),
    "pneumonia": ("breathless",),
    "heart failure": ("breathless", "tired"),
    "asthma": ("breathless",),
}


@dataclass(frozen=True)
class Patients:
    """Records; row ``i`` of every field with ``n`` items belongs to the same visit. All of it is invented.

    The last two fields are the simulator's truth, which no clinic has: use them to judge a method, never to build
    one. Licence: the same as the course's own.
    """

    ids: list[str]  #: "P0001" …: who it is; a patient who comes twice has two rows with the same id.
    notes: list[str]  #: The doctor's note, 6 to 60 words; it never names the condition.
    conditions: list[str]  #: One of `CONDITIONS`.
    comorbidities: list[tuple[str, ...]]  #: 0 to 2 further conditions.
    groups: list[str]  #: The clinic: "north" writes sentences, "south" shorthand.
    ages: np.ndarray  #: int64, shape (n,): 18 to 90.
    labs: np.ndarray  #: float64, shape (n, 12): laboratory values, columns as in ``lab_names``.
    lab_names: list[str]  #: The 12 names, such as "glucose".
    lab_units: list[str]  #: Their units, such as "mmol/L".
    treatments: list[str]  #: What was given: one of `PLANS`.
    outcomes: np.ndarray  #: bool, shape (n,): whether the patient got better.
    success: np.ndarray  #: float64, shape (n, 3): the true chance of success of each of `PLANS`. Truth.
    traits: np.ndarray  #: bool, shape (n, 2): the hidden *night* and *depleted*. Truth.


def generate(n: int = 900, seed: int = 0, repeat_share: float = 0.0) -> Patients:
    """Draw patients from the simulator that the module's text describes.

    Parameters
    ----------
    n : int
        Number of rows, at least 1.
    seed : int
        The same seed gives the same patients. With ``repeat_share`` 0, a larger ``n`` begins with the same ones.
    repeat_share : float
        Share of rows that are a second visit of a patient among the earlier ones: same treatment and outcome, labs
        measured anew with a small error, and the note copied with another last sentence. Below 1.

    Raises
    ------
    ValueError
        If ``n`` is below 1, ``seed`` below 0, or ``repeat_share`` not in [0, 1).

    Examples
    --------
    >>> data = generate(100, seed=0)
    >>> len(data.notes), data.labs.shape, len(set(data.conditions))
    (100, (100, 12), 6)
    >>> data.lab_names[0], data.lab_units[0]
    ('glucose', 'mmol/L')
    """
    n = _need.whole(n, "n")
    seed = _need.whole(seed, "seed", at_least=0)
    if not 0 <= repeat_share < 1:
        raise ValueError(f"repeat_share must be at least 0 and below 1, but it is {repeat_share}")
    fresh = max(1, n - round(repeat_share * n))
    # A generator of its own for each patient: what one patient needs does not shift the next.
    rows = [_patient(i, np.random.default_rng([seed, i])) for i in range(fresh)]
    rng = np.random.default_rng([seed, fresh, 1])
    rows += [_second_visit(rows[j], rng) for j in rng.integers(fresh, size=n - fresh)]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    arrays = {"ages", "labs", "outcomes", "success", "traits"}
    fields = {name: np.array(values) if name in arrays else values for name, values in columns.items()}
    return Patients(**fields, lab_names=list(_NAMES), lab_units=[unit for _, unit, *_ in _LABS])


def load() -> Patients:
    """Return 900 patients: ``generate(900, seed=0)``.

    Examples
    --------
    >>> load().ids[0]
    'P0001'
    """
    return generate()


@cache
def _words() -> dict[str, dict]:
    """How each clinic writes: its complaints, its turns of phrase."""
    return _table.tables("patient_words", ("own", "tired", "breathless", "night", "effort", "comorbid", "times"))


def _patient(number: int, rng: np.random.Generator) -> dict[str, object]:
    condition = CONDITIONS[rng.integers(len(CONDITIONS))]
    count = rng.choice(3, p=[0.5, 0.35, 0.15])
    comorbidities = tuple(sorted(rng.choice(sorted(_words()["north"]["comorbid"]), size=count, replace=False).tolist()))
    south = bool(rng.random() < _SOUTH)
    age = int(np.clip(rng.normal(56, 17), 18, 90))
    night, depleted = bool(rng.random() < 0.5), bool(rng.random() < 0.5)
    success = _of_each_plan(condition, WORKS["equal" if night == depleted else "different"])
    plan = rng.choice(len(PLANS), p=_of_each_plan(condition, _HABIT))
    return {
        "ids": f"P{number + 1:04d}",
        "conditions": condition,
        "comorbidities": comorbidities,
        "groups": CLINICS[south],
        "ages": age,
        "labs": _draw_labs([condition, *comorbidities] + ["depleted"] * depleted, rng),
        "treatments": PLANS[plan],
        "outcomes": bool(rng.random() < success[plan]),
        "success": success,
        "traits": (night, depleted),
        "notes": (_shorthand if south else _sentences)(condition, comorbidities, age, night, rng),
    }


def _of_each_plan(condition: str, values: tuple[float, float, float]) -> np.ndarray:
    """Put the values for usual, second and third plan in the order of `PLANS`."""
    usual, second, third = values
    of = dict.fromkeys(PLANS, third) | dict(zip(USUAL_AND_SECOND[condition], (usual, second), strict=True))
    return np.array([of[plan] for plan in PLANS])


def _draw_labs(causes: list[str], rng: np.random.Generator) -> np.ndarray:
    values = np.array([rng.normal(mean, spread) for _, _, mean, spread, _ in _LABS])
    for cause in causes:
        for name, shift in _SHIFTS[cause].items():
            values[_NAMES.index(name)] += shift * rng.uniform(0.75, 1.25)
    return _readable(values)


def _readable(values: np.ndarray) -> np.ndarray:
    """Turn drawn values into what a laboratory reports: positive, NT-proBNP as a power of ten, rounded."""
    values = values.copy()
    values[_NAMES.index("NT-proBNP")] = 10 ** values[_NAMES.index("NT-proBNP")]
    least = np.array([0.1 * mean for _, _, mean, *_ in _LABS])
    values = np.maximum(values, least)
    return np.array([round(float(x), digits) for x, (*_, digits) in zip(values, _LABS, strict=True)])


def _second_visit(first: dict[str, object], rng: np.random.Generator) -> dict[str, object]:
    noise = rng.normal(1.0, 0.03, size=len(_LABS))
    labs = [round(float(x), digits) for x, (*_, digits) in zip(first["labs"] * noise, _LABS, strict=True)]
    head = first["notes"].rstrip(".").rpartition(". ")[0] or first["notes"].rstrip(".")
    ending = ("Otherwise unchanged.", "No change since the last visit.", "Seen again; as before.")[rng.integers(3)]
    return {**first, "labs": np.array(labs), "notes": f"{head}. {ending}"}


def _pick(options: list[str], rng: np.random.Generator) -> str:
    return options[rng.integers(len(options))]


def _complaints(words: dict, condition: str, rng: np.random.Generator) -> list[str]:
    """Two complaints: both the condition's own or, in half of the cases, one that it shares with others."""
    own = words["own"][condition]
    chosen = [own[i] for i in rng.choice(len(own), size=2, replace=False)]
    if rng.random() < 0.5:
        chosen[rng.integers(2)] = _pick([text for name in _SHARED[condition] for text in words[name]], rng)
    return chosen


def _sentences(condition: str, comorbidities: tuple[str, ...], age: int, night: bool, rng: np.random.Generator) -> str:
    words = _words()["north"]
    first, second = _complaints(words, condition, rng)
    rhythm = words["night" if night else "effort"]
    one, other = rng.choice(len(rhythm), size=2, replace=False)
    opening, time = _pick(words["openings"], rng), _pick(words["times"], rng)
    told = [_pick(words["comorbid"][name], rng) for name in comorbidities]
    return " ".join([opening.format(first=first, second=second, age=age, time=time), rhythm[one], rhythm[other], *told])


def _shorthand(condition: str, comorbidities: tuple[str, ...], age: int, night: bool, rng: np.random.Generator) -> str:
    words = _words()["south"]
    complaints = _complaints(words, condition, rng)
    rhythm = _pick(words["night" if night else "effort"], rng)
    parts = [f"{age} y", f"c/o {', '.join(complaints)} {_pick(words['times'], rng)}", rhythm]
    if comorbidities:
        parts.append("PMH " + ", ".join(words["comorbid"][name] for name in comorbidities))
    return ". ".join(parts) + "."
