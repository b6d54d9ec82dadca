"""What the installation says when systemd's programs fail, or are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.errors import WorkError
from device.service import systemd as service


def _program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", "ascii")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('level=error msg="there is no camera /dev/video0: plug it in"', "there is no camera"),
        ("ImportError: no module named cv2", "ImportError: no module named cv2"),
        ("", "it says nothing"),
    ],
)
def test_a_rig_that_does_not_come_up_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, told: str
) -> None:
    """The sentence has the daemon's own last complaint, which systemctl does not tell."""
    _program(tmp_path, "systemctl", '[ "$1" = enable ]')
    _program(tmp_path, "journalctl", f"echo '{line}'")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(WorkError) as failed:
        service.start("selvedge@studio-1.service")
    assert told in str(failed.value)
    assert "level=error" not in str(failed.value)
    assert "\n" not in str(failed.value)


def test_a_machine_without_systemd_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the program is missing altogether, that is what is said."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkError, match="is this systemd"):
        service.run("systemctl", "daemon-reload")
