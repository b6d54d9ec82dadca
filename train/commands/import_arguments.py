"""The command line of ``python -m train import``, format by format."""

from __future__ import annotations

import argparse
from pathlib import Path

from train.commands.import_formats import DESCRIPTION, FORMATS


def make_parser() -> argparse.ArgumentParser:
    """Describe the command line: a sub-command for each format."""
    parser = argparse.ArgumentParser(
        prog="python -m train import",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    formats = parser.add_subparsers(dest="format", required=True, metavar="FORMAT")
    ccp = _add_format(formats, "ccp")
    ccp.add_argument("folder", type=Path, metavar="DIR")
    pairs = _add_format(formats, "pairs")
    pairs.add_argument("folder", type=Path, metavar="PICTURES")
    pairs.add_argument("masks", type=Path, metavar="MASKS")
    _add_mask_rules(pairs)
    coco = _add_format(formats, "coco")
    coco.add_argument("folder", type=Path, metavar="SOURCE")
    voc = _add_format(formats, "voc")
    voc.add_argument("folder", type=Path, metavar="DIR")
    voc.add_argument(
        "--void",
        choices=("background", "undecided", "garment"),
        default="background",
        help="what void pixels become; undecided counts half in training (default: %(default)s)",
    )
    labelme = _add_format(formats, "labelme")
    labelme.add_argument("folder", type=Path, metavar="DIR")
    for each in (coco, voc, labelme):
        _add_label_choice(each)
    for each in (pairs, coco, voc, labelme):
        _add_identity(each)
    for each in (ccp, pairs, coco, voc, labelme):
        each.add_argument("out", type=Path, metavar="OUT", help="folder to make")
        _add_split(each)
    return parser


def _add_format(
    formats: argparse._SubParsersAction[argparse.ArgumentParser], name: str
) -> argparse.ArgumentParser:
    summary, description = FORMATS[name]
    return formats.add_parser(
        name,
        help=summary,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_mask_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mask-suffix", default="", metavar="TEXT", help="what masks are named after the stem"
    )
    for kind, what in (
        ("garment", "garment; masks are then labels"),
        ("body", "skin, hair or mannequin"),
        ("other", "neither; once given, any label not named is a fault"),
    ):
        parser.add_argument(
            f"--{kind}-label",
            type=_read_numbers,
            action="extend",
            default=[],
            metavar="N[,N…]",
            help=f"labels that are {what}",
        )
    parser.add_argument(
        "--soft", action="store_true", help="masks with few levels are soft, and no stray labels"
    )
    parser.add_argument(
        "--max-soft-share",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="leave out masks of which a larger share is undecided (default: %(default)s, none)",
    )
    parser.add_argument(
        "--min-area-share",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="leave out masks that cover less of the picture (default: %(default)s)",
    )


def _read_numbers(text: str) -> list[int]:
    numbers = text.split(",")
    if not all(each.strip().isdecimal() for each in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers such as 4,7")
    return [int(each) for each in numbers]


def _add_label_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--garment-category",
        action="append",
        default=[],
        metavar="NAME",
        help="a category that is garment; once for each, and all others are not. By default "
        "names such as shirt or skirt decide, and a name that says nothing is an error",
    )
    parser.add_argument(
        "--body-category",
        action="append",
        default=[],
        metavar="NAME",
        help="a category that is skin, hair or mannequin, onto which garment must not leak; "
        "once for each. By default names such as these decide",
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="where the pictures lie")


def _add_identity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="short name of the data set (default: OUT's)")
    parser.add_argument("--source", default="unstated", help="where the pictures come from")
    parser.add_argument("--licence", default="unstated", help="of pictures and masks")
    parser.add_argument(
        "--group-by",
        metavar="REGEX",
        help="what it finds in a picture's stem is its group, such as '^[^_]+' for SKU_VIEW; "
        "a group is never split (default: each picture is its own)",
    )
    parser.add_argument(
        "--table", type=Path, metavar="CSV", help="who sent what; before --group-by"
    )
    for column, what in (("stem", "image"), ("group", "group"), ("kind", "kind")):
        parser.add_argument(
            f"--{column}-column",
            default=what,
            metavar="NAME",
            help=f"column of the table with the picture's {column} (default: %(default)s)",
        )


def _add_split(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--val-share",
        type=float,
        default=0.1,
        metavar="SHARE",
        help="share of the groups kept apart for validation (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="of the split, written down (default: %(default)s)"
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="any fault, notes included: exit code 1 and nothing written",
    )
    parser.add_argument(
        "--allow-empty",
        action="store_true",
        help="keep pictures without garment, such as a bare mannequin, as kind 'bare'",
    )
