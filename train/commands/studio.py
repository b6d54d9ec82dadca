"""`python -m train studio`: render a dataset, or the demo clip."""

from __future__ import annotations

import argparse
import importlib.util
import shlex
import sys
from pathlib import Path

from train.errors import UsageError, WorkError
from train.install_command import install_command


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train studio",
        description="Render dressed mannequins in a photo studio, with exact garment alpha.",
    )
    parser.add_argument("out", type=Path, nargs="?", metavar="OUT", help="dataset folder")
    parser.add_argument("--scenes", type=int, default=60, help="pictures (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--width-px", type=int, default=384, help="portrait width (default 384)")
    parser.add_argument("--height-px", type=int, default=512, help="default 512")
    parser.add_argument("--samples", type=int, default=24, help="per pixel (default 24)")
    parser.add_argument(
        "--scenes-per-garment", type=int, default=6, metavar="N",
        help="pictures that share one simulated garment (default 6)",
    )  # fmt: skip
    parser.add_argument(
        "--val-share", type=float, default=0.2, help="share of garments in val (default 0.2)"
    )
    parser.add_argument(
        "--bare-share", type=float, default=0.04,
        help="share of bare mannequins (default 0.04); ignored with --kinds",
    )  # fmt: skip
    parser.add_argument(
        "--kinds", default="", metavar="A,B",
        help="kinds of scenes that come in rounds, each named in index.csv, or `all`; without: a "
        "mixture named by its garments",
    )  # fmt: skip
    parser.add_argument(
        "--compact", action="store_true", help="keep only images, masks, body and the index"
    )
    parser.add_argument(
        "--undressed", action="store_true",
        help="also each scene without its garment, bare/STEM.jpg, and what is mannequin, .png",
    )  # fmt: skip
    parser.add_argument(
        "--push-px", type=float, default=0.0, metavar="PX",
        help="with --undressed: the mannequin stood up to so many pixels aside until it was "
        "dressed (default 0)",
    )  # fmt: skip
    parser.add_argument("--threads", type=int, default=2, help="CPU threads (default 2)")
    parser.add_argument(
        "--part", default="1/1", metavar="K/N",
        help="render only the K-th of N shares, to work with N processes on one folder",
    )  # fmt: skip
    parser.add_argument(
        "--clip", type=Path, metavar="OUT.mp4", help="film the demo clip instead of a dataset"
    )
    parser.add_argument(
        "--truth", type=Path, metavar="DIR", help="with --clip: write each garment's alpha here"
    )
    return parser


def main(arguments: list[str]) -> int:
    """Render; return the exit code.

    Raises:
        UsageError: options do not fit, or Blender is not installed.
        WorkError: it was stopped.
    """
    options = _parser().parse_args(arguments)
    _check(options)
    part, parts = _parse_part(options.part)
    if importlib.util.find_spec("bpy") is None:
        raise UsageError(
            "Blender's Python module bpy is not installed: "
            f"use Python 3.11 and run `{install_command('studio')}`"
        )
    command = shlex.join(["python", "-m", "train", "studio", *arguments])
    try:
        if options.clip is None:
            _render_dataset(options, part, parts, command)
        else:
            _film_clip(options)
    except KeyboardInterrupt:
        raise WorkError("stopped; the same command goes on where it stopped") from None
    return 0


def _film_clip(options: argparse.Namespace) -> None:
    from train.studio.clip import film  # noqa: PLC0415 - Blender loads in seconds

    film(options.clip, options.truth, options.seed, options.threads, _report)


def _render_dataset(options: argparse.Namespace, part: int, parts: int, command: str) -> None:
    from train.studio.dataset import run  # noqa: PLC0415 - --help stays quick
    from train.studio.job import Job  # noqa: PLC0415

    job = Job(
        out=options.out,
        scenes=options.scenes,
        seed=options.seed,
        width_px=options.width_px,
        height_px=options.height_px,
        samples=options.samples,
        scenes_per_garment=options.scenes_per_garment,
        val_share=options.val_share,
        bare_share=options.bare_share,
        kinds=",".join(_choose_kinds(options.kinds)),
        compact=options.compact,
        threads=options.threads,
        command=command,
        part=part,
        parts=parts,
        undressed=options.undressed,
        push_px=options.push_px,
    )
    run(job, _report)


def _choose_kinds(text: str) -> tuple[str, ...]:
    from train.studio.plans.kinds import SCENE_KINDS  # noqa: PLC0415 - --help stays quick

    if text == "all":
        return tuple(SCENE_KINDS)
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in SCENE_KINDS:
            raise UsageError(f"--kinds names {name}: give some of {', '.join(SCENE_KINDS)}")
    return names


def _parse_part(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise UsageError(f"--part is {text}: give K/N with K from 1 to N, for example 1/2")
    return int(part), int(parts)


def _check(options: argparse.Namespace) -> None:
    if (options.out is None) == (options.clip is None):
        raise UsageError("give either a folder OUT for a dataset or --clip OUT.mp4 for the clip")
    for name in ("scenes", "width_px", "height_px", "samples", "scenes_per_garment", "threads"):
        if getattr(options, name) < 1:
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{flag} is {getattr(options, name)}: give 1 or more")
    for name in ("val_share", "bare_share"):
        if not 0 <= getattr(options, name) <= 1:
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{flag} is {getattr(options, name)}: give a share from 0 to 1")
    if options.push_px < 0 or (options.push_px and not options.undressed):
        raise UsageError(
            f"--push-px is {options.push_px:g}: give 0 or more, and --undressed with it"
        )
    if options.out is not None and options.out.exists() and not options.out.is_dir():
        raise UsageError(f"{options.out} is a file: name a folder for the dataset")


def _report(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
