"""Frame to tensor: where the picture lies, and what its values become."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from device.segmentation.letterbox import Letterbox
from device.segmentation.preprocess import make_quantisation_table, prepare
from tests.support.input_spec import INPUT_SPEC
from tests.support.pictures import make_frame, noise


@pytest.mark.parametrize(
    ("frame_size", "corner", "size"),
    [
        ((1080, 1920), (56, 0), (144, 256)),
        ((600, 400), (0, 42), (256, 171)),
        ((333, 999), (85, 0), (85, 256)),
        ((256, 256), (0, 0), (256, 256)),
        ((20, 10), (0, 64), (256, 128)),
        ((1, 4000), (127, 0), (1, 256)),
    ],
)
def test_the_frame_is_centred_and_keeps_its_proportions(
    frame_size: tuple[int, int], corner: tuple[int, int], size: tuple[int, int]
) -> None:
    """Landscape, portrait, odd, tiny and extreme frames are placed as the rule says."""
    box = Letterbox.fit(*frame_size, 256, 256)
    assert (box.top_px, box.left_px) == corner
    assert (box.height_px, box.width_px) == size


def test_the_fill_surrounds_the_picture() -> None:
    """Outside the picture the tensor holds the manifest's fill, inside the picture itself."""
    spec = replace(INPUT_SPEC, dtype="float32", mean=0.0, std=1.0)
    tensor, _ = prepare(make_frame(np.full((100, 200, 3), 9, np.uint8)), spec)
    assert tensor.shape == (1, 256, 256, 3)
    assert tensor.dtype == np.float32
    assert (tensor[0, :64] == (127, 100, 50)).all()
    assert (tensor[0, 64:192] == 9).all()
    assert (tensor[0, 192:] == (127, 100, 50)).all()


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_quantised_values_are_within_half_a_step(dtype: str) -> None:
    """Every pixel value comes back from the table within half a quantisation step."""
    spec = replace(INPUT_SPEC, dtype=dtype, zero_point=-1 if dtype == "int8" else 127)
    table = make_quantisation_table(spec)
    real = spec.scale * (table.astype(np.float64) - spec.zero_point)
    wanted = (np.arange(256) - spec.mean) / spec.std
    assert table.dtype == np.dtype(dtype)
    assert np.abs(real - wanted).max() <= spec.scale / 2 + 1e-9


def test_values_beyond_the_range_are_clipped() -> None:
    """A pixel value that the model cannot hold takes its nearest end, it does not wrap."""
    table = make_quantisation_table(replace(INPUT_SPEC, scale=1 / 255))
    assert table[0] == -128
    assert table[255] == 127


def test_colour_order_is_the_manifests() -> None:
    """A BGR camera and an RGB camera give an RGB model the same tensor, and a BGR model too."""
    rgb = noise(256, 256)
    bgr = make_frame(rgb[:, :, ::-1].copy(), colour_order="BGR")
    from_rgb, _ = prepare(make_frame(rgb), INPUT_SPEC)
    from_bgr, _ = prepare(bgr, INPUT_SPEC)
    np.testing.assert_array_equal(from_rgb, from_bgr)
    swapped, _ = prepare(
        bgr, replace(INPUT_SPEC, colour_order="BGR", letterbox_fill=(127, 127, 127))
    )
    np.testing.assert_array_equal(swapped[..., ::-1], from_rgb)
