"""What `make vm-test` says where it cannot run."""

from __future__ import annotations

import pytest

from tests.vm.__main__ import main


def test_what_is_missing_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without QEMU it names the packages, exits with 2, and has made nothing."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert main([]) == 2
    told = capsys.readouterr().err
    assert "qemu-system-x86" in told or "x86-64" in told
    assert told.count("\n") == 1
