"""`python -m device.bench`: what the model costs alone, and what all the rest costs with it."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.bundle import default_bundle_path, load_bundle
from device.cutout import positive_int
from device.ending import told
from device.errors import UsageError
from device.stopwatch import Stopwatch

if TYPE_CHECKING:
    from device.frame import Frame
    from device.pipeline import Pipeline

WARM_UP_RUNS = 3


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
    except KeyboardInterrupt:
        print("selvedge: stopped, nothing to report", file=sys.stderr)
        return 1
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

    Args:
        bundle_path: the model.
        image: picture to cut; None takes a drawn one of ``width_px`` × ``height_px``.
        width_px: width of the drawn picture.
        height_px: height of the drawn picture.
        frames: how many times each path is run.
        num_threads: CPU threads, None for all cores up to four.

    Returns:
        ``preview_ratio``: previews per second as a share of what the model alone could do;
        ``shot_ratio``: a shot's time over the model's and the encoder's alone; ``stages``: p50
        and p95 in milliseconds by name, where ``model`` and ``encoder`` are those alone and
        ``preview`` and ``shot`` are whole paths; ``cpu_ms``: CPU time of each; growth of memory
        over the runs; and what was measured.

    Raises:
        UsageError: a bad bundle or image.
    """
    from device.cutout_image import encode_cutout, encode_preview  # noqa: PLC0415 - loads OpenCV.
    from device.measurements import measure as measure_shot  # noqa: PLC0415 - loads OpenCV.
    from device.pipeline import Pipeline  # noqa: PLC0415 - loads OpenCV.
    from device.preprocess import prepare  # noqa: PLC0415 - loads OpenCV.
    from device.preview import PreviewSettings, shrink  # noqa: PLC0415 - loads OpenCV.
    from device.runtimes.factory import open_runtime  # noqa: PLC0415 - loads the interpreter.
    from device.verdict import judge  # noqa: PLC0415 - as above.

    bundle = load_bundle(bundle_path)
    frame = _frame(image, width_px, height_px)
    runtime, _ = open_runtime(bundle, num_threads=num_threads)
    pipeline = Pipeline(bundle, runtime)
    tensor, _ = prepare(frame, bundle.input)
    longest_px = PreviewSettings().longest_px
    cutout = pipeline.cut(frame)
    watch = Stopwatch()
    with ThreadPoolExecutor(1) as draughtsman:
        # As the rig does: while one preview is drawn, the next frame is looked at.
        drawing = draughtsman.submit(bytes)

        def preview() -> None:
            nonlocal drawing
            small = watch.run("preview shrink", lambda: shrink(frame, longest_px))
            seen = pipeline.sketch(small)
            watch.stages("preview", seen.stage_ms)
            watch.run("preview wait", drawing.result)
            drawing = draughtsman.submit(encode_preview, seen)

        def shot() -> None:
            taken = pipeline.cut(frame)
            watch.run("shot verdict", lambda: judge(measure_shot(taken)))
            watch.stages("shot", taken.stage_ms)
            watch.run("shot encode", lambda: encode_cutout(taken))

        for run in range(-WARM_UP_RUNS, frames):
            if run == 0:
                drawing.result()
                watch.begin()
            watch.run("model", lambda: runtime.invoke(tensor))
            watch.run("preview", preview)
            # What is still being drawn would slow the others down.
            watch.run("preview drawn", drawing.result)
            watch.run("encoder", lambda: encode_cutout(cutout))
            watch.run("shot", shot)
    p50 = {name: spread["p50_ms"] for name, spread in watch.spreads().items()}
    throughput = _previews_per_s(frame, longest_px, pipeline, frames)
    return {
        "preview_ratio": round(throughput * p50["model"] / 1000, 3),
        "shot_ratio": round(p50["shot"] / (p50["model"] + p50["encoder"]), 3),
        "stages": watch.spreads(),
        "cpu_ms": watch.cpu_ms(),
        "previews_per_s": round(throughput, 1),
        "memory_growth": watch.growth(),
        "frames": frames,
        "picture": {"width_px": frame.width_px, "height_px": frame.height_px},
        "garment_share": round(cutout.mask.garment_share, 4),
        "bundle_id": bundle.id,
        "backend": runtime.backend,
    }


def _previews_per_s(frame: Frame, longest_px: int, pipeline: Pipeline, frames: int) -> float:
    """Frames per second from memory to encoded preview, drawing and looking side by side."""
    from device.cutout_image import encode_preview  # noqa: PLC0415 - loads OpenCV.
    from device.preview import shrink  # noqa: PLC0415 - loads OpenCV.

    with ThreadPoolExecutor(1) as draughtsman:
        drawing = draughtsman.submit(bytes)
        start_s = time.perf_counter()
        for _ in range(frames):
            seen = pipeline.sketch(shrink(frame, longest_px))
            drawing.result()
            drawing = draughtsman.submit(encode_preview, seen)
        drawing.result()
        return frames / (time.perf_counter() - start_s)


def _frame(image: Path | None, width_px: int, height_px: int) -> Frame:
    if image is not None:
        from device.photo import read_photo  # noqa: PLC0415 - loads Pillow.

        return read_photo(image)
    from device.drawn_picture import drawn_frame  # noqa: PLC0415 - loads OpenCV.

    return drawn_frame(width_px, height_px)


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
    growth = report["memory_growth"]
    lines.append(
        f"memory: {growth['blocks_per_run']:+.1f} objects a run, {growth['resident_mb']:+.1f} MB"
    )
    lines.append(
        f"{report['previews_per_s']:.0f} previews a second, {report['preview_ratio']:.0%} of what "
        f"the model alone allows; a shot takes {report['shot_ratio']:.2f} × the model and the "
        "encoder alone"
    )
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m device.bench",
        description="Time the model alone against the whole pipeline, stage by stage.",
    )
    parser.add_argument(
        "--model", type=Path, default=default_bundle_path(), metavar="BUNDLE", help="model bundle"
    )
    parser.add_argument("--image", type=Path, metavar="FILE", help="picture to cut")
    parser.add_argument("--width-px", type=positive_int, default=1920, metavar="N")
    parser.add_argument("--height-px", type=positive_int, default=1080, metavar="N")
    parser.add_argument("--frames", type=positive_int, default=30, metavar="N", help="runs to time")
    parser.add_argument("--threads", type=positive_int, metavar="N", help="CPU threads")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    return parser


if __name__ == "__main__":
    sys.exit(main())
