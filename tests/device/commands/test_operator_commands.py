"""What the operator asks of a rig, by MQTT or on its own page."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from device.capture.late_notice import LateNotices
from device.capture.request_queue import CaptureQueue
from device.capture.selection import Selection
from device.commands.commands import Commands
from device.contract.capture_request import format_result
from device.contract.garment_tag import UNTAGGED, GarmentTag
from device.contract.message import Message
from device.contract.topics import Topics
from device.shots.ledger import Ledger
from device.shots.review_book import ReviewBook
from device.shots.spool import Spool
from device.system.parallel import own_workers
from tests.support.capture_queues import publish_into
from tests.support.drawn_shirt import draw_shirt
from tests.support.pictures import make_frame
from tests.support.shot_paths import open_shot_path
from tests.support.spooled_shots import add_shot, make_shot_id

TOPICS = Topics("selvedge", "rig")
MEGABYTE = 1_000_000
IDS = [make_shot_id(serial, second=serial) for serial in range(1, 4)]


def validate(name: str, document: object) -> None:
    """Hold a document against a schema that ships with the package."""
    text = (resources.files("device") / "schemas" / f"{name}.json").read_text("utf-8")
    jsonschema.Draft202012Validator(json.loads(text)).validate(document)


class _Rig:
    """The commands of a rig, its disk, and no camera."""

    def __init__(self, state: Path) -> None:
        self.spool = Spool(state, 100 * MEGABYTE, archive_bytes=MEGABYTE)
        self.ledger = Ledger(state, 0)
        self.requests = CaptureQueue(TOPICS, self.ledger, LateNotices(publish_into([])))
        self.commands = Commands(TOPICS, self.requests, self.ledger, self.spool, state)

    def send(self, name: str, /, **fields: object) -> None:
        """Send a command as a client does."""
        payload = json.dumps(fields).encode() if fields else b""
        topic = TOPICS.command(name)
        self.commands.receive(Message(topic, payload, 1, correlation_data=b"c"))

    def ask(self, name: str, /, **fields: object) -> dict[str, Any]:
        """Send a command that is answered at once, and return the answer."""
        self.send(name, **fields)
        answer = self.requests.answers.first()
        assert answer is not None
        self.requests.answers.drop(answer)
        assert (answer.topic, answer.correlation_data) == (TOPICS.command_result(name), b"c")
        document = json.loads(answer.payload)
        validate("command-result", document)
        assert isinstance(document, dict)
        return document


@pytest.fixture(name="rig")
def _rig(tmp_path: Path) -> _Rig:
    return _Rig(tmp_path)


def test_a_button_without_request_id_shoots_each_time(rig: _Rig) -> None:
    """An empty payload, or one that never changes, is another request each time it comes."""
    for _ in range(2):
        rig.send("capture")
        rig.send("capture", sku="4711")
    found = []
    while (request := rig.requests.next_request()) is not None:
        found.append(request)
        rig.requests.answer(format_result(request.request_id, "taken", shot_id=IDS[0]))
    assert [each.sku for each in found] == [None, "4711"] * 2
    assert len({each.request_id for each in found}) == 4
    answers = [json.loads(answer.payload) for answer in rig.requests.answers]
    assert [each["request_id"] for each in answers] == [each.request_id for each in found]


def test_select_names_the_coming_shots(rig: _Rig) -> None:
    """What is selected stays until something else is; an empty command ends it."""
    answer = rig.ask("select", request_id="s1", sku="4711", view="back")
    assert (answer["code"], answer["sku"], answer["view"]) == ("accepted", "4711", "back")
    assert rig.commands.selection.tag == GarmentTag("4711", "back")
    assert rig.ask("select", sku="a/b")["code"] == "invalid"
    assert rig.ask("select", SKU="4712")["code"] == "invalid"
    assert rig.commands.selection.tag == GarmentTag("4711", "back")
    assert rig.ask("select")["sku"] is None
    assert rig.commands.selection.tag == UNTAGGED
    # A client that lost its connection sends its command again.
    assert rig.ask("select", request_id="s1", sku="4711", view="back") == answer
    assert rig.commands.selection.tag == UNTAGGED


def test_a_label_shown_later_and_a_file_name_go_before_the_selection() -> None:
    """The latest word of the person at the set counts, and a photo's own name before it."""
    selection = Selection()
    label = GarmentTag("LABEL")
    selection.select(GarmentTag("4711", "back"))
    assert selection.outrank(label) == GarmentTag("4711", "back")
    assert selection.fill(GarmentTag("FILE", "front")) == GarmentTag("FILE", "front")
    assert selection.fill(GarmentTag("FILE")) == GarmentTag("FILE")
    assert selection.fill(UNTAGGED) == GarmentTag("4711", "back")
    selection.give_way()
    assert selection.outrank(label) == label
    selection.select(GarmentTag(view="back"))
    assert selection.outrank(label) == GarmentTag("LABEL", "back")
    assert selection.fill(GarmentTag("FILE")) == GarmentTag("FILE", "back")


def test_a_retake_is_a_new_shot_of_the_same_garment_that_says_what_it_replaces(
    rig: _Rig,
) -> None:
    """Whatever is selected by then: SKU and view are those of the shot that is taken again."""
    path = open_shot_path(rig.spool, rig.ledger, TOPICS)
    frame = make_frame(draw_shirt(1)[0])
    with own_workers():
        first, _ = path.shoot(frame, tag=GarmentTag("4711", "front"))
        rig.commands.selection.select(GarmentTag("4712", "back"))
        rig.send("retake", request_id="r1", shot_id=first.id)
        request = rig.requests.next_request()
        again, _ = path.shoot(frame, request=request, tag=rig.commands.selection.tag)
    rig.requests.answer(again.answer())
    (answer,) = rig.requests.answers
    assert answer.topic == TOPICS.command_result("retake")
    validate("capture-result", json.loads(answer.payload))
    assert json.loads(answer.payload)["shot_id"] == again.id
    kept = rig.commands.kept.find(again.id)
    assert kept is not None
    validate("shot", kept.announcement)
    assert (kept.sku, kept.view, kept.announcement["take"]) == ("4711", "front", 2)
    assert kept.announcement["replaces"] == first.id
    assert kept.picture.is_file()


def test_a_retake_without_id_means_the_newest_shot_wherever_it_lies(rig: _Rig) -> None:
    """Delivered or not; a rig without shots, and a shot that is gone, are named in the answer."""
    assert rig.ask("retake")["code"] == "refused"
    for shot_id, sku in zip(IDS[:2], ("A", "B"), strict=True):
        add_shot(rig.spool, shot_id, sku=sku)
        rig.spool.remove(shot_id)
    rig.send("retake")
    request = rig.requests.next_request()
    assert request is not None
    assert (request.sku, request.view, request.replaces) == ("B", None, IDS[1])
    refused = rig.ask("retake", shot_id=IDS[2])
    assert (refused["code"], IDS[2] in refused["error"]) == ("refused", True)
    assert rig.ask("retake", shot_id="../x")["code"] == "invalid"


def test_the_page_gets_its_answers_in_the_same_process(rig: _Rig) -> None:
    """A command from inside goes the same way, and its answer to whoever asked alone."""
    heard: list[dict[str, Any]] = []
    rig.commands.ask("select", b'{"sku": "4711"}', heard.append)
    rig.commands.ask("capture", b"", heard.append)
    rig.commands.ask("capture", b"[]", heard.append)
    request = rig.requests.next_request()
    assert request is not None
    rig.requests.answer(format_result(request.request_id, "taken", shot_id=IDS[0]))
    assert [each["code"] for each in heard] == ["accepted", "invalid", "taken"]
    assert not rig.requests.answers


def test_retained_commands_are_ignored(rig: _Rig) -> None:
    """A command that a broker repeats at every start does nothing."""
    for name in ("select", "retake", "capture"):
        rig.commands.receive(Message(TOPICS.command(name), b'{"sku": "X"}', 1, retain=True))
    assert rig.commands.selection.tag == UNTAGGED
    assert rig.requests.next_request() is None
    assert not rig.requests.answers


def test_approve_and_reject_are_kept_and_the_last_one_counts(rig: _Rig, tmp_path: Path) -> None:
    """Also of a shot that has left the archive, and after a restart; of no shot of another rig."""
    add_shot(rig.spool, IDS[0], sku="A", view="front")
    for _ in range(2):
        rig.ledger.number(sku=None, view=None, stem=None)
    answer = rig.ask("reject", shot_id=IDS[0], reason=" crease at\nthe hem ")
    assert (answer["code"], answer["shot_id"], answer["state"]) == ("accepted", IDS[0], "rejected")
    assert rig.ask("approve", shot_id=IDS[1])["code"] == "accepted"
    for strange in (IDS[2], make_shot_id(1, rig="other")):
        assert rig.ask("approve", shot_id=strange)["code"] == "refused"
    for wrong in ({}, {"shot_id": "x"}, {"shot_id": IDS[0], "reason": "x" * 201}):
        assert rig.ask("approve", **wrong)["code"] == "invalid"
    for book in (rig.commands.reviews, ReviewBook(tmp_path)):
        review = book.find(IDS[0])
        assert review is not None
        assert (review.state, review.sku, review.view) == ("rejected", "A", "front")
        assert "\n" not in str(review.reason)
        message = review.make_message("selvedge")
        assert (message.topic, message.qos) == (TOPICS.review(IDS[0]), 1)
        validate("review", json.loads(message.payload))
        assert book.due_count == 2
    assert rig.ask("approve", shot_id=IDS[0])["code"] == "accepted"
    review = ReviewBook(tmp_path).find(IDS[0])
    assert (review is not None and review.state) == "approved"


def test_a_shot_list_is_sent_and_its_faults_are_named(rig: _Rig, tmp_path: Path) -> None:
    """Loaded whole or not at all; its export has what was decided, and a restart keeps it."""
    answer = rig.ask("list", csv="sku,views\nA,front back\nB/,front\n,x\n")
    assert (answer["code"], len(answer["faults"])) == ("invalid", 2)
    assert answer["faults"][0].startswith("line 3: ")
    answer = rig.ask("list", csv="sku;views\nA;front back\n", name="Monday")
    assert (answer["code"], answer["list"]["total"]) == ("accepted", 2)
    add_shot(rig.spool, IDS[0], sku="A", view="front", verdict={"state": "ok"})
    rig.commands.shot_list.note_shot(IDS[0], "A", "front", "ok")
    assert rig.ask("reject", shot_id=IDS[0])["code"] == "accepted"
    exported = rig.ask("list", export=True)["csv"].splitlines()
    assert exported[1].startswith(f"A,front,,,rejected,{IDS[0]},ok,")
    # A shot that was on disk when the rig was killed, and that the list had not noted.
    add_shot(rig.spool, IDS[1], sku="A", view="back", verdict={"state": "ok"})
    again = _Rig(tmp_path).ask("list")["list"]
    assert (again["missing"], again["taken"], again["rejected"]) == (0, 1, 1)
    for wrong in ({"csv": 1}, {"clear": "yes"}, {"csv": "sku\nA\n", "clear": True}):
        assert rig.ask("list", **wrong)["code"] == "invalid"
    assert rig.ask("list", clear=True)["list"]["total"] == 0
