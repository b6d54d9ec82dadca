"""From what a person writes after ``--camera`` to an open camera."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from device.camera_settings import AS_THEY_ARE, CameraSettings
from device.cameras.camera import Camera
from device.cameras.folder_memory import FolderMemory
from device.errors import UsageError

FORMS = (
    "0, /dev/video0, picamera2:0, rtsp://… or http://…, a video file, folder:DIR to watch,"
    " photos:DIR to read once, or demo"
)
_DEVICE = re.compile(r"\d+|/dev/video\d+")
_URL = re.compile(r"(?:rtsps?|https?)://.+", re.IGNORECASE)


def open_camera(
    spec: str,
    *,
    settings: CameraSettings = AS_THEY_ARE,
    memory: FolderMemory | None = None,
    paced: bool = False,
) -> Camera:
    """Open the source that a camera specification names.

    Args:
        spec: one of `FORMS`.
        settings: what to ask of a device or Pi camera.
        memory: which photos of a hot folder were shot before; without one, none was.
        paced: play a video file at its own rate instead of as fast as it is read.

    Raises:
        UsageError: the form is unknown, or the source does not exist or open.
    """
    # Each SDK is imported only for the cameras that need it.
    if _DEVICE.fullmatch(spec):
        from device.cameras.opencv_capture import open_device  # noqa: PLC0415 - see above.

        return open_device(spec, settings)
    if spec.partition(":")[0] == "picamera2":
        from device.cameras.picamera2_capture import open_picamera2  # noqa: PLC0415 - see above.

        return open_picamera2(spec, settings)
    if _URL.fullmatch(spec):
        from device.cameras.opencv_capture import open_stream  # noqa: PLC0415 - see above.

        return open_stream(spec)
    if spec.startswith("folder:"):
        from device.cameras.hot_folder import HotFolder  # noqa: PLC0415 - see above.

        return HotFolder(_folder(spec), memory or FolderMemory(None))
    if spec.startswith("photos:"):
        from device.cameras.folder import FolderCamera  # noqa: PLC0415 - see above.

        return FolderCamera(_folder(spec))
    return _open_file(spec, paced=paced)


def _folder(spec: str) -> Path:
    return Path(spec.partition(":")[2]).expanduser()


def _open_file(spec: str, *, paced: bool) -> Camera:
    from device.cameras.video_file import VideoFileCamera  # noqa: PLC0415 - needs OpenCV.

    if spec == "demo":
        clip = Path(str(resources.files("device") / "demo" / "clip.mp4"))
        return VideoFileCamera(clip, paced=True, name="demo")
    path = Path(spec).expanduser()
    if spec and path.is_dir():
        raise UsageError(
            f"camera {spec} is a folder: write folder:{spec} to shoot each photo that comes"
            f" into it, or photos:{spec} to read those in it once"
        )
    if not spec or not path.is_file():
        shown = spec if "://" not in spec else spec.partition("://")[0] + "://…"
        raise UsageError(f"there is no camera or video file {shown!r}: give {FORMS}")
    return VideoFileCamera(path, paced=paced)
