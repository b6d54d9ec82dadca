"""``python -m train pseudolabel``: masks for photos that have none, checked or set aside."""

from __future__ import annotations

import argparse
import hashlib
import shlex
import sys
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from train.commands.argument_types import positive_float, positive_int, share, whole_number
from train.datasets.dataset import Dataset, load_dataset
from train.errors import UsageError
from train.evaluation.subject import Subject, recognise
from train.progress import Progress
from train.runs.run_folder import RunFolder

if TYPE_CHECKING:
    from train.pseudolabel.journal import Journal
    from train.pseudolabel.labelling import ProposedMask
    from train.pseudolabel.photos import Photo
    from train.pseudolabel.proposers import Proposer

LIMITS = {
    "min_area_share": (share, "refuse masks that cover less of the picture"),
    "max_area_share": (share, "refuse masks that cover more of the picture"),
    "max_pieces": (positive_int, "refuse masks in more pieces"),
    "max_unsure_share": (positive_float, "refuse proposals with more unsure pixels, per sure one"),
    "min_grabcut_iou": (share, "refuse masks on which GrabCut agrees less"),
    "min_views_iou": (share, "refuse photos on which the model's sizes agree less"),
    "min_teacher_iou": (share, "refuse masks on which model and teacher agree less"),
    "max_changed_share": (share, "refuse teacher's masks of which cleaning changes more"),
}


def _parser() -> argparse.ArgumentParser:
    from train.pseudolabel.acceptance import Limits  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m train pseudolabel", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="data set to make, or to go on with")
    photos = parser.add_argument_group("photos")
    photos.add_argument("--photos", type=Path, metavar="DIR", help="a folder of photos")
    photos.add_argument(
        "--labelled",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="leave out photos whose name is there too, under any suffix; may be repeated",
    )
    photos.add_argument(
        "--data",
        type=Path,
        metavar="DATASET",
        help="instead: clean a data set's masks; what it keeps apart to validate stays as it is",
    )
    photos.add_argument("--kind", default="photo", help="what --photos show; default: %(default)s")
    photos.add_argument("--name", help="of the data set; default: OUT's own name")
    photos.add_argument("--source", default="unstated", help="where --photos come from")
    photos.add_argument("--licence", default="unstated", help="of --photos")
    proposing = parser.add_argument_group("who proposes: a model, a teacher or both")
    proposing.add_argument(
        "--model", type=Path, metavar="RUN", help="a run of train fit, or a bundle"
    )
    proposing.add_argument(
        "--scales",
        type=positive_float,
        nargs="+",
        default=[1.0, 1.25, 1.5],
        help="sizes at which a run's model looks, times its own; default: %(default)s",
    )
    proposing.add_argument(
        "--proposals", type=Path, metavar="DIR", help="a teacher's masks: 8-bit STEM.png"
    )
    judging = parser.add_argument_group("limits (changing them judges anew in seconds)")
    for name, (kind, text) in LIMITS.items():
        judging.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            default=getattr(Limits(), name),
            help=f"{text}; default: %(default)s",
        )
    parser.add_argument(
        "--crop-above",
        action="store_true",
        help="with --photos: cut off what is above the garment, where a model that is blind to "
        "hats would teach them as background",
    )
    parser.add_argument(
        "--sheets", type=whole_number, default=4, help="contact sheets of each kind; default: 4"
    )
    parser.add_argument(
        "--workers", type=positive_int, default=1, help="threads beside the model's; default: 1"
    )
    return parser


def main(arguments: list[str]) -> int:
    """Label photos; return the exit code."""
    options = _parser().parse_args(arguments)
    dataset = _check(options)
    model = recognise(options.model) if options.model else None
    from train.pseudolabel import photos, results  # noqa: PLC0415 - OpenCV, after the checks
    from train.pseudolabel.acceptance import Limits  # noqa: PLC0415
    from train.pseudolabel.journal import Journal  # noqa: PLC0415

    if dataset:
        chosen = photos.list_dataset_photos(dataset, teacher=options.proposals)
    else:
        chosen = photos.list_folder_photos(
            options.photos,
            labelled=options.labelled,
            teacher=options.proposals,
            kind=options.kind,
        )
    settings = _describe_settings(options, model)
    journal = Journal(options.out / "work", settings)
    _label_all(options, model, chosen, journal)
    limits = Limits(**{name: getattr(options, name) for name in LIMITS})
    selection = results.apply_limits(chosen, journal, limits)
    results.write_report(options.out, selection, limits, settings)
    sheets = results.write_contact_sheets(options.out, selection, limit=options.sheets)
    _print_summary(options.out, selection, sheets)
    results.write_dataset(
        options.out,
        selection,
        dataset,
        about=_describe_dataset(options, dataset, arguments),
        crop_above=options.crop_above,
    )
    return 0


def _check(options: argparse.Namespace) -> Dataset | None:
    if options.crop_above and options.data:
        raise UsageError("--crop-above changes photos, and --data keeps them: give one of the two")
    if (options.photos is None) == (options.data is None):
        raise UsageError("name either --photos DIR or --data DATASET")
    if options.model is None and options.proposals is None:
        if options.data:
            raise UsageError(
                "nothing can be cleaned by a data set's own masks alone: name --model RUN"
            )
        raise UsageError("nobody proposes: name --model RUN, --proposals DIR or both")
    if options.proposals and not options.proposals.is_dir():
        raise UsageError(f"{options.proposals} is not a folder: name the folder of the masks")
    _check_out(options.out, [options.photos, options.data, options.proposals])
    return load_dataset(options.data) if options.data else None


def _check_out(out: Path, sources: list[Path | None]) -> None:
    """Refuse an output whose folders, which are written anew, hold what somebody put there."""
    for source in sources:
        if source and source.resolve().is_relative_to(out.resolve()):
            raise UsageError(f"{source} lies inside {out}: name a folder outside of it")
    if (out / "index.csv").exists() and not (out / "work").is_dir():
        raise UsageError(f"{out} is a data set already: name a new folder")
    if out.exists() and not (out.is_dir() and ((out / "work").is_dir() or not any(out.iterdir()))):
        raise UsageError(f"{out} is not empty: name a new folder or remove it first")


def _weights_sha256(model: Subject) -> str:
    if model.bundle:
        return model.bundle.sha256
    return hashlib.sha256(RunFolder(model.path).model.read_bytes()).hexdigest()


def _describe_settings(options: argparse.Namespace, model: Subject | None) -> dict[str, Any]:
    """Return everything that the measurements depend on."""
    return {
        "photos": str(options.photos or options.data),
        "proposals": str(options.proposals) if options.proposals else None,
        "model": _weights_sha256(model) if model else None,
        "scales": options.scales if model and model.run else None,
    }


def _describe_dataset(
    options: argparse.Namespace, dataset: Dataset | None, arguments: list[str]
) -> dict[str, Any]:
    return {
        "name": options.name or (dataset.name if dataset else options.out.name),
        "source": (dataset.source if dataset else options.source) + ", masks checked by GrabCut",
        "licence": dataset.licence if dataset else options.licence,
        "command": "python -m train pseudolabel " + shlex.join(arguments),
    }


def _label_all(
    options: argparse.Namespace, model: Subject | None, photos: list[Photo], journal: Journal
) -> None:
    """Label what is not labelled yet: the model on this thread, the rest beside it."""
    from train.pseudolabel.labelling import label_photo  # noqa: PLC0415
    from train.pseudolabel.photos import UnreadableError  # noqa: PLC0415

    unlabelled = [photo for photo in photos if not journal.has(photo.stem)]
    if not unlabelled:
        return
    if len(unlabelled) < len(photos):
        sys.stderr.write(f"going on: {len(photos) - len(unlabelled)} of {len(photos)} are done\n")
    propose = _open_proposer(model, tuple(options.scales)) if model else None
    waiting: deque[tuple[str, Future[ProposedMask]]] = deque()
    with (
        Progress("pseudolabel", len(unlabelled)) as progress,
        ThreadPoolExecutor(options.workers) as pool,
    ):

        def keep_oldest() -> None:
            stem, future = waiting.popleft()
            journal.add(stem, future.result())
            progress.step()

        for photo in unlabelled:
            try:
                picture = photo.read()
                teacher = photo.read_teacher((picture.shape[0], picture.shape[1]))
            except UnreadableError as fault:
                journal.add_fault(photo.stem, str(fault))
                progress.step()
                continue
            prediction = propose(picture) if propose else None
            label = pool.submit(label_photo, picture, prediction, teacher)
            waiting.append((photo.stem, label))
            if len(waiting) > options.workers:
                keep_oldest()
        while waiting:
            keep_oldest()


def _open_proposer(model: Subject, scales: tuple[float, ...]) -> Proposer:
    from train.pseudolabel import proposers  # noqa: PLC0415 - brings TensorFlow

    if model.bundle:
        return proposers.BundleProposer(model.bundle)
    return proposers.RunProposer(RunFolder(model.path), scales)


def _print_summary(out: Path, selection: Any, sheets: list[Path]) -> None:
    accepted, refused = len(selection.accepted), len(selection.refused)
    sys.stdout.write(f"{out}: {accepted} of {accepted + refused} accepted, {refused} set aside\n")
    for reason, count in selection.reasons.items():
        sys.stdout.write(f"{count:>7} {reason}\n")
    if sheets:
        sys.stdout.write(f"look at {sheets[0]} and the {len(sheets) - 1} beside it\n")
