"""Check of the broker: that it accepts the connection, not merely that a port is open."""

from __future__ import annotations

import secrets
from pathlib import Path

from device.checks.finding import Finding, make_failure
from device.cli.missing_package import missing_package_error
from device.errors import UsageError, WorkError
from device.publishers.publisher import BrokerUnreachableError
from device.settings.broker_address import BrokerAddress

# As long as the daemon waits for one attempt.
CONNECT_TIMEOUT_S = 5.0


def check_broker(
    address: BrokerAddress | None,
    password: str | None = None,
    *,
    ca_file: Path | None = None,
    cert_file: Path | None = None,
    key_file: Path | None = None,
) -> Finding:
    """Connect and wait for the broker's CONNACK.

    Args:
        address: None where none was named.
        password: for the address's user.
        ca_file: certificate authorities to trust.
        cert_file: this rig's certificate, for brokers that ask for one.
        key_file: the private key that belongs to it.
    """
    if address is None:
        return Finding("broker", "warn", "not checked, none was named", "name one with --broker")
    from device.publishers.embedded import EmbeddedBroker  # noqa: PLC0415 - loads SDKs.
    from device.publishers.mqtt import MqttPublisher  # noqa: PLC0415 - loads SDKs.
    from device.publishers.mqtt_login import MqttLogin  # noqa: PLC0415 - loads SDKs.

    own: EmbeddedBroker | None = None
    try:
        if address.embedded:
            own = EmbeddedBroker(address.port)
            address = own.address
        login = MqttLogin(
            address,
            f"selvedge-doctor-{secrets.token_hex(4)}",
            password,
            ca_file=ca_file,
            cert_file=cert_file,
            key_file=key_file,
        )
        publisher = MqttPublisher(login)
        publisher.connect(CONNECT_TIMEOUT_S)
        protocol = publisher.protocol
        publisher.close()
    except ImportError as error:
        return make_failure("broker", missing_package_error(error))
    except BrokerUnreachableError as error:
        mend = "start it, or check its address, port and firewall"
        return Finding("broker", "FAIL", str(error), mend)
    except (UsageError, WorkError) as error:
        return make_failure("broker", error)
    finally:
        if own is not None:
            own.close()
    return Finding("broker", "ok", f"{address} accepts the connection, MQTT {protocol}")
