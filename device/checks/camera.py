"""Check of the camera: that it opens and gives a picture that is not black."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from device.cameras.camera import (
    Camera,
    CameraTimeoutError,
    EndOfStreamError,
    PassedOverError,
    RememberingCamera,
)
from device.checks.finding import Finding, make_failure
from device.cli.missing_package import missing_package_error
from device.errors import UsageError, WorkError
from device.settings.camera_spec import CameraSpec, parse_camera
from device.settings.credentials import open_camera_login

if TYPE_CHECKING:
    from device.imaging.frame import Frame

# A network camera may wait for its next key frame, which comes every two to four seconds.
PICTURE_TIMEOUT_S = 5.0
# A folder's photo is handed out after a second in which it did not grow.
FILE_TIMEOUT_S = 2.0
# Of 255: the noise of a covered sensor stays below, and any lit scene is far above.
BLACK_LEVEL = 8


def check_camera(
    spec: CameraSpec | str | None, password_file: Path | None = None, rig: str | None = None
) -> Finding:
    """Open the camera and read one picture; without one, say which devices there are.

    Args:
        spec: which camera; None where none was named.
        password_file: of a network camera.
        rig: whose credential has the password, where there is no file.
    """
    if spec is None:
        # By their lasting names first, which are the ones to write down.
        by_id = sorted(Path("/dev/v4l/by-id").glob("*-index0"))
        found = [*by_id, *sorted(Path("/dev").glob("video*"))]
        devices = ", ".join(str(path) for path in found)
        detail = f"not checked, none was named; the system has {devices or 'no /dev/video*'}"
        return Finding("camera", "warn", detail, "name one with --camera")
    try:
        # First, as OpenCV talks on stdout where it is missing, which is the report's place.
        import numpy  # noqa: F401, ICN001, PLC0415 - only whether it loads matters.

        from device.cameras.factory import open_camera  # noqa: PLC0415 - loads OpenCV as needed.

        named = parse_camera(spec) if isinstance(spec, str) else spec
        camera = open_camera(open_camera_login(named, password_file, rig)())
    except ImportError as error:
        return make_failure("camera", missing_package_error(error))
    except UsageError as error:
        return make_failure("camera", error)
    try:
        frame = _read_first(camera)
    except WorkError as error:
        if isinstance(error, CameraTimeoutError) and not camera.live:
            return _add_findings(Finding("camera", "ok", f"{error}: it waits for one"), camera)
        return Finding("camera", "FAIL", str(error), "check its cable, power and network")
    finally:
        camera.close()
    return _add_findings(_judge(camera.name, frame), camera)


def _read_first(camera: Camera) -> Frame:
    """Read the first picture; of a folder the first that is whole."""
    damaged: PassedOverError | None = None
    while True:
        try:
            return camera.read(PICTURE_TIMEOUT_S if camera.live else FILE_TIMEOUT_S)
        except PassedOverError as error:  # noqa: PERF203 - the next photo may be whole
            damaged = error
        except (CameraTimeoutError, EndOfStreamError) as error:
            raise damaged or error from None


def _add_findings(finding: Finding, camera: Camera) -> Finding:
    """Add what lies in a folder and is never shot."""
    findings = camera.findings if isinstance(camera, RememberingCamera) else ()
    if not findings:
        return finding
    detail, _, mend = "; ".join((finding.detail, *findings)).rpartition(": ")
    return Finding(finding.name, "warn", detail, mend)


def _judge(name: str, frame: Frame) -> Finding:
    detail = f"{name} gives {frame.width_px}×{frame.height_px}"
    if int(frame.pixels.max()) < BLACK_LEVEL:
        return Finding(
            "camera", "warn", f"{detail}, all black", "take off the cap, switch on light"
        )
    return Finding("camera", "ok", detail)
