"""`python -m device.subscribe`: the reference subscriber, saving each cutout once."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped before it was listening")

import argparse
import hashlib
import json
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from device.catalogue.folder import Catalogue
from device.catalogue.inbox import Inbox, follow
from device.catalogue.missed_shots import ask_for_missed
from device.catalogue.reviewed import ReviewedCatalogue
from device.cli.argument_types import positive_int, positive_s
from device.cli.command_name import name_command
from device.cli.command_parser import CommandParser
from device.cli.exit_code import report_error
from device.cli.interrupts import InterruptibleScope
from device.cli.setting_flags import add_login_flags, read_broker
from device.cli.time_argument import past_time
from device.contract.message import Message
from device.contract.names import check_name, check_prefix
from device.delivery.first_connection import connect_or_refuse
from device.errors import UsageError, WorkError
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.publishers.publisher import BrokerRefusedError, BrokerUnreachableError
from device.settings.credentials import open_password
from device.system.folder_lock import FolderLock

# How long the broker keeps cutouts for a subscriber that is away: a long weekend and then some.
_SESSION_EXPIRY_S = 7 * 24 * 3600
_SHARED_UNDER_311 = (
    "selvedge: the broker speaks MQTT 3.1.1, which knows no --share: some brokers share all the"
    " same, from others, such as the embedded one, no pictures come"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = build_parser().parse_args(argv)
    try:
        subscribe(options)
    except (UsageError, WorkError, ImportError) as error:
        return report_error(error)
    except KeyboardInterrupt:
        print("selvedge: stopped; the broker keeps what comes for a week", file=sys.stderr)
    return 0


def subscribe(options: argparse.Namespace) -> None:
    """Save cutouts until enough have come, time is up, or the user stops it.

    Raises:
        UsageError: the broker, a name or the folder cannot be used.
        WorkError: fewer cutouts came than were asked for, or one could not be written.
    """
    address = read_broker(options)
    if address.embedded:
        raise UsageError(
            "the embedded broker lives inside the daemon: give --broker mqtt://localhost:1883, or"
            " the port that the daemon printed"
        )
    prefix = check_prefix(options.prefix)
    rig = "+" if options.rig is None else check_name(options.rig, "rig")
    share = None if options.share is None else check_name(options.share, "share")
    folder: Path = options.save.expanduser()
    lock = FolderLock(folder, "--save")
    waits = options.only == "approved"
    inbox = _open_inbox(folder, prefix, waits=waits)
    login = MqttLogin(
        address,
        options.client_id or _make_client_id(folder, prefix, rig, share, options.only),
        open_password(options.password_file),
        ca_file=options.ca_file,
        cert_file=options.cert_file,
        key_file=options.key_file,
        subscriptions=(
            *_list_subscriptions(prefix, rig, share),
            *((f"{prefix}/{rig}/review/+",) if waits else ()),
        ),
        session_expiry_s=_SESSION_EXPIRY_S,
    )
    with closing(MqttPublisher(login, inbox.receive)) as connection:
        connect_or_refuse(connection, options.broker_wait_s)
        with InterruptibleScope(), _handle_sigterm_as_ctrl_c():
            print(f"listening to {address} for {prefix}/{rig}, saving into {folder}", flush=True)
            if share is not None and connection.protocol != "5":
                print(_SHARED_UNDER_311, file=sys.stderr, flush=True)
            if options.since is not None:
                _ask_for_missed(login, prefix, options.rig, options.since)
            follow(connection, inbox, options.shots, options.seconds)
    lock.release()


def _ask_for_missed(login: MqttLogin, prefix: str, rig: str | None, since: datetime) -> None:
    def open_connection(
        subscriptions: tuple[str, ...], receive: Callable[[Message], None]
    ) -> MqttPublisher:
        # An id of its own, and no session: the broker forgets it when it has its answers.
        client_id = f"selvedge-ask-{secrets.token_hex(6)}"
        own = replace(login, client_id=client_id, subscriptions=subscriptions, session_expiry_s=0)
        return MqttPublisher(own, receive)

    try:
        sentences = ask_for_missed(open_connection, prefix, rig, since)
    except (BrokerRefusedError, BrokerUnreachableError) as error:
        sentences = [f"no rig was asked: {error}"]
    for sentence in sentences:
        print(sentence, flush=True)


def _open_inbox(folder: Path, prefix: str, *, waits: bool) -> Inbox:
    try:
        inbox = Inbox((ReviewedCatalogue if waits else Catalogue)(folder, prefix))
    except OSError as error:
        raise UsageError(
            f"the folder {folder} cannot be written ({error.strerror}): give --save one that this"
            " user may write"
        ) from error
    inbox.take_up()
    return inbox


@contextmanager
def _handle_sigterm_as_ctrl_c() -> Iterator[None]:
    """Let SIGTERM end a subscriber that listens as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _list_subscriptions(prefix: str, rig: str, share: str | None) -> tuple[str, str]:
    """Return the topics to subscribe to: those of pictures and of announcements.

    Of workers that share, one gets each picture (MQTT 5.0, section 4.8.2). All get the
    announcements, which are small, as the broker would not send both halves of a shot to the same.
    """
    pictures = f"{prefix}/{rig}/cutout/+"
    return pictures if share is None else f"$share/{share}/{pictures}", f"{prefix}/{rig}/shot/+"


def _make_client_id(
    folder: Path, prefix: str, rig: str, share: str | None, only: str | None
) -> str:
    """Return an id that stays the same for the same subscription on the same machine.

    So the broker finds its session again. Another prefix, rig or `--only` needs another
    id: the broker keeps subscriptions with the session, and would go on sending what is no
    longer wanted.
    """
    chosen = ([share] if share else []) + ([{"only": only}] if only else [])
    place = json.dumps([socket.gethostname(), str(folder.resolve()), prefix, rig, *chosen])
    return f"selvedge-subscribe-{hashlib.sha256(place.encode()).hexdigest()[:12]}"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of this command's flags."""
    parser = CommandParser(
        prog=name_command("subscribe"),
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
    add(
        "--since",
        type=past_time,
        metavar="TIME",
        help="ask the rigs to send again what they took since 2h or 1d ago, or a time such as"
        " 2026-11-30T09:00; cutouts that are there already are passed over",
    )
    add(
        "--only",
        choices=["approved"],
        help="hold each cutout in DIR/held until it is approved at the rig; rejected ones go to"
        " DIR/rejected",
    )
    add("--shots", type=positive_int, metavar="N", help="end after N new cutouts")
    add(
        "--seconds",
        type=positive_s,
        metavar="S",
        help="end after S seconds; 1 if --shots is not met",
    )
    add_login_flags(parser)
    add(
        "--client-id",
        metavar="ID",
        help="what the broker knows this subscriber by; each --prefix and --rig needs its own",
    )
    add("--broker-wait-s", type=float, default=5.0, metavar="S", help="wait so long at the start")
    return parser


if __name__ == "__main__":
    from device.cli.interrupts import run

    run(main)
