"""Photos in, cutouts out at a subscriber, over real brokers."""

from __future__ import annotations

import hashlib
import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from importlib import resources
from pathlib import Path

import jsonschema
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from device.contract.message import Message
from device.publishers.embedded import EmbeddedBroker
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from tests.support.listener import listen
from tests.support.mosquitto import MosquittoBroker, free_port
from tests.support.programs import ROOT, Program, draw_photos, saved, wait_until

pytestmark = pytest.mark.broker
Start = Callable[..., Program]


def _alpha(path: Path) -> npt.NDArray[np.uint8]:
    with Image.open(path) as picture:
        channel = picture.getchannel("A") if picture.mode == "RGBA" else picture.convert("L")
        return np.asarray(channel, dtype=np.uint8)


def _iou(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    a, b = one >= 128, other >= 128
    union = int((a | b).sum())
    return 1.0 if union == 0 else int((a & b).sum()) / union


def _photos(folder: Path) -> tuple[str, list[Path]]:
    """A few of the project's own renders where they are, else drawn ones."""
    renders = sorted((ROOT / "calibration_images" / "images").glob("*"))[:6]
    if not renders:
        camera = draw_photos(folder, 6)
        return camera, sorted(folder.iterdir())
    folder.mkdir()
    for path in renders:
        (folder / path.name).write_bytes(path.read_bytes())
    return f"photos:{folder}", sorted(folder.iterdir())


@pytest.mark.parametrize("kind", ["mosquitto", "embedded"])
def test_photos_arrive_as_the_cutouts_that_the_cutout_command_makes(
    tmp_path: Path, start: Start, broker: MosquittoBroker, kind: str
) -> None:
    """Each photo of a folder is at the subscriber once, with the mask of `device.cutout`."""
    camera, photos = _photos(tmp_path / "photos")
    port = free_port()
    address = broker.address if kind == "mosquitto" else f"mqtt://127.0.0.1:{port}"
    catalogue = tmp_path / "catalogue"
    subscriber = start(
        *("device.subscribe", "--broker", address, "--save", str(catalogue)),
        *("--shots", str(len(photos)), "--seconds", "40", "--broker-wait-s", "20"),
    )
    if kind == "mosquitto":
        subscriber.wait_for("listening")
    else:
        broker.stop()
        embedded = EmbeddedBroker(port)
        subscriber.wait_for("listening")
    daemon = start(
        *("device.run", "--camera", camera, "--broker", address, "--rig", "rig-1"),
        *("--state-dir", str(tmp_path / "state")),
    )
    assert daemon.end() == 0, daemon.text
    assert subscriber.end() == 0, subscriber.text
    if kind == "embedded":
        embedded.close()

    by_stem = {told["stem"]: (shot_id, told) for shot_id, told in saved(catalogue).items()}
    assert sorted(by_stem) == [photo.stem for photo in photos]
    alphas = tmp_path / "alphas"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "device.cutout", "--alpha", "-o", str(alphas)),
            *(str(photo) for photo in photos),
        ],
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0
    for photo in photos:
        shot_id, told = by_stem[photo.stem]
        picture = catalogue / f"{shot_id}.png"
        assert _iou(_alpha(picture), _alpha(alphas / f"{photo.stem}.png")) >= 0.999
        assert hashlib.sha256(picture.read_bytes()).hexdigest() == told["sha256"]
    assert list((tmp_path / "state" / "spool").iterdir()) == []


def test_everything_published_keeps_its_schema(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """The status comes first, each picture before its announcement, and all JSON is valid."""
    got: list[Message] = []
    login = MqttLogin(parse_broker(broker.address), "ear", subscriptions=("studio/a/#",))
    with closing(MqttPublisher(login, got.append)) as ear:
        ear.connect(5)
        daemon = start(
            *("device.run", "--camera", draw_photos(tmp_path / "p", 3), "--rig", "rig-1"),
            *("--broker", broker.address, "--prefix", "studio/a"),
            *("--state-dir", str(tmp_path / "state")),
        )
        assert daemon.end() == 0, daemon.text
        wait_until(lambda: b'"stopped"' in got[-1].payload)
    tails = [message.topic.removeprefix("studio/a/rig-1/") for message in got]
    shots = daemon.shots
    steady = [tail for tail in tails if tail != "preview"]
    halves = [half for shot in shots for half in (f"cutout/{shot}", f"shot/{shot}")]
    assert steady == ["status", *halves, "status"]
    for message, tail in zip(got, tails, strict=True):
        kind = tail.partition("/")[0]
        if kind == "preview":
            assert message.payload.startswith(b"\xff\xd8")
            assert message.content_type == "image/jpeg"
        elif kind == "cutout":
            assert message.content_type == "image/png"
            metadata = Image.open(io.BytesIO(message.payload)).info["selvedge"]
            assert json.loads(metadata)["id"] == tail.partition("/")[2]
        else:
            schema = (resources.files("device") / "schemas" / f"{kind}.json").read_text("utf-8")
            jsonschema.validate(json.loads(message.payload), json.loads(schema))
            assert message.content_type == "application/json"


def test_mosquitto_sub_gets_the_picture(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """Any MQTT client gets the PNG itself: mosquitto_sub writes a picture that opens."""
    topic = "selvedge/rig-1/cutout/+"
    with subprocess.Popen(
        ["mosquitto_sub", "-p", str(broker.port), "-t", topic, "-q", "1", "-C", "1", "-N"],
        stdout=subprocess.PIPE,
    ) as listener:
        time.sleep(0.5)
        daemon = start(
            *("device.run", "--camera", draw_photos(tmp_path / "p", 1), "--rig", "rig-1"),
            *("--broker", broker.address, "--state-dir", str(tmp_path / "state")),
        )
        png, _ = listener.communicate(timeout=120)
    assert daemon.end() == 0, daemon.text
    with Image.open(io.BytesIO(png)) as picture:
        assert (picture.mode, picture.size) == ("RGBA", (640, 480))


def test_status_is_retained_and_the_will_tells_of_a_crash(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """Who comes later reads online while it runs, stopped when it has ended, offline if it died."""
    camera = _endless_video(tmp_path / "clip.mp4")
    arguments = (
        *("device.run", "--camera", camera, "--rig", "rig-1"),
        *("--trigger", "command", "--broker", broker.address),
        *("--state-dir", str(tmp_path / "state")),
    )
    daemon = start(*arguments)
    daemon.wait_for("is online")
    wait_until(lambda: _status(broker) == "online")
    assert daemon.end(signal.SIGTERM) == 0, daemon.text
    assert _status(broker) == "stopped"
    daemon = start(*arguments)
    wait_until(lambda: _status(broker) == "online")
    daemon.kill()
    wait_until(lambda: _status(broker) == "offline")


def _status(broker: MosquittoBroker) -> str:
    done = subprocess.run(
        [
            *("mosquitto_sub", "-p", str(broker.port), "-t", "selvedge/rig-1/status"),
            *("-C", "1", "-W", "2"),
        ],
        capture_output=True,
        check=False,
    )
    return str(json.loads(done.stdout)["state"]) if done.stdout else ""


def _endless_video(path: Path) -> str:
    import cv2  # noqa: PLC0415 - for this alone

    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 5, (320, 240))
    for _ in range(300):
        writer.write(np.full((240, 320, 3), 200, np.uint8))
    writer.release()
    return str(path)


def test_capture_command_shoots_once_and_is_answered_twice(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """A command is answered soon; repeated, it is answered again and shoots nothing."""
    answers: list[Message] = []
    login = MqttLogin(
        parse_broker(broker.address), "asker", subscriptions=("selvedge/rig-1/command/+/result",)
    )

    def heard(answer: Message) -> None:
        if json.loads(answer.payload)["code"] != "received":  # It goes ahead of a late answer.
            answers.append(answer)

    with closing(MqttPublisher(login, heard)) as asker:
        asker.connect(5)
        daemon = start(
            *("device.run", "--camera", _endless_video(tmp_path / "clip.mp4")),
            *("--rig", "rig-1", "--trigger", "command"),
            *("--broker", broker.address, "--state-dir", str(tmp_path / "state")),
        )
        daemon.wait_for("is online")
        for payload in (b'{"request_id":"r1","sku":"S-1","view":"front"}',) * 2 + (b"junk",):
            before, asked_s = len(answers), time.monotonic()
            command = Message("selvedge/rig-1/command/capture", payload, 1, correlation_data=b"77")
            assert asker.publish(command, 5)
            wait_until(lambda before=before: len(answers) > before)  # type: ignore[misc] # bound now
            assert time.monotonic() - asked_s < 3  # 0.1 to 0.6 s on two busy cores.
        assert daemon.end(signal.SIGINT) == 0, daemon.text
    first, second, third = (json.loads(answer.payload) for answer in answers)
    schema = (resources.files("device") / "schemas" / "capture-result.json").read_text("utf-8")
    for answer in (first, second, third):
        jsonschema.validate(answer, json.loads(schema))
    assert first == second
    assert (first["code"], third["code"]) == ("taken", "invalid")
    assert [answer.correlation_data for answer in answers] == [b"77"] * 3
    assert daemon.shots == [first["shot_id"]]


def test_shots_and_seconds_end_the_run(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """--shots ends after so many shots, --seconds after so many seconds, both with exit code 0."""
    common = ("--broker", broker.address, "--rig", "r", "--state-dir", str(tmp_path / "state"))
    with listen(broker.address):
        daemon = start(
            *("device.run", "--camera", draw_photos(tmp_path / "p", 5), "--shots", "2"), *common
        )
        assert daemon.end() == 0, daemon.text
    assert len(daemon.shots) == 2
    assert "2 shots taken, all delivered" in daemon.lines[-1]
    video = _endless_video(tmp_path / "clip.mp4")
    daemon = start(
        *("device.run", "--camera", video, "--seconds", "1", "--trigger", "command"),
        *common,
    )
    assert daemon.end() == 0, daemon.text


def test_shots_that_nobody_takes_wait_for_a_subscriber(
    tmp_path: Path, start: Start, broker: MosquittoBroker
) -> None:
    """A run on a broker without subscribers says so and ends; the next run's subscriber has all."""
    catalogue, inbox = tmp_path / "catalogue", tmp_path / "inbox"
    inbox.mkdir()
    common = ("--broker", broker.address, "--rig", "r", "--state-dir", str(tmp_path / "state"))
    daemon = start("device.run", "--camera", draw_photos(tmp_path / "p", 3), *common)
    assert daemon.end() == 1, daemon.text
    assert "3 taken by no subscriber" in daemon.lines[-1]
    assert f"python -m device.subscribe --broker {broker.address}" in daemon.lines[-1]
    assert daemon.text.count("nobody subscribes to") == 1
    later = start("device.run", "--camera", f"folder:{inbox}", *common)
    later.wait_for("nobody subscribes")
    subscriber = start(
        *("device.subscribe", "--broker", broker.address, "--save", str(catalogue)),
        *("--shots", "3", "--seconds", "100"),
    )
    assert subscriber.end() == 0, subscriber.text
    assert sorted(saved(catalogue)) == sorted(daemon.shots)
    later.wait_for("somebody has subscribed")
    assert later.end(signal.SIGTERM) == 0, later.text


def test_broker_that_cannot_tell_is_told_of_once(tmp_path: Path, start: Start) -> None:
    """Over the embedded broker, of MQTT 3.1.1, no word claims that anybody has the shots."""
    daemon = start(
        *("device.run", "--camera", draw_photos(tmp_path / "p", 2), "--broker", "embedded:0"),
        *("--rig", "r", "--state-dir", str(tmp_path / "state")),
    )
    assert daemon.end() == 0, daemon.text
    assert daemon.text.count("cannot say whether anybody has subscribed") == 1
    assert "delivered" not in daemon.lines[-1]
