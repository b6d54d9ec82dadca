"""What a run has come to: its last line, and its exit code."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from device.contract.text import format_count
from device.errors import WorkError
from device.settings.config import Config

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known at the end.

    Attributes:
        shots: taken.
        left: shots that stay in the spool, whatever the reason.
        unclaimed: those among them to which nobody has subscribed.
        trouble: why the others stay, if that is known.
        refused: shots that the disk or the camera refused, and that were not taken later either.
        refusal: why the last one was.
        passed_over: photos that could not be read.
        failed: frames of a stream over which something failed.
        protocol: the MQTT version that was spoken; None where the broker was never there.
        was_stopped: whether a signal ended the run.
    """

    shots: int
    left: int
    unclaimed: int
    trouble: str | None
    refused: int
    refusal: str | None
    passed_over: int
    failed: int
    protocol: str | None
    was_stopped: bool


def choose_reason(troubles: Iterable[str], torn: str | None) -> str | None:
    """Return why shots stay; torn shots that were put aside hold up no other.

    Args:
        troubles: of the delivery, the first one first.
        torn: the sentence among them about torn shots.
    """
    return next((trouble for trouble in troubles if trouble != torn), None)


def hint_at_subscriber(config: Config) -> str:
    """Return how to start a subscriber of this rig, for people."""
    broker = f"mqtt://localhost:{config.broker.port}" if config.broker.embedded else config.broker
    prefix = "" if config.prefix == "selvedge" else f" --prefix {config.prefix}"
    command = f"python -m device.subscribe --broker {broker}{prefix} --save cutouts"
    return f"start `{command}`, or set deliver_unclaimed = true"


def report_end(config: Config, outcome: Outcome) -> None:
    """Log the last line of a run that came to what it should.

    Raises:
        WorkError: it did not, and no signal ended it: shots stay in the spool or were refused, or
            photos could not be read. The sentence is the last line.
    """
    sentence = _describe(config, outcome)
    if outcome.passed_over:
        sentence = f"photos that could not be read: {outcome.passed_over}, named above; {sentence}"
    if outcome.failed:
        sentence = f"frames that could not be shot: {outcome.failed}, named above; {sentence}"
    has_failed = outcome.left or outcome.refused or outcome.passed_over or outcome.failed
    # A stop that was asked for is no failure: systemd would report one at each `systemctl stop`.
    if has_failed and not outcome.was_stopped:
        raise WorkError(sentence)
    _LOG.info("%s", sentence)


def _describe(config: Config, outcome: Outcome) -> str:
    parts = [f"{format_count(outcome.shots, 'shot')} taken"]
    if outcome.refused:
        why = outcome.refusal or "the log says why"
        parts.append(f"{outcome.refused} refused ({why.removeprefix('a shot was refused: ')})")
    silent = outcome.left - outcome.unclaimed
    if silent:
        within = "" if outcome.was_stopped else f" within {config.drain_s:g} s"
        why = "" if outcome.trouble is None else f" ({outcome.trouble})"
        parts.append(
            f"{silent} not acknowledged by the broker{within}, kept in"
            f" {config.state_dir / 'spool'} and sent at the next start{why}"
        )
    if outcome.unclaimed:
        parts.append(
            f"{outcome.unclaimed} taken by no subscriber, kept in {config.state_dir / 'spool'} and"
            f" sent by the next run when somebody subscribes: {hint_at_subscriber(config)}"
        )
    if outcome.left:
        return "; ".join(parts)
    if outcome.shots:
        parts[0] += f", {_name_delivery(config, outcome)}"
    return "; ".join(parts)


def _name_delivery(config: Config, outcome: Outcome) -> str:
    """Return what is certain of shots that the broker has acknowledged."""
    if config.broker.embedded:
        return "all taken by the embedded broker, which keeps nothing for later subscribers"
    if outcome.protocol == "3.1.1":
        return "all taken by the broker, which under MQTT 3.1.1 cannot say whether anybody got them"
    if config.deliver_unclaimed:
        return "all taken by the broker, with or without a subscriber"
    return "all delivered"
