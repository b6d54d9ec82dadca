"""From a corrected mask to a new take in the spool."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from device.contract.content_type import CONTENT_TYPES
from device.contract.message import encode_json
from device.contract.shot_id import format_shot_id, format_time
from device.contract.topics import Topics
from device.correction.edge_colours import estimate_edge_colours
from device.encoding.cutout_file import CutoutEncoding
from device.imaging.arrays import UInt8Array
from device.imaging.mask import Mask, make_mask
from device.pipeline.cutout import Cutout
from device.settings.output import OutputSettings
from device.shots.frame_store import FrameStore
from device.shots.ledger import Ledger
from device.shots.shot import FORMAT_VERSION
from device.shots.spool import Spool

# What the picture itself says, whatever its mask is. The others were about the model's mask.
_OF_THE_PICTURE = frozenset(
    {
        *("damaged", "touches-edge", "blurred", "moved", "over-exposed", "under-exposed"),
        *("white-balance", "somebody-in-picture"),
    }
)
_NOTE = "touches-edge"
_EMBEDDED = (
    *("id", "rig", "serial", "sku", "sku_original", "view", "take", "replaces", "corrected"),
    *("stem", "source", "captured_at", "seen_at", "clock", "bundle_id", "backend"),
)


class CorrectedTakes:
    """Makes them, one at a time. For any thread but the shooting thread, which it would hold up.

    Attributes:
        on_taken: called with the announcement of each.
    """

    def __init__(
        self,
        frames: FrameStore,
        spool: Spool,
        ledger: Ledger,
        topics: Topics,
        output: OutputSettings,
    ) -> None:
        """Prepare.

        Args:
            frames: of the latest shots.
            spool: takes the new take.
            ledger: numbers it.
            topics: of the rig.
            output: layout and format, as of every shot.
        """
        self.on_taken: Callable[[Mapping[str, Any]], object] = lambda _: None
        self._frames = frames
        self._spool = spool
        self._ledger = ledger
        self._topics = topics
        self._output = output
        self._lock = threading.Lock()

    def save(
        self,
        shot_id: str,
        change: Callable[[Any], UInt8Array],
        strokes: Sequence[dict[str, object]],
        request_id: str | None,
    ) -> dict[str, Any]:
        """Publish a shot anew with another mask; when this returns the new take is durable.

        Args:
            shot_id: of the shot, which stays.
            change: returns the corrected alpha, uint8, of the `KeptFrame` that it is given.
            strokes: that it was made with, if any were.
            request_id: of the command that asked for it.

        Returns:
            The new take's announcement.

        Raises:
            FrameGoneError: the rig has no frame of the shot.
            SpoolError: the disk did not take the new take.
        """
        with self._lock:
            begun_s = time.perf_counter()
            kept = self._frames.load(shot_id)
            alpha = change(kept)
            mask = make_mask(alpha)
            former = kept.announcement
            cutout = Cutout(
                frame=kept.frame,
                mask=mask,
                bundle_id=str(former.get("bundle_id")),
                backend=str(former.get("backend")),
                edge_colours=estimate_edge_colours(kept.frame, alpha),
            )
            encoding = CutoutEncoding(cutout, self._output)
            fields = self._describe(former, mask, request_id)
            picture = encoding.finish({key: fields.get(key) for key in _EMBEDDED})
            fields |= {
                "content_type": CONTENT_TYPES[self._output.format],
                "size_bytes": len(picture),
                "sha256": hashlib.sha256(picture).hexdigest(),
                "stage_ms": {"correct": round((time.perf_counter() - begun_s) * 1000, 3)},
            }
            announcement = encode_json(fields)
            self._spool.add(fields["id"], picture, announcement)
            self._frames.put_corrected(fields["id"], shot_id, announcement, alpha, strokes)
            self._spool.release(fields["id"])
        self.on_taken(fields)
        return fields

    def _describe(
        self, former: Mapping[str, Any], mask: Mask, request_id: str | None
    ) -> dict[str, Any]:
        now = datetime.now(timezone.utc)
        serial, take = self._ledger.number(
            sku=former.get("sku"), view=former.get("view"), stem=former.get("stem")
        )
        new_id = format_shot_id(now, self._topics.rig, serial)
        box = mask.bbox
        keys = ("left_px", "top_px", "width_px", "height_px")
        return {
            **former,
            "format_version": FORMAT_VERSION,
            "id": new_id,
            "rig": self._topics.rig,
            "serial": serial,
            "take": take,
            "replaces": former["id"],
            "corrected": True,
            "request_id": request_id,
            "seen_at": format_time(now),
            "cut_at": format_time(now),
            "garment_share": round(mask.garment_share, 6),
            "bbox": None if box is None else dict(zip(keys, box, strict=True)),
            "cutout_topic": self._topics.cutout(new_id),
            "verdict": _judge_anew(former.get("verdict"), mask),
        }


def _judge_anew(verdict: object, mask: Mask) -> dict[str, Any]:
    """Return the verdict of a corrected shot: what was said of the picture itself stays."""
    former = verdict if isinstance(verdict, dict) else {}
    pairs = [
        (reason, advice)
        for reason, advice in zip(former.get("reasons", []), former.get("advice", []), strict=False)
        if reason in _OF_THE_PICTURE
    ]
    is_well = all(reason == _NOTE for reason, _ in pairs)
    return {
        "state": "ok" if is_well else former.get("state", "unsure"),
        "reasons": [reason for reason, _ in pairs],
        "advice": [advice for _, advice in pairs],
        "measurements": {"garment_share": round(mask.garment_share, 6)},
    }
