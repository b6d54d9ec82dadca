"""``train import pairs``: the meaning of a mask's numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from convert.inputs.picture_folder import read_mask
from tests.support.import_command import box, picture, read_body, read_faults, run, save
from train.datasets.dataset import load_dataset
from train.datasets.raster import read_raster

SIZE = (48, 40)
EXPECTED = box(10, 5, 30, 25, SIZE)
ONES = np.asarray(EXPECTED // 255, np.uint8)


def _palette(labels: npt.NDArray[np.uint8], colours: list[int]) -> Image.Image:
    image = Image.fromarray(labels)
    image.putpalette(colours)
    return image


MASKS = {
    "0-1": Image.fromarray(ONES),
    "0-255": Image.fromarray(EXPECTED),
    "1-bit": Image.fromarray(EXPECTED > 0),
    "16-bit": Image.fromarray(ONES.astype(np.uint16) * 65535),
    "16-bit-0-1": Image.fromarray(ONES.astype(np.uint16)),
    "16-bit-0-255": Image.fromarray(EXPECTED.astype(np.uint16)),
    "grey-in-rgb": Image.fromarray(np.repeat(EXPECTED[..., None], 3, axis=2)),
    "opaque-rgba": Image.fromarray(EXPECTED).convert("RGBA"),
    "palette": _palette(ONES, [0, 0, 0, 128, 0, 0]),
    # PNG optimisers may swap the two indices, so only the colours show which is garment.
    "swapped-palette": _palette(np.asarray(1 - ONES, np.uint8), [255, 255, 255, 0, 0, 0]),
}


@pytest.mark.parametrize("encoding", MASKS)
def test_pairs_read_every_encoding_of_a_binary_mask(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    """Masks of 1, 8 and 16 bits, in RGB and with a palette give the same pixels."""
    save(tmp_path / "pictures" / "a.jpg", picture(1))
    (tmp_path / "masks").mkdir()
    MASKS[encoding].save(tmp_path / "masks" / "a.png")
    done = run(
        capsys, "import", "pairs", tmp_path / "pictures", tmp_path / "masks", tmp_path / "out",
        "--val-share", "0", "--strict",
    )  # fmt: skip
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    assert np.array_equal(dataset.read_mask(dataset.entries[0]), EXPECTED)


def test_pairs_keep_the_soft_edge_of_16_bit_alpha(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A 16-bit ramp becomes the same ramp in 8 bits, rounded."""
    ramp = np.linspace(0, 65535, SIZE[0] * SIZE[1]).reshape(SIZE).astype(np.uint16)
    save(tmp_path / "pictures" / "a.jpg", picture(1))
    save(tmp_path / "masks" / "a.png", ramp)
    arguments = tmp_path / "pictures", tmp_path / "masks", tmp_path / "out"
    assert run(capsys, "import", "pairs", *arguments).code == 0
    dataset = load_dataset(tmp_path / "out")
    assert np.array_equal(dataset.read_mask(dataset.entries[0]), np.round(ramp / 257.0))


@pytest.mark.parametrize("palette", [True, False])
def test_pairs_read_labels_by_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, palette: bool
) -> None:
    """The given numbers are garment and body, and a mask with any other number is listed."""
    labels = np.zeros(SIZE, np.uint8)
    labels[10:20, 5:25], labels[20:30, 5:25], labels[0:10], labels[40:44] = 4, 7, 2, 9
    stray = labels.copy()
    stray[0, 0] = 33
    for number, (stem, content) in enumerate((("a", labels), ("stray", stray))):
        save(tmp_path / "pictures" / f"{stem}.jpg", picture(number))
        image = _palette(content, list(range(256)) * 3) if palette else Image.fromarray(content)
        (tmp_path / "masks").mkdir(exist_ok=True)
        image.save(tmp_path / "masks" / f"{stem}_m.png")
    done = run(
        capsys, "import", "pairs", tmp_path / "pictures", tmp_path / "masks", tmp_path / "out",
        "--garment-label", "4,7", "--body-label", "2", "--other-label", "0,9,12", "--val-share",
        "0", "--mask-suffix", "_m",
    )  # fmt: skip
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    (entry,) = dataset.entries
    assert np.array_equal(dataset.read_mask(entry), EXPECTED)
    assert np.array_equal(read_body(dataset, entry), box(0, 0, 10, 40, SIZE))
    (row,) = read_faults(tmp_path / "out")
    assert row["file"].endswith("stray_m.png")
    assert row["fault"] == "has stray labels 33"


UNCLEAR: dict[str, tuple[Image.Image, str]] = {
    "labels": (Image.fromarray(ONES * np.uint8(3)), "has values 0, 3"),
    "damaged": (Image.fromarray(np.where(ONES, 255, 1).astype(np.uint8)), "has values 1, 255"),
    "palette": (_palette(ONES * np.uint8(5), list(range(256)) * 3), "has values 0, 5"),
    "colours": (
        Image.merge(
            "RGB", [Image.fromarray(band) for band in (EXPECTED, EXPECTED * 0, EXPECTED * 0)]
        ),
        "is coloured",
    ),
    "cutout": (
        Image.fromarray(np.dstack([EXPECTED, EXPECTED, EXPECTED, EXPECTED])),
        "is partly transparent",
    ),
}


def test_pairs_list_ambiguous_masks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown labels, damaged binary masks, colours and cutouts are listed, never guessed at."""
    (tmp_path / "masks").mkdir()
    for number, stem in enumerate(("good", *UNCLEAR)):
        save(tmp_path / "pictures" / f"{stem}.jpg", picture(number))
        image = UNCLEAR[stem][0] if stem in UNCLEAR else MASKS["0-255"]
        image.save(tmp_path / "masks" / f"{stem}.png")
    done = run(
        capsys, "import", "pairs", tmp_path / "pictures", tmp_path / "masks", tmp_path / "out",
        "--val-share", "0",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["good"]
    faults = {Path(row["file"]).stem: row for row in read_faults(tmp_path / "out")}
    assert faults.keys() == UNCLEAR.keys()
    for stem, (_, sentence) in UNCLEAR.items():
        assert faults[stem]["fault"].startswith(sentence)
        assert "left out" in faults[stem]["mend"]


@pytest.mark.parametrize(
    ("mode", "suffix", "options"),
    [
        ("1", "png", {}),
        ("L", "png", {}),
        ("L", "webp", {"lossless": True}),
        ("1", "tif", {"compression": "group4"}),
    ],
)
def test_a_mask_of_a_large_photo_may_be_a_small_file(
    tmp_path: Path, mode: str, suffix: str, options: dict[str, Any]
) -> None:
    """A blank mask of 24 megapixels packs into a few bytes, and is read by both programs."""
    path = tmp_path / f"a.{suffix}"
    Image.new(mode, (6000, 4000)).save(path, **options)
    assert not read_raster(path).values.any()
    assert not read_mask(path).any()
