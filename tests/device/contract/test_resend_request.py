"""Requests for delivered shots: read as the schema says, whatever comes."""

from __future__ import annotations

import json
import random
from importlib import resources

import jsonschema
import pytest

from device.contract.command_payload import BadRequestError
from device.contract.resend_request import (
    ResendRequest,
    format_resend_result,
    parse_resend_request,
)
from tests.support.spooled_shots import make_shot_id

IDS = [make_shot_id(serial) for serial in (1, 2)]


def _validator(name: str) -> jsonschema.Draft202012Validator:
    text = (resources.files("device") / "schemas" / f"{name}.json").read_text("utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def test_request_is_read() -> None:
    """By ids, each once; by SKU; by time, in the form that ids have."""
    many = json.dumps({"request_id": "a", "ids": [*IDS, IDS[0]]}).encode()
    assert parse_resend_request(many) == ResendRequest("a", ids=tuple(IDS))
    assert parse_resend_request(b'{"request_id": "a", "sku": "S"}') == ResendRequest("a", sku="S")
    by_time = {
        "request_id": "a",
        "since": "2026-11-22T14:48:00Z",
        "until": "2026-11-23T00:00:00.5Z",
    }
    assert parse_resend_request(json.dumps(by_time).encode()) == ResendRequest(
        "a", since="20261122T144800000Z", until="20261123T000000500Z"
    )


_NASTY: tuple[object, ...] = (
    *(
        None,
        True,
        0,
        1e308,
        "",
        "..",
        "+",
        "a/b",
        "ä",
        "\ud800",
        "x" * 65,
        [],
        {},
        ["a"],
        [IDS[0], 5],
    ),
    *(IDS * 200, [IDS], "2026-02-31T00:00:00Z", "0000-01-01T00:00:00Z", "2026-11-22", "1h"),
    *("2026-11-22T24:00:00Z", "2026-11-22T14:48:00+01:00", "９026-11-22T14:48:00Z"),
)
_FINE: dict[str, object] = {
    "ids": IDS,
    "sku": "S-1",
    "since": "2026-11-22T14:48:00.123Z",
    "until": "2026-11-23T00:00:00Z",
}


def _refuse(payload: bytes) -> str | None:
    """The sentence with which a request is refused; None where it is read."""
    try:
        parse_resend_request(payload)
    except BadRequestError as error:
        return str(error)
    return None


def test_three_thousand_requests_are_read_as_the_schema_allows() -> None:
    """What the schema allows is read or has an impossible date; all else is one clear sentence."""
    chance, validator = random.Random(7), _validator("resend-request")  # noqa: S311 - repeatable
    read = refused = 0
    for _ in range(3000):
        fields: dict[str, object] = {"request_id": "a1"}
        for key, fine in chance.sample(sorted(_FINE.items()), chance.choice([1, 1, 2])):
            fields[key] = fine if chance.random() < 0.6 else chance.choice(_NASTY)
        if chance.random() < 0.2:
            fields[chance.choice(["request_id", "more", ""])] = chance.choice(_NASTY)
        is_valid = validator.is_valid(fields)
        sentence = _refuse(json.dumps(fields).encode())
        read, refused = read + (sentence is None), refused + (sentence is not None)
        if sentence is None:
            assert is_valid
        else:
            assert "\n" not in sentence
            # A schema knows no calendar.
            assert not is_valid or "is not a time" in sentence
    assert read > 50
    assert refused > 500


@pytest.mark.parametrize("payload", [b"", b"[]", b"[" * 9000, b" " * 40_000, b"\xff"])
def test_payload_that_is_no_request_is_one_sentence(payload: bytes) -> None:
    """Bytes of any kind and length end in a sentence."""
    with pytest.raises(BadRequestError) as refusal:
        parse_resend_request(payload)
    assert "\n" not in str(refusal.value)


def test_answers_keep_their_schema() -> None:
    """Each code is valid, with its counts where it has them."""
    validator = _validator("resend-result")
    accepted = format_resend_result("a", "accepted", shots=2, waiting=0, missing=IDS)
    validator.validate(accepted)
    assert accepted["missing"] == IDS
    validator.validate(format_resend_result(None, "invalid", error="it is not JSON"))
    assert not validator.is_valid({"format_version": 1, "request_id": "a", "code": "accepted"})
