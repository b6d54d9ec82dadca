"""Check of heat and power, where the machine tells them."""

from __future__ import annotations

from pathlib import Path

from device.checks.finding import Finding
from device.system.board import HOT_C, THERMAL_ZONES, read_temperature_c, read_throttling


def check_temperature(zones: Path = THERMAL_ZONES, throttled: Path | None = None) -> Finding:
    """The hottest sensor, and what a Raspberry Pi's firmware says about its supply."""
    hottest_c = read_temperature_c(zones)
    states = read_throttling(throttled)
    detail = "the machine does not tell" if hottest_c is None else f"{hottest_c:.0f} °C"
    if states:
        detail = f"{detail}; {', '.join(states)}"
    if states or (hottest_c is not None and hottest_c >= HOT_C):
        mend = "cool it, and use the maker's power supply"
        return Finding("temperature", "warn", detail, mend)
    return Finding("temperature", "ok", detail)
