"""A tethered camera's folder through the real daemon, which is killed in between."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import Program, draw_photos, saved, wait_until

pytestmark = pytest.mark.broker
Start = Callable[..., Program]


def test_each_photo_is_one_shot_whatever_happens_to_the_daemon(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """Over two SIGKILLs each photo arrives once, with SKU and take; a retake is the next take."""
    draw_photos(tmp_path / "drawn", 8)
    drawn = sorted((tmp_path / "drawn").iterdir())
    inbox, catalogue = tmp_path / "inbox", tmp_path / "catalogue"
    inbox.mkdir()
    subscriber = start("device.subscribe", "--broker", broker.address, "--save", str(catalogue))
    subscriber.wait_for("listening")
    run = (
        *("device.run", "--camera", f"folder:{inbox}", "--rig", "rig-1", "--trigger", "command"),
        *("--broker", broker.address, "--state-dir", str(tmp_path / "state")),
    )
    for number, photo in enumerate(drawn[:6], start=1):
        (inbox / f"471{number}_front.png").write_bytes(photo.read_bytes())
    for times in (1, 3):
        daemon = start(*run)
        daemon.wait_for("msg=shot ", times=times)
        daemon.kill()
    daemon = start(*run)
    wait_until(lambda: len(saved(catalogue)) == 6)
    (inbox / "4711_front.png").write_bytes(drawn[6].read_bytes())
    wait_until(lambda: len(saved(catalogue)) == 7)
    _refuses_commands(broker)
    time.sleep(1.5)
    assert daemon.end(signal.SIGTERM) == 0, daemon.text
    told = [(shot["sku"], shot["view"], shot["take"]) for shot in saved(catalogue).values()]
    once = [(f"471{number}", "front", 1) for number in range(1, 7)]
    assert sorted(told) == sorted([*once, ("4711", "front", 2)])
    assert len(list(inbox.iterdir())) == 6


def _refuses_commands(broker: MosquittoBroker) -> None:
    """A camera that only its photographer can trigger cannot be asked for a shot."""
    answers: list[Message] = []
    topic = "selvedge/rig-1/command/capture"
    login = MqttLogin(parse_broker(broker.address), "asker", subscriptions=(f"{topic}/result",))
    with closing(MqttPublisher(login, answers.append)) as asker:
        asker.connect(5)
        assert asker.publish(Message(topic, b'{"request_id":"r1"}', 1), 5)
        # `received` goes ahead of an answer that takes long.
        wait_until(lambda: answers and b'"received"' not in answers[-1].payload)
    assert json.loads(answers[-1].payload)["code"] == "refused"
