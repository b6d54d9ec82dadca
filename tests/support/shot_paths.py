"""A path that takes shots of drawn garments, without a camera or a broker."""

from __future__ import annotations

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.contract.topics import Topics
from device.pipeline.pipeline import Pipeline
from device.plate.bare_plate import BarePlate
from device.runtimes.factory import open_runtime
from device.shots.frame_store import FrameStore
from device.shots.ledger import Ledger
from device.shots.shot_path import ShotPath
from device.shots.spool import Spool
from device.verdict.shot_judge import ShotJudge


def open_shot_path(
    spool: Spool, ledger: Ledger, topics: Topics, frames: FrameStore | None = None
) -> ShotPath:
    """A shot path with the shipped bundle."""
    bundle = load_bundle(default_bundle_path())
    runtime, _ = open_runtime(bundle, "cpu")
    plate = BarePlate(0.002)
    return ShotPath(
        Pipeline(bundle, runtime), ShotJudge(plate), plate, spool, ledger, topics, frames=frames
    )
