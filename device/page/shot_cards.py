"""What the page's script knows of a shot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from device.contract.shot_id import format_time
from device.page.places import to_shares
from device.shots.shot import Shot


def describe_shot(shot: Shot) -> dict[str, Any]:
    """Return what the page shows of a shot that was just taken."""
    frame, label = shot.cutout.frame, shot.label
    return {
        "id": shot.id,
        "sku": label.sku,
        "view": label.view,
        "take": label.take,
        "replaces": label.replaces,
        "at": format_time(frame.seen_at),
        "width_px": frame.width_px,
        "height_px": frame.height_px,
        "box": to_shares(shot.cutout.mask.bbox, shot.cutout),
        "verdict": shot.verdict.summarise(),
        "places": [],
        "review": None,
        "corrected": False,
        "on_disk": False,
    }


def describe_announced(announcement: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same of a shot's announcement.

    Raises:
        KeyError: it has not all that is needed.
        TypeError: as above.
    """
    verdict = announcement["verdict"]
    return {
        **{key: announcement[key] for key in ("id", "sku", "view", "take")},
        **{key: announcement[key] for key in ("width_px", "height_px")},
        "replaces": announcement.get("replaces"),
        "at": announcement["seen_at"],
        "box": None,
        "verdict": {key: verdict[key] for key in ("state", "reasons", "advice")},
        "places": [],
        "review": None,
        "corrected": bool(announcement.get("corrected")),
        "on_disk": True,
    }
