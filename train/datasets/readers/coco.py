"""COCO JSON as CVAT, Label Studio and Roboflow export it.

Garments of one picture are laid together into one mask. ``iscrowd`` changes nothing: CVAT sets
it for every region that was painted and not outlined, and a crowd of garments is garment too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from train.arrays import UInt8Array
from train.datasets.faults import Faults
from train.datasets.groups import Groups
from train.datasets.label_choice import Choice, choose
from train.datasets.labelled_picture import Labelled, Reading, stem_of
from train.datasets.readers.coco_file import CocoPicture, find_files, read_coco
from train.datasets.readers.picture_search import NotFoundError, PictureSearch
from train.datasets.readers.regions import BadRegionError, BadSizeError, blank, draw_region
from train.errors import UsageError


def open_coco(
    source: Path,
    images: Path | None,
    garment: list[str],
    body: list[str],
    groups: Groups,
    faults: Faults,
) -> Reading:
    """Open an export.

    Args:
        source: the JSON file, or the exported folder.
        images: where the pictures lie; None looks around the JSON file.
        garment: categories chosen as garment; [] decides by name.
        body: categories chosen as body; [] decides by name.
        groups: gives each picture its group.
        faults: what cannot be read is noted here.

    Raises:
        UsageError: there is no COCO JSON, or a category is neither chosen nor known.
    """
    if not source.exists():
        raise UsageError(f"{source} does not exist: name a COCO JSON file or the exported folder")
    if images and not images.is_dir():
        raise UsageError(f"{images} is not a folder: name the folder that holds the pictures")
    files = [(path, read_coco(path, faults)) for path in find_files(source)]
    # Roboflow lists the project's own name as a category that nothing is of.
    used = {region.label for _, pictures in files for each in pictures for region in each.regions}
    if not used:
        raise UsageError(f"{source} has no annotation: label the pictures, then export them again")
    choice = choose(used, garment, body)
    total = sum(len(pictures) for _, pictures in files)
    base = images or (source if source.is_dir() else _base_of(source))
    pictures = _read(files, PictureSearch(base), choice, groups, faults)
    return Reading(total, pictures, str(choice))


def _base_of(file: Path) -> Path:
    """Return the folder that a JSON file's pictures lie below: CVAT and COCO put it in one."""
    return file.parent.parent if file.parent.name == "annotations" else file.parent


def _read(
    files: list[tuple[Path, list[CocoPicture]]],
    search: PictureSearch,
    choice: Choice,
    groups: Groups,
    faults: Faults,
) -> Iterator[Labelled]:
    used = set()
    for file, pictures in files:
        # Each part of a Roboflow export has its pictures beside its own JSON.
        beside = PictureSearch(file.parent)
        for picture in pictures:
            try:
                photo = (beside if _lies_beside(file, picture) else search).find(picture.name)
            except NotFoundError as error:
                mend = "left out: add the picture, or name their folder with --images"
                faults.add(file, str(error), mend)
                continue
            used.add(photo)
            masks = _masks(photo, picture, choice, faults)
            if masks:
                stem = stem_of(photo, search.base)
                group, kind = groups.of(stem)
                yield Labelled(stem, str(photo), photo, *masks, group, kind)
    for photo in search.unused(used):
        faults.add(photo, "is a picture without annotations", "left out: label it, or remove it")


def _lies_beside(file: Path, picture: CocoPicture) -> bool:
    return "/" not in picture.name and (file.parent / picture.name).is_file()


def _masks(
    photo: Path, picture: CocoPicture, choice: Choice, faults: Faults
) -> tuple[UInt8Array, UInt8Array | None] | None:
    try:
        garment, body = blank(picture.size), blank(picture.size)
    except BadSizeError as error:
        faults.add(photo, str(error), "left out: export it again with its height and width")
        return None
    for region in picture.regions:
        if region.label in choice.rest:
            continue
        try:
            drawn = draw_region(region.outline, picture.size)
        except BadRegionError as error:
            faults.add(
                photo,
                f"annotation {region.number} ({region.label}) {error}",
                "left out: outline or paint it, then export again",
            )
            return None
        into = garment if region.label in choice.garment else body
        np.maximum(into, drawn, out=into)
    return garment, body if choice.body else None
