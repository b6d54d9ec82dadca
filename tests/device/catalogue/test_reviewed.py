"""A subscriber that waits until cutouts are approved."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.catalogue.folder import Held, Refused, Saved
from device.catalogue.reviewed import ReviewedCatalogue
from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from tests.support.killed_program import kill_at_each_operation
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import Program, wait_until
from tests.support.published import CUTOUT, ID, PNG, SHOT, announcement, files_in

REVIEW = f"selvedge/rig/review/{ID}"
BOTH = [f"{ID}.json", f"{ID}.png"]


def _review(state: str, minute: int = 0) -> Message:
    document = {
        "shot_id": ID,
        "state": state,
        "reviewed_at": f"2026-11-22T15:{minute:02d}:00.000Z",
        "reason": None,
    }
    return Message(REVIEW, json.dumps(document).encode(), 1)


PICTURE, ANNOUNCEMENT = Message(CUTOUT, PNG, 1), Message(SHOT, announcement(), 1)


def _lies_in(folder: Path) -> list[str]:
    """The folders, of the three, in which the shot lies."""
    places = {"held": folder / "held", "approved": folder, "rejected": folder / "rejected"}
    found = [name for name, place in places.items() if (place / f"{ID}.json").exists()]
    for name in found:
        assert (places[name] / f"{ID}.png").read_bytes() == PNG
    return found


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_a_cutout_comes_when_it_is_approved(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Picture, announcement and approval in any order, each of them twice, make one cutout."""
    catalogue = ReviewedCatalogue(tmp_path, "selvedge")
    messages = [PICTURE, ANNOUNCEMENT, _review("approved")]
    outcomes = [catalogue.take(messages[at]) for at in (*order, *order)]
    assert sum(isinstance(each, Saved) for each in outcomes) == 1
    assert _lies_in(tmp_path) == ["approved"]
    assert files_in(tmp_path / "held") == files_in(tmp_path / "rejected") == []


def test_what_is_rejected_never_comes_and_a_changed_mind_moves_it(tmp_path: Path) -> None:
    """The latest decision counts, also when an older one comes once more."""
    catalogue = ReviewedCatalogue(tmp_path, "selvedge")
    catalogue.take(PICTURE)
    assert isinstance(catalogue.take(ANNOUNCEMENT), Held)
    assert _lies_in(tmp_path) == ["held"]
    assert isinstance(catalogue.take(_review("rejected", 1)), Held)
    assert _lies_in(tmp_path) == ["rejected"]
    assert catalogue.take(_review("approved", 0)) is None
    assert _lies_in(tmp_path) == ["rejected"]
    assert isinstance(catalogue.take(_review("approved", 2)), Saved)
    assert _lies_in(tmp_path) == ["approved"]
    for again in (PICTURE, ANNOUNCEMENT):
        assert catalogue.take(again) is None
    assert list(ReviewedCatalogue(tmp_path, "selvedge").take_up()) == []
    assert _lies_in(tmp_path) == ["approved"]


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b"x" * 5000, b'{"shot_id": 1}'])
def test_a_strange_review_is_refused(tmp_path: Path, payload: bytes) -> None:
    """Anybody who may publish can send one: it is named, and nothing is moved."""
    catalogue = ReviewedCatalogue(tmp_path, "selvedge")
    assert isinstance(catalogue.take(Message(REVIEW, payload, 1)), Refused)
    assert list((tmp_path / ".reviews").iterdir()) == []


_PROGRAM = """
import sys
from pathlib import Path
from device.catalogue.reviewed import ReviewedCatalogue
from tests.device.catalogue import test_reviewed as t
catalogue = ReviewedCatalogue(Path(sys.argv[1]), "selvedge")
for message in (t.PICTURE, t.ANNOUNCEMENT, t._review("approved")):
    catalogue.take(message)
"""


def test_a_subscriber_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    """Killed before each operation on files: the broker repeats what was not acknowledged."""
    for folder in kill_at_each_operation(_PROGRAM, tmp_path):
        catalogue = ReviewedCatalogue(folder, "selvedge")
        list(catalogue.take_up())
        for message in (PICTURE, ANNOUNCEMENT, _review("approved")):
            catalogue.take(message)
        assert _lies_in(folder) == ["approved"]
        assert files_in(folder / "held") == []


@pytest.fixture(name="broker")
def _broker(tmp_path: Path) -> Iterator[MosquittoBroker]:
    broker = MosquittoBroker(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.stop()


@pytest.mark.broker
def test_the_subscriber_waits_for_the_approval_also_when_it_was_killed(
    tmp_path: Path, broker: MosquittoBroker
) -> None:
    """`--only approved`: killed with a cutout in hand, it saves that when the approval is there."""
    folder = tmp_path / "cutouts"
    command = ("device.subscribe", "--broker", broker.address, "--save", str(folder))
    program = Program(*command, "--only", "approved")
    program.wait_for("listening")
    login = MqttLogin(parse_broker(broker.address), "rig")
    with closing(MqttPublisher(login)) as rig:
        rig.connect(5)
        assert rig.publish(PICTURE, 10)
        assert rig.publish(ANNOUNCEMENT, 10)
        program.wait_for(f"held {ID}")
        program.kill()
        assert rig.publish(_review("approved"), 10)
    again = Program(*command, "--only", "approved", "--shots", "1")
    assert again.end() == 0, again.text
    wait_until(lambda: _lies_in(folder) == ["approved"])
