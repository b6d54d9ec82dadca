"""What the log says of each shot: one line."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from device.shots.shot import Shot
from device.system.log_format import fields

_LOG = logging.getLogger(__name__)


def log_shot(shot: Shot, size_bytes: int, stage_ms: Mapping[str, float]) -> None:
    """Write the line of a shot that is safe on disk: ``msg=shot shot=ID …``.

    Args:
        shot: which.
        size_bytes: of its picture file.
        stage_ms: milliseconds by stage, ``total`` included.
    """
    label, frame, verdict = shot.label, shot.cutout.frame, shot.verdict
    told = shot.metadata()
    _LOG.info(
        "shot",
        extra=fields(
            shot=shot.id,
            source=told["source"],
            sku=label.sku,
            view=label.view,
            take=label.take,
            request=label.request_id,
            verdict=verdict.state,
            reasons=",".join(verdict.reasons) or None,
            width_px=frame.width_px,
            height_px=frame.height_px,
            size_bytes=size_bytes,
            backend=shot.cutout.backend,
            **{f"{stage}_ms": taken_ms for stage, taken_ms in stage_ms.items()},
        ),
    )
