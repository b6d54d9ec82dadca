"""Debian's own browsers, driven over WebDriver BiDi (W3C): no download, no package of their own."""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.support.mosquitto import free_port
from tests.support.programs import PATIENCE_S, wait_until

BROWSERS = {"chromium": ("chromium", "chromedriver"), "firefox": ("firefox-esr",)}
"""The programs that each needs on PATH."""
_LISTEN = ("--remote-debugging-port", "0", "about:blank")
_FIREFOX_PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
    "toolkit.telemetry.enabled": False,
}


class Browser:
    """A headless browser with one page; use it in a ``with`` statement."""

    def __init__(self, name: str, language: str = "en") -> None:
        """Start it.

        Args:
            name: ``chromium`` or ``firefox``.
            language: that its user prefers.
        """
        self.name = name
        self._numbers = itertools.count(1)
        self._folder = tempfile.TemporaryDirectory(
            prefix=f"selvedge-{name}-", ignore_cleanup_errors=True
        )
        folder = Path(self._folder.name)
        start = _start_chromium if name == "chromium" else _start_firefox
        self._process, address = start(folder, language)
        self._socket: ClientConnection = connect(
            address, max_size=None, open_timeout=PATIENCE_S, ping_interval=None
        )
        if name == "firefox":
            self.send("session.new", capabilities={})
        self.context = str(self.send("browsingContext.create", type="tab")["context"])

    def __enter__(self) -> Browser:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send a command of WebDriver BiDi and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if answer.get("id") == number:
                assert answer.get("type") != "error", f"{method}: {answer}"
                return dict(answer["result"])

    def open(self, address: str, wait: str = "complete") -> None:
        """Load a page."""
        self.send("browsingContext.navigate", context=self.context, url=address, wait=wait)

    def evaluate(self, expression: str) -> Any:
        """Return what an expression of JavaScript gives; it is JSON, and may be a promise."""
        result = self.send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression}) ?? null))()",
            target={"context": self.context},
            awaitPromise=True,
        )
        assert result["type"] == "success", result
        return json.loads(result["result"]["value"])

    def run(self, script: str) -> None:
        """Run a script as a debugger does, whatever the page's policy allows."""
        target = {"context": self.context}
        self.send("script.evaluate", expression=script, target=target, awaitPromise=False)

    def wait_for(self, expression: str, timeout_s: float = PATIENCE_S) -> Any:
        """Wait until an expression is true, and return it."""
        deadline_s = time.monotonic() + timeout_s
        while not (found := self.evaluate(expression)):
            if time.monotonic() > deadline_s:
                shown = self.evaluate("document.body.innerText")
                raise AssertionError(f"never true: {expression}\nthe page says:\n{shown}")
            time.sleep(0.03)
        return found

    def type(self, *keys: str) -> None:
        """Press and release keys, one after another, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.send("input.performActions", context=self.context, actions=[source])

    def click(self, selector: str) -> None:
        """Click into the middle of an element, as a person would."""
        x, y = self.wait_for(
            f"(() => {{ const box = document.querySelector({json.dumps(selector)})"
            "?.getBoundingClientRect();"
            " return box?.width && [Math.round(box.x + box.width / 2),"
            " Math.round(box.y + box.height / 2)]; })()"
        )
        actions = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        source = {"type": "pointer", "id": "mouse", "actions": actions}
        self.send("input.performActions", context=self.context, actions=[source])

    def resize(self, width_px: int, height_px: int) -> None:
        """Give the page another size."""
        viewport = {"width": width_px, "height": height_px}
        self.send("browsingContext.setViewport", context=self.context, viewport=viewport)

    def take_picture(self) -> bytes:
        """Return a PNG of what is seen."""
        shot = self.send("browsingContext.captureScreenshot", context=self.context)
        return base64.b64decode(shot["data"])

    def close(self) -> None:
        """End it. Safe to call twice."""
        # Whatever state the browser is in: it ends here, with all processes that it has started.
        with suppress(Exception):
            self.send("browser.close")
        self._socket.close()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._folder.cleanup()


def _start_chromium(folder: Path, language: str) -> tuple[subprocess.Popen[bytes], str]:
    port = free_port()
    process = subprocess.Popen(
        ["chromedriver", f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    arguments += ["--force-color-profile=srgb", f"--user-data-dir={folder}", f"--lang={language}"]
    options = {"args": arguments, "prefs": {"intl.accept_languages": language}}
    wanted = {"alwaysMatch": {"webSocketUrl": True, "goog:chromeOptions": options}}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/session", json.dumps({"capabilities": wanted}).encode()
    )
    wait_until(lambda: _listens(port))
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 - ours
        session = json.load(answer)["value"]
    return process, str(session["capabilities"]["webSocketUrl"])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _start_firefox(folder: Path, language: str) -> tuple[subprocess.Popen[bytes], str]:
    preferences = {**_FIREFOX_PREFERENCES, "intl.accept_languages": language}
    lines = [
        f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in preferences.items()
    ]
    (folder / "user.js").write_text("\n".join(lines), "utf-8")
    said = folder / "said.txt"
    with said.open("wb") as output:
        process = subprocess.Popen(
            ("firefox-esr", "--headless", "--no-remote", "--profile", str(folder), *_LISTEN),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)", said.read_text("utf-8"))
        if found:
            return process, f"{found[1]}/session"
        assert time.monotonic() < deadline_s, said.read_text("utf-8")
        time.sleep(0.05)
