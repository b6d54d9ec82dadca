"""A folder into which each cutout of a broker goes once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.contract.content_type import CONTENT_TYPES, SUFFIXES, detect_content_type
from device.contract.message import Message
from device.contract.names import is_shot_id
from device.contract.topics import parse_shot_topic
from device.system.durable_file import sync_folder, write_durably

_SUFFIXES = {CONTENT_TYPES[name]: SUFFIXES[name] for name in ("png", "webp")}
_LARGEST_ANNOUNCEMENT_BYTES = 65536
# Announcements kept while their picture may still come. Of shots whose picture went to another
# worker it never does.
_MOST_UNPAIRED = 5000


@dataclass(frozen=True, slots=True)
class Saved:
    """A cutout that is now in the catalogue.

    Attributes:
        path: the picture; the announcement is beside it, with the ending ``.json``.
        announcement: what the rig said about it; its ``id`` and ``sha256`` are checked, the rest
            is as it came.
        size_bytes: of the picture.
    """

    path: Path
    announcement: dict[str, Any]
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that was refused.

    Attributes:
        reason: one sentence for a person.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """A cutout that was received and is kept out of the catalogue.

    Attributes:
        shot_id: of the cutout.
        why: for a person.
    """

    shot_id: str
    why: str


class Catalogue:
    """Pairs pictures and announcements, in whichever order they come.

    The first of the two waits in ``.incoming/``. When both are there and the checksum agrees, the
    picture becomes ``SHOT_ID.png`` (or ``.webp``) and the announcement ``SHOT_ID.json``, in this
    order, each for good before the next step: a shot with its JSON is complete, and a message that
    was taken survives a power cut. What comes again is passed over, so a broker may deliver twice
    and this process may end at any moment.
    """

    def __init__(self, folder: Path, prefix: str, elsewhere: Sequence[Path] = ()) -> None:
        """Open a catalogue.

        Args:
            folder: where the cutouts go; must exist.
            prefix: first levels of every topic.
            elsewhere: folders to which a person or a program has moved some, which are not taken
                once more.

        Raises:
            OSError: the folder cannot be written.
        """
        self._folder = folder
        self._incoming = folder / ".incoming"
        self._prefix = prefix
        self._elsewhere = tuple(elsewhere)
        self._incoming.mkdir(exist_ok=True)
        self._taken = 0

    def take_up(self) -> Iterator[Saved | Refused]:
        """Complete what lies whole in ``.incoming/``, as a power cut may leave it.

        Yields:
            The outcome for each such shot.
        """
        for path in sorted(self._incoming.iterdir()):
            try:
                outcome = self._take_up(path)
            except OSError as error:
                outcome = Refused(f"{path} cannot be taken up ({error.strerror})")
            if outcome is not None:
                yield outcome

    def _take_up(self, path: Path) -> Saved | Refused | None:
        if path.suffix == ".part":  # Of a process that was killed while it wrote.
            path.unlink()
            return None
        if not is_shot_id(path.stem):
            return None
        if path.suffix == ".json":
            return self._complete(path.stem)
        own = self._folder / f"{path.stem}.json"
        if self._has(path.stem) and not own.exists():
            path.unlink()  # It came again, of one that lies elsewhere.
            return None
        if own.exists() and not (self._folder / path.name).exists():
            # The disk kept the announcement's move alone.
            own.replace(self._incoming / own.name)
            return self._complete(path.stem)
        return None

    def take(self, message: Message) -> Saved | Refused | None:
        """Take in one message.

        Returns:
            The cutout that this message completed, why it was refused, or None when the other
            half is still to come or the shot is there already.

        Raises:
            OSError: the disk did not take it; it must not be acknowledged.
        """
        topic = parse_shot_topic(self._prefix, message.topic)
        if topic is None and message.retain:
            return None  # A rig's status: some brokers repeat those to whoever subscribes.
        if topic is None:
            return Refused(f"a message under {message.topic[:80]!r} is about no shot")
        if topic.kind == "cutout":
            return self._take_picture(topic.shot_id, message.payload)
        if topic.kind == "shot":
            return self._take_announcement(topic.shot_id, message.payload)
        return None  # A review, for which nobody here waits.

    def _take_picture(self, shot_id: str, payload: bytes) -> Saved | Refused | None:
        kind = detect_content_type(payload)
        if kind is None:
            return Refused(f"the picture of {shot_id} is neither PNG nor WebP")
        if self._has(shot_id):
            return None
        write_durably(self._incoming / f"{shot_id}{_SUFFIXES[kind]}", payload)
        return self._complete(shot_id)

    def _take_announcement(self, shot_id: str, payload: bytes) -> Saved | Refused | None:
        if _read_announcement(shot_id, payload) is None:
            return Refused(f"the announcement of {shot_id} is not what a rig sends")
        if self._has(shot_id):
            return None
        write_durably(self._incoming / f"{shot_id}.json", payload)
        self._taken += 1
        if self._taken % (_MOST_UNPAIRED // 10) == 0:
            self._drop_unpaired()
        return self._complete(shot_id)

    def _drop_unpaired(self) -> None:
        """Drop the oldest announcements whose picture never came; a picture is never dropped."""
        waiting = sorted(path.name for path in self._incoming.glob("*.json"))
        for name in waiting[:-_MOST_UNPAIRED]:
            (self._incoming / name).unlink(missing_ok=True)

    def _has(self, shot_id: str) -> bool:
        folders = (self._folder, *self._elsewhere)
        return any((folder / f"{shot_id}.json").exists() for folder in folders)

    def _complete(self, shot_id: str) -> Saved | Refused | None:
        announcement = self._incoming / f"{shot_id}.json"
        if not announcement.exists():
            return None
        fields = _read_announcement(shot_id, announcement.read_bytes())
        suffix = _SUFFIXES.get(str((fields or {}).get("content_type")), SUFFIXES["png"])
        picture = self._incoming / f"{shot_id}{suffix}"
        final = self._folder / f"{shot_id}{suffix}"
        if not picture.exists() or fields is None:
            # Moved already, if a crash came between the two moves below.
            if fields is None or not final.exists() or _sha256(final) != fields["sha256"]:
                return None
        elif _sha256(picture) != fields["sha256"]:
            picture.unlink()
            announcement.unlink()
            return Refused(f"the picture of {shot_id} is not the one announced: sha256 differs")
        else:
            picture.replace(final)
            # Else the disk might keep the second move alone, and the shot would count as complete.
            sync_folder(self._folder)
        announcement.replace(self._folder / f"{shot_id}.json")
        sync_folder(self._folder)
        return Saved(final, fields, final.stat().st_size)


def _read_announcement(shot_id: str, payload: bytes) -> dict[str, Any] | None:
    if len(payload) > _LARGEST_ANNOUNCEMENT_BYTES:
        return None
    try:
        fields = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    is_ours = isinstance(fields, dict) and fields.get("id") == shot_id and is_shot_id(shot_id)
    return fields if is_ours and isinstance(fields.get("sha256"), str) else None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
