"""`python -m benchmarks.correction`: leaks that two strokes take out of masks, and the time."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped")

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import cv2
import numpy as np

from benchmarks.correction.leaks import Leak, draw_stroke, find_leak
from benchmarks.datasets.labelled import LabelledPicture, read_labelled
from benchmarks.markdown.page import Page, format_command, format_table
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.correction.corrector import Corrector
from device.correction.stroke import Stroke
from device.errors import UsageError, WorkError
from device.imaging.frame import Frame
from device.imaging.library_switches import set_library_switches
from train.evaluation.boundary import boundary_f, relative_tolerance_px

_STROKES = 2
_MEGAPIXELS = 12e6
_CAVEATS = (
    (
        "Leak: a labelled part of the body of 1.5 to 8% of the mask that touches the garment, added"
        " to the labelled mask. Strokes: drawn by the computer along the middle of what is left of"
        " the leak, with a brush of 0.6 of half its width."
    ),
    (
        "Left: share of the leak that is still in the mask. Lost: share of the garment that went"
        " with it. Seconds: of each stroke on the same pictures enlarged to 12 megapixels."
    ),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What strokes did to one mask; shares are 0 to 1."""

    leak_share: float
    left: tuple[float, ...]
    lost: float
    iou: tuple[float, float]
    boundary_f: tuple[float, float]
    seconds: tuple[float, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(argv)
    set_library_switches(photos=True)
    try:
        rows = [_measure_set(path, options.split, options.limit) for path in options.data]
    except (UsageError, WorkError) as error:
        return report_error(error)
    table = format_table(
        (
            *("data", "pictures", "leak", "left after 1 stroke", "after 2", "garment lost"),
            *("IoU before", "after", "boundary F before", "after", "s (median)", "s (largest)"),
        ),
        rows,
    )
    if options.markdown:
        command = format_command("benchmarks.correction", sys.argv[1:] if argv is None else argv)
        print(Page("Correction", [], command, table, _CAVEATS).text())
    else:
        print(table)
    return 0


def _measure_set(path: Path, split: str, limit: int | None) -> list[str]:
    outcomes = []
    for picture in read_labelled(path, split, None):
        leak = find_leak(picture)
        if leak is not None:
            outcomes.append(measure_strokes(picture, leak))
        if limit is not None and len(outcomes) == limit:
            break
    if not outcomes:
        raise UsageError(f"{path} has no picture with a part of the body of the right size")

    def mean(values: list[float]) -> str:
        return f"{float(np.mean(values)):.4f}"

    seconds = [each for outcome in outcomes for each in outcome.seconds]
    return [
        path.resolve().name,
        str(len(outcomes)),
        mean([each.leak_share for each in outcomes]),
        *(mean([each.left[at] for each in outcomes]) for at in range(_STROKES)),
        mean([each.lost for each in outcomes]),
        *(mean([each.iou[at] for each in outcomes]) for at in range(2)),
        *(mean([each.boundary_f[at] for each in outcomes]) for at in range(2)),
        f"{float(np.median(seconds)):.2f}",
        f"{max(seconds):.2f}",
    ]


def measure_strokes(picture: LabelledPicture, leak: Leak) -> Outcome:
    """Draw two strokes on a mask with a leak, and measure what they did."""
    corrector = Corrector(_make_frame(picture.pixels), leak.alpha)
    left, strokes = [], []
    for _ in range(_STROKES):
        still = leak.leak & (corrector.alpha >= 128)
        if np.count_nonzero(still) > 0.01 * np.count_nonzero(leak.leak):
            strokes.append(draw_stroke(still))
            corrector.apply(strokes[-1])
        still = leak.leak & (corrector.alpha >= 128)
        left.append(np.count_nonzero(still) / np.count_nonzero(leak.leak))
    truth, before, after = (each >= 128 for each in (leak.truth, leak.alpha, corrector.alpha))
    tolerance_px = relative_tolerance_px((truth.shape[0], truth.shape[1]))
    return Outcome(
        float(np.count_nonzero(leak.leak) / np.count_nonzero(before)),
        tuple(left),
        float(np.count_nonzero(truth & ~after) / np.count_nonzero(truth)),
        tuple(
            np.count_nonzero(truth & each) / np.count_nonzero(truth | each)  # type: ignore[arg-type]
            for each in (before, after)
        ),
        tuple(
            boundary_f(each, truth, tolerance_px=tolerance_px)  # type: ignore[arg-type]
            for each in (before, after)
        ),
        _time_strokes(picture, leak, strokes),
    )


def _time_strokes(
    picture: LabelledPicture, leak: Leak, strokes: Sequence[Stroke]
) -> tuple[float, ...]:
    """Return the seconds of each stroke at 12 megapixels."""
    height, width = leak.alpha.shape
    scale = (_MEGAPIXELS / (height * width)) ** 0.5
    size = round(width * scale), round(height * scale)
    pixels = np.asarray(cv2.resize(picture.pixels, size), dtype=np.uint8)
    corrector = Corrector(
        _make_frame(pixels), np.asarray(cv2.resize(leak.alpha, size), dtype=np.uint8)
    )
    seconds = []
    for stroke in strokes:
        points = tuple((x * scale, y * scale) for x, y in stroke.points)
        begun_s = time.perf_counter()
        corrector.apply(Stroke(stroke.mode, stroke.radius_px * scale, points))
        seconds.append(time.perf_counter() - begun_s)
    return tuple(seconds)


def _make_frame(pixels: np.typing.NDArray[np.uint8]) -> Frame:
    return Frame(pixels, "RGB", datetime.now(timezone.utc), 0.0, 0, "a labelled picture")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.correction", description=__doc__)
    parser.add_argument("data", nargs="*", type=Path, default=[Path("data/street")])
    parser.add_argument("--split", default="val", help="of each data set (default: val)")
    parser.add_argument("--limit", type=positive_int, metavar="N", help="N pictures of each set")
    parser.add_argument("--markdown", action="store_true", help="print a whole page")
    return parser


if __name__ == "__main__":
    from device.cli.interrupts import run

    run(main)
