"""The demo clip: one camera, one mannequin, five garments one after the other."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from train.arrays import Float64Array, UInt8Array
from train.atomic_file import write_atomically
from train.errors import UsageError, WorkError
from train.studio.blender import render, session, stage
from train.studio.blender.framing import frame_garment
from train.studio.blender.garment import make_garment
from train.studio.camera_raw import develop, encode_png
from train.studio.plans.demo_clip import Outfit, outfits, scene

WIDTH_PX, HEIGHT_PX = 960, 1280
FRAMES_PER_S = 12
HOLD_FRAMES, CHANGE_FRAMES = 18, 6
SAMPLES = 32
CAP_TOP_Z_M = 1.635
NOISE = 0.9  # Standard deviation of the filmed noise, of 255.


def film(
    path: Path, truth: Path | None, seed: int, threads: int, report: Callable[[str], None]
) -> None:
    """Render the stills, cut them into a clip and keep each garment's exact alpha.

    Args:
        path: the .mp4 to write.
        truth: folder for NAME.png (8-bit alpha) and clip.json (seconds each garment is still).
        seed: of the noise.
        threads: CPU threads.
        report: takes lines about progress.

    Raises:
        UsageError: ffmpeg is not installed.
        WorkError: ffmpeg could not write the clip.
    """
    if shutil.which("ffmpeg") is None:
        raise UsageError("ffmpeg is not on PATH: install it to write the clip")
    worn = outfits()
    bare, pictures, alphas = _stills(worn, seed, threads, report)
    path.parent.mkdir(parents=True, exist_ok=True)
    _encode(path, _frames(bare, pictures, seed))
    if truth is not None:
        _write_truth(truth, worn, alphas)
    report(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def _stills(
    worn: list[Outfit], seed: int, threads: int, report: Callable[[str], None]
) -> tuple[UInt8Array, list[UInt8Array], list[Float64Array]]:
    """Render the bare mannequin and each outfit; return the pictures and each outfit's alpha."""
    session.start(threads)
    pictures, alphas = [], []
    with tempfile.TemporaryDirectory() as cache, session.quiet():
        garments = [make_garment(outfit.garment, Path(cache)) for outfit in worn]
        shown = [g.mesh.vertices for g in garments if g is not None]
        points = np.concatenate([*shown, np.array([[0.0, 0.0, CAP_TOP_Z_M]])])
        camera = frame_garment(scene(seed, None).camera, points, WIDTH_PX, HEIGHT_PX)
        for number, outfit in enumerate([None, *worn]):
            plan = scene(seed, outfit)
            dressed = garments[number - 1] if outfit else None
            stage.build(plan, [] if dressed is None else [dressed], detail=2)
            stage.place_camera(camera, WIDTH_PX, HEIGHT_PX)
            shot = render.shoot(SAMPLES)
            pictures.append(develop(shot.linear, plan.exposure))
            alphas.append(shot.coverage[..., 0])
            report(f"still {number + 1}/{len(worn) + 1}: {outfit.name if outfit else 'bare'}")
    return pictures[0], pictures[1:], alphas[1:]


def _frames(bare: UInt8Array, pictures: list[UInt8Array], seed: int) -> Iterator[UInt8Array]:
    """Every frame of the clip: each change passes over the bare mannequin without resting there."""
    rng = np.random.default_rng([seed, 51])
    stations = [bare]
    for picture in pictures:
        stations.append(picture)
        for step in range(1, CHANGE_FRAMES + 1):
            way = step / (CHANGE_FRAMES + 1) * (len(stations) - 1)
            first, second = stations[int(way)], stations[int(way) + 1]
            yield _add_noise(first + way % 1.0 * (second.astype(float) - first), rng)
        for _ in range(HOLD_FRAMES):
            yield _add_noise(picture.astype(float), rng)
        stations = [picture, bare]


def _add_noise(picture: Float64Array, rng: np.random.Generator) -> UInt8Array:
    noise = rng.standard_normal((*picture.shape[:2], 1)) * NOISE
    frame: UInt8Array = np.clip(np.round(picture + noise), 0, 255).astype(np.uint8)
    return frame


def _encode(path: Path, frames: Iterator[UInt8Array]) -> None:
    partial = path.with_name(f".{path.stem}.part.mp4")
    # BT.601, because OpenCV decodes with it whatever the file says.
    command = [
        "ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{WIDTH_PX}x{HEIGHT_PX}", "-r", str(FRAMES_PER_S), "-i", "-",
        "-vf", "scale=out_color_matrix=bt601:out_range=tv", "-colorspace", "smpte170m",
        "-c:v", "libx264", "-preset", "slow", "-crf", "20", "-pix_fmt", "yuv420p",
        "-movflags", "+faststart", str(partial),
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603 - the command is made of constants and our own path
        command, input=b"".join(frame.tobytes() for frame in frames), capture_output=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        partial.unlink(missing_ok=True)
        raise WorkError(f"ffmpeg could not write {path}: {done.stderr.decode().strip()}")
    partial.replace(path)


def _write_truth(folder: Path, worn: list[Outfit], alphas: list[Float64Array]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for number, (outfit, alpha) in enumerate(zip(worn, alphas, strict=True)):
        first = number * (CHANGE_FRAMES + HOLD_FRAMES) + CHANGE_FRAMES
        write_atomically(
            folder / f"{outfit.name}.png", encode_png(np.round(alpha * 255).astype(np.uint8))
        )
        entries.append(
            {"name": outfit.name, "alpha": f"{outfit.name}.png",
             "from_s": round(first / FRAMES_PER_S, 3),
             "to_s": round((first + HOLD_FRAMES) / FRAMES_PER_S, 3)}
        )  # fmt: skip
    record = {"frames_per_s": FRAMES_PER_S, "garments": entries}
    write_atomically(folder / "clip.json", (json.dumps(record, indent=2) + "\n").encode())
