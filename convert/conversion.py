"""The whole conversion, in the order in which it happens."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from convert import edgetpu
from convert.bundle import CARD_FILE, Contents, bundle_files, write_bundle
from convert.calibration import Calibration
from convert.errors import UsageError
from convert.graph import read_graph
from convert.inspection import op_summary, refuse_unfit
from convert.models import KerasModel, SegmentationModel, TfliteModel
from convert.parity import Parity, labelled, measure, table
from convert.pictures import Picture, PictureFolder, open_folder
from convert.placement import predict, sentence
from convert.progress import say
from convert.quantize import load_fixed_batch, quantize, tensorflow_version
from convert.recipe import INT8_PER_CHANNEL
from convert.run_folder import read_run


def convert(options: argparse.Namespace) -> int:
    """Turn a RUN into a bundle.

    Args:
        options: as ``__main__.parser`` describes them.

    Returns:
        The exit code 0.

    Raises:
        UsageError: something given cannot be used.
        WorkError: the conversion failed; what was at the target is untouched.
    """
    run = read_run(options.run)
    _refuse_target(options.output)
    if options.model_card and not options.model_card.is_file():
        raise UsageError(f"no model card at {options.model_card}")
    calibration = Calibration(open_folder(options.calibration), run)
    evaluations = _evaluations(options, calibration.source)

    say(f"loading {run.model_path}")
    model = load_fixed_batch(run)
    say(f"converting with {INT8_PER_CHANNEL.name}, {len(calibration)} calibration pictures")
    flatbuffer = quantize(model, calibration, INT8_PER_CHANNEL)
    graph = read_graph(flatbuffer, "the converted model")
    refuse_unfit(graph, run.atrous_rates)
    say(f"{len(graph.ops)} ops: {op_summary(graph)}")

    models: dict[str, SegmentationModel] = {
        "float": KerasModel(model, run),
        "int8": TfliteModel(flatbuffer, run),
    }
    quality = [measure(models, folder.name, chosen, run) for folder, chosen in evaluations]
    compiled = _compile(flatbuffer, options.edgetpu_timeout) if options.edgetpu else None
    manifest = write_bundle(
        Contents(
            name=options.name or f"garment-{run.width_px}",
            version=options.version,
            cpu=flatbuffer,
            edgetpu=compiled.flatbuffer if compiled else None,
            edgetpu_report=compiled.record() if compiled else None,
            graph=graph,
            run=run,
            calibration=calibration,
            recipe=INT8_PER_CHANNEL,
            tensorflow=tensorflow_version(),
            quality=quality,
            model_card=options.model_card,
        ),
        options.output,
    )
    if options.model_card is None and (options.output / CARD_FILE).is_file():
        say(f"{CARD_FILE} is the old bundle's: bring its figures up to date")
    _report(manifest, quality, options.output)
    return 0


def _refuse_target(target: Path) -> None:
    """Refuse to replace anything that is not a bundle or an empty folder."""
    if target.is_file():
        raise UsageError(f"{target} is a file: give the folder to write the bundle to")
    if not target.is_dir() or not any(target.iterdir()):
        return
    ours = bundle_files(target)
    if ours is None:
        raise UsageError(f"{target} holds files and is not a bundle: give another folder")
    others = sorted(path.name for path in target.iterdir() if path.name not in ours)
    if others:
        raise UsageError(
            f"{target} holds {others[0]}, which is not of the bundle and would be lost: move it, "
            "or give another folder"
        )


def _evaluations(
    options: argparse.Namespace, calibration: PictureFolder
) -> list[tuple[PictureFolder, tuple[Picture, ...]]]:
    """Choose what to measure on; asked-for data without usable masks is an error."""
    if not options.evaluate:
        chosen = labelled(calibration, None, options.max_pictures)
        if not chosen:
            say("no quality is measured: the calibration pictures have no masks (see --evaluate)")
        return [(calibration, chosen)] if chosen else []
    split = None if options.split == "all" else options.split
    found = []
    for path in options.evaluate:
        folder = open_folder(path)
        chosen = labelled(folder, split, options.max_pictures)
        if not chosen:
            raise UsageError(
                f"{path} has no pictures with masks in split {options.split!r}: choose another "
                "with --split (train, val or all)"
            )
        found.append((folder, chosen))
    return found


def _compile(flatbuffer: bytes, timeout_s: float) -> edgetpu.Compiled | None:
    compiler = edgetpu.find_compiler()
    if compiler is None:
        prediction = sentence(predict(read_graph(flatbuffer, "the converted model")))
        say(f"no Edge TPU model is written: {edgetpu.HOW_TO_GET}; predicted: {prediction}")
        return None
    say(f"compiling for the Edge TPU with {compiler} (at most {timeout_s:.0f} s)")
    compiled = edgetpu.compile_model(compiler, flatbuffer, timeout_s)
    say(f"{compiled.ops_on_tpu} ops on the Edge TPU, {compiled.ops_on_cpu} on the CPU")
    return compiled


def _report(manifest: dict[str, Any], quality: list[Parity], target: Path) -> None:
    if quality:
        print(table(quality))
    for file in manifest["files"].values():
        print(f"{file['name']}: {file['size_bytes'] / 1e6:.2f} MB, sha256 {file['sha256'][:16]}…")
    print(f"bundle {manifest['id']} version {manifest['version']} is in {target}")
