"""A catalogue into which a cutout goes when a person has approved it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from device.catalogue.folder import Catalogue, Held, Refused, Saved
from device.contract.message import Message
from device.contract.names import is_shot_id
from device.contract.review import Review, read_review
from device.contract.topics import parse_shot_topic
from device.system.durable_file import sync_folder, write_durably
from device.system.state_file import parse_object

_LARGEST_REVIEW_BYTES = 4096
# Reviews of shots whose picture went to another worker never find it.
_MOST_REVIEWS = 20_000


class ReviewedCatalogue:
    """Holds cutouts in ``held/`` until they are reviewed.

    An approved cutout moves into the folder itself and a rejected one into ``rejected/``, the
    picture before its announcement, each for good before the next step. A review that comes before
    its cutout waits in ``.reviews/``; of two the later one counts, also when the cutout lies
    elsewhere by then. The process may end at any moment: `take_up` does what is left.
    """

    def __init__(self, folder: Path, prefix: str) -> None:
        """Open a catalogue.

        Args:
            folder: where approved cutouts go; must exist.
            prefix: first levels of every topic.

        Raises:
            OSError: the folder cannot be written.
        """
        self._approved = folder
        self._held = folder / "held"
        self._rejected = folder / "rejected"
        self._reviews = folder / ".reviews"
        for each in (self._held, self._rejected, self._reviews):
            each.mkdir(exist_ok=True)
        self._prefix = prefix
        self._catalogue = Catalogue(self._held, prefix, (self._approved, self._rejected))
        self._taken = 0

    def take_up(self) -> Iterator[Saved | Held | Refused]:
        """Complete what an earlier run had received, and act on reviews that it had not.

        Yields:
            The outcome for each such shot.
        """
        for outcome in self._catalogue.take_up():
            yield self._act(outcome) if isinstance(outcome, Saved) else outcome
        for path in sorted(self._reviews.glob("*.json")):
            moved = self._move(path.stem)
            if moved is not None:
                yield moved

    def take(self, message: Message) -> Saved | Held | Refused | None:
        """Take in one message, as `Catalogue.take` does; reviews too.

        Raises:
            OSError: the disk did not take it; it must not be acknowledged.
        """
        topic = parse_shot_topic(self._prefix, message.topic)
        if topic is not None and topic.kind == "review":
            return self._take_review(topic.shot_id, message.payload)
        outcome = self._catalogue.take(message)
        return self._act(outcome) if isinstance(outcome, Saved) else outcome

    def _act(self, saved: Saved) -> Saved | Held:
        """Move a cutout that came just now where its review says, if there is one."""
        shot_id = saved.path.stem
        return self._move(shot_id) or Held(shot_id, "until it is reviewed")

    def _take_review(self, shot_id: str, payload: bytes) -> Saved | Held | Refused | None:
        review = None
        if len(payload) <= _LARGEST_REVIEW_BYTES:
            try:
                review = read_review(parse_object(payload))
            except ValueError:
                review = None
        if review is None or review.shot_id != shot_id:
            return Refused(f"the review of {shot_id} is not what a rig sends")
        known = self._read_review(shot_id)
        if known is not None and known.reviewed_at > review.reviewed_at:
            return None  # An older one that came again.
        document = asdict(replace(review, sku=None, view=None))
        write_durably(self._reviews / f"{shot_id}.json", json.dumps(document).encode())
        self._taken += 1
        if self._taken % (_MOST_REVIEWS // 10) == 0:
            self._drop_oldest()
        return self._move(shot_id)

    def _drop_oldest(self) -> None:
        for path in sorted(self._reviews.glob("*.json"))[:-_MOST_REVIEWS]:
            path.unlink(missing_ok=True)

    def _read_review(self, shot_id: str) -> Review | None:
        try:
            return read_review(parse_object((self._reviews / f"{shot_id}.json").read_bytes()))
        except (OSError, ValueError):
            return None

    def _move(self, shot_id: str) -> Saved | Held | None:
        """Move a cutout where its review says; None where it is there, or not here yet."""
        review = self._read_review(shot_id)
        if review is None or not is_shot_id(shot_id):
            return None
        target = self._approved if review.state == "approved" else self._rejected
        name = f"{shot_id}.json"
        places = (self._held, self._approved, self._rejected)
        source = next((each for each in places if (each / name).exists()), None)
        if source is None or source == target:
            return None
        announcement = parse_object((source / name).read_bytes())
        for suffix in (".png", ".webp"):
            picture = source / f"{shot_id}{suffix}"
            if picture.exists():
                picture.replace(target / picture.name)
        sync_folder(target)
        (source / name).replace(target / name)
        sync_folder(target)
        sync_folder(source)
        if review.state == "rejected":
            return Held(shot_id, f"as it was rejected: {review.reason or 'no reason was given'}")
        moved = next(target.glob(f"{shot_id}.[pw]*"))
        return Saved(moved, announcement, moved.stat().st_size)
