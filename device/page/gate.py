"""What every request passes first, and every answer last."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from device.page.access import Access

_PAUSE_S = 0.5
"""So long waits a request that is one too many before it is looked at again."""
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cache-control": "no-store",
}


class Gate:
    """Turns away what `Access` refuses, and puts the headers of safety on every answer."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        """Stand before an application."""
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return

        async def send_safely(message: Any) -> None:  # noqa: ANN401 - ASGI's own
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.encode(), value.encode())
                        for name, value in _HEADERS.items()
                        if name.encode() not in given
                    ),
                ]
            await send(message)

        app = await self._find_app(scope)
        await app(scope, receive, send_safely)

    async def _find_app(self, scope: Scope) -> ASGIApp:
        """Return what answers a request: the page itself, or a refusal."""
        address = scope["client"][0] if scope.get("client") else ""
        # A browser in a hurry only gets slower; who asks in a loop is held up, and then refused.
        if not self._access.may_ask(address):
            await asyncio.sleep(_PAUSE_S)
            if not self._access.may_ask(address):
                return refuse(429, "too many requests: wait a moment")
        refusal = self._access.check(scope["method"], Headers(scope=scope))
        return self._app if refusal is None else refuse(refusal.status, refusal.sentence)


def refuse(status: int, sentence: str) -> Response:
    """Return an answer that says why a request is not served."""
    return JSONResponse({"error": sentence}, status_code=status)
