"""`python -m benchmarks.edges`: alpha and edge colours against exact alpha or masks."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped")

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.edges.alpha_error import COLUMNS, AlphaError
from benchmarks.edges.colour_error import BACKDROPS, measure_colour_error, spread_pure_colours
from benchmarks.edges.exact_alpha import MattedPicture, read_matted
from benchmarks.markdown.page import Page, format_command, format_table
from device.bundle.bundle import Bundle, load_bundle
from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.contract.text import format_count
from device.encoding.rgba_rows import RgbaRows
from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.library_switches import set_library_switches
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.segmentation.alpha_ramp import measure_edge_logit, ramp_alpha
from device.segmentation.cell_grid import CellGrid
from device.segmentation.decode import to_frame
from device.segmentation.scene_logits import UNSEEN
from device.segmentation.segmenter import Segmenter
from device.system.stage_clock import StageClock

PASSES = ("full frame", "full frame and zoom", "all passes")
METHODS = tuple(f"{passes}, {how}" for passes in PASSES for how in ("bilinear", "matting"))
NAIVE, SHIPPED = METHODS[0], METHODS[-1]
EDGE_COLOUR, PICTURES = "edge colour", "pictures"

Report = dict[str, dict[str, float]]
"""For each method its figures, by column."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(argv)
    set_library_switches(photos=True)
    try:
        bundle = load_bundle(options.model)
        reports = {
            data: measure_methods(bundle, pictures) for data, pictures in _read_datasets(options)
        }
    except (UsageError, ImportError) as error:
        return report_error(error)
    if options.json:
        print(json.dumps(reports, indent=2))
    elif options.markdown:
        print(_make_page(bundle, reports, argv).text())
    else:
        print(_format_reports(reports))
    return 0


def _read_datasets(
    options: argparse.Namespace,
) -> Iterator[tuple[str, Iterator[MattedPicture]]]:
    for data in options.data:
        path, _, split = data.partition("@")
        pictures = read_matted(Path(path), split or options.split, options.limit)
        yield Path(path).resolve().name, pictures


def measure_methods(bundle: Bundle, pictures: Iterator[MattedPicture]) -> Report:
    """Measure each method on each picture.

    Returns:
        For each method the errors of its alpha, and for pictures with exact alpha those of its
        colours.
    """
    runtime = open_runtime(bundle)[0]
    segmenters = {
        "full frame, bilinear": Segmenter(bundle, runtime, zooms=False),
        "full frame and zoom, bilinear": Segmenter(bundle, runtime, tiles=False),
        "all passes, bilinear": Segmenter(bundle, runtime),
    }
    cutters = {
        "full frame, matting": Pipeline(bundle, runtime, zooms=False),
        "full frame and zoom, matting": Pipeline(bundle, runtime, tiles=False),
        "all passes, matting": Pipeline(bundle, runtime),
    }
    errors = {method: AlphaError() for method in METHODS}
    colours: dict[str, list[float]] = {NAIVE: [], SHIPPED: []}
    for number, picture in enumerate(pictures, start=1):
        frame = picture.frame
        plain = {
            method: _interpolate_alpha(segmenter.segment(frame, UNSEEN, StageClock()), frame)
            for method, segmenter in segmenters.items()
        }
        cutouts = {method: cutter.cut(frame) for method, cutter in cutters.items()}
        alphas = plain | {method: cutout.mask.alpha for method, cutout in cutouts.items()}
        for method in METHODS:
            errors[method].add(alphas[method], picture.alpha)
        if picture.exact:
            true = spread_pure_colours(frame.pixels, picture.alpha)
            naive = alphas[NAIVE], frame.pixels
            ours = _read_rgba(cutouts[SHIPPED])
            for method, (alpha, shown) in zip(colours, (naive, ours), strict=True):
                colours[method].append(
                    measure_colour_error(alpha, shown, picture.alpha, true, BACKDROPS)
                )
        print(format_count(number, "picture"), file=sys.stderr, flush=True)
    report = {method: error.means() for method, error in errors.items()}
    for method, values in colours.items():
        if values:
            report[method][EDGE_COLOUR] = round(float(np.mean(values)), 1)
    for figures in report.values():
        figures[PICTURES] = len(errors[NAIVE].by_picture)
    return report


def _interpolate_alpha(grid: CellGrid, frame: Frame) -> UInt8Array:
    clean, region = grid.drop_specks(), grid.region
    full = to_frame(clean.cells, clean.box, clean.stride, (region.height_px, region.width_px))
    return region.place_alpha(ramp_alpha(full, measure_edge_logit(clean.cells)), frame)


def _read_rgba(cutout: Cutout) -> tuple[UInt8Array, UInt8Array]:
    picture = RgbaRows(cutout).compute_all()
    return cutout.mask.alpha, np.ascontiguousarray(picture[:, :, :3])


def _make_page(bundle: Bundle, reports: Mapping[str, Report], argv: Sequence[str] | None) -> Page:
    return Page(
        "Edges",
        [bundle],
        format_command("benchmarks.edges", sys.argv[1:] if argv is None else argv),
        _format_reports(reports),
        (
            (
                "`all passes, matting` is what a shot has; `bilinear` stretches the logits without"
                " matting. Errors after Rhemann et al. (CVPR 2009), over whole pictures; boundary F"
                " within 0.75% of the diagonal, and within 2 px of a longer side of 1920."
            ),
            (
                "`edge colour` is known for exact alpha alone: the squared error, of 255 levels, of"
                " the edge composed on white, black and magenta, against the garment's own colours."
            ),
            "Where a set has masks instead of exact alpha, its own edges are rough.",
        ),
    )


def _format_reports(reports: Mapping[str, Report]) -> str:
    columns = [*COLUMNS, EDGE_COLOUR]
    rows = []
    for data, report in reports.items():
        for number, (method, values) in enumerate(report.items()):
            cells = [f"{values[name]:g}" if name in values else "–" for name in columns]
            name = "" if number else f"{data} ({values[PICTURES]:g})"
            rows.append([name, method, *cells])
    return format_table(["data set (pictures)", "method", *columns], rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.edges",
        description="Measure mask edges and edge colours against a data set's exact alpha, where "
        "it has that (`python -m train studio` writes it), else against its masks.",
        epilog="The column `edge colour`, for exact alpha only: the squared error, of 255 levels,"
        " of the cutout composed on white, black and magenta, about its edge, against the true"
        " garment composed on them.",
    )
    add = parser.add_argument
    add(
        *("--data",),
        required=True,
        nargs="+",
        metavar="DATASET[@SPLIT]",
        help="train, val or all of it (default: --split)",
    )
    add("--split", default="val", choices=("train", "val", "all"))
    add("--limit", type=positive_int, metavar="N", help="pictures of each at most")
    add("--model", type=Path, default=default_bundle_path(), metavar="BUNDLE")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object instead")
    form.add_argument("--markdown", action="store_true", help="print a page of docs/measurements")
    return parser


if __name__ == "__main__":
    sys.exit(main())
