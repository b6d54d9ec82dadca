"""Commands from MQTT: each goes to the part that works on it."""

from __future__ import annotations

from pathlib import Path

from device.capture.request_queue import CaptureQueue
from device.contract.message import Message
from device.contract.topics import Topics
from device.delivery.resend_desk import ResendDesk
from device.shots.resend_list import ResendList
from device.shots.spool import Spool


class Commands:
    """Hands commands out, on the network thread.

    Attributes:
        resends: delivered shots that were asked for again.
    """

    def __init__(
        self,
        topics: Topics,
        requests: CaptureQueue,
        spool: Spool,
        state_dir: Path,
    ) -> None:
        """Prepare.

        Args:
            topics: of this rig.
            requests: takes those for a shot, and has the answers of all.
            spool: with its archive, for those to send again.
            state_dir: where it is kept what is sent again.

        Raises:
            UsageError: what an earlier run has left may not be read.
        """
        self.resends = ResendList(state_dir)
        self._requests = requests
        self._desk = ResendDesk(topics, spool, self.resends, requests.answers)

    def receive(self, message: Message) -> None:
        """Take in a message; any thread."""
        self._requests.receive(message)
        self._desk.receive(message)
