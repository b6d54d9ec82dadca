"""A terminal for a program's stderr, to see what a person there would."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios


def read_terminal(program: str) -> str:
    """Run a Python program with its stderr on a terminal of 90 columns; return all it wrote."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
    with subprocess.Popen([sys.executable, "-c", program], stderr=theirs) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                block = os.read(ours, 4096)
            except OSError:  # Linux says EIO when the program has closed its end
                break
            if not block:
                break
            written += block
        process.wait()
    os.close(ours)
    return written.decode()
