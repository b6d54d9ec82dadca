"""What threads keep of the memory that they gave back."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Asks glibc itself, while eight threads hold memory of their own.
_CODE = """
import ctypes, sys, threading
from device.daemon.process_switches import limit_heaps
if sys.argv[1] == "few":
    limit_heaps()
held, told, done = threading.Barrier(9), threading.Event(), []
def hold():
    done.append(bytes(5000))
    held.wait()
    told.wait()
for _ in range(8):
    threading.Thread(target=hold).start()
held.wait()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
told.set()
"""


@pytest.mark.parametrize(("wish", "few"), [("few", True), ("many", False)])
def test_threads_share_two_heaps(wish: str, *, few: bool) -> None:
    """However many threads there are, glibc keeps two heaps; left alone it makes more."""
    done = subprocess.run(
        [sys.executable, "-c", _CODE, wish], capture_output=True, text=True, check=True
    )
    assert (1 <= done.stdout.count("<heap nr=") <= 2) == few, done.stdout[:2000]
