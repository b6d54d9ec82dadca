"""What a picture and its masks become on disk."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from train.datasets.dataset import Entry
from train.datasets.labelled_picture import LabelledPicture
from train.datasets.photograph import Photograph, encode_picture
from train.errors import WorkError


def encode_files(item: LabelledPicture, photo: Photograph) -> tuple[Entry, dict[str, bytes]]:
    """Return the entry of a picture and the content of its files, by path in the data set."""
    image, mask = f"images/{item.stem}{photo.suffix}", f"masks/{item.stem}.png"
    body = f"body/{item.stem}.png" if item.body is not None else ""
    content = photo.content
    if content is None:
        content = encode_picture(photo.pixels, photo.suffix)
    files = {image: content, mask: _encode_png(item.mask)}
    if item.body is not None:
        # A garment hides the body under it.
        files[body] = _encode_png(np.where(item.mask >= 128, 0, item.body))
    return Entry(item.stem, image, mask, body, "", item.group, item.kind), files


def _encode_png(labels: npt.NDArray[np.generic]) -> bytes:
    done, encoded = cv2.imencode(".png", labels.astype(np.uint8))
    if not done:
        raise WorkError(f"a mask of {labels.shape} pixels cannot be encoded as PNG")
    return encoded.tobytes()
