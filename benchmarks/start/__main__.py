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
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import device
from benchmarks.markdown.page import Page, format_command, format_table
from benchmarks.start.page_cache import drop_from_page_cache
from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.contract.message import Message
from device.contract.text import format_count
from device.errors import UsageError, WorkError
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker

_RIG = "start-benchmark"
_PATIENCE_S = 60.0
_FULL_HD_PX = (1920, 1080)
_CLIP_FRAMES = 300
_COLUMNS = ("starts", "median s (slowest)", "CPU s", "most memory, MB")
_CAVEATS = (
    (
        "From the start of a fresh process until a subscriber on the same machine has its first"
        " preview, of the bundled clip. Cold: the system was asked to drop the program's files."
    ),
    "No Raspberry Pi was measured; its CPU takes four to five times as long for the same work.",
)


@dataclass(frozen=True, slots=True)
class Start:
    """A start of the daemon.

    Attributes:
        wall_s: from the start of the process to a subscriber's having the first preview.
        cpu_s: CPU time of all its threads by then.
        peak_bytes: the most memory it had held by then.
    """

    wall_s: float
    cpu_s: float
    peak_bytes: int


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(argv)
    rows = []
    try:
        with tempfile.TemporaryDirectory(prefix="selvedge-start-") as work:
            rows.append(
                ["first preview, warm files", *_time_starts(options, Path(work), cold=False)]
            )
            if options.cold:
                rows.append(
                    ["first preview, cold files", *_time_starts(options, Path(work), cold=True)]
                )
            if options.shots:
                peak = measure_shot_memory(options.shots, options.broker, Path(work))
                what = f"{format_count(options.shots, 'shot')} at 1920×1080"
                rows.append([what, "", "", "", f"{peak / 1e6:.0f}"])
    except (UsageError, WorkError, ImportError) as error:
        return report_error(error)
    table = format_table(["", *_COLUMNS], rows)
    if options.markdown:
        command = format_command("benchmarks.start", sys.argv[1:] if argv is None else argv)
        bundles = [load_bundle(default_bundle_path())]
        print(Page("Start and memory", bundles, command, table, _CAVEATS).text())
    else:
        print(table)
    return 0


def _time_starts(options: argparse.Namespace, work: Path, *, cold: bool) -> list[str]:
    """Start the daemon `--runs` times; return the cells of `_COLUMNS`."""
    starts = []
    for number in range(options.runs):
        if cold:
            drop_from_page_cache()
        state = work / f"start-{number}-{'cold' if cold else 'warm'}"
        starts.append(time_first_preview(options.camera, options.broker, state))
    walls_s = [start.wall_s for start in starts]
    return [
        str(len(starts)),
        f"{statistics.median(walls_s):.2f} ({max(walls_s):.2f})",
        f"{statistics.median(start.cpu_s for start in starts):.2f}",
        f"{max(start.peak_bytes for start in starts) / 1e6:.0f}",
    ]


def time_first_preview(camera: str, broker: str, state: Path) -> Start:
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
        with _Daemon("--camera", camera, "--broker", broker, "--state-dir", str(state)) as daemon:
            if not came.wait(_PATIENCE_S):
                raise WorkError(f"no preview came within {_PATIENCE_S:g} s: see what is above")
            return Start(
                at_s - start_s, _read_cpu_s(daemon.pid), read_peak_memory_bytes(daemon.pid)
            )


def measure_shot_memory(shots: int, broker: str, work: Path) -> int:
    """Return the most memory of a daemon that shoots frames of 1920×1080 pixels, in bytes.

    Raises:
        WorkError: the daemon failed.
    """
    clip = work / "full-hd.avi"
    _draw_clip(clip)
    peak = 0
    with _Daemon(
        *("--camera", str(clip), "--broker", broker, "--state-dir", str(work / "shots")),
        *("--trigger", "every", "--shots", str(shots), "--deliver-unclaimed"),
    ) as daemon:
        while daemon.poll() is None:
            peak = max(peak, read_peak_memory_bytes(daemon.pid))
            time.sleep(0.02)
        if daemon.returncode != 0:
            raise WorkError(f"the daemon ended with exit code {daemon.returncode}")
    return peak


def read_peak_memory_bytes(pid: int) -> int:
    """Return the most memory that a process ever held; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) * 1024 if found else 0


def _read_cpu_s(pid: int) -> float:
    """Return the CPU time of a process's threads (proc(5), /proc/pid/stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Daemon(subprocess.Popen[bytes]):
    """A running `device.run`, ended with its block."""

    def __init__(self, *arguments: str) -> None:
        super().__init__([sys.executable, "-m", "device.run", "--rig", _RIG, *arguments])

    def __exit__(self, *_: object) -> None:
        if self.poll() is None:
            self.send_signal(signal.SIGTERM)
        self.wait(timeout=_PATIENCE_S)


def _draw_clip(path: Path) -> None:
    """Write the bundled clip's garments at full HD, compressed as a USB camera compresses."""
    import cv2  # noqa: PLC0415 - what this process holds does not count as cold

    from device.cameras.opencv_capture import open_film  # noqa: PLC0415

    film = open_film(str(Path(device.__file__).parent / "demo" / "clip.mp4"))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, _FULL_HD_PX)
    for _ in range(_CLIP_FRAMES):
        decoded, picture = film.read()
        if not decoded:
            break
        writer.write(cv2.resize(picture, _FULL_HD_PX, interpolation=cv2.INTER_LINEAR))
    writer.release()
    film.release()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.start",
        description="Measure how soon a fresh daemon shows its first preview, and its memory.",
    )
    add = parser.add_argument
    add("--camera", metavar="SPEC", default="demo", help="as for device.run (default: demo)")
    add("--broker", metavar="ADDRESS", default="mqtt://localhost", help="a running broker")
    add("--runs", metavar="N", type=positive_int, default=5, help="starts to take (default: 5)")
    add("--cold", action="store_true", help="then measure starts with the program's files uncached")
    add("--shots", metavar="N", type=positive_int, help="then measure memory over N 1080p shots")
    add("--markdown", action="store_true", help="print a page of docs/measurements")
    return parser


if __name__ == "__main__":
    sys.exit(main())
