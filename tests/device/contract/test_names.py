"""Names, topics and shots as they travel."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from device.contract.message import encode_json, make_json_message
from device.contract.names import check_name, check_prefix, is_name, is_shot_id, suggest_name
from device.contract.shot_id import format_shot_id, format_time, parse_serial
from device.contract.text import strip_unprintable
from device.contract.topics import ShotTopic, Topics, parse_shot_topic
from device.errors import UsageError

MOMENT = datetime(2026, 11, 22, 15, 48, 0, 123456, timezone(timedelta(hours=1)))


def test_shot_id_is_sortable_and_safe() -> None:
    """An id begins with the UTC time, carries rig and number, and is a legal file name."""
    identifier = format_shot_id(MOMENT, "rig-1", 1)
    assert identifier == "20261122T144800123Z-rig-1-0001"
    assert is_shot_id(identifier)
    assert parse_serial(identifier) == 1
    assert parse_serial(format_shot_id(MOMENT, "9-9", 123456)) == 123456
    assert format_time(MOMENT) == "2026-11-22T14:48:00.123Z"


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", ".a", "a/b", "a+", "#", "a b", "a\n", "a\0", "ä", "a" * 65, "x\u2028", None, 3],
)
def test_unsafe_names_are_refused(text: object) -> None:
    """Nothing that could leave a folder, match other topics or break a line is a name."""
    assert not is_name(text)
    assert not is_shot_id(text)
    if isinstance(text, str):
        with pytest.raises(UsageError):
            check_name(text, "rig")


def test_prefix_may_have_levels() -> None:
    """A prefix is one or more names; anything else is refused."""
    assert check_prefix("studio/selvedge") == "studio/selvedge"
    for wrong in ("", "/", "a//b", "a/", "a/#", "$SYS", "a/" * 80 + "a"):
        with pytest.raises(UsageError):
            check_prefix(wrong)


def test_any_host_name_gives_a_name() -> None:
    """The machine's name becomes a rig's name, whatever the machine is called."""
    assert suggest_name("studio-1.local", "rig") == "studio-1.local"
    assert suggest_name("Größe 1", "rig") == "Gr--e-1"
    assert suggest_name("...", "rig") == "rig"


def test_topics_are_read_back() -> None:
    """A shot's two topics say rig, kind and id again."""
    topics = Topics("a/b", "rig")
    identifier = format_shot_id(MOMENT, "rig", 7)
    assert parse_shot_topic("a/b", topics.cutout(identifier)) == ShotTopic(
        "rig", "cutout", identifier
    )
    assert parse_shot_topic("a/b", topics.shot(identifier)) == ShotTopic("rig", "shot", identifier)


@pytest.mark.parametrize(
    "tail",
    [
        "x",
        "rig/cutout/../../etc/passwd",
        "rig/cutout/..",
        "rig/other/ID",
        "../cutout/ID",
        "rig//ID",
    ],
)
def test_hostile_topics_are_not_read(tail: str) -> None:
    """A topic that is not exactly a shot's says nothing."""
    identifier = format_shot_id(MOMENT, "rig", 7)
    assert parse_shot_topic("p", f"p/{tail.replace('ID', identifier)}") is None
    assert parse_shot_topic("p", f"q/rig/cutout/{identifier}") is None


def test_json_is_strict() -> None:
    """Documents are compact UTF-8, and NaN, which no other language reads, is an error."""
    message = make_json_message("t", {"name": "Größe"}, qos=1)
    assert message.payload == '{"name":"Größe"}'.encode()
    assert message.content_type == "application/json"
    with pytest.raises(ValueError, match="JSON"):
        encode_json({"x": float("nan")})


def test_odd_file_names_become_printable() -> None:
    """A file name that is not valid text, or has control characters, cannot break a message."""
    assert strip_unprintable("IMG_1") == "IMG_1"
    assert strip_unprintable("Größe 1") == "Größe 1"
    json.loads(encode_json({"x": strip_unprintable("a\udcffb\n\x1b[31m")}))
    assert "\n" not in strip_unprintable("a\nb")
    assert len(strip_unprintable("x y" * 1000)) == 255
