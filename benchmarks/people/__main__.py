"""`python -m benchmarks.people`: stand in the picture, and count what the trigger shoots."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped")

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.datasets.labelled import read_labelled
from benchmarks.markdown.page import Page, format_command, format_table
from benchmarks.people.rig import Outcome, Shot, play
from benchmarks.people.sessions import KINDS, NOBODY, STOOL, make_sessions
from device.bundle.bundle import Bundle, load_bundle
from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.errors import UsageError, WorkError
from device.imaging.library_switches import set_library_switches
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.settings.verdict import STANDARD

_HEAD = (
    "while the form is dressed, somebody stands still for 4 s",
    "sessions",
    "shots with somebody in them",
    "with their clothes",
    "of a trigger that does not look: with somebody",
    "with their clothes",
    "dressed forms missed",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(argv)
    set_library_switches(photos=True)
    try:
        bundle = load_bundle(options.model)
        outcomes = _play_all(bundle, options)
    except (UsageError, WorkError, ImportError) as error:
        return report_error(error)
    arguments = sys.argv[1:] if argv is None else argv
    table = _write_table(outcomes)
    if options.markdown:
        print(_make_page(bundle, arguments, table, outcomes).text())
    else:
        print(table)
        print(_describe_shares(outcomes))
    return 0


def _play_all(bundle: Bundle, options: argparse.Namespace) -> list[Outcome]:
    if bundle.person is None:
        raise UsageError(
            f"bundle {bundle.id} has no output for people: give one that has, with --model"
        )
    pipeline = Pipeline(bundle, open_runtime(bundle)[0])
    limit = options.limit
    photos = list(read_labelled(options.street, "val", None))
    sets = [
        picture
        for folder in options.scenes
        for picture in read_labelled(folder, "all", limit)
        if picture.undressed is not None and not picture.bare
    ]
    if not sets:
        raise UsageError(
            f"{options.scenes[0]} has no pictures of undressed sets: render it with --undressed"
        )
    rng = np.random.default_rng(options.seed)
    limits = replace(STANDARD, person_share=options.person_share)
    outcomes = []
    for number, session in enumerate(make_sessions(sets, photos, rng), start=1):
        outcomes.append(play(session, pipeline, limits))
        print(f"session {number}/{len(KINDS) * len(sets)}", file=sys.stderr, flush=True)
    return outcomes


def _write_table(outcomes: Sequence[Outcome]) -> str:
    rows = []
    for kind in KINDS:
        for plate in (True, False):
            chosen = [each for each in outcomes if (each.kind, each.plate) == (kind, plate)]
            name = f"{kind}, {'the set seen bare before' if plate else 'never seen bare'}"
            if chosen:
                rows.append((name, *_count(chosen)))
    return format_table(_HEAD, [*rows, ("all", *_count(outcomes))])


def _count(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    shots = [shot for each in outcomes for shot in each.shots]
    careless = [shot for each in outcomes for shot in each.careless]
    missed = sum(not any(shot.finished for shot in each.shots) for each in outcomes)
    return (
        str(len(outcomes)),
        *(_share(shots, name) for name in ("somebody", "clothes")),
        *(_share(careless, name) for name in ("somebody", "clothes")),
        str(missed),
    )


def _share(shots: Sequence[Shot], name: str) -> str:
    return f"{sum(getattr(shot, name) for shot in shots)} of {len(shots)}"


def _describe_shares(outcomes: Sequence[Outcome]) -> str:
    """Return what to choose `person_share` by, in per cent of the frame."""
    lines = []
    for kind in KINDS:
        chosen = [each for each in outcomes if each.kind == kind]
        stood = [min(each.shares) for each in chosen if each.shares]
        clear = [max(each.clear_shares) for each in chosen if each.clear_shares]
        for name, values in (("stood", stood), ("clear", clear)):
            shown = " ".join(f"{100 * value:.2f}" for value in sorted(values))
            lines.append(f"{kind}, {name}: {shown}")
    return "\n".join(lines)


def _make_page(
    bundle: Bundle, arguments: Sequence[str], table: str, outcomes: Sequence[Outcome]
) -> Page:
    photos = sum(each.kind not in (NOBODY, STOOL) for each in outcomes)
    return Page(
        "People in the picture",
        [bundle],
        format_command("benchmarks.people", arguments),
        table,
        (
            (
                f"{len(outcomes)} sessions are composed: in {photos} a person of a street photo"
                " that no training saw, or a hand of one, is pasted into a rendered set that none"
                " saw either, and stands there without moving at all; in the others somebody walks"
                " through. Real sessions are not among them."
            ),
            (
                "Frames go through the rig's own preview path and trigger, five a second on a clock"
                " of numbers, with noise; clothes are counted where a preview's mask has 0.1% of"
                " the frame of them."
            ),
            "No real mannequin is among the forms, and no head as lifelike as some of them have.",
        ),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.people",
        description="Put people into pictures of sets and count the shots that show them.",
    )
    add = parser.add_argument
    add("--street", required=True, type=Path, metavar="DIR", help="photos of people; split val")
    add(
        "--scenes",
        required=True,
        nargs="+",
        type=Path,
        metavar="DIR",
        help="rendered sets with --undressed",
    )
    add("--limit", type=positive_int, metavar="N", help="at most N sets of each")
    add("--seed", type=int, default=1, metavar="N", help="of the sessions")
    add("--person-share", type=float, default=STANDARD.person_share, metavar="SHARE")
    add("--model", type=Path, default=default_bundle_path(), metavar="BUNDLE")
    add("--markdown", action="store_true", help="print a page of docs/measurements")
    return parser


if __name__ == "__main__":
    sys.exit(main())
