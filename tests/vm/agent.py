"""Runs inside the virtual machine: takes commands from a virtio port and answers with results.

One line of JSON in, one line out. Only the standard library, for Debian's own interpreter.
"""

from __future__ import annotations

import json
import subprocess
import time

PORT = "/dev/virtio-ports/selvedge.agent"


def answer(line: bytes) -> dict[str, object]:
    """Run the command that a line asks for.

    Args:
        line: JSON with ``command``, for the shell, and ``timeout_s``.

    Returns:
        Exit code (124 when it took too long), output, and when it began and ended on this
        machine's clock.
    """
    request = json.loads(line)
    began_s = time.time()
    try:
        done = subprocess.run(
            ["/bin/bash", "-c", request["command"]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=request["timeout_s"],
            check=False,
        )
        code, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        code, out, err = 124, late.stdout or b"", late.stderr or b""
    return {
        "code": code,
        "out": out.decode(errors="replace"),
        "err": err.decode(errors="replace"),
        "began_s": began_s,
        "ended_s": time.time(),
    }


def main() -> None:
    """Serve for ever; while nobody holds the other end, reading gives nothing."""
    with open(PORT, "r+b", buffering=0) as port:  # noqa: PTH123 - a device, read and written
        pending = b""
        while True:
            chunk = port.read(65536)
            if not chunk:
                time.sleep(0.1)
                continue
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                reply = json.dumps(answer(line)).encode() + b"\n"
                while reply:
                    reply = reply[port.write(reply) or 0 :]


if __name__ == "__main__":
    main()
