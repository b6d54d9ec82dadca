"""LabelMe: a JSON file for each picture, with what was drawn on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from train.arrays import UInt8Array
from train.datasets.faults import Faults
from train.datasets.groups import Groups
from train.datasets.label_choice import Choice, choose
from train.datasets.labelled_picture import Labelled, Reading, stem_of
from train.datasets.photograph import BrokenPictureError, read_photograph
from train.datasets.readers.labelme_file import LabelMeFile, NotLabelMeError, read_labelme
from train.datasets.readers.picture_search import NotFoundError, PictureSearch
from train.datasets.readers.regions import BadRegionError, BadSizeError, blank
from train.errors import UsageError


def open_labelme(
    folder: Path,
    images: Path | None,
    garment: list[str],
    body: list[str],
    groups: Groups,
    faults: Faults,
) -> Reading:
    """Open a folder of LabelMe files.

    Args:
        folder: holds the JSON files, in sub-folders too.
        images: where pictures lie that are neither embedded nor beside their JSON.
        garment: labels chosen as garment; [] decides by name.
        body: labels chosen as body; [] decides by name.
        groups: gives each picture its group.
        faults: what cannot be read is noted here.

    Raises:
        UsageError: there is no such file, or a label is neither chosen nor known.
    """
    for named in (folder, images or folder):
        if not named.is_dir():
            raise UsageError(f"{named} is not a folder: name the folder of the LabelMe files")
    names: set[str] = set()
    readable = []
    for path in sorted(folder.rglob("*.json")):
        try:
            # Embedded pictures make these files large: only the labels are kept for now.
            names.update(shape.label for shape in read_labelme(path).shapes)
        except NotLabelMeError as error:
            faults.add(path, str(error), "left out: export it again, or remove it")
            continue
        readable.append(path)
    if not names:
        raise UsageError(f"{folder} holds no LabelMe file with a shape: it needs *.json files")
    choice = choose(names, garment, body)
    pictures = _read(readable, folder, PictureSearch(images or folder), choice, groups, faults)
    return Reading(len(readable), pictures, str(choice))


def _read(
    paths: list[Path],
    folder: Path,
    search: PictureSearch,
    choice: Choice,
    groups: Groups,
    faults: Faults,
) -> Iterator[Labelled]:
    used = set()
    for path in paths:
        file = read_labelme(path)
        try:
            # What is embedded is what was drawn on, whatever became of the file since.
            photo = _beside(path, file, search)
            used.add(photo)
        except NotFoundError as error:
            photo = path
            if file.embedded is None:
                mend = "left out: add the picture, or name their folder with --images"
                faults.add(path, str(error), mend)
                continue
        content = photo if file.embedded is None else file.embedded
        masks = _masks(path, content, file, choice, faults)
        if masks:
            stem = stem_of(path, folder)
            group, kind = groups.of(stem)
            yield Labelled(stem, str(photo), content, *masks, group, kind)
    for photo in search.unused(used):
        mend = "left out: label it, or remove it"
        faults.add(photo, "is a picture without a LabelMe file", mend)


def _beside(path: Path, file: LabelMeFile, search: PictureSearch) -> Path:
    direct = path.parent / file.image_path.replace("\\", "/")
    if file.image_path and direct.is_file():
        return direct.resolve() if ".." in direct.parts else direct
    return search.find(file.image_path)


def _masks(
    path: Path, content: Path | bytes, file: LabelMeFile, choice: Choice, faults: Faults
) -> tuple[UInt8Array, UInt8Array | None] | None:
    size = file.size
    if size is None:
        try:
            size = read_photograph(content).size
        except BrokenPictureError as error:
            faults.add(path, f"its picture {error}", "left out: export it again")
            return None
    try:
        garment, body = blank(size), blank(size)
    except BadSizeError as error:
        mend = "left out: mend imageHeight and imageWidth, or save it again"
        faults.add(path, str(error), mend)
        return None
    for number, shape in enumerate(file.shapes):
        if shape.label in choice.rest:
            continue
        try:
            drawn = shape.draw(size)
        except BadRegionError as error:
            faults.add(
                path,
                f"shape {number} ({shape.label}) {error}",
                "left out: outline the garment with a polygon",
            )
            return None
        into = garment if shape.label in choice.garment else body
        np.maximum(into, drawn, out=into)
    return garment, body if choice.body else None
