"""`python -m benchmarks.codes`: read codes off photographed labels with OpenCV and zxing-cpp."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.codes.detectors import OPENCV, ZXING_BOTH, open_scans
from benchmarks.codes.label import KINDS
from benchmarks.codes.memory import measure_memory_mb
from benchmarks.codes.photograph import CORRUPTIONS, SEVERITIES
from benchmarks.codes.recall import NONE, SIZES_PX, Reads, read_all, take_photographs
from benchmarks.markdown.page import Page, format_command, format_table
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.errors import UsageError, WorkError
from device.imaging.arrays import UInt8Array

_CAVEATS = (
    (
        "Labels are drawn and photographed by program, before pieces of `calibration_images`; no"
        " real label was photographed. Recall: OpenCV as the rig scanned before / zxing-cpp as it"
        " scans now, upright and turned in turn."
    ),
    (
        "Size: width of the thinnest bar and height of the row of bars, pixels of a 1080p frame;"
        " QR codes have 25 modules of that width a side. OpenCV does not know Code 128. A false"
        " read is a text that passes for a SKU and is not on the label."
    ),
    "Time is processor time of one thread for a 1080p frame; a Raspberry Pi takes 4 to 5 times.",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(argv)
    cv2.setNumThreads(1)  # as the rig does
    try:
        reads = measure(options)
        text = write_tables(reads, options.without)
    except (UsageError, WorkError, ImportError) as error:
        return report_error(error)
    if options.markdown:
        command = format_command("benchmarks.codes", sys.argv[1:] if argv is None else argv)
        print(Page("Codes on labels", (), command, text, _CAVEATS).text())
    else:
        print(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.codes", description=__doc__)
    parser.add_argument(
        "--backgrounds",
        type=Path,
        default=Path("calibration_images/images"),
        metavar="DIR",
        help="photos that labels are held before (default: %(default)s)",
    )
    parser.add_argument(
        "--repeats",
        type=positive_int,
        default=3,
        help="photographs of each kind, size, corruption and severity (default: %(default)s)",
    )
    parser.add_argument(
        "--without",
        type=positive_int,
        default=60,
        help="photographs without a label, for false reads (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--markdown", action="store_true", help="print a page of docs/measurements")
    return parser


def measure(options: argparse.Namespace) -> dict[str, Reads]:
    """Take the photographs and read them in every way.

    Raises:
        UsageError: there are no backgrounds.
        ImportError: zxing-cpp is not installed.
    """
    photographs = take_photographs(
        _read_backgrounds(options.backgrounds),
        repeats=options.repeats,
        without=options.without,
        seed=options.seed,
    )
    return read_all(photographs, open_scans())


def _read_backgrounds(folder: Path) -> list[UInt8Array]:
    pictures = [cv2.imread(str(path)) for path in sorted(folder.glob("*.*"))]
    found = [np.asarray(picture, np.uint8) for picture in pictures if picture is not None]
    if not found:
        raise UsageError(f"{folder} has no photos: name a folder with --backgrounds")
    return found


def write_tables(reads: Mapping[str, Reads], without: int) -> str:
    """Write recall by corruption and by size, and the cost, as Markdown."""
    shown = reads[OPENCV].shown.total()
    return "\n\n".join(
        (
            f"{shown} photographs with a code, {without} without.",
            _write_corruptions(reads),
            _write_sizes(reads),
            _write_costs(reads),
        )
    )


def _write_corruptions(reads: Mapping[str, Reads]) -> str:
    conditions = [(NONE, NONE), *((what, how) for what in CORRUPTIONS for how in SEVERITIES)]
    rows = [
        [
            corruption if severity in (NONE, SEVERITIES[0]) else "",
            "" if severity == NONE else severity,
            *(
                _compare(reads, kind=kind, corruption=corruption, severity=severity)
                for kind in KINDS
            ),
        ]
        for corruption, severity in conditions
    ]
    rows.append(["**all**", "", *(_compare(reads, kind=kind) for kind in KINDS)])
    return format_table(("corruption", "severity", *KINDS), rows)


def _write_sizes(reads: Mapping[str, Reads]) -> str:
    rows = [
        [
            f"{size_px[0]:g} px, bars {size_px[1]:g} px high",
            *(_compare(reads, kind=kind, size_px=size_px) for kind in KINDS),
        ]
        for size_px in SIZES_PX
    ]
    return format_table(("size", *KINDS), rows)


def _compare(reads: Mapping[str, Reads], **wanted: str | tuple[float, float]) -> str:
    recalls = [reads[name].recall(**wanted) for name in (OPENCV, ZXING_BOTH)]
    return " / ".join("–" if recall is None else f"{recall:.2f}" for recall in recalls)


def _write_costs(reads: Mapping[str, Reads]) -> str:
    rows = []
    for name, each in reads.items():
        recall = each.recall()
        memory_mb = "" if name == ZXING_BOTH else f"{measure_memory_mb(name):.1f}"
        rows.append(
            [
                name,
                "–" if recall is None else f"{recall:.3f}",
                f"{len(each.false_texts)}, {len(each.false_alarms)}",
                f"{np.median(each.times_ms):.1f} ({np.percentile(each.times_ms, 95):.1f})",
                memory_mb,
            ]
        )
    head = ("scan", "recall", "false reads: with a code, without", "ms, p50 (p95)", "memory, MB")
    return format_table(head, rows)


if __name__ == "__main__":
    sys.exit(main())
