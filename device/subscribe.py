"""`python -m device.subscribe`: the reference subscriber, saving each cutout once."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.interrupts import leave_at_once

    leave_at_once("selvedge: stopped before it was listening")

import argparse
import hashlib
import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from device.broker_address import parse_broker, refuse_idle_tls
from device.catalogue import Catalogue, Refused, Saved
from device.cutout import positive_int
from device.ending import told
from device.errors import UsageError, WorkError
from device.first_connection import connect_or_refuse
from device.folder_lock import FolderLock
from device.interrupts import Tidied
from device.message import Message
from device.names import checked_name, checked_prefix, printable
from device.often_cut import OftenCut
from device.password import read_password
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.publishers.publisher import BrokerRefusedError, BrokerUnreachableError

# How long the broker keeps cutouts for a subscriber that is away: a long weekend and then some.
_SESSION_EXPIRY_S = 7 * 24 * 3600
_RECONNECT_S = 1.0
_SHARED_UNDER_311 = (
    "selvedge: the broker speaks MQTT 3.1.1, which knows no --share: some brokers share all the"
    " same, from others, such as the embedded one, no pictures come"
)
_OFTEN_CUT = (
    "the broker cuts the connection again and again: if another subscriber runs with the same"
    " --client-id, give each its own"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(argv)
    try:
        subscribe(options)
    except (UsageError, WorkError, ImportError) as error:
        return told(error)
    except KeyboardInterrupt:
        print("selvedge: stopped; the broker keeps what comes for a week", file=sys.stderr)
    return 0


def subscribe(options: argparse.Namespace) -> None:
    """Save cutouts until enough have come, time is up, or the user stops it.

    Raises:
        UsageError: the broker, a name or the folder cannot be used.
        WorkError: fewer cutouts came than were asked for, or the disk did not take one.
    """
    address = parse_broker(options.broker)
    if address.embedded:
        raise UsageError(
            "the embedded broker lives inside the daemon: give --broker mqtt://localhost:1883, or"
            " the port that the daemon printed"
        )
    tls_files = {"--ca-file": options.ca_file, "--cert-file": options.cert_file}
    refuse_idle_tls(address, {**tls_files, "--key-file": options.key_file})
    prefix = checked_prefix(options.prefix)
    rig = "+" if options.rig is None else checked_name(options.rig, "rig")
    share = None if options.share is None else checked_name(options.share, "share")
    folder: Path = options.save.expanduser()
    lock = FolderLock(folder, "--save")
    inbox = _Inbox(Catalogue(folder, prefix))
    login = MqttLogin(
        address,
        options.client_id or _client_id(folder, prefix, rig, share),
        read_password(options.password_file),
        ca_file=options.ca_file,
        cert_file=options.cert_file,
        key_file=options.key_file,
        subscriptions=_subscriptions(prefix, rig, share),
        session_expiry_s=_SESSION_EXPIRY_S,
    )
    with closing(MqttPublisher(login, inbox.receive)) as connection:
        connect_or_refuse(connection, options.broker_wait_s)
        with Tidied(), _ended_like_ctrl_c():
            print(f"listening to {address} for {prefix}/{rig}, saving into {folder}", flush=True)
            if share is not None and connection.protocol != "5":
                print(_SHARED_UNDER_311, file=sys.stderr, flush=True)
            _follow(connection, inbox, options.shots, options.seconds)
    lock.release()


@contextmanager
def _ended_like_ctrl_c() -> Iterator[None]:
    """Whoever ends a subscriber that listens is told the same."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _subscriptions(prefix: str, rig: str, share: str | None) -> tuple[str, str]:
    """What to ask the broker for.

    Of workers that share, each picture goes to one (MQTT 5.0, section 4.8.2). The announcements,
    which are small, go to all, for the broker would not send both halves of a shot to the same.
    """
    pictures = f"{prefix}/{rig}/cutout/+"
    return pictures if share is None else f"$share/{share}/{pictures}", f"{prefix}/{rig}/shot/+"


class _Inbox:
    """Where the network thread leaves messages, and the main thread looks."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.saved = 0
        self.changed = threading.Event()
        self._catalogue = catalogue

    def receive(self, message: Message) -> None:
        """Save a message; it is acknowledged to the broker only when this returns."""
        outcome = self._catalogue.take(message)
        if isinstance(outcome, Refused):
            print(f"selvedge: not saved: {outcome.reason}", file=sys.stderr, flush=True)
        elif isinstance(outcome, Saved):
            self.saved += 1
            print(_line(outcome), flush=True)
        self.changed.set()


def _follow(
    connection: MqttPublisher, inbox: _Inbox, shots: int | None, seconds: float | None
) -> None:
    deadline_s = float("inf") if seconds is None else time.monotonic() + seconds
    told: str | None = None
    often_cut = OftenCut()
    while shots is None or inbox.saved < shots:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            if shots is not None:
                raise WorkError(f"{inbox.saved} of {shots} cutouts came within {seconds:g} s")
            return
        if connection.failure is not None:
            raise WorkError(f"a cutout was not saved and stays at the broker: {connection.failure}")
        if connection.connected:
            inbox.changed.wait(min(left_s, 0.2))
            inbox.changed.clear()
            continue
        if often_cut.again() and told != _OFTEN_CUT:
            told = _OFTEN_CUT
            print(f"selvedge: {told}", file=sys.stderr, flush=True)
        try:
            connection.connect(5.0)
            told = told if told == _OFTEN_CUT else None
        except (BrokerRefusedError, BrokerUnreachableError) as error:
            if str(error) != told:
                print(f"selvedge: {error}; trying again", file=sys.stderr, flush=True)
            told = str(error)
            often_cut.forget()
            time.sleep(min(left_s, _RECONNECT_S))


def _line(saved: Saved) -> str:
    told = saved.announcement
    verdict = told.get("verdict")
    state = verdict.get("state") if isinstance(verdict, dict) else None
    frame = f"{told.get('width_px')}x{told.get('height_px')} px"
    return printable(
        f"saved {saved.path.name} {saved.size_bytes} bytes {state}, of a frame of {frame}"
    )


def _client_id(folder: Path, prefix: str, rig: str, share: str | None) -> str:
    """The same for the same wish on the same machine, so that the broker knows it again.

    Another prefix or rig is another subscriber: the broker keeps subscriptions with the session,
    and would go on sending what is no longer wanted.
    """
    place = json.dumps(
        [socket.gethostname(), str(folder.resolve()), prefix, rig, *([share] if share else [])]
    )
    return f"selvedge-subscribe-{hashlib.sha256(place.encode()).hexdigest()[:12]}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m device.subscribe",
        description="Save each cutout once, as SHOT_ID.png (or .webp) with SHOT_ID.json beside it.",
        epilog="While this is away the broker keeps what comes, up to a week and its own limits.",
    )
    add = parser.add_argument
    add("--broker", required=True, metavar="ADDRESS", help="mqtt[s]://[user@]host[:port]")
    add("--save", required=True, type=Path, metavar="DIR", help="where the cutouts go")
    add("--rig", metavar="NAME", help="only this rig's (default: all)")
    add(
        "--share",
        metavar="GROUP",
        help="split the cutouts with the other workers of this group; each has its own --save",
    )
    add("--prefix", default="selvedge", help="first levels of every topic (default: selvedge)")
    add("--shots", type=positive_int, metavar="N", help="end after N new cutouts")
    add(
        "--seconds",
        type=_positive_s,
        metavar="S",
        help="end after S seconds; 1 if --shots is not met",
    )
    add("--password-file", type=Path, metavar="FILE", help="the broker's password, one line")
    add("--ca-file", type=Path, metavar="FILE", help="certificate authorities to trust for mqtts")
    add("--cert-file", type=Path, metavar="FILE", help="this client's certificate for mqtts")
    add("--key-file", type=Path, metavar="FILE", help="the private key that belongs to it")
    add(
        "--client-id",
        metavar="ID",
        help="what the broker knows this subscriber by; each --prefix and --rig needs its own",
    )
    add("--broker-wait-s", type=float, default=5.0, metavar="S", help="wait so long at the start")
    return parser


def _positive_s(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:  # Not a number is not above 0 either.
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


if __name__ == "__main__":
    from device.interrupts import run

    run(main)
