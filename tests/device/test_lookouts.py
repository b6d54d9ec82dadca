"""Previews looked at one after the other, or two side by side."""

from __future__ import annotations

import numpy as np
import pytest

from device.bundle import default_bundle_path, load_bundle
from device.halvings import Halvings
from device.lookouts import Lookouts
from device.pipeline import Pipeline
from device.preview import PreviewSettings, thumbnail
from device.runtimes.factory import can_share, open_half, open_runtime
from device.stillness import Stillness
from tests.pictures import make_frame, noise

BUNDLE = load_bundle(default_bundle_path())


def open_half_pipeline() -> Pipeline:
    """As the daemon opens one."""
    return Pipeline(BUNDLE, open_half(BUNDLE))


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """The default bundle on the CPU."""
    runtime, _ = open_runtime(BUNDLE, num_threads=2)
    assert can_share(runtime)
    return Pipeline(BUNDLE, runtime)


def watched(lookouts: Lookouts, stillness: Stillness, frames: int) -> list[int]:
    """Show some frames of one scene; the numbers of those that were seen, in order."""
    pixels = noise(48, 64)
    seen = []
    for number in range(frames):
        frame = make_frame(pixels, sequence=number)
        halvings = Halvings(pixels)
        stillness.saw(thumbnail(halvings))
        seen += lookouts.see(frame, halvings)
    return [look.frame.sequence for look in seen + lookouts.seen(wait=True)]


def test_each_frame_is_seen_at_once_while_the_model_is_fast_enough(pipeline: Pipeline) -> None:
    """At a rate that the model keeps up with, no preview comes a frame late."""
    stillness = Stillness(0.004)
    lookouts = Lookouts(pipeline, stillness, PreviewSettings(max_per_s=0.01), open_half_pipeline)
    for number in range(8):
        assert watched(lookouts, stillness, 1) == [0], number
    assert len(stillness.evidence) == 6


def test_side_by_side_no_frame_is_lost_or_overtaken(pipeline: Pipeline) -> None:
    """At a rate that the model cannot keep, every frame is still seen, in order."""
    stillness = Stillness(0.004)
    settings = PreviewSettings(max_per_s=float("inf"))
    lookouts = Lookouts(pipeline, stillness, settings, open_half_pipeline)
    assert watched(lookouts, stillness, 30) == list(range(30))
    assert len(stillness.evidence) == 6
    assert {each.mirrored for each in stillness.evidence} == {False, True}


def test_what_there_is_but_one_of_looks_alone(pipeline: Pipeline) -> None:
    """With an accelerator frames are seen one after the other, however slow it is."""
    stillness = Stillness(0.004)
    lookouts = Lookouts(pipeline, stillness, PreviewSettings(max_per_s=float("inf")))
    for _ in range(8):
        assert watched(lookouts, stillness, 1) == [0]


def test_a_look_at_the_scene_before_does_not_count_for_this_one(pipeline: Pipeline) -> None:
    """What was under way when something moved says nothing about what hangs there now."""
    stillness = Stillness(0.004)
    settings = PreviewSettings(max_per_s=float("inf"))
    lookouts = Lookouts(pipeline, stillness, settings, open_half_pipeline)
    watched(lookouts, stillness, 10)
    pixels = noise(48, 64)
    lookouts.see(make_frame(pixels), Halvings(pixels))
    stillness.saw(np.zeros_like(thumbnail(Halvings(pixels))))
    lookouts.seen(wait=True)
    assert stillness.evidence == ()
