"""Who may open the page, and what a hostile program gets."""

from __future__ import annotations

import http.client
import json
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from device.page.access import Access
from tests.support.page_servers import ServedPage, make_certificate
from tests.support.programs import wait_until
from tests.support.small_cutouts import make_cutout


@pytest.fixture
def page(tmp_path: Path) -> Iterator[ServedPage]:
    """A page that only this machine reaches."""
    served = ServedPage(tmp_path)
    yield served
    served.close()


def test_the_pages_own_order_reaches_the_rig(page: ServedPage) -> None:
    """A POST of the page itself is handed to the rig, and its answer comes back."""
    status, body, _ = page.ask("POST", "/command/capture", b'{"sku": "1"}', origin=page.origin)
    assert (status, json.loads(body)) == (200, {"code": "accepted"})
    assert page.orders == [("capture", {"sku": "1"})]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:{port}"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {},
    ],
)
def test_orders_of_other_pages_are_refused(page: ServedPage, headers: dict[str, str]) -> None:
    """A form or a script of another site shoots nothing, whatever it says it is."""
    sent = {name: value.replace("{port}", str(page.port)) for name, value in headers.items()}
    assert page.ask("POST", "/command/capture", b"{}", **sent)[0] == 403
    assert page.orders == []


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "", "127.0.0.1.evil.example"]
)
def test_rebound_names_are_refused(page: ServedPage, host: str) -> None:
    """A site's name that was made to point at the rig opens nothing, not even a picture."""
    host = host.replace("{port}", str(page.port))
    assert page.ask("GET", "/state", host=host)[0] == 421
    assert page.ask("POST", "/command/capture", b"{}", host=host, origin=f"http://{host}")[0] == 421


def test_no_get_has_an_effect(page: ServedPage) -> None:
    """An image tag or a link orders nothing."""
    assert page.ask("GET", "/command/capture", origin=page.origin)[0] == 405
    assert page.ask("GET", "/enter")[0] == 405
    assert page.orders == []


@pytest.mark.parametrize(
    "path",
    ["/web/../server.py", "/web/..%2fserver.py", "/web/%2e%2e%2f%2e%2e%2ferrors.py",
     "/../etc/passwd", "/web//etc/passwd", "/web/page.css%00.js", "/shots/../../state",
     "/shots/%2e%2e%2fspool"],
)  # fmt: skip
def test_paths_lead_nowhere_else(page: ServedPage, path: str) -> None:
    """No path leads out of the page's own few files."""
    assert page.ask("GET", path)[0] == 404


def test_large_bodies_are_cut_off(page: ServedPage) -> None:
    """Of an upload of a hundred megabytes no more is taken than of an order, and none is done."""
    line = socket.create_connection(("127.0.0.1", page.port), timeout=120)
    head = (
        f"POST /command/capture HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\n"
        f"Origin: {page.origin}\r\nContent-Length: 100000000\r\n\r\n"
    )
    line.sendall(head.encode())
    sent = 0
    try:
        while sent < 100_000_000:
            sent += line.send(b"x" * 65536)
    except OSError:  # The rig has hung up.
        pass
    line.close()
    assert sent < 50_000_000
    assert page.orders == []
    assert page.ask("GET", "/")[0] == 200


def test_answers_forbid_foreign_script(page: ServedPage) -> None:
    """No answer allows inline script, frames or another site's page to read it."""
    for path in ("/", "/state", "/web/main.js", "/nothing"):
        headers = page.ask("GET", path)[2]
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "access-control-allow-origin" not in headers
        assert headers["x-content-type-options"] == "nosniff"


def test_a_flood_of_orders_is_told_to_wait(
    page: ServedPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a burst of orders an address waits; the page itself still opens."""
    monkeypatch.setattr("device.page.access.time", SimpleNamespace(monotonic=lambda: 0.0))
    codes = [page.ask("POST", "/command/select", b"{}", origin=page.origin)[0] for _ in range(40)]
    assert set(codes) == {200, 429}
    assert page.ask("GET", "/")[0] == 200


def test_a_flood_of_requests_is_told_to_wait(
    page: ServedPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for pictures or files in a loop is refused after a burst, until time has passed."""
    clock = SimpleNamespace(now_s=0.0)
    monkeypatch.setattr("device.page.access.time", SimpleNamespace(monotonic=lambda: clock.now_s))
    monkeypatch.setattr("device.page.gate._PAUSE_S", 0.0)
    monkeypatch.setattr("device.page.access._ASKED", 10.0)
    page.display.show_preview(make_cutout(np.zeros((90, 96, 3), np.uint8)))
    paths = ["/", "/live?after=0"] * 10
    assert [page.ask("GET", path)[0] for path in paths] == [200] * 10 + [429] * 10
    clock.now_s = 60.0
    assert page.ask("GET", "/")[0] == 200


def test_many_addresses_together_are_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood from many addresses at once is bounded as one of a single address is."""
    monkeypatch.setattr("device.page.access.time", SimpleNamespace(monotonic=lambda: 0.0))
    access = Access(names=frozenset(), token=None, port=8765, tls=False)
    allowed = sum(access.may_ask(f"10.0.{each // 250}.{each % 250}") for each in range(5000))
    assert allowed == 600


@pytest.mark.parametrize("is_tls", [False, True])
def test_idle_connections_use_up_nothing(tmp_path: Path, *, is_tls: bool) -> None:
    """Of a flood of connections that say nothing most are dropped at once, over TLS as well.

    The rig never has more file handles of them than it lets connections in; others work again when
    they are gone.
    """
    certificate, key = make_certificate(tmp_path) if is_tls else (None, None)
    page = ServedPage(tmp_path, page_cert_file=certificate, page_key_file=key)
    assert page.ask("GET", "/")[0] == 200
    before = _count_sockets()
    lines = [socket.create_connection(("127.0.0.1", page.port), timeout=120) for _ in range(200)]
    for line in lines[100:]:  # Each is hung up on by the rig, or this would wait for 120 s.
        with suppress(ConnectionError):
            assert line.recv(1) == b""
    assert _count_sockets() - before <= len(lines) + 64
    for line in lines:
        line.close()
    _wait_until_it_answers(page)
    page.close()


def test_a_handshake_that_does_not_come_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who connects to a page over TLS and says nothing is hung up on long before a minute."""
    monkeypatch.setattr("device.page.server._HANDSHAKE_S", 0.1)
    certificate, key = make_certificate(tmp_path)
    page = ServedPage(tmp_path, page_cert_file=certificate, page_key_file=key)
    with socket.create_connection(("127.0.0.1", page.port), timeout=50) as line:
        assert line.recv(1) == b""
    page.close()


def test_a_head_in_single_bytes_is_not_waited_for(
    page: ServedPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sends a byte of a request now and then is hung up on all the same."""
    monkeypatch.setattr("device.page.connections._SWEEP_S", 0.05)
    monkeypatch.setattr("device.page.connections._IDLE_S", 0.5)
    line = socket.create_connection(("127.0.0.1", page.port), timeout=120)
    line.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")

    def is_over() -> bool:
        try:
            line.sendall(b"x")
        except ConnectionError:
            return True
        return False

    wait_until(is_over)
    line.close()
    assert page.ask("GET", "/")[0] == 200


def _count_sockets() -> int:
    """Of this process, where page and test both are."""
    found = 0
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found += str(handle.readlink()).startswith("socket:")
    return found


def _wait_until_it_answers(page: ServedPage) -> None:
    def answers() -> bool:
        with suppress(OSError, http.client.HTTPException):
            return page.ask("GET", "/")[0] == 200
        return False

    wait_until(answers)


def test_a_token_opens_the_page_beyond_this_machine(tmp_path: Path) -> None:
    """Without the token nothing is told; with it a browser gets a cookie that no script reads."""
    page = ServedPage(tmp_path, "0.0.0.0", page_plain_http=True)  # noqa: S104 - to be refused
    try:
        token = (tmp_path / "page-token").read_text("utf-8").strip()
        assert stat.S_IMODE((tmp_path / "page-token").stat().st_mode) == 0o600
        for path in ("/state", "/live", "/shots/x"):
            assert page.ask("GET", path)[0] == 401
        assert page.ask("POST", "/command/capture", b"{}", origin=page.origin)[0] == 401
        assert page.ask("GET", "/")[0] == 200
        for wrong in (b'{"token": "wrong"}', b'{"token": "\\ud800"}'):
            assert page.ask("POST", "/enter", wrong, origin=page.origin)[0] == 403
        right = json.dumps({"token": token}).encode()
        status, _, headers = page.ask("POST", "/enter", right, origin=page.origin)
        assert status == 204
        cookie = headers["set-cookie"]
        assert "httponly" in cookie.lower()
        assert "samesite=strict" in cookie.lower()
        assert token not in cookie
        known = cookie.partition(";")[0]
        assert page.ask("GET", "/state", cookie=known)[0] == 200
        assert (
            page.ask("POST", "/command/capture", b"{}", origin=page.origin, cookie=known)[0] == 200
        )
        assert page.ask("GET", "/state", cookie=known[:-1] + "x")[0] == 401
    finally:
        page.close()
    again = ServedPage(tmp_path, "0.0.0.0", page_plain_http=True)  # noqa: S104 - as above
    again.close()
    assert (tmp_path / "page-token").read_text("utf-8").strip() == token


def test_a_viewer_that_stops_reading_holds_up_nobody(page: ServedPage) -> None:
    """Pictures go on for others while one browser takes nothing more of its answer."""
    picture = np.random.default_rng(1).integers(0, 255, (900, 960, 3), np.uint8)
    stalled = socket.create_connection(("127.0.0.1", page.port), timeout=120)
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    ask = f"GET /live?after=0 HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\n\r\n"
    page.display.show_preview(make_cutout(picture))
    stalled.sendall(ask.encode() * 20)
    numbers: list[int] = []
    for _ in range(5):
        done = threading.Thread(target=page.display.show_preview, args=(make_cutout(picture),))
        done.start()
        done.join(120)
        assert not done.is_alive()
        status, _, headers = page.ask("GET", f"/live?after={numbers[-1] if numbers else 0}")
        assert status == 200
        numbers.append(int(headers["x-number"]))
    assert numbers == sorted(set(numbers))
    stalled.close()


def test_a_thousand_page_loads_leave_nothing_behind(
    page: ServedPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page still opens after a thousand loads, and no connection is left of them."""
    monkeypatch.setattr("device.page.access._ASKED", 1e6)
    monkeypatch.setattr("device.page.access._ALL_ASKED", 1e6)
    for _ in range(1000):
        assert page.ask("GET", "/")[0] == 200
        assert page.ask("GET", "/web/main.js")[0] == 200
    assert page.ask("GET", "/state")[0] == 200
