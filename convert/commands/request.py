"""What was asked for, checked and opened before anything slow begins."""

from __future__ import annotations

import argparse
from pathlib import Path

from convert.bundle.writer import list_bundle_files
from convert.errors import UsageError
from convert.inputs.passing_over import PassedOver
from convert.inputs.picture_folder import Picture, PictureFolder, open_folder
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import Run
from convert.parity.parity import choose_labelled
from convert.progress import say
from convert.quantisation.fine_tuning import FineTuning
from convert.quantisation.recipe import Recipe

FINE_TUNED = "int8-qat"


def refuse_target(target: Path) -> None:
    """Refuse to replace anything that is not a bundle or an empty folder.

    Raises:
        UsageError: the target is a file or holds something else.
    """
    if target.is_file():
        raise UsageError(f"{target} is a file: give the folder to write the bundle to")
    if not target.is_dir() or not any(target.iterdir()):
        return
    ours = list_bundle_files(target)
    if ours is None:
        raise UsageError(f"{target} holds files and is not a bundle: give another folder")
    others = sorted(path.name for path in target.iterdir() if path.name not in ours)
    if others:
        raise UsageError(
            f"{target} holds {others[0]}, which is not of the bundle and would be lost: move it, "
            "or give another folder"
        )


def refuse_contradictions(options: argparse.Namespace, recipe: Recipe) -> None:
    """Refuse options that do not go together.

    Raises:
        UsageError: with the option to change.
    """
    if options.model_card and not options.model_card.is_file():
        raise UsageError(f"no model card at {options.model_card}")
    if options.edgetpu and not recipe.int8:
        raise UsageError(
            f"an Edge TPU runs integers only and {recipe.name} is a float recipe: leave --edgetpu "
            "out, or choose an int8 recipe"
        )
    if recipe.fine_tuned and not options.finetune_data:
        raise UsageError(
            f"{recipe.name} trains on and needs pictures for it: give the run's data sets with "
            "--finetune-data DATASET"
        )
    if options.finetune_data and not recipe.fine_tuned:
        raise UsageError(
            f"{recipe.name} trains nothing, so --finetune-data would go unused: leave it out, or "
            f"choose --recipe {FINE_TUNED}"
        )


def open_calibration(
    options: argparse.Namespace, recipe: Recipe, run: Run, passed_over: PassedOver
) -> RepresentativeDataset:
    """Open the representative data; what cannot be read of it is passed over.

    Raises:
        UsageError: there are no pictures.
    """
    # Beside the exact frames, equalising recipes look at close-ups and other exposures.
    source = passed_over.keep_usable_of(open_folder(options.calibration))
    return RepresentativeDataset(source, run, varied=recipe.equalised)


def open_tuning(
    options: argparse.Namespace, recipe: Recipe, passed_over: PassedOver
) -> FineTuning | None:
    """Open the data for fine-tuning, where the recipe wants it.

    Raises:
        UsageError: there are no training pictures.
    """
    if not recipe.fine_tuned:
        return None
    folders = tuple(passed_over.keep_usable_of(open_folder(path)) for path in options.finetune_data)
    tuning = FineTuning(folders, options.finetune_steps)
    if not tuning.pictures:
        raise UsageError(
            f"{options.finetune_data[0]} has no pictures outside its split 'val': give "
            "--finetune-data a data set with training pictures"
        )
    return tuning


def open_evaluations(
    options: argparse.Namespace, calibration: PictureFolder, passed_over: PassedOver
) -> list[tuple[PictureFolder, tuple[Picture, ...]]]:
    """Choose what to measure on; asked-for data without usable masks is an error.

    Raises:
        UsageError: a data set cannot be read or has nothing to measure on.
    """
    if not options.evaluate:
        chosen = choose_labelled(calibration, None, options.max_pictures)
        if not chosen:
            say("no quality is measured: the calibration pictures have no masks (see --evaluate)")
            return []
        usable = passed_over.keep_usable(chosen, f"masks of {calibration.name}", masks=True)
        return [(calibration, usable)]
    split = None if options.split == "all" else options.split
    found = []
    for path in options.evaluate:
        folder = open_folder(path)
        chosen = choose_labelled(folder, split, options.max_pictures)
        if not chosen:
            raise UsageError(
                f"{path} has no pictures with masks in split {options.split!r}: choose another "
                "with --split (train, val or all)"
            )
        usable = passed_over.keep_usable(chosen, folder.name, masks=True)
        found.append((folder, usable))
    return found
