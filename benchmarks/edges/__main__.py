"""`python -m benchmarks.edges`: what is done to a mask's edge, against exact alpha or masks."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped")

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.edges.alpha_error import COLUMNS, AlphaError
from benchmarks.edges.colour_error import BACKDROPS, edge_colour_error, nearest_pure
from benchmarks.edges.exact_alpha import Matted, read_matted
from device.bundle.bundle import Bundle, load_bundle
from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.contract.text import format_count
from device.encoding.rgba_rows import RgbaRows
from device.errors import UsageError
from device.imaging.frame import Frame, UInt8Array
from device.imaging.pyramid import ImagePyramid
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.segmentation.alpha_ramp import edge_logit, soft_alpha
from device.segmentation.decode import to_frame
from device.segmentation.region_logits import RegionLogits
from device.segmentation.segmenter import Segmenter
from device.segmentation.specks import drop_specks
from device.segmentation.tiled_segmenter import TiledSegmenter
from device.system.stage_clock import StageClock

LOOKS = ("one look", "two looks", "all looks")
METHODS = tuple(f"{looks}, {how}" for looks in LOOKS for how in ("bilinear", "edges"))
NAIVE, SHIPPED = METHODS[0], METHODS[-1]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(argv)
    try:
        report = compare(
            load_bundle(options.model), read_matted(options.data, options.split, options.limit)
        )
    except (UsageError, ImportError) as error:
        return report_error(error)
    print(json.dumps(report, indent=2) if options.json else _table(report))
    return 0


def compare(bundle: Bundle, pictures: Iterator[Matted]) -> dict[str, dict[str, float]]:
    """Measure each method on each picture.

    Returns:
        For each method the errors of its alpha, and for pictures with exact alpha those of its
        colours.
    """
    runtime = open_runtime(bundle)[0]
    looks = Segmenter(bundle, runtime)
    close_looks = TiledSegmenter(looks)
    cutters = {
        "one look, edges": Pipeline(bundle, runtime, second_look=False),
        "two looks, edges": Pipeline(bundle, runtime, parts=False),
        "all looks, edges": Pipeline(bundle, runtime),
    }
    errors = {method: AlphaError() for method in METHODS}
    colours: dict[str, list[float]] = {NAIVE: [], SHIPPED: []}
    for number, picture in enumerate(pictures, start=1):
        frame, halvings = picture.frame, ImagePyramid(picture.frame.pixels)
        answers = {
            "one look, bilinear": looks.once(frame, (), StageClock()),
            "two looks, bilinear": looks.both(frame, (), StageClock()),
            "all looks, bilinear": close_looks.look(frame, (), StageClock(), halvings).answer,
        }
        plain = {
            method: _bilinear(answer, frame, bundle.output.stride)
            for method, answer in answers.items()
        }
        cutouts = {method: cutter.cut(frame) for method, cutter in cutters.items()}
        alphas = plain | {method: cutout.mask.alpha for method, cutout in cutouts.items()}
        for method in METHODS:
            errors[method].add(alphas[method], picture.alpha)
        if picture.exact:
            true = nearest_pure(frame.pixels, picture.alpha)
            naive = alphas[NAIVE], frame.pixels
            ours = _straight(cutouts[SHIPPED])
            for method, (alpha, shown) in zip(colours, (naive, ours), strict=True):
                colours[method].append(
                    edge_colour_error(alpha, shown, picture.alpha, true, BACKDROPS)
                )
        print(format_count(number, "picture"), file=sys.stderr, flush=True)
    report = {method: error.means() for method, error in errors.items()}
    for method, values in colours.items():
        if values:
            report[method]["edge colour"] = round(float(np.mean(values)), 1)
    return report


def _bilinear(answer: RegionLogits, frame: Frame, stride: int) -> UInt8Array:
    cells = drop_specks(answer.cells)
    part = answer.region
    logits = to_frame(cells, answer.box, stride, (part.height_px, part.width_px))
    return part.spread_out(soft_alpha(logits, edge_logit(cells)), frame)


def _straight(cutout: Cutout) -> tuple[UInt8Array, UInt8Array]:
    picture = RgbaRows(cutout).whole()
    return cutout.mask.alpha, np.ascontiguousarray(picture[:, :, :3])


def _table(report: dict[str, dict[str, float]]) -> str:
    columns = [*COLUMNS, "edge colour"]
    lines = ["| method | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for method, values in report.items():
        cells = [f"{values[name]:g}" if name in values else "–" for name in columns]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.edges",
        description="Measure mask edges and edge colours against a dataset's exact alpha, where "
        "it has that (`python -m train studio` writes it), else against its masks.",
        epilog="The column `edge colour`, for exact alpha only: the squared error, of 255 levels,"
        " of the cutout laid on white, black and magenta, about its edge, against the true garment"
        " laid on them.",
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DATASET")
    parser.add_argument("--split", default="val", choices=("train", "val", "all"))
    parser.add_argument("--limit", type=positive_int, metavar="N", help="pictures at most")
    parser.add_argument("--model", type=Path, default=default_bundle_path(), metavar="BUNDLE")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    return parser


if __name__ == "__main__":
    sys.exit(main())
