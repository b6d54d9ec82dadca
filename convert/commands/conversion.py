"""The whole conversion, in the order in which it happens."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from convert.bundle.manifest import CARD_FILE, Contents
from convert.bundle.signature import refuse_unusable_key
from convert.bundle.writer import write_bundle
from convert.commands.request import (
    open_calibration,
    open_evaluations,
    open_tuning,
    refuse_contradictions,
    refuse_target,
)
from convert.edgetpu.compiler import HOW_TO_GET, CompiledModel, compile_model, find_compiler
from convert.edgetpu.prediction import predict_placements, summarise_placements
from convert.graph.flatbuffer import read_graph
from convert.graph.inspection import refuse_faulty_graph, summarise_ops
from convert.inputs.passing_over import PassedOver
from convert.inputs.run_folder import read_run
from convert.parity.gate import refuse_lossy
from convert.parity.parity import format_table
from convert.parity.report import encode_reports, measure_parity, write_reports
from convert.progress import say
from convert.quantisation.converted_models import apply_recipe
from convert.quantisation.recipe import RECIPES
from convert.quantisation.tflite_converter import get_tensorflow_version


def convert_run(options: argparse.Namespace) -> PassedOver:
    """Turn a RUN into a bundle.

    Args:
        options: as `convert.commands.convert` parses them.

    Returns:
        The pictures that could not be used.

    Raises:
        UsageError: something given cannot be used.
        WorkError: the conversion failed or lost too much; what was at the target is untouched.
    """
    run, recipe = read_run(options.run), RECIPES[options.recipe]
    refuse_target(options.output)
    refuse_contradictions(options, recipe)
    if options.sign:
        refuse_unusable_key(options.sign)
    passed_over = PassedOver()
    calibration = open_calibration(options, recipe, run, passed_over)
    tuning = open_tuning(options, recipe, passed_over)
    evaluations = open_evaluations(options, calibration.source, passed_over)

    models = apply_recipe(run, calibration, recipe, tuning)
    graph = read_graph(models.deployed, "the converted model")
    if recipe.int8:
        refuse_faulty_graph(graph, run.atrous_rates)
    say(f"{len(graph.ops)} ops: {summarise_ops(graph)}")

    measured = measure_parity(models, recipe, evaluations, calibration)
    evidence = encode_reports(measured, recipe, options.max_drop)
    if options.report and evidence:
        write_reports(evidence, options.report)
    if measured.results:
        print(format_table(measured.results))
    refuse_lossy(
        measured.results, measured.layers, recipe, options.max_drop,
        learnt_little=run.has_learnt_little,
    )  # fmt: skip

    compiled = _compile(models.deployed, options.edgetpu_timeout) if options.edgetpu else None
    manifest = write_bundle(
        Contents(
            name=options.name or f"garment-{run.width_px}",
            version=options.version,
            cpu=models.deployed,
            edgetpu=compiled.flatbuffer if compiled else None,
            edgetpu_report=compiled.manifest_entry() if compiled else None,
            graph=graph,
            run=run,
            calibration=calibration,
            recipe=recipe,
            tensorflow=get_tensorflow_version(),
            quality=measured.results,
            model_card=options.model_card,
            reports=evidence,
            preparation=models.manifest_entries,
            signing_key=options.sign,
        ),
        options.output,
    )
    if options.model_card is None and (options.output / CARD_FILE).is_file():
        say(f"{CARD_FILE} is the old bundle's: bring its figures up to date")
    _print_summary(manifest, options.output)
    return passed_over


def _compile(flatbuffer: bytes, timeout_s: float) -> CompiledModel | None:
    compiler = find_compiler()
    if compiler is None:
        placements = predict_placements(read_graph(flatbuffer, "the converted model"))
        prediction = summarise_placements(placements)
        say(f"no Edge TPU model is written: {HOW_TO_GET}; predicted: {prediction}")
        return None
    say(f"compiling for the Edge TPU with {compiler} (at most {timeout_s:.0f} s)")
    compiled = compile_model(compiler, flatbuffer, timeout_s)
    say(compiled.report.summarise())
    return compiled


def _print_summary(manifest: dict[str, Any], target: Path) -> None:
    for file in manifest["files"].values():
        print(f"{file['name']}: {file['size_bytes'] / 1e6:.2f} MB, sha256 {file['sha256'][:16]}…")
    print(f"bundle {manifest['id']} version {manifest['version']} is in {target}")
