"""A model input for tests: 256×256 RGB, int8, with a fill that no channel shares."""

from __future__ import annotations

from device.bundle.specs import InputSpec

INPUT_SPEC = InputSpec(
    height_px=256,
    width_px=256,
    channels=3,
    colour_order="RGB",
    dtype="int8",
    scale=2 / 255,
    zero_point=-1,
    mean=127.5,
    std=127.5,
    letterbox_fill=(127, 100, 50),
)
