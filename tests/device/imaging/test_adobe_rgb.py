"""Photos that name their colour space in Exif alone."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from device.imaging.adobe_rgb import build_adobe_rgb
from device.imaging.photo import read_photo
from tests.support.pictures import noise

EXIF, INTEROP = 0x8769, 0xA005


def _save(path: Path, space: object, index: str | None, profile: bytes | None = None) -> None:
    exif = Image.Exif()
    details = exif.get_ifd(EXIF)
    if space is not None:
        details[0xA001] = space
    if index is not None:
        details[INTEROP] = {1: index}
    Image.fromarray(noise(16, 16)).save(path, exif=exif, icc_profile=profile)


@pytest.mark.parametrize(("space", "index"), [(65535, "R03"), (2, None), (2, "R03"), (None, "R03")])
def test_adobe_rgb_by_exif_gets_its_profile(
    tmp_path: Path, space: object, index: str | None
) -> None:
    """The values stay, and a profile says what they are: else the cutout would look dull."""
    _save(tmp_path / "a.jpg", space, index)
    frame = read_photo(tmp_path / "a.jpg")
    assert frame.icc_profile == build_adobe_rgb()
    with Image.open(tmp_path / "a.jpg") as plain:
        np.testing.assert_array_equal(frame.pixels, np.asarray(plain))


@pytest.mark.parametrize(
    ("space", "index"), [(1, "R03"), (1, "R98"), (65535, None), (65535, "R98")]
)
def test_other_photos_get_none(tmp_path: Path, space: object, index: str | None) -> None:
    """sRGB, and what Exif does not tell, stay as they are."""
    _save(tmp_path / "a.jpg", space, index)
    assert read_photo(tmp_path / "a.jpg").icc_profile is None


def test_a_profile_in_the_file_goes_first(tmp_path: Path) -> None:
    """What the photo carries itself is more than what its Exif claims."""
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _save(tmp_path / "a.jpg", 2, "R03", own)
    assert read_photo(tmp_path / "a.jpg").icc_profile == own


def test_the_profile_is_adobe_rgb() -> None:
    """A colour engine computes with it what the published primaries and gamma say."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(build_adobe_rgb()))
    levels = np.array([[[200, 100, 50], [90, 160, 120], [128, 128, 128], [60, 70, 180]]], np.uint8)
    target = ImageCms.createProfile("sRGB")
    found = ImageCms.profileToProfile(Image.fromarray(levels), source, target)
    linear = (levels / 255) ** 2.19921875
    # Both spaces have D65 as white. IEC 61966-2-1 and Adobe RGB (1998), 4.3.6.
    to_xyz = [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
    to_srgb = [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
    values = np.clip(linear @ np.array(to_xyz).T @ np.array(to_srgb).T, 0, 1)
    coded = np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)
    assert np.abs(np.asarray(found) - coded * 255).max() <= 1.5


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_damaged_exif_loses_no_photo(tmp_path: Path) -> None:
    """Exif that points nowhere says nothing; the picture is read all the same."""
    _save(tmp_path / "a.jpg", 2, "R03")
    data = (tmp_path / "a.jpg").read_bytes()
    start = data.index(b"Exif\0\0") + 6
    for at in range(start, start + 60):
        (tmp_path / "b.jpg").write_bytes(data[:at] + b"\xff" + data[at + 1 :])
        assert read_photo(tmp_path / "b.jpg").width_px == 16
