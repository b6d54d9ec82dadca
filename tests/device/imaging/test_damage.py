"""Damage that a decoder covers up."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from device.imaging.damage import find_jpeg_damage
from device.imaging.photo import read_photo
from device.system.native_stderr import print_lines
from tests.support.pictures import noise


def _jpeg(**options: object) -> bytes:
    small = np.random.default_rng(7).integers(0, 255, (12, 9, 3), dtype=np.uint8)
    picture = Image.fromarray(small).resize((720, 960), Image.Resampling.BICUBIC)
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=92, **options)
    return data.getvalue()


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"restart_marker_blocks": 4}], ids=str
)
def test_lost_blocks_and_closed_cuts_are_found(options: dict[str, Any]) -> None:
    """A hole in the data, and an end marker behind half of it: the decoder only warns."""
    whole = _jpeg(**options)
    middle = len(whole) // 2
    hole = bytearray(whole)
    hole[middle : middle + 4096] = bytes(4096)
    assert find_jpeg_damage(whole) is None
    assert find_jpeg_damage(bytes(hole)) is not None
    assert find_jpeg_damage(whole[:middle] + b"\xff\xd9") is not None


def test_padding_is_no_damage() -> None:
    """Some cameras fill up a file before its end marker; nothing of the picture is lost."""
    whole = _jpeg()
    assert find_jpeg_damage(whole[:-2] + bytes(16) + whole[-2:]) is None
    assert find_jpeg_damage(whole[:-2] + bytes(4096) + whole[-2:]) is not None


def test_the_frame_knows_of_the_damage(tmp_path: Path) -> None:
    """A damaged photo is read as far as it goes, and carries what the decoder said."""
    whole = _jpeg()
    (tmp_path / "a.jpg").write_bytes(whole[: len(whole) // 2] + b"\xff\xd9")
    (tmp_path / "b.jpg").write_bytes(whole)
    assert "premature end" in str(read_photo(tmp_path / "a.jpg").damage)
    assert read_photo(tmp_path / "b.jpg").damage is None


def test_what_others_print_meanwhile_is_not_lost(capfd: pytest.CaptureFixture[str]) -> None:
    """Lines that another thread writes to stderr while a photo is checked still come out."""
    whole, over = _jpeg(), threading.Event()

    def write() -> None:
        while not over.is_set():
            os.write(2, b"a line of the log\n")

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(20):
        find_jpeg_damage(whole[: len(whole) // 2] + b"\xff\xd9")
    over.set()
    writer.join()
    lines = capfd.readouterr().err.splitlines()
    assert lines
    assert set(lines) == {"a line of the log"}


def test_stderr_that_nobody_reads_stops_no_thread() -> None:
    """Where the reader of stderr has gone a damaged picture is found as before."""
    whole = _jpeg()
    reader, writer = os.pipe()
    kept = os.dup(2)
    os.dup2(writer, 2)
    os.close(reader)
    try:
        print_lines([b"a line of the log"])
        assert find_jpeg_damage(whole[: len(whole) // 2] + b"\xff\xd9") is not None
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(writer)


def test_damage_inside_a_tiff_is_found(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A TIFF decoder prints what it left out and goes on: the frame knows, the terminal not."""
    path = tmp_path / "fax.tif"
    bilevel = Image.fromarray(np.random.default_rng(3).integers(0, 2, (64, 64)).astype(bool))
    bilevel.save(path, compression="group4")
    with Image.open(path) as stored:
        start = stored.getexif()[273]
    data = bytearray(path.read_bytes())
    data[start + 50 : start + 90] = noise(2, 20).tobytes()[:40]
    path.write_bytes(bytes(data))
    assert "Fax4Decode" in str(read_photo(path).damage)
    assert capfd.readouterr().err == ""
