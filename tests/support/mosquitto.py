"""A real mosquitto for tests, which can be killed and started again."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MosquittoBroker:
    """Debian's mosquitto on a free port of this machine, keeping its sessions on disk."""

    def __init__(self, folder: Path, *extra: str, anonymous: bool = True) -> None:
        """Write the configuration; nothing runs before `start`.

        Args:
            folder: for its configuration and its memory.
            extra: further lines of the configuration.
            anonymous: whether a login is needless.
        """
        self.port = free_port()
        self.address = f"mqtt://127.0.0.1:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        self._configuration = folder / "mosquitto.conf"
        self._log = folder / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None
        lines = [
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {str(anonymous).lower()}",
            "persistence true",
            f"persistence_location {folder}/",
            "user root",
            *extra,
        ]
        self._configuration.write_text("\n".join(lines) + "\n", "utf-8")

    def start(self) -> None:
        """Start it and wait until it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["mosquitto", "-c", str(self._configuration)], stdout=log, stderr=log
            )
        deadline_s = time.monotonic() + 120
        while not self._listens():
            assert time.monotonic() < deadline_s, self._log.read_text("utf-8")
            time.sleep(0.02)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """End it; it writes down its sessions. Safe to call twice."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            self._process.wait(timeout=120)
            self._process = None

    def kill(self) -> None:
        """End it without a chance to write anything down, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=120)
            self._process = None

    @property
    def log(self) -> str:
        """Everything it has said, over all its lives."""
        return self._log.read_text("utf-8", "replace")

    def freeze(self) -> None:
        """Let it hold its connections and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
