"""What names the garment of a shot: its photo's name, or the label that was held up."""

from __future__ import annotations

from device.capture.file_names import FileNames
from device.capture.garment_colours import GarmentColours, measure_colours
from device.capture.garment_label import open_garment_label
from device.capture.naming import Naming
from device.contract.garment_tag import UNTAGGED, GarmentTag
from device.imaging.frame import Frame
from device.preview.preview_path import PreviewPath
from device.settings.config import Config
from device.shots.shot import Shot


class GarmentTags:
    """Belongs to the shooting thread."""

    def __init__(
        self, config: Config, previews: PreviewPath, naming: Naming, *, by_name: bool
    ) -> None:
        """Begin with no label.

        Args:
            config: says what is read of labels and names.
            previews: know how much garment there is, and of which colours.
            naming: what people and the shot list say.
            by_name: whether photos are named by their files.
        """
        self._label = open_garment_label(config)
        self._names = FileNames(config.file_names)
        self._previews = previews
        self._naming = naming
        self._by_name = by_name

    @property
    def shows_code(self) -> bool:
        """Whether a label is held into the picture: then somebody stands before the garment."""
        return self._label is not None and self._label.is_code_visible

    def watch(self, frame: Frame) -> None:
        """Look for a label in a frame of a stream."""
        if self._label is not None:
            before = self._label.showings
            self._label.watch(frame, self._previews.garment_share)
            if self._label.showings != before:
                self._naming.selection.give_way()

    def choose(self, frame: Frame) -> GarmentTag:
        """Return what names the garment of a frame that is about to be shot."""
        if self._by_name and frame.stem is not None:
            return self._naming.name_photo(self._names.read(frame.stem))
        if self._label is None or frame.is_photo:
            return self._naming.name_photo(UNTAGGED)
        return self._naming.name_shot(self._label.choose_tag(self._measure_colours))

    def note_shot(self, frame: Frame, shot: Shot) -> None:
        """Note that a frame was shot."""
        if self._naming.shot_list is not None:
            label = shot.label
            self._naming.shot_list.note_shot(shot.id, label.sku, label.view, shot.verdict.state)
        if self._label is not None and not frame.is_photo:
            self._label.note_shot(self._previews.garment_share, self._measure_colours)

    def _measure_colours(self) -> GarmentColours | None:
        newest = self._previews.newest
        return None if newest is None else measure_colours(newest)
