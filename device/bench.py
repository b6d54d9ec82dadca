"""`python -m device.bench`: what the model costs alone, and what all the rest costs with it."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.interrupts import leave_at_once

    leave_at_once("selvedge: stopped, nothing to report")

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.bundle import default_bundle_path, load_bundle
from device.cutout import positive_int
from device.ending import told
from device.errors import UsageError
from device.interrupts import Tidied
from device.output_options import by_rule
from device.setting import threads
from device.stopwatch import Stopwatch, growth

if TYPE_CHECKING:
    from device.frame import Frame

WARM_UP_RUNS = 3
BURST = 100
"""So many inferences, and previews, are timed together: the last previews have none beside them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(argv)
    try:
        report = measure(
            options.model,
            image=options.image,
            width_px=options.width_px,
            height_px=options.height_px,
            frames=options.frames,
            num_threads=options.threads,
        )
    except (UsageError, ImportError) as error:
        return told(error)
    print(json.dumps(report, indent=2) if options.json else _table(report))
    return 0


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
    from device.bench_paths import BenchPaths  # noqa: PLC0415 - loads OpenCV.
    from device.cutout_image import encode_cutout  # noqa: PLC0415 - loads OpenCV.
    from device.pipeline import Pipeline  # noqa: PLC0415 - loads OpenCV.
    from device.preprocess import prepare  # noqa: PLC0415 - loads OpenCV.
    from device.runtimes.factory import can_share, open_half, open_runtime  # noqa: PLC0415 - loads the interpreter.

    bundle = load_bundle(bundle_path)
    frame = _frame(image, width_px, height_px)
    runtime, _ = open_runtime(bundle, num_threads=num_threads)
    tensor, _ = prepare(frame, bundle.input)
    watch = Stopwatch()

    def open_spare() -> Pipeline:
        return Pipeline(bundle, open_half(bundle, num_threads=num_threads))

    with Tidied(), tempfile.TemporaryDirectory(prefix="selvedge-bench-") as folder:
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

        grown = growth(both, frames)
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
        from device.photo import read_photo  # noqa: PLC0415 - loads Pillow.

        return read_photo(image)
    from device.staged_picture import staged_frame  # noqa: PLC0415 - loads OpenCV.

    return staged_frame(width_px, height_px)


def _table(report: dict[str, Any]) -> str:
    picture = report["picture"]
    title = (
        f"{report['bundle_id']} on {report['backend']}, {picture['width_px']}×"
        f"{picture['height_px']}, {report['frames']} runs, "
        f"{report['garment_share']:.0%} of the picture is garment"
    )
    lines = [title, f"{'stage':<20}{'p50 ms':>10}{'p95 ms':>10}{'CPU ms':>10}"]
    for name, spread in report["stages"].items():
        cpu_ms = report["cpu_ms"].get(name, "")
        lines.append(f"{name:<20}{spread['p50_ms']:>10.2f}{spread['p95_ms']:>10.2f}{cpu_ms:>10}")
    grown = report["memory_growth"]
    lines.append(
        f"memory: {grown['blocks_per_run']:+.1f} objects a run, {grown['resident_mb']:+.1f} MB "
        f"over all, {grown['peak_mb']:.0f} MB at most"
    )
    lines.append(
        f"{report['previews_per_s']:.0f} previews a second, every frame drawn, "
        f"{report['preview_ratio']:.0%} of what the model alone allows; a shot of a settled scene "
        f"takes {report['shot_ratio']:.2f} × the model and the encoder alone, a first picture "
        f"{report['shot_cold_ratio']:.2f} ×"
    )
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m device.bench",
        description="Time the model alone against the whole pipeline, stage by stage.",
        epilog="Stages stand in the order of the work, below the path that they belong to. `total`"
        " is that path from its first stage to its last, with what lies between them; a shot's has"
        " the waiting for the disk (`spool`) in it, which the line `shot` leaves out.",
    )
    parser.add_argument(
        "--model", type=Path, default=default_bundle_path(), metavar="BUNDLE", help="model bundle"
    )
    parser.add_argument("--image", type=Path, metavar="FILE", help="picture to cut")
    parser.add_argument("--width-px", type=positive_int, default=1920, metavar="N")
    parser.add_argument("--height-px", type=positive_int, default=1080, metavar="N")
    parser.add_argument("--frames", type=positive_int, default=30, metavar="N", help="runs to time")
    parser.add_argument("--threads", type=by_rule(threads(), int), metavar="N", help="CPU threads")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    return parser


if __name__ == "__main__":
    from device.interrupts import run

    run(main)
