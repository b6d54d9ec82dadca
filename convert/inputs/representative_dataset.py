"""Representative data: the photos whose activations set the int8 scales."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from convert.arrays import Float32Array, UInt8Array
from convert.inputs.input_table import normalise
from convert.inputs.letterbox import letterbox
from convert.inputs.photo import read_rgb
from convert.inputs.picture_folder import PictureFolder
from convert.inputs.run_folder import Run
from convert.progress import track

CLOSE_UP = 0.6
"""Share of a photo's height and width that its close-up keeps: garments nearly fill it then."""

GAINS = (0.55, 1.6)
"""Under- and overexposure, taken in turns: about a stop down, and two thirds of one up."""


@dataclass(frozen=True, slots=True)
class RepresentativeDataset:
    """Representative data for one run's model.

    Attributes:
        source: the photos.
        run: gives the input size, the border's colour and the normalisation.
        varied: whether each photo is also shown closer, and darker or brighter. A studio's
            photos are framed and lit alike; the rig will meet others.
    """

    source: PictureFolder
    run: Run
    varied: bool = False

    def __len__(self) -> int:
        return len(self.source.pictures)

    def read_letterboxed(self) -> Iterator[UInt8Array]:
        """Yield each photo letterboxed, uint8 RGB (H, W, 3), as the rig fits its frames."""
        for picture in self.source.pictures:
            yield self._box(read_rgb(picture.image))

    def read_samples(self) -> Iterator[list[Float32Array]]:
        """Yield the model's input lists, one float32 (1, H, W, 3) each; ``boxed`` ones first."""
        for number, boxed in enumerate(self.read_letterboxed()):
            if number == 0:
                _pin_range(boxed)
            yield [normalise(boxed, self.run)[np.newaxis]]
        if not self.varied:
            return
        for number, picture in enumerate(self.source.pictures):
            pixels = read_rgb(picture.image)
            for variant in (_crop_middle(pixels), _expose(pixels, GAINS[number % len(GAINS)])):
                yield [normalise(self._box(variant), self.run)[np.newaxis]]

    def track_samples(self, what: str) -> Iterator[list[Float32Array]]:
        """Yield the same, with progress on stderr under the name ``what``."""
        total = len(self) * (3 if self.varied else 1)
        return track(self.read_samples(), total, f"{what}, pictures")

    def _box(self, pixels: UInt8Array) -> UInt8Array:
        run = self.run
        return letterbox(pixels, run.height_px, run.width_px, run.letterbox_fill)[0]


def _crop_middle(pixels: UInt8Array) -> UInt8Array:
    """Return the middle of a photo."""
    height, width = pixels.shape[:2]
    rows, columns = max(1, round(height * CLOSE_UP)), max(1, round(width * CLOSE_UP))
    top, left = (height - rows) // 2, (width - columns) // 2
    return pixels[top : top + rows, left : left + columns]


def _expose(pixels: UInt8Array, gain: float) -> UInt8Array:
    """Return a photo under more or less light, clipped as a sensor clips."""
    return np.clip(pixels.astype(np.float32) * np.float32(gain) + 0.5, 0, 255).astype(np.uint8)


def _pin_range(boxed: UInt8Array) -> None:
    """Put one black and one white pixel into opposite corners.

    The input's int8 scale comes from the smallest and the largest value seen. Photos that
    happen to hold no pure white would make the rig clip every highlight.
    """
    boxed[0, 0] = 0
    boxed[-1, -1] = 255
