"""`python -m tests.soak.backlog`: how a rig delivers a backlog after its broker was away.

It writes shots into a state folder as an earlier run would have left them, starts the real daemon
on it with a real mosquitto, and watches time, memory and what arrives, in which order.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.markdown.page import Page, format_command, format_table
from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import Program, draw_photos, wait_until

RIG = "backlog"
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Drained:
    """What came of a backlog.

    Attributes:
        shots: how many waited.
        megabytes: of their pictures.
        start_s: from the daemon's start until it is online, the spool's files listed.
        drain_s: from then until all were delivered.
        rss_start_mb: of the daemon when it came online.
        rss_growth_mb: from then to its peak.
        lost: how many never came.
        twice: how many pictures or announcements came again.
        in_order: whether pictures came in the order of their shots, and so did announcements, each
            after its picture.
        exit_code: of the daemon.
    """

    shots: int
    megabytes: float
    start_s: float
    drain_s: float
    rss_start_mb: float
    rss_growth_mb: float
    lost: int
    twice: int
    in_order: bool
    exit_code: int


def fill_spool(state: Path, shots: int, picture_bytes: int) -> list[str]:
    """Write shots into a spool; return their ids in order."""
    pictures = [_picture(picture_bytes, number) for number in range(8)]
    digests = [hashlib.sha256(picture).hexdigest() for picture in pictures]
    ids = []
    for serial in range(1, shots + 1):
        shot_id = f"20261120T{serial // 3600:02d}{serial // 60 % 60:02d}{serial % 60:02d}000Z"
        shot_id += f"-{RIG}-{serial:04d}"
        which = serial % len(pictures)
        announcement = {
            "id": shot_id,
            "rig": RIG,
            "sha256": digests[which],
            "request_id": None,
            "serial": serial,
            "source": "camera",
            "captured_at": "2026-11-20T12:00:00.000Z",
            # As long as a real one, whose latencies and reasons take the most.
            "stage_ms": "x" * 1200,
        }
        folder = state / "spool" / shot_id
        folder.mkdir(parents=True)
        (folder / "picture.png").write_bytes(pictures[which])
        (folder / "shot.json").write_text(json.dumps(announcement), "ascii")
        ids.append(shot_id)
    return ids


def _picture(size_bytes: int, number: int) -> bytes:
    """Draw a cutout of about so many bytes: noise on a transparent ground."""
    side_px = max(16, round((size_bytes / 3) ** 0.5))
    rgba = np.zeros((side_px, side_px * 4 // 3, 4), np.uint8)
    noise = np.random.default_rng(number).integers(0, 256, (side_px, side_px, 3), np.uint8)
    rgba[:, :side_px, :3], rgba[:, :side_px, 3] = noise, 255
    return cv2.imencode(".png", rgba)[1].tobytes()


def drain(folder: Path, shots: int, picture_bytes: int, timeout_s: float = 600) -> Drained:
    """Fill a spool and let the daemon drain it."""
    state = folder / "state"
    ids = fill_spool(state, shots, picture_bytes)
    waiting_bytes = sum(path.stat().st_size for path in state.glob("spool/*/picture.png"))
    broker = MosquittoBroker(folder / "mosquitto", "max_queued_messages 0")
    config = folder / "config.toml"
    config.write_text(f"drain_s = {timeout_s}\nspool_max_mb = 1000000\n", "ascii")
    camera = draw_photos(folder / "photos", 1, (48, 64))
    broker.start()
    try:
        topics: list[str] = []
        subscriptions = (f"selvedge/{RIG}/cutout/+", f"selvedge/{RIG}/shot/+")
        login = MqttLogin(parse_broker(broker.address), "ear", subscriptions=subscriptions)
        with closing(MqttPublisher(login, lambda message: topics.append(message.topic))) as ear:
            ear.connect(10)
            start_s = time.monotonic()
            daemon = Program(
                *("device.run", "--camera", camera, "--rig", RIG, "--broker", broker.address),
                *("--state-dir", str(state), "--config", str(config)),
            )
            sizes: list[tuple[float, int]] = []
            stop = threading.Event()
            watch = threading.Thread(target=_watch, args=(daemon.pid, sizes, stop), daemon=True)
            watch.start()
            daemon.wait_for("is online", timeout_s=60)
            online_s = time.monotonic()
            code = daemon.end(timeout_s=timeout_s)
            drained_s = time.monotonic()
            stop.set()
            watch.join()
            own = daemon.shots
            wait_until(lambda: sum("/shot/" in topic for topic in topics) >= shots + len(own))
    finally:
        broker.stop()
    before = [size for at_s, size in sizes if at_s <= online_s] or [sizes[0][1]]
    return _judge(
        topics,
        [*ids, *own],
        megabytes=round(waiting_bytes / 1e6, 1),
        start_s=round(online_s - start_s, 2),
        drain_s=round(drained_s - online_s, 2),
        rss_start_mb=round(before[-1] / 1e6, 1),
        rss_growth_mb=round((max(size for _, size in sizes) - before[-1]) / 1e6, 1),
        exit_code=code,
    )


def _watch(pid: int, sizes: list[tuple[float, int]], stop: threading.Event) -> None:
    page_bytes = os.sysconf("SC_PAGE_SIZE")
    while not stop.wait(_LOOK_EVERY_S):
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        except (OSError, IndexError):  # It has ended.
            return
        if pages:
            sizes.append((time.monotonic(), pages * page_bytes))


def _judge(topics: Sequence[str], ids: Sequence[str], **measured: float) -> Drained:
    pictures = [topic.rpartition("/")[2] for topic in topics if "/cutout/" in topic]
    announced = [topic.rpartition("/")[2] for topic in topics if "/shot/" in topic]
    at = {topic: index for index, topic in reversed(list(enumerate(topics)))}
    after = all(
        at.get(f"selvedge/{RIG}/cutout/{shot}", len(at)) < at[f"selvedge/{RIG}/shot/{shot}"]
        for shot in announced
    )
    return Drained(
        shots=len(ids),
        lost=len(set(ids) - (set(pictures) & set(announced))),
        twice=len(pictures) + len(announced) - len(set(pictures)) - len(set(announced)),
        in_order=after
        and list(dict.fromkeys(pictures)) == list(dict.fromkeys(announced)) == [*ids],
        **measured,  # type: ignore[arg-type] # By the names of the fields; exit_code is whole.
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; return 0 when everything arrived once and in order."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.backlog", description=__doc__)
    add = parser.add_argument
    add("--shots", type=int, nargs="+", default=[10_000], help="a backlog each (default: 10000)")
    add("--picture-bytes", type=int, nargs="+", default=[40_000], help="one for all, or one each")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a JSON object for each backlog")
    form.add_argument("--markdown", action="store_true", help="print a page of docs/measurements")
    options = parser.parse_args(argv)
    sizes = options.picture_bytes * (len(options.shots) if len(options.picture_bytes) == 1 else 1)
    if len(sizes) != len(options.shots):
        parser.error("give --picture-bytes once, or once for each of --shots")
    found = []
    for shots, picture_bytes in zip(options.shots, sizes, strict=True):
        with tempfile.TemporaryDirectory(prefix="selvedge-backlog-") as folder:
            found.append(drain(Path(folder), shots, picture_bytes))
        print(f"{shots} shots drained in {found[-1].drain_s} s", file=sys.stderr, flush=True)
    if options.markdown:
        print(make_page(found, argv).text())
    else:
        for each in map(asdict, found):
            lines = "\n".join(f"{name}: {value}" for name, value in each.items())
            print(json.dumps(each) if options.json else lines)
    return (
        1
        if any(each.lost or each.twice or each.exit_code for each in found)
        else int(not all(each.in_order for each in found))
    )


def make_page(found: Sequence[Drained], argv: Sequence[str] | None) -> Page:
    """Return the page of docs/measurements, with a column for each backlog."""
    head = ["", *(f"{each.shots} shots, {each.megabytes:.0f} MB" for each in found)]
    rows = [
        [label, *(f"{getattr(each, name):g}" for each in found)]
        for label, name in (
            ("start until online, s", "start_s"),
            ("delivered after another, s", "drain_s"),
            ("memory when online, MB", "rss_start_mb"),
            ("growth from there, MB", "rss_growth_mb"),
            ("lost", "lost"),
            ("delivered twice", "twice"),
        )
    ]
    rows.append(["in order", *("yes" if each.in_order else "no" for each in found)])
    return Page(
        "Backlog",
        [load_bundle(default_bundle_path())],
        format_command("tests.soak.backlog", sys.argv[1:] if argv is None else argv),
        format_table(head, rows),
        ("The daemon shoots one photo meanwhile, which takes 25 to 38 MB by itself.",),
    )


if __name__ == "__main__":
    sys.exit(main())
