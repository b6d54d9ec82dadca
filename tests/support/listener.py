"""Somebody who subscribes: without one, shots stay on the rig."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager

from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import BrokerAddress, parse_broker


@contextmanager
def listen(address: str | BrokerAddress, *topics: str) -> Iterator[list[Message]]:
    """Subscribe, and give the messages as they come.

    Args:
        address: of the broker.
        topics: filters; all of Selvedge's where there is none.
    """
    if isinstance(address, str):
        address = parse_broker(address)
    heard: list[Message] = []
    login = MqttLogin(
        address, f"listener-{secrets.token_hex(4)}", subscriptions=topics or ("selvedge/#",)
    )
    with closing(MqttPublisher(login, heard.append)) as connection:
        connection.connect(5)
        yield heard
