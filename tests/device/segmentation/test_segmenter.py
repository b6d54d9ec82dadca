"""Which parts of a frame the model is shown, and what becomes of its logits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.bundle.specs import InputSpec
from device.imaging.arrays import Float32Array
from device.imaging.frame import Frame
from device.imaging.region import Region
from device.runtimes.factory import open_runtime
from device.segmentation.cell_grid import CellGrid
from device.segmentation.frame_logits import FrameLogits
from device.segmentation.letterbox import Letterbox
from device.segmentation.scene_logits import UNSEEN, SceneLogits
from device.segmentation.segmenter import Segmenter
from device.segmentation.specks import drop_specks
from device.segmentation.zoom import find_region, weigh_zoom
from device.system.stage_clock import StageClock
from tests.support.pictures import make_frame, noise

CALIBRATION = Path(__file__).parents[3] / "calibration_images"
BUNDLE = load_bundle(default_bundle_path())
STRIDE = BUNDLE.output.stride


class RecordingRuntime:
    """The real runtime, and a note of every tensor that it was given."""

    def __init__(self) -> None:
        self._runtime = open_runtime(BUNDLE, num_threads=2)[0]
        self.backend = self._runtime.backend
        self.trouble = None
        self.tensors: list[npt.NDArray[np.generic]] = []

    def invoke(self, tensor: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Note and pass on."""
        self.tensors.append(tensor.copy())
        return self._runtime.invoke(tensor)

    def read_person(self) -> npt.NDArray[np.generic] | None:
        """Pass on."""
        return self._runtime.read_person()


@pytest.fixture
def runtime() -> RecordingRuntime:
    """The default bundle on the CPU."""
    return RecordingRuntime()


def spec_of(height_px: int, width_px: int) -> InputSpec:
    """The default bundle's input at another size."""
    return replace(BUNDLE.input, height_px=height_px, width_px=width_px)


def on_a_wide_set(stem: str) -> tuple[Frame, npt.NDArray[np.bool_]]:
    """A portrait render as it would stand in a landscape camera's frame, and its garment."""
    picture = cv2.imread(str(CALIBRATION / "images" / f"{stem}.jpg"))
    mask = cv2.imread(str(CALIBRATION / "masks" / f"{stem}.png"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert mask is not None
    height, width = mask.shape
    size = (width * 2, height * 2)
    beside = height * 2
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
    picture = cv2.copyMakeBorder(picture, 0, 0, beside, beside, cv2.BORDER_REPLICATE)
    mask = cv2.copyMakeBorder(cv2.resize(mask, size), 0, 0, beside, beside, cv2.BORDER_CONSTANT)
    return make_frame(np.asarray(picture, np.uint8), colour_order="BGR"), mask >= 128


def overlap(grid: CellGrid, frame: Frame, garment: npt.NDArray[np.bool_]) -> float:
    """IoU of the logits' plain interpolation on the frame."""
    region, box = grid.region, grid.box
    whole = Letterbox.fit(region.height_px, region.width_px, box.height_px, box.width_px)
    assert (whole.height_px, whole.width_px) == (box.height_px, box.width_px)
    rows = (np.arange(region.height_px) + 0.5) * box.height_px / region.height_px + box.top_px
    columns = (np.arange(region.width_px) + 0.5) * box.width_px / region.width_px + box.left_px
    across, down = np.meshgrid(columns / STRIDE - 0.5, rows / STRIDE - 0.5)
    found = cv2.remap(
        drop_specks(grid.cells),
        across.astype(np.float32),
        down.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    mask = np.zeros(garment.shape, bool)
    mask[region.rows, region.columns] = found > 0
    assert mask.shape == frame.pixels.shape[:2]
    return float((mask & garment).sum() / (mask | garment).sum())


def blob(rows: slice, columns: slice, shape: tuple[int, int] = (112, 88)) -> Float32Array:
    """Logits of a rectangular garment."""
    cells = np.full(shape, -4, np.float32)
    cells[rows, columns] = 4
    return cells


def grid_of(cells: Float32Array, box: Letterbox) -> CellGrid:
    """Logits of a full frame."""
    return CellGrid(cells, box, Region(0, 0, box.frame_height_px, box.frame_width_px), STRIDE)


def seen_before(cells: Float32Array, box: Letterbox) -> SceneLogits:
    """A still scene of which one preview gave these logits."""
    return SceneLogits((FrameLogits(grid_of(cells, box)),))


def test_a_garment_on_a_wide_set_is_found_better_by_zooming_in(
    runtime: RecordingRuntime,
) -> None:
    """A form in the middle of a landscape frame gets the model's full resolution."""
    segmenter, gains = Segmenter(BUNDLE, runtime, tiles=False), []
    stems = sorted(path.stem for path in (CALIBRATION / "images").iterdir())[2:42:5]
    for stem in stems:
        frame, garment = on_a_wide_set(stem)
        once = overlap(segmenter.infer_frame(frame, StageClock()).grid, frame, garment)
        twice = overlap(segmenter.segment(frame, UNSEEN, StageClock()), frame, garment)
        gains.append(twice - once)
    assert np.mean(gains) > 0.02
    assert np.median(gains) > 0


def test_the_second_pass_is_over_the_mirror_image_of_the_garments_region(
    runtime: RecordingRuntime,
) -> None:
    """What the model sees second is the region that the logits are of, mirrored."""
    frame, _ = on_a_wide_set(sorted(p.stem for p in (CALIBRATION / "images").iterdir())[2])
    segmenter = Segmenter(BUNDLE, runtime, tiles=False)
    region = segmenter.segment(frame, UNSEEN, StageClock()).region
    assert len(runtime.tensors) == 2
    assert region.width_px < frame.width_px / 2
    segmenter.infer_frame(region.crop(frame), StageClock())
    np.testing.assert_array_equal(runtime.tensors[1][:, :, ::-1], runtime.tensors[2])


def test_previews_stand_for_the_first_pass(runtime: RecordingRuntime) -> None:
    """What previews gave of a still scene stands for the first pass over the shot's frame."""
    frame, garment = on_a_wide_set(sorted(p.stem for p in (CALIBRATION / "images").iterdir())[3])
    segmenter = Segmenter(BUNDLE, runtime, tiles=False)
    plain, mirrored = (
        segmenter.infer_frame(frame, StageClock(), mirrored=each) for each in (False, True)
    )
    before = len(runtime.tensors)
    settled = segmenter.segment(frame, SceneLogits((plain, mirrored)), StageClock())
    assert len(runtime.tensors) - before == 1
    cold = segmenter.segment(frame, UNSEEN, StageClock())
    assert overlap(settled, frame, garment) == pytest.approx(
        overlap(cold, frame, garment), abs=0.03
    )


def test_previews_of_another_size_do_not_stand_for_the_shots_frame(
    runtime: RecordingRuntime,
) -> None:
    """A stream of another shape may show another part of the scene."""
    segmenter = Segmenter(BUNDLE, runtime, tiles=False)
    small = segmenter.infer_frame(make_frame(noise(240, 320)), StageClock())
    segmenter.segment(make_frame(noise(480, 480)), SceneLogits((small,)), StageClock())
    assert len(runtime.tensors) == 3


def test_a_garment_that_fills_the_frame_is_zoomed_out(
    runtime: RecordingRuntime,
) -> None:
    """A close-up is shown a second time with surroundings, which the model knows garments by."""
    segmenter = Segmenter(BUNDLE, runtime, tiles=False)
    size = (BUNDLE.input.height_px, BUNDLE.input.width_px)
    frame, box = make_frame(noise(*size)), Letterbox.fit(*size, *size)
    rows, columns = BUNDLE.output.height_px, BUNDLE.output.width_px
    filled = np.full((rows, columns), -4, np.float32)
    filled[:, 4 : columns - 4] = 4
    grid = segmenter.segment(frame, seen_before(filled, box), StageClock())
    (tensor,) = runtime.tensors
    corner = tensor[0, :30, :30]
    assert (corner == corner[0, 0]).all(), "the rim is the letterbox's fill"
    assert grid.region == Region(0, 0, *size)


def test_a_garment_is_never_cut_off_where_the_zoom_ends(runtime: RecordingRuntime) -> None:
    """A first pass that found half of the garment does not make the shot end there."""
    stem = sorted(p.stem for p in (CALIBRATION / "images").iterdir())[2]
    frame, garment = on_a_wide_set(stem)
    segmenter = Segmenter(BUNDLE, runtime, tiles=False)
    first = segmenter.infer_frame(frame, StageClock()).grid
    half = first.cells.copy()
    rows = np.flatnonzero((half > 0).any(axis=1))
    half[(rows[0] + rows[-1]) // 2 :] = -0.2
    region = segmenter.segment(frame, seen_before(half, first.box), StageClock()).region
    assert len(runtime.tensors) > 2, "the first zoom was not enough"
    lost = garment.copy()
    lost[region.rows, region.columns] = False
    assert lost.sum() < 0.02 * garment.sum()


@pytest.mark.parametrize(("height_px", "width_px"), [(1080, 1920), (1920, 1080), (700, 701)])
def test_a_region_holds_the_garment_with_room_around_it(height_px: int, width_px: int) -> None:
    """Wherever the garment stands, the region lies in the frame and cuts nothing off."""
    spec = spec_of(448, 352)
    box = Letterbox.fit(height_px, width_px, 448, 352)
    scale = box.height_px / height_px
    centre = (box.top_px + box.height_px // 2) // STRIDE, (box.left_px + 30) // STRIDE
    cells = blob(slice(centre[0] - 6, centre[0] + 6), slice(max(0, centre[1] - 4), centre[1] + 4))
    region = find_region(grid_of(cells, box), spec)
    assert region is not None
    assert region.top_px >= 0
    assert region.left_px >= 0
    assert region.top_px + region.height_px <= height_px
    assert region.left_px + region.width_px <= width_px
    top_px = ((centre[0] - 6) * STRIDE - box.top_px) / scale
    bottom_px = ((centre[0] + 6) * STRIDE - box.top_px) / scale
    assert region.top_px <= top_px - 0.09 * (bottom_px - top_px)
    assert region.top_px + region.height_px >= bottom_px + 0.09 * (bottom_px - top_px)
    assert weigh_zoom(region, (height_px, width_px), spec) > 0.5


def test_no_region_where_nothing_is_gained() -> None:
    """An empty set and a garment from rim to rim are shown whole."""
    spec, box = spec_of(448, 352), Letterbox.fit(1920, 1508, 448, 352)
    assert find_region(grid_of(np.full((112, 88), -3, np.float32), box), spec) is None
    assert find_region(grid_of(blob(slice(0, 112), slice(0, 88)), box), spec) is None


def test_what_the_model_says_of_the_fill_is_no_garment() -> None:
    """Logits above 0 outside the frame do not widen the region."""
    spec, box = spec_of(448, 352), Letterbox.fit(1080, 1920, 448, 352)
    inside = blob(slice(50, 62), slice(30, 40))
    outside = inside.copy()
    outside[:20] = 4
    assert find_region(grid_of(outside, box), spec) == find_region(grid_of(inside, box), spec)


def test_a_regions_alpha_lies_at_its_place_on_the_frame() -> None:
    """Outside the region there is no garment."""
    frame = make_frame(noise(30, 40))
    region = Region(5, 7, 11, 13)
    whole = region.place_alpha(np.full((11, 13), 200, np.uint8), frame)
    assert whole.sum() == 200 * 11 * 13
    assert whole[5, 7] == whole[15, 19] == 200
