"""Requests to send delivered shots again, and their answers."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from device.contract.command_answer import check_correlation
from device.contract.command_payload import BadRequestError
from device.contract.message import Message
from device.contract.resend_request import (
    ResendRequest,
    format_resend_result,
    parse_resend_request,
)
from device.contract.shot_id import parse_stamp, spell_stamp
from device.contract.topics import Topics
from device.delivery.answer_queue import AnswerQueue
from device.delivery.command_intake import Asker, CommandIntake, OnAnswer
from device.shots.resend_list import ResendList
from device.shots.shot_folder import ANNOUNCEMENT
from device.shots.spool import Spool
from device.system.state_file import parse_object

_LOG = logging.getLogger(__name__)
# One asks after each start of a subscriber; more at once are answered "busy".
_MOST_WAITING = 16


class ResendDesk:
    """Receives requests on the network thread and works on them in a thread of its own.

    To find the shots of a garment their announcements are read, which takes seconds on a memory
    card: neither the network nor the shots may wait for that. The thread is started by a request,
    ends when none waits, and does not keep the process alive.
    """

    def __init__(
        self,
        topics: Topics,
        spool: Spool,
        resends: ResendList,
        answers: AnswerQueue,
    ) -> None:
        """Open an empty desk.

        Args:
            topics: of this rig.
            spool: with its archive, where shots are looked for.
            resends: takes the ids of those that were found.
            answers: takes the answers on their way.
        """
        self._intake = CommandIntake("resend", topics, answers)
        self._spool = spool
        self._resends = resends
        self._waiting: queue.Queue[tuple[ResendRequest, Asker]] = queue.Queue(_MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def receive(self, message: Message) -> None:
        """Take in a message, if it is a request; any thread."""
        asker = self._intake.admit(message)
        if asker is not None:
            self._take(asker)

    def ask(self, payload: bytes, on_answer: OnAnswer) -> None:
        """Take in a request from inside this process; any thread."""
        self._take(self._intake.call(payload, on_answer))

    def _take(self, asker: Asker) -> None:
        try:
            request = parse_resend_request(asker.message.payload)
            check_correlation(asker.message, request.request_id)
        except BadRequestError as error:
            self._intake.note_refusal(error)
            answer = format_resend_result(error.request_id, "invalid", error=str(error))
            self._intake.reply(asker, answer, is_new=False)
            return
        known = self._resends.answer(request.request_id)
        if known is not None:
            self._intake.reply(asker, known, is_new=False)
            return
        try:
            self._waiting.put_nowait((request, asker))
        except queue.Full:
            answer = format_resend_result(
                request.request_id, "busy", error="too many requests wait"
            )
            self._intake.reply(asker, answer, is_new=False)
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="resend", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if self._waiting.empty():
                    self._thread = None
                    return
            request, asker = self._waiting.get()
            try:
                answer = self._work_on(request)
            except Exception as error:  # noqa: BLE001 - the next request must be answered too
                _LOG.exception("a resend command failed")
                answer = format_resend_result(request.request_id, "refused", error=str(error))
            self._intake.reply(asker, answer, is_new=True)

    def _work_on(self, request: ResendRequest) -> dict[str, Any]:
        # It may have come twice before it was worked on.
        known = self._resends.answer(request.request_id)
        if known is not None:
            return known
        archive = self._spool.archive
        if not archive.is_on:
            error = "this rig keeps no delivered shots: set max_mb and max_days under [archive]"
            return format_resend_result(request.request_id, "refused", error=error)
        archived = archive.shot_ids
        found = self._find(request, archived, archive.find_file)
        waiting = self._find(request, self._spool.shot_ids, self._spool.find_file)
        answer = format_resend_result(
            request.request_id,
            "accepted",
            shots=len(found),
            waiting=len(waiting),
            missing=sorted(set(request.ids).difference(found, waiting)),
            archive_from=spell_stamp(archived[0]) if archived else None,
        )
        self._resends.add(request.request_id, answer, found)
        _LOG.info("%d delivered shots are sent again: %s asks", len(found), request.request_id)
        return answer

    def _find(
        self,
        request: ResendRequest,
        shot_ids: tuple[str, ...],
        find_file: Callable[[str, str], Path],
    ) -> list[str]:
        """Return the shots that a request means."""
        if request.ids:
            known = set(shot_ids)
            return [shot_id for shot_id in request.ids if shot_id in known]
        if request.sku is not None:
            return [
                shot_id
                for shot_id in shot_ids
                if _read_sku(find_file(shot_id, ANNOUNCEMENT)) == request.sku
            ]
        since, until = request.since or "", request.until or "~"
        return [shot_id for shot_id in shot_ids if since <= parse_stamp(shot_id) < until]


def _read_sku(announcement: Path) -> object:
    try:
        return parse_object(announcement.read_bytes()).get("sku")
    except (OSError, ValueError):  # It was deleted meanwhile, or is damaged.
        return None
