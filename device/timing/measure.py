"""Times the stages of a frame."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.bundle.bundle import load_bundle
from device.cli.interrupts import InterruptibleScope
from device.timing.stopwatch import Stopwatch, measure_growth

if TYPE_CHECKING:
    from device.imaging.frame import Frame


WARM_UP_RUNS = 3


BURST = 100
"""So many inferences, and previews, are timed together: the last previews have none beside them."""


def measure(
    bundle_path: Path,
    *,
    image: Path | None,
    width_px: int,
    height_px: int,
    frames: int,
    num_threads: int | None = None,
) -> dict[str, Any]:
    """Time the model alone, and frames in memory to encoded messages, in turn.

    Every frame is drawn, as if no rate were set for previews.

    Args:
        bundle_path: the model.
        image: picture to cut; None takes a staged one of ``width_px`` × ``height_px``.
        width_px: width of the staged picture.
        height_px: height of the staged picture.
        frames: how many times each path is run.
        num_threads: CPU threads, None for all cores up to four.

    Returns:
        ``preview_ratio``: previews per second as a share of what the model alone could do;
        ``shot_ratio``: a shot's time over the model's and the encoder's alone, of a scene that
        came to rest, and ``shot_cold_ratio`` of a first picture; ``stages``: p50 and p95 in
        milliseconds by name, where ``model`` and ``encoder`` are those alone, and ``preview``,
        ``shot`` and ``shot cold`` whole paths, shots without their waiting for the disk;
        ``cpu_ms``: CPU time of each; growth of memory over the runs; and what was measured.

    Raises:
        UsageError: a bad bundle or image.
    """
    from device.encoding.cutout_file import encode_cutout  # noqa: PLC0415 - loads OpenCV.
    from device.imaging.library_switches import set_library_switches  # noqa: PLC0415 - loads OpenCV.
    from device.pipeline.pipeline import Pipeline  # noqa: PLC0415 - loads OpenCV.
    from device.runtimes.factory import can_share, open_half, open_runtime  # noqa: PLC0415 - loads the interpreter.
    from device.segmentation.preprocess import prepare  # noqa: PLC0415 - loads OpenCV.
    from device.timing.rig_paths import BenchPaths  # noqa: PLC0415 - loads OpenCV.

    set_library_switches(photos=image is not None)
    bundle = load_bundle(bundle_path)
    frame = _frame(image, width_px, height_px)
    runtime, _ = open_runtime(bundle, num_threads=num_threads)
    tensor, _ = prepare(frame, bundle.input)
    watch = Stopwatch()

    def open_spare() -> Pipeline:
        return Pipeline(bundle, open_half(bundle, num_threads=num_threads))

    with InterruptibleScope(), tempfile.TemporaryDirectory(prefix="selvedge-bench-") as folder:
        spare = open_spare if can_share(runtime, num_threads=num_threads) else None
        paths = BenchPaths(bundle, runtime, frame, Path(folder), spare)
        cutout = paths.shot()[0].cutout
        paths.undress(cutout)

        def models() -> None:
            for _ in range(BURST):
                runtime.invoke(tensor)

        def previews() -> None:
            seen = [stage_ms for _ in range(BURST) for stage_ms in paths.preview()]
            for stage_ms in seen + paths.drawn():
                watch.stages("preview", stage_ms)

        def shot(name: str, *, settled: bool) -> None:
            _, stage_ms = watch.run(name, lambda: paths.shot(settled=settled))
            watch.stages(name, stage_ms)
            watch.keep(name, stage_ms["total"] - stage_ms["spool"])

        for run in range(-WARM_UP_RUNS, frames):
            if run == 0:
                watch.begin()
            watch.run("model", models, BURST)
            watch.run("preview", previews, BURST)
            watch.run("encoder", lambda: encode_cutout(cutout))
            shot("shot", settled=True)
            shot("shot cold", settled=False)

        def both() -> None:
            paths.preview()
            paths.shot()

        grown = measure_growth(both, frames)
    p50 = {name: spread["p50_ms"] for name, spread in watch.spreads().items()}
    alone_ms = p50["model"] + p50["encoder"]
    return {
        "preview_ratio": round(p50["model"] / p50["preview"], 3),
        "shot_ratio": round(p50["shot"] / alone_ms, 3),
        "shot_cold_ratio": round(p50["shot cold"] / alone_ms, 3),
        "previews_per_s": round(1000 / p50["preview"], 1),
        "stages": watch.spreads(),
        "cpu_ms": watch.cpu_ms(),
        "memory_growth": grown,
        "frames": frames,
        "picture": {"width_px": frame.width_px, "height_px": frame.height_px},
        "garment_share": round(cutout.mask.garment_share, 4),
        "bundle_id": bundle.id,
        "backend": runtime.backend,
    }


def _frame(image: Path | None, width_px: int, height_px: int) -> Frame:
    if image is not None:
        from device.imaging.photo import read_photo  # noqa: PLC0415 - loads Pillow.

        return read_photo(image)
    from device.timing.staged_frame import stage_frame  # noqa: PLC0415 - loads OpenCV.

    return stage_frame(width_px, height_px)
