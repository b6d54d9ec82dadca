"""Hot folders with photos that have lain there for a while."""

from __future__ import annotations

import os
import time
from pathlib import Path

from PIL import Image

from device.cameras.camera import CameraTimeoutError
from device.cameras.folder_memory import FolderMemory
from device.cameras.hot_folder import HotFolder
from device.imaging.frame import Frame
from tests.support.pictures import noise

PAST_S = 60


def put_photo(folder: Path, name: str, seed: int, age_s: float = PAST_S) -> Path:
    """A photo that has lain in the folder for a while."""
    path = folder / name
    Image.fromarray(noise(8, 12, seed)).save(path)
    then_s = time.time() - age_s
    os.utime(path, (then_s, then_s))
    return path


def shoot_all(camera: HotFolder) -> list[Frame]:
    """Shoot what there is."""
    frames: list[Frame] = []
    while True:
        try:
            frames.append(camera.read(0.05))
        except CameraTimeoutError:
            return frames
        camera.remember(frames[-1])


def open_hot_folder(folder: Path, state: Path) -> HotFolder:
    """The camera on it, with what an earlier run remembered."""
    return HotFolder(folder, FolderMemory(state / "hot-folder.jsonl"))
