"""Photos in a folder, in the order of their names."""

from __future__ import annotations

from pathlib import Path

from device.errors import UsageError
from device.imaging.photo import is_photo
from device.system.path_check import is_folder


def list_photos(folder: Path) -> list[Path]:
    """Return the folder's photos in the order of their names, without those of subfolders.

    Raises:
        UsageError: it is no folder, cannot be listed, or holds no photo.
    """
    if not is_folder(folder):
        raise UsageError(f"there is no folder {folder}: give one that holds photos")
    try:
        photos = sorted(path for path in folder.iterdir() if is_photo(path) and path.is_file())
    except OSError as error:
        raise UsageError(
            f"folder {folder} cannot be read ({error.strerror}): give one that this user may read"
        ) from None
    if not photos:
        raise UsageError(
            f"folder {folder} holds no photo: put JPEG, PNG, TIFF or WebP files into it"
        )
    return photos
