"""Map the pixels of a VOC mask to labels, by labelmap.txt or by the VOC colour map."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.arrays import Int32Array
from train.datasets.raster import Raster
from train.datasets.readers.pair_mask import StrayLabelError
from train.errors import UsageError

VOID = 255  # label of pixels that the annotator left open
_STRAY = -1
_BLACK = 0x000000
_UNDECLARED = 256  # label of black where no line of the label map has it
_IGNORED = "__ignore__"  # LabelMe writes it first in class_names.txt


def label_to_colour(label: int) -> int:
    """Return a label's colour, 0xRRGGBB, in the colour map of PASCAL VOC.

    The label's bits, lowest first, go to red, green and blue in turn, into the highest bits
    first (VOClabelcolormap in the development kit of PASCAL VOC 2012).
    """
    channels = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            channels[channel] |= (label >> (3 * bit + channel) & 1) << (7 - bit)
    red, green, blue = channels
    return red << 16 | green << 8 | blue


@dataclass(frozen=True, slots=True)
class LabelMap:
    """Labels by number and by colour.

    Attributes:
        names: name of each label; () without labelmap.txt, where the numbers serve as names.
        colours: 0xRRGGBB of each label.
    """

    names: tuple[str, ...]
    colours: tuple[int, ...]

    def get_name(self, label: int) -> str:
        """Return the name of a label, or its number if labels have no names."""
        if label == _UNDECLARED:
            return "background"
        return self.names[label] if self.names else str(label)

    def read_labels(self, raster: Raster) -> Int32Array:
        """Return label numbers, int32 (height, width), ``VOID`` where the annotator left it open.

        Raises:
            StrayLabelError: the mask has a colour or number that is no label.
        """
        levels = raster.find_levels()
        by_level = self._map_levels(raster, levels)
        stray = [level for level in levels if by_level.get(level, _STRAY) == _STRAY]
        if stray:
            shown = ", ".join(_format_level(raster, level) for level in stray[:5])
            raise StrayLabelError(f"has labels that are not in the label map: {shown}")
        table: Int32Array = np.zeros(max(levels) + 1, np.int32)
        table[levels] = [by_level[level] for level in levels]
        return np.asarray(table[raster.values], np.int32)

    def _map_levels(self, raster: Raster, levels: list[int]) -> dict[int, int]:
        """Return the label of each level, ``_STRAY`` or nothing for a level without one."""
        by_colour = {label_to_colour(VOID): VOID}
        by_colour.update((colour, label) for label, colour in enumerate(self.colours))
        # CVAT may give its background another colour, and what nobody labelled stays black.
        by_colour.setdefault(_BLACK, _UNDECLARED)
        if raster.coloured:
            return {level: by_colour.get(level, _STRAY) for level in levels}
        numbered = {level: level for level in levels if level < len(self.colours) or level == VOID}
        if not self.names:
            return numbered
        if raster.colours is not None:
            palette = raster.colours.tolist()
            coloured = {level: by_colour.get(palette[level], _STRAY) for level in levels}
            # Palette index 255 is void unless a label has its colour.
            return coloured | ({VOID: VOID} if coloured.get(VOID) == _STRAY else {})
        greys = {level: by_colour.get(level * 0x010101, _STRAY) for level in levels}
        return numbered if {_STRAY, _UNDECLARED} & set(greys.values()) else greys


def _format_level(raster: Raster, level: int) -> str:
    colour = raster.colours[level] if raster.colours is not None else level
    if raster.coloured or raster.colours is not None:
        return f"{colour >> 16},{colour >> 8 & 255},{colour & 255}"
    return str(level)


def read_labels(folder: Path) -> LabelMap:
    """Read a data set's labels: of labelmap.txt, else of class_names.txt, else by number."""
    listed = folder / "class_names.txt"
    if (folder / "labelmap.txt").is_file() or not listed.is_file():
        return read_labelmap(folder / "labelmap.txt")
    lines = [line.strip() for line in _read_lines(listed) if line.strip()]
    names = tuple(line for line in lines if line != _IGNORED)
    return LabelMap(names, tuple(label_to_colour(label) for label in range(len(names))))


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text in UTF-8: save it so") from error


def read_labelmap(path: Path) -> LabelMap:
    """Read labelmap.txt: ``name:red,green,blue:parts:actions`` a line, ``#`` begins a comment.

    Without the file, the labels are the 255 of the VOC colour map, without names.

    Raises:
        UsageError: a line has another form, or two labels have one colour.
    """
    if not path.is_file():
        return LabelMap((), tuple(label_to_colour(label) for label in range(VOID)))
    names, colours = [], []
    for number, line in enumerate(_read_lines(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(":")
        channels = rest.partition(":")[0].split(",")
        if len(channels) != 3 or not all(
            each.strip().isdecimal() and int(each) < 256 for each in channels
        ):
            raise UsageError(
                f"{path} line {number} is {line!r}: write name:red,green,blue:: with 0 to 255"
            )
        red, green, blue = (int(each) for each in channels)
        names.append(name.strip())
        colours.append(red << 16 | green << 8 | blue)
    if not names or len(set(colours)) != len(colours):
        raise UsageError(f"{path} gives two labels one colour, or names none: export it again")
    return LabelMap(tuple(names), tuple(colours))
