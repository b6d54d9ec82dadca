"""``python -m train person``: teach a bundle to see people, without touching what it knows.

The network stays as it is. One 1x1 convolution beside it is fitted to skin and hair, as data sets
of people label them, and to sets with nobody in them, where forms have hands, arms and heads too.
`python -m convert graft` puts it into the bundle.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from train.atomic_file import write_json
from train.commands.argument_types import positive_int, whole_number
from train.commands.evaluate import load_datasets
from train.datasets.dataset import Dataset
from train.errors import UsageError
from train.evaluation.subject import recognise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train person", description=__doc__)
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="whose network is read")
    parser.add_argument(
        *("--people",),
        action="append",
        required=True,
        type=Path,
        metavar="DIR",
        help="data set with people; its body masks are skin and hair",
    )
    parser.add_argument(
        *("--sets",),
        action="append",
        required=True,
        type=Path,
        metavar="DIR",
        help="data set without people: dressed and bare forms, flat-lays",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="HEAD.json", help="what is written"
    )
    parser.add_argument(
        "--limit", type=positive_int, metavar="N", help="at most so many pictures of each data set"
    )
    parser.add_argument("--seed", type=whole_number, default=1, help="default 1")
    return parser


def main(arguments: list[str]) -> int:
    """Fit, measure and write; return the exit code 0."""
    options = _parser().parse_args(arguments)
    if options.output.is_dir():
        raise UsageError(f"{options.output} is a folder: name a file to write")
    bundle = recognise(options.bundle).bundle
    if bundle is None:
        raise UsageError(f"{options.bundle} is a run: convert it, and name the bundle")
    # One by one: a data set of people and one of sets may have the same name.
    people, sets = (
        [load_datasets([path], "train")[0] for path in paths]
        for paths in (options.people, options.sets)
    )
    _refuse_without_body(people)
    # Heavy, so after the checks above.
    from train.auxiliary.features import FeatureModel  # noqa: PLC0415
    from train.auxiliary.head import (  # noqa: PLC0415
        FORMAT,
        FORMAT_VERSION,
        PERSON_LOGIT,
        compute_cells,
        fit_head,
        measure_head,
        measure_range,
    )
    from train.auxiliary.people import make_examples  # noqa: PLC0415

    model = FeatureModel(bundle)
    cells = {}
    for split in ("train", "val"):
        examples = list(
            make_examples(people, sets, split=split, limit=options.limit, seed=options.seed)
        )
        cells[split] = compute_cells(model, examples, split, len(examples))
    head = fit_head(model.tensor, cells["train"])
    figures = measure_head(head, cells["val"])
    least, most = measure_range(head, cells["train"])
    record = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": "person",
        "meaning": PERSON_LOGIT,
        "bundle": bundle.id,
        "model_sha256": bundle.sha256,
        "reads": {"index": head.reads.index, "name": head.reads.name},
        "weights": [float(weight) for weight in head.weights],
        "bias": head.bias,
        "range": [least, most],
        "training": {
            "people": [dataset.name for dataset in people],
            "sets": [dataset.name for dataset in sets],
            "pictures": len(cells["train"]),
            "seed": options.seed,
        },
        "quality": asdict(figures),
    }
    write_json(options.output, record)
    sys.stdout.write(
        f"on {len(cells['val'])} pictures left out of the fit: a cell marked on {figures.found} of"
        f" {figures.people} with people and on {figures.mistaken} of {figures.nobody} without;"
        f" IoU of the cells {figures.iou:.3f}\n{options.output}: written; put it into a bundle"
        " with `python -m convert graft`\n"
    )
    return 0


def _refuse_without_body(people: list[Dataset]) -> None:
    for dataset in people:
        if not any(entry.body for entry in dataset.entries):
            raise UsageError(
                f"{dataset.path} has no body masks, which say where skin and hair is: "
                "import a data set that labels them"
            )
