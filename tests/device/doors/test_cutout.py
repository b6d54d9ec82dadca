"""`python -m device.cutout`, as a user runs it."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from device.bundle.shipped import default_bundle_path
from device.encoding.cutout_file import METADATA_KEY
from tests.support.pictures import noise

PROJECT = Path(__file__).parents[3]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "device.cutout", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)


def refused(done: subprocess.CompletedProcess[str], *words: object) -> bool:
    """Whether it ended with exit code 2 and one sentence that holds the words."""
    lines = done.stderr.splitlines()
    assert done.returncode == 2, done.stderr
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("selvedge: ")
    return all(str(word) in lines[0] for word in words)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small photo on disk."""
    path = tmp_path / "dress.png"
    Image.fromarray(noise(90, 61)).save(path)
    return path


def test_verdicts_are_written_as_a_table(photo: Path, tmp_path: Path) -> None:
    """--verdicts FILE has a line for each photo that was cut, with the numbers behind it."""
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    table = tmp_path / "verdicts.csv"
    done = run(tmp_path / "broken.jpg", photo, "-o", tmp_path / "out", "--verdicts", table)
    assert done.returncode == 2
    (line,) = csv.DictReader(io.StringIO(table.read_text("utf-8")))
    assert line["file"] == str(photo)
    assert line["verdict"] in {"ok", "unsure", "retake"}
    assert bool(line["reasons"]) == (line["verdict"] != "ok")
    assert 0 <= float(line["garment_share"]) <= 1


def test_a_photo_becomes_a_transparent_picture_of_its_size(photo: Path, tmp_path: Path) -> None:
    """The result has the input's stem and size, its colours, and says what made it."""
    done = run(photo, "-o", tmp_path / "out" / "deep")
    assert (done.returncode, done.stderr) == (0, "")
    image = Image.open(tmp_path / "out" / "deep" / "dress.png")
    found = np.asarray(image)
    assert found.shape == (90, 61, 4)
    solid = found[:, :, 3] == 255
    np.testing.assert_array_equal(found[solid, :3], noise(90, 61)[solid])
    about = json.loads(image.info[METADATA_KEY])
    assert about["source"] == "dress.png"
    assert about["bundle_id"].startswith("garment-")


def test_alpha_alone_is_the_cutouts_alpha(photo: Path, tmp_path: Path) -> None:
    """--alpha writes the same mask that the cutout carries, as an 8-bit picture."""
    assert run(photo, "-o", tmp_path / "rgba").returncode == 0
    assert run(photo, "--alpha", "-o", tmp_path / "alpha", "--threads", 1).returncode == 0
    alone = Image.open(tmp_path / "alpha" / "dress.png")
    assert alone.mode == "L"
    carried = np.asarray(Image.open(tmp_path / "rgba" / "dress.png"))[:, :, 3]
    np.testing.assert_array_equal(np.asarray(alone), carried)


def test_a_folder_and_files_are_cut_with_progress(photo: Path, tmp_path: Path) -> None:
    """A folder's photos and single files are taken together, each once, and counted."""
    folder = tmp_path / "shoot"
    folder.mkdir()
    for number in range(5):
        Image.fromarray(noise(20, 20, number)).save(folder / f"{number}.jpg")
    done = run(folder, photo, folder / "3.jpg", "-o", tmp_path / "out")
    assert done.returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("0.png", "1.png", "2.png", "3.png", "4.png", "dress.png")
    ]
    assert "6/6" in done.stderr


def test_one_bad_image_does_not_stop_the_others(photo: Path, tmp_path: Path) -> None:
    """A text file among photos: the photo is cut, the text is named, the exit code is 2."""
    text = tmp_path / "notes.jpg"
    text.write_text("not a picture", encoding="ascii")
    done = run(text, photo, "-o", tmp_path / "out")
    assert refused(done, text, "not an image")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["dress.png"]


def test_a_name_that_is_not_utf8_is_cut_like_any_other(photo: Path, tmp_path: Path) -> None:
    """A name from an old camera or system: the result keeps it, and a question mark is printed."""
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    old = shoot / os.fsdecode(b"M\xe4nner.png")
    shutil.copy(photo, old)
    (shoot / os.fsdecode(b"\xf6.jpg")).write_text("text", encoding="ascii")
    for number in range(3):
        shutil.copy(photo, shoot / f"{number}.png")
    done = run(shoot, "-o", tmp_path / "out")
    assert done.returncode == 2, done.stderr
    assert "?.jpg is not an image" in done.stderr
    assert "M?nner.png" in done.stderr
    about = json.loads(Image.open(tmp_path / "out" / old.name).info[METADATA_KEY])
    assert about["source"] == "M?nner.png"


def test_two_inputs_of_one_stem_are_refused_before_any_work(photo: Path, tmp_path: Path) -> None:
    """Two inputs that would share a result: neither is cut, both are named."""
    twin = tmp_path / "DRESS.jpg"
    Image.fromarray(noise(8, 8)).save(twin)
    assert refused(run(photo, twin, "-o", tmp_path / "out"), photo, twin)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("alpha", [[], ["--alpha"]])
def test_an_input_is_never_overwritten(photo: Path, tmp_path: Path, alpha: list[str]) -> None:
    """A result that would land on an input is refused, also by way of a link."""
    before = photo.read_bytes()
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    for folder in (tmp_path, link):
        assert refused(run(photo, "-o", folder, *alpha), "overwritten")
    assert photo.read_bytes() == before


def test_wrong_paths_are_named(photo: Path, tmp_path: Path) -> None:
    """A missing image, an empty folder, an empty file, a missing bundle: one sentence each."""
    empty = tmp_path / "empty"
    empty.mkdir()
    blank = tmp_path / "blank.jpg"
    blank.touch()
    out = tmp_path / "out"
    assert refused(run(tmp_path / "gone.jpg", "-o", out), "gone.jpg")
    assert refused(run(empty, "-o", out), "empty", "no photo")
    assert refused(run(blank, "-o", out), "blank.jpg")
    assert refused(run(photo, "-o", out, "--model", empty), "manifest.json")
    assert run(photo).returncode == 2
    assert run(photo, "-o", out, "--threads", 0).returncode == 2


def test_a_bundle_that_was_changed_is_refused(photo: Path, tmp_path: Path) -> None:
    """A model that does not have its manifest's sha256 is not run."""
    bundle = Path(shutil.copytree(default_bundle_path(), tmp_path / "bundle"))
    with (bundle / "model_int8.tflite").open("ab") as file:
        file.write(b"!")
    done = run(photo, "-o", tmp_path / "out", "--model", bundle)
    assert refused(done, "sha256", "model_int8.tflite")


def test_an_output_that_cannot_be_written_fails_in_one_sentence(
    photo: Path,
) -> None:
    """A file where the output folder should be: exit code 2 and its name, no traceback."""
    assert refused(run(photo, "-o", photo), "is a file", "give -o a folder", str(photo))


def test_a_signal_ends_it_after_the_picture_in_hand(tmp_path: Path) -> None:
    """SIGTERM in the middle of a folder: what is written is whole, exit code 1, a count."""
    folder = tmp_path / "shoot"
    folder.mkdir()
    for number in range(60):
        Image.fromarray(noise(300, 200, number)).save(folder / f"{number}.png")
    command = [sys.executable, "-m", "device.cutout", str(folder), "-o", str(tmp_path / "out")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        last = process.stderr.read().splitlines()[-1]
    written = list((tmp_path / "out").iterdir())
    assert process.returncode == 1
    assert last == f"selvedge: stopped after {len(written)} of 60 images, which are whole"
    assert 0 < len(written) < 60
    for path in written:
        assert path.suffix == ".png"
        assert np.asarray(Image.open(path)).shape == (300, 200, 4)


def test_verdict_stands_on_the_line_of_each_picture(photo: Path, tmp_path: Path) -> None:
    """Whoever cuts a few pictures reads of each whether it is of use, why not, and what to do."""
    done = run(photo, "-o", tmp_path / "out")
    (line,) = done.stdout.splitlines()
    assert line.startswith(str(tmp_path / "out" / photo.name))
    assert "% garment, retake (nothing-found: put the garment into the frame" in line


def test_a_photo_without_garment_is_told(tmp_path: Path) -> None:
    """An empty cutout does not pass as one: the photo is named, and the others are not."""
    photo = tmp_path / "bare.png"
    Image.new("RGB", (200, 300), (128, 128, 128)).save(photo)
    done = run(photo, "-o", tmp_path / "out")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"selvedge: {photo}: no garment was found, so {tmp_path / 'out' / 'bare.png'} shows none"
    ]


def test_files_passed_over_in_a_folder_are_counted(photo: Path, tmp_path: Path) -> None:
    """A folder's raw files and others that are no photos are not left out in silence."""
    for name in ("dress.cr2", "notes.txt", ".hidden"):
        (photo.parent / name).write_bytes(b"x")
    done = run(photo.parent, "-o", tmp_path / "out")
    assert done.returncode == 0
    assert done.stderr.splitlines()[0].startswith(f"selvedge: {photo.parent}: 2 files passed over")


@pytest.mark.parametrize("given", ["100000", "0", "many"])
def test_more_threads_than_any_board_has_are_refused(
    photo: Path, tmp_path: Path, given: str
) -> None:
    """A slip such as --threads 100000 is a sentence, as it is for the daemon."""
    done = run(photo, "-o", tmp_path / "out", "--threads", given)
    assert done.returncode == 2
    assert f"'{given}' must be a whole number" in done.stderr.splitlines()[-1]
    assert "from 1 to 64" in done.stderr.splitlines()[-1]


def test_a_large_picture_brings_no_warning_of_a_library(tmp_path: Path) -> None:
    """Up to the product's own limit it is the product that says what is wrong with a picture."""
    bomb = tmp_path / "bomb.png"
    Image.new("1", (10_000, 10_000)).save(bomb)
    done = run(bomb, "-o", tmp_path / "out")
    assert "claims 100 megapixels" in done.stderr
    assert "Warning" not in done.stderr


def test_a_photo_that_no_webp_can_hold_keeps_no_other_from_it(tmp_path: Path) -> None:
    """WebP ends at 16383 pixels: the photo is named with what to ask for, the next is cut."""
    folder = tmp_path / "shoot"
    folder.mkdir()
    Image.new("RGB", (17000, 40), "grey").save(folder / "a-wide.jpg")
    Image.fromarray(noise(40, 40)).save(folder / "b.jpg")
    done = run(folder, "-o", tmp_path / "out", "--format", "webp")
    assert done.returncode == 2
    assert "a-wide.jpg becomes a picture of 17000×40 pixels, and webp ends at 16383" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.webp"]


def test_a_canvas_that_no_webp_can_hold_is_wrong_usage(photo: Path, tmp_path: Path) -> None:
    """It would fail for each photo alike, so it is refused before the first."""
    canvas = ("--canvas", "16384x64")
    assert refused(run(photo, "-o", tmp_path, *canvas, "--format", "webp"), "16383", "canvas")


def test_damage_inside_a_photo_is_reported(tmp_path: Path) -> None:
    """The photo is cut as far as it goes, and whoever ran the command knows of the rest."""
    data = io.BytesIO()
    Image.fromarray(noise(200, 150)).save(data, "JPEG")
    half = data.getvalue()[: len(data.getvalue()) // 2]
    (tmp_path / "card.jpg").write_bytes(half + b"\xff\xd9")
    done = run(tmp_path / "card.jpg", "-o", tmp_path / "out")
    assert done.returncode == 0
    assert "card.jpg is damaged (Corrupt JPEG data" in done.stderr
    assert (tmp_path / "out" / "card.png").exists()


def test_photos_of_any_name_are_cut(tmp_path: Path) -> None:
    """Bytes of another coding, control characters and the longest names give valid results."""
    names = [b"dr\xe9ss.png", b"a\nb\x1b.png", b"x" * 251 + b".png", b"\xc3\xa4" * 125 + b".png"]
    folder = tmp_path / "shoot"
    folder.mkdir()
    for name in names:
        Image.fromarray(noise(20, 20)).save(tmp_path / "a.png")
        (tmp_path / "a.png").rename(folder / os.fsdecode(name))
    for number, flags in enumerate([(), ("--format", "webp"), ("--format", "jpeg")]):
        done = run(folder, "-o", tmp_path / str(number), *flags)
        assert done.returncode == 0, done.stderr
        assert len(list((tmp_path / str(number)).iterdir())) == len(names) * (1 + (number == 2))
