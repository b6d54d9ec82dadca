"""Which broker, as a person writes it after ``--broker``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from device.errors import UsageError
from device.settings.redaction import redact

PLAIN_PORT = 1883
TLS_PORT = 8883
EMBEDDED = "embedded"
TLS_KEYS = ("ca_file", "cert_file", "key_file")
"""The settings that name files for an encrypted connection."""

_FORM = "mqtt[s]://[user@]host[:port], or embedded, or embedded:PORT"
# A name's labels have 1 to 63 letters and the whole at most 253 (RFC 1035, section 2.3.4).
_LABEL = "[A-Za-z0-9_-]{1,63}"
_HOST = re.compile(
    rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.%]{{2,64}}\]",
)


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker to connect to, or one to start inside this process.

    Attributes:
        host: name or address, without the brackets of an IPv6 literal.
        port: TCP port; 0 only when embedded, where it means any free one.
        tls: whether the connection is encrypted.
        user: login name, or None for anonymous. Passwords never travel in an address.
        embedded: whether this process starts the broker itself.
    """

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    embedded: bool = False

    def __str__(self) -> str:
        """As a person would write it."""
        if self.embedded:
            return f"{EMBEDDED}:{self.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{self.user}@" if self.user else ""
        return f"mqtt{'s' if self.tls else ''}://{user}{host}:{self.port}"


def parse_broker(text: str) -> BrokerAddress:
    """Read a broker's address.

    Args:
        text: ``mqtt[s]://[user@]host[:port]``, ``embedded`` or ``embedded:PORT``.

    Returns:
        The address, with the port filled in: 1883, or 8883 for ``mqtts``.

    Raises:
        UsageError: it is none of these forms, or it carries a password.
    """
    name, colon, port_text = text.partition(":")
    if name == EMBEDDED:
        port = _parse_port(port_text, text, lowest=0) if colon else PLAIN_PORT
        return BrokerAddress("127.0.0.1", port, embedded=True)
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in {"mqtt", "mqtts"}:
        raise UsageError(f"the broker {redact(text)!r} is not an address: write {_FORM}")
    login, at, place = rest.rstrip("/").rpartition("@")
    if ":" in login:
        raise UsageError(
            "the broker's address carries a password, which others can read in the process list:"
            " write mqtt://user@host and give the password with --password-file or as the systemd"
            " credential mqtt-password"
        )
    if at and not login:
        raise UsageError(
            f"the broker {redact(text)!r} has an empty user name before the @: write {_FORM}"
        )
    host, written_port = _split_port(place)
    if not _HOST.fullmatch(host):
        raise UsageError(f"the broker {redact(text)!r} has no usable host name: write {_FORM}")
    tls = scheme == "mqtts"
    default = TLS_PORT if tls else PLAIN_PORT
    port = default if written_port is None else _parse_port(written_port, text, lowest=1)
    return BrokerAddress(host.strip("[]"), port, tls=tls, user=login or None)


def refuse_idle_tls(address: BrokerAddress, files: Mapping[str, Path | None]) -> None:
    """Refuse files for TLS where the connection has none: the user expects encryption.

    Args:
        address: of the broker.
        files: by their flag or key; None where it is not set.

    Raises:
        UsageError: a file is set, and the address is not ``mqtts``.
    """
    idle = next((name for name, file in files.items() if file is not None), None)
    if idle is not None and not address.tls:
        raise UsageError(
            f"{idle} is for an encrypted connection, and that to the broker {address} is none:"
            f" write mqtts://host[:port], or leave {idle} out"
        )


def _split_port(place: str) -> tuple[str, str | None]:
    if place.startswith("["):
        host, bracket, tail = place.partition("]")
        return host + bracket, tail.removeprefix(":") or None
    name, colon, port = place.partition(":")
    return name, port if colon else None


def _parse_port(port_text: str, text: str, *, lowest: int) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", port_text) or not lowest <= int(port_text) <= 65535:
        raise UsageError(
            f"the broker {redact(text)!r} has a port that is none: give a number from {lowest} to"
            " 65535"
        )
    return int(port_text)
