"""A small studio with bad luck: what `tests.soak` lets go wrong."""

from __future__ import annotations

import contextlib
import itertools
import json
import resource
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.publishers.publisher import BrokerRefusedError, BrokerUnreachableError
from device.settings.broker_address import parse_broker
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import Program, draw_photos

RIG = "soak"
_PICTURES = 6
_SIZE_PX = (1080, 1920)
_OUTAGE_S = 3.0
_DISK_FULL_BYTES = 1000
# A killed mosquitto may forget some of what it has acknowledged; its log shows what it lost.
_BROKER = ("autosave_interval 1", "max_queued_messages 0", "log_type all", "log_dest stderr")


class Life:
    """One run of the daemon, from its start to its end.

    Attributes:
        started_s: when, on the monotonic clock.
        first_preview_s: how long until its first preview was at a subscriber; None if none was,
            or if the broker was away meanwhile.
        rss: pairs of monotonic time and resident bytes.
        peak_bytes: the most that was resident, as the system counts.
    """

    def __init__(self) -> None:
        self.started_s = time.monotonic()
        self.first_preview_s: float | None = None
        self.rss: list[tuple[float, int]] = []
        self.peak_bytes = 0


class Studio:
    """Broker, subscriber, somebody who watches the previews, the daemon, and its hot folder."""

    def __init__(self, folder: Path, every_s: float) -> None:
        """Start everything.

        Args:
            folder: a scratch folder.
            every_s: between two photos.
        """
        self.dropped: list[str] = []
        self.faults: Counter[str] = Counter()
        self.lives: list[Life] = []
        self.broker = MosquittoBroker(folder / "mosquitto", *_BROKER)
        self._every_s = every_s
        self._drop_s = 0.0
        self._inbox, self._away = folder / "inbox", folder / "away"
        self._inbox.mkdir()
        draw_photos(folder / "drawn", _PICTURES, _SIZE_PX)
        self._pictures = itertools.cycle(sorted((folder / "drawn").iterdir()))
        self._catalogue, self._state = folder / "catalogue", folder / "state"
        self.broker.start()
        self._subscriber = Program(
            *("device.subscribe", "--broker", self.broker.address),
            *("--save", str(self._catalogue)),
        )
        self._subscriber.wait_for("listening", timeout_s=60)
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch_previews, daemon=True)
        self._watcher.start()
        self._daemon = self._start()

    def faulty(self, *, kill_daemon: bool) -> Mapping[str, Callable[[], None]]:
        """Return what can go wrong, in turn."""
        faults = {
            "broker killed": self._kill_broker,
            "camera lost": self._lose_folder,
            "broker stopped": self._stop_broker,
            "disk full": self._fill_disk,
            "broker frozen": self._freeze_broker,
        }
        return {**({"daemon killed": self._kill_daemon} if kill_daemon else {}), **faults}

    def wait(self, seconds: float) -> None:
        """Let time pass: photos come in, and the daemon's memory is noted."""
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            if time.monotonic() >= self._drop_s and self._inbox.exists():
                self._drop_s = max(self._drop_s + self._every_s, time.monotonic() - self._every_s)
                self._drop()
            self.look()
            time.sleep(min(left_s, 0.2))

    def look(self) -> None:
        """Note how much memory the daemon has."""
        life = self.lives[-1]
        with contextlib.suppress(OSError):  # It was killed a moment ago.
            lines = Path(f"/proc/{self._daemon.pid}/status").read_text("ascii").splitlines()
            found = dict(line.split(":", 1) for line in lines if line.startswith("Vm"))
            if "VmRSS" in found:
                rss_bytes, peak_bytes = (
                    int(found[key].split()[0]) * 1024 for key in ("VmRSS", "VmHWM")
                )
                life.rss.append((time.monotonic(), rss_bytes))
                life.peak_bytes = max(life.peak_bytes, peak_bytes)

    def catalogue(self) -> dict[str, str]:
        """Return what the subscriber has saved: the photo's name by shot id."""
        return {
            path.stem: str(json.loads(path.read_bytes())["stem"])
            for path in self._catalogue.glob("*.json")
        }

    def waiting(self) -> list[str]:
        """List the shots in the spool."""
        return [path.name for path in (self._state / "spool").glob("2*")]

    def end(self) -> int:
        """Stop everything in order; returns the daemon's exit code."""
        self._ended.set()
        code = self._daemon.end(signal.SIGTERM)
        self._watcher.join()
        self._subscriber.end(signal.SIGINT)
        self.broker.stop()
        return code

    def _drop(self) -> None:
        """Write a photo as a tethered camera does."""
        name = f"sku{len(self.dropped):05d}_front"
        part = self._inbox / f".{name}.part"
        shutil.copyfile(next(self._pictures), part)
        part.rename(self._inbox / f"{name}.png")
        self.dropped.append(name)

    def _start(self) -> Program:
        self.lives.append(Life())
        return Program(
            *("device.run", "--camera", f"folder:{self._inbox}", "--rig", RIG),
            *("--broker", self.broker.address, "--broker-wait-s", "inf"),
            *("--state-dir", str(self._state)),
        )

    def _watch_previews(self) -> None:
        """Somebody who looks at the previews, and connects again when the broker is back."""

        def see(_: Message) -> None:
            life = self.lives[-1]
            if life.first_preview_s is None:
                life.first_preview_s = time.monotonic() - life.started_s

        address = parse_broker(self.broker.address)
        login = MqttLogin(address, "watcher", subscriptions=(f"selvedge/{RIG}/preview",))
        with contextlib.closing(MqttPublisher(login, see)) as watcher:
            while not self._ended.wait(0.1):
                with contextlib.suppress(BrokerUnreachableError, BrokerRefusedError):
                    if not watcher.connected:
                        watcher.connect(2)

    def _kill_daemon(self) -> None:
        self._daemon.kill()
        self._daemon = self._start()

    def _kill_broker(self) -> None:
        self.broker.kill()
        self.wait(_OUTAGE_S)
        self.broker.start()

    def _stop_broker(self) -> None:
        self.broker.stop()
        self.wait(_OUTAGE_S)
        self.broker.start()

    def _freeze_broker(self) -> None:
        self.broker.freeze()
        self.wait(_OUTAGE_S)
        self.broker.thaw()

    def _lose_folder(self) -> None:
        self._inbox.rename(self._away)
        self.wait(_OUTAGE_S)
        self._away.rename(self._inbox)

    def _fill_disk(self) -> None:
        """Let no file of the daemon grow beyond a little for a while, as on a full disk."""
        _, hard = resource.prlimit(self._daemon.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._daemon.pid, resource.RLIMIT_FSIZE, (_DISK_FULL_BYTES, hard))
        self.wait(_OUTAGE_S)
        resource.prlimit(self._daemon.pid, resource.RLIMIT_FSIZE, (hard, hard))
