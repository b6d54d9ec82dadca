"""A broker inside this process, for a first try and for rigs without a server."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from typing import TYPE_CHECKING, Any

from device.errors import UsageError
from device.settings.broker_address import BrokerAddress

if TYPE_CHECKING:
    from amqtt.broker import Broker

_LOG = logging.getLogger(__name__)
_HOST = "127.0.0.1"
# A slow subscriber takes a large picture within this; the daemon must end at some time.
_SETTLE_S = 5.0
_POLL_S = 0.1


class EmbeddedBroker:
    """An MQTT 3.1.1 broker on its own thread, reachable from this machine only.

    It takes anybody without a login, and forgets everything when it stops: for a first try, for
    tests, and for a rig whose catalogue tool runs beside it.

    Attributes:
        address: where to connect, with the real port.

    Raises:
        UsageError: the port is in use or not permitted.
        ImportError: the broker's package does not load.
    """

    def __init__(self, port: int) -> None:
        self._socket = _bind(port)
        self.address = BrokerAddress(_HOST, self._socket.getsockname()[1], embedded=True)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stopped: asyncio.Event | None = None
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="embedded-broker", daemon=True)
        self._thread.start()
        self._ready.wait()
        if isinstance(self._failure, ImportError):
            raise self._failure
        if self._failure is not None:
            raise UsageError(
                f"the embedded broker did not start on port {self.address.port}"
                f" ({self._failure}): name another port or a broker of your own"
            )

    def close(self) -> None:
        """Stop the broker; its clients are cut off. Safe to call twice."""
        if self._thread.is_alive() and self._stopped is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join(timeout=10)

    def _run(self) -> None:
        # amqtt logs every packet and every client that hangs up: it would bury the rig's own log.
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._loop.set_exception_handler(
            lambda _, context: _LOG.debug("the embedded broker: %s", context.get("message"))
        )
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits for the start
            self._failure = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        from amqtt.broker import Broker  # noqa: PLC0415 - an SDK is loaded where it is used

        self._stopped = asyncio.Event()
        self._socket.close()
        broker = Broker(_configuration(self.address.port))
        await broker.start()
        self._ready.set()
        await self._stopped.wait()
        await _settle(broker)
        await broker.shutdown()


async def _settle(broker: Broker) -> None:
    """Wait until subscribers have what was acknowledged to publishers: it is nowhere else.

    amqtt offers no such wait, so its queues are polled. They must be empty twice in a row, as a
    message is in neither for a moment. ``_broadcast_queue`` is private: pyproject.toml admits only
    the versions of amqtt that were seen to have it.
    """
    quiet = 0
    for _ in range(round(_SETTLE_S / _POLL_S)):
        sessions = [session for session, _ in broker.sessions.values()]
        open_sessions = [s for s in sessions if s.transitions.is_connected()]
        busy = any(session.inflight_out_count for session in open_sessions)
        quiet = 0 if busy or not broker._broadcast_queue.empty() else quiet + 1
        if quiet >= 2:
            return
        await asyncio.sleep(_POLL_S)


def _bind(port: int) -> socket.socket:
    """Bind the port, so that a busy one is found here and 0 becomes a real number."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((_HOST, port))
    except OSError as error:
        bound.close()
        raise UsageError(
            f"the embedded broker cannot use port {port} ({error.strerror}): if a broker runs there"
            f" already, use it with --broker mqtt://localhost:{port}; else choose another port with"
            " --broker embedded:PORT"
        ) from error
    return bound


def _configuration(port: int) -> dict[str, Any]:
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"{_HOST}:{port}"}},
        "plugins": {
            "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
        },
    }
