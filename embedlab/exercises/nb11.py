"""Exercises and quiz of notebook 11, Patient similarity."""

from __future__ import annotations

from collections import Counter

import numpy as np

from embedlab.exercises.checker import case, exercise
from embedlab.exercises.quiz import quiz_of

TITLE = "Patient similarity"
quiz = quiz_of(__file__)


@exercise(
    "Standardise a newcomer",
    hints=(
        "Mean and standard deviation come from `past` alone, column by column: `axis=0`.",
        "A column without spread would divide by zero. What can you divide by instead, so that 0 comes out?",
        "`np.where(spread > 0, spread, np.inf)`: any number divided by infinity is 0.",
    ),
    cases=(
        case("two labs, two newcomers", np.array([[1.0, 10.0], [1.5, 30.0]]), np.array([[2.0, 50.0], [4.0, 20.0]])),
        case("a single newcomer", np.array([[5.0, 100.0], [7.0, 300.0], [12.0, 110.0]]), np.array([[7.0, 400.0]])),
        case("a lab that never varied", np.array([[4.0, 1.0], [4.0, 3.0]]), np.array([[6.0, 3.0]])),
    ),
    remark="Scalers, vocabularies and thresholds are all fitted on the past only; fitted on everything, they leak.",
)
def standardise(past, new):
    """Labs of new patients in standard deviations (`std`) from the mean of the past.

    past: array (n, l); new: array (m, l). Returns an array (m, l). A lab that was
    always the same in the past becomes 0.
    """
    spread = past.std(axis=0)
    return (new - past.mean(axis=0)) / np.where(spread > 0, spread, np.inf)  # divided by infinity, a lab becomes 0


@standardise.mistake("You used the newcomers' own mean and spread: a single newcomer would always be average.")
def _(past, new):
    s = new.std(axis=0)
    return np.where(s > 0, (new - new.mean(axis=0)) / np.where(s > 0, s, 1), 0)


@standardise.mistake(
    "The newcomers were in the mean and spread too: what is measured on them must not shape the ruler."
)
def _(past, new):
    both = np.vstack([past, new])
    s = both.std(axis=0)
    return np.where(s > 0, (new - both.mean(axis=0)) / np.where(s > 0, s, 1), 0)


@standardise.mistake("A lab that never varied has no scale: it must become 0 and not keep its raw value.")
def _(past, new):
    s = past.std(axis=0)
    return np.where(s > 0, (new - past.mean(axis=0)) / np.where(s > 0, s, 1), new)


@standardise.mistake("You divided by n − 1 in the variance; NumPy's `std` divides by n.")
def _(past, new):
    s = past.std(axis=0, ddof=1)
    return (new - past.mean(axis=0)) / np.where(s > 0, s, np.inf)


@standardise.mistake("One mean and one spread for all labs leaves the units mixed: work column by column, axis=0.")
def _(past, new):
    return (new - past.mean()) / past.std()


@exercise(
    "Suggest, or say nothing",
    hints=(
        "First make a dictionary from each plan that occurs to its record.",
        "The +1 and +2 keep one lucky patient from counting as certainty: 1 of 1 becomes 2/3, 9 of 10 becomes 10/12.",
        (
            "`ranked = [*sorted(records.values(), reverse=True), 0.5]`: the lead is `ranked[0] - ranked[1]`, also of a "
            "single plan. `max(records, key=records.get)` has the best record."
        ),
    ),
    cases=(
        case("a clear leader", [*"AAAABBBBBBCCC"], [*[True] * 7, *[False] * 5, True], 0.1),
        case("one lucky patient", ["A", "B", "B", "B", "B", "B"], [True, True, True, True, True, False], 0.03),
        case("a single plan that failed", ["C", "C"], [False, False], 0.0),
        case("two good plans, one bad", [*"ABBBBBBBBCC"], [*[True] * 8, *[False] * 3], 0.15),
        case("two bad plans", ["A", "B", "A", "B", "B", "B"], [False, False, False, False, True, False], 0.07),
        case("a single plan, its lead is just the margin", ["C", "C"], [True, True], 0.25),
        case("a margin above every record", [*"AABBB"], [True, False, False, False, False], 0.6),
    ),
    remark="The record is the mean of a Beta distribution that began flat; it is also Laplace's rule of succession.",
    noun="plan",
)
def suggest_or_abstain(plans, better, margin):
    """The plan with the best record, or None if its lead over the next is below margin.

    plans: list of the neighbours' plans; better: list of bool, did that neighbour get
    better? The record of a plan is (successes + 1) / (neighbours with it + 2). Only
    plans that occur count; a single one leads over 0.5.
    """
    records = {}
    for plan in sorted(set(plans)):
        results = [good for given, good in zip(plans, better, strict=True) if given == plan]
        records[plan] = (sum(results) + 1) / (len(results) + 2)
    ranked = [*sorted(records.values(), reverse=True), 0.5]
    lead = ranked[0] - ranked[1]
    return max(records, key=records.get) if lead >= margin else None


@suggest_or_abstain.mistake(
    "You took the plain success rate, so one lucky patient beats four of five: use (successes + 1) / (number + 2)."
)
def _(plans, better, margin):
    plans, better = np.array(plans), np.array(better)
    r = {p: better[plans == p].mean() for p in sorted(set(plans.tolist()))}
    s = [*sorted(r.values(), reverse=True), 0.5]
    return max(r, key=r.get) if s[0] - s[1] >= margin else None


@suggest_or_abstain.mistake("You compared the best plan with 0.5; it has to lead over the second best plan.")
def _(plans, better, margin):
    good = Counter(plan for plan, b in zip(plans, better, strict=True) if b)
    r = {p: (good[p] + 1) / (plans.count(p) + 2) for p in sorted(set(plans))}
    return max(r, key=r.get) if max(r.values()) - 0.5 >= margin else None


@suggest_or_abstain.mistake("You compared the best record itself with margin; it is the lead that must reach it.")
def _(plans, better, margin):
    good = Counter(plan for plan, b in zip(plans, better, strict=True) if b)
    r = {p: (good[p] + 1) / (plans.count(p) + 2) for p in sorted(set(plans))}
    return max(r, key=r.get) if max(r.values()) >= margin else None


@suggest_or_abstain.mistake("You always suggest something; without a lead of margin the answer is None.")
def _(plans, better, margin):
    good = Counter(plan for plan, b in zip(plans, better, strict=True) if b)
    r = {p: (good[p] + 1) / (plans.count(p) + 2) for p in sorted(set(plans))}
    return max(r, key=r.get)


@exercise(
    "Who is served worst?",
    hints=(
        "Make groups an array, so that `values[groups == name]` are the values of one group.",
        "Judge only names with enough members; if none is left, return None.",
        (
            "With `own = groups == worst`, the gap is the mean of `values[~own]`, small groups included, minus that of "
            "`values[own]`."
        ),
    ),
    cases=(
        case("two clinics", np.array([0.5, 0.6, 0.6, 0.7, 0.0, 0.6]), ["n", "s", "n", "s", "s", "s"], 2),
        case("the lowest group has one member", np.array([0.9, 0.3, 0.1, 0.4, 0.5]), ["n", "n", "w", "e", "e"], 2),
        case("nobody can be judged", np.array([0.4, 0.2]), ["n", "s"], 5),
        case("one member is enough", np.array([1.0, 0.9, 0.7, 0.4, 0.3]), ["a", "b", "a", "b", "c"], 1),
    ),
    remark="With few members a gap may be chance: give its uncertainty too before you call it one.",
    noun="name",
)
def worst_group(values, groups, fewest):
    """Group with the lowest mean, and how far that lies below the mean of all others.

    values: array (n,); groups: list of n names. A group with fewer than `fewest`
    members is not judged, but they do count among "all others". Returns (name, gap),
    or None if no group can be judged.
    """
    groups = np.array(groups)
    judged = [name for name in np.unique(groups) if np.sum(groups == name) >= fewest]
    if not judged:
        return None
    worst = min(judged, key=lambda name: values[groups == name].mean())
    own = groups == worst
    return str(worst), float(values[~own].mean() - values[own].mean())


@worst_group.mistake("You judged a group with too few members: one bad case is no evidence about a group.")
def _(values, groups, fewest):
    g = np.array(groups)
    w = min(np.unique(g), key=lambda name: values[g == name].mean())
    return str(w), float(values[g != w].mean() - values[g == w].mean())


@worst_group.mistake("The mean of everybody contains the worst group itself, which makes the gap look smaller.")
def _(values, groups, fewest):
    g = np.array(groups)
    j = [name for name in np.unique(g) if np.sum(g == name) >= fewest]
    if not j:
        return None
    w = min(j, key=lambda name: values[g == name].mean())
    return str(w), float(values.mean() - values[g == w].mean())


@worst_group.mistake("You compared the worst group with the best one; wanted is the gap to all others together.")
def _(values, groups, fewest):
    g = np.array(groups)
    j = [name for name in np.unique(g) if np.sum(g == name) >= fewest]
    if not j:
        return None
    m = {name: values[g == name].mean() for name in j}
    w = min(j, key=m.get)
    return str(w), float(max(m.values()) - m[w])
