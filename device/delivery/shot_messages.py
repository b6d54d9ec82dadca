"""The two messages of a shot."""

from __future__ import annotations

from device.contract.content_type import detect_content_type
from device.contract.message import JSON_TYPE, Message
from device.contract.names import is_name
from device.contract.topics import Topics
from device.errors import WorkError
from device.shots.spooled_shot import SpooledShot

# What a packet of MQTT can carry after its first bytes (MQTT 5.0, section 2.1.4).
LARGEST_PACKET_BYTES = 268_435_455
# Topic, properties and lengths of a picture's packet, generously.
_ENVELOPE_BYTES = 1024


class UnsendableShotError(WorkError):
    """A shot can never be sent as it is."""


def check_size(size_bytes: int) -> None:
    """Check that MQTT can carry a shot, before its picture is read into memory.

    Raises:
        UnsendableShotError: it cannot.
    """
    if size_bytes > LARGEST_PACKET_BYTES - _ENVELOPE_BYTES:
        raise UnsendableShotError(
            f"it has {size_bytes} bytes and MQTT carries at most {LARGEST_PACKET_BYTES}: let"
            " [output] crop or shrink the pictures; this one lies in the spool for a person"
        )


def build_messages(shot: SpooledShot, prefix: str) -> tuple[Message, Message]:
    """Return the two messages of a shot: the picture, then its announcement.

    Raises:
        UnsendableShotError: a field of it cannot stand in a topic.
    """
    if not is_name(shot.rig):
        raise UnsendableShotError(f"its rig is called {str(shot.rig)[:40]!r}, which no topic takes")
    topics = Topics(prefix, shot.rig)
    properties = {"sha256": shot.sha256}
    return (
        Message(
            topics.cutout(shot.id),
            shot.picture,
            1,
            content_type=detect_content_type(shot.picture),
            properties=properties,
        ),
        Message(
            topics.shot(shot.id),
            shot.announcement,
            1,
            content_type=JSON_TYPE,
            properties=properties,
        ),
    )
