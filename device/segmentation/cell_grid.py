"""Garment logits on a grid of cells that lies over a part of a frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from device.imaging.arrays import Float32Array
from device.imaging.region import Region
from device.segmentation.letterbox import Letterbox
from device.segmentation.specks import drop_specks

Span = tuple[float, float]
"""Begin and end along one axis of a frame, in its pixels."""


@dataclass(frozen=True, slots=True)
class CellGrid:
    """The model's logits for a region of a frame.

    Attributes:
        cells: float32, shape (rows, columns); above 0 is garment.
        box: the region's place on the model's input, or on a finer grid of its own.
        region: the part of the frame; outside there is no garment.
        stride: pixels of that input for each cell.
        agreement: IoU of the garment as the first and as the second pass found it; None where
            only one has run.
    """

    cells: Float32Array
    box: Letterbox
    region: Region
    stride: int
    agreement: float | None = None

    @property
    def inside(self) -> Float32Array:
        """The cells that lie on the frame, without the letterbox's fill; a view."""
        rows, columns = self.box.find_cells(self.cells.shape, self.stride)
        return self.cells[rows, columns]

    @property
    def garment_share(self) -> float:
        """Share of the region that is garment, 0 to 1."""
        inside = self.inside
        return cv2.countNonZero((inside > 0).astype(np.uint8)) / inside.size

    def drop_specks(self) -> CellGrid:
        """Return the grid with islands too small to be garment turned into background."""
        return replace(self, cells=drop_specks(self.cells))

    def blend(self, other: CellGrid, weight: float) -> CellGrid:
        """Return the mean of this grid and another at the same place.

        Args:
            other: what it is averaged with.
            weight: of the other, 0 to 1.
        """
        cells = self.cells + np.float32(weight) * (other.cells - self.cells)
        return replace(self, cells=np.asarray(cells, dtype=np.float32))

    def find_extent(self) -> tuple[Span, Span] | None:
        """Return where on the frame the garment lies; the cells are without specks.

        Returns:
            Its span of rows and its span of columns; None without a garment.
        """
        rows, columns = self.box.find_cells(self.cells.shape, self.stride)
        garment = np.ascontiguousarray(self.cells[rows, columns] > 0)
        x, y, width, height = cv2.boundingRect(garment.view(np.uint8))
        if width * height == 0:
            return None
        box, region, stride = self.box, self.region, self.stride
        # Frame pixels for each pixel of the input, along each axis: rounding may make them differ.
        tall, wide = region.height_px / box.height_px, region.width_px / box.width_px
        start_y = (y + rows.start) * stride - box.top_px
        start_x = (x + columns.start) * stride - box.left_px
        return (
            (region.top_px + start_y * tall, region.top_px + (start_y + height * stride) * tall),
            (region.left_px + start_x * wide, region.left_px + (start_x + width * stride) * wide),
        )

    def touches_border(self, frame_px: tuple[int, int]) -> bool:
        """Say whether garment reaches a side of the region that is no side of the frame.

        Args:
            frame_px: (height, width) of the frame. The cells are without specks.
        """
        garment, region = self.inside > 0, self.region
        return bool(
            (region.top_px > 0 and garment[0].any())
            or (region.left_px > 0 and garment[:, 0].any())
            or (region.rows.stop < frame_px[0] and garment[-1].any())
            or (region.columns.stop < frame_px[1] and garment[:, -1].any())
        )

    def resample_like(self, other: CellGrid) -> CellGrid:
        """Return these logits, interpolated bilinearly at the cells of another grid."""
        rows, columns = (slice(0, count) for count in other.cells.shape)
        return replace(other, cells=self.resample(other.region, other.box, rows, columns))

    def resample(self, region: Region, box: Letterbox, rows: slice, columns: slice) -> Float32Array:
        """Interpolate bilinearly at some cells of another grid of the same stride.

        Args:
            region: the part of the frame that the other grid shows.
            box: its place on that grid's input.
            rows: which of the other grid's cells are wanted.
            columns: likewise.

        Returns:
            float32, shape of ``rows`` by ``columns``.
        """
        own_rows, own_columns = self.box.find_cells(self.cells.shape, self.stride)
        first_row, down = _find_steps(
            self.stride,
            (box.top_px, box.height_px),
            (region.top_px - self.region.top_px, region.height_px),
            (self.box.top_px, self.box.height_px / self.region.height_px),
        )
        first_column, across = _find_steps(
            self.stride,
            (box.left_px, box.width_px),
            (region.left_px - self.region.left_px, region.width_px),
            (self.box.left_px, self.box.width_px / self.region.width_px),
        )
        first_row += rows.start * down - own_rows.start
        first_column += columns.start * across - own_columns.start
        places = np.array([[across, 0, first_column], [0, down, first_row]])
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (columns.stop - columns.start, rows.stop - rows.start)
        inside = np.ascontiguousarray(self.inside)
        found = cv2.warpAffine(inside, places, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, dtype=np.float32)


def _find_steps(
    stride: int, box: tuple[int, int], region: tuple[int, int], source: tuple[int, float]
) -> tuple[float, float]:
    """Find where the cells of one grid lie among those of another, along one axis.

    Args:
        stride: input pixels for each cell, of both.
        box: start and length of the first grid's region on its input.
        region: start of that region, from where the second grid's begins, and length, in the
            frame's pixels.
        source: start of the second grid's region on its input, and its input pixels for each of
            the frame's.

    Returns:
        The first cell's place, and how far it is from one to the next.
    """
    enlarged = region[1] / box[1]
    first_px = (0.5 * stride - box[0]) * enlarged + region[0]
    return (first_px * source[1] + source[0]) / stride - 0.5, enlarged * source[1]
