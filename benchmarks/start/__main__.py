"""`python -m benchmarks.start`: from a fresh process to the first preview, and memory at 1080p."""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import device
from benchmarks.start.page_cache import forget_files
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.contract.message import Message
from device.errors import UsageError, WorkError
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker

_RIG = "start-benchmark"
_PATIENCE_S = 60.0
_FULL_HD_PX = (1920, 1080)
_CLIP_FRAMES = 300


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the daemon.

    Attributes:
        wall_s: from the start of the process to a subscriber's having the first preview.
        cpu_s: that all threads of the process had used by then.
        peak_bytes: the most memory it had had by then.
    """

    wall_s: float
    cpu_s: float
    peak_bytes: int


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(argv)
    try:
        with ExitStack() as stack:
            work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="selvedge-start-")))
            address = options.broker
            starts = []
            for number in range(options.runs):
                if options.cold:
                    forget_files()
                starts.append(first_preview(options.camera, address, work / f"start-{number}"))
            _tell("cold" if options.cold else "warm", starts)
            if options.shots:
                peak = memory_of_shots(options.shots, address, work)
                print(f"{options.shots} shots at 1920×1080: at most {peak / 1e6:.0f} MB of memory")
    except (UsageError, WorkError, ImportError) as error:
        return report_error(error)
    return 0


def first_preview(camera: str, broker: str, state: Path) -> Start:
    """Start the daemon, wait for its first preview, and end it.

    Raises:
        WorkError: none came.
    """
    came = threading.Event()
    at_s = 0.0

    def receive(_: Message) -> None:
        nonlocal at_s
        at_s = at_s or time.monotonic()
        came.set()

    login = MqttLogin(
        parse_broker(broker), f"{_RIG}-listener", subscriptions=(f"selvedge/{_RIG}/preview",)
    )
    with closing(MqttPublisher(login, receive)) as listener:
        listener.connect(5)
        start_s = time.monotonic()
        with _daemon("--camera", camera, "--broker", broker, "--state-dir", str(state)) as daemon:
            if not came.wait(_PATIENCE_S):
                raise WorkError(f"no preview came within {_PATIENCE_S:g} s: see what is above")
            return Start(at_s - start_s, _cpu_s(daemon.pid), peak_memory_bytes(daemon.pid))


def memory_of_shots(shots: int, broker: str, work: Path) -> int:
    """The most memory that the daemon takes while it shoots frames of 1920×1080 pixels, in bytes.

    Raises:
        WorkError: the daemon failed.
    """
    clip = work / "full-hd.avi"
    _draw_clip(clip)
    peak = 0
    with _daemon(
        *("--camera", str(clip), "--broker", broker, "--state-dir", str(work / "shots")),
        *("--trigger", "every", "--shots", str(shots)),
    ) as daemon:
        while daemon.poll() is None:
            peak = max(peak, peak_memory_bytes(daemon.pid))
            time.sleep(0.02)
        if daemon.returncode != 0:
            raise WorkError(f"the daemon ended with exit code {daemon.returncode}")
    return peak


def peak_memory_bytes(pid: int) -> int:
    """The most memory that a process ever had; 0 when it is gone."""
    try:
        told = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0
    found = [line.split()[1] for line in told.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) * 1024 if found else 0


def _cpu_s(pid: int) -> float:
    """CPU time of all threads of a process (proc(5), /proc/pid/stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _daemon(subprocess.Popen[bytes]):  # noqa: N801 - reads as what it starts
    """A running `device.run`, ended with its block."""

    def __init__(self, *arguments: str) -> None:
        super().__init__([sys.executable, "-m", "device.run", "--rig", _RIG, *arguments])

    def __exit__(self, *_: object) -> None:
        if self.poll() is None:
            self.send_signal(signal.SIGTERM)
        self.wait(timeout=_PATIENCE_S)


def _draw_clip(path: Path) -> None:
    """Garments of the bundled clip at full HD, compressed as a USB camera sends its pictures."""
    import cv2  # noqa: PLC0415 - what this process holds does not count as cold

    film = cv2.VideoCapture(str(Path(device.__file__).parent / "demo" / "clip.mp4"))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, _FULL_HD_PX)
    for _ in range(_CLIP_FRAMES):
        decoded, picture = film.read()
        if not decoded:
            break
        writer.write(cv2.resize(picture, _FULL_HD_PX, interpolation=cv2.INTER_LINEAR))
    writer.release()
    film.release()


def _tell(name: str, starts: Sequence[Start]) -> None:
    def median(what: Callable[[Start], float]) -> float:
        return statistics.median(what(start) for start in starts)

    print(
        f"first preview, {name}, median of {len(starts)} starts (and the slowest):"
        f" {median(lambda s: s.wall_s):.2f} s ({max(s.wall_s for s in starts):.2f}) after"
        f" {median(lambda s: s.cpu_s):.2f} s ({max(s.cpu_s for s in starts):.2f}) of CPU time,"
        f" {median(lambda s: s.peak_bytes) / 1e6:.0f} MB of memory"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.start",
        description="Measure how soon a fresh daemon shows its first preview, and its memory.",
    )
    add = parser.add_argument
    add("--camera", metavar="SPEC", default="demo", help="as for device.run (default: demo)")
    add("--broker", metavar="ADDRESS", default="mqtt://localhost", help="a running broker")
    add("--runs", metavar="N", type=positive_int, default=5, help="starts to take (default: 5)")
    add("--cold", action="store_true", help="let the system forget the program's files each time")
    add("--shots", metavar="N", type=positive_int, help="then measure memory over N 1080p shots")
    return parser


if __name__ == "__main__":
    sys.exit(main())
