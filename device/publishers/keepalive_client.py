"""paho's client, with patience for pictures that are on their way."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

from device.publishers.tcp_line import TcpLine


class KeepaliveClient(paho.Client):
    """Pings the broker and hangs up on one that is gone.

    paho takes a ping for lost that is not answered within the keepalive, and sends it behind a
    picture that takes minutes. Here its time begins when it has left this machine; and while the
    broker owes an acknowledgement, it is for whoever waits for that to give up.

    Attributes:
        owed: whether an acknowledgement is awaited.
        gave_up: whether it hung up, for a ping that was not answered.
    """

    owed: Callable[[], bool]
    gave_up = False
    _line: TcpLine | None = None
    _pinged_s = 0.0
    _received_bytes: int | None = None  # By the time of the ping that awaits its answer.

    @property
    def left_s(self) -> float:
        """When bytes of what is awaited last left this machine, on the monotonic clock."""
        line = self._line
        return 0.0 if line is None else line.left_s

    def mark(self) -> None:
        """Count what was handed over up to now towards `left_s`."""
        line = self._line
        if line is not None:
            line.mark()

    def watch(self, connected: socket.socket) -> None:
        """Begin to count; before, and where the system does not, paho decides."""
        self._pinged_s = time.monotonic()
        self._line = TcpLine(connected)

    def loop_misc(self) -> MQTTErrorCode:
        """Do what paho's network thread does at least every second, in place of paho's own."""
        line, connected = self._line, self.socket()
        if connected is None or line is None or not line.look(queued=self.want_write()):
            return super().loop_misc()
        now_s = time.monotonic()
        if self._received_bytes is not None and line.received_bytes > self._received_bytes:
            self._received_bytes = None
        silent_s = now_s - max(self._pinged_s, line.left_s)
        if self._received_bytes is None:
            due = 0 < self.keepalive <= now_s - self._pinged_s and self.is_connected()
            # A message on its way is as good as a ping, which would only wait behind it.
            if due and not self.want_write():
                self._pinged_s, self._received_bytes = now_s, line.received_bytes
                self._send_pingreq()
                line.mark()
        elif silent_s >= self.keepalive and not self.owed():
            self.gave_up = True
            line.cut()  # The next read of the socket ends the connection.
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _packet_queue(self, command: int, packet: Any, *rest: Any) -> MQTTErrorCode:  # noqa: ANN401 - as paho's
        """Queue a packet as paho does, so that its rest is not copied for each piece sent."""
        return super()._packet_queue(command, memoryview(packet), *rest)  # type: ignore[arg-type] # sockets take any buffer
