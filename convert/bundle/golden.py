"""The golden frame: a picture in the bundle with the mask that the model must find in it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from convert.arrays import BoolArray, UInt8Array
from convert.inputs.letterbox import letterbox, logits_to_frame
from convert.inputs.model_runners import TfliteModel
from convert.inputs.photo import read_rgb
from convert.inputs.picture_folder import make_printable
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import Run

MIN_IOU = 0.98
LONGEST_PX = 512
CANDIDATES = 8
SHARE = 0.2  # Of the frame that the garment should fill: enough to differ from an empty mask.


@dataclass(frozen=True, slots=True)
class Golden:
    """A frame and its expected mask, as the files of the bundle.

    Attributes:
        frame: JPEG.
        mask: 8-bit grey PNG of the same size, 255 where the model finds garment.
        source: file name of the calibration picture it was made of.
    """

    frame: bytes
    mask: bytes
    source: str


def make_golden(flatbuffer: bytes, calibration: RepresentativeDataset) -> Golden | None:
    """Make the golden frame from the calibration pictures.

    Of a few of them the one is taken in which the model finds a garment of middling size. The
    expected mask is the model's own, at the frame's size, before any refinement of the edge.

    Args:
        flatbuffer: the int8 model.
        calibration: the pictures, and what the model takes.

    Returns:
        The golden frame, or None when the model finds nothing in any of them.
    """
    run, pictures = calibration.run, calibration.source.pictures
    model = TfliteModel(flatbuffer, run)
    chosen, best, distance = None, None, 1.0
    for picture in pictures[:: max(1, len(pictures) // CANDIDATES)][:CANDIDATES]:
        frame = _encode_jpeg(read_rgb(picture.image))
        mask = find_mask(model, decode_frame(frame), run)
        share = float(mask.mean())
        if 0.01 < share < 0.9 and abs(share - SHARE) < distance:
            chosen, best, distance = (
                (frame, mask),
                make_printable(picture.image.name),
                abs(share - SHARE),
            )
    if chosen is None or best is None:
        return None
    return Golden(chosen[0], _encode_png(chosen[1]), best)


def find_mask(model: TfliteModel, frame: UInt8Array, run: Run) -> BoolArray:
    """What the model finds in a frame: booleans of the frame's size."""
    boxed, placement = letterbox(frame, run.height_px, run.width_px, run.letterbox_fill)
    logits = model.infer(boxed)
    return np.asarray(logits_to_frame(logits, placement, run.height_px // logits.shape[0]) > 0)


def decode_frame(jpeg: bytes) -> UInt8Array:
    """The golden frame's pixels, uint8 RGB, (height, width, 3)."""
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.uint8)


def decode_mask(png: bytes) -> BoolArray:
    """The golden mask as booleans, (height, width)."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(np.asarray(image.convert("L")) >= 128)


def _encode_jpeg(pixels: UInt8Array) -> bytes:
    height, width = pixels.shape[:2]
    scale = LONGEST_PX / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=92)
    return file.getvalue()


def _encode_png(mask: BoolArray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(file, "PNG", optimize=True)
    return file.getvalue()
