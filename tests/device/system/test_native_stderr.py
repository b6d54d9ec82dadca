"""Lines that native libraries and threads write to stderr while it is captured."""

from __future__ import annotations

import os
import threading

from device.system.native_stderr import capture_native_stderr


def test_no_line_of_several_threads_is_lost() -> None:
    """Each line that threads write at the same time is captured whole."""

    def write(name: str) -> None:
        for number in range(20_000):
            os.write(2, f"{name} {number} {name * (number % 40)}\n".encode())

    writers = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    with capture_native_stderr() as lines:
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    expected = {f"{name} {n} {name * (n % 40)}".encode() for name in "ab" for n in range(20_000)}
    assert len(lines) == len(expected)
    assert set(lines) == expected
