"""Every example in a docstring of the package is run."""

import doctest
import importlib
import pkgutil

import pytest

import embedlab

MODULES = sorted(
    info.name for info in pkgutil.walk_packages(embedlab.__path__, "embedlab.") if not info.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(examples) > 15
