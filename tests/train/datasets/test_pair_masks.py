"""``train import pairs``: what a mask's numbers mean."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.support.import_command import body_of, box, faults_of, picture, run, save
from train.datasets.dataset import load_dataset

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
    # What an optimiser makes of black and white: the colours tell, the indices do not.
    "swapped-palette": _palette(np.asarray(1 - ONES, np.uint8), [255, 255, 255, 0, 0, 0]),
}


@pytest.mark.parametrize("form", MASKS)
def test_every_form_of_a_binary_mask_is_the_same_mask(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """1, 8 and 16 bits, RGB and palettes give the same pixels."""
    save(tmp_path / "pictures" / "a.jpg", picture(1))
    (tmp_path / "masks").mkdir()
    MASKS[form].save(tmp_path / "masks" / "a.png")
    done = run(
        capsys, "import", "pairs", tmp_path / "pictures", tmp_path / "masks", tmp_path / "out",
        "--val-share", "0", "--strict",
    )  # fmt: skip
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    assert np.array_equal(dataset.mask(dataset.entries[0]), EXPECTED)


def test_16_bit_alpha_keeps_its_soft_edge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A 16-bit ramp becomes the 8-bit ramp, rounded."""
    ramp = np.linspace(0, 65535, SIZE[0] * SIZE[1]).reshape(SIZE).astype(np.uint16)
    save(tmp_path / "pictures" / "a.jpg", picture(1))
    save(tmp_path / "masks" / "a.png", ramp)
    arguments = tmp_path / "pictures", tmp_path / "masks", tmp_path / "out"
    assert run(capsys, "import", "pairs", *arguments).code == 0
    dataset = load_dataset(tmp_path / "out")
    assert np.array_equal(dataset.mask(dataset.entries[0]), np.round(ramp / 257.0))


@pytest.mark.parametrize("palette", [True, False])
def test_labels_are_garment_by_choice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, palette: bool
) -> None:
    """Of a label map the chosen numbers are garment and body, and strangers are named."""
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
    assert np.array_equal(dataset.mask(entry), EXPECTED)
    assert np.array_equal(body_of(dataset, entry), box(0, 0, 10, 40, SIZE))
    (row,) = faults_of(tmp_path / "out")
    assert row["file"].endswith("stray_m.png")
    assert row["fault"] == "has stray labels 33"


UNCLEAR: dict[str, tuple[Image.Image, str]] = {
    "labels": (Image.fromarray(ONES * np.uint8(3)), "has values 0, 3"),
    "spoilt": (Image.fromarray(np.where(ONES, 255, 1).astype(np.uint8)), "has values 1, 255"),
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


def test_a_mask_that_could_mean_anything_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unchosen labels, spoilt binary masks, colours and cutouts are named, not guessed at."""
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
    faults = {Path(row["file"]).stem: row for row in faults_of(tmp_path / "out")}
    assert faults.keys() == UNCLEAR.keys()
    for stem, (_, sentence) in UNCLEAR.items():
        assert faults[stem]["fault"].startswith(sentence)
        assert "left out" in faults[stem]["mend"]
