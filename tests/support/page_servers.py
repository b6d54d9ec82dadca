"""The operator's page with a rig that only listens."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
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
        self,
        state_dir: Path,
        host: str = "127.0.0.1",
        port: int | None = None,
        read_picture: Callable[[str], bytes | None] | None = None,
        **settings: object,
    ) -> None:
        self.orders: list[tuple[str, dict[str, Any]]] = []
        self.display = Display(
            lambda: {"rig": "r", "selected": {"sku": None, "view": None}}, read_picture
        )
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
        line = self._connect()
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

    def _connect(self) -> http.client.HTTPConnection:
        if not self.server.address.startswith("https:"):
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=120, context=unchecked)

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


def make_certificate(folder: Path, password: str | None = None) -> tuple[Path, Path]:
    """Make a certificate and its key; returns their files."""
    certificate, key = folder / "page.crt", folder / "page.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-subj", "/CN=rig", "-days", "2", "-out", str(certificate), "-keyout", str(key)]
    command += ["-nodes"] if password is None else ["-passout", f"pass:{password}"]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
