"""What a person has decided about a shot (``schemas/review.json``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from device.contract.message import Message, make_json_message
from device.contract.names import is_name, is_shot_id
from device.contract.shot_id import parse_rig
from device.contract.topics import Topics

FORMAT_VERSION = 1
LONGEST_REASON = 200

State = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True)
class Review:
    """A decision.

    Attributes:
        shot_id: the shot that it is about.
        state: the decision.
        reviewed_at: when it was made, as messages have times.
        reason: one line, if one was given.
        sku: of the shot, if known.
        view: of the shot, if known.
    """

    shot_id: str
    state: State
    reviewed_at: str
    reason: str | None = None
    sku: str | None = None
    view: str | None = None

    def make_message(self, prefix: str) -> Message:
        """Return the message that says so.

        Args:
            prefix: first levels of every topic.
        """
        topics = Topics(prefix, parse_rig(self.shot_id))
        document = {"format_version": FORMAT_VERSION, "rig": topics.rig, **asdict(self)}
        return make_json_message(topics.review(self.shot_id), document, qos=1)


def read_review(fields: Mapping[str, Any]) -> Review:
    """Return what a message or a file says; fields that are not known are passed over.

    Raises:
        ValueError: it is no review.
    """
    shot_id, state, reviewed_at = (fields.get(key) for key in ("shot_id", "state", "reviewed_at"))
    reason, sku, view = (fields.get(key) for key in ("reason", "sku", "view"))
    if not is_shot_id(shot_id) or state not in {"approved", "rejected"}:
        raise ValueError("it names no shot, or no state that there is")
    if not isinstance(reviewed_at, str) or not (reason is None or isinstance(reason, str)):
        raise ValueError("it has no time, or a reason that is no text")
    names = (name if is_name(name) else None for name in (sku, view))
    return Review(str(shot_id), cast("State", state), reviewed_at, reason, *names)
