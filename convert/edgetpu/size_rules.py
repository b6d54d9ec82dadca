"""Rules for ops that the Edge TPU runs up to an undocumented size.

Each limit is the largest size that the compiler is known to have mapped; if one is known, there is
also the smallest size that it refused. Between the two, the place is ``uncertain``.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from convert.edgetpu.placement import Decision
from convert.graph.flatbuffer import Op

MAX_POOL_SIDE = 33  # The global pools of Coral's DeepLab models.
MAX_RESIZE_CELLS = 128 * 128  # 64×64 to 128×128 was mapped, 256×256 to 512×512 was not.
REFUSED_RESIZE_CELLS = 512 * 512
MAX_STEEP_RESIZE_CELLS = 64 * 64  # More than doubled: only small ones are taken for granted.
MAX_RESHAPE_VALUES = 32 * 32 * 255  # YOLOv5's head at 256 pixels was mapped, at 384 it was not.
MAX_FLAT_RESHAPE_VALUES = 40 * 40 * 810  # EfficientDet-Lite0's, to three dimensions.
MAX_DECONVOLUTION_VALUES = 64 * 64 * 512  # Coral's answer to a question about Conv2DTranspose.
MAX_SOFTMAX_VALUES = 16_000  # From the table.


def _place_pool(op: Op) -> Decision:
    if op.options.get("fusedActivationFunction", 0) != 0:
        return "cpu", "a pool with a fused activation is not supported"
    height, width = op.options.get("filterHeight", 0), op.options.get("filterWidth", 0)
    if max(height, width) > MAX_POOL_SIDE:
        return "uncertain", f"window {height}×{width} is larger than any seen mapped (33×33)"
    return "tpu", f"window {height}×{width} is supported"


def _place_resize(op: Op) -> Decision:
    if not op.inputs[1].constant:
        return "cpu", "its size is computed, and sizes must be fixed"
    before, after = op.inputs[0].sizes[1:3], op.outputs[0].sizes[1:3]
    change = f"{before[0]}×{before[1]} to {after[0]}×{after[1]}"
    if before == (1, 1) != after:
        if op.options.get("alignCorners"):
            return "cpu", f"{change} with align_corners is not mapped (use TILE)"
        return "uncertain", f"{change}: spreading one cell was refused with align_corners"
    doubt = _find_resize_doubt(before, after)
    if prod(after) >= REFUSED_RESIZE_CELLS and before != after:
        return "cpu", f"{change}: resizing to this size is not mapped (do it on the host)"
    return ("uncertain", f"{change}: {doubt}") if doubt else ("tpu", f"{change} is mapped")


def _find_resize_doubt(before: tuple[int, ...], after: tuple[int, ...]) -> str | None:
    if before == after:
        return None
    if prod(after) > MAX_RESIZE_CELLS:
        return "none beyond 128×128 cells is known to be mapped"
    doubled = all(2 * a >= b for a, b in zip(before, after, strict=True))
    if not doubled and prod(after) > MAX_STEEP_RESIZE_CELLS:
        return "beyond 64×64 cells only doubling is known to be mapped (resize in steps of two)"
    return None


def _place_reshape(op: Op) -> Decision:
    if not all(tensor.constant for tensor in op.inputs[1:]):
        return "cpu", "its shape is computed, and sizes must be fixed"
    values, sizes = prod(op.outputs[0].sizes), op.outputs[0].sizes
    if values <= (MAX_FLAT_RESHAPE_VALUES if len(sizes) < 4 else MAX_RESHAPE_VALUES):
        return "tpu", f"a reshape of {values} values is supported"
    return "uncertain", f"reshapes of large tensors ({values} values) may not be mapped"


def _place_softmax(op: Op) -> Decision:
    sizes = op.inputs[0].sizes
    if prod(sizes[:-1]) != 1:
        return "cpu", f"softmax over shape {sizes}: only one dimension is supported"
    if sizes[-1] > MAX_SOFTMAX_VALUES:
        return "cpu", f"softmax over {sizes[-1]} values: at most {MAX_SOFTMAX_VALUES} are supported"
    return "tpu", "softmax over one dimension is supported"


def _place_deconvolution(op: Op) -> Decision:
    if not all(tensor.constant for tensor in op.inputs[:2]):
        return "cpu", "its weights or size are computed, and the Edge TPU needs constant ones"
    values = prod(op.outputs[0].sizes)
    if values > MAX_DECONVOLUTION_VALUES:
        return "uncertain", f"a transposed convolution to {values} values may not be mapped"
    return "tpu", f"a transposed convolution to {values} values is supported"


SIZE_RULES: dict[str, Callable[[Op], Decision]] = {
    "AVERAGE_POOL_2D": _place_pool,
    "MAX_POOL_2D": _place_pool,
    "RESIZE_BILINEAR": _place_resize,
    "RESIZE_NEAREST_NEIGHBOR": _place_resize,
    "RESHAPE": _place_reshape,
    "SQUEEZE": _place_reshape,
    "SOFTMAX": _place_softmax,
    "TRANSPOSE_CONV": _place_deconvolution,
}
