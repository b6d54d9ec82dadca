"""A cutout's RGBA rows: straight alpha, the garment's own colours, black where there is none."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.pipeline.cutout import Cutout


class RgbaRows:
    """Computes rows when they are asked for; any thread.

    Opaque where it is all garment, the garment's own colour in its soft edge.
    """

    def __init__(self, cutout: Cutout) -> None:
        self._frame, self._alpha = cutout.frame, cutout.mask.alpha
        self._edge = cutout.edge_colours

    def compute_all(self) -> UInt8Array:
        """Return the whole picture: uint8, shape (height, width, 4)."""
        picture = np.zeros((*self._alpha.shape, 4), np.uint8)
        strip = self.compute_strip(0, len(picture))
        if strip is not None:
            first, pixels = strip
            picture[:, first : first + pixels.shape[1]] = pixels
        return picture

    def compute_strip(self, top: int, bottom: int) -> tuple[int, UInt8Array] | None:
        """Return some rows, as `device.encoding.png.PngEncoding` takes them."""
        left, _, width, _ = cv2.boundingRect(self._alpha[top:bottom])
        if width == 0:
            return None
        return left, self._compute(top, bottom, slice(left, left + width))

    def _compute(self, top: int, bottom: int, columns: slice) -> UInt8Array:
        """Return a part of the picture: uint8, shape (rows, columns, 4)."""
        frame = self._frame
        pixels = frame.pixels[top:bottom, columns]
        alpha = self._alpha[top:bottom, columns]
        to_rgba = cv2.COLOR_RGB2RGBA if frame.colour_order == "RGB" else cv2.COLOR_BGR2RGBA
        opaque = cv2.cvtColor(pixels, to_rgba)
        cv2.insertChannel(alpha, opaque, 3)
        picture = cv2.copyTo(opaque, alpha)  # Zeros elsewhere.
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
