"""Commands in the virtual machine, from outside."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class GuestError(Exception):
    """The machine does not answer, or a command in it failed."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command.

    Attributes:
        code: its exit code.
        out: what it printed.
        err: what it complained of.
        began_s: when it began, on the machine's own clock.
    """

    code: int
    out: str
    err: str
    began_s: float


class Guest:
    """The other end of `tests.vm.agent`."""

    def __init__(self, port: Path, boot_timeout_s: float) -> None:
        """Connect and wait until the machine has booted far enough to answer.

        Raises:
            GuestError: it has not within ``boot_timeout_s``.
        """
        self._line = socket.socket(socket.AF_UNIX)
        deadline_s = time.monotonic() + boot_timeout_s
        while True:
            try:
                self._line.connect(str(port))
                break
            except OSError as error:
                if time.monotonic() > deadline_s:
                    raise GuestError(f"{port}: {error}") from error
                time.sleep(0.05)
        self._pending = b""
        self.run("true", timeout_s=boot_timeout_s)

    def run(self, command: str, *, timeout_s: float = 60, check: bool = True) -> Done:
        """Run a command in the machine's shell, as root.

        Raises:
            GuestError: it failed and ``check`` is set, or nothing came back.
        """
        request = {"command": command, "timeout_s": timeout_s}
        self._line.sendall(json.dumps(request).encode() + b"\n")
        reply = json.loads(self._read_line(timeout_s + 30))
        done = Done(reply["code"], reply["out"], reply["err"], reply["began_s"])
        if check and done.code != 0:
            raise GuestError(f"{command}: exit code {done.code}: {(done.err or done.out)[-600:]}")
        return done

    def tell(self, command: str) -> str:
        """What a command prints, stripped; it may fail."""
        return self.run(command, check=False).out.strip()

    def wait_for(self, command: str, wanted: Callable[[str], bool], timeout_s: float) -> float:
        """Ask again and again until the answer is the wanted one; returns how long it took.

        Raises:
            GuestError: it never was.
        """
        start_s = time.monotonic()
        while not wanted(answer := self.tell(command)):
            if time.monotonic() - start_s > timeout_s:
                raise GuestError(f"{command}: after {timeout_s:g} s still {answer[-300:]!r}")
            time.sleep(0.3)
        return time.monotonic() - start_s

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _read_line(self, timeout_s: float) -> bytes:
        deadline_s = time.monotonic() + timeout_s
        while b"\n" not in self._pending:
            self._line.settimeout(max(0.01, deadline_s - time.monotonic()))
            try:
                chunk = self._line.recv(65536)
            except TimeoutError as error:
                raise GuestError(f"the machine gave no answer within {timeout_s:g} s") from error
            if not chunk:
                raise GuestError("the machine has ended")
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        return line
