"""Refuses a picture that would not fit into memory, before it is there."""

from __future__ import annotations

from device.imaging.picture_error import MemoryShortError
from device.system.free_memory import measure_free_memory

_ALWAYS_BYTES = 50_000_000
"""So much fits wherever the rig itself does."""

# Measured on photos of 48 megapixels, from the file to the encoded PNG: a decoder's four bytes a
# pixel beside our three, and 6 bytes a pixel later on. A progressive JPEG is decoded from all its
# coefficients at once, WebP through two canvases of its own.
READ_BYTES_PER_PIXEL = 10
READ_BYTES_PER_PIXEL_OF = {"WEBP": 18}
READ_BYTES_PER_PIXEL_PROGRESSIVE = 13


def refuse_too_large(what: object, size_px: tuple[int, int], needed_bytes: int) -> None:
    """Refuse a picture that needs more memory than is free.

    Without this the kernel would end the process, and systemd start it again with the same photo.

    Args:
        what: the picture, for the sentence.
        size_px: its width and height.
        needed_bytes: what the work on it takes at most.

    Raises:
        MemoryShortError: it does not fit.
    """
    if needed_bytes < _ALWAYS_BYTES:
        return
    free_bytes = measure_free_memory()
    if free_bytes is not None and needed_bytes > free_bytes:
        raise MemoryShortError(
            f"{what} has {size_px[0]}×{size_px[1]} pixels, which take about"
            f" {needed_bytes // 1_000_000} MB of memory, and {free_bytes // 1_000_000} MB are free:"
            " give a smaller picture, or this machine more memory"
        )
