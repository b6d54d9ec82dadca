"""A QR code made of letters, for a log that a telephone's camera reads."""

from __future__ import annotations

import cv2
import numpy as np

_QUIET = 2
"""Light cells around it: four by the standard, and telephones read two."""


def draw_qr(text: str) -> str:
    """Return a QR code as lines of half blocks, dark on light."""
    cells = cv2.QRCodeEncoder.create().encode(text) > 127
    # The encoder has light cells around it already, of a width of its own.
    rows, columns = np.flatnonzero(~cells.all(axis=1)), np.flatnonzero(~cells.all(axis=0))
    dark = ~cells[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    dark = np.pad(dark, _QUIET)
    dark = np.pad(dark, ((0, dark.shape[0] % 2), (0, 0)))
    # White ink on black paper: most terminals are dark, and a reader takes either.
    blocks = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    return "\n".join(
        "".join(blocks[bool(upper), bool(lower)] for upper, lower in zip(*pair, strict=True))
        for pair in zip(dark[::2], dark[1::2], strict=True)
    )
