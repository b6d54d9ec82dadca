"""Damaged and hostile files in a hot folder."""

from __future__ import annotations

import os
import random
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile

from device.cameras.camera import PassedOverError
from device.cameras.folder_memory import FolderMemory
from device.cameras.hot_folder import HotFolder
from tests.support.pictures import noise

COUNT = 10_000
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(name="inbox")
def _inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("device.cameras.hot_candidates.DAMAGED_S", 0.0)
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def _put(path: Path, data: bytes, second: int = 1000) -> None:
    """A file that has lain there for years."""
    path.write_bytes(data)
    os.utime(path, (second, second))


def _seeds(folder: Path) -> list[tuple[str, bytes]]:
    """What cameras, scanners and studios write, small: by ending, with every kind of baggage."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera"
    picture = Image.fromarray(noise(12, 16, 1))
    deep = (noise(12, 16, 2).astype(np.uint16) << 8) + 7
    baggage: dict[str, Any] = {"icc_profile": _SRGB, "exif": exif}
    picture.save(folder / "plain.jpg", quality=90, **baggage)
    picture.save(folder / "progressive.jpeg", progressive=True, subsampling=0)
    picture.convert("CMYK").save(folder / "print.jpg")
    picture.save(folder / "plain.png", **baggage)
    picture.convert("P").save(folder / "palette.png", transparency=3)
    cv2.imwrite(str(folder / "deep.png"), deep)
    picture.save(folder / "plain.tif", icc_profile=_SRGB)
    picture.save(folder / "packed.tiff", compression="tiff_lzw")
    picture.save(folder / "deflated.tif", compression="tiff_adobe_deflate", exif=exif)
    picture.convert("CMYK").save(folder / "print.tif")
    cv2.imwrite(str(folder / "deep.tiff"), deep)
    picture.save(folder / "plain.webp", lossless=True, **baggage)
    picture.save(folder / "lossy.webp")
    picture.save(folder / "plain.bmp")
    files = sorted(folder.iterdir())
    return [(path.suffix, path.read_bytes()) for path in files]


def _mutated(chance: random.Random, seed: bytes, other: bytes) -> bytes:
    """A real file after one accident."""
    data = bytearray(seed)
    kind = chance.randrange(6)
    if kind == 0:  # A copy that stopped.
        del data[chance.randrange(len(data)) :]
    elif kind == 1:  # A block of the disk that was lost.
        start = chance.randrange(len(data))
        data[start : start + chance.randint(1, 64)] = bytes(chance.randint(0, 64))
    elif kind == 2:  # The end of another file.
        data[chance.randrange(len(data)) :] = other[chance.randrange(len(other)) :]
    elif kind == 3:  # A size or an offset that lies.
        at = chance.randrange(min(len(data), 200))
        data[at : at + 4] = struct.pack(chance.choice("<>") + "I", chance.getrandbits(32))
    else:
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of what it finds in the files.
def test_ten_thousand_broken_files_break_nothing(tmp_path: Path, inbox: Path) -> None:
    """Mutated JPEG, PNG, TIFF, WebP and BMP files give a frame or one sentence, nothing else."""
    (tmp_path / "seeds").mkdir()
    seeds = _seeds(tmp_path / "seeds")
    assert {suffix for suffix, _ in seeds} == {
        *(".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp"),
    }
    chance = random.Random(5)  # noqa: S311 - a repeatable fuzz, no secret
    camera = HotFolder(inbox, FolderMemory(None))
    outcomes = {suffix: [0, 0] for suffix, _ in seeds}
    sentences: set[bool] = set()
    same = 0
    for number in range(COUNT):
        suffix, seed = seeds[number % len(seeds)]
        data = _mutated(chance, seed, chance.choice(seeds)[1])
        same += data == seed
        path = inbox / f"{number}{suffix}"
        _put(path, data, 1000 + number)
        try:
            frame = camera.read(0)
        except PassedOverError as error:
            outcomes[suffix][0] += 1
            sentences.add("\n" not in str(error) and path.name in str(error))
        else:
            outcomes[suffix][1] += 1
            assert frame.pixels.dtype == np.uint8
            assert frame.pixels.shape[2] == 3
            camera.remember(frame)
        path.unlink()
    assert sum(map(sum, outcomes.values())) == COUNT
    assert sentences == {True}
    assert same < COUNT / 50
    # Of each ending some were still pictures, and some were refused.
    assert min(min(counts) for counts in outcomes.values()) > 20, outcomes
    assert {path.name for path in tmp_path.iterdir()} == {"inbox", "seeds"}
    assert not list(inbox.iterdir())


def _png_bomb() -> bytes:
    """Some kilobytes that claim ten gigapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(10_000_000))
    pieces = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + pieces


def _patched(folder: Path, name: str, old: bytes, new: bytes) -> bytes:
    """A small picture whose header says that it is enormous."""
    path = folder / f"small{name}"
    Image.fromarray(noise(300, 400) // 64 * 64).save(path)
    data = path.read_bytes()
    assert old in data
    return data.replace(old, new, 1)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".bmp", "trap.jpg"])
def test_bomb_is_refused_by_its_size(
    tmp_path: Path, inbox: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that claims hundreds of megapixels is refused before any of it is decoded."""
    # Where each format's header (its ImageWidth tag, its frame header) says 400 by 300 pixels.
    headers = {
        ".jpg": (struct.pack(">HH", 300, 400), struct.pack(">HH", 65500, 65500)),
        ".tif": (struct.pack("<HHII", 256, 4, 1, 400), struct.pack("<HHII", 256, 4, 1, 4_000_000)),
        ".webp": (
            b"\x9d\x01\x2a" + struct.pack("<HH", 400, 300),
            b"\x9d\x01\x2a" + struct.pack("<HH", 16383, 16383),
        ),
        ".bmp": (struct.pack("<ii", 400, 300), struct.pack("<ii", 100_000, 100_000)),
        "trap.jpg": (struct.pack(">HH", 300, 400), struct.pack(">HH", 12000, 12000)),
    }
    data = _png_bomb() if suffix == ".png" else _patched(tmp_path, suffix, *headers[suffix])
    _put(inbox / f"bomb{suffix}", data)
    decoded: list[str] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda file: decoded.append(file.filename))
    with pytest.raises(PassedOverError, match=r"megapixels|not an image"):
        HotFolder(inbox, FolderMemory(None)).read(1)
    assert decoded == []
