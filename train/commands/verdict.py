"""``python -m train verdict``: teach a bundle what its own masks are worth.

The rig cuts labelled pictures out that training never saw, spoiled ones among them; what it says
of each mask is fitted to what the mask is worth, and the few numbers go into the bundle's
manifest. From then on a verdict is `ok` where the expected IoU is high, whatever the picture.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from train.atomic_file import settle, write_json
from train.commands.evaluate import load_datasets
from train.datasets.dataset import Dataset
from train.errors import UsageError
from train.evaluation.evaluate import evaluate, make_file_masker, report_passed_over
from train.evaluation.iou_fit import IouFit, Sample, fit_iou
from train.evaluation.picture_score import PictureScore
from train.evaluation.rig_verdicts import RigVerdict, read_verdicts
from train.evaluation.studio_figures import GOOD_IOU, Trust, measure_trust
from train.evaluation.subject import recognise
from train.json_file import read_json

FOUND_IOU = 0.5
"""Less is expected of what is no garment: the rig's default for `nothing-found`, repeated."""
_BARS = (0.90, 0.92, 0.94, 0.95, 0.96, 0.97)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train verdict", description=__doc__)
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="whose manifest gets them")
    parser.add_argument(
        *("--predictions",),
        type=Path,
        required=True,
        metavar="DIR",
        help="masks of that bundle, as device.cutout --alpha writes them",
    )
    parser.add_argument(
        *("--verdicts",),
        type=Path,
        required=True,
        metavar="FILE",
        help="the table that device.cutout --verdicts wrote beside them",
    )
    parser.add_argument("--data", action="append", required=True, type=Path, metavar="DIR")
    parser.add_argument("--split", default="val", help="train, val or all (default: val)")
    parser.add_argument("--dry-run", action="store_true", help="print the fit, change nothing")
    parser.add_argument(
        *("-o", "--output"),
        type=Path,
        metavar="OUT",
        help="leave BUNDLE as it is, and write one with them to this new folder",
    )
    return parser


def main(arguments: list[str]) -> int:
    """Fit, print, and write the manifest; return the exit code: 1 where masks could not be read."""
    options = _parser().parse_args(arguments)
    bundle = recognise(options.bundle)
    if bundle.bundle is None:
        raise UsageError(f"{options.bundle} is a run: convert it, and name the bundle")
    if options.output is not None and options.output.exists():
        raise UsageError(f"{options.output} exists already: name a new folder")
    verdicts = read_verdicts(options.verdicts)
    datasets = load_datasets(options.data, options.split)
    masker = make_file_masker(options.predictions)
    scores = evaluate(masker, datasets, split=options.split, show_progress=True)
    passed_over = report_passed_over(scores)
    pictures = [picture for score in scores.values() for picture in score.per_picture]
    samples = _pair(pictures, verdicts, _find_groups(datasets))
    garments = sum(picture.has_garment for picture in pictures)
    left_out = garments - sum(picture.has_garment for picture, _ in samples)
    if left_out:
        sys.stdout.write(
            f"{left_out} of {garments} pictures are left out: {options.verdicts} has no line"
            " for them, or nothing was found on them\n"
        )
    fit, expected = fit_iou([sample for _, sample in samples])
    sys.stdout.write(_format_fit(fit, [picture for picture, _ in samples], list(expected)))
    if not options.dry_run:
        names = [dataset.name for dataset in datasets]
        if options.output is None:
            _write(options.bundle, fit, names)
        else:
            _write_copy(options.bundle, options.output, fit, names)
    return 1 if passed_over else 0


def _find_groups(datasets: Sequence[Dataset]) -> dict[str, str]:
    return {
        entry.stem: f"{dataset.name}/{entry.group}" if entry.group else ""
        for dataset in datasets
        for entry in dataset.select("all")
    }


def _pair(
    pictures: Sequence[PictureScore],
    verdicts: Mapping[str, RigVerdict],
    groups: Mapping[str, str],
) -> list[tuple[PictureScore, Sample]]:
    """Put beside each mask what the rig said of it, where it said anything."""
    pairs = []
    for picture in pictures:
        verdict = verdicts.get(picture.stem)
        if verdict is not None and verdict.soft_iou is not None:
            group = groups.get(picture.stem, "")
            sample = Sample(
                soft_iou=verdict.soft_iou,
                agreement=verdict.agreement,
                iou=picture.garment_iou if picture.has_garment else 0.0,
                group=group,
                doubt_share=verdict.doubt_share,
            )
            pairs.append((picture, sample))
    return pairs


def _format_fit(fit: IouFit, pictures: Sequence[PictureScore], expected: Sequence[float]) -> str:
    empty = [
        each for picture, each in zip(pictures, expected, strict=True) if not picture.has_garment
    ]
    fitted = (
        f"fitted to {fit.pictures} pictures; expected and true IoU correlate by"
        f" {fit.correlation:.2f} on pictures left out of the fit"
    )
    if empty:
        refused = sum(each < FOUND_IOU for each in empty)
        fitted += (
            f"\n{len(empty)} of them show no garment, and something was found: expected below"
            f" {FOUND_IOU} on {refused}"
        )
    head = (
        f"{'ok from an expected IoU of':<28}{'called ok':>10}{f'below {GOOD_IOU}':>12}"
        f"{'below 0.90':>12}{'good ones called ok':>22}"
    )
    lines = [fitted, head]
    for bar in _BARS:
        states = {
            picture.stem: "ok" if each >= bar else "unsure"
            for picture, each in zip(pictures, expected, strict=True)
        }
        trust: Trust = measure_trust(pictures, states)
        good = f"{trust.good_ok} of {trust.good}"
        lines.append(
            f"{bar:<28}{trust.ok:>10}{trust.ok_below_good:>12}{trust.ok_below_poor:>12}{good:>22}"
        )
    return "\n".join(lines) + "\n"


def _write_copy(folder: Path, out: Path, fit: IouFit, datasets: list[str]) -> None:
    """Write a bundle like another beside it, whole or not at all."""
    aside = out.with_name(f".{out.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    # Without the signature, which covers the manifest as it was.
    shutil.copytree(folder, aside, ignore=shutil.ignore_patterns("manifest.sig"))
    _write(aside, fit, datasets)
    settle(aside)
    aside.replace(out)


def _write(folder: Path, fit: IouFit, datasets: list[str]) -> None:
    path = folder / "manifest.json"
    manifest: Mapping[str, Any] = read_json(path)
    write_json(path, {**manifest, "iou_model": {**fit.as_dict(), "data": datasets}})
    sys.stdout.write(f"{path}: iou_model written\n")
    if (folder / "manifest.sig").exists():
        sys.stdout.write(f"{folder} was signed: sign it again with `python -m convert sign`\n")
