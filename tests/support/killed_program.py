"""A program that is killed before one of its operations on files, whichever the test wants."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]
# Python says each operation to the hook before it happens (PEP 578).
_HOOK = """
import os, signal, sys
count, fatal, folder = 0, int(sys.argv[2]), sys.argv[1]
def watch(event, arguments):
    global count
    changes = event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate")
    opens = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if (changes or opens) and str(arguments[0]).startswith(folder):
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
"""


def kill_at_each_operation(program: str, folder: Path) -> Iterator[Path]:
    """Run a program again and again, killed before its first operation, its second, and so on.

    Args:
        program: Python; its folder is ``folder``, and only what lies in it counts.
        folder: for the folders of the runs.

    Yields:
        The folder of each run, as the killed program has left it; the last was not killed.
    """
    fatal, code = 0, -9
    while code == -9:
        fatal += 1
        own = folder / str(fatal)
        own.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", _HOOK + program, str(own), str(fatal)],
            cwd=_ROOT,
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )
        code = done.returncode
        assert code in (0, -9), done.stderr
        yield own
    assert fatal > 1
