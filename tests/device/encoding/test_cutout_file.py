"""The files that leave the rig."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image, ImageCms

from device.encoding.cutout_file import METADATA_KEY, encode_alpha, encode_cutout
from device.imaging.colour_order import ColourOrder
from tests.support.pictures import make_cutout, make_frame, noise


@pytest.mark.parametrize("colour_order", ["RGB", "BGR"])
def test_colours_are_the_frames_bit_for_bit(colour_order: ColourOrder) -> None:
    """Alpha is straight: also at the soft edge each colour is the frame's own."""
    pixels = noise(40, 60)
    shown = pixels if colour_order == "RGB" else pixels[:, :, ::-1]
    alpha = np.random.default_rng(1).choice(
        np.array([0, 64, 128, 255], np.uint8), size=pixels.shape[:2]
    )
    data = encode_cutout(make_cutout(make_frame(shown.copy(), colour_order=colour_order), alpha))
    found = np.asarray(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(found[:, :, 3], alpha)
    np.testing.assert_array_equal(found[alpha > 0, :3], pixels[alpha > 0])
    assert not found[alpha == 0].any()


def test_profile_and_metadata_travel_in_the_file() -> None:
    """The ICC profile is kept byte for byte, and the metadata comes back as it was given."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    frame = make_frame(noise(8, 8), icc_profile=profile)
    about = {"id": "shot-1", "sku": "Größe 38", "sizes": [8, 8]}
    data = encode_cutout(make_cutout(frame, np.full((8, 8), 255, np.uint8)), about)
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.info["icc_profile"] == profile
    assert json.loads(image.info[METADATA_KEY]) == about


def test_alpha_alone_is_eight_bit_grey() -> None:
    """The alpha file holds the mask's values and nothing else."""
    alpha = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = Image.open(io.BytesIO(encode_alpha(make_cutout(make_frame(noise(16, 16)), alpha))))
    assert image.mode == "L"
    np.testing.assert_array_equal(np.asarray(image), alpha)
