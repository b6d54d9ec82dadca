"""Files that only look like photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from device.errors import UsageError
from device.imaging.photo import read_photo
from tests.support.pictures import noise
from tests.support.tiff_files import grey_tags, rgb_page, write_tiff


def _raw(order: str) -> bytes:
    """As NEF and DNG are built: a thumbnail first, what the sensor measured in a sub-directory."""
    thumbnail = rgb_page(noise(12, 16), {254: 1, 271: b"NIKON CORPORATION\0", 330: 0})
    sensor = grey_tags(160, 120, 12, photometric=32803), bytes(160 * 120 * 12 // 8)
    return write_tiff([thumbnail, sensor], order)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_a_raw_file_under_another_name_is_refused(tmp_path: Path, suffix: str, order: str) -> None:
    """Its thumbnail is no photo; the sentence says what the file is and what to set."""
    path = tmp_path / f"4711_front.{suffix}"
    path.write_bytes(_raw(order))
    with pytest.raises(UsageError, match=r"4711_front.* raw file.*set the camera to JPEG"):
        read_photo(path)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"FUJIFILMCCD-RAW 0201", "RAF"),
        (b"IIRO\x08\0\0\0", "ORF"),
        (b"IIU\0\x18\0\0\0", "RW2"),
        (b"II*\0\x10\0\0\0CR\2\0", "CR2"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1", "CR3"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
    ],
)
def test_raw_files_are_called_by_their_name(tmp_path: Path, head: bytes, kind: str) -> None:
    """What a maker's mark tells is told: the photographer knows where to look."""
    path = tmp_path / "a.jpg"
    path.write_bytes(head + bytes(1000))
    with pytest.raises(UsageError, match=kind):
        read_photo(path)


def test_a_tiff_that_begins_with_a_thumbnail_is_refused(tmp_path: Path) -> None:
    """The first page would be cut, and the photo behind it would be lost without a word."""
    path = tmp_path / "scan.tif"
    path.write_bytes(write_tiff([rgb_page(noise(12, 16)), rgb_page(noise(120, 160))]))
    with pytest.raises(UsageError, match=r"thumbnail of 16×12 pixels"):
        read_photo(path)


def test_smaller_pages_behind_the_photo_do_no_harm(tmp_path: Path) -> None:
    """Photoshop and scanners keep smaller copies and masks behind a photo, which is read."""
    pixels = noise(120, 160)
    path = tmp_path / "scan.tif"
    path.write_bytes(write_tiff([rgb_page(pixels), rgb_page(noise(12, 16), {254: 1})]))
    np.testing.assert_array_equal(read_photo(path).pixels, pixels)
    Image.fromarray(pixels).save(path, save_all=True, append_images=[Image.fromarray(pixels)])
    np.testing.assert_array_equal(read_photo(path).pixels, pixels)


def test_a_directory_that_points_to_itself_ends(tmp_path: Path) -> None:
    """A structure that goes round in a circle is read once, and then the decoder's business."""
    data = bytearray(write_tiff([rgb_page(noise(4, 4))]))
    end = 8 + 2 + 12 * 9
    data[end : end + 4] = (8).to_bytes(4, "little")
    (tmp_path / "a.tif").write_bytes(bytes(data))
    assert read_photo(tmp_path / "a.tif").width_px == 4
