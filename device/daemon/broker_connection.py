"""The daemon's connection to its broker, embedded or elsewhere."""

from __future__ import annotations

import logging
from contextlib import ExitStack

from device.contract.message import Message
from device.contract.topics import OPTIONAL_COMMANDS, Topics
from device.delivery.delivery import Delivery
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_connection import OnMessage
from device.publishers.mqtt_login import MqttLogin
from device.settings.config import Config
from device.settings.credentials import (
    CERT_CREDENTIAL,
    KEY_CREDENTIAL,
    add_user,
    find_credential,
    open_password,
)
from device.system.sd_notify import notify

_LOG = logging.getLogger(__name__)
# A shot list with its topic and properties; a broker of MQTT 5 keeps what is larger to itself.
_LARGEST_REQUEST_BYTES = 5_000_000
# What a start takes besides waiting for the broker.
_START_S = 90.0
_LONGEST_START_S = 1e9


def make_publisher(
    config: Config, will: Message, on_message: OnMessage, stack: ExitStack
) -> MqttPublisher:
    """Start the embedded broker if it is wanted, and prepare the connection.

    Args:
        config: names the broker and its credentials.
        will: what the broker publishes when the daemon vanishes.
        on_message: takes requests, on the network thread.
        stack: closes the embedded broker.

    Raises:
        UsageError: a credential cannot be read, or the embedded broker does not start.
    """
    password = open_password(config.password_file)
    address = add_user(config.broker)
    if address.embedded:
        from device.publishers.embedded import EmbeddedBroker  # noqa: PLC0415 - loads asyncio

        broker = EmbeddedBroker(address.port)
        stack.callback(broker.close)
        address = broker.address
        _LOG.info("the embedded broker listens on %s:%d", address.host, address.port)
    topics = Topics(config.prefix, config.rig)
    login = MqttLogin(
        address,
        f"selvedge-{config.rig}",
        password,
        ca_file=config.ca_file,
        cert_file=config.cert_file or find_credential(CERT_CREDENTIAL),
        key_file=config.key_file or find_credential(KEY_CREDENTIAL),
        will=will,
        subscriptions=(topics.capture,),
        # The access rules of a broker that was set up for an earlier version may not know it.
        optional_subscriptions=tuple(map(topics.command, OPTIONAL_COMMANDS)),
        # No session: a command that waited for the rig to come back would shoot what hangs
        # there by then. Whoever got no answer asks again, under the same request id.
        session_expiry_s=0,
        rig=config.rig,
        max_packet_bytes=_LARGEST_REQUEST_BYTES,
    )
    return MqttPublisher(login, on_message)


def await_broker(delivery: Delivery, wait_s: float) -> None:
    """Start the delivery, and let systemd know that this may take long.

    Args:
        delivery: connects.
        wait_s: how long the broker is waited for; infinity does not wait.

    Raises:
        UsageError: it did not answer in time, or refused.
    """
    if wait_s != float("inf"):
        longest_us = int(min(wait_s + _START_S, _LONGEST_START_S) * 1e6)
        notify(f"EXTEND_TIMEOUT_USEC={longest_us}")
    delivery.start(wait_s)
