"""From a camera's specification to an open camera."""

from __future__ import annotations

from pathlib import Path

from device.cameras.camera import Camera
from device.cameras.folder_memory import FolderMemory
from device.errors import UsageError
from device.settings.camera import AS_THEY_ARE, CameraSettings
from device.settings.camera_spec import FORMS, CameraSpec
from device.system.path_check import is_file, is_folder, is_video_device


def open_camera(
    spec: CameraSpec,
    *,
    settings: CameraSettings = AS_THEY_ARE,
    memory: FolderMemory | None = None,
    paced: bool = False,
) -> Camera:
    """Open the source that a camera specification names.

    Args:
        spec: which camera.
        settings: what to ask of a device or Pi camera.
        memory: which photos of a hot folder were shot before; without one, none was.
        paced: play a video file at its own rate instead of as fast as it is read.

    Raises:
        UsageError: the source does not exist or does not open.
    """
    # Each SDK is imported only for the cameras that need it.
    if spec.kind == "device":
        from device.cameras.opencv_capture import open_device  # noqa: PLC0415 - see above.

        return open_device(spec, settings)
    if spec.kind == "picamera2":
        from device.cameras.picamera2_capture import open_picamera2  # noqa: PLC0415 - see above.

        return open_picamera2(spec, settings)
    if spec.kind == "stream":
        from device.cameras.opencv_capture import open_stream  # noqa: PLC0415 - see above.

        return open_stream(spec)
    if spec.kind == "folder":
        from device.cameras.hot_folder import HotFolder  # noqa: PLC0415 - see above.

        return HotFolder(spec.path, memory or FolderMemory(None))
    if spec.kind == "photos":
        from device.cameras.photo_folder import PhotoFolderCamera  # noqa: PLC0415 - see above.

        return PhotoFolderCamera(spec.path)
    return _open_path(spec, settings, paced=paced)


def _open_path(spec: CameraSpec, settings: CameraSettings, *, paced: bool) -> Camera:
    from device.cameras.video_file import VideoFileCamera  # noqa: PLC0415 - needs OpenCV.

    if spec.kind == "demo":
        clip = Path(__file__).parents[1] / "demo" / "clip.mp4"
        return VideoFileCamera(clip, paced=True, name=spec.name, loops=spec.address == "again")
    if spec.text and is_video_device(spec.path):  # By a name of the studio's own.
        from device.cameras.opencv_capture import open_device  # noqa: PLC0415 - needs OpenCV.

        return open_device(CameraSpec("device", str(spec.path.absolute()), spec.text), settings)
    if spec.text and is_folder(spec.path):
        raise UsageError(
            f"camera {spec} is a folder: write folder:{spec} to shoot each photo that comes"
            f" into it, or photos:{spec} to read those in it once"
        )
    if not spec.text or not is_file(spec.path):
        raise UsageError(f"there is no camera or video file {str(spec)!r}: give {FORMS}")
    from device.imaging.photo import is_photo  # noqa: PLC0415 - loads Pillow.

    # FFmpeg would play a photo, as a film of one frame that never comes to rest.
    if is_photo(spec.path):
        raise UsageError(
            f"camera {spec} is a single photo: write photos:{spec.path.parent} to shoot those"
            f" beside it too, or cut it with `python -m device.cutout {spec} -o DIR`"
        )
    return VideoFileCamera(spec.path, paced=paced)
