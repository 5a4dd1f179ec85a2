"""The lesson of a test file is the notebook whose number it has."""

import pytest

from tests.derivations import functions_of


@pytest.fixture(scope="module")
def lesson(request):
    """The functions of the notebook, by name; `KNOWN` in the test file names what they use from other cells."""
    return functions_of(request.module.__name__[-2:], **getattr(request.module, "KNOWN", {}))
