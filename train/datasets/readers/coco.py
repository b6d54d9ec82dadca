"""COCO JSON as CVAT, Label Studio and Roboflow export it.

The garments of one picture become one mask. ``iscrowd`` is ignored: CVAT sets it for every
region that was painted instead of outlined, and a crowd of garments is garment too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from train.arrays import UInt8Array
from train.datasets.faults import Faults
from train.datasets.groups import Groups
from train.datasets.label_choice import LabelChoice, NamedLabels, choose_labels
from train.datasets.labelled_picture import ForeignDataset, LabelledPicture, make_stem
from train.datasets.readers.coco_file import CocoPicture, find_coco_files, read_coco
from train.datasets.readers.picture_search import NotFoundError, PictureSearch
from train.datasets.readers.regions import (
    BadRegionError,
    BadSizeError,
    Drawable,
    draw_masks,
    draw_region,
)
from train.errors import UsageError


def open_coco(
    source: Path,
    images: Path | None,
    named: NamedLabels,
    groups: Groups,
    faults: Faults,
) -> ForeignDataset:
    """Open an export.

    Args:
        source: the JSON file, or the exported folder.
        images: folder of the pictures; None searches around the JSON file.
        named: categories that a person named.
        groups: groups and kinds by stem.
        faults: list to note unreadable pictures in.

    Raises:
        UsageError: there is no COCO JSON, or the meaning of a category is unknown.
    """
    if not source.exists():
        raise UsageError(f"{source} does not exist: name a COCO JSON file or the exported folder")
    if images and not images.is_dir():
        raise UsageError(f"{images} is not a folder: name the folder that holds the pictures")
    files = [(path, read_coco(path, faults)) for path in find_coco_files(source)]
    # Roboflow lists the name of the project as a category without regions.
    used = {region.label for _, pictures in files for each in pictures for region in each.regions}
    if not used:
        raise UsageError(f"{source} has no annotation: label the pictures, then export them again")
    choice = choose_labels(used, named)
    total = sum(len(pictures) for _, pictures in files)
    base = images or (source if source.is_dir() else _find_picture_root(source))
    pictures = _read_pictures(files, PictureSearch(base), choice, groups, faults)
    return ForeignDataset(total, pictures, str(choice))


def _find_picture_root(file: Path) -> Path:
    """Return the folder to search: CVAT and COCO put the file into annotations/ beside images/."""
    return file.parent.parent if file.parent.name == "annotations" else file.parent


def _read_pictures(
    files: list[tuple[Path, list[CocoPicture]]],
    search: PictureSearch,
    choice: LabelChoice,
    groups: Groups,
    faults: Faults,
) -> Iterator[LabelledPicture]:
    used = set()
    for file, pictures in files:
        # Each split of a Roboflow export has its pictures beside its own JSON.
        beside = PictureSearch(file.parent)
        for picture in pictures:
            try:
                photo = (beside if _is_beside(file, picture) else search).find(picture.name)
            except NotFoundError as error:
                fix = "left out: add the picture, or name their folder with --images"
                faults.add(file, str(error), fix)
                continue
            used.add(photo)
            masks = _draw_masks(photo, picture, choice, faults)
            if masks:
                stem = make_stem(photo, search.base)
                group, kind = groups.look_up(stem)
                yield LabelledPicture(stem, str(photo), photo, *masks, group, kind)
    for photo in search.list_unused(used):
        faults.add(photo, "is a picture without annotations", "left out: label it, or remove it")


def _is_beside(file: Path, picture: CocoPicture) -> bool:
    return "/" not in picture.name and (file.parent / picture.name).is_file()


def _draw_masks(
    photo: Path, picture: CocoPicture, choice: LabelChoice, faults: Faults
) -> tuple[UInt8Array, UInt8Array | None] | None:
    regions = [
        Drawable(f"annotation {each.number}", each.label, partial(draw_region, each.outline))
        for each in picture.regions
    ]
    try:
        return draw_masks(regions, picture.size, choice)
    except BadSizeError as error:
        faults.add(photo, str(error), "left out: export it again with its height and width")
    except BadRegionError as error:
        faults.add(photo, str(error), "left out: outline or paint it, then export again")
    return None
