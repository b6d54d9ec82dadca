"""``train import voc``: SegmentationClass as VOC 2012 has it and as CVAT writes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.support.import_command import box, picture, read_body, read_faults, run, save
from train.datasets.dataset import load_dataset
from train.datasets.readers.labelmap import label_to_colour

SIZE = (48, 40)
LABELMAP = """\
# label:color_rgb:parts:actions
background:0,0,0::
mannequin:250,50,83::
shirt:51,221,255::
"""
COLOURS = np.array([(0, 0, 0), (250, 50, 83), (51, 221, 255)], np.uint8)
LABELS = (box(0, 0, 20, 40, SIZE) // 255) + (box(20, 5, 40, 30, SIZE) // 255) * 2


def _palette(path: Path, labels: npt.NDArray[np.uint8], colours: dict[int, int]) -> None:
    """Save a palette PNG with these indices; colours are 0xRRGGBB by index."""
    image = Image.fromarray(labels).convert("L")
    image.putpalette(
        [v >> s & 255 for n in range(256) for v in (colours.get(n, 0),) for s in (16, 8, 0)]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def _voc_palette() -> dict[int, int]:
    return {label: label_to_colour(label) for label in range(256)}


def _dataset(folder: Path, stems: list[str]) -> Path:
    for number, stem in enumerate(stems):
        save(folder / "JPEGImages" / f"{stem}.jpg", picture(number))
    return folder


def test_label_to_colour_gives_the_voc_colour_map() -> None:
    """Labels 0, 1, 15 and 255 have the colours that the VOC documentation prints."""
    assert [label_to_colour(label) for label in (0, 1, 15, 255)] == [
        0,
        0x800000,
        0xC08080,
        0xE0E0C0,
    ]


@pytest.mark.parametrize("form", ["colours", "palette", "reordered-palette", "indices"])
def test_voc_reads_every_encoding_of_cvat_masks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """Colours, a palette in any order, and plain indices give the same garment and body."""
    folder = _dataset(tmp_path / "voc", ["a"])
    mask = folder / "SegmentationClass" / "a.png"
    packed = {n: int(r) << 16 | int(g) << 8 | int(b) for n, (r, g, b) in enumerate(COLOURS)}
    if form == "colours":
        save(mask, COLOURS[LABELS])
    elif form == "palette":
        _palette(mask, LABELS, packed)
    elif form == "reordered-palette":
        _palette(
            mask, np.array([7, 3, 9], np.uint8)[LABELS], {7: packed[0], 3: packed[1], 9: packed[2]}
        )
    else:
        save(mask, LABELS)
    (folder / "labelmap.txt").write_text(LABELMAP)
    done = run(capsys, "import", "voc", folder, tmp_path / "out", "--val-share", "0")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    assert np.array_equal(dataset.read_mask(dataset.entries[0]), box(20, 5, 40, 30, SIZE))
    assert np.array_equal(read_body(dataset, dataset.entries[0]), box(0, 0, 20, 40, SIZE))
    assert read_faults(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("void", "level"), [("background", 0), ("undecided", 127), ("garment", 255)]
)
def test_voc_reads_void_as_the_flag_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], void: str, level: int
) -> None:
    """Palette index 255 becomes what --void says; without labelmap.txt, numbers are the names."""
    folder = _dataset(tmp_path / "voc", ["a"])
    labels = np.asarray(box(10, 10, 30, 30, SIZE) // 255 * 5, np.uint8)
    labels[30:33, 10:30] = 255
    _palette(folder / "SegmentationClass" / "a.png", labels, _voc_palette())
    chosen = "--garment-category", "5", "--void", void
    done = run(capsys, "import", "voc", folder, tmp_path / "out", *chosen)
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    expected = box(10, 10, 30, 30, SIZE)
    expected[30:33, 10:30] = level
    assert np.array_equal(dataset.read_mask(dataset.entries[0]), expected)
    assert dataset.entries[0].body == ""


def test_voc_imports_the_listed_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unlisted pictures are skipped; a listed picture without its photo or mask is a fault."""
    folder = _dataset(tmp_path / "voc", ["a", "b", "no-mask", "unlisted"])
    stray = LABELS.copy()
    stray[0, 0] = 77
    for stem, labels in (("a", LABELS), ("b", stray), ("no-picture", LABELS), ("unlisted", LABELS)):
        save(folder / "SegmentationClass" / f"{stem}.png", labels)
    (folder / "labelmap.txt").write_text(LABELMAP)
    lists = folder / "ImageSets" / "Segmentation"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("a\nb\n")
    (lists / "val.txt").write_text("no-mask\nnowhere\n")
    done = run(capsys, "import", "voc", folder, tmp_path / "out", "--val-share", "0")
    assert done.code == 0, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["a"]
    faults = {Path(row["file"]).name: row["fault"] for row in read_faults(tmp_path / "out")}
    assert faults == {
        "no-mask.jpg": "has no mask",
        "no-picture.png": "is a mask without a picture",
        "ImageSets": "lists nowhere, which has no picture and no mask",
        "b.png": "has labels that are not in the label map: 77",
    }


def test_voc_names_a_second_photo_of_one_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a.jpg and a.png one is imported with the mask a.png, and the other is named."""
    folder = _dataset(tmp_path / "voc", ["a"])
    save(folder / "JPEGImages" / "a.png", picture(1))
    save(folder / "SegmentationClass" / "a.png", LABELS)
    (folder / "labelmap.txt").write_text(LABELMAP)
    done = run(capsys, "import", "voc", folder, tmp_path / "out", "--val-share", "0")
    assert done.code == 0, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["a"]
    (row,) = read_faults(tmp_path / "out")
    assert row["fault"] == "is a second photo of one name"


def test_voc_reads_two_colours_of_one_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If a label map gives one name two colours, both are that label."""
    folder = _dataset(tmp_path / "voc", ["a"])
    save(folder / "SegmentationClass" / "a.png", COLOURS[LABELS])
    (folder / "labelmap.txt").write_text(LABELMAP.replace("mannequin", "shirt"))
    done = run(capsys, "import", "voc", folder, tmp_path / "out", "--val-share", "0")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    expected = np.where(LABELS > 0, 255, 0)
    assert np.array_equal(dataset.read_mask(dataset.entries[0]), expected)


@pytest.mark.parametrize(
    ("labelmap", "options", "sentence"),
    [
        (None, (), "has no labelmap.txt: say which"),
        (None, ("--garment-category", "shirt"), "'shirt' is no number from 1 to 254"),
        ("shirt 1,2,3\n", (), "labelmap.txt line 1 is 'shirt 1,2,3'"),
        ("shirt:1,2,300::\n", (), "labelmap.txt line 1"),
        ("shirt:1,2,3::\ncoat:1,2,3::\n", (), "gives two labels one colour"),
    ],
)
def test_voc_reports_a_wrong_label_map_in_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    labelmap: str | None,
    options: tuple[str, ...],
    sentence: str,
) -> None:
    """An unusable label map gives exit code 2 and writes nothing."""
    folder = _dataset(tmp_path / "voc", ["a"])
    save(folder / "SegmentationClass" / "a.png", LABELS)
    if labelmap:
        (folder / "labelmap.txt").write_text(labelmap)
    done = run(capsys, "import", "voc", folder, tmp_path / "out", *options)
    assert done.code == 2
    assert sentence in done.err
    assert not (tmp_path / "out").exists()
