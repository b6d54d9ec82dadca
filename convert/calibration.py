"""Representative data: the photos whose activations set the int8 scales."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from convert.letterbox import Float32Array, letterbox
from convert.pictures import PictureFolder, UInt8Array, read_rgb
from convert.progress import counted
from convert.run_folder import Run


@dataclass(frozen=True, slots=True)
class Calibration:
    """Representative data for one run's model.

    Attributes:
        source: the photos.
        run: gives the input size, the border's colour and the normalisation.
    """

    source: PictureFolder
    run: Run

    def __len__(self) -> int:
        return len(self.source.pictures)

    def samples(self) -> Iterator[list[Float32Array]]:
        """Yield each photo as the model's input list: one float32 (1, H, W, 3)."""
        run = self.run
        for number, picture in enumerate(
            counted(self.source.pictures, len(self), "calibrating, pictures")
        ):
            boxed, _ = letterbox(
                read_rgb(picture.image), run.height_px, run.width_px, run.letterbox_fill
            )
            if number == 0:
                _pin_range(boxed)
            yield [normalise(boxed, run)[np.newaxis]]


def normalise(pixels: UInt8Array, run: Run) -> Float32Array:
    """Scale 8-bit pixel values as the model expects them."""
    return (pixels.astype(np.float32) - np.float32(run.mean)) / np.float32(run.std)


def _pin_range(boxed: UInt8Array) -> None:
    """Put one black and one white pixel into opposite corners.

    The input's int8 scale comes from the smallest and the largest value seen. Photos that
    happen to hold no pure white would make the rig clip every highlight.
    """
    boxed[0, 0] = 0
    boxed[-1, -1] = 255
