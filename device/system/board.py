"""Temperature and throttling of the board."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# From here on a Raspberry Pi slows down.
HOT_C = 80.0

THERMAL_ZONES = Path("/sys/class/thermal")

# What a person does about heat and weak power.
COOLING = "cool it, and use the maker's power supply"

# A Pi 5 numbers its parts: soc@107c000000.
_PLATFORM, _THROTTLED = Path("/sys/devices/platform"), "soc*/soc*:firmware/get_throttled"

# Kernels without that file report weak power here, and nothing else.
_MONITORS = Path("/sys/class/hwmon")

# Bits of get_throttled: the state at this moment; the same 16 bits higher: since boot.
_STATES = {0: "under-voltage", 1: "clock capped", 2: "throttled", 3: "near its heat limit"}


@dataclass(frozen=True)
class Throttling:
    """What slows a Raspberry Pi down.

    Attributes:
        now: states at this moment: ``under-voltage``, ``throttled``, ….
        since_boot: states that have been since boot and are over.
    """

    now: tuple[str, ...] = ()
    since_boot: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Every state with its time, separated by commas; empty where there is none."""
        now = [f"{state} now" for state in self.now]
        return ", ".join([*now, *(f"{state} since boot" for state in self.since_boot)])


def read_temperature_c(zones: Path = THERMAL_ZONES) -> float | None:
    """Return the temperature of the hottest thermal zone in °C, None where there is none."""
    readings = [_read_zone_c(file) for file in zones.glob("thermal_zone*/temp")]
    return max((reading for reading in readings if reading is not None), default=None)


def _read_zone_c(file: Path) -> float | None:
    try:
        return int(file.read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):  # A zone may be switched off.
        return None


def read_throttling(throttled: Path | None = None) -> Throttling:
    """Read what slows a Raspberry Pi down; nothing on another machine.

    Args:
        throttled: the firmware's file; searched for when None.
    """
    if throttled is None:
        throttled = next(_PLATFORM.glob(_THROTTLED), None)
    if throttled is None:
        return _read_alarm(_MONITORS)
    try:
        bits = int(throttled.read_text(encoding="ascii"), 16)
    except (OSError, ValueError):  # Not a Raspberry Pi.
        return Throttling()
    now = {state for bit, state in _STATES.items() if bits >> bit & 1}
    before = {state for bit, state in _STATES.items() if bits >> (bit + 16) & 1}
    return Throttling(
        tuple(state for state in _STATES.values() if state in now),
        tuple(state for state in _STATES.values() if state in before - now),
    )


def _read_alarm(monitors: Path) -> Throttling:
    for name in monitors.glob("hwmon*/name"):
        try:
            if name.read_text("ascii").strip() == "rpi_volt":
                alarm = (name.parent / "in0_lcrit_alarm").read_text("ascii").strip()
                return Throttling(("under-voltage",) if alarm == "1" else ())
        except (OSError, ValueError):  # noqa: PERF203 - it went, or it belongs to another driver
            continue
    return Throttling()


def describe_board(hottest_c: float | None, throttling: Throttling) -> str:
    """Return temperature and throttling in a few words for people."""
    detail = "the machine does not tell" if hottest_c is None else f"{hottest_c:.0f} °C"
    return f"{detail}; {throttling}" if str(throttling) else detail


def is_hot(hottest_c: float | None) -> bool:
    """Return whether the board is so hot that it slows down; not where nothing measures it."""
    return hottest_c is not None and hottest_c >= HOT_C


def find_trouble(zones: Path = THERMAL_ZONES, throttled: Path | None = None) -> str | None:
    """Return one sentence on heat or weak power at this moment; None when there is neither.

    What has been since boot and is over is left to the doctor: nobody can act on it now.
    """
    hottest_c, throttling = read_temperature_c(zones), read_throttling(throttled)
    if throttling.now or is_hot(hottest_c):
        detail = describe_board(hottest_c, throttling)
        return f"the machine is slowed down: {detail}; {COOLING}"
    return None
