"""The composition root: builds the rig's parts, joins them, and takes them down in order."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, cast

from device.bundle.bundle import load_bundle
from device.cameras.feed import CameraFeed
from device.capture.late_notice import LateNotices
from device.capture.request_queue import CaptureQueue
from device.capture.trigger import make_trigger
from device.commands.commands import Commands
from device.contract.shot_id import format_time
from device.contract.status import RigStatus
from device.contract.topics import Topics
from device.daemon.broker_connection import await_broker, make_publisher
from device.daemon.operator_page import open_page
from device.daemon.outcome import Outcome, choose_reason, hint_at_subscriber, report_end
from device.daemon.process_switches import end_loading
from device.daemon.prometheus import PrometheusExporter
from device.daemon.reporter import Reporter
from device.daemon.shooting_loop import ShootingLoop
from device.daemon.startup import EarlyCameraStart
from device.daemon.state import open_memory, open_state
from device.daemon.stop_signals import StoppedError, StopSignals
from device.delivery.delivery import Delivery
from device.imaging.library_switches import set_library_switches
from device.pipeline.pipeline import Pipeline
from device.plate.bare_plate import BarePlate
from device.preview.preview_path import PreviewPath
from device.preview.publisher import PreviewPublisher
from device.runtimes.factory import Preference, can_share, open_half, open_runtime
from device.settings.config import Config
from device.shot_list.list_file import load_file
from device.shots.shot_path import ShotPath
from device.system.clock import Clock
from device.system.log_format import fields
from device.system.parallel import own_workers
from device.system.sd_notify import notify
from device.verdict.people_watch import PeopleWatch
from device.verdict.shot_judge import ShotJudge
from device.version import VERSION

if TYPE_CHECKING:
    from device.page.server import PageServer

_LOG = logging.getLogger(__name__)
# After a signal: systemd waits longer, a person does not. The spool keeps the rest.
_SIGNAL_DRAIN_S = 3.0


def run_daemon(config: Config, started: EarlyCameraStart | None = None) -> None:
    """Run until the source ends, the asked-for shots are taken, or a signal comes.

    Args:
        config: what to run.
        started: opens the camera already, if the caller began it.

    Raises:
        UsageError: something named in the configuration is missing, refused or unreachable.
        WorkError: the source has ended, and shots wait unacknowledged in the spool or photos
            could not be read.
    """
    with ExitStack() as stack:
        signals = StopSignals()
        stack.callback(signals.restore)
        started = started or EarlyCameraStart(config)
        stack.callback(started.release)
        try:
            _run(config, started, signals, stack)
        except StoppedError as error:
            _LOG.info("%s", error)


def _run(config: Config, started: EarlyCameraStart, signals: StopSignals, stack: ExitStack) -> None:
    stop = signals.stop
    set_library_switches(photos=config.camera.is_folder)
    stack.enter_context(own_workers())
    bundle = load_bundle(config.model, trust=config.trust)
    runtime, degraded = open_runtime(
        bundle, cast("Preference", config.backend), num_threads=config.threads
    )
    spool, ledger = open_state(config)
    clock = Clock(config.state_dir)
    unsure = clock.find_trouble()
    if unsure is not None:
        _LOG.warning("%s", unsure)
    feed = CameraFeed(started.camera(open_memory(config, spool), stop))
    stack.callback(feed.close)
    topics = Topics(config.prefix, config.rig)
    status = RigStatus(
        rig=config.rig,
        bundle_id=bundle.id,
        backend=runtime.backend,
        camera=feed.name,
        trigger=config.trigger,
        started_at=format_time(datetime.now(timezone.utc)),
        clock="ok" if unsure is None else "unsure",
    )
    notices = LateNotices(lambda notice: publisher.publish(notice, 0))
    requests = CaptureQueue(topics, ledger, notices)
    commands = Commands(
        *(topics, requests, ledger, spool, config.state_dir),
        output=config.output,
        frames_bytes=config.archive.frames_max_mb * 1_000_000,
    )
    load_file(config.shot_list, commands.shot_list, ledger.serial)
    with signals.waiting():  # For a password that comes through a pipe, say.
        publisher = make_publisher(
            config, status.message(topics.status, "offline"), commands.receive, stack
        )
    screen, page = open_page(config, commands, feed.name, bundle.id, stack)
    first_status = replace(status, degraded=tuple(filter(None, (degraded, unsure))))
    delivery = Delivery(
        publisher,
        spool,
        config.prefix,
        requests.answers,
        first_status.message(topics.status, "online"),
        on_answer_sent=notices.note_sent,
        deliver_unclaimed=config.deliver_unclaimed,
        subscribe_hint=hint_at_subscriber(config),
        resends=commands.resends,
        reviews=commands.reviews,
    )
    passes = {"zooms": config.shot_second_look, "tiles": config.shot_parts}
    pipeline = Pipeline(bundle, runtime, **passes)

    def open_spare() -> Pipeline:
        half = open_half(bundle, num_threads=config.threads)
        return Pipeline(bundle, half, **passes)

    plate = BarePlate(
        config.verdict.garment_share,
        acts=config.plate.acts,
        bare_at_start=config.plate.bare_at_start,
    )
    people = PeopleWatch(config.verdict.garment_share, config.still.person_wait_s)
    reporter = Reporter(
        *(status, topics, publisher, delivery, spool, _open_metrics(config.metrics_port, stack)),
        shot_list=commands.shot_list,
        screen=screen,
    )
    previews = PreviewPath(
        pipeline,
        plate,
        PreviewPublisher(publisher, topics.preview, config.preview, screen),
        config.preview,
        motion_share=config.still.motion_share,
        open_spare=open_spare if can_share(runtime, num_threads=config.threads) else None,
        people=people,
    )
    stack.callback(previews.close)
    loop = ShootingLoop(
        config,
        feed=feed,
        runtime=runtime,
        previews=previews,
        shots=ShotPath(
            pipeline,
            ShotJudge(plate, config.verdict, people),
            plate,
            spool,
            ledger,
            topics,
            config.output,
            clock,
            commands.frames,
        ),
        trigger=make_trigger(config),
        requests=requests,
        naming=commands.naming,
        reporter=reporter,
        delivery=delivery,
        clock=clock,
    )

    end_loading()
    start_fields = fields(
        rig=config.rig,
        camera=feed.name,
        trigger=config.trigger,
        bundle=bundle.id,
        backend=runtime.backend,
        broker=config.broker,
        waiting=spool.depth,
        version=VERSION,
    )
    reporter.on_online = partial(_tell_start, "the rig is online", start_fields, page)
    with signals.waiting():
        await_broker(delivery, config.broker_wait_s)
    notify("READY=1")
    if not publisher.connections:
        _tell_start("the rig works and waits for its broker", start_fields, page)
    try:
        loop.run(stop)
    finally:
        notify("STOPPING=1")
        feed.close()
        previews.close()  # None of them comes after the status that says that the rig has stopped.
        left = delivery.finish(
            _SIGNAL_DRAIN_S if stop.is_set() else config.drain_s,
            status.message(topics.status, "stopped"),
        )
    report_end(
        config,
        Outcome(
            reporter.stats.shots,
            left=left,
            unclaimed=delivery.unclaimed,
            trouble=choose_reason(delivery.troubles, spool.torn.trouble),
            refused=loop.refused,
            refusal=loop.refusal,
            passed_over=feed.passed_over,
            failed=reporter.stats.failed,
            protocol=publisher.protocol,
            was_stopped=stop.is_set(),
        ),
    )


def _tell_start(
    words: str, start_fields: dict[str, dict[str, object]], page: PageServer | None
) -> None:
    _LOG.info(words, extra=start_fields)
    if page is not None:
        page.announce()


def _open_metrics(port: int | None, stack: ExitStack) -> PrometheusExporter | None:
    if port is None:
        return None
    metrics = PrometheusExporter(port)
    stack.callback(metrics.close)
    return metrics
