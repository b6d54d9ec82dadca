"""Check of the broker: that it accepts the connection, not merely that a port is open."""

from __future__ import annotations

import secrets
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from device.checks.finding import Finding, make_failure
from device.cli.missing_package import missing_package_error
from device.contract.capture_request import format_result
from device.contract.message import make_json_message
from device.contract.topics import Topics
from device.errors import UsageError, WorkError
from device.publishers.publisher import BrokerUnreachableError
from device.settings.broker_address import BrokerAddress

if TYPE_CHECKING:
    from device.publishers.mqtt import MqttPublisher

# As long as the daemon waits for one attempt.
CONNECT_TIMEOUT_S = 5.0


def check_broker(
    address: BrokerAddress | None,
    password: str | None = None,
    *,
    ca_file: Path | None = None,
    cert_file: Path | None = None,
    key_file: Path | None = None,
    topics: Topics | None = None,
) -> Finding:
    """Connect and wait for the broker's CONNACK, and publish as the rig would.

    Args:
        address: None where none was named.
        password: for the address's user.
        ca_file: certificate authorities to trust.
        cert_file: this rig's certificate, for brokers that ask for one.
        key_file: the private key that belongs to it.
        topics: of the rig whose rights are tried; None tries none.
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
            subscriptions=(topics.capture,) if topics else (),
            rig=topics.rig if topics else None,
        )
        with closing(MqttPublisher(login)) as publisher:
            publisher.connect(CONNECT_TIMEOUT_S)
            found = f"{address} accepts the connection, MQTT {publisher.protocol}"
            if topics is not None:
                found += _try_rights(publisher, topics)
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
    return Finding("broker", "ok", found)


def _try_rights(publisher: MqttPublisher, topics: Topics) -> str:
    """Publish an answer that nobody awaits, which is the one message that does not matter.

    Returns:
        What to say of it.

    Raises:
        WorkError: the broker refused it, or did not answer.
    """
    why = "device.doctor tries its rights; nothing was asked and nothing shot"
    answer = format_result(f"doctor-{secrets.token_hex(4)}", "refused", error=why)
    settled = threading.Event()
    receipt = publisher.post(make_json_message(topics.capture_result, answer, qos=1), settled.set)
    settled.wait(CONNECT_TIMEOUT_S)
    if receipt.refusal is not None:
        reason = str(receipt.refusal)
        fix = "" if ": " in reason else ": let this login use it in the broker's access rules"
        raise WorkError(f"the broker refused {topics.capture_result}: {reason}{fix}")
    if not receipt.arrived:
        raise WorkError(
            f"the broker did not acknowledge {topics.capture_result} within"
            f" {CONNECT_TIMEOUT_S:g} s: see whether it is overloaded"
        )
    if publisher.protocol != "5":
        return f", and {topics.rig} may connect; what its rules refuse shows under MQTT 5 alone"
    return f", and takes what {topics.rig} publishes"
