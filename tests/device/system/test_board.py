"""Heat and weak power of the board, as a Raspberry Pi reports them."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.daemon.stats import DeliveryState, Stats
from device.system import board
from device.system.board import Throttling, find_trouble, read_throttling


def test_heat_and_weak_power_are_degraded_states(tmp_path: Path) -> None:
    """Heat and weak power of this moment are reported; what has been since boot is not."""
    zone, firmware = tmp_path / "thermal_zone0", tmp_path / "get_throttled"
    zone.mkdir()
    (zone / "temp").write_text("50000", "ascii")
    for bits in (0, 1 << 16):
        firmware.write_text(f"{bits:x}", "ascii")
        assert find_trouble(tmp_path, firmware) is None
    firmware.write_text("5", "ascii")
    assert "under-voltage now, throttled now" in str(find_trouble(tmp_path, firmware))
    firmware.write_text("0", "ascii")
    (zone / "temp").write_text("85000", "ascii")
    assert "85 °C" in str(find_trouble(tmp_path, firmware))


def test_throttling_is_found_wherever_a_pi_reports_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the firmware's file under a Pi 4's name or a Pi 5's, else by the kernel's monitor."""
    monkeypatch.setattr(board, "_PLATFORM", tmp_path / "platform")
    monkeypatch.setattr(board, "_MONITORS", tmp_path / "hwmon")
    assert read_throttling() == Throttling()
    monitor = tmp_path / "hwmon" / "hwmon1"
    monitor.mkdir(parents=True)
    (monitor / "name").write_text("rpi_volt\n", "ascii")
    (monitor / "in0_lcrit_alarm").write_text("1\n", "ascii")
    assert read_throttling() == Throttling(("under-voltage",))
    for soc in ("soc@107c000000", "soc"):
        folder = tmp_path / "platform" / soc / f"{soc}:firmware"
        folder.mkdir(parents=True)
        (folder / "get_throttled").write_text("20004\n", "ascii")
        assert read_throttling() == Throttling(("throttled",), ("clock capped",))
        stats = Stats().describe("r", DeliveryState(True, 0, 0, 0))  # noqa: FBT003 - as it reads
        assert stats["throttled"] == ["throttled now"]
        (folder / "get_throttled").unlink()
        folder.rmdir()
