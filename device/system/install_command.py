"""The shell command that installs what is missing, for error sentences."""

from __future__ import annotations

import platform
import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Machines for which ai-edge-litert has wheels; its predecessor also has some for armv7.
_LITERT_MACHINES = ("x86_64", "aarch64", "arm64")


def install_command(extra: str | None = None, *, anew: bool = False) -> str:
    """Return a command that works as printed, from any folder, for the running interpreter.

    Args:
        extra: of pyproject.toml; None takes the one that makes this machine a rig.
        anew: install packages again that are there and broken.
    """
    system_packages = _sees_system_packages()
    constraints = "constraints/pi.txt" if system_packages else "constraints/device.txt"
    if extra is None and platform.machine() not in _LITERT_MACHINES:
        extra = "tflite-runtime"
    chosen = extra or ("pi" if system_packages else "device")
    pip = [sys.executable or "python3", "-m", "pip", "install"]
    options = ["--force-reinstall"] if anew else []
    options += ["--constraint", constraints, "--editable", f".[{chosen}]"]
    return f"cd {shlex.quote(str(ROOT))} && {shlex.join([*pip, *options])}"


def _sees_system_packages() -> bool:
    """Whether this is a virtual environment that Raspberry Pi OS's own packages show through in.

    There numpy must stay the one that picamera2 was built against.
    """
    try:
        settings = Path(sys.prefix, "pyvenv.cfg").read_text("utf-8")
    except OSError:  # No virtual environment.
        return False
    entries = (line.partition("=") for line in settings.splitlines())
    return any(
        key.strip() == "include-system-site-packages" and value.strip() == "true"
        for key, _, value in entries
    )
