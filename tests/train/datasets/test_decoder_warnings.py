"""Damage that decoders only print is found wherever stderr leads, on a full disk too."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.damaged_pictures import encode, punch_hole

ROOMS = ["train.datasets", "convert.inputs"]
BLOCKS = np.random.default_rng(3).integers(0, 256, (320, 240, 3), dtype=np.uint8)
WHOLE = encode(BLOCKS, "JPEG", quality=90)


@pytest.mark.parametrize("closed", [(2,), (0, 1, 2)])
@pytest.mark.parametrize("room", ROOMS)
def test_a_hole_in_a_jpeg_is_found_where_stderr_is_closed(
    tmp_path: Path, room: str, closed: tuple[int, ...]
) -> None:
    """As a service that was started with `2>&-` reads it: damaged, and a whole one whole."""
    for name, content in (("whole", WHOLE), ("hole", punch_hole(WHOLE, 2048))):
        (tmp_path / name).write_bytes(content)
    program = (
        "import os, pathlib, sys\n"
        f"from {room}.decoder_warnings import find_jpeg_damage\n"
        f"for descriptor in {closed}: os.close(descriptor)\n"
        "found = [find_jpeg_damage(pathlib.Path(each).read_bytes()) for each in sys.argv[1:]]\n"
        "os._exit(10 * bool(found[0]) + bool(found[1]))\n"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "whole"), str(tmp_path / "hole")]
    assert subprocess.run(arguments, check=False).returncode == 1


@pytest.mark.parametrize("room", ROOMS)
def test_no_photo_is_blamed_where_the_disk_for_temporary_files_is_full(room: str) -> None:
    """No temporary file is needed to listen."""
    program = (
        "import sys, tempfile\n"
        f"from {room}.decoder_warnings import find_jpeg_damage\n"
        f"def refuse(*_): raise OSError({errno.ENOSPC}, 'No space left on device')\n"
        "tempfile.TemporaryFile = refuse\n"
        "print(repr(find_jpeg_damage(sys.stdin.buffer.read())))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=WHOLE, capture_output=True, check=True
    )
    assert done.stdout.strip() == b"''"
