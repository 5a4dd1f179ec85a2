"""What several test files share."""

import pytest


@pytest.fixture(scope="session")
def text_model():
    """The real text model, loaded once in each test process."""
    from embedlab import models

    return models.load_text_model()
