"""A broker of MQTT 5 that answers as its test wants, for what no real broker does on demand."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable

ACCEPTED = 0x00
NO_SUBSCRIBERS = 0x10
NOT_AUTHORIZED = 0x87
QUOTA_EXCEEDED = 0x97
_CONNECT, _PUBLISH, _SUBSCRIBE, _PINGREQ = 1, 3, 8, 12


class ScriptedBroker:
    """Takes one client at a time, and keeps nothing.

    Attributes:
        port: where it listens, on this machine.
        topics: of everything that was published, in order.
        packet_sizes: bytes of each PUBLISH on the wire, in order.
        most_unacknowledged: how many messages of QoS 1 were owed an answer at the most.
    """

    def __init__(
        self,
        answer: Callable[[str], int | None],
        *,
        receive_maximum: int = 20,
        delay_s: float = 0.0,
    ) -> None:
        """Begin to listen.

        Args:
            answer: the reason code for a topic (MQTT 5.0, section 3.4.2.1); None never answers.
            receive_maximum: as announced to clients.
            delay_s: how long answers are held back, so that messages gather.
        """
        self.topics: list[str] = []
        self.packet_sizes: list[int] = []
        self.most_unacknowledged = 0
        self._answer = answer
        self._receive_maximum = receive_maximum
        self._delay_s = delay_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop. Safe to call twice."""
        self._closed.set()
        self._thread.join(timeout=5)
        self._listener.close()

    def _serve(self) -> None:
        self._listener.settimeout(0.05)
        while not self._closed.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            with client:
                self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        client.settimeout(0.01)
        received = b""
        owed: list[tuple[float, bytes]] = []
        while not self._closed.is_set():
            try:
                block = client.recv(1 << 16)
                if not block:
                    return
                received += block
            except TimeoutError:
                pass
            except OSError:
                return
            received = self._read(client, received, owed)
            while owed and time.monotonic() - owed[0][0] >= self._delay_s:
                client.sendall(owed.pop(0)[1])

    def _read(
        self, client: socket.socket, received: bytes, owed: list[tuple[float, bytes]]
    ) -> bytes:
        """Answer the whole packets at the beginning; returns the rest."""
        while (packet := _first_packet(received)) is not None:
            size = len(received)
            kind, flags, body, received = packet
            if kind == _CONNECT:
                maximum = struct.pack("!BH", 0x21, self._receive_maximum)
                client.sendall(bytes([0x20, 6, 0, 0, 3]) + maximum)
            elif kind == _SUBSCRIBE:
                client.sendall(bytes([0x90, 4]) + body[:2] + bytes([0, 1]))
            elif kind == _PINGREQ:
                client.sendall(bytes([0xD0, 0]))
            elif kind == _PUBLISH:
                self.packet_sizes.append(size - len(received))
                self._take(flags, body, owed)
        return received

    def _take(self, flags: int, body: bytes, owed: list[tuple[float, bytes]]) -> None:
        length = struct.unpack("!H", body[:2])[0]
        topic = body[2 : 2 + length].decode()
        if flags >> 1 & 3 == 0:
            return
        self.topics.append(topic)
        reason = self._answer(topic)
        if reason is not None:
            message_id = body[2 + length : 4 + length]
            owed.append((time.monotonic(), bytes([0x40, 4]) + message_id + bytes([reason, 0])))
            self.most_unacknowledged = max(self.most_unacknowledged, len(owed))


def _first_packet(received: bytes) -> tuple[int, int, bytes, bytes] | None:
    """Kind, flags and body of the first packet, and what follows it; None when it is not whole."""
    length, shift = 0, 0
    for index in range(1, min(5, len(received))):
        length |= (received[index] & 0x7F) << shift
        shift += 7
        if not received[index] & 0x80:
            end = index + 1 + length
            if len(received) < end:
                return None
            return received[0] >> 4, received[0] & 15, received[index + 1 : end], received[end:]
    return None
