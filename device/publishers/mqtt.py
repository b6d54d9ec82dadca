"""Messages to an MQTT broker: version 5 where the broker speaks it, else 3.1.1."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from device.contract.message import Message
from device.errors import UsageError
from device.publishers.mqtt_connection import MqttConnection, OnMessage
from device.publishers.mqtt_login import MqttLogin
from device.publishers.mqtt_refusals import BrokerSilentError, VersionRefusedError
from device.publishers.publisher import (
    BrokerRefusedError,
    BrokerUnreachableError,
    Receipt,
)

# The numbers of the protocol level in CONNECT (MQTT 5.0 and 3.1.1, section 3.1.2.2).
MQTT_5 = 5
MQTT_311 = 4
# How long an answer to a CONNECT may take before the broker is asked in another way.
_SILENCE_S = 1.5
# What a broker takes once longer than that, it takes again, give or take.
_SLOWER = 3.0
_VERSION_NAMES = {MQTT_5: "5", MQTT_311: "3.1.1"}


class MqttPublisher:
    """Keeps the contract of `device.publishers.publisher.Publisher`.

    Attributes:
        connections: how many times a connection was accepted so far.
    """

    def __init__(self, login: MqttLogin, on_message: OnMessage | None = None) -> None:
        self.connections = 0
        self._login = login
        self._on_message = on_message
        self._connection: MqttConnection | None = None
        self._protocol: str | None = None
        self._swap = threading.Lock()

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the connection, and it still stands."""
        connection = self._connection
        return connection is not None and connection.connected

    @property
    def lost_reason(self) -> str | None:
        """Why the last connection ended; see the contract."""
        connection = self._connection
        return None if connection is None else connection.lost_reason

    @property
    def failure(self) -> Exception | None:
        """What ``on_message`` raised on this connection, if it did."""
        connection = self._connection
        return None if connection is None else connection.failure

    @property
    def protocol(self) -> str | None:
        """The MQTT version of the latest connection; see the contract."""
        return self._protocol

    @property
    def left_s(self) -> float:
        """When bytes last left; see the contract."""
        connection = self._connection
        return 0.0 if connection is None else connection.left_s

    @property
    def room(self) -> int:
        """How many more messages may be posted; see the contract."""
        connection = self._connection
        return 0 if connection is None else connection.room

    def connect(self, timeout_s: float) -> None:
        """Connect once; see the contract."""
        self._drop()
        try:
            connection = self._open(timeout_s)
        except UsageError as error:  # A file of the login is missing, which may come back.
            raise BrokerRefusedError(str(error)) from error
        with self._swap:
            self._connection = connection
        self.connections += 1
        self._protocol = _VERSION_NAMES[connection.version]

    def publish(self, message: Message, timeout_s: float) -> bool:
        """Send one message; see the contract."""
        connection = self._connection
        if connection is None or not connection.connected:
            return False
        arrived = connection.publish(message, timeout_s)
        if message.qos > 0 and not arrived and connection.connected:
            # paho still holds the message and would send it on its own when it pleases; a
            # connection that does not acknowledge is ended so that only the spool sends again.
            connection.abandon()
        return arrived

    def post(self, message: Message, settled: Callable[[], None]) -> Receipt:
        """Hand one message over; see the contract."""
        connection = self._connection
        if connection is None:
            settled()
            return Receipt(settled=True)
        return connection.post(message, settled)

    def abandon(self) -> None:
        """Cut the connection; see the contract."""
        connection = self._connection
        if connection is not None:
            connection.abandon()

    def close(self) -> None:
        """Say goodbye and release the connection. Safe to call twice."""
        with self._swap:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _drop(self) -> None:
        with self._swap:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.abandon()

    def _open(self, timeout_s: float) -> MqttConnection:
        """Open a connection, in MQTT 5 where the broker speaks it: each time it is asked anew."""
        if self._login.address.embedded:
            return self._make(MQTT_311, timeout_s)
        try:
            return self._make(MQTT_5, min(timeout_s, _SILENCE_S))
        except VersionRefusedError:
            return self._make(MQTT_311, timeout_s)
        except BrokerSilentError:
            asked_s = time.monotonic()
            older = self._make(MQTT_311, timeout_s)
        # Either it is an older broker, or it was slow, and is awake by now.
        patience_s = max(_SILENCE_S, _SLOWER * (time.monotonic() - asked_s))
        if not self._speaks_mqtt_5(min(timeout_s, patience_s)):
            return older
        older.close()
        return self._make(MQTT_5, timeout_s)

    def _speaks_mqtt_5(self, timeout_s: float) -> bool:
        """Find out whether a broker that left a CONNECT unanswered speaks MQTT 5 at all.

        A 3.1.1 broker that reads the properties of a version-5 CONNECT as the beginning of the
        client id waits for bytes that never come. Without properties, will and login there is
        nothing to misread, and it answers.
        """
        bare = MqttLogin(
            replace(self._login.address, user=None),
            f"selvedge-probe-{secrets.token_hex(4)}",
            ca_file=self._login.ca_file,
            cert_file=self._login.cert_file,
            key_file=self._login.key_file,
        )
        try:
            MqttConnection(bare, MQTT_5, timeout_s).close()
        except BrokerRefusedError:
            return True
        except BrokerUnreachableError:
            return False
        return True

    def _make(self, version: int, timeout_s: float) -> MqttConnection:
        return MqttConnection(self._login, version, timeout_s, self._on_message)
