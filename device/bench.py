"""`python -m device.bench`: what the model costs alone, and what all the rest costs with it."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from device.bundle import default_bundle_path, load_bundle
from device.cutout import positive_int
from device.ending import told
from device.errors import UsageError

if TYPE_CHECKING:
    from device.frame import Cutout, Frame
    from device.pipeline import Pipeline

WARM_UP_RUNS = 3

Stages = dict[str, list[float]]
Result = TypeVar("Result")


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
    """Time the model alone, and frames in memory to encoded messages.

    Args:
        bundle_path: the model.
        image: picture to cut; None takes a drawn one of ``width_px`` × ``height_px``.
        width_px: width of the drawn picture.
        height_px: height of the drawn picture.
        frames: how many times each path is run.
        num_threads: CPU threads, None for all cores up to four.

    Returns:
        ``preview_ratio`` and ``shot_ratio``: median time of the whole path over the model's
        alone; ``stages``: p50 and p95 in milliseconds by name, where ``model`` is the model
        alone and ``preview`` and ``shot`` are whole paths; and what was measured.

    Raises:
        UsageError: a bad bundle or image.
    """
    from device.cutout_image import encode_cutout, encode_preview  # noqa: PLC0415 - loads OpenCV.
    from device.pipeline import Pipeline  # noqa: PLC0415 - loads OpenCV.
    from device.preprocess import prepare  # noqa: PLC0415 - loads OpenCV.
    from device.preview import PreviewSettings, shrink  # noqa: PLC0415 - loads OpenCV.
    from device.runtimes.factory import open_runtime  # noqa: PLC0415 - loads the interpreter.

    bundle = load_bundle(bundle_path)
    frame = _frame(image, width_px, height_px)
    runtime, _ = open_runtime(bundle, num_threads=num_threads)
    pipeline = Pipeline(bundle, runtime)
    tensor, _ = prepare(frame, bundle.input)
    longest_px = PreviewSettings().longest_px
    stages: Stages = {}
    for run in range(-WARM_UP_RUNS, frames):
        into = stages if run >= 0 else {}
        _timed(into, "model", lambda: runtime.invoke(tensor))
        _time_path(into, "preview", pipeline, lambda: shrink(frame, longest_px), encode_preview)
        _time_path(into, "shot", pipeline, lambda: frame, encode_cutout)
    spread = {name: _spread(times) for name, times in stages.items()}
    alone_ms = spread["model"]["p50_ms"]
    return {
        "preview_ratio": round(spread["preview"]["p50_ms"] / alone_ms, 3),
        "shot_ratio": round(spread["shot"]["p50_ms"] / alone_ms, 3),
        "stages": spread,
        "frames": frames,
        "picture": {"width_px": frame.width_px, "height_px": frame.height_px},
        "garment_share": round(pipeline.cut(frame).mask.garment_share, 4),
        "bundle_id": bundle.id,
        "backend": runtime.backend,
    }


def _time_path(
    stages: Stages,
    path: str,
    pipeline: Pipeline,
    take: Callable[[], Frame],
    encode: Callable[[Cutout], bytes],
) -> None:
    start_s = time.perf_counter()
    frame = _timed(stages, f"{path} shrink", take)
    cutout = pipeline.cut(frame)
    for name, stage_ms in cutout.stage_ms.items():
        stages.setdefault(f"{path} {name}", []).append(stage_ms)
    _timed(stages, f"{path} encode", lambda: encode(cutout))
    stages.setdefault(path, []).append((time.perf_counter() - start_s) * 1000)


def _timed(stages: Stages, name: str, work: Callable[[], Result]) -> Result:
    start_s = time.perf_counter()
    result = work()
    stages.setdefault(name, []).append((time.perf_counter() - start_s) * 1000)
    return result


def _spread(times_ms: list[float]) -> dict[str, float]:
    import numpy as np  # noqa: PLC0415 - keeps --help fast.

    p50, p95 = np.percentile(times_ms, (50, 95))
    return {"p50_ms": round(float(p50), 3), "p95_ms": round(float(p95), 3)}


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
    lines = [title, f"{'stage':<16}{'p50 ms':>10}{'p95 ms':>10}"]
    lines += [
        f"{name:<16}{spread['p50_ms']:>10.2f}{spread['p95_ms']:>10.2f}"
        for name, spread in report["stages"].items()
    ]
    lines.append(
        f"the whole preview takes {report['preview_ratio']:.2f} × the model alone, "
        f"a shot {report['shot_ratio']:.2f} ×"
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
