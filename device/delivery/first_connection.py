"""The first connection of a program, whose failure the person who started it sees."""

from __future__ import annotations

import time

from device.errors import UsageError
from device.publishers.publisher import BrokerRefusedError, BrokerUnreachableError, Publisher

# A broker across the internet answers within a second; a firewall that drops packets never does.
CONNECT_TIMEOUT_S = 5.0
# A broker that is starting is noticed at once, and not flooded.
_RETRY_S = 0.5


def connect_or_refuse(publisher: Publisher, wait_s: float) -> None:
    """Connect, waiting a while for a broker that is just starting.

    Args:
        publisher: the connection to open.
        wait_s: for how long to try a broker that does not answer.

    Raises:
        UsageError: it did not answer in that time, or it refused.
    """
    deadline_s = time.monotonic() + wait_s
    while True:
        left_s = deadline_s - time.monotonic()
        try:
            publisher.connect(min(CONNECT_TIMEOUT_S, max(_RETRY_S, left_s)))
        except BrokerRefusedError as error:
            raise UsageError(str(error)) from error
        except BrokerUnreachableError as error:
            if deadline_s - time.monotonic() < _RETRY_S:
                raise UsageError(f"{error}: start it, or correct --broker") from error
            time.sleep(_RETRY_S)
        else:
            return
