"""The command line of ``python -m train import``: one sub-command for each format."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = """\
Bring a data set into the neutral form that all training reads:
dataset.json, index.csv, images/, masks/ and, where known, body/.

Every fault is listed with its mend, here and in OUT/faults.csv: pictures and masks
that differ in size, stray labels, empty masks, damaged files, EXIF rotation, pictures
that come twice, pictures without mask and masks without picture. What hurts is left
out; what could be mended was, and is listed as a note."""

_CCP = """\
Clothing Co-Parsing (Yang, Luo, Lin, CVPR 2014) in its own layout:

  DIR/label_list.mat                         the 59 label names
  DIR/photos/NNNN.jpg
  DIR/annotations/pixel-level/NNNN.mat       a label for each pixel

Clothes are garment; skin and hair are body; shoes, bags and jewellery are neither.
Photos without pixel labels are passed over."""

_PAIRS = """\
A folder of pictures and a folder of masks, paired by path and stem:

  PICTURES/a/shirt.jpg    MASKS/a/shirt.png     (with --mask-suffix _m: shirt_m.png)

A mask has the picture's size and is one of
  0/1 or 0/255            1-bit, 8-bit, 16-bit or palette PNG; what is not 0 is garment
  soft, 0 to 255          8-bit or 16-bit alpha; the upper half is garment
  labels                  palette or grey PNG, with --garment-label 4,7: those
                          numbers are garment, all others are not
Any other value is a fault, and its picture is left out."""

_COCO = """\
COCO JSON as CVAT, Label Studio and Roboflow export it; SOURCE is the file, or the folder:

  CVAT           annotations/instances_default.json    images/…
  Label Studio   result.json                           images/…
  Roboflow       train/_annotations.coco.json          train/…   (valid/, test/ alike)

Outlines (polygons) and painted regions (RLE, counted or compressed) are drawn; boxes
without outline are a fault. iscrowd regions count like others. Pictures are found by the
end of their path, in sub-folders too. Augmented versions that Roboflow made of one photo
(NAME.rf.HASH.jpg) are one group. The export's own split is not used: ours is by group."""

_VOC = """\
PASCAL VOC segmentation, as CVAT exports it and as VOC 2012 lies on disk:

  DIR/JPEGImages/STEM.jpg                   (or another folder, with --images)
  DIR/SegmentationClass/STEM.png            palette PNG, or colours
  DIR/ImageSets/Segmentation/*.txt          stems, one a line; all lists together are
                                            imported; without lists, every mask
  DIR/labelmap.txt                          name:red,green,blue:: a line; without it
                                            categories are numbers: --garment-category 5

Palette index 255, or its colour 224,224,192, is void: pixels left open by the annotator.
They become background, unless --void says otherwise."""

_LABELME = """\
LabelMe, one JSON file for each picture:

  DIR/STEM.json     shapes; the picture embedded (imageData) or beside it (imagePath)

Polygons, rectangles, circles and painted masks are drawn; points and lines have no
inside and are a fault. An embedded picture is used before the file."""


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line; ``format`` names the sub-command."""
    parser = argparse.ArgumentParser(
        prog="python -m train import",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    formats = parser.add_subparsers(dest="format", required=True, metavar="FORMAT")
    ccp = _format(formats, "ccp", "Clothing Co-Parsing in its own layout", _CCP)
    ccp.add_argument("folder", type=Path, metavar="DIR")
    pairs = _format(formats, "pairs", "a folder of pictures and a folder of masks", _PAIRS)
    pairs.add_argument("folder", type=Path, metavar="PICTURES")
    pairs.add_argument("masks", type=Path, metavar="MASKS")
    _add_mask_rules(pairs)
    coco = _format(formats, "coco", "COCO JSON from CVAT, Label Studio or Roboflow", _COCO)
    coco.add_argument("folder", type=Path, metavar="SOURCE")
    voc = _format(formats, "voc", "PASCAL VOC SegmentationClass, labelmap.txt", _VOC)
    voc.add_argument("folder", type=Path, metavar="DIR")
    voc.add_argument(
        "--void",
        choices=("background", "undecided", "garment"),
        default="background",
        help="what void pixels become; undecided counts half in training (default: %(default)s)",
    )
    labelme = _format(formats, "labelme", "LabelMe JSON, one for each picture", _LABELME)
    labelme.add_argument("folder", type=Path, metavar="DIR")
    for each in (coco, voc, labelme):
        _add_choice(each)
    for each in (pairs, coco, voc, labelme):
        _add_identity(each)
    for each in (ccp, pairs, coco, voc, labelme):
        each.add_argument("out", type=Path, metavar="OUT", help="folder to make")
        _add_terms(each)
    return parser.parse_args(arguments)


def _format(
    formats: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    summary: str,
    description: str,
) -> argparse.ArgumentParser:
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
            type=_numbers,
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


def _numbers(text: str) -> list[int]:
    numbers = text.split(",")
    if not all(each.strip().isdecimal() for each in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers such as 4,7")
    return [int(each) for each in numbers]


def _add_choice(parser: argparse.ArgumentParser) -> None:
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


def _add_terms(parser: argparse.ArgumentParser) -> None:
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
