"""How much memory reading codes takes, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import gc, sys
from pathlib import Path
import cv2
import numpy as np
from benchmarks.codes.detectors import open_scans
from benchmarks.codes.recall import make_frame
cv2.setNumThreads(1)
noise = np.random.default_rng(1).integers(0, 255, (135, 240, 3), np.uint8)
pixels = noise.repeat(8, axis=0).repeat(8, axis=1)
def memory_kb(line):
    status = Path("/proc/self/status").read_text()
    return int(status.partition(line + ":")[2].split()[0])
gc.collect()
before = memory_kb("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
scan = open_scans()[sys.argv[1]]
for _ in range(10):
    scan(make_frame(pixels))
print(memory_kb("VmHWM") - before)
"""


def measure_memory_mb(name: str) -> float:
    """Return the most memory that ten scans take beyond the frame, numpy and OpenCV, MB.

    Args:
        name: of the scan.
    """
    done = subprocess.run(  # noqa: S603 - this interpreter and the program above
        [sys.executable, "-c", _PROGRAM, name], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024
