"""``python -m convert measure``: a bundle's model on labelled photos, beside its figures."""

from __future__ import annotations

import argparse
from pathlib import Path

from convert.atomic_file import replace_folder
from convert.bundle.manifest import SIGNATURE_FILE
from convert.bundle.quality import find_deployed_name, find_recorded_scores, replace_figures
from convert.bundle.reader import ReadBundle, read_bundle
from convert.errors import UsageError, WorkError
from convert.inputs.passing_over import PassedOver
from convert.inputs.picture_folder import open_folder
from convert.parity.metrics import Scores
from convert.parity.parity import Parity, choose_labelled, measure


def _parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m convert measure",
        description="Measure a bundle's model on labelled photos, beside its manifest's figures.",
    )
    add = arguments.add_argument
    add("bundle", type=Path, metavar="BUNDLE")
    add(
        "--evaluate",
        type=Path,
        action="append",
        required=True,
        metavar="DATASET",
        help="labelled photos; may be given again",
    )
    add("--split", default="val", help="split to use, or all (default: %(default)s)")
    add(
        "--write",
        action="store_true",
        help="put the figures into the manifest and parity.json; a signature goes",
    )
    return arguments


def main(argv: list[str]) -> int:
    """Run the command line; return the exit code: 1 where pictures were passed over.

    Raises:
        UsageError: the bundle or a data set cannot be used.
        WorkError: the disk refused; the bundle is untouched.
    """
    options = _parser().parse_args(argv)
    bundle = read_bundle(options.bundle)
    split = None if options.split == "all" else options.split
    passed_over = PassedOver()
    chosen = []
    for path in options.evaluate:
        folder = open_folder(path)
        pictures = choose_labelled(folder, split, None)
        if not pictures:
            raise UsageError(f"{path} has no pictures with masks in split {options.split!r}")
        usable = passed_over.keep_usable(pictures, folder.name, masks=True)
        chosen.append((folder.name, usable))
    models = {find_deployed_name(bundle): bundle.load_model()}
    results = [measure(models, name, pictures, bundle.run) for name, pictures in chosen]
    print(format_table(bundle, results))
    if options.write:
        _write(bundle, results)
    if passed_over.paths:
        print(passed_over.summarise())
    return 1 if passed_over.paths else 0


def format_table(bundle: ReadBundle, results: list[Parity]) -> str:
    """Lay out what was measured, each above what the manifest says."""
    lines = [f"{'data set':<24}{'pictures':>9}  {'':<9}{'garment IoU':>12}{'boundary F':>12}"]
    for result in results:
        lines.append(
            _row(f"{result.dataset[:23]:<24}{result.pictures:>9}", "measured", result.deployed)
        )
        recorded = find_recorded_scores(bundle, result.dataset)
        if recorded is not None:
            lines.append(_row(f"{'':<24}{'':>9}", "manifest", recorded))
    return "\n".join(lines)


def _row(head: str, what: str, scores: Scores) -> str:
    return f"{head}  {what:<9}{scores.garment_iou:>12.6f}{scores.boundary_f:>12.6f}"


def _write(bundle: ReadBundle, results: list[Parity]) -> None:
    files = {path.name: path.read_bytes() for path in bundle.folder.iterdir() if path.is_file()}
    files |= replace_figures(bundle, results)
    signed = files.pop(SIGNATURE_FILE, None) is not None
    try:
        replace_folder(bundle.folder, files)
    except OSError as error:
        raise WorkError(f"{bundle.folder} could not be written: {error}") from error
    print(f"{bundle.folder} has the measured figures")
    if signed:
        print("its signature no longer holds and is gone: sign it again with `convert sign`")
