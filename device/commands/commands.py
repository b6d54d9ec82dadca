"""Commands from MQTT and from inside this process: each goes to the part that works on it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from device.capture.naming import Naming
from device.capture.request_queue import CaptureQueue
from device.capture.selection import Selection
from device.commands.command_desk import CommandDesk
from device.commands.correct_command import make_correct
from device.commands.list_command import make_list
from device.commands.operator_commands import make_retake, make_review, make_select
from device.contract.message import Message
from device.contract.topics import Topics
from device.delivery.command_intake import OnAnswer
from device.delivery.resend_desk import ResendDesk
from device.encoding.cutout_file import AS_FRAMED
from device.settings.output import OutputSettings
from device.shot_list.shot_list import ShotList
from device.shots.corrected_take import CorrectedTakes
from device.shots.frame_store import FrameStore
from device.shots.kept_shots import KeptShots
from device.shots.ledger import Ledger
from device.shots.resend_list import ResendList
from device.shots.review_book import ReviewBook
from device.shots.spool import Spool


class Desk(Protocol):
    """Works on one kind of command."""

    def receive(self, message: Message) -> None:
        """Take in a message, if it is such a command."""
        ...

    def ask(self, payload: bytes, on_answer: OnAnswer) -> None:
        """Take in a command from inside this process."""
        ...


class Commands:
    """Hands commands out, on any thread.

    Attributes:
        resends: delivered shots that were asked for again.
        selection: what names the coming shots.
        shot_list: what is to be shot.
        naming: both of them.
        kept: the shots that the rig has.
        reviews: what was decided about shots.
        frames: of the shots that can be corrected.
        takes: makes corrected ones.
    """

    def __init__(
        self,
        topics: Topics,
        requests: CaptureQueue,
        ledger: Ledger,
        spool: Spool,
        state_dir: Path,
        *,
        output: OutputSettings = AS_FRAMED,
        frames_bytes: int = 0,
    ) -> None:
        """Prepare.

        Args:
            topics: of this rig.
            requests: takes those for a shot, and has the answers of all.
            ledger: knows which shots were taken.
            spool: with its archive, for those about shots that were taken.
            state_dir: where it is kept what is sent again, and what was decided.
            output: layout and format of corrected takes.
            frames_bytes: how much is kept of frames, so that shots can be corrected.

        Raises:
            UsageError: what an earlier run has left may not be read.
        """
        self.resends = ResendList(state_dir)
        self.selection = Selection()
        self.kept = KeptShots(spool)
        self.reviews = ReviewBook(state_dir, spool.archive.give_way)
        self.shot_list = ShotList(state_dir, self.reviews.find, spool.archive.give_way)
        self.shot_list.catch_up(
            [shot.announcement for shot in self.kept.list_after(self.shot_list.last_serial)]
        )
        self.reviews.listeners.append(self.shot_list.note_review)
        self.naming = Naming(self.selection, self.shot_list)
        self.frames = FrameStore(state_dir, frames_bytes)
        spool.archive.goes_first = self.frames.give_way
        self.takes = CorrectedTakes(self.frames, spool, ledger, topics, output)
        self.takes.on_taken = lambda taken: self.shot_list.catch_up([taken])
        decide = (topics.rig, self.reviews, self.kept, ledger)
        kinds = (
            make_select(self.selection),
            make_retake(requests, self.kept),
            make_review("approve", "approved", *decide),
            make_review("reject", "rejected", *decide),
            make_correct(self.takes),
            make_list(self.shot_list, topics.rig, ledger, requests.answers),
        )
        self._desks: Mapping[str, Desk] = {
            "capture": requests,
            "resend": ResendDesk(topics, spool, self.resends, requests.answers),
            **{kind.name: CommandDesk(kind, topics, requests.answers) for kind in kinds},
        }

    def receive(self, message: Message) -> None:
        """Take in a message; any thread."""
        for desk in self._desks.values():
            desk.receive(message)

    def ask(self, name: str, payload: bytes, on_answer: OnAnswer) -> None:
        """Take in a command from inside this process; any thread.

        Args:
            name: of the command, the last level of its topic.
            payload: as a message would have it.
            on_answer: called once with the answer's JSON, now or later, on whichever thread has
                it; it must not wait.

        Raises:
            KeyError: there is no such command.
        """
        self._desks[name].ask(payload, on_answer)
