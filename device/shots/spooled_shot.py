"""A shot as it is read back from disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from device.contract.names import is_name
from device.errors import WorkError
from device.shots.shot_folder import ANNOUNCEMENT, read_picture
from device.system.state_file import parse_object


class TornShotError(WorkError):
    """A shot on disk is not as it was written."""


class UnreadableShotError(WorkError):
    """A shot cannot be read at this moment, which says nothing about the shot: worth a retry."""


@dataclass(frozen=True, slots=True)
class SpooledShot:
    """A shot as read back from disk, and found whole.

    Attributes:
        id: the shot's id.
        rig: the rig that took it, unchecked.
        picture: the picture's bytes, PNG or WebP.
        announcement: the JSON's bytes.
        sha256: of the picture, hexadecimal.
        request_id: of the command that asked for it, or None.
    """

    id: str
    rig: str
    picture: bytes
    announcement: bytes
    sha256: str
    request_id: str | None


def read_shot(folder: Path, shot_id: str) -> SpooledShot:
    """Read a shot back.

    Only what is missing or has other content is torn. No more file handles, no memory, a network
    share that was mounted again, a disk that fails once: all that passes, and the shot is whole.

    Args:
        folder: of the shot.
        shot_id: its id.

    Raises:
        TornShotError: a part of it is missing, or not what was written.
        UnreadableShotError: it cannot be read now.
    """
    try:
        picture = read_picture(folder)
        announcement = (folder / ANNOUNCEMENT).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        if not folder.parent.is_dir():  # The disk is gone, and the shot with it.
            raise UnreadableShotError(f"shot {shot_id} cannot be read ({error})") from error
        raise TornShotError(f"shot {shot_id} is not whole: {error}") from error
    except (OSError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or "no memory"
        raise UnreadableShotError(f"shot {shot_id} cannot be read ({reason})") from error
    try:
        known = parse_object(announcement)
        sha256 = hashlib.sha256(picture).hexdigest()
        whole = known["id"] == shot_id and known["sha256"] == sha256
        rig, request_id = known["rig"], known["request_id"]
    except (ValueError, KeyError) as error:
        raise TornShotError(f"shot {shot_id} is not whole: {error}") from error
    if not whole or not (request_id is None or is_name(request_id)):
        raise TornShotError(f"shot {shot_id} is not whole: its checksum or its names differ")
    return SpooledShot(shot_id, rig, picture, announcement, sha256, request_id)
