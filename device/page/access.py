"""Who may read the page, and who may do something with it."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass

_SAFE = frozenset({"GET", "HEAD"})
# Orders of one address: a busy operator, and no flood.
_BURST, _PER_S = 20.0, 5.0
# Requests of one address and of all: a few browsers with live pictures and all their files.
_ASKED, _ASKED_PER_S = 300.0, 60.0
_ALL_ASKED, _ALL_ASKED_PER_S = 600.0, 150.0
# Tries of a token: it has 192 bits, so this only keeps the log of a proxy short.
_TRIES, _TRIES_PER_S = 10.0, 0.2
_MOST_ADDRESSES = 256


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served.

    Attributes:
        status: of HTTP.
        sentence: for a person.
    """

    status: int
    sentence: str


class Access:
    """Judges requests by their headers, before anything of them is read. For one thread."""

    def __init__(self, *, names: frozenset[str], token: str | None, port: int, tls: bool) -> None:
        """Set the rules.

        Args:
            names: of this machine, in small letters, besides its addresses.
            token: that browsers must have shown; None where only this machine reaches the page.
            port: where it is served.
            tls: whether it is served over HTTPS.
        """
        self._names = names
        self._token = token
        self._scheme = "https" if tls else "http"
        # Cookies of one host are sent to all its ports: two rigs have two names.
        self.cookie_name = f"selvedge-{port}"
        self._orders: dict[str, tuple[float, float]] = {}
        self._tries: dict[str, tuple[float, float]] = {}
        self._asked: dict[str, tuple[float, float]] = {}
        self._all_asked: dict[str, tuple[float, float]] = {}

    @property
    def asks_for_token(self) -> bool:
        """Whether browsers must have shown a token."""
        return self._token is not None

    @property
    def cookie_value(self) -> str:
        """What a browser has that has shown the token: from it nobody learns the token."""
        assert self._token is not None  # noqa: S101 - asked for only where there is one
        return hmac.new(self._token.encode(), b"selvedge page", hashlib.sha256).hexdigest()

    def check(self, method: str, headers: Mapping[str, str]) -> Refusal | None:
        """Return why a request may do nothing here, or None.

        Args:
            method: of HTTP.
            headers: names in small letters.
        """
        host = headers.get("host", "")
        if not self._is_own(host):
            return Refusal(
                421,
                "this rig is not reached under that name: open the page by its address, or add the"
                " name to page_names",
            )
        if method in _SAFE:
            return None
        # Every browser sends one of the two; another program has MQTT.
        origin = headers.get("origin")
        if origin is not None:
            same = origin == f"{self._scheme}://{host}"
        else:
            same = headers.get("sec-fetch-site") == "same-origin"
        return None if same else Refusal(403, "the request came from another page")

    def knows(self, cookie: str | None) -> bool:
        """Whether a browser may read the page: by its cookie, where a token is asked for."""
        if self._token is None:
            return True
        return cookie is not None and _is_same(cookie, self.cookie_value)

    def admits(self, token: str) -> bool:
        """Whether a token is the right one."""
        return self._token is not None and _is_same(token, self._token)

    def may_ask(self, address: str) -> bool:
        """Whether an address, and all together, have not sent too many requests lately."""
        return _take(self._asked, address, _ASKED, _ASKED_PER_S) and _take(
            self._all_asked, "", _ALL_ASKED, _ALL_ASKED_PER_S
        )

    def may_order(self, address: str) -> bool:
        """Whether an address has not given too many orders lately."""
        return _take(self._orders, address, _BURST, _PER_S)

    def may_try(self, address: str) -> bool:
        """Whether an address has not tried too many tokens lately."""
        return _take(self._tries, address, _TRIES, _TRIES_PER_S)

    def _is_own(self, host: str) -> bool:
        """Whether a Host header names this machine.

        Another site's name that was made to point here (DNS rebinding) is a name, never an
        address: so any address will do, and of names only those that are known.
        """
        name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
        if name.startswith("[") and name.endswith("]"):
            name = name[1:-1]
        if name.lower() in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _is_same(given: str, known: str) -> bool:
    """Compare in constant time. JSON can have half a character, which UTF-8 has not."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), known.encode())


def _take(buckets: dict[str, tuple[float, float]], key: str, most: float, per_s: float) -> bool:
    """Take a token out of an address's bucket; False where it is empty."""
    now_s = time.monotonic()
    left, at_s = buckets.pop(key, (most, now_s))
    left = min(most, left + (now_s - at_s) * per_s)
    has_one = left >= 1
    buckets[key] = (left - 1 if has_one else left, now_s)
    if len(buckets) > _MOST_ADDRESSES:
        del buckets[next(iter(buckets))]
    return has_one
