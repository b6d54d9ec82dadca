"""A shot that cannot be sent for a reason of its own stops no other."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from device.contract.message import Message
from device.delivery.answer_queue import AnswerQueue
from device.delivery.delivery import Delivery
from device.publishers.publisher import BrokerUnreachableError, MessageTooLargeError, Receipt
from device.shots.spool import Spool
from tests.support.programs import wait_until
from tests.support.spooled_shots import add_shot, make_shot_id

ONLINE, STOPPED = (Message("selvedge/rig/status", text, 1, retain=True) for text in (b"on", b"off"))
MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between two tries that suit a test."""
    monkeypatch.setattr("device.delivery.delivery._LONGEST_PAUSE_S", 0.01)
    monkeypatch.setattr("device.delivery.delivery._IDLE_S", 0.02)


class _Broker:
    """A broker that does with each message what the test wants.

    Attributes:
        topics: of what it took.
    """

    lost_reason = "it was cut"
    left_s = 0.0
    protocol = "3.1.1"

    def __init__(self, judge: Callable[[Message], bool]) -> None:
        self.connections = 0
        self.connected = False
        self.topics: list[str] = []
        self.is_away = False
        self._judge = judge

    @property
    def room(self) -> int:
        """It takes as many as come."""
        return 1000 if self.connected else 0

    def connect(self, timeout_s: float) -> None:  # noqa: ARG002 - the contract's parameter
        """Accept."""
        if self.is_away:
            raise BrokerUnreachableError("nobody is there")
        self.connections, self.connected = self.connections + 1, True

    def post(self, message: Message, settled: Callable[[], None]) -> Receipt:
        """Answer at once."""
        arrived = self.publish(message, 0)
        settled()
        return Receipt(settled=True, arrived=arrived)

    def publish(self, message: Message, timeout_s: float) -> bool:  # noqa: ARG002 - as above
        """Take it, or hang up."""
        self.connected = self.connected and self._judge(message)
        if self.connected:
            self.topics.append(message.topic)
        return self.connected

    def abandon(self) -> None:
        """Cut it."""
        self.connected = False

    def close(self) -> None:
        """Nothing to release."""

    def announced(self) -> list[str]:
        """The serials of the shots that it has, in order."""
        return [topic[-4:] for topic in self.topics if "/shot/" in topic]


def _start(broker: _Broker, spool: Spool) -> Delivery:
    delivery = Delivery(broker, spool, "selvedge", AnswerQueue(), ONLINE)
    delivery.start(wait_s=5)
    return delivery


def _take(_: Message) -> bool:
    return True


def _refuse_large_topic(message: Message) -> bool:
    if message.topic.endswith("0001"):
        raise MessageTooLargeError("it is too large: raise the broker's limit")
    return True


def _refuse_announcement(message: Message) -> bool:
    if message.topic.endswith("0001") and "/shot/" in message.topic:
        raise ValueError("Publish topic cannot contain wildcards.")
    return True


def _stumble(message: Message) -> bool:
    if message.topic.endswith("0001"):
        raise RuntimeError("a fault that nobody has thought of")
    return True


@pytest.mark.parametrize("judge", [_refuse_large_topic, _refuse_announcement, _stumble])
def test_whatever_goes_wrong_over_one_shot_parks_that_one(
    tmp_path: Path, judge: Callable[[Message], bool]
) -> None:
    """A limit, a topic, any fault: the shot is named with its reason, and those behind it pass."""
    spool = Spool(tmp_path, MEGABYTE)
    for serial in (1, 2, 3):
        add_shot(spool, make_shot_id(serial))
    broker = _Broker(judge)
    delivery = _start(broker, spool)
    wait_until(lambda: broker.announced() == ["0002", "0003"])
    assert f"shot {make_shot_id(1)} is kept and not sent: " in str(delivery.trouble)
    assert broker.connections == 1
    assert delivery.finish(5, STOPPED) == 1
    assert Spool(tmp_path, MEGABYTE).waiting() == (make_shot_id(1),)


def test_shot_larger_than_mqtt_carries_is_passed_unread(tmp_path: Path) -> None:
    """A picture over 268,435,455 bytes stays on disk, named, and takes no memory."""
    folder = tmp_path / "spool" / make_shot_id(1)
    folder.mkdir(parents=True)
    with (folder / "picture.png").open("wb") as file:
        file.truncate(268_435_460)
    (folder / "shot.json").write_text("{}", "ascii")
    spool = Spool(tmp_path, 10**9)
    add_shot(spool, make_shot_id(2))
    broker = _Broker(_take)
    delivery = _start(broker, spool)
    wait_until(lambda: broker.announced() == ["0002"])
    assert "268435455" in str(delivery.trouble)
    assert delivery.finish(5, STOPPED) == 1


@pytest.mark.parametrize("rig", ["a/b", "+", "#", "", "a\0b", "\ud800", 5, None, ["rig"]])
def test_rig_that_no_topic_takes_holds_up_nothing(tmp_path: Path, rig: object) -> None:
    """A shot whose announcement names an impossible rig is parked; others arrive."""
    spool = Spool(tmp_path, MEGABYTE)
    add_shot(spool, make_shot_id(1), rig=rig)
    add_shot(spool, make_shot_id(2))
    broker = _Broker(_take)
    assert _start(broker, spool).finish(5, STOPPED) == 1
    assert broker.announced() == ["0002"]


def test_broker_that_fails_for_a_while_is_not_blamed_on_the_shot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A broker that hangs up over every picture gets them all when it is well again."""
    monkeypatch.setattr("device.delivery.parked_shots.SHORTEST_S", 0.05)
    spool = Spool(tmp_path, MEGABYTE)
    for serial in (1, 2, 3):
        add_shot(spool, make_shot_id(serial))
    is_well = [False]
    broker = _Broker(lambda message: is_well[0] or "/cutout/" not in message.topic)
    delivery = _start(broker, spool)
    wait_until(lambda: broker.connections > 30)
    is_well[0] = True
    wait_until(lambda: spool.depth == 0)
    assert sorted(broker.announced()) == ["0001", "0002", "0003"]
    assert delivery.trouble is None
    assert "raise the broker's limit" not in caplog.text
    assert delivery.finish(5, STOPPED) == 0


def test_suspect_is_tried_again_as_soon_as_the_broker_takes_another(tmp_path: Path) -> None:
    """A shot that was parked while the broker failed goes out right after the next, not in 30 s."""
    spool = Spool(tmp_path, MEGABYTE)
    for serial in (1, 2):
        add_shot(spool, make_shot_id(serial))
    cuts = [5]

    def judge(message: Message) -> bool:
        if "/cutout/" in message.topic and cuts[0]:
            cuts[0] -= 1
            return False
        return True

    broker = _Broker(judge)
    delivery = _start(broker, spool)
    wait_until(lambda: spool.depth == 0)
    assert broker.announced() == ["0002", "0001"]
    assert delivery.finish(5, STOPPED) == 0


def test_broker_that_was_away_explains_its_cuts(tmp_path: Path) -> None:
    """Cuts by a broker that is then not there at all never add up against a shot."""
    spool = Spool(tmp_path, MEGABYTE)
    add_shot(spool, make_shot_id(1))
    cuts = [12]

    def judge(message: Message) -> bool:
        if "/cutout/" in message.topic and cuts[0]:
            cuts[0] -= 1
            broker.is_away = True
            return False
        return True

    broker = _Broker(judge)
    delivery = _start(broker, spool)
    while cuts[0] or broker.is_away:
        wait_until(lambda: broker.is_away or spool.depth == 0)
        wait_until(lambda: "nobody is there" in str(delivery.trouble) or spool.depth == 0)
        assert "kept and not sent" not in str(delivery.troubles)
        broker.is_away = False
        if spool.depth == 0:
            break
    wait_until(lambda: spool.depth == 0)
    assert delivery.finish(5, STOPPED) == 0


@pytest.mark.parametrize(
    "code", [errno.EMFILE, errno.ESTALE, errno.EIO, errno.ENOMEM, errno.EACCES]
)
def test_shot_that_cannot_be_read_for_a_moment_is_sent_in_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Three failed reads are told, tear nothing, and change no order, also at the very end."""
    monkeypatch.setattr("device.delivery.read_pauses._SHORTEST_S", 0.01)
    spool = Spool(tmp_path, MEGABYTE)
    for serial in (1, 2):
        add_shot(spool, make_shot_id(serial))
    _fail_reads(monkeypatch, code, [3])
    broker = _Broker(_take)
    assert _start(broker, spool).finish(20, STOPPED) == 0
    assert broker.announced() == ["0001", "0002"]
    assert spool.torn.count == 0


def test_shot_that_cannot_be_read_for_long_lets_the_others_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad sector under one shot is told and holds up nothing; the shot is not put aside."""
    monkeypatch.setattr("device.delivery.read_pauses._SHORTEST_S", 0.01)
    spool = Spool(tmp_path, MEGABYTE)
    for serial in (1, 2):
        add_shot(spool, make_shot_id(serial))
    _fail_reads(monkeypatch, errno.EIO, [10**6])
    broker = _Broker(_take)
    delivery = _start(broker, spool)
    wait_until(lambda: broker.announced() == ["0002"])
    wait_until(lambda: "Input/output error" in str(delivery.trouble))
    assert delivery.finish(20, STOPPED) == 1
    assert json.loads((tmp_path / "spool" / make_shot_id(1) / "shot.json").read_text())


def _fail_reads(monkeypatch: pytest.MonkeyPatch, code: int, left: list[int]) -> None:
    """Let the first shot's picture fail to be read, so many times."""
    read = Path.read_bytes

    def read_or_fail(path: Path) -> bytes:
        if path.parent.name.endswith("0001") and path.suffix == ".png" and left[0]:
            left[0] -= 1
            raise OSError(code, os.strerror(code))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_or_fail)
