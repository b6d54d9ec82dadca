"""What a catalogue may ask of its pictures."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from device.contract.content_type import detect_content_type
from device.cutout import main
from device.encoding.cutout_file import encode_alpha, encode_cutout
from device.encoding.layout import arrange
from device.errors import UsageError
from device.pipeline.cutout import Cutout
from device.settings.loading import load_config
from device.settings.output import OutputSettings
from tests.support.pictures import make_cutout, make_frame

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def shirt(*, empty: bool = False) -> Cutout:
    """A blue garment of 40×60 pixels before grey."""
    pixels = np.full((120, 200, 3), 180, np.uint8)
    alpha = np.zeros((120, 200), np.uint8)
    if not empty:
        pixels[30:90, 80:120] = (20, 40, 200)
        alpha[30:90, 80:120] = 255
    return make_cutout(make_frame(pixels, icc_profile=PROFILE), alpha)


def test_crop_keeps_the_garment_and_a_margin() -> None:
    """Cropped, the picture is the garment's box with the margin all around."""
    picture = arrange(shirt(), OutputSettings(crop=True, margin=0.1))
    assert picture.shape == (72, 52, 4)
    assert (picture[6:-6, 6:-6, 3] == 255).all()
    assert picture[:6, :, 3].max() == 0
    assert arrange(shirt(), OutputSettings(crop=True, margin=1)).shape[:2] == (120, 160)


def test_canvas_centres_and_fills() -> None:
    """On a canvas the garment is centred and as long as the fill says."""
    settings = OutputSettings(canvas_width_px=300, canvas_height_px=400, fill=0.5)
    picture = arrange(shirt(), settings)
    assert picture.shape == (400, 300, 4)
    rows, columns = np.nonzero(picture[:, :, 3] > 127)
    assert (rows.min(), rows.max() + 1) == (100, 300)
    assert abs(columns.min() - (300 - columns.max() - 1)) <= 1
    assert np.abs(picture[200, 150, :3].astype(int) - (20, 40, 200)).max() <= 1


def test_shrinking_brings_no_colour_of_nothing_into_the_edge() -> None:
    """Black under transparent pixels does not darken the edge of a smaller picture."""
    picture = arrange(shirt(), OutputSettings(longest_px=77))
    assert max(picture.shape[:2]) == 77
    seen = picture[picture[:, :, 3] > 8][:, :3].astype(int)
    assert np.abs(seen - (20, 40, 200)).max() <= 4


def test_background_is_laid_under() -> None:
    """With a background the picture is opaque and shows it around the garment."""
    picture = arrange(shirt(), OutputSettings(background="#fedcba"))
    assert (picture[:, :, 3] == 255).all()
    assert tuple(picture[0, 0, :3]) == (0xFE, 0xDC, 0xBA)
    assert tuple(picture[60, 100, :3]) == (20, 40, 200)


def test_nothing_found_keeps_the_frame() -> None:
    """There is nothing to crop to: the frame's size stays, or the canvas is empty."""
    assert arrange(shirt(empty=True), OutputSettings(crop=True)).shape == (120, 200, 4)
    canvas = OutputSettings(canvas_width_px=50, canvas_height_px=50)
    assert not arrange(shirt(empty=True), canvas).any()


@pytest.mark.parametrize("name", ["png", "webp", "jpeg"])
def test_profile_and_metadata_travel_in_every_format(name: str) -> None:
    """The ICC profile is kept byte for byte, and what is known is in the file."""
    data = encode_cutout(shirt(), {"sku": "Größe 38"}, OutputSettings(format=name, quality=95))
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.format == name.upper()
    assert image.info["icc_profile"] == PROFILE
    text = image.info["selvedge"] if name == "png" else image.getexif()[0x010E]
    assert json.loads(text) == {"sku": "Größe 38"}
    found = np.asarray(image.convert("RGBA"))
    assert np.abs(found[60, 100, :3].astype(int) - (20, 40, 200)).max() < 12
    assert found[5, 5, 3] == (255 if name == "jpeg" else 0)
    assert detect_content_type(data) == (None if name == "jpeg" else f"image/{name}")


def test_lossless_webp_is_bit_for_bit() -> None:
    """WebP at quality 100 loses nothing."""
    data = encode_cutout(shirt(), settings=OutputSettings(format="webp", quality=100))
    found = np.asarray(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(found, arrange(shirt(), OutputSettings()))


def test_alpha_is_laid_out_like_its_picture() -> None:
    """The alpha beside a cropped JPEG has the same size and place."""
    settings = OutputSettings(format="jpeg", crop=True, margin=0.1, background="#ffffff")
    alpha = np.asarray(Image.open(io.BytesIO(encode_alpha(shirt(), None, settings))))
    assert alpha.shape == (72, 52)
    assert alpha[36, 26] == 255
    assert alpha[0, 0] == 0


def test_the_command_writes_what_is_asked(tmp_path: Path) -> None:
    """A JPEG on a canvas comes with its alpha beside it; flags out of range are wrong usage."""
    Image.fromarray(shirt().frame.pixels).save(tmp_path / "a.png")
    out = tmp_path / "out"
    wish = ["--format", "jpeg", "--canvas", "64x80", "--background", "#ffffff", "--one-look"]
    assert main([str(tmp_path / "a.png"), "-o", str(out), *wish]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["a-alpha.png", "a.jpg"]
    assert Image.open(out / "a.jpg").size == Image.open(out / "a-alpha.png").size == (64, 80)
    for wrong in (["--canvas", "64"], ["--fill", "2"], ["--background", "red"], ["--quality", "0"]):
        with pytest.raises(SystemExit, match="2"):
            main([str(tmp_path / "a.png"), "-o", str(out), *wrong])
    assert main([str(tmp_path / "a.png"), "-o", str(out), "--alpha", "--format", "webp"]) == 2


def test_the_config_knows_the_same(tmp_path: Path) -> None:
    """[output] sets what it names; half a canvas and JPEG over MQTT are refused."""
    file = tmp_path / "rig.toml"
    file.write_text('camera = "0"\n[output]\ncrop = true\nbackground = "#FFFFFF"\n', "utf-8")
    assert load_config(file, {}).output == OutputSettings(crop=True, background="#ffffff")
    for wrong in ("canvas_width_px = 100", 'format = "jpeg"', 'background = "red"'):
        file.write_text(f'camera = "0"\n[output]\n{wrong}\n', "utf-8")
        with pytest.raises(UsageError, match="output"):
            load_config(file, {})
