"""A line between a client and a broker that takes its time, or dies."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

_BLOCK_BYTES = 8192


class SlowLine:
    """Passes on what comes to its port; towards the broker so many bytes a second.

    Attributes:
        port: where it listens, on this machine.
        connections: how many came.
    """

    def __init__(self, broker_port: int, bytes_per_s: float = float("inf")) -> None:
        """Begin to listen.

        Args:
            broker_port: where to pass everything on to, on this machine.
            bytes_per_s: towards the broker; the way back is free.
        """
        self.connections = 0
        self._broker_port = broker_port
        self._bytes_per_s = bytes_per_s
        self._alive = threading.Event()
        self._alive.set()
        self._closed = False
        self._listener = socket.socket()
        # No buffer that swallows a picture: the sender must see the line's pace.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def halt(self) -> None:
        """Take and pass on nothing more, and hang up on nobody: a cable was pulled."""
        self._alive.clear()

    def close(self) -> None:
        """Stop. Safe to call twice."""
        self._closed = True
        self._alive.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while not self._closed:
                client, _ = self._listener.accept()
                self.connections += 1
                broker = socket.create_connection(("127.0.0.1", self._broker_port))
                for ends, bytes_per_s in (
                    ((client, broker), self._bytes_per_s),
                    ((broker, client), float("inf")),
                ):
                    threading.Thread(
                        target=self._pass, args=(*ends, bytes_per_s), daemon=True
                    ).start()

    def _pass(self, source: socket.socket, target: socket.socket, bytes_per_s: float) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(_BLOCK_BYTES):
                self._alive.wait()
                target.sendall(block)
                time.sleep(len(block) / bytes_per_s)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
