"""From a frame to a shot on disk."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.contract.topics import Topics
from device.pipeline.pipeline import Pipeline
from device.plate.bare_plate import BarePlate
from device.runtimes.factory import open_runtime
from device.settings.output import OutputSettings
from device.shots.ledger import Ledger
from device.shots.shot_path import ShotPath
from device.shots.spool import Spool
from device.system.parallel import own_workers
from device.verdict.shot_judge import ShotJudge
from tests.support.drawn_shirt import draw_shirt
from tests.support.pictures import make_frame

BUNDLE = load_bundle(default_bundle_path())


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Python's garbage collector is off: what stands in a circle stays in memory."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize(
    "output",
    [
        OutputSettings(),
        OutputSettings(crop=True),
        OutputSettings(format="webp"),
        OutputSettings(format="jpeg"),
    ],
    ids=["png", "cropped png", "webp", "jpeg"],
)
def test_a_shot_leaves_memory_at_once(output: OutputSettings, tmp_path: Path) -> None:
    """The picture of a shot is given back when the shot is on disk, not when garbage is collected.

    The collector counts objects, of which a picture of tens of megabytes is one.
    """
    runtime, _ = open_runtime(BUNDLE, "cpu")
    spool = Spool(tmp_path, 2**30)
    plate = BarePlate(0.002)
    path = ShotPath(
        Pipeline(BUNDLE, runtime),
        ShotJudge(plate),
        plate,
        spool,
        Ledger(tmp_path, 0),
        Topics("selvedge", "r"),
        output,
    )
    pixels, _ = draw_shirt(1, size=(960, 720))
    with own_workers():  # Their end: until then one may hold the picture for a moment more.
        frame = make_frame(pixels)
        shown = weakref.ref(frame)
        mask = weakref.ref(path.shoot(frame)[0].cutout.mask.alpha)
        del frame
    assert (shown(), mask()) == (None, None)
    assert spool.depth == 1
