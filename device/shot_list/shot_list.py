"""The list of what is to be shot, kept over restarts."""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from device.contract.garment_tag import GarmentTag
from device.contract.names import is_name, is_shot_id
from device.contract.review import Review
from device.contract.shot_id import parse_serial
from device.shot_list.csv_table import ListRow, write_table
from device.shot_list.progress import ListItem, Progress
from device.system.durable_file import has_no_room, write_durably
from device.system.journal import Journal, JournalError
from device.system.state_file import parse_object, put_aside, read_document

_LOG = logging.getLogger(__name__)
FORMAT_VERSION = 1
# A message for catalogue tools, not the list: what comes next is enough.
_MOST_SHOWN = 50
_VERDICTS = frozenset({"ok", "unsure", "retake"})
_EXPORTED = (
    *("sku", "view", "name", "note", "state", "shot_id", "verdict"),
    *("review_reason", "reviewed_at"),
)


class ShotList:
    """Says what is to be shot next, and counts what is done. For any thread.

    The rows are in ``shot-list.json``, written when a list is loaded, and each shot adds one line
    to ``shot-list.jsonl``. What was decided about a shot comes from the reviews. A kill between a
    shot and its line is made good at the next start, from the shots on the disk (`catch_up`).

    Attributes:
        changes: rises with each change.
    """

    def __init__(
        self,
        state_dir: Path,
        find_review: Callable[[str], Review | None] = lambda _: None,
        give_way: Callable[[int], bool] = has_no_room,
    ) -> None:
        """Read what earlier runs have left.

        Args:
            state_dir: where the list is kept.
            find_review: returns the last decision about a shot.
            give_way: makes room for so many bytes on a full disk.

        Raises:
            UsageError: this user may not read it.
        """
        self.changes = 0
        self._path = state_dir / "shot-list.json"
        self._journal = Journal(state_dir / "shot-list.jsonl", give_way)
        self._find_review = find_review
        self._lock = threading.RLock()
        self._rows: tuple[ListRow, ...] = ()
        self._name: str | None = None
        self._file_sha256: str | None = None
        self._epoch = 0
        self._last_serial = 0
        self._progress = Progress()
        self._load()

    def __len__(self) -> int:
        """How many shots are wanted; 0 where there is no list."""
        return len(self._progress)

    @property
    def last_serial(self) -> int:
        """The number of the last shot that the list knows."""
        return self._last_serial

    @property
    def file_sha256(self) -> str | None:
        """Of the file that the settings named when a list was loaded from there last."""
        return self._file_sha256

    def load(
        self,
        rows: Sequence[ListRow],
        name: str | None,
        *,
        serial: int,
        reset: bool = False,
        file_sha256: str | None = None,
    ) -> None:
        """Replace the list. What was shot of the same SKU and view under it stays done.

        Args:
            rows: of the new list; none for no list.
            name: what people call it.
            serial: the number of the newest shot of the rig.
            reset: whether all is to be shot again.
            file_sha256: of the file that the settings name, if it is from there.

        Raises:
            JournalError: the disk did not take it; the former list stays.
        """
        with self._lock:
            fresh = reset or not self._rows
            epoch = self._epoch + fresh
            document = {
                "epoch": epoch,
                "name": name,
                "after_serial": serial if fresh else self._last_serial,
                "file_sha256": file_sha256 or self._file_sha256,
                "rows": [asdict(row) for row in rows],
            }
            data = json.dumps(document, separators=(",", ":")).encode()
            try:
                write_durably(self._path, data)
            except OSError as error:
                sentence = f"{self._path} cannot be written ({error.strerror})"
                raise JournalError(sentence) from error
            self._take_document(document)
            self.changes += 1
            with contextlib.suppress(JournalError):  # Lines of another epoch say nothing.
                self._journal.replace(self._list_lines())

    def note_shot(self, shot_id: str, sku: str | None, view: str | None, verdict: str) -> None:
        """Note that a shot is on disk; where it is not wanted, nothing happens."""
        with self._lock:
            if not self._progress.note_shot(sku, view, shot_id, verdict):
                return
            self._last_serial = max(self._last_serial, parse_serial(shot_id))
            self.changes += 1
            try:
                self._journal.add(
                    {"epoch": self._epoch, "sku": sku, "view": view, "shot_id": shot_id}
                    | {"verdict": verdict}
                )
            except JournalError as error:
                _LOG.warning("%s: the shot list learns of the shot at the next start", error)

    def catch_up(self, announcements: Sequence[Mapping[str, Any]]) -> None:
        """Note the shots of a run that was killed before it had noted them, oldest first."""
        for fields in announcements:
            verdict = fields.get("verdict")
            state = verdict.get("state") if isinstance(verdict, Mapping) else None
            shot_id, sku, view = (fields.get(key) for key in ("id", "sku", "view"))
            if is_shot_id(shot_id) and state in _VERDICTS:
                self.note_shot(str(shot_id), sku, view, str(state))

    def note_review(self, review: Review) -> None:
        """Note a decision about a shot."""
        with self._lock:
            self.changes += self._progress.note_review(review)

    def complete(self, tag: GarmentTag) -> GarmentTag:
        """Return what names the next shot, where labels and people leave something open.

        A shot that nobody names is the next one of the list. One whose SKU alone is known gets the
        next view that the list wants of it.
        """
        with self._lock:
            if not len(self):
                return tag
            if tag.sku is not None:
                view = tag.view or self._progress.find_view(tag.sku)
                return GarmentTag(tag.sku, view, tag.sku_original)
            item = self._progress.find_next(tag.view)
            return tag if item is None else GarmentTag(item.row.sku, item.view)

    @property
    def next_item(self) -> ListItem | None:
        """What is to be shot next; None where all is done or there is no list."""
        with self._lock:
            return self._progress.find_next()

    @property
    def items(self) -> tuple[ListItem, ...]:
        """All items, in the list's order."""
        with self._lock:
            return tuple(self._progress)

    @property
    def rejected(self) -> tuple[ListItem, ...]:
        """Those whose last shot a person has rejected, in the order of the decisions."""
        with self._lock:
            return tuple(self._progress.list_rejected())

    def describe(self, rig: str) -> dict[str, Any]:
        """Return the progress as ``schemas/list.json`` has it."""
        with self._lock:
            count = self._progress.count
            following = itertools.islice(self._progress.list_open(), _MOST_SHOWN)
            rejected = itertools.islice(self._progress.list_rejected(), _MOST_SHOWN)
            return {
                "format_version": FORMAT_VERSION,
                "rig": rig,
                "name": self._name,
                "total": len(self),
                "missing": count("missing"),
                "taken": count("taken"),
                "retake": count("retake"),
                "approved": count("approved"),
                "rejected": count("rejected"),
                "next": [_describe_item(item) for item in following],
                "rejected_items": [_describe_item(item) for item in rejected],
            }

    def export(self) -> bytes:
        """Return the list with its shots and decisions, as a CSV for spreadsheets."""
        return write_table(_EXPORTED, map(_list_cells, self.items))

    def _load(self) -> None:
        data = read_document(self._path)
        if data is None:
            return
        try:
            self._take_document(parse_object(data))
        except (ValueError, TypeError, KeyError) as error:
            put_aside(self._path, str(error))
            return
        lines = 0
        for line in self._journal.read():
            lines += 1
            if line.get("epoch") == self._epoch:
                self._take_line(line)
        if lines > 2 * len(self) + 100:
            with contextlib.suppress(JournalError):
                self._journal.replace(self._list_lines())

    def _take_document(self, document: Mapping[str, Any]) -> None:
        rows = tuple(
            ListRow(row["sku"], tuple(row["views"]), row["name"], row["note"])
            for row in document["rows"]
        )
        if not all(is_name(name) for row in rows for name in (row.sku, *row.views)):
            raise ValueError("it has names that cannot be used")
        progress = Progress(rows, self._find_review)
        if document["epoch"] == self._epoch:
            for item in self._progress:
                if item.shot_id is not None:
                    names = (item.row.sku, item.view)
                    progress.note_shot(*names, item.shot_id, item.verdict or "ok")
        self._rows, self._progress, self._epoch = rows, progress, document["epoch"]
        self._name, self._file_sha256 = document["name"], document["file_sha256"]
        self._last_serial = int(document["after_serial"])

    def _take_line(self, line: Mapping[str, Any]) -> None:
        shot_id, verdict = line.get("shot_id"), line.get("verdict")
        if is_shot_id(shot_id) and verdict in _VERDICTS:
            names = (line.get("sku"), line.get("view"))
            self._progress.note_shot(*names, str(shot_id), str(verdict))
            self._last_serial = max(self._last_serial, parse_serial(str(shot_id)))

    def _list_lines(self) -> list[dict[str, object]]:
        taken = sorted(
            (item for item in self._progress if item.shot_id is not None),
            key=lambda item: parse_serial(item.shot_id or ""),
        )
        return [
            {
                "epoch": self._epoch,
                "sku": item.row.sku,
                "view": item.view,
                "shot_id": item.shot_id,
                "verdict": item.verdict,
            }
            for item in taken
        ]


def _describe_item(item: ListItem) -> dict[str, object]:
    return {
        "sku": item.row.sku,
        "view": item.view,
        "name": item.row.name,
        "note": item.row.note,
        "state": item.state,
        "shot_id": item.shot_id,
        "reason": None if item.review is None else item.review.reason,
    }


def _list_cells(item: ListItem) -> tuple[str | None, ...]:
    review = item.review
    return (
        *(item.row.sku, item.view, item.row.name, item.row.note, item.state, item.shot_id),
        item.verdict,
        None if review is None else review.reason,
        None if review is None else review.reviewed_at,
    )
