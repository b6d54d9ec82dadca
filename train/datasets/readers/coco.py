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
from train.datasets.labelled_picture import (
    ForeignDataset,
    LabelledPicture,
    UnreadPicture,
    make_stem,
)
from train.datasets.one_picture import LeftOutError
from train.datasets.photograph import read_extent
from train.datasets.readers.coco_file import CocoFile, CocoPicture, read_coco
from train.datasets.readers.coco_folder import find_coco_files
from train.datasets.readers.layout import enter_single_folder
from train.datasets.readers.picture_search import NotFoundError, PictureSearch, is_guess
from train.datasets.readers.regions import (
    BadRegionError,
    BadSizeError,
    Drawable,
    draw_masks,
    draw_region,
    scale_outline,
)
from train.errors import UsageError

Size = tuple[int, int]


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
    if source.is_dir():
        source = enter_single_folder(source)
        source = source.parent if source.name in ("images", "annotations") else source
    files = [read_coco(path, faults) for path in find_coco_files(source, faults)]
    # Roboflow lists the name of the project as a category without regions.
    used = {region.label for file in files for each in file.pictures for region in each.regions}
    if not used:
        raise UsageError(f"{source} has no annotation: label the pictures, then export them again")
    choice = choose_labels(used, named)
    total = sum(len(file.pictures) for file in files)
    base = images or (source if source.is_dir() else _find_picture_root(source))
    pictures = _iterate(files, PictureSearch(base), choice, groups, faults)
    return ForeignDataset(total, pictures, str(choice))


def _find_picture_root(file: Path) -> Path:
    """Return the folder to search: CVAT and COCO put the file into annotations/ beside images/."""
    return file.parent.parent if file.parent.name == "annotations" else file.parent


def _iterate(
    files: list[CocoFile],
    search: PictureSearch,
    choice: LabelChoice,
    groups: Groups,
    faults: Faults,
) -> Iterator[UnreadPicture]:
    used: set[Path] = set()
    listed = [(file.path, picture) for file in files for picture in file.pictures]
    search.expect(
        [each.name for path, each in listed if not _is_beside(path, each)],
        [path.parent / each.name for path, each in listed if _is_beside(path, each)],
    )

    def read(file: CocoFile, beside: PictureSearch, picture: CocoPicture) -> LabelledPicture:
        try:
            photo = (beside if _is_beside(file.path, picture) else search).find(picture.name)
        except NotFoundError as error:
            fix = "left out: add the picture, or name their folder with --images"
            raise LeftOutError(file.path, str(error), fix) from error
        used.add(photo)
        if is_guess(picture.name, photo):
            fix = "look whether it is that picture"
            faults.add(
                photo, f"is used for {picture.name}, the name most like it", fix, harmful=False
            )
        masks = _draw_masks(photo, picture, choice, is_upright=file.is_label_studio)
        stem = make_stem(photo, search.base)
        group, kind = groups.look_up(stem)
        return LabelledPicture(stem, str(photo), photo, *masks, group, kind)

    for file in files:
        # Each split of a Roboflow export has its pictures beside its own JSON.
        beside = PictureSearch(file.path.parent)
        for picture in file.pictures:
            name = f"{file.path}: {picture.name}"
            yield UnreadPicture(name, partial(read, file, beside, picture))
    for photo in search.list_unused(used):
        faults.add(photo, "is a picture without annotations", "left out: label it, or remove it")


def _is_beside(file: Path, picture: CocoPicture) -> bool:
    return "/" not in picture.name and (file.parent / picture.name).is_file()


def _draw_masks(
    photo: Path, picture: CocoPicture, choice: LabelChoice, *, is_upright: bool
) -> tuple[UInt8Array, UInt8Array | None]:
    if picture.fault:
        raise LeftOutError(photo, picture.fault, "left out: export the file again")
    size, outline_scale = _find_size(photo, picture, is_upright=is_upright)
    regions = [
        Drawable(
            f"annotation {each.number}",
            each.label,
            partial(draw_region, scale_outline(each.outline, *outline_scale)),
        )
        for each in picture.regions
    ]
    try:
        return draw_masks(regions, size, choice)
    except BadSizeError as error:
        fix = "left out: export it again with its height and width"
        raise LeftOutError(photo, str(error), fix) from error
    except BadRegionError as error:
        fix = "left out: outline or paint it, then export again"
        raise LeftOutError(photo, str(error), fix) from error


def _find_size(
    photo: Path, picture: CocoPicture, *, is_upright: bool
) -> tuple[Size, tuple[float, float]]:
    """Return the size to draw in, and what outlines are scaled by, across and down.

    Label Studio shows a picture upright, stores percents of what it shows, and exports them times
    the size of the unturned file.
    """
    if picture.size and not is_upright:
        return picture.size, (1.0, 1.0)
    extent = read_extent(photo)
    if picture.size in (None, extent.upright) or picture.size != extent.stored:
        return picture.size or extent.upright, (1.0, 1.0)
    (height, width), (stored_height, stored_width) = extent.upright, extent.stored
    return extent.upright, (width / stored_width, height / stored_height)
