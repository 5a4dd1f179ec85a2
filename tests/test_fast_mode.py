"""The fast mode of the text model: nearly the same vectors, and not another type."""

import numpy as np
import pytest

from embedlab import models, vectors

TEXTS = ["A boat crosses the bay.", "Interest rates fall.", "The cat sleeps on the sofa."]


def test_bfloat16_gives_nearly_the_same_vectors(text_model):
    fast = models.load_text_model(dtype="bfloat16")
    made, exact = fast.encode(TEXTS), text_model.encode(TEXTS)
    assert made.dtype == np.float32
    assert str(next(fast.parameters()).dtype) == "torch.bfloat16"
    cosines = np.sum(vectors.normalize(made) * vectors.normalize(exact), axis=1)
    assert (cosines > 0.999).all()
    assert not np.array_equal(made, exact), "it does compute with fewer digits"


def test_other_types_are_refused():
    with pytest.raises(ValueError, match="dtype must be 'float32' or 'bfloat16', but it is 'int8'"):
        models.load_text_model(dtype="int8")
