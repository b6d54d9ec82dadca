"""systemd's programs, and the last error of a service that does not start."""

from __future__ import annotations

import re
import subprocess

from device.errors import WorkError

_MESSAGE = re.compile(r'msg="(.*)"')


def run(*command: str) -> None:
    """Run one of the system's programs.

    Raises:
        WorkError: it is not there, or failed.
    """
    done = _run(*command)
    if done.returncode != 0:
        stderr = " ".join(done.stderr.split())[-300:]
        raise WorkError(f"{' '.join(command)} failed: {stderr}")


def start(unit: str) -> None:
    """Start a service now and at every boot; one that runs already is left alone.

    Raises:
        WorkError: it did not come up; the sentence has its last log line.
    """
    run("systemctl", "enable", "--quiet", unit)
    if _run("systemctl", "start", unit).returncode != 0:
        # Only its own lines, not those of systemd about it.
        own = ("--output=cat", "--lines=1", f"_SYSTEMD_UNIT={unit}")
        last = _run("journalctl", "--no-pager", "--quiet", *own).stdout.strip()
        found = _MESSAGE.search(last)
        why = found.group(1) if found else last[-200:] or "it says nothing"
        raise WorkError(
            f"{unit} is installed and does not come up ({why}): systemd goes on trying every ten"
            f" seconds; journalctl -u {unit} tells more"
        )


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed programs, checked names
    except OSError as error:
        raise WorkError(
            f"{command[0]} does not start ({error.strerror}): is this systemd?"
        ) from error
