"""Daemons that are frozen or killed: systemd brings them back, and no shot is lost or doubled."""

from __future__ import annotations

import re
import time

from tests.vm.report import Report
from tests.vm.studio import Studio

_SHOT = re.compile(r"msg=shot shot=(\S+)")
_KILLS = 3
# WatchdogSec=30 of the unit, and the second in which systemd looks.
_WATCHDOG_S = 32.0


def freeze(studio: Studio, rig: str) -> tuple[str, float]:
    """Stop a rig's process where it is; returns its number and when, by the machine's clock."""
    pid = studio.show(rig, "MainPID")
    return pid, studio.guest.run(f"kill -STOP {pid}").began_s


def thawed(studio: Studio, report: Report, rig: str, pid: str, since_s: float) -> None:
    """Systemd has found out about a frozen rig and started it anew."""
    studio.guest.wait_for(
        f"systemctl show --value -p MainPID,ActiveState selvedge@{rig}",
        lambda told: "active" in told.split() and not {pid, "0"} & set(told.split()),
        120 * studio.patience,
    )
    report.within(
        "frozen process: killed by the watchdog after",
        studio.noticed_s(rig, "Watchdog timeout", since_s),
        _WATCHDOG_S,
    )
    report.measured("and up again", studio.noticed_s(rig, "Started selvedge", since_s))
    studio.shoot(rig, f"thawed-{rig}")


def kill(studio: Studio, report: Report, rig: str) -> None:
    """Kill a rig while it shoots without a pause."""
    studio.configure(rig, trigger="every", every_s=0.3)
    studio.restart(rig)
    catalogue = studio.catalogue
    for number in range(_KILLS):
        _await_shots(studio, rig, len(catalogue.ids(rig)) + 3)
        time.sleep(0.17 * number)  # Not always at the same instruction.
        pid = studio.show(rig, "MainPID")
        began_s = studio.now_s()
        studio.guest.run(f"kill -KILL {pid}")
        gone_s = catalogue.wait_for_status(
            rig, lambda status: status["state"] == "offline", 10, began_s, "the last will"
        )
        back_s = studio.await_well(rig, began_s)
        report.measured(
            f"SIGKILL {number + 1}: offline after {gone_s:.1f} s, shooting again", back_s
        )
    studio.configure(rig)
    studio.restart(rig)
    reckon(studio, report, rig)


def _await_shots(studio: Studio, rig: str, count: int) -> None:
    catalogue = studio.catalogue
    catalogue.wait_until(
        lambda: len(catalogue.ids(rig)) >= count, 60 * studio.patience, f"{count} shots"
    )


def reckon(studio: Studio, report: Report, rig: str) -> None:
    """Hold what a rig said it shot against what arrived."""
    studio.guest.wait_for(
        f"ls /var/lib/selvedge/{rig}/spool | wc -l", lambda told: told == "0", 60 * studio.patience
    )
    log = studio.guest.tell(f"journalctl --no-pager -o cat -u selvedge@{rig}")
    told, arrived = set(_SHOT.findall(log)), studio.catalogue.ids(rig)
    shots = [studio.catalogue.shots[shot_id] for shot_id in arrived]
    serials = sorted(int(shot["serial"]) for shot in shots)
    lost = told - arrived
    # A number that was given and whose shot was not yet safe, nor told of, when the end came.
    unused = set(range(1, max(serials, default=0) + 1)) - set(serials)
    repeats = sum(times - 1 for times in studio.catalogue.repeats.values())
    moments = {shot["captured_at"] for shot in shots}
    report.check(
        f"of {len(arrived)} shots none was lost and none has two ids",
        holds=bool(told) and not lost and len(shots) == len(set(serials)) == len(moments),
        seen=f"lost {sorted(lost)}, {len(unused)} numbers unused, {repeats} repeats of known ids",
    )
