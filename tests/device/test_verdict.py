"""What a photographer is told of a shot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.bundle import default_bundle_path, load_bundle
from device.config import load_config
from device.evidence import Evidence
from device.frame import UInt8Array
from device.measurements import Measurements, measure
from device.photo import read_photo
from device.pipeline import Pipeline
from device.preprocess import Letterbox
from device.runtimes.factory import open_runtime
from device.stillness import Stillness
from device.studio_session import StudioSession
from device.verdict import REASONS, VerdictSettings, judge
from tests.pictures import make_cutout, make_frame, noise

GOOD = Measurements(garment_share=0.2, edge_touch_share=0.0, edge_width_px=3.0, islands=1, holes=0)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """The default bundle on the CPU, one look at each picture."""
    bundle = load_bundle(default_bundle_path())
    return Pipeline(bundle, open_runtime(bundle, num_threads=2)[0], mirror=False)


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
        ({"edge_touch_share": 0.2}, "touches-edge"),
        ({"edge_width_px": 6.0}, "blurred"),
        ({"motion_share": 0.1}, "moved"),
        ({"blown_share": 0.1}, "over-exposed"),
        ({"bright_level": 90.0}, "under-exposed"),
        ({"white_drift": 0.2}, "white-balance"),
        ({"unsure_share": 4.0}, "edge-unsure"),
        ({"islands": 9}, "islands"),
        ({"holes": 9}, "holes"),
        ({"unseen_edge_share": 0.7}, "mannequin-leak"),
    ],
)
def test_each_doubt_has_its_reason(change: dict[str, float], reason: str) -> None:
    """A measurement past its threshold makes a good shot unsure, for that reason alone."""
    values = {name: getattr(GOOD, name) for name in GOOD.document()}
    verdict = judge(Measurements(**{**values, **change}))
    assert (verdict.state, verdict.reasons) == ("unsure", (reason,))
    assert reason in REASONS
    assert judge(GOOD).state == "ok"


def test_thresholds_come_from_the_config(tmp_path: Path) -> None:
    """[verdict] moves a threshold."""
    file = tmp_path / "rig.toml"
    file.write_text('camera = "0"\n[verdict]\nedge_touch_share = 0.5\n', "utf-8")
    limits = load_config(file, {}).verdict
    assert limits == VerdictSettings(edge_touch_share=0.5)
    touching = Measurements(garment_share=0.2, edge_touch_share=0.2)
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


def evidence(tint: tuple[float, float, float] = (1, 1, 1), level: int = 150) -> Evidence:
    """A backdrop of a colour, with a garment in the middle."""
    picture = np.full((40, 60, 3), np.array(tint) * level).astype(np.uint8)
    alpha = np.zeros((40, 60), np.uint8)
    alpha[10:30, 20:40] = 255
    picture[alpha > 0] = (10, 200, 90)
    cells = np.where(alpha[::4, ::4] > 0, np.float32(3), np.float32(-3))
    box = Letterbox.fit(40, 60, 40, 60)
    return Evidence(cells, box, picture, alpha, np.ones((40, 60), np.float32))


def test_white_balance_is_held_against_the_session() -> None:
    """Brighter is no drift, warmer is one, and three warm shots in a row are the new light."""
    session = StudioSession()
    assert [session.drift(evidence(), 0.06) for _ in range(3)] == [None] * 3
    brighter = session.drift(evidence(level=200), 0.06)
    assert brighter is not None
    assert brighter < 0.02
    warm = [session.drift(evidence((1.1, 1, 0.85)), 0.06) for _ in range(4)]
    assert all(value is not None and value > 0.06 for value in warm[:3])
    assert warm[3] is not None
    assert warm[3] < 0.02


def test_stillness_forgets_when_something_moves() -> None:
    """Evidence gathers over a still scene and is gone with the first movement."""
    stillness = Stillness(0.01)
    scene = np.full((36, 64), 100, np.uint8)
    moved = scene.copy()
    moved[:, :20] = 200
    for _ in range(3):
        stillness.saw(scene)
        stillness.add(evidence())
    assert (len(stillness.evidence), stillness.moved_share) == (3, 0.0)
    stillness.saw(moved)
    assert stillness.evidence == ()
    assert stillness.moved_share > 0.2
    stillness.saw(moved)
    assert stillness.moved_share == 0


def test_shots_of_one_still_scene_agree(pipeline: Pipeline, render: UInt8Array) -> None:
    """With the settled frames averaged in, two shots of a noisy still scene overlap by 99.5%."""

    def shot(seed: int) -> UInt8Array:
        grain = np.random.default_rng(seed)
        frames = [
            make_frame(np.clip(render + grain.normal(0, 3, render.shape), 0, 255).astype(np.uint8))
            for _ in range(4)
        ]
        settled = [seen for each in frames[1:] if (seen := pipeline.sketch(each).evidence)]
        return pipeline.cut(frames[0], settled).mask.alpha

    one, other = shot(1) >= 128, shot(2) >= 128
    assert (one & other).sum() / (one | other).sum() >= 0.995
