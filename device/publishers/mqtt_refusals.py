"""What a broker's refusal or silence means, in a sentence."""

from __future__ import annotations

from device.errors import WorkError
from device.publishers.mqtt_login import MqttLogin
from device.publishers.publisher import (
    NOT_AUTHORIZED,
    UNSUPPORTED_PROTOCOL_VERSION,
    BrokerRefusedError,
    BrokerUnreachableError,
    Refusal,
)


class VersionRefusedError(BrokerUnreachableError):
    """The broker does not speak this version of MQTT."""


class BrokerSilentError(BrokerUnreachableError):
    """Something took the connection, and then hung up or never answered the CONNECT."""


def explain_refusal(refusal: Refusal, login: MqttLogin, topic: str) -> Refusal:
    """Return a refusal with its likely cause: access rules often go by login (``%u``).

    Args:
        refusal: of a message or subscription.
        login: who was refused.
        topic: of what was refused.
    """
    user = login.address.user
    if refusal.code != NOT_AUTHORIZED or user is None or login.rig in {None, user}:
        return refusal
    return Refusal(
        refusal.code,
        f"{refusal}, for the login {user} is not this rig's name: name the rig {user} with --rig,"
        f" or let {user} use {topic} in the broker's access rules",
    )


def name_refusal(login: MqttLogin, version: int, refusal: Refusal) -> WorkError:
    """Return the error for a connection or subscription that the broker refused.

    Args:
        login: who was refused.
        version: protocol level that was asked for.
        refusal: the broker's answer.
    """
    address = login.address
    if refusal.code == UNSUPPORTED_PROTOCOL_VERSION:
        return VersionRefusedError(f"the broker {address} does not speak MQTT {version}")
    fix = "check the user name, the password file and the broker's access rules"
    if ": " in refusal.reason.partition("subscription: ")[2]:  # It says already what to do.
        return BrokerRefusedError(f"the broker {address} refused the {refusal}")
    return BrokerRefusedError(f"the broker {address} refused the connection ({refusal}): {fix}")


def name_silence(login: MqttLogin, *, hung_up: bool) -> BrokerSilentError:
    """Return the error for a connection on which no answer came.

    Args:
        login: its address is named.
        hung_up: whether the other side ended it.
    """
    address = login.address
    why = "hung up" if hung_up else "took the connection and is silent"
    other = "mqtt" if address.tls else "mqtts"
    return BrokerSilentError(
        f"the broker {address} {why}, as one for {other}:// does, or no MQTT broker at all"
    )
