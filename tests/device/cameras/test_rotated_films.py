"""Films of a phone that was held upright: stored on their side, with the angle to show them at."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from device.cameras.factory import open_camera
from device.settings.camera_spec import parse_camera

WIDTH_PX, HEIGHT_PX = 64, 96  # of the picture as a person sees it
BLUE_ROWS = 32
BLUE, RED = (255, 0, 0), (0, 0, 255)
# The upper left of the display matrix, in 16.16 fixed point (ISO/IEC 14496-12, section 8.3.2).
ONE = 1 << 16
CLOCKWISE = (0, ONE, -ONE, 0)
COUNTERCLOCKWISE = (0, -ONE, ONE, 0)
UPSIDE_DOWN = (-ONE, 0, 0, -ONE)


def write_film(path: Path, turn: str) -> None:
    """Write ten frames with a blue top over red, turned by an ffmpeg filter before they are stored.

    Args:
        path: where to.
        turn: the filter.
    """
    picture = (
        f"color=red:s={WIDTH_PX}x{HEIGHT_PX}:d=1:r=10,"
        f"drawbox=0:0:{WIDTH_PX}:{BLUE_ROWS}:blue:fill,{turn}"
    )
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-pix_fmt", "yuv420p"]
    subprocess.run([*command, str(path)], check=True)


def set_display_matrix(path: Path, matrix: tuple[int, int, int, int]) -> None:
    """Say at which angle a film is to be shown, in its track header.

    Written here, as each version of ffmpeg has another option for it.
    """
    data = bytearray(path.read_bytes())
    header = data.index(b"tkhd") + 4
    # Version and flags, times, ids and duration, then 16 bytes up to the matrix.
    start = header + 4 + (32 if data[header] else 20) + 16
    a, b, c, d = matrix
    data[start : start + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("turn", "matrix"),
    [
        ("null", (ONE, 0, 0, ONE)),
        ("transpose=2", CLOCKWISE),
        ("transpose=1", COUNTERCLOCKWISE),
        ("hflip,vflip", UPSIDE_DOWN),
    ],
)
def test_a_film_comes_upright(tmp_path: Path, turn: str, matrix: tuple[int, int, int, int]) -> None:
    """Whichever way the phone was held, and whichever OpenCV reads it, the top is on top."""
    film = tmp_path / "film.mp4"
    write_film(film, turn)
    set_display_matrix(film, matrix)
    camera = open_camera(parse_camera(str(film)))
    pixels = camera.read(1).pixels
    camera.close()
    assert pixels.shape == (HEIGHT_PX, WIDTH_PX, 3)
    np.testing.assert_allclose(pixels[8, WIDTH_PX // 2], BLUE, atol=8)
    np.testing.assert_allclose(pixels[-8, WIDTH_PX // 2], RED, atol=8)
