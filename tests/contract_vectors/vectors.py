"""The stored vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

DATA = Path(__file__).parent / "data"


def read_cases(name: str) -> Any:
    """Read the cases of one subject."""
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def read_arrays(name: str) -> dict[str, npt.NDArray[Any]]:
    """Read the arrays of one subject, by ``CASE/WHAT``."""
    with np.load(DATA / f"{name}.npz") as arrays:
        return dict(arrays)
