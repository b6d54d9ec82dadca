"""Somebody in the picture, kept apart from the hands and heads of forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from device.imaging.frame import Frame
from device.imaging.region import Region
from device.pipeline.quick_mask import QuickMask
from device.pipeline.still_scene import StillScene
from device.segmentation.cell_grid import CellGrid
from device.segmentation.frame_logits import FrameLogits
from device.segmentation.letterbox import Letterbox
from device.settings.verdict import VerdictSettings
from device.verdict.measurements import Measurements
from device.verdict.people_watch import PeopleWatch
from device.verdict.verdict import judge

CALIBRATION = Path(__file__).parents[3] / "calibration_images"
ROWS, COLUMNS = 32, 24
BOX = Letterbox.fit(512, 384, 512, 384)
WHOLE = Region(0, 0, 512, 384)
Places = tuple[tuple[int, int], ...]


def _preview(*, garment: bool, people: Places | None) -> QuickMask:
    """A preview with a garment or without, and skin at some cells."""
    cells = np.full((128, 96), -5, np.float32)
    if garment:
        cells[40:80, 30:60] = 5
    grid, skin = CellGrid(cells, BOX, WHOLE, 4), None
    if people is not None:
        logits = np.full((ROWS, COLUMNS), -6, np.float32)
        for row, column in people:
            logits[row, column] = 2
        skin = CellGrid(logits, BOX, WHOLE, 16)
    frame = Frame(
        np.zeros((512, 384, 3), np.uint8), "RGB", datetime.now(timezone.utc), 1.0, 0, "drawn"
    )
    return QuickMask(
        frame, grid, FrameLogits(grid, people=skin), "a-bundle", "cpu", {}, people=skin
    )


def _show(watch: PeopleWatch, preview: QuickMask, times: int = 3) -> float | None:
    """Let a scene rest for some previews; returns what it then knows of people."""
    scene = StillScene()
    for _ in range(times):
        scene.add_preview(preview.logits)
        watch.measure(preview, scene)
    return scene.person_share


def test_skin_is_measured_as_a_share_of_the_frame() -> None:
    """Three marked cells of 768 are 0.4% of the frame."""
    found = _show(PeopleWatch(0.002), _preview(garment=True, people=((3, 4), (3, 5), (4, 4))))
    assert found == pytest.approx(3 / (ROWS * COLUMNS))


def test_hands_of_a_form_are_no_person() -> None:
    """What looked like skin on the bare set is the form's, also when it was pushed a little."""
    watch, head, hand = PeopleWatch(0.002), (3, 12), (17, 5)
    _show(watch, _preview(garment=False, people=(head, hand)))
    assert _show(watch, _preview(garment=True, people=((3, 13), (18, 5)))) == 0
    somebody = _show(watch, _preview(garment=True, people=(head, hand, (10, 20))))
    assert somebody == pytest.approx(1 / (ROWS * COLUMNS))


def test_a_form_with_a_face_makes_a_rig_wait_once() -> None:
    """What has stood still for the waiting time is a part of the set for later garments."""
    watch, face = PeopleWatch(0.002, wait_s=2.0), ((3, 12), (3, 13))
    scene, preview = StillScene(), _preview(garment=True, people=face)
    for at_s in (10.0, 11.0, 12.5):
        scene.add_preview(preview.logits)
        frame = replace(preview.frame, monotonic_s=at_s)
        watch.measure(replace(preview, frame=frame), scene)
    assert scene.person_share == pytest.approx(2 / (ROWS * COLUMNS))
    assert _show(watch, _preview(garment=True, people=face)) == 0
    somebody = _show(watch, _preview(garment=True, people=(*face, (20, 3))))
    assert somebody == pytest.approx(1 / (ROWS * COLUMNS))


def test_who_walks_past_a_bare_set_is_no_part_of_it() -> None:
    """One preview of a moving picture teaches nothing: the same place counts afterwards."""
    watch = PeopleWatch(0.002)
    _show(watch, _preview(garment=False, people=((10, 20),)), times=1)
    assert _show(watch, _preview(garment=True, people=((10, 20),))) == pytest.approx(1 / 768)


def test_one_preview_that_misses_somebody_changes_nothing() -> None:
    """A scene at rest keeps the most that any of its previews has found."""
    watch, scene = PeopleWatch(0.002), StillScene()
    for people in (((3, 4), (5, 4)), ()):
        preview = _preview(garment=True, people=people)
        scene.add_preview(preview.logits)
        watch.measure(preview, scene)
    assert scene.person_share == pytest.approx(2 / 768)


def test_a_bundle_without_that_output_says_nothing() -> None:
    """Nobody is measured where the model does not look."""
    watch = PeopleWatch(0.002)
    assert _show(watch, _preview(garment=True, people=None)) is None
    assert watch.person_share is None


def test_a_shot_with_somebody_in_it_is_unsure() -> None:
    """A command shoots all the same, and the verdict says why to take it again; 0 says nothing."""
    found = Measurements(garment_share=0.2, edge_touch_share=0.0, person_share=0.03)
    verdict = judge(found)
    assert (verdict.state, verdict.reasons) == ("unsure", ("somebody-in-picture",))
    assert "step out of the picture" in verdict.advice[0]
    assert judge(found, VerdictSettings(person_share=0)).state == "ok"
