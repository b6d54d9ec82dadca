"""Times the model alone, and the daemon's two paths in turn with it."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.bundle.bundle import load_bundle
from device.cli.interrupts import InterruptibleScope
from device.system.parallel import own_workers
from device.timing.memory_growth import measure_growth
from device.timing.stopwatch import Stopwatch

if TYPE_CHECKING:
    from device.imaging.arrays import Float32Array, UInt8Array
    from device.imaging.frame import Frame
    from device.pipeline.cutout import Cutout
    from device.runtimes.runtime import Runtime
    from device.timing.rig_paths import RigPaths

_MOST_ROUNDS = 30
"""Enough for a 95th percentile; a fast machine need not use up its seconds."""
_BURST = 10
"""So many inferences, and previews, are timed together: two previews are made side by side."""
_PRIMING = 4
"""So many previews before, that both are under way, as they are in the midst of a stream."""
_SHOTS = 3
"""In each round; a shot of a settled scene takes less than an inference."""
_GROWTH_RUNS = 10
_WATCHED_SHOTS = 10
_LEAST_SHARE = 0.02
"""Of a shot, for an OpenCV function to be named."""


def measure(
    bundle_path: Path,
    *,
    image: Path | None,
    width_px: int,
    height_px: int,
    seconds: float,
    rounds: int | None = None,
    num_threads: int | None = None,
) -> dict[str, Any]:
    """Time the model alone, and frames in memory to encoded messages, in turn.

    Every frame is drawn, as if no rate were set for previews.

    Args:
        bundle_path: the model.
        image: picture to cut; None takes a staged one of ``width_px`` × ``height_px``.
        width_px: width of the staged picture.
        height_px: height of the staged picture.
        seconds: how long the rounds may take; each path has some of every round.
        rounds: how many there are instead, whatever time they take.
        num_threads: CPU threads, None for all cores up to four.

    Returns:
        ``preview_ratio``: previews per second as a share of what the model alone could do;
        ``shot_ratio``: a shot's time over the model's and the encoder's alone, of a scene that
        came to rest, and ``shot_cold_ratio`` of a first picture; ``stages``: p50 and p95 in
        milliseconds by name, where ``model`` and ``encoder`` are those alone, and ``preview``,
        ``shot`` and ``shot cold`` whole paths, shots without their waiting for the disk;
        ``cpu_ms``: CPU time of each; ``opencv_calls``: the functions of OpenCV that take the most
        of a shot; growth of memory over the runs; and what was measured.

    Raises:
        UsageError: a bad bundle or image.
    """
    from device.imaging.library_switches import set_library_switches  # noqa: PLC0415 - loads OpenCV.
    from device.pipeline.pipeline import Pipeline  # noqa: PLC0415 - loads OpenCV.
    from device.runtimes.factory import can_share, open_half, open_runtime  # noqa: PLC0415 - loads the interpreter.
    from device.segmentation.preprocess import prepare  # noqa: PLC0415 - loads OpenCV.
    from device.timing.rig_paths import RigPaths  # noqa: PLC0415 - loads OpenCV.
    from device.timing.versions import read_versions  # noqa: PLC0415 - loads OpenCV.

    set_library_switches(photos=image is not None)
    bundle = load_bundle(bundle_path)
    frame = _load_frame(image, width_px, height_px)
    runtime, _ = open_runtime(bundle, num_threads=num_threads)
    tensor, _ = prepare(frame, bundle.input)

    def open_spare() -> Pipeline:
        return Pipeline(bundle, open_half(bundle, num_threads=num_threads))

    with (
        own_workers(),
        InterruptibleScope(),
        tempfile.TemporaryDirectory(prefix="selvedge-bench-") as folder,
    ):
        spare = open_spare if can_share(runtime, num_threads=num_threads) else None
        pipeline = Pipeline(bundle, runtime)
        with closing(RigPaths(pipeline, frame, Path(folder), spare)) as paths:
            cutout = paths.shoot(settled=False)[0].cutout
            paths.undress(cutout)
            turns = _Turns(runtime, tensor, paths, cutout)
            done = turns.run(seconds, rounds)
            grown = measure_growth(paths.run_both, rounds or _GROWTH_RUNS)
            calls = _watch_opencv(paths)
    return {
        **_compare(turns.watch),
        "stages": turns.watch.spreads(),
        "cpu_ms": turns.watch.cpu_ms(),
        "opencv_calls": calls,
        "memory_growth": grown,
        "frames": done,
        "picture": {"width_px": frame.width_px, "height_px": frame.height_px},
        "garment_share": round(cutout.mask.garment_share, 4),
        "bundle_id": bundle.id,
        "bundle_version": bundle.version,
        "backend": runtime.backend,
        "versions": read_versions(),
    }


class _Turns:
    """Everything that is compared, in turn, so that the machine's moods hit all alike."""

    def __init__(
        self,
        runtime: Runtime,
        tensor: UInt8Array | Float32Array,
        paths: RigPaths,
        cutout: Cutout,
    ) -> None:
        self.watch = Stopwatch()
        self._runtime = runtime
        self._tensor = tensor
        self._paths = paths
        self._cutout = cutout

    def run(self, seconds: float, rounds: int | None) -> int:
        """Warm up, then run so many rounds, or what fits into the time; returns how many."""
        self._paths.settle()
        self._run_round()
        self.watch.reset()
        end_s, done = time.monotonic() + seconds, 0
        while done < (rounds or _MOST_ROUNDS):
            self._run_round()
            done += 1
            if rounds is None and time.monotonic() >= end_s:
                break
        return done

    def _run_round(self) -> None:
        from device.encoding.cutout_file import encode_cutout  # noqa: PLC0415 - loads OpenCV.

        with self.watch.time("model", _BURST):
            for _ in range(_BURST):
                self._runtime.invoke(self._tensor)
        self._time_previews()
        for _ in range(_SHOTS):
            with self.watch.time("encoder"):
                encode_cutout(self._cutout)
            self._time_shot("shot", settled=True)
        self._time_shot("shot cold", settled=False)

    def _time_previews(self) -> None:
        for _ in range(_PRIMING):
            self._paths.preview()
        with self.watch.time("preview", _BURST):
            masks = [mask for _ in range(_BURST) for mask in self._paths.preview()]
        self._paths.finish_previews()
        for mask in masks:
            self.watch.add_stages("preview", mask.stage_ms)

    def _time_shot(self, path: str, *, settled: bool) -> None:
        with self.watch.time(path):
            _, stage_ms = self._paths.shoot(settled=settled)
        self.watch.add_stages(path, stage_ms)
        # The disk is not what is compared.
        self.watch.correct(path, stage_ms["total"] - stage_ms["spool"])


def _compare(watch: Stopwatch) -> dict[str, float]:
    p50 = {name: spread["p50_ms"] for name, spread in watch.spreads().items()}
    alone_ms = p50["model"] + p50["encoder"]
    return {
        "preview_ratio": round(p50["model"] / p50["preview"], 3),
        "shot_ratio": round(p50["shot"] / alone_ms, 3),
        "shot_cold_ratio": round(p50["shot cold"] / alone_ms, 3),
        "previews_per_s": round(1000 / p50["preview"], 1),
    }


def _watch_opencv(paths: RigPaths) -> list[dict[str, Any]]:
    """Take some more shots with OpenCV watched, after everything else has been timed."""
    from device.timing.opencv_calls import watch_opencv  # noqa: PLC0415 - loads OpenCV.

    total_ms = 0.0
    with watch_opencv() as times:
        for _ in range(_WATCHED_SHOTS):
            _, stage_ms = paths.shoot()
            total_ms += stage_ms["total"] - stage_ms["spool"]
    return [asdict(call) for call in times.find_slow(_WATCHED_SHOTS, total_ms, _LEAST_SHARE)]


def _load_frame(image: Path | None, width_px: int, height_px: int) -> Frame:
    if image is not None:
        from device.imaging.photo import read_photo  # noqa: PLC0415 - loads Pillow.

        return read_photo(image)
    from device.timing.staged_frame import stage_frame  # noqa: PLC0415 - loads OpenCV.

    return stage_frame(width_px, height_px)
