"""Word lists of the association tests of Caliskan, Bryson and Narayanan (2017), seven of their ten.

Each test has two sets of target words and two sets of attribute words, and asks whether the targets differ in which
attributes they lie closer to. The lists are those of the paper's supplement, Science 356 (6334), 183-186,
https://doi.org/10.1126/science.aal4230; they go back to older studies with people. They are facts about that study
and were typed in for this course. Left out are the three tests with names that are typical of ethnic groups.

What to expect: effects of 1.24 (flowers) and 1.51 (instruments) on all-MiniLM-L6-v2 with single words, .4 to 1.0 on
the others. The lists are short, American and of their time, and the effects depend on them (notebook 21).
"""

from __future__ import annotations

from typing import NamedTuple

_PLEASANT = (
    "caress freedom health love peace cheer friend heaven loyal pleasure diamond gentle honest lucky rainbow diploma "
    "gift honor miracle sunrise family happy laughter paradise vacation"
)
_UNPLEASANT = (
    "abuse crash filth murder sickness accident death grief poison stink assault disaster hatred pollute tragedy "
    "divorce jail poverty ugly cancer kill rotten vomit agony prison"
)
_ARTS = "poetry art dance literature novel symphony drama sculpture"

# Name: names of the four sets; the sets; effect sizes that the paper reports for GloVe and for word2vec.
_TESTS = {
    "flowers, insects": (
        ("flowers", "insects", "pleasant", "unpleasant"),
        (
            "aster clover hyacinth marigold poppy azalea crocus iris orchid rose bluebell daffodil lilac pansy tulip "
            "buttercup daisy lily peony violet carnation gladiola magnolia petunia zinnia",
            "ant caterpillar flea locust spider bedbug centipede fly maggot tarantula bee cockroach gnat mosquito "
            "termite beetle cricket hornet moth wasp blackfly dragonfly horsefly roach weevil",
            _PLEASANT,
            _UNPLEASANT,
        ),
        (1.50, 1.54),
    ),
    "instruments, weapons": (
        ("instruments", "weapons", "pleasant", "unpleasant"),
        (
            "bagpipe cello guitar lute trombone banjo clarinet harmonica mandolin trumpet bassoon drum harp oboe tuba "
            "bell fiddle harpsichord piano viola bongo flute horn saxophone violin",
            "arrow club gun missile spear axe dagger harpoon pistol sword blade dynamite hatchet rifle tank bomb "
            "firearm knife shotgun teargas cannon grenade mace slingshot whip",
            _PLEASANT,
            _UNPLEASANT,
        ),
        (1.53, 1.63),
    ),
    "names, career": (
        ("male names", "female names", "career", "family"),
        (
            "John Paul Mike Kevin Steve Greg Jeff Bill",
            "Amy Joan Lisa Sarah Diana Kate Ann Donna",
            "executive management professional corporation salary office business career",
            "home parents children family cousins marriage wedding relatives",
        ),
        (1.81, 1.89),
    ),
    "maths, arts": (
        ("maths", "arts", "male", "female"),
        (
            "math algebra geometry calculus equations computation numbers addition",
            _ARTS,
            "male man boy brother he him his son",
            "female woman girl sister she her hers daughter",
        ),
        (1.06, 0.97),
    ),
    "science, arts": (
        ("science", "arts", "male", "female"),
        (
            "science technology physics chemistry Einstein NASA experiment astronomy",
            "poetry art Shakespeare dance literature novel symphony drama",
            "brother father uncle grandfather son he his him",
            "sister mother aunt grandmother daughter she hers her",
        ),
        (1.24, 1.24),
    ),
    "illness": (
        ("mental illness", "physical illness", "temporary", "permanent"),
        (
            "sad hopeless gloomy tearful miserable depressed",
            "sick illness influenza disease virus cancer",
            "impermanent unstable variable fleeting short-term brief occasional",
            "stable always constant persistent chronic prolonged forever",
        ),
        (1.38, 1.30),
    ),
    "young, old": (
        ("young people's names", "old people's names", "pleasant", "unpleasant"),
        (
            "Tiffany Michelle Cindy Kristy Brad Eric Joey Billy",
            "Ethel Bernice Gertrude Agnes Cecil Wilbert Mortimer Edgar",
            "joy love peace wonderful pleasure friend laughter happy",
            "agony terrible horrible nasty evil war awful failure",
        ),
        (1.21, -0.08),
    ),
}


class AssociationTest(NamedTuple):
    """One test: two sets of targets, two sets of attributes, and what was published about it."""

    x: list[str]  #: First targets, such as flowers.
    y: list[str]  #: Second targets, as many, such as insects.
    a: list[str]  #: First attributes, such as pleasant words.
    b: list[str]  #: Second attributes.
    labels: tuple[str, str, str, str]  #: What the four sets are called.
    published: tuple[float, float]  #: Effect sizes in the paper for GloVe and for word2vec.


def load() -> dict[str, AssociationTest]:
    """Return the seven tests by their names.

    Examples
    --------
    >>> tests = load()
    >>> list(tests)[:3]
    ['flowers, insects', 'instruments, weapons', 'names, career']
    >>> tests["names, career"].x[:3], tests["names, career"].labels[2]
    (['John', 'Paul', 'Mike'], 'career')
    """
    return {
        name: AssociationTest(*(words.split() for words in sets), labels, published)
        for name, (labels, sets, published) in _TESTS.items()
    }
