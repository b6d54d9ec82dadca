"""Running ``python -m train`` in a process of its own, on a network that trains in seconds."""

from __future__ import annotations

import subprocess
import sys

SMALL = [
    "--input-height-px", "64", "--input-width-px", "64", "--width-multiplier", "0.35",
    "--batch-size", "4", "--atrous-rates", "1", "2",
]  # fmt: skip


def train(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run one command of ``python -m train``."""
    return subprocess.run(
        [sys.executable, "-m", "train", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
