"""How 8-bit pixels enter a model: one value of its input for each of the 256 levels.

Training and the rig have the same table: `tests/contract_vectors` holds the three together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from convert.arrays import Float32Array, UInt8Array
from convert.inputs.run_folder import Run


def make_input_table(
    dtype: str, scale: float, zero_point: int, *, mean: float, std: float
) -> npt.NDArray[Any]:
    """Compute the model's input value for each of the 256 levels.

    In double precision: with the usual scale of 1/127.5 every value falls just beside a half, and
    single precision would round some of them the other way.

    Args:
        dtype: of the model's input: ``int8``, ``uint8`` or ``float32``.
        scale: real value of one integer step; float32 has none.
        zero_point: integer of the real value 0; float32 has none.
        mean: subtracted from each level.
        std: divides what is left.

    Returns:
        Shape (256,), of that dtype.
    """
    real = (np.arange(256, dtype=np.float64) - mean) / std
    if dtype == "float32":
        return real.astype(np.float32)
    limits = np.iinfo(dtype)
    steps = np.round(real / scale) + zero_point
    table: npt.NDArray[Any] = np.clip(steps, limits.min, limits.max).astype(dtype)
    return table


def normalise(pixels: UInt8Array, run: Run) -> Float32Array:
    """Scale 8-bit levels as the float model expects them: float32 of the same shape."""
    table = make_input_table("float32", 1.0, 0, mean=run.mean, std=run.std)
    return np.asarray(table[pixels], dtype=np.float32)
