"""Switches of OpenCV and Pillow that hold for the whole process."""

from __future__ import annotations

import warnings


def set_library_switches(*, photos: bool) -> None:
    """Set them; for the program that owns the process, before its first picture.

    OpenCV gets one thread: its own would spin between two calls, on cores that the interpreter
    needs, and the model itself would be slower. What is worth it is spread over the cores by
    `device.system.parallel`.

    Pillow's limit on a picture's size goes: it warns from 89 megapixels on, and refuses less than
    `device.imaging.photo.MAX_PIXELS`, which takes its place.

    Args:
        photos: whether image files are read. Pillow takes a tenth of a start to load, and nothing
            else needs it.
    """
    import cv2  # noqa: PLC0415 - programs answer --help without it.

    cv2.setNumThreads(1)
    if photos:
        from PIL import Image  # noqa: PLC0415 - see above.

        Image.MAX_IMAGE_PIXELS = None
        # A few bytes of damaged Exif, say. The product itself reports what matters of it.
        warnings.filterwarnings("ignore", module="PIL")
