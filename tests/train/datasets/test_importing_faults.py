"""``train import``: faults of the files, and imports that fail."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.support.import_command import Done, box, picture, read_faults, run, save
from train.datasets.dataset import load_dataset
from train.datasets.photograph import turn_upright

SIZE = (48, 40)
MASK = box(5, 5, 40, 30, SIZE)


def _import(capsys: pytest.CaptureFixture[str], folder: Path, *options: object) -> Done:
    return run(
        capsys, "import", "pairs", folder / "pictures", folder / "masks", folder / "out", *options
    )


def _pair(folder: Path, stem: str, seed: int, mask: Any = MASK) -> None:
    save(folder / "pictures" / f"{stem}.jpg", picture(seed), quality=95)
    save(folder / "masks" / f"{stem}.png", mask)


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turn_upright_agrees_with_pillow(orientation: int) -> None:
    """Each of the eight EXIF orientations turns pixels as Pillow does."""
    stored = picture(1)
    content = io.BytesIO()
    Image.fromarray(stored).save(content, "PNG", exif=_exif(orientation))
    expected = np.asarray(ImageOps.exif_transpose(Image.open(content)))
    assert np.array_equal(turn_upright(stored, orientation), expected)


@pytest.mark.parametrize("drawn_on", ["upright", "stored"])
def test_import_turns_photo_and_mask_upright(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], drawn_on: str
) -> None:
    """EXIF rotation is applied to the photo, and to a mask that fits the stored pixels only."""
    stored = picture(1, 40, 48)
    mask = MASK if drawn_on == "upright" else np.rot90(MASK)
    save(tmp_path / "pictures" / "a.jpg", stored, exif=_exif(6), quality=98)
    save(tmp_path / "masks" / "a.png", np.ascontiguousarray(mask))
    done = _import(capsys, tmp_path, "--val-share", "0")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    (entry,) = dataset.entries
    assert np.array_equal(dataset.read_mask(entry), MASK)
    difference: Any = dataset.read_image(entry).astype(int) - np.rot90(stored, -1)
    assert np.abs(difference).mean() < 4
    with Image.open(tmp_path / "out" / entry.image) as image:
        assert image.getexif().get(0x0112, 1) == 1
    (row,) = read_faults(tmp_path / "out")
    assert "EXIF orientation 6" in row["fault"]
    assert ("both turned" in row["mend"]) == (drawn_on == "stored")


def test_import_asks_to_check_the_mask_of_a_square_turned_photo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If the size does not show how the mask was drawn, a note asks to check it."""
    save(tmp_path / "pictures" / "a.jpg", picture(1, 40, 40), exif=_exif(8))
    save(tmp_path / "masks" / "a.png", box(1, 1, 9, 9, (40, 40)))
    assert _import(capsys, tmp_path).code == 0
    assert "look whether it fits" in read_faults(tmp_path / "out")[0]["mend"]


def test_import_leaves_out_damaged_files_and_lists_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A truncated JPEG, a truncated mask, text and unpaired files are each listed with a fix."""
    for number, stem in enumerate(("good", "cut", "text", "cut-mask", "lonely")):
        _pair(tmp_path, stem, number)
    for path in (tmp_path / "pictures" / "cut.jpg", tmp_path / "masks" / "cut-mask.png"):
        content = path.read_bytes()
        path.write_bytes(content[: len(content) * 2 // 3])
    (tmp_path / "pictures" / "text.jpg").write_text("not a picture")
    (tmp_path / "masks" / "lonely.png").rename(tmp_path / "masks" / "orphan.png")
    done = _import(capsys, tmp_path, "--val-share", "0")
    assert done.code == 1, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["good"]
    rows = read_faults(tmp_path / "out")
    faults = {Path(row["file"]).name: row["fault"] for row in rows}
    assert "damaged or cut short" in faults.pop("cut.jpg")
    assert "damaged or cut short" in faults.pop("cut-mask.png")
    assert faults == {
        "text.jpg": "is not a picture",
        "lonely.jpg": "has no mask lonely.png",
        "orphan.png": "is a mask without a picture",
    }
    assert all(row["mend"] for row in rows)
    assert "5 faults and 0 notes" in done.out


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGBA", "P", "LA", "I;16"])
def test_import_converts_every_mode_to_rgb(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    """Grey, CMYK, palette, 16-bit and transparent pictures are stored as 8-bit RGB."""
    image = Image.fromarray(picture(1))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    (tmp_path / "pictures").mkdir()
    suffix = "jpg" if mode in ("L", "CMYK") else "png"
    image.save(tmp_path / "pictures" / f"a.{suffix}")
    save(tmp_path / "masks" / "a.png", MASK)
    assert _import(capsys, tmp_path, "--val-share", "0").code == 0
    dataset = load_dataset(tmp_path / "out")
    with Image.open(tmp_path / "out" / dataset.entries[0].image) as kept:
        assert kept.mode == "RGB"
    seen = dataset.read_image(dataset.entries[0]).astype(int)
    expected = picture(1) if mode in ("CMYK", "RGBA", "P") else picture(1).mean(axis=2)[..., None]
    assert np.abs(seen - expected).mean() < 25
    assert [row["fault"] for row in read_faults(tmp_path / "out")] == (
        ["is CMYK, turned to RGB without its profile"] if mode == "CMYK" else []
    )


def test_import_copies_a_12_megapixel_jpeg_byte_for_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A camera's JPEG is copied unchanged, whatever its size."""
    large = picture(1, 3000, 4000)
    photo = save(tmp_path / "pictures" / "big.JPEG", large)
    save(tmp_path / "masks" / "big.png", box(500, 500, 2500, 3500, (3000, 4000)))
    assert _import(capsys, tmp_path, "--val-share", "0").code == 0
    (entry,) = load_dataset(tmp_path / "out").entries
    assert entry.image == "images/big.jpg"
    assert (tmp_path / "out" / entry.image).read_bytes() == photo.read_bytes()


def test_import_puts_near_duplicates_into_one_group(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A smaller, brighter or mirrored copy of a photo is listed and never in the other split."""
    large = (192, 160)
    for number in range(20):
        save(tmp_path / "pictures" / f"p{number:02d}.jpg", picture(number, *large))
        save(tmp_path / "masks" / f"p{number:02d}.png", box(9, 9, 99, 99, large))
    small = cv2.resize(picture(3, *large), (80, 96), interpolation=cv2.INTER_AREA)
    again = {
        "z-small": (small, (96, 80)),
        "z-bright": (np.clip(picture(4, *large) * 1.1 + 4, 0, 255).astype(np.uint8), large),
        "z-mirrored": (np.ascontiguousarray(picture(5, *large)[:, ::-1]), large),
    }
    for stem, (pixels, size) in again.items():
        save(tmp_path / "pictures" / f"{stem}.jpg", pixels, quality=60)
        save(tmp_path / "masks" / f"{stem}.png", box(2, 2, 12, 12, size))
    done = _import(capsys, tmp_path, "--val-share", "0.5")
    assert done.code == 0, done.err
    entries = {entry.stem: entry for entry in load_dataset(tmp_path / "out").entries}
    for stem, original in (("z-small", "p03"), ("z-bright", "p04"), ("z-mirrored", "p05")):
        assert (entries[stem].group, entries[stem].split) == (original, entries[original].split)
    assert len({entry.group for entry in entries.values()}) == 20
    listed = {Path(row["file"]).stem: row["fault"] for row in read_faults(tmp_path / "out")}
    assert listed.keys() == again.keys()
    assert "shows the same as" in listed["z-small"]
    assert "p03.jpg" in listed["z-small"]
    assert "0 faults and 3 notes" in done.out


def test_strict_import_writes_nothing_if_there_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --strict every fault is printed, the exit code is 1, and no file is left."""
    for number in range(30):
        _pair(tmp_path, f"p{number:02d}", number, MASK if number < 5 else np.zeros(SIZE, np.uint8))
    before = sorted(tmp_path.rglob("*"))
    done = _import(capsys, tmp_path, "--strict")
    assert done.code == 1
    assert "25 faults, and --strict allows none" in done.err
    assert done.err.count("has an empty mask") == 25
    assert sorted(tmp_path.rglob("*")) == before
    for path in (tmp_path / "masks").iterdir():
        save(path, MASK)
    assert _import(capsys, tmp_path, "--strict", "--val-share", "0.3").code == 0
    assert read_faults(tmp_path / "out") == []


def test_import_keeps_pictures_without_garment_with_allow_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--allow-empty keeps the picture of a bare mannequin as kind ``bare``."""
    _pair(tmp_path, "dressed", 1)
    _pair(tmp_path, "undressed", 2, np.zeros(SIZE, np.uint8))
    assert _import(capsys, tmp_path, "--allow-empty").code == 0
    kinds = {entry.stem: entry.kind for entry in load_dataset(tmp_path / "out").entries}
    assert kinds == {"dressed": "garment", "undressed": "bare"}
    assert run(capsys, "check", tmp_path / "out").code == 0


def test_a_failed_import_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If every picture is left out, or OUT is not empty, no partial data set is left."""
    _pair(tmp_path, "a", 1, np.zeros(SIZE, np.uint8))
    done = _import(capsys, tmp_path)
    assert done.code == 2
    assert "every picture was left out" in done.err
    assert "a.jpg: has an empty mask" in done.err
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    done = _import(capsys, tmp_path)
    assert done.code == 2
    assert "is not empty" in done.err
    inside = tmp_path / "pictures" / "out"
    done = run(capsys, "import", "pairs", tmp_path / "pictures", tmp_path / "masks", inside)
    assert done.code == 2
    assert "lies inside" in done.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
    assert not list(tmp_path.glob(".*"))


def test_import_discards_the_rest_of_a_killed_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pictures that a killed import left in its temporary folder are not in the next data set."""
    _pair(tmp_path, "a", 1)
    save(tmp_path / ".out.part" / "images" / "old.png", picture(2))
    assert _import(capsys, tmp_path).code == 0
    assert [path.name for path in (tmp_path / "out" / "images").iterdir()] == ["a.jpg"]
    assert not (tmp_path / ".out.part").exists()


def test_import_finds_groups_in_names_or_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--group-by groups the views of one garment; equal names in sub-folders stay apart."""
    for number, stem in enumerate(("sku1_front", "sku1_back", "sku2_front", "day2/sku2_front")):
        _pair(tmp_path, stem, number)
    pattern = "--group-by", r"(sku\d+)_"
    assert _import(capsys, tmp_path, *pattern).code == 0
    groups = {entry.stem: entry.group for entry in load_dataset(tmp_path / "out").entries}
    assert groups == {
        "day2__sku2_front": "sku2", "sku1_back": "sku1", "sku1_front": "sku1", "sku2_front": "sku2",
    }  # fmt: skip
    (tmp_path / "t.csv").write_text("image,group,kind\nsku1_front.jpg,a,coat\nsku2_front,b,hat\n")
    out = tmp_path / "again"
    done = run(
        capsys, "import", "pairs", tmp_path / "pictures", tmp_path / "masks", out, "--table",
        tmp_path / "t.csv",
    )  # fmt: skip
    assert done.code == 0, done.err
    named = {entry.stem: (entry.group, entry.kind) for entry in load_dataset(out).entries}
    assert named["sku1_front"] == ("a", "coat")
    assert named["day2__sku2_front"] == named["sku2_front"] == ("b", "hat")
    assert [row["fault"] for row in read_faults(out)] == ["does not name sku1_back"]


def test_import_reports_a_table_in_another_encoding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table that is not UTF-8 gives one sentence and exit code 2; short rows are read."""
    _pair(tmp_path, "a", 1)
    table = tmp_path / "t.csv"
    table.write_bytes("image,group,kind\na,M\u00fcller,hat\n".encode("cp1252"))
    done = _import(capsys, tmp_path, "--table", table)
    assert done.code == 2
    assert "is not a CSV in UTF-8" in done.err
    table.write_text("group,kind,image\nmine,coat,a\nx\n")
    done = _import(capsys, tmp_path, "--table", table)
    assert done.code == 0, done.err
    assert [entry.group for entry in load_dataset(tmp_path / "out").entries] == ["mine"]


def test_import_refuses_the_current_folder_as_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder "." cannot be replaced, so it gives one sentence and stays empty."""
    _pair(tmp_path, "a", 1)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    done = run(capsys, "import", "pairs", "../pictures", "../masks", ".")
    assert done.code == 2
    assert done.err.splitlines()[-1] == "selvedge: . cannot be made anew: name a new folder"
    assert not list(Path().iterdir())


def test_a_picture_that_was_left_out_takes_no_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a broken b.jpg the good b.png is imported, under the name of both."""
    save(tmp_path / "photos" / "b.png", picture(1))
    (tmp_path / "photos" / "b.jpg").write_bytes(b"no picture")
    save(tmp_path / "masks" / "b.png", box(5, 5, 40, 30, (48, 40)))
    done = run(capsys, "import", "pairs", tmp_path / "photos", tmp_path / "masks", tmp_path / "out")
    assert done.code == 1, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["b"]
    assert [row["fault"] for row in read_faults(tmp_path / "out")] == ["is not a picture"]
