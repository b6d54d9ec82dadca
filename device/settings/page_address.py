"""Where the operator's page is served, as a person writes it after ``--page``."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

PORT = 8765
LOOPBACK = "127.0.0.1"
_AUTO, _OFF = "auto", "off"
# A name's labels have 1 to 63 letters and the whole at most 253 (RFC 1035, section 2.3.4).
_LABEL = "[A-Za-z0-9_-]{1,63}"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_WRITTEN = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):)?(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class PageAddress:
    """Where the page listens.

    Attributes:
        host: name or address of this machine, without the brackets of an IPv6 literal.
        port: TCP port; the next free one is used where it is taken.
        switch: ``on``, ``off``, or ``auto``: on where a person looks.
    """

    host: str = LOOPBACK
    port: int = PORT
    switch: str = "on"

    def __str__(self) -> str:
        """As a person would write it."""
        if self.switch != "on":
            return self.switch
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only programs of this machine reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_page(text: str) -> PageAddress:
    """Read where the page is served.

    Args:
        text: ``[HOST:]PORT``, ``auto`` or ``off``.

    Raises:
        ValueError: it is none of these.
    """
    if text in {_AUTO, _OFF}:
        return PageAddress(switch=text)
    found = _WRITTEN.fullmatch(text)
    port = int(found["port"]) if found else 0
    if found is None or not 1 <= port <= 65535:
        raise ValueError("a port such as 8765, an address such as 0.0.0.0:8765, auto or off")
    host = (found["host"] or LOOPBACK).strip("[]")
    if not _NAME.fullmatch(host):
        ipaddress.ip_address(host)  # Raises ValueError too, in words of its own.
    return PageAddress(host, port)
