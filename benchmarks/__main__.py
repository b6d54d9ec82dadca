"""`python -m benchmarks`: Selvedge beside whatever peers are installed, as a Markdown table."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped")

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.datasets.pictures import read_pictures
from benchmarks.masks import mediapipe as mediapipe_peer
from benchmarks.masks import rembg as rembg_peer
from benchmarks.masks.comparison import compare_masks
from benchmarks.masks.own_and_pascal import pascal, selvedge
from benchmarks.masks.peer import AbsentError, Peer
from benchmarks.masks.score import COLUMNS
from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.contract.text import format_count
from device.errors import UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(argv)
    try:
        pictures = list(read_pictures(options.data, options.split, options.limit))
        with ExitStack() as opened:
            rivals = []
            for rival in _rivals(options):
                opened.callback(rival.close)
                rivals.append(rival)
            scores = compare_masks(rivals, pictures)
    except (UsageError, ImportError) as error:
        return report_error(error)
    print(
        f"{options.data.name}, {format_count(len(pictures), 'picture')}, {os.cpu_count()} cores\n"
    )
    _row("", "made for", *COLUMNS)
    _row(*["---"] * (2 + len(COLUMNS)))
    for rival, score in zip(rivals, scores, strict=True):
        _row(rival.name, rival.made_for, *score.cells())
    return 0


def _rivals(options: argparse.Namespace) -> Iterator[Peer]:
    for bundle in options.model:
        yield selvedge(bundle, second_look=True)
        yield selvedge(bundle, second_look=False)
    if options.pascal is not None:
        yield pascal(options.pascal)
    else:
        _left_out("PASCAL DeepLab", "give its .tflite with --pascal")
    peers: list[tuple[str, Callable[[], Peer]]] = [("MediaPipe", mediapipe_peer.solution)]
    peers += [
        (f"MediaPipe {file.name}", partial(mediapipe_peer.task, file)) for file in options.mediapipe
    ]
    peers += [(f"rembg {name}", partial(rembg_peer.rembg, name)) for name in options.rembg]
    for name, opened in peers:
        rival = _opened(name, opened)
        if rival is not None:
            yield rival


def _opened(name: str, opened: Callable[[], Peer]) -> Peer | None:
    try:
        return opened()
    except AbsentError as error:
        _left_out(name, str(error))
        return None


def _left_out(name: str, why: str) -> None:
    print(f"selvedge: {name} is left out: {why}", file=sys.stderr)


def _row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Compare masks and speed with whatever peers are installed.",
    )
    models = default_bundle_path().parent
    shipped = sorted(path.parent for path in models.glob("*/manifest.json"))
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DATASET", help="pictures with masks")
    add("--split", default="val", help="train, val or all (default: val)")
    add("--limit", type=positive_int, metavar="N", help="only the first N pictures")
    add(
        *("--model",),
        type=Path,
        nargs="+",
        default=shipped,
        metavar="BUNDLE",
        help="bundles of this project (default: all that ship with it)",
    )
    add("--pascal", type=Path, metavar="FILE", help="a PASCAL VOC DeepLab as .tflite")
    add(
        *("--mediapipe",),
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="models for MediaPipe's ImageSegmenter; its own old one runs without",
    )
    add(
        *("--rembg",),
        nargs="*",
        default=["u2netp"],
        metavar="MODEL",
        help="rembg's models by name, or dis_custom=FILE, u2net_custom=FILE (default: u2netp)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
