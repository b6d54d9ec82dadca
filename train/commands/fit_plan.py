"""From the options of ``python -m train fit`` to the plan of a run, with everything checked."""

from __future__ import annotations

import argparse
from pathlib import Path

from train.datasets.dataset import load_dataset
from train.errors import UsageError
from train.initial_weights.origin import Origin, find_origin
from train.network.architecture import Architecture
from train.runs.plan import Plan, Source
from train.runs.run_folder import RunFolder
from train.runs.run_lock import LOCK_FILE
from train.runs.schedule import Schedule

# Of the pictures of --paste: half stay as they were photographed.
PASTE_SHARE = 0.5


def make_plan(options: argparse.Namespace, command: str, *, is_chief: bool) -> Plan:
    """Check what was asked for and plan the run.

    Args:
        options: as `train.commands.fit` parses them.
        command: what was typed, for the run's manifest.
        is_chief: whether this process writes the run; others find its files already.

    Raises:
        UsageError: data sets, options or the run's folder do not fit.
    """
    run = RunFolder(options.run)
    sources = [
        _open_source(text, paste=paste, limit=options.limit)
        for texts, paste in ((options.data, False), (options.paste, True))
        for text in texts
    ]
    origin = find_origin("none" if options.init is None else options.init)
    if origin is None and options.freeze_until is not None:
        raise UsageError("--freeze-until keeps initial weights: name them with --init")
    if options.paste_share is not None and not options.paste:
        raise UsageError("--paste-share is about --paste: name a data set with that too")
    _refuse_unusable(sources, run, options.batch_size, is_chief=is_chief)
    return Plan(
        run=run,
        sources=sources,
        architecture=_make_architecture(options, origin),
        schedule=_make_schedule(options, from_weights=origin is not None),
        init=None if origin is None else str(origin),
        command=command,
        validation_limit=options.validation_limit,
        paste_share=PASTE_SHARE if options.paste_share is None else options.paste_share,
        mannequin_share=options.mannequin_share,
        kind_repeats=_count_repeats(options.repeat_kind, sources),
        tensorboard=options.tensorboard,
        workers=options.workers or 0,
        limit=options.limit,
    )


def describe_plan(plan: Plan) -> str:
    """Say in a few lines what a plan would train."""
    schedule, shape = plan.schedule, plan.architecture
    run = (
        f"{plan.run.path}: {schedule.epochs} epochs, of them {schedule.head_epochs} of the head "
        f"alone; input {shape.input_width_px}x{shape.input_height_px}; initial weights "
        f"{plan.init or 'none'}"
    )
    lines, pictures = [run], 0
    for source in plan.sources:
        dataset, trained = source.dataset, len(source.dataset.select("train"))
        pictures += trained * source.repeats
        repeats = f", each {source.repeats} times an epoch" if source.repeats > 1 else ""
        lines.append(
            f"{dataset.name}: {trained} pictures to train on{repeats}, "
            f"{len(dataset.select('val'))} kept apart{', pasted' if source.paste else ''}"
        )
    steps = max(1, pictures // schedule.batch_size)
    lines.append(f"an epoch: {pictures} pictures in {steps} steps of {schedule.batch_size}")
    return "\n".join(lines)


def _make_architecture(options: argparse.Namespace, origin: Origin | None) -> Architecture:
    return Architecture(
        input_height_px=options.input_height_px,
        input_width_px=options.input_width_px,
        output_stride=options.output_stride,
        atrous_rates=tuple(options.atrous_rates),
        width_multiplier=options.width_multiplier,
        # A random start cannot do without norms; with weights it is as their source is.
        batch_norm=origin is None or origin.read(options.width_multiplier).batch_norm,
    )


def _make_schedule(options: argparse.Namespace, *, from_weights: bool) -> Schedule:
    return Schedule(
        epochs=options.epochs,
        # A random start has no backbone to protect from the fresh head.
        head_epochs=min(options.head_epochs, options.epochs) if from_weights else 0,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        weight_decay=options.weight_decay,
        seed=options.seed,
        mixed_precision=options.mixed_precision,
        freeze_until=options.freeze_until,
        boundary_weight=options.boundary_weight,
        patience=options.patience,
        strategy=options.strategy,
    )


def _open_source(text: str, *, paste: bool, limit: int | None) -> Source:
    folder, repeats = text, ""
    if "=" in text and not Path(text).is_dir():  # a folder may have = in its own name
        folder, _, repeats = text.rpartition("=")
    if repeats and not (repeats.isdecimal() and int(repeats) >= 1):
        raise UsageError(f"data set {text!r} does not fit: write DIR or DIR=2")
    return Source(load_dataset(Path(folder)).take(limit), int(repeats or 1), paste)


def _count_repeats(texts: list[str], sources: list[Source]) -> dict[str, int]:
    known = {entry.kind for source in sources for entry in source.dataset.select("train")}
    repeats: dict[str, int] = {}
    for text in texts:
        kind, _, number = text.rpartition("=") if "=" in text else (text, "", "")
        if kind not in known:
            raise UsageError(
                f"kind {kind!r} is in no data set: write KIND=2 with one of "
                f"{', '.join(sorted(known))}"
            )
        if not (number.isdecimal() and int(number) >= 1):
            raise UsageError(f"repeat {text!r} does not fit: write {kind}=2")
        repeats[kind] = int(number)
    return repeats


def _refuse_unusable(
    sources: list[Source], run: RunFolder, batch_size: int, *, is_chief: bool
) -> None:
    names = [source.dataset.name for source in sources]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two data sets are named {name!r}: import one under another --name")
    pictures = sum(source.repeats * len(source.dataset.select("train")) for source in sources)
    if not pictures:
        raise UsageError("no data set has a picture to train on: see the split in index.csv")
    if not any(source.dataset.select("val") for source in sources):
        raise UsageError("no data set has a picture kept apart: import with --val-share above 0")
    # Another worker may find what the chief has just written.
    if is_chief and (run.plan.exists() or run.manifest.exists()):
        raise UsageError(f"{run.path} is a run already: add --resume, or name a new folder")
    if (
        is_chief
        and run.path.is_dir()
        and any(each.name != LOCK_FILE for each in run.path.iterdir())
    ):
        raise UsageError(f"{run.path} is not empty: name a new folder")
    # Few pictures are repeated within the usual batch; a large one is a slip, and takes memory.
    if batch_size > max(pictures, Schedule().batch_size):
        raise UsageError(
            f"a batch of {batch_size} is more than the {pictures} pictures to train on: give a "
            "smaller --batch-size"
        )
