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

from benchmarks.datasets.pictures import Picture, read_pictures
from benchmarks.markdown.page import Page, format_command, format_table
from benchmarks.masks import mediapipe as mediapipe_peer
from benchmarks.masks import rembg as rembg_peer
from benchmarks.masks.comparison import compare_masks
from benchmarks.masks.own_and_pascal import open_pascal, open_selvedge
from benchmarks.masks.peer import AbsentError, Peer
from benchmarks.masks.score import COLUMNS, Score
from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.contract.text import format_count
from device.errors import UsageError
from device.imaging.library_switches import set_library_switches


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(argv)
    set_library_switches(photos=True)
    try:
        pictures = dict(_read_datasets(options))
        with ExitStack() as stack:
            peers = []
            for peer in _open_peers(options):
                stack.callback(peer.close)
                peers.append(peer)
            scores = {data: compare_masks(peers, each) for data, each in pictures.items()}
        bundles = [load_bundle(path) for path in options.model]
    except (UsageError, ImportError) as error:
        return report_error(error)
    counts = {data: len(each) for data, each in pictures.items()}
    table = _format_scores(peers, scores, counts)
    if options.markdown:
        command = format_command("benchmarks", sys.argv[1:] if argv is None else argv)
        print(Page("Masks beside peers", bundles, command, table, _CAVEATS).text())
    else:
        total = format_count(sum(counts.values()), "picture")
        print(f"{', '.join(counts)}, {total}, {os.cpu_count()} cores\n\n{table}")
    return 0


_CAVEATS = (
    (
        "DeepLab's class person and MediaPipe find people, rembg's general models what stands out."
        " Under `figure` the truth is garment, skin, hair and mannequin together, their own aim."
    ),
    (
        "Selvedge was trained on other pictures of the same data sets, the peers, as far as is"
        " known, on none. rembg's ISNet drew the flat-lays' masks, and agrees with itself there."
    ),
    "Times are medians with all passes, matting and edge colours, where a peer returns a mask.",
)


def _read_datasets(options: argparse.Namespace) -> Iterator[tuple[str, list[Picture]]]:
    for data in options.data:
        path, _, split = data.partition("@")
        folder = Path(path)
        pictures = list(read_pictures(folder, split or options.split, options.limit))
        yield folder.resolve().name, pictures


def _open_peers(options: argparse.Namespace) -> Iterator[Peer]:
    for bundle in options.model:
        yield open_selvedge(bundle, second_look=True)
        yield open_selvedge(bundle, second_look=False)
    if options.pascal is not None:
        yield open_pascal(options.pascal)
    else:
        _report_absent("PASCAL DeepLab", "give its .tflite with --pascal")
    others: list[tuple[str, Callable[[], Peer]]] = [("MediaPipe", mediapipe_peer.open_solution)]
    others += [
        (f"MediaPipe {file.name}", partial(mediapipe_peer.open_task, file))
        for file in options.mediapipe
    ]
    others += [(f"rembg {name}", partial(rembg_peer.open_rembg, name)) for name in options.rembg]
    for name, open_peer in others:
        peer = _open_or_report(name, open_peer)
        if peer is not None:
            yield peer


def _open_or_report(name: str, open_peer: Callable[[], Peer]) -> Peer | None:
    try:
        return open_peer()
    except AbsentError as error:
        _report_absent(name, str(error))
        return None


def _report_absent(name: str, why: str) -> None:
    print(f"selvedge: {name} is left out: {why}", file=sys.stderr)


def _format_scores(
    peers: Sequence[Peer], scores: dict[str, list[Score]], counts: dict[str, int]
) -> str:
    rows = [
        [f"{data} ({counts[data]})", peer.name, peer.made_for, *score.cells()]
        for data, of in scores.items()
        for peer, score in zip(peers, of, strict=True)
    ]
    return format_table(["data set (pictures)", "peer", "made for", *COLUMNS], rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Compare masks and speed with whatever peers are installed.",
    )
    models = default_bundle_path().parent
    shipped = sorted(path.parent for path in models.glob("*/manifest.json"))
    add = parser.add_argument
    add(
        *("--data",),
        required=True,
        nargs="+",
        metavar="DATASET[@SPLIT]",
        help="pictures with masks; train, val or all of them (default: --split)",
    )
    add("--split", default="val", help="train, val or all (default: val)")
    add("--limit", type=positive_int, metavar="N", help="only the first N pictures of each")
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
    add("--markdown", action="store_true", help="print a page of docs/measurements")
    return parser


if __name__ == "__main__":
    sys.exit(main())
