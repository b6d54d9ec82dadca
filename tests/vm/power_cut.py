"""The plug is pulled while shots wait and no broker is there."""

from __future__ import annotations

import time

from tests.vm.killing import reckon
from tests.vm.report import Report
from tests.vm.studio import Studio

_WAITING = 5
_CATCH_UP_S = 4.0
_TORN = "20200101T000000000Z-studio-1-0001"


def cut(studio: Studio, report: Report, rig: str) -> None:
    """Pull the plug, boot from the same disk, and look for every shot."""
    spool = f"/var/lib/selvedge/{rig}/spool"
    studio.configure(rig, trigger="every", every_s=0.3)
    studio.restart(rig)
    studio.broker.stop()
    studio.guest.wait_for(
        f"ls {spool} | wc -l", lambda told: int(told) >= _WAITING, 60 * studio.patience
    )
    waiting = set(studio.guest.tell(f"ls {spool}").split())
    # As a disk leaves it that wrote the name and not all of the content.
    newest = f"{spool}/{max(waiting)}"
    studio.guest.run(
        f"cp -a {newest} {spool}/{_TORN} && truncate -s 999 {spool}/{_TORN}/picture.png && sync"
    )
    time.sleep(0.4)
    studio.machine.cut_power()
    studio.broker.start()
    time.sleep(_CATCH_UP_S)  # What the broker still had for the listener is no news of the rig.
    began_s = studio.now_s()
    studio.boot()
    report.measured("power cut: the system is up again", studio.boot_s)
    back_s = studio.await_well(rig, began_s)
    report.measured("power cut: the rig is up by itself, from switching on", back_s)
    studio.catalogue.wait_until(
        lambda: waiting <= studio.catalogue.ids(rig), 120 * studio.patience, "the spooled shots"
    )
    report.check(
        "power cut: every shot that was in the spool arrives", holds=True, seen=len(waiting)
    )
    studio.configure(rig)
    studio.restart(rig)
    torn = studio.guest.tell(f"ls /var/lib/selvedge/{rig}/torn").split()
    report.check(
        "power cut: the torn shot is put aside and not sent",
        holds=_TORN in torn and _TORN not in studio.catalogue.ids(rig),
        seen=" ".join(torn),
    )
    reckon(studio, report, rig)
