"""The stored vectors are what the reference says."""

from __future__ import annotations

import numpy as np

from tests.contract_vectors.cases.photos import draw_photos
from tests.contract_vectors.vectors import read_arrays, read_cases
from tests.contract_vectors.write_vectors import (
    letterbox_vectors,
    mask_vectors,
    table_vectors,
    way_back_vectors,
)


def test_vectors_are_what_the_reference_says() -> None:
    """Nobody has changed an expected number by hand, or a case without writing them anew."""
    for name, (cases, arrays) in {
        "letterbox": letterbox_vectors(),
        "way_back": way_back_vectors(),
        "masks": mask_vectors(),
    }.items():
        assert read_cases(name) == cases
        stored = read_arrays(name)
        assert stored.keys() == arrays.keys()
        assert all(np.array_equal(stored[key], arrays[key]) for key in arrays), name
    assert read_cases("input_tables") == table_vectors()
    shown = {photo.file: photo.pixels for photo in draw_photos() if photo.pixels is not None}
    stored = read_arrays("photos")
    assert stored.keys() == shown.keys()
    assert all(np.array_equal(stored[file], shown[file]) for file in shown)
