"""A login at a broker, and the paho client that uses it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from device.contract.message import Message
from device.errors import UsageError
from device.settings.broker_address import BrokerAddress
from device.settings.credentials import PasswordFile

if TYPE_CHECKING:
    import paho.mqtt.client as paho


@dataclass(frozen=True, slots=True, repr=False)
class MqttLogin:
    """Everything needed to connect.

    Attributes:
        address: where the broker is.
        client_id: what the broker knows this client by; a second client takes it over.
        password: for ``address.user``, or the file that has it at the time; never logged.
        ca_file: certificate authorities to trust for TLS; None trusts the system's.
        cert_file: this client's own certificate for TLS, if the broker asks for one.
        key_file: the private key that belongs to it.
        will: what the broker publishes when this client vanishes.
        subscriptions: topic filters, all with QoS 1; a broker that refuses one refuses the login.
        optional_subscriptions: more of them; one that is refused is logged.
        session_expiry_s: how long the broker keeps undelivered messages for this client;
            0 forgets them. Under 3.1.1 anything above 0 means as long as the broker likes.
        rig: the name of the rig that connects; None for other programs.
        max_packet_bytes: the broker is asked to send nothing larger, which it can under MQTT 5
            alone; None takes everything.
    """

    address: BrokerAddress
    client_id: str
    password: str | PasswordFile | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    will: Message | None = None
    subscriptions: tuple[str, ...] = ()
    optional_subscriptions: tuple[str, ...] = ()
    session_expiry_s: int = 0
    rig: str | None = None
    max_packet_bytes: int | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """All that is subscribed to: first what is needed, then what is optional."""
        return self.subscriptions + self.optional_subscriptions

    def __repr__(self) -> str:
        """Return a text without the password: it may end in a log."""
        return f"MqttLogin({self.address}, client_id={self.client_id!r})"


def make_client(login: MqttLogin, version: int, timeout_s: float) -> paho.Client:
    """Return a paho client that neither reconnects nor acknowledges on its own.

    Args:
        login: client id, credentials, will and subscriptions.
        version: protocol level, 5 or 4.
        timeout_s: for the TCP connection.

    Raises:
        UsageError: the file of certificate authorities cannot be used.
    """
    import paho.mqtt.client as paho  # noqa: PLC0415 - an SDK is loaded where it is used
    from paho.mqtt.enums import (  # noqa: PLC0415 - an SDK is loaded where it is used
        CallbackAPIVersion,
        MQTTProtocolVersion,
    )

    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=login.client_id,
        protocol=MQTTProtocolVersion(version),
        clean_session=None
        if version == MQTTProtocolVersion.MQTTv5
        else login.session_expiry_s == 0,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.connect_timeout = timeout_s
    # No queue of paho's own: the connection counts what the broker takes.
    client.max_inflight_messages_set(0)
    # Otherwise an exception in a callback ends the network thread silently.
    client.suppress_exceptions = True
    if login.address.user is not None:
        password = login.password
        known = password.read() if isinstance(password, PasswordFile) else password
        client.username_pw_set(login.address.user, known)
    if login.address.tls:
        _trust(client, login)
    if login.will is not None:
        client.will_set(login.will.topic, login.will.payload, login.will.qos, login.will.retain)
    return client


def _trust(client: paho.Client, login: MqttLogin) -> None:
    if (login.cert_file is None) != (login.key_file is None):
        raise UsageError("a client certificate needs its key: give cert_file and key_file")
    context = ssl.create_default_context()
    try:
        if login.ca_file is not None:
            context = ssl.create_default_context(cafile=str(login.ca_file))
    except OSError as error:  # An ssl.SSLError, for a file without certificates, is one too.
        raise UsageError(
            f"the CA file {login.ca_file} cannot be used ({error.strerror or error}): name a PEM"
            " file of certificate authorities"
        ) from error
    try:
        if login.cert_file is not None:
            # Without an answer OpenSSL would ask for a locked key's password on the terminal.
            context.load_cert_chain(login.cert_file, login.key_file, password=_no_password)
    except OSError as error:
        raise UsageError(
            f"the certificate {login.cert_file} with the key {login.key_file} cannot be used"
            f" ({error.strerror or error}): name PEM files that belong together, the key without a"
            " password"
        ) from error
    client.tls_set_context(context)


def _no_password() -> str:
    return ""
