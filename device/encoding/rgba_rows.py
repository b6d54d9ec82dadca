"""A cutout's RGBA rows: straight alpha, the garment's own colours, black where there is none."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.pipeline.cutout import Cutout


class RgbaRows:
    """Makes rows when they are asked for; any thread.

    Opaque where it is all garment, the garment's own colour in its soft edge.
    """

    def __init__(self, cutout: Cutout) -> None:
        self._frame, self._alpha = cutout.frame, cutout.mask.alpha
        self._edge = cutout.edge_colours

    def whole(self) -> UInt8Array:
        """All of it: uint8, shape (height, width, 4)."""
        picture = np.zeros((*self._alpha.shape, 4), np.uint8)
        made = self.strip(0, len(picture))
        if made is not None:
            first, pixels = made
            picture[:, first : first + pixels.shape[1]] = pixels
        return picture

    def strip(self, top: int, bottom: int) -> tuple[int, UInt8Array] | None:
        """Some rows, as `device.encoding.png.encode_strips` takes them."""
        left, _, width, _ = cv2.boundingRect(self._alpha[top:bottom])
        if width == 0:
            return None
        return left, self._made(top, bottom, slice(left, left + width))

    def _made(self, top: int, bottom: int, columns: slice) -> UInt8Array:
        """uint8, shape (rows, columns, 4)."""
        frame = self._frame
        shown = frame.pixels[top:bottom, columns]
        alpha = self._alpha[top:bottom, columns]
        to_rgba = cv2.COLOR_RGB2RGBA if frame.colour_order == "RGB" else cv2.COLOR_BGR2RGBA
        whole = cv2.cvtColor(shown, to_rgba)
        cv2.insertChannel(alpha, whole, 3)
        picture = cv2.copyTo(whole, alpha)  # Zeros elsewhere.
        self._colour_edge(picture, top, bottom, columns.start)
        return np.asarray(picture, dtype=np.uint8)

    def _colour_edge(self, picture: cv2.typing.MatLike, top: int, bottom: int, left: int) -> None:
        edge, width = self._edge, self._frame.width_px
        if edge is None:
            return
        first, last = np.searchsorted(edge.where, (top * width, bottom * width))
        rows, columns = np.divmod(edge.where[first:last], width)
        colours = edge.colours[first:last]
        if self._frame.colour_order != "RGB":
            colours = colours[:, ::-1]
        picture[rows - top, columns - left, :3] = colours
