"""Temperature and throttling of the board."""

from __future__ import annotations

from pathlib import Path

HOT_C = 80.0
"""From here on a Raspberry Pi slows down."""


THERMAL_ZONES = Path("/sys/class/thermal")


# A Pi 5 numbers its parts: soc@107c000000.
_PLATFORM, _THROTTLED = Path("/sys/devices/platform"), "soc*/soc*:firmware/get_throttled"


# Kernels without that file tell of weak power here, and of nothing else.
_MONITORS = Path("/sys/class/hwmon")


# Bits of the firmware's get_throttled: what is the case now, the same 16 bits higher: has been.
_STATES = {0: "under-voltage", 1: "clock capped", 2: "throttled", 3: "near its heat limit"}


def read_temperature_c(zones: Path = THERMAL_ZONES) -> float | None:
    """The hottest thermal zone in degrees Celsius, None where there is none."""
    readings = [_reading_c(file) for file in zones.glob("thermal_zone*/temp")]
    return max((reading for reading in readings if reading is not None), default=None)


def _reading_c(file: Path) -> float | None:
    try:
        return int(file.read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):  # A zone may be switched off.
        return None


def read_throttling(throttled: Path | None = None) -> list[str]:
    """What holds a Raspberry Pi back: ``under-voltage now``, ``throttled since boot``, ….

    Args:
        throttled: where its firmware says so; found by itself when None.
    """
    if throttled is None:
        throttled = next(_PLATFORM.glob(_THROTTLED), None)
    if throttled is None:
        return _alarms(_MONITORS)
    try:
        bits = int(throttled.read_text(encoding="ascii"), 16)
    except (OSError, ValueError):  # Not a Raspberry Pi.
        return []
    now = [f"{state} now" for bit, state in _STATES.items() if bits >> bit & 1]
    before = [
        f"{state} since boot"
        for bit, state in _STATES.items()
        if bits >> (bit + 16) & 1 and not bits >> bit & 1
    ]
    return now + before


def _alarms(monitors: Path) -> list[str]:
    for name in monitors.glob("hwmon*/name"):
        try:
            if name.read_text("ascii").strip() == "rpi_volt":
                alarm = (name.parent / "in0_lcrit_alarm").read_text("ascii").strip()
                return ["under-voltage now"] if alarm == "1" else []
        except (OSError, ValueError):  # noqa: PERF203 - it went, or it is somebody else's
            continue
    return []
