"""The JSON Schemas that ship with the package, held against what the code makes."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from importlib import resources
from typing import Any

import jsonschema
import numpy as np
import pytest

from device.contract.capture_request import format_result, parse_request
from device.contract.status import RigStatus
from device.daemon.stats import DeliveryState, Stats
from device.shots.shot import Shot, ShotLabel
from device.verdict.measurements import measure
from device.verdict.verdict import BLURRED, TOUCHES_EDGE, Verdict, judge
from tests.support.pictures import make_cutout, make_frame, noise

NAMES = (
    *("status", "shot", "stats", "capture-request", "capture-result"),
    *("select-request", "retake-request", "review-request", "review", "command-result"),
    *("list-request", "list", "correct-request"),
)


def _validator(name: str) -> jsonschema.Draft202012Validator:
    text = (resources.files("device") / "schemas" / f"{name}.json").read_text("utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def _shot(*, empty: bool = False) -> dict[str, Any]:
    alpha = np.zeros((90, 120), np.uint8)
    if not empty:
        alpha[20:50, 30:60] = 255
    cutout = make_cutout(make_frame(noise(90, 120)), alpha)
    label = ShotLabel("rig-1", 7, 2, None if empty else "SKU-1", "front", "req-1")
    cut_at = datetime.now(timezone.utc)
    shot = Shot(label, cutout, judge(measure(cutout)), cut_at, {"invoke": 1.23456})
    return shot.build_announcement(sha256="0" * 64, size_bytes=9, topic="t")


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_a_schema(name: str) -> None:
    """Each shipped schema is valid JSON Schema 2020-12 and describes itself."""
    schema = _validator(name).schema
    assert isinstance(schema, dict)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("empty", [False, True])
def test_shot_keeps_its_schema(*, empty: bool) -> None:
    """The announcement of a shot is valid, with a garment and without."""
    document = _shot(empty=empty)
    _validator("shot").validate(document)
    assert (document["bbox"] is None) == empty
    if not empty:
        assert document["bbox"] == {"left_px": 30, "top_px": 20, "width_px": 30, "height_px": 30}


def test_status_keeps_its_schema() -> None:
    """Every state of a rig, well or degraded, is valid."""
    for state in ("online", "stopped", "offline"):
        for degraded in ((), ("the camera is gone",)):
            status = RigStatus(
                "rig", "bundle", "cpu", "0", "still", "2026-11-22T14:48:00.123Z", degraded
            )
            message = status.message("t", state)
            assert (message.qos, message.retain) == (1, True)
            _validator("status").validate(json.loads(message.payload))


def test_stats_keep_their_schema() -> None:
    """Stats are valid before the first frame and after."""
    counters = Stats()
    state = DeliveryState(connected=False, reconnects=0, spool_depth=0, spool_bytes=0)
    _validator("stats").validate(counters.describe("rig", state))
    counters.count_frame(0)
    counters.add_times("shot", {"invoke": 3.0})
    _validator("stats").validate(counters.describe("rig", state))


def test_commands_keep_their_schemas() -> None:
    """Requests that are read are those that the schema allows, and answers are valid."""
    request = _validator("capture-request")
    assert request.is_valid({"request_id": "a", "sku": "S", "view": None})
    assert request.is_valid({})
    for wrong in ({"request_id": "a/b"}, {"request_id": "a", "more": 1}):
        assert not request.is_valid(wrong)
    assert parse_request(b'{"request_id": "a", "sku": "S", "view": null}').sku == "S"
    answers = _validator("capture-result")
    answers.validate(format_result("a", "taken", shot_id="20261122T144800123Z-rig-0001"))
    verdict = Verdict("retake", (BLURRED, TOUCHES_EDGE)).summarise()
    answers.validate(format_result("a", "taken", verdict=verdict))
    answers.validate(format_result(None, "invalid", error="it is not JSON"))


def test_unknown_fields_are_forbidden() -> None:
    """A field that no schema names is a mistake, so each schema is closed."""
    for name in (
        "status",
        "shot",
        "stats",
        "capture-result",
        "resend-result",
        "command-result",
        "review",
    ):
        errors = [error.validator for error in _validator(name).iter_errors({"surprise": 1})]
        assert "additionalProperties" in errors
