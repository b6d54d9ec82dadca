"""A machine with rigs, a broker beside it, and a catalogue tool that listens."""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.support.mosquitto import MosquittoBroker
from tests.vm.guest import Guest
from tests.vm.image import Image
from tests.vm.listener import Listener, NotHeardError
from tests.vm.machine import Machine

PYTHON = "/opt/selvedge/venv/bin/python"
INSTALL = f"cd / && {PYTHON} -m device.install"
# How the machine reaches the one that it runs on, in QEMU's user network.
_HOST = "10.0.2.2"
_STAMPED = re.compile(r"^(\d+\.\d+) \S+ \S+?: (.*)$")


class Studio:
    """Everything that a scenario needs.

    Attributes:
        patience: waits are so many times longer where the machine is emulated. Limits that are
            promised are not.
    """

    def __init__(self, folder: Path, image: Image, bundle: Path, *, kvm: bool) -> None:
        """Start the broker and the catalogue tool, and lay out the machine's disks."""
        self.patience = 1.0 if kvm else 4.0
        self.broker = MosquittoBroker(folder / "mosquitto")
        self.broker.start()
        self.catalogue = Listener(self.broker.port)
        self.machine = Machine(folder, image, bundle, kvm=kvm)
        self.guest: Guest
        self.boot_s = 0.0

    def boot(self) -> None:
        """Switch the machine on, and wait until systemd has started what it starts."""
        self.guest, self.boot_s = self.machine.boot(60 * self.patience)

    def configure(self, rig: str, **settings: str | float) -> None:
        """Write a rig's configuration; it goes for the service's next start."""
        values: dict[str, object] = {
            "camera": "/dev/video0",
            "rig": rig,
            "broker": f"mqtt://{_HOST}:{self.broker.port}",
            "broker_wait_s": float("inf"),
            "trigger": "command",
            "camera_format": "yuyv",
            # Little of everything, so that an emulated processor has time for it.
            "camera_width_px": 320,
            "camera_height_px": 180,
            "camera_fps": 5,
            "model": "/opt/selvedge/source/bundle",
            "shot_second_look": False,
            **settings,
        }
        lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
        text = "\n".join([*lines, "[preview]", "max_per_s = 1.0"])
        self.guest.run(f"cat > /etc/selvedge/{rig}.toml <<'END'\n{text}\nEND")

    def restart(self, rig: str) -> float:
        """Start a rig anew and wait until it has told its state; returns how long it took."""
        began_s = self.now_s()
        self.guest.run(f"systemctl restart selvedge@{rig}", timeout_s=90)
        return self.await_well(rig, began_s)

    def await_well(self, rig: str, since_s: float) -> float:
        """Wait until a rig says that it is online and all is well; returns how long it took."""
        return self.catalogue.wait_for_status(
            rig,
            lambda status: status["state"] == "online" and not status["degraded"],
            60 * self.patience,
            since_s,
            f"{rig} online and well",
        )

    def shoot(self, rig: str, request_id: str) -> str:
        """Ask for a shot, wait for the answer and for the picture; returns its id."""
        catalogue, timeout_s = self.catalogue, 15 * self.patience
        catalogue.ask(rig, request_id)
        catalogue.wait_until(
            lambda: request_id in catalogue.answers, timeout_s, f"an answer to {request_id}"
        )
        answer = catalogue.answers[request_id]
        if answer["code"] != "taken":
            raise NotHeardError(f"{request_id} was answered with {answer}")
        shot_id = str(answer["shot_id"])
        catalogue.wait_until(
            lambda: shot_id in catalogue.ids(rig), timeout_s, f"{request_id}: shot {shot_id}"
        )
        return shot_id

    def show(self, rig: str, name: str) -> str:
        """A property of a rig's unit."""
        return self.guest.tell(f"systemctl show --value -p {name} selvedge@{rig}")

    def noticed_s(self, rig: str, words: str, since_s: float) -> float:
        """How long after a moment, by the machine's clock, a rig's journal first has some words."""
        journal = self.guest.tell(
            f"journalctl --no-pager -o short-unix -u selvedge@{rig} --since @{since_s:.6f}"
        )
        for line in journal.splitlines():
            found = _STAMPED.match(line)
            if found and re.search(words, found.group(2)) and float(found.group(1)) >= since_s:
                return float(found.group(1)) - since_s
        return float("inf")

    def close(self) -> None:
        """End everything."""
        self.machine.cut_power()
        self.catalogue.close()
        self.broker.stop()

    @staticmethod
    def now_s() -> float:
        """The clock by which the catalogue tool notes arrivals."""
        return time.monotonic()


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
