"""Pictures that cannot be used are passed over by name, and the bundle is made of the others."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from convert.__main__ import main
from convert.inputs.one_picture import PictureError
from convert.inputs.passing_over import PassedOver
from convert.inputs.photo import read_rgb
from convert.inputs.picture_folder import open_folder
from tests.support.damaged_pictures import encode, mutate, punch_hole, write_tiff

BLOCKS = np.random.default_rng(3).integers(0, 256, (320, 240, 3), dtype=np.uint8)
WRONG = {
    "lost block.jpg": punch_hole(encode(BLOCKS, "JPEG", quality=90), 2048),
    "raw.jpg": write_tiff([{256: 16, 257: 12, 254: 1, 330: 0}, {256: 160, 257: 120, 262: 32803}]),
    "text.png": b"no picture",
    "gr\udcfcn.jpg": b"",
}


def test_conversion_passes_over_what_it_cannot_read(
    run: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damage, raw files and text among the calibration photos are named; the exit code is 1."""
    mixed = tmp_path / "mixed"
    shutil.copytree(photos / "images", mixed)
    for name, content in WRONG.items():
        (mixed / name).write_bytes(content)
    (mixed / "._000.png").write_bytes(b"a Mac's own")
    target = tmp_path / "bundle"
    arguments = [str(run), "-o", str(target), "--calibration", str(mixed), "--evaluate"]
    assert main([*arguments, str(photos), "--recipe", "int8-plain", "--max-pictures", "2"]) == 1
    captured = capsys.readouterr()
    for name in WRONG:
        shown = os.fsencode(name).decode("utf-8", "backslashreplace")
        assert f"passed over: {mixed / shown}" in captured.err
    assert "4 pictures were passed over" in captured.out
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    assert manifest["recipe"]["representative_dataset"]["pictures"] == 12


def test_nothing_is_converted_without_any_readable_picture(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where every calibration picture is broken, one sentence with a reason and exit code 2."""
    (tmp_path / "photos").mkdir()
    for name, content in WRONG.items():
        (tmp_path / "photos" / name).write_bytes(content)
    arguments = [str(run), "-o", str(tmp_path / "bundle"), "--calibration"]
    assert main([*arguments, str(tmp_path / "photos")]) == 2
    assert "none of the 4 pictures of photos can be used" in capsys.readouterr().err
    assert not (tmp_path / "bundle").exists()


def test_measuring_passes_over_a_mask_of_another_size(
    bundle: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One mask that does not fit its photo costs that photo; the figures are of the others."""
    copy = tmp_path / "polygons"
    shutil.copytree(photos, copy)
    (copy / "masks" / "001.png").write_bytes(encode(np.zeros((9, 9), np.uint8), "PNG"))
    assert main(["measure", str(bundle), "--evaluate", str(copy)]) == 1
    captured = capsys.readouterr()
    assert "does not have the size of" in captured.err
    assert "1 picture was passed over (001.png)" in captured.out
    assert "polygons                        5" in captured.out


def test_files_that_a_spreadsheet_saved_are_read(photos: Path, tmp_path: Path) -> None:
    """Byte order marks and semicolons in a data set's files change nothing."""
    copy = tmp_path / "polygons"
    shutil.copytree(photos, copy)
    for name in ("dataset.json", "index.csv"):
        path = copy / name
        text = path.read_text("utf-8")
        text = text.replace(",", ";") if name == "index.csv" else text
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert [p.image.name for p in open_folder(copy).pictures] == [
        p.image.name for p in open_folder(photos).pictures
    ]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "BMP"])
def test_any_mutated_file_is_read_or_refused(tmp_path: Path, kind: str) -> None:
    """Nothing but pixels or a sentence that names the file comes of a damaged file."""
    path = tmp_path / "photo"
    whole = encode(BLOCKS[:48, :40], kind)
    for content in mutate([whole], seed=len(kind), count=120):
        path.write_bytes(content)
        with contextlib.suppress(PictureError):
            assert read_rgb(path).ndim == 3


def test_weights_that_are_no_numbers_are_named(
    run: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that diverged is refused by the layer that shows it, before anything is converted."""
    import keras  # noqa: PLC0415 - takes seconds to load

    broken = tmp_path / "run"
    shutil.copytree(run, broken)
    model = keras.models.load_model(broken / "model.keras", compile=False)
    layer = next(each for each in model.layers if each.weights)
    layer.set_weights([array * np.nan for array in layer.get_weights()])
    model.save(broken / "model.keras")
    arguments = [str(broken), "-o", str(tmp_path / "bundle"), "--calibration", str(photos)]
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert f"has weights in {layer.name} that are no numbers" in error
    assert "--learning-rate" in error


def test_a_picture_that_the_system_does_not_give_is_not_called_damaged(tmp_path: Path) -> None:
    """What the system answered is the reason: here a link that leads to itself."""
    loop = tmp_path / "loop.png"
    loop.symlink_to(loop)
    with pytest.raises(PictureError, match="Too many levels of symbolic links"):
        read_rgb(loop)


def test_a_picture_of_two_folders_is_passed_over_once(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder given for calibration and for evaluation counts its broken photo once."""
    copy = tmp_path / "polygons"
    shutil.copytree(photos, copy)
    (copy / "images" / "001.png").write_bytes(b"no picture")
    passed_over = PassedOver()
    for folder, masks in ((copy, False), (copy / ".." / copy.name, True)):
        usable = passed_over.keep_usable(open_folder(folder).pictures, "polygons", masks=masks)
        assert "001.png" not in [picture.image.name for picture in usable]
    assert capsys.readouterr().err.count("passed over: ") == 1
    assert passed_over.summarise().startswith("1 picture was passed over (001.png)")
