"""LabelMe: one JSON file a picture, with the shapes drawn on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from train.arrays import UInt8Array
from train.datasets.faults import Faults
from train.datasets.groups import Groups
from train.datasets.label_choice import LabelChoice, NamedLabels, choose_labels
from train.datasets.labelled_picture import ForeignDataset, LabelledPicture, make_stem
from train.datasets.photograph import BrokenPictureError, read_photograph
from train.datasets.readers.labelme_file import LabelMeFile, NotLabelMeError, read_labelme
from train.datasets.readers.picture_search import NotFoundError, PictureSearch
from train.datasets.readers.regions import BadRegionError, BadSizeError, Drawable, draw_masks
from train.errors import UsageError


def open_labelme(
    folder: Path,
    images: Path | None,
    named: NamedLabels,
    groups: Groups,
    faults: Faults,
) -> ForeignDataset:
    """Open a folder of LabelMe files.

    Args:
        folder: folder of the JSON files, searched with its sub-folders.
        images: folder of the pictures that are neither embedded nor beside their JSON file.
        named: labels that a person named.
        groups: groups and kinds by stem.
        faults: list to note unreadable files in.

    Raises:
        UsageError: there is no LabelMe file, or the meaning of a label is unknown.
    """
    for path in (folder, images or folder):
        if not path.is_dir():
            raise UsageError(f"{path} is not a folder: name the folder of the LabelMe files")
    names: set[str] = set()
    readable = []
    for path in sorted(folder.rglob("*.json")):
        try:
            # Embedded pictures make these files large, so only the labels are kept here.
            names.update(shape.label for shape in read_labelme(path).shapes)
        except NotLabelMeError as error:
            faults.add(path, str(error), "left out: export it again, or remove it")
            continue
        readable.append(path)
    if not names:
        raise UsageError(f"{folder} holds no LabelMe file with a shape: it needs *.json files")
    choice = choose_labels(names, named)
    pictures = _read_pictures(
        readable, folder, PictureSearch(images or folder), choice, groups, faults
    )
    return ForeignDataset(len(readable), pictures, str(choice))


def _read_pictures(
    paths: list[Path],
    folder: Path,
    search: PictureSearch,
    choice: LabelChoice,
    groups: Groups,
    faults: Faults,
) -> Iterator[LabelledPicture]:
    used = set()
    for path in paths:
        file = read_labelme(path)
        try:
            # The embedded picture is the one that was drawn on; the file may have changed.
            photo = _find_photo(path, file, search)
            used.add(photo)
        except NotFoundError as error:
            photo = path
            if file.embedded is None:
                fix = "left out: add the picture, or name their folder with --images"
                faults.add(path, str(error), fix)
                continue
        content = photo if file.embedded is None else file.embedded
        masks = _draw_masks(path, content, file, choice, faults)
        if masks:
            stem = make_stem(path, folder)
            group, kind = groups.look_up(stem)
            yield LabelledPicture(stem, str(photo), content, *masks, group, kind)
    for photo in search.list_unused(used):
        fix = "left out: label it, or remove it"
        faults.add(photo, "is a picture without a LabelMe file", fix)


def _find_photo(path: Path, file: LabelMeFile, search: PictureSearch) -> Path:
    direct = path.parent / file.image_path.replace("\\", "/")
    if file.image_path and direct.is_file():
        return direct.resolve() if ".." in direct.parts else direct
    return search.find(file.image_path)


def _draw_masks(
    path: Path, content: Path | bytes, file: LabelMeFile, choice: LabelChoice, faults: Faults
) -> tuple[UInt8Array, UInt8Array | None] | None:
    size = file.size
    if size is None:
        try:
            size = read_photograph(content).size
        except BrokenPictureError as error:
            faults.add(path, f"its picture {error}", "left out: export it again")
            return None
    shapes = [
        Drawable(f"shape {number}", shape.label, shape.draw)
        for number, shape in enumerate(file.shapes)
    ]
    try:
        return draw_masks(shapes, size, choice)
    except BadSizeError as error:
        fix = "left out: correct imageHeight and imageWidth, or save it again"
        faults.add(path, str(error), fix)
    except BadRegionError as error:
        faults.add(path, str(error), "left out: outline the garment with a polygon")
    return None
