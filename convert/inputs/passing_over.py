"""Pictures that cannot be used, found before anything slow begins, named and passed over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from convert.errors import UsageError
from convert.inputs.one_picture import PictureError, guard_picture
from convert.inputs.photo import read_rgb
from convert.inputs.picture_folder import Picture, PictureFolder, make_printable, read_mask
from convert.progress import say, track


@dataclass(slots=True)
class PassedOver:
    """The pictures of one conversion that were passed over.

    Attributes:
        paths: their files.
    """

    paths: list[Path] = field(default_factory=list)
    _resolved: set[Path] = field(default_factory=set)

    def keep_usable(
        self, pictures: tuple[Picture, ...], what: str, *, masks: bool = False
    ) -> tuple[Picture, ...]:
        """Read each picture once, and name those that cannot be read.

        Args:
            pictures: to be used.
            what: what they are, for progress and sentences.
            masks: whether their masks are needed too.

        Returns:
            The others, in the same order.

        Raises:
            UsageError: none is left.
        """
        usable, reason = [], ""
        for picture in track(pictures, len(pictures), f"checking {what}, pictures"):
            found = _find_fault(picture, masks=masks)
            if not found:
                usable.append(picture)
                continue
            shown = make_printable(found)
            reason = reason or shown
            if picture.image.resolve() in self._resolved:
                continue  # named before: two folders of one conversion may share it
            self._resolved.add(picture.image.resolve())
            self.paths.append(picture.image)
            say(f"passed over: {shown}")
        if pictures and not usable:
            raise UsageError(
                f"none of the {len(pictures)} pictures of {what} can be used: {reason}"
            )
        return tuple(usable)

    def keep_usable_of(self, folder: PictureFolder) -> PictureFolder:
        """Return a folder with the photos that can be read; see `keep_usable`."""
        return replace(folder, pictures=self.keep_usable(folder.pictures, folder.name))

    def summarise(self) -> str:
        """Return one sentence with their names, or "" where there are none."""
        if not self.paths:
            return ""
        names = ", ".join(make_printable(path.name) for path in self.paths[:5])
        more = f" and {len(self.paths) - 5} more" if len(self.paths) > 5 else ""
        what = "picture was" if len(self.paths) == 1 else "pictures were"
        return f"{len(self.paths)} {what} passed over ({names}{more}), so the exit code is 1"


def _find_fault(picture: Picture, *, masks: bool) -> str:
    """Return why a picture cannot be used, or ""."""
    try:
        with guard_picture(picture.image):
            pixels = read_rgb(picture.image)
            if masks and picture.mask is not None:
                _refuse_other_size(picture, read_mask(picture.mask).shape, pixels.shape)
    except PictureError as error:
        return str(error)
    return ""


def _refuse_other_size(picture: Picture, mask: tuple[int, ...], photo: tuple[int, ...]) -> None:
    if mask != photo[:2]:
        raise PictureError(
            f"{picture.mask} does not have the size of {picture.image} ({photo[1]}×{photo[0]}): "
            "write the data set again"
        )
