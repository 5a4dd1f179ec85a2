"""What several test files share."""

import pytest
from hypothesis import settings

# A property holds or it does not; how long one example takes is the machine's business. The rest stays as it was.
settings.register_profile("course", settings(), deadline=None)
settings.load_profile("course")


@pytest.fixture(scope="session")
def text_model():
    """The real text model, loaded once in each test process."""
    from embedlab import models

    return models.load_text_model()
