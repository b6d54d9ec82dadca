"""Check of heat and power, where the machine reports them."""

from __future__ import annotations

from pathlib import Path

from device.checks.finding import Finding
from device.system.board import (
    COOLING,
    THERMAL_ZONES,
    describe_board,
    is_hot,
    read_temperature_c,
    read_throttling,
)


def check_temperature(zones: Path = THERMAL_ZONES, throttled: Path | None = None) -> Finding:
    """Check the hottest sensor, and a Raspberry Pi's power supply as its firmware reports it."""
    hottest_c, throttling = read_temperature_c(zones), read_throttling(throttled)
    detail = describe_board(hottest_c, throttling)
    if throttling.now or throttling.since_boot or is_hot(hottest_c):
        return Finding("temperature", "warn", detail, COOLING)
    return Finding("temperature", "ok", detail)
