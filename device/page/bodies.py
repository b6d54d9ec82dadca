"""Bodies of requests: no more is kept than is meant, and nobody waits for ever."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

_LARGEST_BYTES = 65536
_LONGEST_S = 15.0


class TooLargeError(Exception):
    """A body is larger than any that is meant, or does not come."""


async def read_body(request: Request, largest_bytes: int = _LARGEST_BYTES) -> bytes:
    """Read a body.

    Raises:
        TooLargeError: it is too large, or does not come.
    """
    body = bytearray()

    async def read() -> None:
        async for part in request.stream():
            body.extend(part)
            if len(body) > largest_bytes:
                raise TooLargeError

    try:
        await asyncio.wait_for(read(), _LONGEST_S)
    except asyncio.TimeoutError as error:
        raise TooLargeError from error
    return bytes(body)
