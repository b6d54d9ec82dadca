"""A bundle's model, run on regions of frames."""

from __future__ import annotations

import cv2
import numpy as np

from device.bundle.bundle import Bundle
from device.imaging.frame import Frame
from device.imaging.region import Region
from device.runtimes.runtime import Runtime
from device.segmentation.cell_grid import CellGrid
from device.segmentation.decode import dequantise_logits
from device.segmentation.preprocess import fit_picture, to_tensor
from device.segmentation.zoom import zoom_out
from device.system.stage_clock import StageClock


class Model:
    """One inference after the other: not for two threads at once, as a runtime is not.

    Attributes:
        input: what the model takes.
        stride: pixels of that for each cell of its output.
    """

    def __init__(self, bundle: Bundle, runtime: Runtime) -> None:
        """Join a model and what runs it."""
        self.input = bundle.input
        self.stride = bundle.output.stride
        self._output = bundle.output
        self._person = bundle.person
        self._runtime = runtime

    def infer(
        self,
        frame: Frame,
        region: Region,
        clock: StageClock,
        stage: str,
        *,
        mirrored: bool,
        zoomed_out: bool = False,
    ) -> CellGrid:
        """Run the model on a region of a frame.

        Args:
            frame: the picture.
            region: the part of it that is to fill the model's input.
            clock: times the stages ``preprocess`` and ``stage``.
            stage: name of this inference.
            mirrored: show the model the mirror image.
            zoomed_out: show the region smaller, with more of the fill around it.

        Returns:
            The logits, the right way round.
        """
        with clock.stage("preprocess"):
            picture, box = fit_picture(region.crop(frame), self.input)
            if zoomed_out:
                picture, box = zoom_out(picture, box)
            tensor = to_tensor(picture, box, self.input)
            if mirrored:
                tensor = cv2.flip(tensor[0], 1)[np.newaxis]
        with clock.stage(stage):
            cells = dequantise_logits(self._runtime.invoke(tensor), self._output)
        if mirrored:
            cells = np.ascontiguousarray(cells[:, ::-1])
        return CellGrid(cells, box, region, self.stride)

    def read_people(self, grid: CellGrid, *, mirrored: bool) -> CellGrid | None:
        """Return what the latest inference found of people, in the same region.

        Args:
            grid: what it returned.
            mirrored: whether the model was shown the mirror image.

        Returns:
            Logits of skin and hair, the right way round; None where the model has none.
        """
        found = None if self._person is None else self._runtime.read_person()
        if self._person is None or found is None:
            return None
        cells = dequantise_logits(found, self._person)
        if mirrored:
            cells = np.ascontiguousarray(cells[:, ::-1])
        return CellGrid(cells, grid.box, grid.region, self._person.stride)
