"""Real programs for the end-to-end tests, and what they read and write."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0
"""Longer than a busy machine takes for anything that tests wait for; nobody waits for nothing."""
_SHOT_LINE = re.compile(r"msg=shot shot=(\S+)")


class Program:
    """A running `python -m device.…` whose output is kept line by line."""

    def __init__(self, *arguments: str) -> None:
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def text(self) -> str:
        """Everything it has said."""
        return "\n".join(self.lines)

    @property
    def shots(self) -> list[str]:
        """The ids of the shots that a daemon has logged."""
        return _SHOT_LINE.findall(self.text)

    def wait_for(self, words: str, times: int = 1, timeout_s: float = PATIENCE_S) -> None:
        """Wait until it has said something so many times."""
        deadline_s = time.monotonic() + timeout_s
        while sum(words in line for line in list(self.lines)) < times:
            assert time.monotonic() < deadline_s, f"no {words!r} in:\n{self.text}"
            assert self._process.poll() is None or self._reader.is_alive(), self.text
            time.sleep(0.01)

    def end(self, number: int | None = None, timeout_s: float = PATIENCE_S) -> int:
        """Wait for its end, after a signal if one is given; returns the exit code."""
        if number is not None:
            self._process.send_signal(number)
        try:
            code = self._process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            pytest.fail(f"it did not end:\n{self.text}")
        self._reader.join(PATIENCE_S)
        return code

    def kill(self) -> None:
        """End it without a chance to clear up. Safe to call twice."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))


def draw_photos(folder: Path, count: int, size_px: tuple[int, int] = (480, 640)) -> str:
    """Draw photos of a shirt on a form, each in another colour; returns the camera to give."""
    folder.mkdir(parents=True)
    height, width = size_px
    corners = np.array([(0.4, 0.2), (0.6, 0.2), (0.74, 0.45), (0.63, 0.5), (0.63, 0.8)])
    mirrored = corners[::-1] * (-1, 1) + (1, 0)
    shirt = np.round(np.concatenate([corners, mirrored]) * (width, height)).astype(np.int32)
    for number in range(count):
        picture = np.full((height, width, 3), 225, np.uint8)
        cv2.rectangle(picture, (width * 49 // 100, height // 10), (width // 2, height), 90, -1)
        colour = (37 * number % 200, 91 * number % 200, 53 * number % 200)
        cv2.fillPoly(picture, [shirt], colour, lineType=cv2.LINE_AA)
        cv2.imwrite(str(folder / f"garment-{number + 1:03d}.png"), picture)
    return f"photos:{folder}"


def saved(folder: Path) -> dict[str, dict[str, Any]]:
    """What a subscriber has saved: announcements by shot id."""
    return {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in sorted(folder.glob("*.json"))
        if path.with_suffix(".png").exists()
    }


def wait_until(condition: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
    """Wait for something to become true."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "it did not happen in time"
        time.sleep(0.02)
