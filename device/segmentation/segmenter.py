"""From a frame to the garment's logits, by up to three kinds of passes."""

from __future__ import annotations

from dataclasses import replace

from device.bundle.bundle import Bundle
from device.imaging.frame import Frame
from device.imaging.region import Region
from device.runtimes.runtime import Runtime
from device.segmentation.cell_grid import CellGrid
from device.segmentation.frame_logits import FrameLogits, average_logits
from device.segmentation.letterbox import Letterbox
from device.segmentation.model import Model
from device.segmentation.scene_logits import SceneLogits
from device.segmentation.tile_passes import begin_tiles, run_next_tile
from device.segmentation.tile_progress import TileProgress
from device.segmentation.zoom_pass import zoom_in
from device.system.stage_clock import StageClock


class Segmenter:
    """Not for two threads at once, as a runtime is not.

    The first pass is over the full frame, the second over the garment that it found, the others
    over the garment's tiles: each shows the model more of the frame's own pixels.

    Attributes:
        zooms: whether there is a second pass.
        tiles: whether there are passes over tiles.
    """

    def __init__(
        self, bundle: Bundle, runtime: Runtime, *, zooms: bool = True, tiles: bool = True
    ) -> None:
        """Join a model and what runs it.

        Args:
            bundle: what the model takes and gives.
            runtime: runs it.
            zooms: run the second pass.
            tiles: then the passes over tiles; not without the second.
        """
        self._model = Model(bundle, runtime)
        self.zooms = zooms
        self.tiles = tiles and zooms

    def infer_frame(
        self, frame: Frame, clock: StageClock, *, mirrored: bool = False
    ) -> FrameLogits:
        """Run the first pass alone.

        Args:
            frame: the picture.
            clock: times the stages ``preprocess`` and ``invoke``.
            mirrored: show the model the mirror image; the logits are the right way round.
        """
        whole = Region.whole(frame)
        grid = self._model.infer(frame, whole, clock, "invoke", mirrored=mirrored)
        return FrameLogits(grid, mirrored, self._model.read_people(grid, mirrored=mirrored))

    def segment(self, frame: Frame, scene: SceneLogits, clock: StageClock) -> CellGrid:
        """Run all passes whose logits the frame's scene does not have yet.

        Args:
            frame: the picture.
            scene: what earlier frames of the same still scene gave. Its previews stand for the
                first pass, so that the masks of two shots of one scene agree.
            clock: times the stages ``preprocess``, ``invoke``, ``second_look``, ``parts`` and
                ``gather``, of those that run.

        Returns:
            Logits of the part of the frame that holds the garment.
        """
        if not self.zooms:
            first = self.infer_frame(frame, clock)
            cells = average_logits([first, *scene.find_previews(first.grid.box)])
            return replace(first.grid, cells=cells)
        if not self.tiles:
            return self._zoom_in(frame, scene, clock)
        progress = scene.find_progress((frame.height_px, frame.width_px))
        if progress is None:
            progress = self._begin(frame, scene, clock)
        while not progress.complete:
            progress = run_next_tile(self._model, frame, progress, clock)
        return progress.best

    def advance(self, frame: Frame, scene: SceneLogits, clock: StageClock) -> TileProgress:
        """Run the next pass after the first, so that a shot of the same scene need not.

        Args:
            frame: the picture.
            scene: what earlier frames of the same still scene gave; where its progress is complete
                it has grown old, and the passes begin anew.
            clock: as for `segment`.
        """
        progress = scene.find_progress((frame.height_px, frame.width_px))
        if progress is None or progress.complete:
            return self._begin(frame, scene, clock)
        return run_next_tile(self._model, frame, progress, clock)

    def _begin(self, frame: Frame, scene: SceneLogits, clock: StageClock) -> TileProgress:
        return begin_tiles(self._model, frame, self._zoom_in(frame, scene, clock))

    def _zoom_in(self, frame: Frame, scene: SceneLogits, clock: StageClock) -> CellGrid:
        """Run the second pass, after the first or on what previews of the scene gave."""
        model = self._model
        size_px = (model.input.height_px, model.input.width_px)
        box = Letterbox.fit(frame.height_px, frame.width_px, *size_px)
        previews = scene.find_previews(box)
        if previews:
            cells = average_logits(previews)
            first = CellGrid(cells, box, Region.whole(frame), model.stride)
        else:
            first = self.infer_frame(frame, clock).grid
        return zoom_in(model, frame, first, clock)
