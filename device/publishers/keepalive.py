"""Pings a broker, and has patience for pictures that are on their way."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from device.publishers.tcp_line import TcpLine

if TYPE_CHECKING:
    import paho.mqtt.client as paho
    from paho.mqtt.enums import MQTTErrorCode

# paho's thread calls after each packet: a flood of commands would go on counting bytes.
_EVERY_S = 0.1


class Keepalive:
    """Takes the place of paho's own watch over a connection.

    paho takes a ping for lost that is not answered within the keepalive, and sends it behind a
    picture that takes minutes. Here its time begins when it has left this machine; and while the
    broker owes an acknowledgement, it is for whoever waits for that to give up.

    Attributes:
        gave_up: whether it hung up, for a ping that was not answered.
    """

    def __init__(self, client: paho.Client, owed: Callable[[], bool]) -> None:
        """Take over; before `watch`, and where the system counts no bytes, paho decides.

        Args:
            client: not yet connected.
            owed: whether an acknowledgement is awaited.
        """
        self.gave_up = False
        self._client = client
        self._owed = owed
        self._line: TcpLine | None = None
        self._pinged_s = 0.0
        self._looked_s = float("-inf")
        self._received_bytes: int | None = None  # By the time of the ping that awaits its answer.
        self._decide_as_paho, self._queue_as_paho = client.loop_misc, client._packet_queue
        client.loop_misc = self._step  # type: ignore[method-assign] # its thread calls what is there
        client._packet_queue = self._queue  # type: ignore[method-assign, assignment] # as above

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
        """Begin to count the bytes of a connection."""
        self._pinged_s = time.monotonic()
        self._line = TcpLine(connected)

    def _step(self) -> MQTTErrorCode:
        """Do what is due; paho's network thread calls this at least every second."""
        from paho.mqtt.enums import MQTTErrorCode  # noqa: PLC0415 - an SDK is loaded where used

        line, client, now_s = self._line, self._client, time.monotonic()
        if line is not None and now_s - self._looked_s < _EVERY_S:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        self._looked_s = now_s
        if client.socket() is None or line is None or not line.look(queued=client.want_write()):
            return self._decide_as_paho()
        if self._received_bytes is not None and line.received_bytes > self._received_bytes:
            self._received_bytes = None
        if self._received_bytes is None:
            due = 0 < client.keepalive <= now_s - self._pinged_s and client.is_connected()
            # A message on its way is as good as a ping, which would only wait behind it.
            if due and not client.want_write():
                self._pinged_s, self._received_bytes = now_s, line.received_bytes
                client._send_pingreq()
                line.mark()
        elif now_s - max(self._pinged_s, line.left_s) >= client.keepalive and not self._owed():
            self.gave_up = True
            line.cut()  # The next read of the socket ends the connection.
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _queue(self, command: int, packet: Any, *rest: Any) -> MQTTErrorCode:  # noqa: ANN401 - as paho's
        """Queue a packet as paho does, so that its rest is not copied for each piece sent."""
        return self._queue_as_paho(command, memoryview(packet), *rest)  # type: ignore[arg-type] # sockets take any buffer
