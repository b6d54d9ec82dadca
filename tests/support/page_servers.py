"""The operator's page with a rig that only listens."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from device.page.display import Display
from device.page.server import PageServer
from device.settings.loading import load_config
from tests.support.mosquitto import free_port


class ServedPage:
    """A page on a free port of this machine; orders are noted and accepted."""

    def __init__(
        self, state_dir: Path, host: str = "127.0.0.1", port: int | None = None, **settings: object
    ) -> None:
        self.orders: list[tuple[str, dict[str, Any]]] = []
        self.display = Display(lambda: {"rig": "r", "selected": {"sku": None, "view": None}})
        flags = {
            "camera": "0",
            "state_dir": state_dir,
            "page": f"{host}:{port or free_port()}",
            **settings,
        }
        self.server = PageServer(load_config(None, flags), self.display, self._take)
        self.port = int(self.server.address.rstrip("/").rpartition(":")[2])

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        **headers: str,
    ) -> tuple[int, bytes, dict[str, str]]:
        """Send a request as a program would; returns status, body and headers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        line.request(
            method,
            path,
            body,
            {"host": f"127.0.0.1:{self.port}"}
            | {name.replace("_", "-"): value for name, value in headers.items()},
        )
        answer = line.getresponse()
        found = answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
        line.close()
        return found

    @property
    def origin(self) -> str:
        """Where the page's own requests come from."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop it."""
        self.server.close()

    def _take(
        self, name: str, payload: bytes, on_answer: Callable[[dict[str, Any]], object]
    ) -> None:
        if name not in {"capture", "select"}:
            raise KeyError(name)
        self.orders.append((name, json.loads(payload)))
        on_answer({"code": "accepted"})
