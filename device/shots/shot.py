"""One shot: its name, and everything that is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from device.contract.capture_request import format_result
from device.contract.shot_id import format_shot_id, format_time
from device.contract.text import strip_unprintable
from device.pipeline.cutout import Cutout
from device.verdict.verdict import Verdict

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class ShotLabel:
    """What a shot is called, and what of.

    Attributes:
        rig: the rig that took it.
        serial: number of the shot at this rig, from 1; never used twice.
        take: number of the shot of the same SKU and view (or of the same file), from 1.
        sku: the garment's number in the catalogue, if known.
        view: ``front``, ``back``, …, if known.
        request_id: of the command that asked for it, if one did.
        clock: ``unsure`` where the rig's own times cannot be right.
        sku_original: the SKU as it was written, where `sku` had to be made of it.
        replaces: the shot that was taken again, if this one was asked for as its retake.
    """

    rig: str
    serial: int
    take: int
    sku: str | None = None
    view: str | None = None
    request_id: str | None = None
    clock: str = "ok"
    sku_original: str | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """A cutout with its label and verdict.

    Attributes:
        label: what it is called.
        cutout: the frame and its mask.
        verdict: the first judgement.
        cut_at: when the cutout was ready, UTC.
        stage_ms: wall-clock milliseconds by stage, from the first of the pipeline to ``encode``.
        content_type: of the picture.
    """

    label: ShotLabel
    cutout: Cutout
    verdict: Verdict
    cut_at: datetime
    stage_ms: Mapping[str, float]
    content_type: str = "image/png"

    @property
    def id(self) -> str:
        """Name of the shot: sorts by time, safe in topics and file names."""
        return format_shot_id(self.cutout.frame.seen_at, self.label.rig, self.label.serial)

    def answer(self) -> dict[str, object]:
        """Return the answer to the request that asked for the shot."""
        verdict = self.verdict.summarise()
        return format_result(self.label.request_id, "taken", shot_id=self.id, verdict=verdict)

    def build_announcement(self, *, sha256: str, size_bytes: int, topic: str) -> dict[str, object]:
        """Return the JSON that follows the picture (``schemas/shot.json``).

        Args:
            sha256: of the picture's bytes, hexadecimal.
            size_bytes: of the picture.
            topic: where the picture is published.
        """
        frame, mask = self.cutout.frame, self.cutout.mask
        box = mask.bbox
        return {
            "format_version": FORMAT_VERSION,
            **describe_shot(self.label, self.cutout),
            "source_sha256": frame.source_sha256,
            "request_id": self.label.request_id,
            "cut_at": format_time(self.cut_at),
            "width_px": frame.width_px,
            "height_px": frame.height_px,
            "garment_share": round(mask.garment_share, 6),
            "bbox": None
            if box is None
            else dict(zip(("left_px", "top_px", "width_px", "height_px"), box, strict=True)),
            "cutout_topic": topic,
            "content_type": self.content_type,
            "size_bytes": size_bytes,
            "sha256": sha256,
            "verdict": self.verdict.describe(),
            "stage_ms": {stage: round(each, 3) for stage, each in self.stage_ms.items()},
        }


def describe_shot(label: ShotLabel, cutout: Cutout) -> dict[str, object]:
    """Return what is written into the picture itself, and repeated in the announcement."""
    frame = cutout.frame
    return {
        "id": format_shot_id(frame.seen_at, label.rig, label.serial),
        "rig": label.rig,
        "serial": label.serial,
        "sku": label.sku,
        "sku_original": _strip(label.sku_original),
        "view": label.view,
        "take": label.take,
        "replaces": label.replaces,
        "corrected": False,
        "stem": _strip(frame.stem),
        "source": strip_unprintable(frame.source),
        "captured_at": format_time(frame.captured_at),
        "seen_at": format_time(frame.seen_at),
        "clock": label.clock,
        "bundle_id": cutout.bundle_id,
        "backend": cutout.backend,
    }


def _strip(text: str | None) -> str | None:
    return None if text is None else strip_unprintable(text)
