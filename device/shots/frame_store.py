"""Frames and masks of the latest shots, so that a person can correct them."""

from __future__ import annotations

import json
import logging
import queue
import shutil
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from device.contract.names import is_shot_id
from device.contract.shot_id import order_shots
from device.errors import WorkError
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.shots.shot_folder import ANNOUNCEMENT, GONE, PART, clear_away, delete_shot
from device.system.durable_file import sync_folder, write_synced
from device.system.state_file import parse_object

_LOG = logging.getLogger(__name__)
FRAME, MASK, CORRECTED = "frame.png", "mask.png", "corrected.png"
_STROKES, _PROFILE = "correction.json", "profile.icc"
# Each has tens of megabytes. Where more wait, the disk is slower than the photographer.
_MOST_WAITING = 2
_FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1]


class FrameGoneError(WorkError):
    """The rig has no frame of the shot, or no more."""


@dataclass(frozen=True, slots=True)
class KeptFrame:
    """What is kept of a shot.

    Attributes:
        frame: the picture as the camera gave it.
        alpha: uint8, its mask as published: the model's, or the corrected one.
        announcement: its ``shot.json``.
        model_alpha: uint8, the model's mask; the same where nobody has corrected it.
    """

    frame: Frame
    alpha: UInt8Array
    announcement: dict[str, Any]
    model_alpha: UInt8Array


class FrameStore:
    """The folder ``frames/``: for each shot a folder with frame, mask and announcement.

    Written by a thread of its own after the shot is safe, and never in its way: where the disk is
    too slow or full, a frame is not kept. The oldest give way. For any thread.
    """

    def __init__(self, state_dir: Path, max_bytes: int) -> None:
        """List what an earlier run has left.

        Args:
            state_dir: where ``frames/`` is, made when the first frame comes.
            max_bytes: the oldest are deleted above this; 0 keeps none.
        """
        self._folder = state_dir / "frames"
        self._max_bytes = max_bytes
        self._lock = threading.RLock()
        self._sizes: dict[str, int] = {}  # By id, the oldest first.
        self._waiting: queue.Queue[tuple[str, Frame, UInt8Array, bytes]] = queue.Queue(
            _MOST_WAITING
        )
        self._thread: threading.Thread | None = None
        self._reported = False
        if self._folder.is_dir():
            self._list_frames()

    @property
    def is_on(self) -> bool:
        """Whether frames are kept at all."""
        return self._max_bytes > 0

    @property
    def shot_ids(self) -> tuple[str, ...]:
        """The shots that can be corrected, oldest first."""
        with self._lock:
            return tuple(self._sizes)

    def __contains__(self, shot_id: object) -> bool:
        """Whether a shot can be corrected."""
        return shot_id in self._sizes

    def put(self, shot_id: str, frame: Frame, alpha: UInt8Array, announcement: bytes) -> None:
        """Keep a frame, soon; nothing waits for it."""
        if not self.is_on:
            return
        try:
            self._waiting.put_nowait((shot_id, frame, alpha, announcement))
        except queue.Full:
            self._report("the disk is too slow for them")
            return
        with self._lock:
            if self._thread is None:
                # No daemon: the process ends when its last frame is written.
                self._thread = threading.Thread(target=self._run, name="frames")
                self._thread.start()

    def load(self, shot_id: str) -> KeptFrame:
        """Read a frame back.

        Raises:
            FrameGoneError: it is not there, or damaged.
        """
        folder = self._folder / shot_id
        try:
            announcement = parse_object((folder / ANNOUNCEMENT).read_bytes())
            pixels = _read_png(folder / FRAME, cv2.IMREAD_COLOR)
            model_alpha = _read_png(folder / MASK, cv2.IMREAD_GRAYSCALE)
            corrected = folder / CORRECTED
            alpha = model_alpha
            if corrected.exists():
                alpha = _read_png(corrected, cv2.IMREAD_GRAYSCALE)
            profile = folder / _PROFILE
            icc_profile = profile.read_bytes() if profile.exists() else None
        except (OSError, ValueError) as error:
            why = "set frames_max_mb under [archive]" if not self.is_on else "take it again"
            raise FrameGoneError(f"this rig has no frame of the shot {shot_id}: {why}") from error
        now = datetime.now(timezone.utc)
        frame = Frame(pixels, "BGR", now, 0.0, 0, shot_id, icc_profile=icc_profile)
        return KeptFrame(frame, alpha, announcement, model_alpha)

    def put_corrected(
        self,
        shot_id: str,
        former_id: str,
        announcement: bytes,
        alpha: UInt8Array,
        strokes: Sequence[dict[str, object]],
    ) -> None:
        """Keep what a person has corrected beside the frame and the model's mask.

        Args:
            shot_id: of the new take.
            former_id: of the shot that was corrected.
            announcement: of the new take.
            alpha: uint8, the corrected mask.
            strokes: that were drawn, if any were.
        """
        former, part = self._folder / former_id, self._folder / f"{PART}{shot_id}"
        try:
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            for name in (FRAME, MASK, _PROFILE):
                with suppress(FileNotFoundError):
                    shutil.copyfile(former / name, part / name)
            write_synced(part / CORRECTED, _encode(alpha))
            document = {"corrects": former_id, "strokes": list(strokes)}
            write_synced(part / _STROKES, json.dumps(document).encode())
            write_synced(part / ANNOUNCEMENT, announcement)
            self._take_in(part, shot_id)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            self._report(str(error.strerror))

    def give_way(self, size_bytes: int) -> bool:
        """Delete the oldest until so many bytes are free; return False where none was left."""
        freed = 0
        with self._lock:
            while self._sizes and freed < size_bytes:
                freed += self._evict()
        return freed > 0

    def finish(self) -> None:
        """Wait until all frames are written that were put in."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                if self._waiting.empty():
                    self._thread = None
                    return
            shot_id, frame, alpha, announcement = self._waiting.get()
            try:
                self._write(shot_id, frame, alpha, announcement)
            except Exception as error:  # noqa: BLE001 - the shot is safe; only this is not kept
                self._report(getattr(error, "strerror", None) or str(error))
            del frame, alpha

    def _write(self, shot_id: str, frame: Frame, alpha: UInt8Array, announcement: bytes) -> None:
        self._folder.mkdir(exist_ok=True)
        part = self._folder / f"{PART}{shot_id}"
        pixels = frame.pixels
        if frame.colour_order == "RGB":
            pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), dtype=np.uint8)
        data, mask = _encode(pixels), _encode(alpha)
        size_bytes = len(data) + len(mask)
        if shutil.disk_usage(self._folder).free < 2 * size_bytes:
            self._report("the disk is full")
            return
        try:
            part.mkdir()
            write_synced(part / FRAME, data)
            write_synced(part / MASK, mask)
            if frame.icc_profile is not None:
                write_synced(part / _PROFILE, frame.icc_profile)
            write_synced(part / ANNOUNCEMENT, announcement)
            self._take_in(part, shot_id)
        except OSError:
            shutil.rmtree(part, ignore_errors=True)
            raise

    def _take_in(self, part: Path, shot_id: str) -> None:
        size_bytes = sum(file.stat().st_size for file in part.iterdir())
        with self._lock:
            while self._sizes and sum(self._sizes.values()) + size_bytes > self._max_bytes:
                self._evict()
            part.rename(self._folder / shot_id)
            self._sizes[shot_id] = size_bytes
        sync_folder(self._folder)

    def _evict(self) -> int:
        """Delete the oldest; return its bytes, 0 where the disk does not let it go."""
        shot_id = next(iter(self._sizes))
        size_bytes = self._sizes.pop(shot_id)
        try:
            delete_shot(self._folder / shot_id)
        except OSError as error:
            _LOG.debug("the frame of %s cannot be deleted (%s)", shot_id, error.strerror)
            return 0
        return size_bytes

    def _report(self, why: str) -> None:
        if not self._reported:
            _LOG.warning("a shot's frame was not kept, so it cannot be corrected: %s", why)
        self._reported = True

    def _list_frames(self) -> None:
        found = {}
        for path in self._folder.iterdir():
            if path.name.startswith((PART, GONE)):
                clear_away(path)
            elif is_shot_id(path.name) and path.is_dir():
                found[path.name] = sum(file.stat().st_size for file in path.iterdir())
        self._sizes = {shot_id: found[shot_id] for shot_id in sorted(found, key=order_shots)}


def _encode(pixels: UInt8Array) -> bytes:
    return cv2.imencode(".png", pixels, _FAST)[1].tobytes()


def _read_png(path: Path, flags: int) -> UInt8Array:
    """Read a picture that this program has written.

    Raises:
        OSError: it cannot be read.
        ValueError: it is damaged.
    """
    read = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), flags)
    if read is None:
        raise ValueError(f"{path} is no picture")
    return np.asarray(read, dtype=np.uint8)
