"""What the page's server answers."""

from __future__ import annotations

import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from device.page.access import Access
from device.page.bodies import TooLargeError, read_body
from device.page.display import Display
from device.page.gate import Gate, refuse
from device.page.orders import Ask, UnknownOrderError, give_order
from device.page.web_files import WebFiles

# Shorter than any proxy's patience.
_POLL_S = 10.0
_LARGEST_ORDER_BYTES = 65536
# A list of ten thousand garments, all strokes of an afternoon.
_LARGE_ORDERS = {"list": 4_500_000, "correct": 4_500_000}


def build_app(display: Display, ask: Ask, access: Access) -> ASGIApp:
    """Return the page's application, with every rule of access before it."""
    answers = _Answers(display, ask, access)
    routes = [
        Route("/", answers.serve_file),
        Route("/web/{name}", answers.serve_file),
        Route("/enter", answers.enter, methods=["POST"]),
        Route("/live", answers.serve_live),
        Route("/state", answers.serve_state),
        Route("/shots/{shot_id}", answers.serve_shot),
        Route("/command/{name}", answers.take_order, methods=["POST"]),
    ]
    handlers: dict[Any, Any] = {
        TooLargeError: _answer_too_large,
        ClientDisconnect: _answer_gone,
        _StrangerError: _answer_stranger,
    }
    return Gate(Starlette(routes=routes, exception_handlers=handlers), access)


class _StrangerError(Exception):
    """The browser has not shown the token."""


class _Answers:
    """One method for each kind of request."""

    def __init__(self, display: Display, ask: Ask, access: Access) -> None:
        self._display = display
        self._ask = ask
        self._access = access
        self._files = WebFiles()

    async def serve_file(self, request: Request) -> Response:
        return self._files.answer(request.path_params.get("name", "index.html"), request.headers)

    async def serve_live(self, request: Request) -> Response:
        """Answer with the next picture when there is one: a slow browser just asks less often."""
        self._admit(request)
        live = await self._display.wait_for_live(_read_number(request, "after"), _POLL_S)
        if live is None:
            return Response(status_code=204)
        headers = {
            "x-number": str(live.number),
            "x-captured-ms": str(round(live.captured_at.timestamp() * 1000)),
        }
        return Response(live.jpeg, headers=headers, media_type="image/jpeg")

    async def serve_state(self, request: Request) -> Response:
        self._admit(request)
        after = _read_number(request, "after")
        return JSONResponse(await self._display.wait_for_state(after, _POLL_S))

    async def serve_shot(self, request: Request) -> Response:
        self._admit(request)
        picture = await self._display.fetch_picture(request.path_params["shot_id"])
        if picture is None:
            return refuse(404, "the rig has no picture of that shot any more")
        return Response(picture, media_type="image/jpeg")

    async def take_order(self, request: Request) -> Response:
        self._admit(request)
        if not self._access.may_order(_find_address(request)):
            return refuse(429, "too many orders: wait a moment")
        name = request.path_params["name"]
        body = await read_body(request, _LARGE_ORDERS.get(name, _LARGEST_ORDER_BYTES))
        try:
            answer = await give_order(self._ask, name, body)
        except UnknownOrderError:
            return refuse(404, "there is no such command")
        self._display.note_change()  # It may have changed what every browser shows.
        return JSONResponse(answer)

    async def enter(self, request: Request) -> Response:
        """Give a browser that shows the token its cookie."""
        access = self._access
        if not access.asks_for_token:
            return Response(status_code=204)
        if not access.may_try(_find_address(request)):
            return refuse(429, "too many tries: wait a moment")
        if not access.admits(_read_token(await read_body(request))):
            return refuse(403, "that token is not the rig's")
        answer = Response(status_code=204)
        answer.set_cookie(
            access.cookie_name,
            access.cookie_value,
            max_age=365 * 86400,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    def _admit(self, request: Request) -> None:
        """Let a browser pass that may read the page.

        Raises:
            _StrangerError: it may not.
        """
        if not self._access.knows(request.cookies.get(self._access.cookie_name)):
            raise _StrangerError


async def _answer_too_large(_: Request, __: Exception) -> Response:
    answer = refuse(413, "the request is too large, or came too slowly")
    answer.headers["connection"] = "close"  # What is left of it is not read.
    return answer


async def _answer_gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)


async def _answer_stranger(_: Request, __: Exception) -> Response:
    return refuse(401, "this page asks for the rig's token")


def _read_token(body: bytes) -> str:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    token = found.get("token") if isinstance(found, dict) else None
    return token if isinstance(token, str) else ""


def _read_number(request: Request, key: str) -> int:
    text = request.query_params.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _find_address(request: Request) -> str:
    return request.client.host if request.client else ""
