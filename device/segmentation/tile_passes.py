"""The passes over a garment's tiles, one inference each."""

from __future__ import annotations

from dataclasses import replace

from device.imaging.frame import Frame
from device.imaging.region import Region
from device.segmentation.cell_grid import CellGrid
from device.segmentation.model import Model
from device.segmentation.tile_blending import blend_tiles
from device.segmentation.tile_progress import TileProgress
from device.segmentation.tiles import TilePlan, plan_tiles
from device.system.stage_clock import StageClock


def begin_tiles(model: Model, frame: Frame, whole: CellGrid) -> TileProgress:
    """Plan the tiles of a garment; none of them is run yet.

    Args:
        model: what is to run.
        frame: the picture.
        whole: logits of the garment as a whole.
    """
    frame_px = (frame.height_px, frame.width_px)
    return TileProgress(frame_px, whole, plan_tiles(whole.drop_specks(), frame_px, model.input))


def run_next_tile(
    model: Model, frame: Frame, progress: TileProgress, clock: StageClock
) -> TileProgress:
    """Run the model on the next tile, and blend all of them after the last.

    Args:
        model: what runs.
        frame: the picture, of the size that the tiles were planned for.
        progress: so far.
        clock: times the stages ``preprocess``, ``parts`` and ``gather``.

    Returns:
        The progress with the tile; the same where none is left.
    """
    plan = progress.plan
    if plan is None or progress.complete:
        return progress
    number = len(progress.tiles)
    # Every second one mirrored: errors of the model that a mirror image does not share average out.
    tile = model.infer(frame, plan.tiles[number], clock, "parts", mirrored=number % 2 == 1)
    further = replace(progress, tiles=(*progress.tiles, tile))
    if len(further.tiles) < len(plan.tiles):
        return further
    with clock.stage("gather"):
        return replace(further, blended=_blend(further, plan))


def _blend(progress: TileProgress, plan: TilePlan) -> CellGrid:
    for region in (plan.region, plan.wide):
        blended = _blend_over(progress, plan, region)
        if not blended.drop_specks().touches_border(progress.frame_px):
            return blended
    return progress.whole  # A coarse edge is better than a garment that is cut off.


def _blend_over(progress: TileProgress, plan: TilePlan, region: Region) -> CellGrid:
    whole = progress.whole
    box = plan.fit_grid(region, whole.stride)
    rows, columns = (slice(0, side // whole.stride) for side in (box.height_px, box.width_px))
    cells = whole.resample(region, box, rows, columns)
    base = CellGrid(cells, box, region, whole.stride, whole.agreement)
    return blend_tiles(base, progress.tiles, progress.frame_px)
