"""`make soak MINUTES=22`: the real daemon for a while, with faults; then what became of the shots.

Photos come into a hot folder, a real subscriber saves what arrives over a real mosquitto, and in
turn the daemon is killed, the broker is killed, stopped and frozen, the folder vanishes and the
disk is full. In the middle half the daemon is left alive, so that its memory can be watched. In
the end every photo must have arrived as one shot, and none as two.
"""

from __future__ import annotations

import argparse
import itertools
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from benchmarks.markdown.page import Page, format_command
from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from tests.soak.report import report
from tests.soak.studio import Studio

_SETTLE_S = 180.0
# How long a subscriber may take for what the broker has.
_QUIET_S = 5.0
_CAVEATS = (
    (
        "A hot folder of 1080p photos, mosquitto and the reference subscriber; faults come in turn."
        " In the middle half the daemon is left alive, so that its memory can be watched."
    ),
    (
        "mosquitto acknowledges a shot before it has written down that a subscriber still needs it:"
        " what it forgets when it is killed counts as lost by the broker (`autosave_interval 1`)."
    ),
)


def run(studio: Studio, minutes: float, fault_every_s: float) -> None:
    """Let photos come and things go wrong until time is up."""
    start_s, length_s = time.monotonic(), minutes * 60
    rough = itertools.cycle(studio.faulty(kill_daemon=True).items())
    calm = itertools.cycle(studio.faulty(kill_daemon=False).items())
    while (gone_s := time.monotonic() - start_s) < length_s:
        studio.wait(min(fault_every_s, length_s - gone_s))
        middle = length_s / 4 < time.monotonic() - start_s < length_s * 3 / 4
        name, fault = next(calm if middle else rough)
        fault()
        studio.faults[name] += 1
        _say(
            f"{(time.monotonic() - start_s) / 60:5.1f} min: {name};"
            f" {len(studio.dropped)} photos, {len(studio.waiting())} shots wait"
        )


def settle(studio: Studio) -> None:
    """Wait until everything has arrived, or nothing more can be hoped for."""
    deadline_s = time.monotonic() + _SETTLE_S
    quiet_s, last = time.monotonic(), -1
    while time.monotonic() < deadline_s:
        arrived = len(set(studio.catalogue().values()))
        if arrived != last or studio.waiting():
            quiet_s, last = time.monotonic(), arrived
        done = arrived == len(studio.dropped)
        if not studio.waiting() and (done or time.monotonic() - quiet_s > 4 * _QUIET_S):
            return
        studio.look()
        time.sleep(0.5)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the soak; return 0 when the rig lost no shot and none came twice."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--every-s", type=float, default=0.9, help="between two photos")
    parser.add_argument("--fault-every-s", type=float, default=9.0, help="between two faults")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--markdown", action="store_true", help="print a page of docs/measurements")
    options = parser.parse_args(argv)
    # A shell's background jobs ignore Ctrl-C, and so would the subscriber, which is ended by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    start_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="selvedge-soak-") as folder:
        studio = Studio(Path(folder), options.every_s)
        try:
            run(studio, options.minutes, options.fault_every_s)
        except (Exception, KeyboardInterrupt):  # noqa: BLE001 - an hour's figures are not thrown away
            traceback.print_exc()
            studio.faults["the soak itself"] += 1
        minutes = (time.monotonic() - start_s) / 60
        _say("no more photos; waiting until all have arrived")
        settle(studio)
        code = studio.end()
        found = report(studio, minutes, code)
    if options.markdown:
        command = format_command("tests.soak", sys.argv[1:] if argv is None else argv)
        bundles = [load_bundle(default_bundle_path())]
        print(Page("Reliability", bundles, command, found.table(), _CAVEATS).text())
    else:
        print(found.json() if options.json else found.text())
    return 0 if found.passed else 1


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
