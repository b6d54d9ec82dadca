"""What a shot is held against: the same set with nothing worn."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.region import Region
from device.pipeline.cutout import Cutout
from device.pipeline.quick_mask import QuickMask
from device.pipeline.still_scene import StillScene
from device.plate.bare_plate import BarePlate
from device.segmentation.cell_grid import CellGrid
from device.segmentation.frame_logits import FrameLogits
from device.segmentation.letterbox import Letterbox
from device.verdict.measurements import Measurements
from device.verdict.verdict import judge
from tests.support.pictures import make_cutout, make_frame

Picture = npt.NDArray[np.float64]
HEIGHT, WIDTH = 480, 360
NECK = (slice(60, 140), slice(140, 220))
BODY = (slice(140, 400), slice(100, 260))


def lit(picture: Picture, seed: int, light: float = 1.0) -> UInt8Array:
    """A picture as a camera sees it, in so much light and with noise."""
    grain = np.random.default_rng(seed).normal(0, 1.5, picture.shape)
    return np.clip(picture * light + grain, 0, 255).astype(np.uint8)


def bare(form: tuple[int, int, int] = (200, 180, 150), push_px: int = 0) -> Picture:
    """A form with a neck before a patterned wall that is lit from the left."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    wall = 130 + 30 * np.sin(x / 9) * np.sin(y / 13) - x / 10
    picture = np.repeat(wall[..., None], 3, axis=2)
    for rows, columns in (NECK, BODY):
        place = (rows, slice(columns.start + push_px, columns.stop + push_px))
        picture[place] = np.array(form) - (x[place][..., None] - 180 - push_px) / 4
    return picture


def dressed(
    form: tuple[int, int, int] = (200, 180, 150), cloth: tuple[int, int, int] = (60, 80, 160)
) -> Picture:
    """The form in a garment with folds, its neck bare."""
    picture, x = bare(form), np.mgrid[0:HEIGHT, 0:WIDTH][1]
    folds = 12 * np.sin(x[BODY] / 6) + 5
    picture[BODY] = np.array(cloth) + folds[..., None]
    return picture


def mask(*parts: tuple[slice, slice]) -> UInt8Array:
    """A mask of these parts."""
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    for part in parts:
        alpha[part] = 255
    return alpha


def known(picture: Picture, seed: int = 1) -> BarePlate:
    """The bare set, seen at rest."""
    seen, found = make_frame(lit(picture, seed)), BarePlate(0.002)
    found.remember(seen, previews=2)
    return found


def shot(picture: Picture, alpha: UInt8Array, light: float = 1.0) -> Cutout:
    """A shot with a given mask."""
    return make_cutout(make_frame(lit(picture, 2, light)), alpha)


def preview_of(frame: Frame, alpha: UInt8Array) -> QuickMask:
    """A preview with a given mask."""
    cells = np.where(alpha[2::4, 2::4] > 127, np.float32(4), np.float32(-4))
    grid = CellGrid(cells, Letterbox.fit(HEIGHT, WIDTH, HEIGHT, WIDTH), Region.whole(frame), 4)
    return QuickMask(frame, grid, FrameLogits(grid), "a-bundle", "cpu", {})


def show(plate: BarePlate, scene: StillScene, preview: QuickMask, times: int) -> None:
    """Let previews of a scene come in, as the shooting loop does."""
    for _ in range(times):
        scene.add_preview(preview.logits)
        plate.learn(preview, scene)


LEAK = mask(NECK).sum() / mask(NECK, BODY).sum()


@pytest.mark.parametrize("light", [0.94, 1.0, 1.06])
@pytest.mark.parametrize("push_px", [0, 2, 4])
def test_the_form_in_the_mask_is_found(light: float, push_px: int) -> None:
    """A neck in the mask is told, in lamps that flicker and on a form that was pushed a little."""
    share = known(bare(push_px=push_px)).measure_share(shot(dressed(), mask(NECK, BODY), light))
    assert share == pytest.approx(LEAK, rel=0.4)
    found = Measurements(garment_share=0.2, edge_touch_share=0.0, bare_share=share)
    assert judge(found).reasons == ("mannequin-leak",)


@pytest.mark.parametrize("brighter", [-0.08, 0.08])
def test_one_lamp_of_several_may_flicker(brighter: float) -> None:
    """A lamp that reaches a part of the set alone hides no leak, and makes none."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    reach = 1 + brighter * np.exp(-((x - 60) ** 2 + (y - 100) ** 2) / (2 * 200**2))
    plate = known(bare() * reach[..., None])
    share = plate.measure_share(shot(dressed(), mask(NECK, BODY)))
    assert share == pytest.approx(LEAK, rel=0.4)
    assert plate.measure_share(shot(dressed(), mask(BODY))) == 0.0


@pytest.mark.parametrize("light", [0.94, 1.0, 1.06])
def test_a_garment_alone_is_not_told(light: float) -> None:
    """A mask that holds the garment and nothing else gives 0."""
    assert known(bare()).measure_share(shot(dressed(), mask(BODY), light)) == 0.0


def test_the_wall_in_the_mask_is_found() -> None:
    """A mask that holds a part of the set is told as well: it is no garment either."""
    beside = (slice(200, 300), slice(270, 340))
    share = known(bare()).measure_share(shot(dressed(), mask(BODY, beside)))
    assert share is not None
    assert share > 0.1


@pytest.mark.parametrize("shade", [0, 1, 2, 4])
@pytest.mark.parametrize("round_levels", [0, 20, 60])
def test_smooth_white_before_smooth_white_is_not_told(shade: int, round_levels: int) -> None:
    """A plain white shirt shaded as the plain white form behind it: there is no word on it."""
    x = np.mgrid[0:HEIGHT, 0:WIDTH][1]
    rounded = round_levels * ((x[BODY] - 180) / 80.0) ** 2
    before, after = bare((225, 225, 225)), bare((225, 225, 225))
    before[BODY] -= rounded[..., None]
    after[BODY] -= rounded[..., None] + shade
    assert known(before).measure_share(shot(after, mask(BODY))) is None


@pytest.mark.parametrize("paler", [15, 30])
def test_cloth_a_shade_paler_than_the_form_is_cloth(paler: int) -> None:
    """A garment of nearly the form's colour is told from the form."""
    picture = bare()
    picture[BODY] += paler
    assert known(bare()).measure_share(shot(picture, mask(BODY))) == 0.0


def test_the_same_red_pixels_in_another_order_are_the_same_set() -> None:
    """A camera's still in blue, green and red is compared with previews in red, green and blue."""
    taken = shot(dressed(), mask(NECK, BODY))
    pixels = np.ascontiguousarray(taken.frame.pixels[:, :, ::-1])
    swapped = replace(taken, frame=make_frame(pixels, colour_order="BGR"))
    assert known(bare()).measure_share(swapped) == known(bare()).measure_share(taken)


def test_a_larger_still_of_the_same_view_is_compared() -> None:
    """A shot at twice the preview's size finds the leak, one of other proportions has no word."""
    pixels, alpha = lit(dressed(), 2), mask(NECK, BODY)
    large = cv2.resize(pixels, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_CUBIC)
    taken = make_cutout(make_frame(np.asarray(large, np.uint8)), alpha.repeat(2, 0).repeat(2, 1))
    trimmed = make_cutout(
        make_frame(taken.frame.pixels[:, 2:-2].copy()), taken.mask.alpha[:, 2:-2].copy()
    )
    for still in (taken, trimmed):
        assert known(bare()).measure_share(still) == pytest.approx(LEAK, rel=0.4)
    wide = make_cutout(make_frame(pixels[:300]), alpha[:300])
    assert known(bare()).measure_share(wide) is None


@pytest.mark.parametrize(
    "picture",
    [np.roll(dressed(), 25, axis=1), dressed() * 0.4, np.full_like(dressed(), 250.0)],
    ids=["camera moved", "lamp off", "blown"],
)
def test_another_set_gives_no_word(picture: Picture) -> None:
    """Where the surroundings are not those of the bare set, nothing is concluded."""
    assert known(bare()).measure_share(shot(picture, mask(NECK, BODY))) is None


def test_only_a_rest_without_a_garment_is_remembered() -> None:
    """One look, a garment in the frame and no preview at all leave nothing to compare with."""
    taken = shot(dressed(), mask(NECK, BODY))
    assert BarePlate(0.002).measure_share(taken) is None
    found, frame = BarePlate(0.002), make_frame(lit(bare(), 1))
    assert not found.remember(frame, previews=1)
    assert found.measure_share(taken) is None
    scene, worn = StillScene(), preview_of(frame, mask(BODY))
    show(found, scene, worn, times=3)
    assert found.measure_share(taken) is None
    show(found, StillScene(), preview_of(frame, mask()), times=2)
    assert found.measure_share(taken) == pytest.approx(LEAK, rel=0.4)


def at(second: float, picture: Picture) -> Frame:
    """A frame of a moment."""
    return replace(make_frame(lit(picture, 1)), monotonic_s=second)


def test_the_latest_bare_set_counts() -> None:
    """Another form takes the place of the one before, and a long rest is looked at again."""
    taken, other = shot(dressed(), mask(NECK, BODY)), bare((40, 40, 40))
    for first, second in (((1.0, 2), (1.5, 2)), ((1.0, 2), (9.0, 6)), ((9.0, 6), (1.0, 6))):
        found = BarePlate(0.002)
        for (moment, previews), picture in zip((first, second), (other, bare()), strict=True):
            found.remember(at(moment, picture), previews)
        assert found.measure_share(taken) == pytest.approx(LEAK, rel=0.4)


def test_the_frame_that_is_remembered_may_be_overwritten() -> None:
    """A camera that reuses its buffer does not change what is remembered."""
    small = lit(bare(), 1)[::2, ::2].copy()
    taken = shot(dressed(), mask(NECK, BODY))
    half = make_cutout(
        make_frame(taken.frame.pixels[::2, ::2].copy()), taken.mask.alpha[::2, ::2].copy()
    )
    found, frame = BarePlate(0.002), make_frame(small)
    found.remember(frame, previews=2)
    before = found.measure_share(half)
    small[:] = 0
    assert found.measure_share(half) == before
    assert before is not None


def test_a_scene_that_rests_is_compared_before_its_shot() -> None:
    """What previews were compared with answers for the shot, with the shot's own mask."""
    taken, found, scene = shot(dressed(), mask(NECK, BODY)), known(bare()), StillScene()
    show(found, scene, preview_of(make_frame(lit(dressed(), 3)), mask(NECK, BODY)), times=2)
    assert scene.plate_comparison is not None
    frame = replace(taken.frame, pixels=np.zeros_like(taken.frame.pixels))
    black = replace(taken, frame=frame)
    assert found.measure_share(black, scene) == pytest.approx(LEAK, rel=0.4)
    only = replace(shot(dressed(), mask(BODY)), frame=frame)
    assert found.measure_share(only, scene) == 0.0


def test_a_comparison_is_good_for_its_own_scene_alone() -> None:
    """Another scene, another mask than was foreseen, or a new bare plate is compared anew."""
    taken, found = shot(dressed(), mask(NECK, BODY)), known(bare())
    far = (slice(10, 60), slice(300, 350))
    dark, scene = preview_of(make_frame(lit(dressed() * 0.4, 3)), mask(BODY)), StillScene()
    show(found, scene, dark, times=1)
    assert scene.plate_comparison is None, "one preview is too early"
    show(found, scene, dark, times=1)
    assert scene.plate_comparison is None, "the lamp is off for a preview"
    assert found.measure_share(taken, scene) == pytest.approx(LEAK, rel=0.4)
    show(found, scene, preview_of(make_frame(lit(dressed(), 3)), mask(BODY)), times=1)
    assert scene.plate_comparison is not None, "and is on again"
    assert found.measure_share(shot(dressed(), mask(BODY, far)), scene) == pytest.approx(
        mask(far).sum() / mask(BODY, far).sum(), rel=0.4
    )
    late = preview_of(make_frame(lit(dressed(), 3)), mask(BODY))
    found.learn(late, StillScene())
    show(found, scene, preview_of(at(9.0, bare()), mask()), times=1)
    assert scene.plate_comparison is None, "the bare plate is a new one"


def test_a_strap_is_too_thin_for_a_word() -> None:
    """A mask that is nothing but outline at the size of the comparison: no word, no warning."""
    strap = (slice(140, 400), slice(180, 184))
    assert known(bare()).measure_share(shot(dressed(), mask(strap))) is None
