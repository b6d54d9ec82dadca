"""Damage inside a JPEG, at which the decoder only warns: a lost block, a file cut and closed.

libjpeg fills what is missing with grey and goes on. Pillow drops its warning; OpenCV leaves it to
libjpeg to print, so it is caught where it arrives, at file descriptor 2.
"""

from __future__ import annotations

import os
import re
import tempfile

import cv2
import numpy as np

_DAMAGE = re.compile("Corrupt JPEG|Premature end|Inconsistent progression|Invalid SOS parameters")
_EXTRANEOUS = re.compile(r"(\d+) extraneous bytes")
# Webcams leave a few bytes between the picture and its end; lost data leaves many.
_MOST_EXTRANEOUS = 64


def find_jpeg_damage(content: bytes) -> str:
    """Return libjpeg's warning if data of the picture are lost, else "".

    Decodes an eighth of the size in grey, which costs a fraction of the whole.
    """
    for line in _listen_to_libjpeg(content):
        padding = _EXTRANEOUS.search(line)
        if _DAMAGE.search(line) and not (padding and int(padding.group(1)) <= _MOST_EXTRANEOUS):
            return line.removeprefix("Corrupt JPEG data: ")
    return ""


def _listen_to_libjpeg(content: bytes) -> list[str]:
    with tempfile.TemporaryFile() as heard:
        try:
            terminal = os.dup(2)
        except OSError:  # closed: there is nothing to listen to
            return []
        try:
            os.dup2(heard.fileno(), 2)
            cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
        except cv2.error:
            return []  # larger than OpenCV reads
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
        heard.seek(0)
        return heard.read().decode("utf-8", "replace").splitlines()
