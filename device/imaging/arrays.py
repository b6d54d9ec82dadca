"""Types of the arrays that hold pixels and logits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
UInt8Array = npt.NDArray[np.uint8]
Float32Array = npt.NDArray[np.float32]
