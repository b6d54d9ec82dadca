"""From what a person writes after ``--camera`` to an open camera."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from device.cameras.camera import Camera
from device.cameras.folder_memory import FolderMemory
from device.errors import UsageError
from device.settings.camera import AS_THEY_ARE, CameraSettings
from device.system.path_check import is_file, is_folder

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
        _check_url(spec)
        from device.cameras.opencv_capture import open_stream  # noqa: PLC0415 - see above.

        return open_stream(spec)
    if spec.startswith("folder:"):
        from device.cameras.hot_folder import HotFolder  # noqa: PLC0415 - see above.

        return HotFolder(_folder(spec), memory or FolderMemory(None))
    if spec.startswith("photos:"):
        from device.cameras.photo_folder import PhotoFolderCamera  # noqa: PLC0415 - see above.

        return PhotoFolderCamera(_folder(spec))
    return _open_file(spec, paced=paced)


def _check_url(url: str) -> None:
    """Refuse an address that nobody could reach; what it holds may be a password."""
    try:
        parts = urlsplit(url)
        reachable = bool(parts.hostname) and parts.port != 0
    except ValueError:  # A port that is no port, half an IPv6 address.
        reachable = False
    if not reachable:
        kind = url.partition("://")[0]
        raise UsageError(
            f"the camera's address {kind}://… has no host, or a port that is none: write"
            f" {kind}://[user:password@]host[:port]/path, with / @ and : in a password as"
            " %2F, %40 and %3A"
        )


def _folder(spec: str) -> Path:
    kind, _, folder = spec.partition(":")
    if not folder.strip():  # Else it would be whatever folder the program was started in.
        raise UsageError(f"camera {spec} names no folder: write {kind}:DIR")
    return Path(folder).expanduser()


def _open_file(spec: str, *, paced: bool) -> Camera:
    from device.cameras.video_file import VideoFileCamera  # noqa: PLC0415 - needs OpenCV.

    if spec == "demo":
        clip = Path(__file__).parents[1] / "demo" / "clip.mp4"
        return VideoFileCamera(clip, paced=True, name="demo")
    path = Path(spec).expanduser()
    if spec and is_folder(path):
        raise UsageError(
            f"camera {spec} is a folder: write folder:{spec} to shoot each photo that comes"
            f" into it, or photos:{spec} to read those in it once"
        )
    if not spec or not is_file(path):
        shown = spec if "://" not in spec else spec.partition("://")[0] + "://…"
        raise UsageError(f"there is no camera or video file {shown!r}: give {FORMS}")
    from device.imaging.photo import is_photo  # noqa: PLC0415 - loads Pillow.

    if is_photo(path):  # FFmpeg would play it, as a film of one frame that never comes to rest.
        raise UsageError(
            f"camera {spec} is a single photo: write photos:{path.parent} to shoot those beside it"
            f" too, or cut it with `python -m device.cutout {spec} -o DIR`"
        )
    return VideoFileCamera(path, paced=paced)
