"""What a photographer is told of a shot."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.imaging.arrays import UInt8Array
from device.imaging.photo import read_photo
from device.imaging.region import Region
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.pipeline.scene_watch import SceneWatch
from device.runtimes.factory import open_runtime
from device.segmentation.cell_grid import CellGrid
from device.segmentation.frame_logits import FrameLogits
from device.segmentation.letterbox import Letterbox
from device.segmentation.scene_logits import UNSEEN, SceneLogits
from device.settings.loading import load_config
from device.settings.verdict import STANDARD, VerdictSettings
from device.verdict.light_drift import LightHistory
from device.verdict.measurements import Measurements, measure
from device.verdict.sharpness import measure_edge_width_px
from device.verdict.verdict import REASONS, Verdict, judge
from tests.support.pictures import make_cutout, make_frame, noise

GOOD = Measurements(garment_share=0.2, edge_touch_share=0.0, edge_width_px=2.0, islands=1, holes=0)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """The default bundle on the CPU, one look at each picture."""
    bundle = load_bundle(default_bundle_path())
    return Pipeline(bundle, open_runtime(bundle, num_threads=2)[0], zooms=False)


@pytest.fixture(scope="module")
def render(repository: Path) -> UInt8Array:
    """A sharp render of a dressed form at four times its size, with a sensor's noise."""
    path = repository / "calibration_images" / "images" / "studio-1000-00003.jpg"
    pixels = read_photo(path).pixels
    large = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(0).normal(0, 1.5, large.shape)
    return np.clip(large + grain, 0, 255).astype(np.uint8)


def gain(stops: float) -> Callable[[UInt8Array], UInt8Array]:
    """Another exposure, through a display's gamma."""
    return lambda pixels: np.clip(pixels * 2 ** (stops / 2.2), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("spoil", "state", "reason"),
    [
        (lambda p: cv2.GaussianBlur(p, (0, 0), 9), "retake", "blurred"),
        (lambda p: cv2.blur(p, (41, 1)), "retake", "blurred"),
        (gain(-3.5), "retake", "under-exposed"),
        (gain(6), "retake", "over-exposed"),
    ],
)
def test_spoiled_shots_are_told(
    pipeline: Pipeline,
    render: UInt8Array,
    spoil: Callable[[UInt8Array], UInt8Array],
    state: str,
    reason: str,
) -> None:
    """Out of focus, shaken, too dark or blown out: a retake, and why."""
    spoiled = np.asarray(spoil(render), dtype=np.uint8)
    verdict = judge(measure(pipeline.cut(make_frame(spoiled))))
    assert (verdict.state, reason in verdict.reasons) == (state, True), verdict


def test_a_good_shot_is_neither_blurred_nor_badly_exposed(
    pipeline: Pipeline, render: UInt8Array
) -> None:
    """The same render unspoiled gives none of these reasons, and its numbers."""
    verdict = judge(measure(pipeline.cut(make_frame(render))))
    assert verdict.state != "retake", verdict
    assert not {"over-exposed", "under-exposed", "nothing-found"} & set(verdict.reasons)
    assert verdict.measurements["garment_share"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cut_share": 0.3}, "touches-edge"),
        ({"edge_width_px": 3.6}, "blurred"),
        ({"motion_share": 0.1}, "moved"),
        ({"clipped_share": 0.2}, "over-exposed"),
        ({"scene_clipped_share": 0.2, "clipped_share": 0.02}, "over-exposed"),
        ({"colour_clipped_share": 0.2}, "over-exposed"),
        ({"light_drift_stops": 1.0}, "over-exposed"),
        ({"bright_level": 130.0}, "under-exposed"),
        ({"light_drift_stops": -1.0}, "under-exposed"),
        ({"white_drift": 0.2}, "white-balance"),
        ({"faint_share": 0.1}, "edge-unsure"),
        ({"bare_share": 0.1}, "mannequin-leak"),
        ({"islands": 9}, "islands"),
        ({"holes": 9}, "holes"),
    ],
)
def test_each_doubt_has_its_reason(change: dict[str, float], reason: str) -> None:
    """A measurement past its threshold makes a good shot unsure, for that reason alone."""
    verdict = judge(replace(GOOD, **change))  # type: ignore[arg-type] # whole numbers too
    assert (verdict.state, verdict.reasons) == ("unsure", (reason,))
    assert reason in REASONS
    assert judge(GOOD).state == "ok"


def test_a_backdrop_lit_to_white_is_no_fault(pipeline: Pipeline, render: UInt8Array) -> None:
    """A set blown to white around a well exposed garment is not over-exposed; a yellow one is."""
    alpha = pipeline.cut(make_frame(render)).mask.alpha
    for backdrop, exposed in (
        ((255, 255, 255), False),
        ((255, 250, 238), False),
        ((255, 255, 120), True),
    ):
        pixels = np.where(alpha[..., None] > 0, render, np.array(backdrop, np.uint8))
        found = measure(pipeline.cut(make_frame(pixels)))
        assert found.scene_clipped_share is not None
        assert found.scene_clipped_share > STANDARD.scene_clipped_share
        assert ("over-exposed" in judge(found).reasons) == exposed, found


def test_thresholds_come_from_the_config(tmp_path: Path) -> None:
    """[verdict] moves a threshold."""
    file = tmp_path / "rig.toml"
    file.write_text('camera = "0"\n[verdict]\ncut_share = 0.5\n', "utf-8")
    limits = load_config(file, {}).verdict
    assert limits == VerdictSettings(cut_share=0.5)
    touching = Measurements(garment_share=0.2, edge_touch_share=0.0, cut_share=0.3)
    assert judge(touching).state == "unsure"
    assert judge(touching, limits).state == "ok"


def test_empty_and_cut_off_masks_are_told_without_evidence() -> None:
    """An empty mask means retake, a garment at the frame's edge unsure, any other ok."""
    frame = make_frame(noise(100, 80))
    alpha = np.zeros((100, 80), np.uint8)
    assert judge(measure(make_cutout(frame, alpha))).reasons == ("nothing-found",)
    alpha[30:60, 20:60] = 255
    assert judge(measure(make_cutout(frame, alpha))).state == "ok"
    alpha[60:, 20:60] = 255
    assert judge(measure(make_cutout(frame, alpha))).reasons == ("touches-edge",)


def shot(tint: tuple[float, float, float] = (1, 1, 1), level: int = 150) -> Cutout:
    """A backdrop of a colour, with a garment in the middle."""
    picture = np.full((40, 60, 3), np.array(tint) * level).astype(np.uint8)
    alpha = np.zeros((40, 60), np.uint8)
    alpha[10:30, 20:40] = 255
    picture[alpha > 0] = (10, 200, 90)
    return make_cutout(make_frame(picture), alpha)


def preview_logits() -> FrameLogits:
    """What a preview of a still scene found."""
    cells = np.full((10, 15), -3, np.float32)
    cells[3:7, 5:10] = 3
    return FrameLogits(CellGrid(cells, Letterbox.fit(40, 60, 40, 60), Region(0, 0, 40, 60), 4))


def test_white_balance_is_held_against_the_session() -> None:
    """Brighter is no cast, warmer is one, and three warm shots in a row are the new light."""
    session = LightHistory()
    assert [session.measure_drift(shot(), 0.06, 0.7) for _ in range(3)] == [None] * 3
    brighter = session.measure_drift(shot(level=165), 0.06, 0.7)
    assert brighter is not None
    assert brighter.white < 0.02
    warm = [session.measure_drift(shot((1.1, 1, 0.85)), 0.06, 0.7) for _ in range(4)]
    assert all(each is not None and each.white > 0.06 for each in warm[:3])
    assert warm[3] is not None
    assert warm[3].white < 0.02


@pytest.mark.parametrize(("level", "reason"), [(230, "over-exposed"), (70, "under-exposed")])
def test_light_is_held_against_the_session(level: int, reason: str) -> None:
    """A lamp gone or added is told in stops, of a shot that looks well exposed by itself."""
    session = LightHistory()
    for _ in range(3):
        session.measure_drift(shot(), 0.06, 0.7)
    drift = session.measure_drift(shot(level=level), 0.06, 0.7)
    assert drift is not None
    assert drift.light_stops == pytest.approx(2.2 * np.log2(level / 150), abs=0.05)
    found = replace(GOOD, light_drift_stops=drift.light_stops, bright_level=200.0)
    assert judge(found).reasons == (reason,)


def edges(blur: Callable[[UInt8Array], cv2.typing.MatLike], side_px: int = 400) -> Cutout:
    """A light disc on a dark ground, blurred, with a sensor's noise; the mask is right."""
    shape = (side_px, side_px)
    garment = cv2.circle(
        np.zeros(shape, np.uint8), (side_px // 2, side_px // 2), side_px // 3, (255,), -1
    )
    grey = blur(np.asarray(np.where(garment > 0, 180, 60), dtype=np.uint8))
    grain = np.random.default_rng(1).normal(0, 1.5, (*shape, 3))
    pixels = np.clip(grey[..., None] + grain, 0, 255).astype(np.uint8)
    return make_cutout(make_frame(pixels), np.asarray(garment, dtype=np.uint8))


@pytest.mark.parametrize("spread_px", [1.5, 3.0, 5.0])
def test_edges_are_as_wide_as_they_were_blurred(spread_px: float) -> None:
    """The width is that of the blur, contrast over steepest slope, within a fifth."""
    width = measure_edge_width_px(edges(lambda p: cv2.GaussianBlur(p, (0, 0), spread_px)))
    assert width == pytest.approx(math.sqrt(2 * math.pi) * spread_px, rel=0.2)


def test_small_sharp_pictures_are_sharp() -> None:
    """Edges are told in the picture's own pixels, so that a small picture is no blurred one."""
    width = measure_edge_width_px(edges(lambda p: p, side_px=240))
    assert width is not None
    assert width < 2


@pytest.mark.parametrize("kernel", [(13, 1), (1, 13)])
def test_shake_is_seen_in_any_direction(kernel: tuple[int, int]) -> None:
    """A picture that stays sharp along the movement is blurred all the same."""
    width = measure_edge_width_px(edges(lambda p: cv2.blur(p, kernel)))
    assert width is not None
    assert width > STANDARD.blur_retake_px


@pytest.mark.parametrize("spread_px", [20.0, 40.0, 55.0])
def test_what_is_blurred_beyond_measure_is_blurred(spread_px: float) -> None:
    """Where light and dark meet without any edge, the picture is no good."""
    width = measure_edge_width_px(
        edges(lambda p: cv2.GaussianBlur(p, (0, 0), spread_px), side_px=900)
    )
    assert width is not None
    assert width > STANDARD.blur_retake_px


def test_where_there_is_no_edge_there_is_no_word_on_blur() -> None:
    """Without an edge, or in a picture smaller than what is looked at, there is no width."""
    assert measure_edge_width_px(edges(np.zeros_like)) is None
    assert measure_edge_width_px(edges(lambda p: p, side_px=40)) is None


def test_parts_and_openings_are_counted(pipeline: Pipeline, render: UInt8Array) -> None:
    """Holes cut into the mask and islands beside it are counted, specks are not."""
    cutout = pipeline.cut(make_frame(render))
    assert cutout.coarse_alpha is not None
    alpha = np.zeros_like(cutout.coarse_alpha)
    height, width = alpha.shape
    cv2.rectangle(alpha, (width // 4, height // 4), (width // 2, 3 * height // 4), (255,), -1)
    for row in (3, 4, 5):
        cv2.circle(alpha, (3 * width // 8, row * height // 8), width // 32, (0,), -1)
    cv2.circle(alpha, (7 * width // 8, height // 2), width // 20, (255,), -1)
    cv2.circle(alpha, (7 * width // 8, height // 8), 2, (255,), -1)
    found = measure(replace(cutout, coarse_alpha=alpha))
    assert (found.islands, found.holes) == (2, 3)
    assert {"holes"} <= set(judge(replace(found, expected_iou=None)).reasons)


def test_a_scene_ends_when_something_moves() -> None:
    """Logits gather over a still scene, and none of them outlasts the first movement."""
    watch = SceneWatch(0.01)
    scene = np.full((36, 64), 100, np.uint8)
    moved = scene.copy()
    moved[:, :20] = 200
    for _ in range(3):
        still = watch.observe(scene)
        still.add_preview(preview_logits())
    assert (len(still.logits.previews), still.moved_share) == (3, 0.0)
    assert watch.observe(moved) is not still
    assert watch.scene.logits == UNSEEN
    assert watch.scene.moved_share > 0.2
    assert watch.observe(moved).moved_share == 0


def test_shots_of_one_still_scene_agree(pipeline: Pipeline, render: UInt8Array) -> None:
    """With the settled frames averaged in, two shots of a noisy still scene overlap by 99.5%."""

    def shot(seed: int) -> UInt8Array:
        grain = np.random.default_rng(seed)
        frames = [
            make_frame(np.clip(render + grain.normal(0, 3, render.shape), 0, 255).astype(np.uint8))
            for _ in range(4)
        ]
        previews = tuple(pipeline.preview(each).logits for each in frames[1:])
        return pipeline.cut(frames[0], SceneLogits(previews)).mask.alpha

    one, other = shot(1) >= 128, shot(2) >= 128
    assert (one & other).sum() / (one | other).sum() >= 0.995


def test_each_reason_comes_with_what_to_do() -> None:
    """Nobody has to look a reason up before the garment leaves the set."""
    advice = Verdict("unsure", REASONS).advice
    assert len(set(advice)) == len(REASONS)
    assert "look at the picture" not in advice
    assert str(Verdict("retake", ("blurred",))).startswith("retake (blurred: focus, expose")
    assert str(Verdict("ok")) == "ok"
