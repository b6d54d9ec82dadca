"""LabelMe: one JSON file a picture, with the shapes drawn on it."""

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
from train.datasets.one_picture import BrokenPictureError, LeftOutError
from train.datasets.photograph import read_extent
from train.datasets.readers.labelme_file import LabelMeFile, NotLabelMeError, read_labelme
from train.datasets.readers.layout import enter_single_folder, list_json_files, recognise_format
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
    readable: dict[Path, str] = {}
    for path in list_json_files(folder):
        try:
            # Embedded pictures make these files large, so only the labels are kept here.
            file = read_labelme(path)
            names.update(shape.label for shape in file.shapes)
        except NotLabelMeError as error:
            fix = "left out: export it again, or remove it"
            faults.add(path, str(error), fix, unreadable=not error.is_foreign)
            continue
        readable[path] = file.image_path
    if not names:
        hint = recognise_format(folder) or "it needs *.json files"
        raise UsageError(f"{folder} holds no LabelMe file with a shape: {hint}")
    choice = choose_labels(names, named)
    reader = _Reader(enter_single_folder(folder), images, choice, groups)
    return ForeignDataset(len(readable), reader.iterate(readable, faults), str(choice))


class _Reader:
    """Reads LabelMe files one by one."""

    def __init__(
        self, folder: Path, images: Path | None, choice: LabelChoice, groups: Groups
    ) -> None:
        self._folder, self._choice, self._groups = folder, choice, groups
        self._search = PictureSearch(images or folder)
        self._used: set[Path] = set()

    def iterate(self, named: dict[Path, str], faults: Faults) -> Iterator[UnreadPicture]:
        """Yield each file's picture; then note the pictures that no file names.

        Args:
            named: the path that each file gives its picture.
            faults: takes the notes.
        """
        direct = {path: _find_beside(path, name) for path, name in named.items()}
        taken = [photo for photo in direct.values() if photo]
        self._search.expect([name for path, name in named.items() if not direct[path]], taken)
        for path in named:
            yield UnreadPicture(str(path), partial(self._read, path))
        for photo in self._search.list_unused(self._used):
            fix = "left out: label it, or remove it"
            faults.add(photo, "is a picture without a LabelMe file", fix)

    def _read(self, path: Path) -> LabelledPicture:
        try:
            file = read_labelme(path)
        except NotLabelMeError as error:
            raise BrokenPictureError(str(error)) from error
        try:
            # The embedded picture is the one that was drawn on; the file may have changed.
            photo = _find_photo(path, file, self._search)
            self._used.add(photo)
        except NotFoundError as error:
            photo = path
            if file.embedded is None:
                fix = "left out: add the picture, or name their folder with --images"
                raise LeftOutError(path, str(error), fix) from error
        content = photo if file.embedded is None else file.embedded
        masks = _draw_masks(path, content, file, self._choice)
        stem = make_stem(path, self._folder)
        group, kind = self._groups.look_up(stem)
        return LabelledPicture(stem, str(photo), content, *masks, group, kind)


def _find_photo(path: Path, file: LabelMeFile, search: PictureSearch) -> Path:
    return _find_beside(path, file.image_path) or search.find(file.image_path)


def _find_beside(path: Path, name: str) -> Path | None:
    direct = path.parent / name.replace("\\", "/")
    if not name or not direct.is_file():
        return None
    return direct.resolve() if ".." in direct.parts else direct


def _draw_masks(
    path: Path, content: Path | bytes, file: LabelMeFile, choice: LabelChoice
) -> tuple[UInt8Array, UInt8Array | None]:
    try:
        size = file.size or read_extent(content).upright
    except BrokenPictureError as error:
        raise BrokenPictureError(f"its picture {error}", path) from error
    shapes = [
        Drawable(f"shape {number}", shape.label, shape.draw)
        for number, shape in enumerate(file.shapes)
    ]
    try:
        return draw_masks(shapes, size, choice)
    except BadSizeError as error:
        fix = "left out: correct imageHeight and imageWidth, or save it again"
        raise LeftOutError(path, str(error), fix) from error
    except BadRegionError as error:
        fix = "left out: outline the garment with a polygon"
        raise LeftOutError(path, str(error), fix) from error
