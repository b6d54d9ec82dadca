"""One connection to an MQTT broker, from CONNECT to the end of its life.

A connection is never reused: whoever wants another makes another. The paho client inside starts
with an empty queue, so nothing but the caller ever sends a message again.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from device.contract.message import Message
from device.publishers.keepalive import Keepalive
from device.publishers.mqtt_login import MqttLogin, make_client
from device.publishers.mqtt_properties import (
    check_size,
    connect_properties,
    from_paho,
    publish_properties,
)
from device.publishers.mqtt_receipts import MqttReceipts
from device.publishers.mqtt_refusals import explain_refusal, name_refusal, name_silence
from device.publishers.mqtt_tls import is_cut, tls_refusal
from device.publishers.publisher import (
    NO_MATCHING_SUBSCRIBERS,
    BrokerUnreachableError,
    MessageTooLargeError,
    Receipt,
    Refusal,
)

if TYPE_CHECKING:
    import paho.mqtt.client as paho
    from paho.mqtt.client import DisconnectFlags
    from paho.mqtt.properties import Properties
    from paho.mqtt.reasoncodes import ReasonCode

_LOG = logging.getLogger(__name__)
# A broker publishes the will of a rig that is gone after one and a half of it.
_KEEPALIVE_S = 30
# What a broker takes that names no Receive Maximum (MQTT 5.0, section 3.2.2.3.3).
_MOST_IDS = 65535

OnMessage = Callable[[Message], None]


class MqttConnection:
    """A connection that is open once the constructor returns.

    ``on_message`` runs on the network thread, and its return acknowledges the message to the
    broker. If it raises, the message is not acknowledged and `failure` holds the exception.

    Raises:
        VersionRefusedError: the broker does not speak ``version``.
        BrokerRefusedError: it refused the login, the certificate or a subscription.
        BrokerSilentError: it hung up or did not answer in time.
        BrokerUnreachableError: nobody is there.
    """

    def __init__(
        self, login: MqttLogin, version: int, timeout_s: float, on_message: OnMessage | None = None
    ) -> None:
        self.version = version
        self.failure: Exception | None = None
        self._login = login
        self._on_message = on_message
        self._changed = threading.Condition()
        self._receipts = MqttReceipts(self._changed)
        self._accepted = False
        self._lost: str | None = None
        self._refusal: Refusal | None = None
        self._subscribed = not login.subscriptions
        self._max_packet_bytes: int | None = None
        # Under 3.1.1 a broker cannot say how many it takes, nor which one made it hang up.
        self._most_unacknowledged = 1
        self._unsent: dict[str, paho.MQTTMessageInfo] = {}
        self._too_large: set[str] = set()  # Topics that this was logged for.
        self._client = make_client(login, version, timeout_s)
        self._keepalive = Keepalive(self._client, lambda: self._receipts.unacknowledged > 0)
        self._client.on_connect = self._handle_connect
        self._client.on_disconnect = self._handle_disconnect
        self._client.on_publish = self._handle_puback
        self._client.on_subscribe = self._handle_suback
        self._client.on_message = self._handle_message
        self._open(timeout_s)

    @property
    def connected(self) -> bool:
        """Whether the connection stands."""
        return self._accepted and self._lost is None

    @property
    def lost_reason(self) -> str | None:
        """Why the connection ended; None while it stands."""
        return self._lost

    @property
    def left_s(self) -> float:
        """When bytes of what was posted last left this machine, on the monotonic clock."""
        return self._keepalive.left_s

    @property
    def room(self) -> int:
        """How many more messages of QoS 1 may be posted now."""
        return max(0, self._most_unacknowledged - self._receipts.unacknowledged)

    def publish(self, message: Message, timeout_s: float) -> bool:
        """Send one message; see `device.publishers.publisher.Publisher.publish`."""
        if message.qos == 0 and timeout_s <= 0:
            return self._send_and_forget(message)
        check_size(message, self._max_packet_bytes)
        if not self.connected:
            return False
        deadline_s = time.monotonic() + timeout_s
        with self._changed:
            self._changed.wait_for(lambda: self.room > 0 or self._lost, timeout_s)
        if not self.room:
            return False
        receipt = self.post(message, _do_nothing)
        with self._changed:
            self._changed.wait_for(lambda: receipt.settled, max(0.0, deadline_s - time.monotonic()))
        if receipt.refusal is not None:
            _LOG.warning("the broker refused %s: %s", message.topic, receipt.refusal)
        return receipt.arrived

    def post(self, message: Message, settled: Callable[[], None]) -> Receipt:
        """Hand one message over; see `device.publishers.publisher.Publisher.post`."""
        check_size(message, self._max_packet_bytes)
        receipt = self._receipts.post(
            lambda: self._send(message).mid,
            message.qos,
            settled,
            lambda refusal: explain_refusal(refusal, self._login, message.topic),
        )
        self._keepalive.mark()
        return receipt

    def close(self) -> None:
        """Say goodbye, so that the broker does not publish the will."""
        if self.connected:
            self._client.disconnect()
            with self._changed:
                self._changed.wait_for(lambda: self._lost is not None, timeout=1.0)
        self.abandon()

    def abandon(self) -> None:
        """Cut the connection without a goodbye."""
        # An unacknowledged message would keep paho's thread, and so loop_stop(), waiting.
        self._client.drop_out_messages()
        connected_socket = self._client.socket()
        if isinstance(connected_socket, socket.socket):
            with contextlib.suppress(OSError):  # The other side may have closed it already.
                connected_socket.shutdown(socket.SHUT_RDWR)
        self._client.loop_stop()
        self._end("it was cut")

    def _end(self, why: str) -> None:
        with self._changed:
            if self._lost is None:
                self._lost = why
        self._receipts.lose()

    def _open(self, timeout_s: float) -> None:
        login = self._login
        options: dict[str, Any] = {}
        if self.version == 5:
            options["clean_start"] = login.session_expiry_s == 0
            options["properties"] = connect_properties(
                login.session_expiry_s, login.max_packet_bytes
            )
        try:
            self._client.connect(
                login.address.host, login.address.port, keepalive=_KEEPALIVE_S, **options
            )
        except ssl.SSLError as error:
            raise tls_refusal(login.address, error) from error
        except (OSError, UnicodeError) as error:  # Python's resolver raises both.
            reason = getattr(error, "strerror", None) or error
            hint = ", as one for mqtt:// may say" if login.address.tls and is_cut(error) else ""
            raise BrokerUnreachableError(
                f"the broker {login.address} cannot be reached ({reason}{hint})"
            ) from error
        opened = self._client.socket()
        if isinstance(opened, socket.socket):
            # A small message behind a picture must not wait until the broker's side has answered.
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._keepalive.watch(opened)
        self._client.loop_start()
        with self._changed:
            self._changed.wait_for(self._settled, timeout_s)
        if not (self._accepted and self._subscribed) or self._refusal or self._lost:
            hung_up = self._lost is not None
            self.abandon()
            if self._refusal is None:
                raise name_silence(login, hung_up=hung_up)
            raise name_refusal(login, self.version, self._refusal)

    def _settled(self) -> bool:
        ready = self._accepted and self._subscribed
        return ready or self._refusal is not None or self._lost is not None

    def _send_and_forget(self, message: Message) -> bool:
        try:
            check_size(message, self._max_packet_bytes)
        except MessageTooLargeError as error:
            if message.topic not in self._too_large:
                _LOG.warning("%s", error)
            self._too_large.add(message.topic)
            return False
        # Answers may go to a topic of their own each time: what was sent is not kept.
        for topic, sent in list(self._unsent.items()):
            if sent.is_published():
                self._unsent.pop(topic, None)
        if not self.connected or message.topic in self._unsent:
            return False
        info = self._send(message)
        if info.rc != 0:  # paho lost the connection a moment ago and has not said so yet.
            return False
        self._unsent[message.topic] = info
        return True

    def _send(self, message: Message) -> paho.MQTTMessageInfo:
        return self._client.publish(
            message.topic,
            message.payload,
            message.qos,
            message.retain,
            properties=publish_properties(message) if self.version == 5 else None,
        )

    # What follows runs on paho's network thread.

    def _handle_connect(
        self,
        client: paho.Client,
        _: object,
        __: object,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        with self._changed:
            if reason.is_failure:
                self._refusal = Refusal(reason.value, str(reason))
            else:
                self._max_packet_bytes = getattr(properties, "MaximumPacketSize", None)
                if self.version == 5:
                    self._most_unacknowledged = getattr(properties, "ReceiveMaximum", _MOST_IDS)
                self._accepted = True
            self._changed.notify_all()
        if not reason.is_failure and self._login.topics:
            client.subscribe([(topic, 1) for topic in self._login.topics])

    def _handle_disconnect(
        self, _: object, __: object, flags: DisconnectFlags, reason: ReasonCode, ___: object
    ) -> None:
        if self._keepalive.gave_up:
            self._end(f"the broker answered no ping within {self._client.keepalive} s")
        else:
            by_broker = flags.is_disconnect_packet_from_server
            self._end(str(reason) if by_broker else "it was cut")

    def _handle_suback(
        self, _: object, __: object, ___: object, reasons: list[ReasonCode], ____: object
    ) -> None:
        needed = len(self._login.subscriptions)
        if any(reason.is_failure for reason in reasons[needed:]):
            _LOG.warning("the broker refuses one of %s", self._login.optional_subscriptions)
        with self._changed:
            refused = [reason for reason in reasons[:needed] if reason.is_failure]
            if refused:
                refusal = Refusal(refused[0].value, f"subscription: {refused[0]}")
                topic = self._login.subscriptions[0]
                self._refusal = explain_refusal(refusal, self._login, topic)
            self._subscribed = not refused
            self._changed.notify_all()

    def _handle_puback(
        self, _: object, __: object, mid: int, reason: ReasonCode, ___: object
    ) -> None:
        refusal = Refusal(reason.value, str(reason)) if reason.is_failure else None
        self._receipts.answer(mid, refusal, unclaimed=reason.value == NO_MATCHING_SUBSCRIBERS)

    def _handle_message(self, client: paho.Client, _: object, received: paho.MQTTMessage) -> None:
        try:
            if self._on_message is not None:
                self._on_message(from_paho(received))
        except Exception as error:  # noqa: BLE001 - an exception here would end the network thread
            _LOG.debug("a message was not handled", exc_info=True)
            with self._changed:
                self.failure = error
                self._changed.notify_all()
            return
        client.ack(received.mid, received.qos)


def _do_nothing() -> None:
    """Stand in for a callback where the caller waits for the receipt itself."""
