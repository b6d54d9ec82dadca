"""Which photos are cut, and where each result goes."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from device.batch.report import report
from device.contract.content_type import SUFFIXES
from device.contract.text import format_count
from device.errors import UsageError
from device.system.file_name import fit_name
from device.system.path_check import is_folder, is_there

ALPHA_ENDING = "-alpha.png"
"""Of the alpha beside a JPEG."""


def list_images(images: Sequence[Path]) -> list[Path]:
    """Return the files, and the photos of the folders; each file once.

    Raises:
        UsageError: one of them does not exist, or a folder holds no photo.
    """
    from device.imaging.photo_folder import list_photos  # noqa: PLC0415 - loads Pillow.

    files: dict[Path, Path] = {}
    for image in images:
        if is_folder(image):
            found = list_photos(image)
            _report_others(image)
        elif is_there(image):
            found = [image]
        else:
            raise UsageError(f"there is no image or folder {image}: check the path")
        files.update({path.resolve(): path for path in found})
    return list(files.values())


def _report_others(folder: Path) -> None:
    """Report how many of a folder's files are not photos: a camera's raw files, say."""
    from device.imaging.photo import FORMAT_NAMES, is_photo  # noqa: PLC0415 - loads Pillow.

    others = sum(
        not (is_photo(path) or path.name.startswith(".") or is_folder(path))
        for path in folder.iterdir()
    )
    if others:
        report(
            f"selvedge: {folder}: {format_count(others, 'file')} passed over, not {FORMAT_NAMES}"
        )


def plan_outputs(files: Sequence[Path], output: Path, suffix: str = ".png") -> dict[Path, Path]:
    """Return the result's path for each input.

    Raises:
        UsageError: two inputs would share a result, or a result would replace an input.
    """
    inputs = {path.resolve() for path in files}
    owners: dict[str, Path] = {}
    for path in files:
        # Compared without case: some file systems keep IMG.png and img.png as one file.
        # Others spell an umlaut in one way only.
        owner = owners.setdefault(unicodedata.normalize("NFC", path.stem).casefold(), path)
        if owner is not path:
            raise UsageError(
                f"{owner} and {path} would both become {output / path.stem}{suffix}: "
                "rename one or cut them into different folders"
            )
        for ending in (suffix, ALPHA_ENDING) if suffix == SUFFIXES["jpeg"] else (suffix,):
            result = output / fit_name(path.stem, ending)
            if result.resolve() in inputs:
                raise UsageError(
                    f"{result} is itself one of the images and would be overwritten: "
                    "give another folder with -o"
                )
    return {path: output / fit_name(path.stem, suffix) for path in files}
