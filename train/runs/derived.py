"""A run made from another one's weights, without training."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from train.atomic_file import settle, write_json
from train.errors import UsageError
from train.runs.model_file import save_model
from train.runs.run_folder import RunFolder

if TYPE_CHECKING:
    import keras


def check_folders(run: RunFolder, out: RunFolder) -> None:
    """Refuse what cannot be derived from, or written to.

    Raises:
        UsageError: ``run`` is not finished, or ``out`` is there.
    """
    if not run.manifest.is_file() or not run.model.is_file():
        raise UsageError(f"{run.path} is not a finished run: name a folder that train fit wrote")
    if out.path.exists():
        raise UsageError(f"{out.path} exists already: name a new folder")


def write_derived(
    run: RunFolder, out: RunFolder, model: keras.Model, changes: dict[str, Any]
) -> None:
    """Write a run beside the one that it comes from, whole or not at all.

    Args:
        run: where plan, curve, splits and manifest come from.
        out: the new folder.
        model: the new network.
        changes: what its run.json says otherwise, or besides.
    """
    aside = Path(out.path.with_name(f".{out.path.name}.part"))
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    save_model(model, aside / out.model.name)
    for source in (run.plan, run.history, run.splits):
        if source.is_file():
            shutil.copy(source, aside / source.name)
    write_json(aside / run.manifest.name, run.read_manifest() | changes)
    settle(aside)
    aside.replace(out.path)
