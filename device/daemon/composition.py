"""The composition root: builds the rig's parts, joins them, and takes them down in order."""

from __future__ import annotations

import contextlib
import json
import logging
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timezone
from typing import cast

from device.bundle.bundle import load_bundle
from device.cameras.feed import CameraFeed
from device.cameras.folder_memory import FolderMemory
from device.capture.late_notice import LateNotices
from device.capture.request_queue import CaptureQueue
from device.capture.trigger import make_trigger
from device.contract.capture_request import format_result
from device.contract.message import Message
from device.contract.shot_id import format_time
from device.contract.status import RigStatus
from device.contract.topics import Topics
from device.daemon.process_switches import end_loading
from device.daemon.prometheus import PrometheusExporter
from device.daemon.reporter import Reporter
from device.daemon.shooting_loop import ShootingLoop
from device.daemon.startup import EarlyCameraStart
from device.daemon.stop_signals import StoppedError, StopSignals
from device.delivery.delivery import Delivery
from device.errors import UsageError, WorkError
from device.pipeline.pipeline import Pipeline
from device.preview.publisher import PreviewPublisher
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.runtimes.factory import Preference, can_share, open_half, open_runtime
from device.settings.config import Config
from device.settings.credentials import (
    CERT_CREDENTIAL,
    KEY_CREDENTIAL,
    add_user,
    find_credential,
    read_password,
)
from device.shots.ledger import Ledger
from device.shots.shot_taker import ShotTaker
from device.shots.spool import Spool, SpoolError, TornShotError
from device.system.log_format import fields
from device.system.sd_notify import notify
from device.version import VERSION

_LOG = logging.getLogger(__name__)
# After a signal: systemd's patience is longer, a person's is not. The spool keeps the rest.
_SIGNAL_DRAIN_S = 3.0


def run_daemon(config: Config, begun: EarlyCameraStart | None = None) -> None:
    """Run until the source ends, the asked-for shots are taken, or a signal comes.

    Args:
        config: what is to be run.
        begun: a start that has begun already, if one has.

    Raises:
        UsageError: something named in the configuration is missing, refused or unreachable.
        WorkError: the source has ended, and shots wait unacknowledged in the spool or photos
            could not be read.
    """
    with ExitStack() as stack:
        signals = StopSignals()
        stack.callback(signals.restore)
        begun = begun or EarlyCameraStart(config)
        stack.callback(begun.release)
        try:
            _run(config, begun, signals, stack)
        except StoppedError as error:
            _LOG.info("%s", error)


def _run(config: Config, begun: EarlyCameraStart, signals: StopSignals, stack: ExitStack) -> None:
    stop = signals.stop
    bundle = load_bundle(config.model, trust=config.trust)
    runtime, degraded = open_runtime(
        bundle, cast("Preference", config.backend), num_threads=config.threads
    )
    spool, ledger = _open_state(config)
    memory = _open_memory(config, spool)
    feed = CameraFeed(begun.camera(memory, stop))
    stack.callback(feed.close)
    topics = Topics(config.prefix, config.rig)
    status = RigStatus(
        rig=config.rig,
        bundle_id=bundle.id,
        backend=runtime.backend,
        camera=feed.name,
        trigger=config.trigger,
        started_at=format_time(datetime.now(timezone.utc)),
    )
    notices = LateNotices(lambda notice: publisher.publish(notice, 0))
    desk = CaptureQueue(topics, ledger, notices)
    with signals.waiting():  # For a password that comes through a pipe, say.
        publisher = _make_publisher(config, status.message(topics.status, "offline"), desk, stack)
    at_first = replace(status, degraded=() if degraded is None else (degraded,))
    delivery = Delivery(
        publisher,
        spool,
        config.prefix,
        desk.answers,
        at_first.message(topics.status, "online"),
        on_answer_sent=notices.note_sent,
    )
    looks = {"second_look": config.shot_second_look, "parts": config.shot_parts}
    pipeline = Pipeline(bundle, runtime, **looks)

    def open_spare() -> Pipeline:
        half = open_half(bundle, num_threads=config.threads)
        return Pipeline(bundle, half, **looks)

    shooter = ShotTaker(
        pipeline, spool, ledger, topics, output=config.output, limits=config.verdict
    )
    reporter = Reporter(
        status, topics, publisher, delivery, spool, _open_metrics(config.metrics_port, stack)
    )
    previews = PreviewPublisher(publisher, topics.preview, config.preview)
    stack.callback(previews.close)
    rig = ShootingLoop(
        config,
        feed=feed,
        pipeline=pipeline,
        open_spare=open_spare if can_share(runtime, num_threads=config.threads) else None,
        shooter=shooter,
        trigger=make_trigger(config),
        desk=desk,
        reporter=reporter,
        delivery=delivery,
        previews=previews,
    )

    end_loading()
    with signals.waiting():
        delivery.start(config.broker_wait_s)
    notify("READY=1")
    begun_with = fields(
        rig=config.rig,
        camera=feed.name,
        trigger=config.trigger,
        bundle=bundle.id,
        backend=runtime.backend,
        broker=config.broker,
        waiting=spool.depth,
        version=VERSION,
    )
    _LOG.info("the rig is online", extra=begun_with)
    try:
        rig.run(stop)
    finally:
        notify("STOPPING=1")
        feed.close()
        drain_s = _SIGNAL_DRAIN_S if stop.is_set() else config.drain_s
        left = delivery.finish(drain_s, status.message(topics.status, "stopped"))
    _tell_end(config, feed, reporter.stats.shots, left, stopped=stop.is_set())


def _tell_end(config: Config, feed: CameraFeed, shots: int, left: int, *, stopped: bool) -> None:
    taken = f"{shots} shot{'' if shots == 1 else 's'} taken"
    told = f"{taken}, all delivered"
    if config.broker.embedded and shots:
        told += " to the embedded broker, which keeps nothing for who was not subscribed"
    if left:
        within = "" if stopped else f" within {config.drain_s:g} s"
        kept = f"kept in {config.state_dir / 'spool'} and sent at the next start"
        told = f"{taken}; {left} not acknowledged by the broker{within}, {kept}"
    if feed.passed_over:
        raise WorkError(f"photos that could not be read: {feed.passed_over}, named above; {told}")
    if left and not stopped:
        raise WorkError(told)
    _LOG.info("%s", told)


def _open_metrics(port: int | None, stack: ExitStack) -> PrometheusExporter | None:
    if port is None:
        return None
    metrics = PrometheusExporter(port)
    stack.callback(metrics.close)
    return metrics


def _open_memory(config: Config, spool: Spool) -> FolderMemory:
    """What was shot of a hot folder; a crash may have come before the last was written down."""
    newest, last = spool.newest, None
    if newest is not None:
        with contextlib.suppress(TornShotError):
            told = json.loads(spool.load(newest).announcement)
            last = (str(told["source"]), str(told["captured_at"]))
    return FolderMemory(config.state_dir / "hot-folder.jsonl", last)


def _open_state(config: Config) -> tuple[Spool, Ledger]:
    try:
        max_bytes, max_age_s = config.spool_max_mb * 1_000_000, config.spool_max_days * 86400
        spool = Spool(config.state_dir, max_bytes, max_age_s)
        ledger = Ledger(config.state_dir, spool.newest_serial)
    except SpoolError as error:
        raise UsageError(str(error)) from error
    newest = spool.newest
    if newest is not None:
        # The last shot before a crash may have been kept and its answer not written down.
        with contextlib.suppress(TornShotError, SpoolError):
            shot = spool.load(newest)
            if shot.request_id is not None and ledger.answer(shot.request_id) is None:
                answer = format_result(shot.request_id, "taken", shot_id=shot.id)
                ledger.remember(shot.request_id, answer)
    return spool, ledger


def _make_publisher(
    config: Config, will: Message, desk: CaptureQueue, stack: ExitStack
) -> MqttPublisher:
    password = read_password(config.password_file)
    address = add_user(config.broker)
    if address.embedded:
        from device.publishers.embedded import EmbeddedBroker  # noqa: PLC0415 - loads asyncio

        broker = EmbeddedBroker(address.port)
        stack.callback(broker.close)
        address = broker.address
        _LOG.info("the embedded broker listens on %s:%d", address.host, address.port)
    login = MqttLogin(
        address,
        f"selvedge-{config.rig}",
        password,
        ca_file=config.ca_file,
        cert_file=config.cert_file or find_credential(CERT_CREDENTIAL),
        key_file=config.key_file or find_credential(KEY_CREDENTIAL),
        will=will,
        subscriptions=(Topics(config.prefix, config.rig).capture,),
        # No session: a command that waited for the rig to come back would shoot what hangs
        # there by then. Who got no answer asks again, under the same request id.
        session_expiry_s=0,
    )
    return MqttPublisher(login, desk.receive)
