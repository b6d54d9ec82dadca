"""A photo shows the same pixels to training, to conversion and to the rig."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import convert.errors
import convert.inputs.png_texts
import device.errors
import device.imaging.png_texts
import train.datasets.png_texts
from convert.inputs.photo import read_rgb
from device.imaging.photo import read_photo
from tests.contract_vectors.cases.photos import gamma_profile
from tests.contract_vectors.reference.geometry import UInt8Array
from tests.contract_vectors.vectors import DATA, read_arrays, read_cases
from train.datasets.one_picture import BrokenPictureError
from train.datasets.photograph import read_photograph

READERS: dict[str, Callable[[Path], UInt8Array]] = {
    "device": lambda path: read_photo(path).pixels,
    "train": lambda path: read_photograph(path).pixels,
    "convert": read_rgb,
}
PNG_TEXTS: tuple[Any, ...] = (
    device.imaging.png_texts,
    train.datasets.png_texts,
    convert.inputs.png_texts,
)
REFUSALS = (BrokenPictureError, convert.errors.UsageError, device.errors.UsageError)
SHOWN = read_arrays("photos")


@pytest.mark.parametrize("case", read_cases("photos"), ids=lambda case: case["file"])
def test_a_photo_shows_the_same_pixels(case: dict[str, Any]) -> None:
    """Every reader shows the vector's pixels upright, or refuses where there is nothing to show."""
    path, wanted = DATA / "photos" / case["file"], SHOWN.get(case["file"])
    read = {}
    for package, reader in READERS.items():
        if wanted is None:
            with pytest.raises(REFUSALS):
                reader(path)
            continue
        read[package] = reader(path)
        assert read[package].shape == wanted.shape, package
        off = np.abs(read[package].astype(int) - wanted)
        assert off.max() <= case["within_levels"], package
    assert len({pixels.tobytes() for pixels in read.values()}) <= 1


def test_any_photo_shows_the_same_pixels(tmp_path: Path) -> None:
    """Whatever mode, format, orientation and profile a photo has, the readers agree."""
    random = np.random.default_rng(142)
    for number in range(120):
        size = int(random.integers(1, 40)), int(random.integers(1, 40))
        content = _encode_randomly(size, random)
        if content is None:
            continue
        path = tmp_path / f"{number}.{content[0]}"
        path.write_bytes(content[1])
        shown = {package: reader(path) for package, reader in READERS.items()}
        assert len({pixels.tobytes() for pixels in shown.values()}) == 1, content[2]


def _encode_randomly(
    size: tuple[int, int], random: np.random.Generator
) -> tuple[str, bytes, str] | None:
    """Suffix, bytes and description of a photo; None where the format has no such pixels."""
    mode = str(random.choice(["RGB", "L", "LA", "RGBA", "P", "1", "I;16", "CMYK"]))
    suffix, kind = [("png", "PNG"), ("jpg", "JPEG"), ("tif", "TIFF"), ("webp", "WEBP")][
        int(random.integers(0, 4))
    ]
    rgba = Image.fromarray(random.integers(0, 256, (*size, 4), dtype=np.uint8))
    image = rgba.convert("L" if mode in ("I;16", "LA") else mode if mode != "P" else "RGB")
    if mode == "I;16":
        image = Image.fromarray(random.integers(0, 1 << 16, size).astype(np.uint16))
    elif mode == "LA":
        image.putalpha(rgba.getchannel("A"))
    elif mode == "P":
        image = image.quantize(16)
    options: dict[str, Any] = {}
    if random.random() < 0.6:
        exif = Image.Exif()
        exif[0x0112] = int(random.integers(0, 10))
        options["exif"] = exif
    if random.random() < 0.3 and mode in ("L", "I;16"):
        options["icc_profile"] = gamma_profile(float(random.choice([1.0, 1.8, 2.2])))
    if random.random() < 0.3 and mode in ("P", "L", "RGB") and kind == "PNG":
        options["transparency"] = (9, 9, 9) if mode == "RGB" else 3
    buffer = io.BytesIO()
    try:
        image.save(buffer, kind, **options)
    except OSError:
        return None
    return suffix, buffer.getvalue(), f"{mode} {kind} {options}"


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_of_many_texts_only_some_are_unfolded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: bytes
) -> None:
    """A small file that holds gigabytes of text takes no reader longer than one with a little."""
    body = kind + b"a\0\0" + zlib.compress(bytes(1_000_000))
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    pixels = np.full((20, 30, 3), 80, np.uint8)
    png = io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG")
    data = png.getvalue()
    path = tmp_path / "a.png"
    path.write_bytes(data[:33] + chunk * 100 + data[33:])
    packages = dict(zip(READERS, PNG_TEXTS, strict=True))
    for package, reader in READERS.items():
        module = packages[package]
        measured: list[int] = []
        monkeypatch.setattr(module, "_measure", _count(module._measure, measured))
        np.testing.assert_array_equal(reader(path), pixels)
        assert len(measured) == 34, package


def _count(measure: Callable[..., int], measured: list[int]) -> Callable[..., int]:
    def count(*arguments: Any) -> int:
        measured.append(measure(*arguments))
        return measured[-1]

    return count
