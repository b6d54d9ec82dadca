"""How the page starts, and what a start refuses."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from device.errors import UsageError
from device.settings.loading import load_config
from tests.support.page_servers import ServedPage, make_certificate
from tests.support.programs import ROOT


def test_an_open_page_is_asked_for_in_words(tmp_path: Path) -> None:
    """Beyond this machine there is no page over plain HTTP that nobody asked for."""
    flags = {"camera": "0", "state_dir": tmp_path, "page": "0.0.0.0:8765"}
    with pytest.raises(UsageError, match="page_plain_http"):
        load_config(None, flags)
    with pytest.raises(UsageError, match="go together"):
        load_config(None, {**flags, "page_cert_file": tmp_path / "a.crt"})
    load_config(None, {**flags, "page_plain_http": True})


def test_a_bad_certificate_is_named(tmp_path: Path) -> None:
    """Files that are no certificate end the start with a sentence."""
    (tmp_path / "a.crt").write_text("none", "utf-8")
    file = tmp_path / "a.crt"
    with pytest.raises(UsageError, match="PEM"):
        ServedPage(tmp_path, page_cert_file=file, page_key_file=file)


def test_a_key_with_a_password_is_refused(tmp_path: Path) -> None:
    """A start never waits for somebody to type the password of a key."""
    certificate, key = make_certificate(tmp_path, "secret")
    program = (
        "import sys; from pathlib import Path; from tests.support.page_servers import ServedPage;"
        " ServedPage(Path(sys.argv[1]), page_cert_file=Path(sys.argv[2]),"
        " page_key_file=Path(sys.argv[3]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, tmp_path, certificate, key],
        input="secret\n",  # Would be taken if it were asked for.
        start_new_session=True,  # Without a terminal to ask on.
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ended.returncode == 1
    assert "without a password" in ended.stderr


def test_a_port_that_is_not_for_the_user_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Port 80 without the right to it is refused as that, not as taken."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("device.page.listener.BoundedListener.bind", refuse)
    with pytest.raises(UsageError, match="this user may not serve the page at port 80: "):
        ServedPage(tmp_path, port=80)


def test_a_taken_port_gives_way_to_the_next(tmp_path: Path) -> None:
    """Two rigs of one machine have a page each."""
    first = ServedPage(tmp_path / "a")
    try:
        second = ServedPage(tmp_path / "b", port=first.port)
        assert second.port > first.port
        assert second.ask("GET", "/")[0] == 200
        second.close()
    finally:
        first.close()
