"""The studio's renders, with the real Blender: a tiny dataset that was killed and resumed."""

from __future__ import annotations

import csv
import importlib.util
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="bpy is not installed"),
]
ROOT = Path(__file__).resolve().parents[3]
FLAGS = ["--seed", "21", "--width-px", "96", "--height-px", "128", "--samples", "4",
         "--bare-share", "0", "--scenes-per-garment", "2"]  # fmt: skip


def studio(*argv: str) -> subprocess.Popen[str]:
    """Start the studio in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "train", "studio", *FLAGS, *argv],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Two scenes: the run was killed after the first and started again. And what it said then."""
    out = tmp_path_factory.mktemp("studio") / "tiny"
    first = studio("--scenes", "2", str(out))
    assert first.stderr is not None
    line = first.stderr.readline()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert line.startswith("scene 1/2"), line
    again = studio("--scenes", "2", str(out))
    _, said = again.communicate(timeout=300)
    assert again.returncode == 0, said
    return out, said


def read(path: Path) -> npt.NDArray[np.int64]:
    """A picture's numbers."""
    with Image.open(path) as image:
        return np.asarray(image).astype(np.int64)


def rows(out: Path) -> list[dict[str, str]]:
    """The dataset's index."""
    with (out / "index.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_killed_run_goes_on_where_it_stopped(resumed: tuple[Path, str]) -> None:
    """After a SIGKILL the finished scene is kept and only the other is rendered."""
    out, said = resumed
    assert "1 of 2 scenes are there already" in said
    assert "scene 2/2" in said
    assert "scene 1/2" not in said
    assert len(rows(out)) == 2
    other = studio("--scenes", "2", "--samples", "8", str(out))
    _, said = other.communicate(timeout=300)
    assert other.returncode == 2
    assert "was made with --samples 4, not 8" in said


def test_the_folder_is_a_dataset(resumed: tuple[Path, str]) -> None:
    """Index and description have the dataset's form; pictures, masks and body agree in size."""
    out, _ = resumed
    described = json.loads((out / "dataset.json").read_text())
    assert described["format"] == "selvedge-dataset"
    assert described["seed"] == 21
    assert "train studio" in described["command"]
    for row in rows(out):
        assert list(row) == ["stem", "image", "mask", "body", "split", "group", "kind"]
        assert row["split"] in ("train", "val")
        picture, mask, body = (read(out / row[name]) for name in ("image", "mask", "body"))
        assert picture.shape == (*mask.shape, 3)
        assert body.shape == mask.shape
        assert (mask >= 128).mean() > 0.02
        assert picture.std() > 5


def test_alpha_labels_and_body_agree(resumed: tuple[Path, str]) -> None:
    """Mask is the alpha in 8 bits, labels say garment where it is opaque, nothing is both."""
    out, _ = resumed
    for row in rows(out):
        alpha = read(out / "alpha" / f"{row['stem']}.png") / 65535
        mask, body = read(out / row["mask"]), read(out / row["body"])
        labels = read(out / "labels" / f"{row['stem']}.png")
        assert np.abs(mask / 255 - alpha).max() < 0.003
        assert set(np.unique(labels)) <= {0, 1, 2, 3}
        assert (labels[alpha > 0.55] == 1).all()
        assert (labels[alpha == 0] != 1).all()
        assert (mask + body).max() <= 257
        assert ((alpha > 0.05) & (alpha < 0.95)).any()
        assert (body[labels >= 2] > 80).all()


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    """Each part renders its own garments, here left out; together they make the whole dataset."""
    out = tmp_path / "shared"
    wanted = ("--scenes", "4", "--scenes-per-garment", "1", "--bare-share", "1", "--threads", "1")
    runs = [studio(*wanted, "--part", part, str(out)) for part in ("1/2", "2/2")]
    said = [run.communicate(timeout=300)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert [text.count("scene ") for text in said] == [2, 2]
    assert len(rows(out)) == 4
    assert {row["kind"] for row in rows(out)} == {"bare"}


SHEER = """
import sys
from dataclasses import replace
import numpy as np
from train.studio.blender import render, session, stage
from train.studio.blender.framing import frame_garment
from train.studio.blender.garment import cut_garment, finish
from train.studio.plans.demo_clip import outfits, scene

outfit = outfits()[2]
outfit = replace(outfit, fabric=replace(outfit.fabric, cover=0.7))
outfit = replace(outfit, trim=outfit.fabric)
shell = cut_garment(outfit.garment)
skirt = finish(shell, shell.mesh.vertices)
plan = scene(1, outfit)
with session.quiet():
    session.start(1)
    stage.build(plan, [skirt], detail=0)
    stage.place_camera(frame_garment(plan.camera, skirt.mesh.vertices, 60, 80), 60, 80)
    shot = render.shoot(1, 64)
skin = shot.coverage[20:34, 26:34].mean((0, 1))
sys.stdout.write(f"{skin[0]:.3f} {skin[:2].sum():.3f}")
"""


def test_sheer_cloth_covers_what_its_plan_says() -> None:
    """Over the mannequin a cloth of cover 0.7 has alpha 0.7, and the mannequin has the rest."""
    run = subprocess.run(
        [sys.executable, "-c", SHEER], cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr
    garment, both = map(float, run.stdout.split()[-2:])
    assert garment == pytest.approx(0.7, abs=0.06)
    assert both > 0.9


def test_a_scene_is_the_same_wherever_it_is_rendered(
    resumed: tuple[Path, str], tmp_path: Path
) -> None:
    """A compact run elsewhere gives the same mask, keeps only the dataset, and is then done."""
    out, _ = resumed
    small = tmp_path / "compact"
    run = studio("--scenes", "1", "--compact", str(small))
    _, said = run.communicate(timeout=300)
    assert run.returncode == 0, said
    (row,) = rows(small)
    assert (small / row["mask"]).read_bytes() == (out / row["mask"]).read_bytes()
    kept = {path.name for path in small.iterdir()}
    assert kept == {"images", "masks", "body", "index.csv", "dataset.json", "job.json"}
    again = studio("--scenes", "1", "--compact", str(small))
    _, said = again.communicate(timeout=300)
    assert again.returncode == 0
    assert "already holds" in said


def test_a_scene_is_also_shown_undressed(resumed: tuple[Path, str], tmp_path: Path) -> None:
    """The bare picture is the same set with the garment gone; the dressed one stays as it was."""
    out, _ = resumed
    pairs = tmp_path / "pairs"
    run = studio("--scenes", "1", "--undressed", str(pairs))
    _, said = run.communicate(timeout=300)
    assert run.returncode == 0, said
    (row,) = rows(pairs)
    assert (pairs / row["image"]).read_bytes() == (out / row["image"]).read_bytes()
    dressed, bare = read(pairs / row["image"]), read(pairs / "bare" / f"{row['stem']}.jpg")
    assert dressed.shape == bare.shape
    change, mask = np.abs(dressed - bare).max(-1), read(pairs / row["mask"])
    assert np.median(change[mask == 255]) > 3 * np.median(change[mask == 0])
    assert (bare != dressed).mean() > 0.1, "the noise is another"
    form, body = read(pairs / "bare" / f"{row['stem']}.png"), read(pairs / row["body"])
    assert (form[body == 255] >= 250).mean() > 0.95
    assert (form[mask == 255] >= 128).any()


def test_the_form_stood_elsewhere_before_it_was_dressed(tmp_path: Path) -> None:
    """A push moves the undressed form, and neither the room nor the dressed picture."""
    pictures = {}
    for push_px in ("0", "20"):
        out = tmp_path / push_px
        run = studio("--scenes", "1", "--undressed", "--push-px", push_px, str(out))
        _, said = run.communicate(timeout=300)
        assert run.returncode == 0, said
        (row,) = rows(out)
        form = read(out / "bare" / f"{row['stem']}.png") >= 128
        pictures[push_px] = ((out / row["image"]).read_bytes(), form)
    assert pictures["0"][0] == pictures["20"][0]
    before, after = pictures["0"][1], pictures["20"][1]
    assert 0.2 < (before & after).sum() / (before | after).sum() < 0.97


def test_a_push_needs_the_undressed_form(tmp_path: Path) -> None:
    """Without `--undressed` nothing would be pushed: that is refused, as is one below 0."""
    for wrong in (["--push-px", "20"], ["--push-px", "-1", "--undressed"]):
        run = studio("--scenes", "1", *wrong, str(tmp_path / "never"))
        _, said = run.communicate(timeout=300)
        assert run.returncode == 2
        assert "--push-px is" in said
        assert not (tmp_path / "never").exists()
