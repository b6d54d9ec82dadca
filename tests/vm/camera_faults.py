"""What becomes of a real V4L2 device: unplugged, hung, frozen, failing, and back."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.vm.report import Report
from tests.vm.studio import Studio

_DRIVER = "/sys/bus/platform/drivers/vivid"
_NOTICED_S = 5.0
_TOLD_S = 6.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a camera does.

    Attributes:
        name: for people.
        begin: command that makes it so.
        end: command that mends it; None when it passes by itself.
    """

    name: str
    begin: str
    end: str | None = None


def _control(name: str, value: int) -> str:
    return f"v4l2-ctl -d /dev/video0 -c {name}={value}"


FAULTS = (
    Fault("unplugged", f"echo vivid.0 > {_DRIVER}/unbind", f"echo vivid.0 > {_DRIVER}/bind"),
    Fault(
        "hangs: no picture ever comes",
        _control("percentage_of_dropped_buffers", 100),
        _control("percentage_of_dropped_buffers", 0),
    ),
    Fault(
        "goes on giving the same picture",
        _control("osd_text_mode", 2),
        _control("osd_text_mode", 0),
    ),
    Fault("disconnected with its device node left", _control("disconnect", 1)),
    Fault("fails in the middle of the stream", _control("inject_fatal_streaming_error", 1)),
)


def formats(studio: Studio, report: Report, rig: str) -> None:
    """What the configuration asks for is what the driver is set to."""
    for number, (width, height, fps, wire) in enumerate(
        ((1280, 720, 2, "yuyv"), (640, 480, 5, "mjpeg"), (320, 180, 5, "yuyv"))
    ):
        studio.configure(
            rig,
            camera_width_px=width,
            camera_height_px=height,
            camera_fps=fps,
            camera_format=wire,
        )
        studio.restart(rig)
        told = studio.guest.tell("v4l2-ctl -d /dev/video0 --get-fmt-video --get-parm")
        shot = studio.catalogue.shots[studio.shoot(rig, f"format-{number}")]
        # The module knows no MJPEG: that wish is answered with another format that it has.
        report.check(
            f"{width}x{height} at {fps}/s, {wire} asked for",
            holds=f"{width}/{height}" in told
            and f"{fps}.000" in told
            and ("'YUYV'" in told or wire == "mjpeg")
            and (shot["width_px"], shot["height_px"]) == (width, height),
            seen=" ".join(line.split(":", 1)[1].strip() for line in told.splitlines()[1:3])
            if told
            else "nothing",
        )


def fail(studio: Studio, report: Report, rig: str, fault: Fault) -> None:
    """Let the camera fail and come back; hold the rig to its limits."""
    pid = studio.show(rig, "MainPID")
    asked_s = studio.now_s()
    done = studio.guest.run(fault.begin)
    told_s = studio.catalogue.wait_for_status(
        rig, lambda status: bool(status["degraded"]), 30 * studio.patience, asked_s, "a word of it"
    )
    report.within(
        f"camera {fault.name}: noticed",
        studio.noticed_s(rig, "camera|video0", done.began_s),
        _NOTICED_S,
    )
    report.within(f"camera {fault.name}: in the status", told_s, _TOLD_S)
    degraded_s, mended_s = asked_s + told_s, asked_s
    if fault.end is not None:
        time.sleep(3)
        mended_s = studio.now_s()
        studio.guest.run(fault.end)
    # It may be well before it was mended: opened anew, a picture that repeats is at first new.
    back_s = max(0.0, studio.await_well(rig, degraded_s) + degraded_s - mended_s)
    anew = "" if studio.show(rig, "MainPID") == pid else ", as a new process"
    report.measured(f"camera {fault.name}: well again{anew}", back_s)
    studio.shoot(rig, f"after-{fault.name.split()[0].strip(':')}")
