"""Damage inside a picture at which decoders only warn: a lost block, a file cut and closed.

libjpeg and libtiff fill what is missing with grey and go on. Pillow drops libjpeg's warnings;
OpenCV leaves them to libjpeg to print, so they are caught where they arrive, at file descriptor 2.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from typing import IO

import cv2
import numpy as np
from PIL import Image

_JPEG = re.compile("Corrupt JPEG data|Premature end of JPEG|Inconsistent progression")
# Cameras leave a few bytes before the end; before a restart marker none are right.
_PADDING = re.compile(r"Corrupt JPEG data: (\d+) extraneous bytes before marker 0xd9")
_MOST_PADDING_BYTES = 64
_TIFF = re.compile(
    r"^(?:Fax\w*|LZW\w*|ZIP\w*|ZSTD\w*|PackBits\w*|JPEG\w*|Log\w*|Pixar\w*|TIFFFill\w*"
    r"|TIFFRead(?:Enc|Raw|Scan|Buf)\w*|TIFFDecode\w*): |Using code not yet in table"
)


def find_jpeg_damage(content: bytes) -> str:
    """Return libjpeg's warning if data of the picture are lost, else "".

    Decodes an eighth of the size in grey, which costs a fraction of the whole.
    """
    with _listen() as lines, contextlib.suppress(cv2.error):  # larger than OpenCV reads
        cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
    for line in lines:
        padding = _PADDING.search(line)
        if _JPEG.search(line) and not (padding and int(padding.group(1)) <= _MOST_PADDING_BYTES):
            return line.removeprefix("Corrupt JPEG data: ")
    return ""


def load_tiff(image: Image.Image) -> str:
    """Decode an opened TIFF; return libtiff's warning if pixels are lost, else ""."""
    with _listen() as lines:
        image.load()
    return next((line for line in lines if _TIFF.search(line)), "")


@contextlib.contextmanager
def _listen() -> Iterator[list[str]]:
    """Collect what native code prints; the list is filled after the block."""
    lines: list[str] = []
    terminal = _keep_stderr()
    with _open_unnamed() as heard:
        try:
            os.dup2(heard.fileno(), 2)
            yield lines
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
            heard.seek(0)
            lines += heard.read().decode("utf-8", "replace").splitlines()


def _keep_stderr() -> int:
    """Return a second descriptor of stderr; where it is closed, make it lead nowhere."""
    try:
        return os.dup(2)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if nowhere != 2:
            os.dup2(nowhere, 2)
            os.close(nowhere)
        return os.dup(2)


def _open_unnamed() -> IO[bytes]:
    """Open a file in memory, which a full disk does not hinder; Linux has such files."""
    if not hasattr(os, "memfd_create"):
        return tempfile.TemporaryFile()
    file = os.fdopen(os.memfd_create("decoder-warnings"), "w+b")
    # Linux does not guard the position of such a file: else two threads write over each other.
    fcntl.fcntl(file, fcntl.F_SETFL, fcntl.fcntl(file, fcntl.F_GETFL) | os.O_APPEND)
    return file
