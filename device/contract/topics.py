"""Topic names of one rig, and from a topic back to its shot."""

from __future__ import annotations

from dataclasses import dataclass

from device.contract.names import is_name, is_shot_id

# Those beside ``capture``.
OPTIONAL_COMMANDS = ("resend", "select", "retake", "approve", "reject", "list", "correct")


@dataclass(frozen=True, slots=True)
class Topics:
    """Every topic that a rig uses.

    Attributes:
        prefix: first levels of every topic, already checked.
        rig: the rig's name, already checked.
    """

    prefix: str
    rig: str

    @property
    def status(self) -> str:
        """State of the rig; retained."""
        return f"{self.prefix}/{self.rig}/status"

    @property
    def stats(self) -> str:
        """Figures of the rig, every ten seconds."""
        return f"{self.prefix}/{self.rig}/stats"

    @property
    def preview(self) -> str:
        """The camera's picture with the mask drawn in."""
        return f"{self.prefix}/{self.rig}/preview"

    @property
    def list(self) -> str:
        """Progress of the shot list; retained."""
        return f"{self.prefix}/{self.rig}/list"

    @property
    def capture(self) -> str:
        """Requests for a shot."""
        return f"{self.prefix}/{self.rig}/command/capture"

    @property
    def capture_result(self) -> str:
        """Answers to them."""
        return f"{self.capture}/result"

    @property
    def resend(self) -> str:
        """Requests for shots that were delivered before."""
        return f"{self.prefix}/{self.rig}/command/resend"

    @property
    def resend_result(self) -> str:
        """Answers to them."""
        return f"{self.resend}/result"

    def command(self, name: str) -> str:
        """Return the topic of a command: ``select``, ``retake``, …."""
        return f"{self.prefix}/{self.rig}/command/{name}"

    def command_result(self, name: str) -> str:
        """Return the topic of the answers to it."""
        return f"{self.command(name)}/result"

    def cutout(self, shot_id: str) -> str:
        """Return the topic of one shot's picture."""
        return f"{self.prefix}/{self.rig}/cutout/{shot_id}"

    def review(self, shot_id: str) -> str:
        """Return the topic of what was decided about one shot."""
        return f"{self.prefix}/{self.rig}/review/{shot_id}"

    def shot(self, shot_id: str) -> str:
        """Return the topic of one shot's announcement."""
        return f"{self.prefix}/{self.rig}/shot/{shot_id}"


@dataclass(frozen=True, slots=True)
class ShotTopic:
    """A topic under ``cutout``, ``shot`` or ``review``, read.

    Attributes:
        rig: that took the shot.
        kind: ``cutout``, ``shot`` or ``review``.
        shot_id: safe as a file name.
    """

    rig: str
    kind: str
    shot_id: str


def parse_shot_topic(prefix: str, topic: str) -> ShotTopic | None:
    """Read a topic that came from outside; None if any level of it is not as it should be."""
    if not topic.startswith(f"{prefix}/"):
        return None
    levels = topic[len(prefix) + 1 :].split("/")
    if len(levels) != 3:
        return None
    rig, kind, shot_id = levels
    if not is_name(rig) or kind not in {"cutout", "shot", "review"} or not is_shot_id(shot_id):
        return None
    return ShotTopic(rig, kind, shot_id)
