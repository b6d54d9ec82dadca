"""Whatever is wrong with one picture, the others are imported, and the exit code says so."""

from __future__ import annotations

import contextlib
import os
import resource
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.damaged_pictures import encode, mutate, punch_hole, write_tiff
from tests.support.import_command import box, picture, read_faults, run, save
from train.datasets.dataset import load_dataset
from train.datasets.one_picture import BrokenPictureError
from train.datasets.photograph import read_photograph

SIZE = (48, 40)
MASK = box(5, 5, 40, 30, SIZE)
BLOCKS = np.random.default_rng(3).integers(0, 256, (640, 480, 3), dtype=np.uint8)
WHOLE_JPEG = encode(BLOCKS, "JPEG", quality=90)
THUMBNAIL = {256: 16, 257: 12, 254: 1, 330: 0}
SENSOR = {256: 160, 257: 120, 262: 32803, 254: 0}
FORMATS = {
    "JPEG": encode(picture(1), "JPEG"),
    "JPEG, progressive": encode(picture(2), "JPEG", progressive=True),
    "PNG": encode(picture(3), "PNG"),
    "TIFF": encode(picture(4), "TIFF"),
    "TIFF, packed": encode(picture(5), "TIFF", compression="tiff_lzw"),
    "WEBP": encode(picture(6), "WEBP"),
    "BMP": encode(picture(7), "BMP"),
}
WRONG = {
    "lost block.jpg": (punch_hole(WHOLE_JPEG, 4096), "is damaged inside"),
    "cut and closed.jpg": (WHOLE_JPEG[: len(WHOLE_JPEG) // 2] + b"\xff\xd9", "is damaged inside"),
    "lost block between restarts.jpg": (
        punch_hole(encode(BLOCKS, "JPEG", quality=90, restart_marker_blocks=8), 2048),
        "is damaged inside",
    ),
    "raw.jpg": (write_tiff([THUMBNAIL, SENSOR]), "is a camera's raw file"),
    "raw of a Mac.tif": (write_tiff([THUMBNAIL, SENSOR], ">"), "is a camera's raw file"),
    "dng.tif": (write_tiff([{256: 9, 257: 9, 50706: 1}]), "is a camera's raw file"),
    "pages.tif": (write_tiff([{256: 9, 257: 9}, {256: 90, 257: 90}]), "begins with a thumbnail"),
    "fuji.jpg": (b"FUJIFILMCCD-RAW 0201" + bytes(200), "is a camera's raw file"),
    "phone.jpg": (b"\0\0\0\x18ftypheic" + bytes(200), "is HEIC"),
    "icon.png": (encode(picture(8), "GIF"), "is not a picture"),
    "trap.bmp": (
        b"BM"
        + struct.pack("<IHHI", 99, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 13000, 13000, 1, 24, 0, 0, 1, 1, 0, 0),
        "damage or a trap",
    ),
    "empty.jpg": (b"", "is not a picture"),
}  # fmt: skip


def _import(capsys: pytest.CaptureFixture[str], folder: Path, *options: object) -> Any:
    return run(
        capsys, "import", "pairs", folder / "pictures", folder / "masks", folder / "out", *options
    )


def _pair(folder: Path, name: str, content: bytes, mask: Any = MASK) -> None:
    photo = folder / "pictures" / name
    photo.parent.mkdir(parents=True, exist_ok=True)
    photo.write_bytes(content)
    save(folder / "masks" / f"{photo.stem}.png", mask)


def test_import_passes_over_every_file_that_is_no_whole_photo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damage inside a JPEG, raw files and thumbnails in front are named; the exit code is 1."""
    for number, (name, (content, _)) in enumerate(WRONG.items()):
        _pair(tmp_path, name, content)
        _pair(tmp_path, f"good {number}.jpg", encode(picture(20 + number), "JPEG"))
    done = _import(capsys, tmp_path, "--val-share", "0")
    assert done.code == 1, done.err
    stems = {entry.stem for entry in load_dataset(tmp_path / "out").entries}
    assert stems == {f"good {number}" for number in range(len(WRONG))}
    found = {Path(row["file"]).name: row["fault"] for row in read_faults(tmp_path / "out")}
    for name, (_, sentence) in WRONG.items():
        assert sentence in found[name], name
    assert f"{len(WRONG)} pictures could not be read" in done.out


def test_a_jpeg_with_a_few_bytes_before_its_end_is_whole() -> None:
    """Webcams pad the end of a picture: that is no damage."""
    padded = WHOLE_JPEG[:-2] + bytes(3) + WHOLE_JPEG[-2:]
    assert read_photograph(padded).size == (640, 480)


def test_import_takes_names_of_any_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Latin-1 bytes, control signs and names as long as a disk allows become stems that fit."""
    names = ["gr\udcfcn", "line\nbreak", "x" * 246, "ü" * 120, "#1 %41 ,;'\""]
    for number, name in enumerate(names):
        _pair(tmp_path, f"{name}.jpg", encode(picture(number), "JPEG"))
        (tmp_path / "masks" / "deep").mkdir(exist_ok=True)
    done = _import(capsys, tmp_path, "--val-share", "0")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    stems = [entry.stem for entry in dataset.entries]
    assert len(stems) == len(names)
    assert "gr%FCn" in stems
    assert "line%0Abreak" in stems
    assert all(len(os.fsencode(f"{stem}.png")) <= 255 and stem.isprintable() for stem in stems)
    assert all(dataset.read_image(entry).shape == (*SIZE, 3) for entry in dataset.entries)


def test_import_tells_names_that_differ_in_case_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shirt.jpg and shirt.jpg are two pictures, with a note for disks that take them for one."""
    for number, (name, left) in enumerate((("shirt", 5), ("Shirt", 12))):
        mask = box(5, left, 40, 30, SIZE)
        _pair(tmp_path, f"{name}.jpg", encode(picture(number), "JPEG"), mask)
    done = _import(capsys, tmp_path, "--val-share", "0")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    lefts = {e.stem: int(np.nonzero(dataset.read_mask(e))[1].min()) for e in dataset.entries}
    assert lefts == {"shirt": 5, "Shirt": 12}
    assert "in case alone" in read_faults(tmp_path / "out")[0]["fault"]


def test_exif_of_any_kind_does_not_cost_a_photo() -> None:
    """A tag of another type, a cut block and one that is no TIFF leave the photo as it lies."""
    plain = encode(picture(1), "JPEG")
    for block in (b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0nonsense", b"Exif\0\0MM\0*"):
        marked = b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block
        assert read_photograph(plain[:2] + marked + plain[2:]).orientation == 1


@pytest.mark.parametrize("form", FORMATS)
def test_any_mutated_file_is_read_or_refused(form: str) -> None:
    """Nothing but a picture or a sentence comes of a damaged file."""
    read = 0
    for content in mutate([FORMATS[form]], seed=len(form), count=150):
        with contextlib.suppress(BrokenPictureError):
            read += read_photograph(content).pixels.ndim == 3
    assert read or form == "PNG"  # its checksums refuse every change


def test_a_photo_that_would_not_fit_into_memory_is_refused_before_it_is_decoded(
    tmp_path: Path,
) -> None:
    """With a gigabyte, 100 megapixels are passed over and the small photo is imported."""
    large = Image.new("RGB", (10_000, 10_000))
    large.frombytes(np.random.default_rng(1).bytes(10_000 * 30) * 1000)
    (tmp_path / "pictures").mkdir()
    large.save(tmp_path / "pictures" / "large.jpg", quality=30)
    _pair(tmp_path, "small.jpg", encode(picture(1), "JPEG"))
    save(tmp_path / "masks" / "large.png", MASK)
    arguments = ["pairs", tmp_path / "pictures", tmp_path / "masks", tmp_path / "out"]
    done = subprocess.run(
        [sys.executable, "-m", "train", "import", *map(str, arguments)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)),
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "100 megapixels, which do not fit" in done.stderr
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["small"]


def test_check_names_files_that_became_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`train check` finds damage inside a JPEG of a finished data set too."""
    _pair(tmp_path, "a.jpg", encode(BLOCKS, "JPEG"), box(9, 9, 99, 99, (640, 480)))
    assert _import(capsys, tmp_path, "--val-share", "0").code == 0
    stored = tmp_path / "out" / "images" / "a.jpg"
    stored.write_bytes(punch_hole(stored.read_bytes(), 4096))
    done = run(capsys, "check", tmp_path / "out")
    assert done.code == 1
    assert "is damaged inside" in done.out
