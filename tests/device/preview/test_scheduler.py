"""Previews looked at one after the other, or two side by side."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from device.imaging.thumbnail import make_thumbnail
from device.pipeline.pipeline import Pipeline
from device.pipeline.scene_watch import SceneWatch
from device.preview.scheduler import PreviewScheduler
from device.runtimes.factory import can_share, open_half, open_runtime
from device.runtimes.runtime import Runtime
from device.settings.preview import PreviewSettings
from tests.support.pictures import make_frame, noise

BUNDLE = load_bundle(default_bundle_path())
SCENE = noise(48, 64)


def open_half_pipeline() -> Pipeline:
    """As the daemon opens one."""
    return Pipeline(BUNDLE, open_half(BUNDLE))


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    """The default bundle on the CPU."""
    found, _ = open_runtime(BUNDLE, num_threads=2)
    assert can_share(found, num_threads=2)
    assert not can_share(found, num_threads=1), "a limit of one thread is kept"
    return found


@pytest.fixture(scope="module")
def pipeline(runtime: Runtime) -> Pipeline:
    """Looks for previews alone."""
    return Pipeline(BUNDLE, runtime, tiles=False)


@pytest.fixture(scope="module")
def thorough(runtime: Runtime) -> Pipeline:
    """Looks closer too."""
    return Pipeline(BUNDLE, runtime)


def watched(
    scheduler: PreviewScheduler, watch: SceneWatch, frames: int, pixels: UInt8Array = SCENE
) -> list[int]:
    """Show some frames of one scene; the numbers of those that were seen, in order.

    By the camera's clock they take two seconds at most, however busy the machine is.
    """
    seen = []
    for number in range(frames):
        frame = replace(make_frame(pixels, sequence=number), monotonic_s=number / 30)
        watch.observe(make_thumbnail(frame))
        seen += scheduler.take(frame)
    return [look.frame.sequence for look in seen + scheduler.collect(wait=True)]


def test_each_frame_is_seen_at_once_while_the_model_is_fast_enough(pipeline: Pipeline) -> None:
    """At a rate that the model keeps up with, no preview comes a frame late."""
    watch = SceneWatch(0.004)
    scheduler = PreviewScheduler(
        pipeline, watch, PreviewSettings(max_per_s=0.01), open_half_pipeline
    )
    for number in range(8):
        assert watched(scheduler, watch, 1) == [0], number
    assert len(watch.scene.logits.previews) == 6


def test_side_by_side_no_frame_is_lost_or_overtaken(pipeline: Pipeline) -> None:
    """At a rate that the model cannot keep, every frame is still seen, in order."""
    watch = SceneWatch(0.004)
    settings = PreviewSettings(max_per_s=float("inf"))
    scheduler = PreviewScheduler(pipeline, watch, settings, open_half_pipeline)
    assert watched(scheduler, watch, 30) == list(range(30))
    assert len(watch.scene.logits.previews) == 6
    assert {each.mirrored for each in watch.scene.logits.previews} == {False, True}


def test_what_there_is_but_one_of_looks_alone(pipeline: Pipeline) -> None:
    """With an accelerator frames are seen one after the other, however slow it is."""
    watch = SceneWatch(0.004)
    scheduler = PreviewScheduler(pipeline, watch, PreviewSettings(max_per_s=float("inf")))
    for _ in range(8):
        assert watched(scheduler, watch, 1) == [0]


def test_a_look_at_the_scene_before_does_not_count_for_this_one(pipeline: Pipeline) -> None:
    """What was under way when something moved says nothing about what hangs there now."""
    watch = SceneWatch(0.004)
    settings = PreviewSettings(max_per_s=float("inf"))
    scheduler = PreviewScheduler(pipeline, watch, settings, open_half_pipeline)
    watched(scheduler, watch, 10)
    pixels = SCENE
    scheduler.take(make_frame(pixels))
    watch.observe(np.zeros_like(make_thumbnail(make_frame(pixels))))
    scheduler.collect(wait=True)
    assert watch.scene.logits.previews == ()


def large_scene(repository: Path) -> UInt8Array:
    """A render at twice its size: large enough for looks at parts."""
    picture = cv2.imread(str(sorted((repository / "calibration_images" / "images").iterdir())[2]))
    assert picture is not None
    return np.asarray(cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))


@pytest.mark.parametrize("max_per_s", [0.01, float("inf")], ids=["in turn", "side by side"])
def test_a_scene_at_rest_is_looked_at_closely_before_its_shot(
    thorough: Pipeline, repository: Path, max_per_s: float
) -> None:
    """Some frames after it came to rest, a shot has nothing left to ask the model."""
    watch, scene = SceneWatch(0.004), large_scene(repository)
    settings = PreviewSettings(max_per_s=max_per_s)
    scheduler = PreviewScheduler(thorough, watch, settings, open_half_pipeline)
    seen = watched(scheduler, watch, 60, scene)
    assert seen == sorted(seen)
    assert len(seen) > 30, "previews go on meanwhile"
    closer = watch.scene.logits.progress
    assert closer is not None
    assert closer.plan is not None, "there are parts to look at"
    assert closer.complete
    shot = thorough.cut(make_frame(scene), watch.scene.logits)
    assert not {"invoke", "second_look", "parts"} & set(shot.stage_ms)
    cold = thorough.cut(make_frame(scene))
    agreed = (shot.mask.alpha > 127) == (cold.mask.alpha > 127)
    assert agreed.mean() > 0.995


def test_between_two_previews_the_frames_are_looked_at_closely(
    thorough: Pipeline, repository: Path
) -> None:
    """At five previews a second the closer looks take frames that no preview is due for."""
    watch, scene = SceneWatch(0.004), large_scene(repository)
    scheduler = PreviewScheduler(thorough, watch, PreviewSettings())
    seen = []
    for number in range(24):
        frame = make_frame(scene, sequence=number)
        watch.observe(make_thumbnail(frame))
        seen += scheduler.take(frame, due=number % 6 == 0)
    assert [look.frame.sequence for look in seen] == [0, 6, 12, 18]
    assert watch.scene.logits.progress is not None
    assert watch.scene.logits.progress.complete


@pytest.mark.parametrize(("pass_s", "frames"), [(0.1, 12), (0.0, 3)])
def test_a_slow_camera_is_no_reason_to_see_less(
    thorough: Pipeline, repository: Path, pass_s: float, frames: int
) -> None:
    """Where frames come seldom, one frame is good for several passes, and a few for all of them."""
    watch, scene = SceneWatch(0.004), large_scene(repository)
    clock = itertools.count(step=pass_s)  # Each look at it is one pass later.
    scheduler = PreviewScheduler(
        thorough, watch, PreviewSettings(), clock=lambda: float(next(clock))
    )
    for number in range(frames):
        frame = replace(make_frame(scene, sequence=number), monotonic_s=0.7 * number)
        watch.observe(make_thumbnail(frame))
        scheduler.take(frame, due=number % 2 == 0 or frames < 4)
    assert watch.scene.logits.progress is not None
    assert watch.scene.logits.progress.complete


def test_movement_forgets_the_closer_looks(thorough: Pipeline, repository: Path) -> None:
    """What was seen of a garment's parts says nothing about the next garment."""
    watch, scene = SceneWatch(0.004), large_scene(repository)
    scheduler = PreviewScheduler(
        thorough, watch, PreviewSettings(max_per_s=0.01), open_half_pipeline
    )
    watched(scheduler, watch, 20, scene)
    assert watch.scene.logits.progress is not None
    watch.observe(np.zeros_like(make_thumbnail(make_frame(scene))))
    assert watch.scene.logits.progress is None


def test_old_closer_looks_are_taken_again(thorough: Pipeline, repository: Path) -> None:
    """Cloth that settles too slowly to count as movement is seen anew every ten seconds."""
    watch, scene = SceneWatch(0.004), large_scene(repository)
    scheduler = PreviewScheduler(thorough, watch, PreviewSettings())
    since = []
    for number in range(60):
        frame = replace(make_frame(scene, sequence=number), monotonic_s=number / 4)
        watch.observe(make_thumbnail(frame))
        scheduler.take(frame)
        since.append(watch.scene.logits.progress)
    kept = {id(closer) for closer in since if closer is not None and closer.complete}
    assert len(kept) == 2


def test_closer_looks_are_left_out_where_shots_are_other_pictures(
    thorough: Pipeline, repository: Path
) -> None:
    """A camera with larger stills spends no time on the parts of its stream."""
    watch, scene = SceneWatch(0.004), large_scene(repository)
    scheduler = PreviewScheduler(thorough, watch, PreviewSettings(), open_half_pipeline)
    for number in range(12):
        frame = make_frame(scene, sequence=number)
        watch.observe(make_thumbnail(frame))
        scheduler.take(frame, serves_shot=False)
    assert watch.scene.logits.progress is None
    still = np.asarray(cv2.resize(scene, None, fx=2, fy=2), np.uint8)
    shot = thorough.cut(make_frame(still), watch.scene.logits)
    assert "invoke" not in shot.stage_ms, "its previews stand for the first look all the same"
    assert "parts" in shot.stage_ms


def test_without_a_second_interpreter_previews_go_on(
    pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    """A bundle that is gone from the disk, or no memory left, ends nothing."""

    def gone() -> Pipeline:
        raise UsageError("the bundle is not there")

    watch = SceneWatch(0.004)
    scheduler = PreviewScheduler(pipeline, watch, PreviewSettings(max_per_s=float("inf")), gone)
    for _ in range(12):
        assert watched(scheduler, watch, 1) == [0]
    assert caplog.text.count("the bundle is not there") == 1
