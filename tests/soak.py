"""`make soak MINUTES=20`: the real daemon for a while, with faults; then what became of the shots.

Photos come into a hot folder, a real subscriber saves what arrives over a real mosquitto, and in
turn the broker is stopped and started, the daemon is killed, the folder vanishes, the disk is full
and the broker freezes. In the end every photo must have arrived as one shot, and none as two.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from tests.mosquitto_broker import MosquittoBroker
from tests.programs import Program, draw_photos

_PICTURES = 6
_SIZE_PX = (1080, 1920)
_OUTAGE_S = 3.0
_SETTLE_S = 180.0
_DISK_FULL_BYTES = 1000


class Soak:
    """A small studio with bad luck."""

    def __init__(self, folder: Path) -> None:
        """Start broker, subscriber and daemon."""
        self.dropped: list[str] = []
        self.faults: Counter[str] = Counter()
        self.memory: list[list[tuple[float, int]]] = []
        self._inbox, self._away = folder / "inbox", folder / "away"
        self._inbox.mkdir()
        draw_photos(folder / "drawn", _PICTURES, _SIZE_PX)
        self._pictures = itertools.cycle(sorted((folder / "drawn").iterdir()))
        self._catalogue, self._state = folder / "catalogue", folder / "state"
        self._broker = MosquittoBroker(folder / "mosquitto")
        self._broker.start()
        self._subscriber = Program(
            *("device.subscribe", "--broker", self._broker.address),
            *("--save", str(self._catalogue)),
        )
        self._subscriber.wait_for("listening", timeout_s=60)
        self._daemon = self._start()

    def drop(self) -> None:
        """A photo comes in, as a tethered camera writes it."""
        name = f"sku{len(self.dropped):05d}_front"
        part = self._inbox / f".{name}.part"
        shutil.copyfile(next(self._pictures), part)
        part.rename(self._inbox / f"{name}.png")
        self.dropped.append(name)

    def faulty(self) -> Sequence[tuple[str, Callable[[], None]]]:
        """What can go wrong, in turn."""
        return (
            ("daemon killed", self._kill_daemon),
            ("broker stopped", self._stop_broker),
            ("camera lost", self._lose_folder),
            ("disk full", self._fill_disk),
            ("broker frozen", self._freeze_broker),
        )

    def arrived(self) -> Counter[str]:
        """How often each photo is in the catalogue, as what its shots say."""
        told = (json.loads(path.read_bytes()) for path in self._catalogue.glob("*.json"))
        return Counter(str(shot["stem"]) for shot in told)

    def look(self) -> None:
        """Note how much memory the daemon has."""
        pages = Path(f"/proc/{self._daemon.pid}/statm").read_text("ascii").split()[1]
        rss_bytes = int(pages) * os.sysconf("SC_PAGE_SIZE")
        self.memory[-1].append((time.monotonic(), rss_bytes))

    def end(self) -> int:
        """Stop everything in order; returns the daemon's exit code."""
        code = self._daemon.end(signal.SIGTERM)
        self._subscriber.end(signal.SIGINT)
        self._broker.stop()
        return code

    def _start(self) -> Program:
        self.memory.append([])
        return Program(
            *("device.run", "--camera", f"folder:{self._inbox}", "--rig", "soak"),
            *("--broker", self._broker.address, "--broker-wait-s", "inf"),
            *("--state-dir", str(self._state)),
        )

    def _kill_daemon(self) -> None:
        self._daemon.kill()
        self._daemon = self._start()

    def _stop_broker(self) -> None:
        self._broker.stop()
        time.sleep(_OUTAGE_S)
        self._broker.start()

    def _freeze_broker(self) -> None:
        self._broker.freeze()
        time.sleep(_OUTAGE_S)
        self._broker.stop()
        self._broker.start()

    def _lose_folder(self) -> None:
        self._inbox.rename(self._away)
        time.sleep(_OUTAGE_S)
        self._away.rename(self._inbox)

    def _fill_disk(self) -> None:
        """From now on no file of the daemon takes more than a little, as on a full disk."""
        _, hard = resource.prlimit(self._daemon.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._daemon.pid, resource.RLIMIT_FSIZE, (_DISK_FULL_BYTES, hard))
        for _ in range(3):
            self.drop()
            time.sleep(_OUTAGE_S / 3)
        resource.prlimit(self._daemon.pid, resource.RLIMIT_FSIZE, (hard, hard))


def run(soak: Soak, minutes: float, every_s: float, fault_every_s: float) -> None:
    """Drop photos and let things go wrong until time is up."""
    end_s = time.monotonic() + minutes * 60
    fault_s, faults = time.monotonic() + fault_every_s, itertools.cycle(soak.faulty())
    while (now_s := time.monotonic()) < end_s:
        soak.drop()
        soak.look()
        if now_s >= fault_s:
            name, fault = next(faults)
            print(f"{name} after {len(soak.dropped)} photos", flush=True)
            fault()
            soak.faults[name] += 1
            fault_s = time.monotonic() + fault_every_s
        time.sleep(max(0.0, every_s - (time.monotonic() - now_s)))


def settle(soak: Soak) -> None:
    """Wait until everything has arrived, or nothing more can be hoped for."""
    deadline_s = time.monotonic() + _SETTLE_S
    while len(soak.arrived()) < len(soak.dropped) and time.monotonic() < deadline_s:
        soak.look()
        time.sleep(1)


def slope_mb_per_min(samples: list[tuple[float, int]]) -> float:
    """Least squares through the memory of one life of the daemon, its first half left out."""
    late = samples[len(samples) // 2 :]
    if len(late) < 3:
        return float("nan")
    seconds, sizes = np.array(late, dtype=np.float64).T
    return float(np.polyfit((seconds - seconds[0]) / 60, sizes / 1e6, 1)[0])


def main(argv: Sequence[str] | None = None) -> int:
    """Run the soak; returns 0 when no shot was lost and none came twice."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--every-s", type=float, default=1.0, help="between two photos")
    parser.add_argument("--fault-every-s", type=float, default=12.0, help="between two faults")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="selvedge-soak-") as folder:
        soak = Soak(Path(folder))
        try:
            run(soak, options.minutes, options.every_s, options.fault_every_s)
            settle(soak)
        finally:
            code = soak.end()
        arrived = soak.arrived()
    lost = sorted(set(soak.dropped) - set(arrived))
    twice = sorted(name for name, times in arrived.items() if times > 1)
    longest = max(soak.memory, key=len)
    print("faults:", ", ".join(f"{name} {times}" for name, times in soak.faults.items()))
    print(f"photos {len(soak.dropped)}, delivered {len(arrived)}, lost {len(lost)} {lost[:9]}")
    print(f"duplicated {len(twice)} {twice[:9]}; the daemon's last exit code {code}")
    print(
        f"memory at most {max(size for life in soak.memory for _, size in life) / 1e6:.0f} MB,"
        f" slope {slope_mb_per_min(longest):+.1f} MB/min over {len(longest)} samples of one life"
    )
    return 1 if lost or twice or code else 0


if __name__ == "__main__":
    sys.exit(main())
