"""`python -m benchmarks`: Selvedge beside whatever peers are installed, as a Markdown table."""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.peers import Segment, installed, mediapipe, pascal, rembg, selvedge
from benchmarks.score import Bools, Score
from device.bundle import default_bundle_path
from device.cutout import positive_int
from device.ending import told
from device.errors import UsageError
from device.frame import UInt8Array
from device.photo import read_photo


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(argv)
    try:
        pictures = list(read_pictures(options.data, options.split, options.limit))
        print(f"{options.data.name}, {len(pictures)} pictures\n")
        print("| | pictures | garment IoU | boundary F | ms a picture |\n|---|---|---|---|---|")
        for name, segment in _rivals(options):
            print(judged(segment, pictures).row(name), flush=True)
    except (UsageError, ImportError) as error:
        return told(error)
    return 0


def read_pictures(
    dataset: Path, split: str, limit: int | None
) -> Iterator[tuple[UInt8Array, Bools]]:
    """The pictures of a dataset in the project's form, with their masks.

    Raises:
        UsageError: it is none, or has no picture of that split.
    """
    index = dataset / "index.csv"
    if not index.is_file():
        raise UsageError(
            f"{dataset} has no index.csv: make a dataset with `python -m train import`"
        )
    with index.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if split in ("all", row["split"])][:limit]
    if not rows:
        raise UsageError(f"{dataset} has no pictures of the split {split!r}: give --split all")
    for row in rows:
        truth = cv2.imread(str(dataset / row["mask"]), cv2.IMREAD_GRAYSCALE)
        if truth is None:
            raise UsageError(f"{dataset / row['mask']} cannot be read: copy the dataset again")
        yield read_photo(dataset / row["image"]).pixels, np.asarray(truth >= 128)


def judged(segment: Segment, pictures: Sequence[tuple[UInt8Array, Bools]]) -> Score:
    """Run one of them over all pictures, one first to warm up."""
    score = Score()
    segment(pictures[0][0])
    for picture, truth in pictures:
        start_s = time.perf_counter()
        found = segment(picture)
        score.add(found, truth, (time.perf_counter() - start_s) * 1000)
    return score


def _rivals(options: argparse.Namespace) -> Iterator[tuple[str, Segment]]:
    yield "Selvedge", selvedge(options.model, mirror=True)
    yield "Selvedge, without the mirror image", selvedge(options.model, mirror=False)
    if options.pascal is None:
        _left_out("PASCAL DeepLab", "give its .tflite with --pascal")
    elif not options.pascal.is_file():
        raise UsageError(f"{options.pascal} is not a file: give the PASCAL DeepLab's .tflite")
    else:
        yield "PASCAL DeepLab, person", pascal(options.pascal)
    if installed("mediapipe"):
        yield "MediaPipe selfie segmentation", mediapipe()
    else:
        _left_out("MediaPipe", "pip install mediapipe")
    if not installed("rembg"):
        _left_out("rembg", "pip install 'rembg[cpu]'")
        return
    for name in options.rembg:
        yield f"rembg {name}", rembg(name)


def _left_out(name: str, mend: str) -> None:
    print(f"selvedge: {name} is left out ({mend})", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Compare masks and speed with whatever peers are installed.",
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DATASET", help="pictures with masks")
    add("--split", default="val", help="train, val or all (default: val)")
    add("--limit", type=positive_int, metavar="N", help="only the first N pictures")
    add("--model", type=Path, default=default_bundle_path(), metavar="BUNDLE")
    add("--pascal", type=Path, metavar="FILE", help="a PASCAL VOC DeepLab as .tflite")
    add("--rembg", nargs="*", default=["u2netp"], metavar="MODEL", help="rembg's models to run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
