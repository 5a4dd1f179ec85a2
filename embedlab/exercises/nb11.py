"""Exercises and quiz of notebook 11, Patient similarity."""

from __future__ import annotations

from embedlab.exercises.checker import Case, Exercise, Mistake
from embedlab.exercises.quiz import Option, Question, Quiz

TITLE = "Patient similarity"

standardise = Exercise(
    id="11.standardise",
    title="Standardise a newcomer",
    starter='''\
def standardise(past, new):
    """Labs of new patients in standard deviations from the mean of the past ones.

    past: array (n, l); new: array (m, l). A lab that was always the same in the past becomes 0.
    Returns an array (m, l).
    """
    return ...


ex.standardise.check(standardise)
''',
    code="""\
def standardise(past, new):
    spread = past.std(axis=0)
    return np.where(spread > 0, (new - past.mean(axis=0)) / np.where(spread > 0, spread, 1), 0)
""",
    hints=(
        "Mean and standard deviation come from `past` alone, column by column: `axis=0`.",
        "A column without spread would divide by zero: replace its spread by 1 before dividing.",
        "After that, `np.where(spread > 0, …, 0)` sets such a column to 0.",
    ),
    cases=(
        Case("np.array([[1.0, 10.0], [3.0, 30.0]]), np.array([[2.0, 50.0], [4.0, 20.0]])", "two labs, two newcomers"),
        Case("np.array([[5.0, 100.0], [7.0, 300.0], [9.0, 200.0]]), np.array([[7.0, 400.0]])", "a single newcomer"),
        Case("np.array([[4.0, 1.0], [4.0, 3.0]]), np.array([[6.0, 3.0]])", "a lab that never varied"),
    ),
    mistakes=(
        Mistake(
            "def standardise(past, new):\n"
            "    s = new.std(axis=0)\n"
            "    return np.where(s > 0, (new - new.mean(axis=0)) / np.where(s > 0, s, 1), 0)",
            "You used the newcomers' own mean and spread: a single newcomer would always be average.",
        ),
        Mistake(
            "def standardise(past, new):\n"
            "    both = np.vstack([past, new])\n"
            "    s = both.std(axis=0)\n"
            "    return np.where(s > 0, (new - both.mean(axis=0)) / np.where(s > 0, s, 1), 0)",
            "The newcomers were in the mean and spread too: what is measured on them must not shape the ruler.",
        ),
        Mistake(
            "def standardise(past, new):\n"
            "    s = past.std(axis=0)\n"
            "    return np.where(s > 0, (new - past.mean(axis=0)) / np.where(s > 0, s, 1), new)",
            "A lab that never varied has no scale: it must become 0 and not keep its raw value.",
        ),
        Mistake(
            "def standardise(past, new):\n    return (new - past.mean()) / past.std()",
            "One mean and one spread for all labs leaves the units mixed: work column by column, axis=0.",
        ),
    ),
    remark="Scalers, vocabularies and thresholds are all fitted on the past only; fitted on everything, they leak.",
)

suggest_or_abstain = Exercise(
    id="11.suggest_or_abstain",
    title="Suggest, or say nothing",
    starter='''\
def suggest_or_abstain(plans, better, margin):
    """The plan with the best record among the neighbours, or None if its lead is below margin.

    plans: list of the neighbours' plans; better: list of bool, did that neighbour get better? The record of a plan is
    (successes + 1) / (neighbours with it + 2). Only plans that occur count; a single one leads over 0.5.
    """
    return ...


ex.suggest_or_abstain.check(suggest_or_abstain)
''',
    code="""\
def suggest_or_abstain(plans, better, margin):
    records = {}
    for plan in sorted(set(plans)):
        results = [good for given, good in zip(plans, better) if given == plan]
        records[plan] = (sum(results) + 1) / (len(results) + 2)
    ranked = sorted(records.values(), reverse=True) + [0.5]
    lead = ranked[0] - ranked[1]
    return max(records, key=records.get) if lead >= margin else None
""",
    hints=(
        "First make a dictionary from each plan that occurs to its record.",
        "The +1 and +2 keep one lucky patient from counting as certainty: 1 of 1 becomes 2/3, 9 of 10 becomes 10/12.",
        "Sort the records, append 0.5 for the case of a single plan, and compare the first two.",
    ),
    cases=(
        Case("['A'] * 10 + ['B'] * 4, [True] * 9 + [False] * 5, 0.1", "a clear leader"),
        Case("['A', 'B', 'B', 'B', 'B', 'B'], [True, True, True, True, True, False], 0.03", "one lucky patient"),
        Case("['A', 'A', 'B', 'B'], [True, False, True, False], 0.05", "two plans with one record"),
        Case("['A'] * 10 + ['B'] * 10, [True] * 9 + [False] + [True] * 8 + [False] * 2, 0.1", "two good plans"),
        Case("['C', 'C', 'C', 'C'], [True, True, True, False], 0.1", "a single plan"),
        Case("['C', 'C'], [False, False], 0.0", "a single plan that failed"),
    ),
    mistakes=(
        Mistake(
            "def suggest_or_abstain(plans, better, margin):\n"
            "    r = {p: np.mean([b for q, b in zip(plans, better) if q == p]) for p in sorted(set(plans))}\n"
            "    s = sorted(r.values(), reverse=True) + [0.5]\n"
            "    return max(r, key=r.get) if s[0] - s[1] >= margin else None",
            "You took the plain success rate, so one lucky patient beats four of five: use (successes + 1) / (number + 2).",
        ),
        Mistake(
            "def suggest_or_abstain(plans, better, margin):\n"
            "    r = {p: (sum(b for q, b in zip(plans, better) if q == p) + 1) / (plans.count(p) + 2) for p in sorted(set(plans))}\n"
            "    return max(r, key=r.get) if max(r.values()) - 0.5 >= margin else None",
            "You compared the best plan with 0.5; it has to lead over the second best plan.",
        ),
        Mistake(
            "def suggest_or_abstain(plans, better, margin):\n"
            "    r = {p: (sum(b for q, b in zip(plans, better) if q == p) + 1) / (plans.count(p) + 2) for p in sorted(set(plans))}\n"
            "    return max(r, key=r.get)",
            "You always suggest something; without a lead of margin the answer is None.",
        ),
    ),
    remark="The record is the mean of a Beta distribution that began flat; it is also Laplace's rule of succession.",
)

worst_group = Exercise(
    id="11.worst_group",
    title="Who is served worst?",
    starter='''\
def worst_group(values, groups, fewest):
    """Name of the group with the lowest mean, and how far that lies below the mean of all others together.

    values: array (n,); groups: list of n names. Groups with fewer than `fewest` members are not judged, but they do
    count among "all others". Returns (name, gap), or None if no group can be judged.
    """
    return ...


ex.worst_group.check(worst_group)
''',
    code="""\
def worst_group(values, groups, fewest):
    groups = np.array(groups)
    judged = [name for name in np.unique(groups) if np.sum(groups == name) >= fewest]
    if not judged:
        return None
    worst = min(judged, key=lambda name: values[groups == name].mean())
    own = groups == worst
    return str(worst), float(values[~own].mean() - values[own].mean())
""",
    hints=(
        "Make groups an array, so that `values[groups == name]` are the values of one group.",
        "Judge only names with enough members; if none is left, return None.",
        "The gap compares the worst group with everybody who is not in it, small groups included.",
    ),
    cases=(
        Case("np.array([0.9, 0.8, 0.7, 0.3, 0.5]), ['n', 'n', 'n', 's', 's'], 2", "two clinics"),
        Case("np.array([0.9, 0.8, 0.1, 0.6, 0.6]), ['n', 'n', 'w', 's', 's'], 2", "the lowest group has one member"),
        Case("np.array([0.4, 0.2]), ['n', 's'], 5", "nobody can be judged"),
        Case("np.array([1.0, 1.0, 1.0, 1.0, 0.4, 0.4, 0.6]), ['a', 'a', 'a', 'a', 'b', 'b', 'c'], 1", "three groups"),
    ),
    mistakes=(
        Mistake(
            "def worst_group(values, groups, fewest):\n"
            "    g = np.array(groups)\n"
            "    w = min(np.unique(g), key=lambda name: values[g == name].mean())\n"
            "    return str(w), float(values[g != w].mean() - values[g == w].mean())",
            "You judged a group with too few members: one bad case is no evidence about a group.",
        ),
        Mistake(
            "def worst_group(values, groups, fewest):\n"
            "    g = np.array(groups)\n"
            "    j = [name for name in np.unique(g) if np.sum(g == name) >= fewest]\n"
            "    if not j:\n"
            "        return None\n"
            "    w = min(j, key=lambda name: values[g == name].mean())\n"
            "    return str(w), float(values.mean() - values[g == w].mean())",
            "The mean of everybody contains the worst group itself, which makes the gap look smaller.",
        ),
        Mistake(
            "def worst_group(values, groups, fewest):\n"
            "    g = np.array(groups)\n"
            "    j = [name for name in np.unique(g) if np.sum(g == name) >= fewest]\n"
            "    if not j:\n"
            "        return None\n"
            "    m = {name: values[g == name].mean() for name in j}\n"
            "    w = min(j, key=m.get)\n"
            "    return str(w), float(max(m.values()) - m[w])",
            "You compared the worst group with the best one; wanted is the gap to all others together.",
        ),
    ),
    remark="With few members a gap may be chance: give its uncertainty too before you call it one.",
)

quiz = Quiz(
    "11.quiz",
    (
        Question(
            "Patients visit several times, and all visits are split at random into past and new. What happens?",
            (
                Option(
                    "Nothing, as long as no visit is in both parts.",
                    False,
                    "Two visits of one person are nearly copies: the nearest case of the new visit is the person's own old one.",
                ),
                Option(
                    "The test looks harder than it is.",
                    False,
                    "It looks easier: the answer is often found in the person's own earlier record.",
                ),
                Option(
                    "The test looks easier than it is: split by person instead.",
                    True,
                    "For a patient who comes for the first time there is no earlier visit to be found.",
                ),
            ),
        ),
        Question(
            "In this notebook neither notes nor labs alone beat the rule table, but both together do. Why?",
            (
                Option(
                    "More numbers in a vector always help.",
                    False,
                    "384 numbers of notes alone are no help here, and raw labs with a swamping unit are worse than few good ones.",
                ),
                Option(
                    "The pattern needs two traits at once, one told by the notes and one by the labs.",
                    True,
                    "Either trait alone leaves both plans as likely as before; only neighbours that share both are informative.",
                ),
                Option(
                    "The rule table was built with too few patients.",
                    False,
                    "The rule table stays where it is with any number of patients, since it knows the condition only.",
                ),
            ),
        ),
        Question(
            "The suggestion beats the usual plan on average. What must be known before anybody is treated so?",
            (
                Option(
                    "Whether it also does for each group, where it should stay silent, and what a controlled trial says.",
                    True,
                    "An average hides groups, and records of treatment are no experiment: who got what was not drawn by lot.",
                ),
                Option(
                    "Whether a larger language model would raise the average further.",
                    False,
                    "It might, and would answer none of the questions about groups, uncertainty or cause.",
                ),
                Option(
                    "Nothing: an average over hundreds of patients is evidence enough.",
                    False,
                    "These patients were made by a simulator, and even real records would not show that the plan was the cause.",
                ),
            ),
        ),
    ),
)
