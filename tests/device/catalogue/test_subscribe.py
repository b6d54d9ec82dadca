"""The reference subscriber: each cutout once, nothing outside its folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.catalogue.folder import Catalogue, Refused, Saved
from device.catalogue.inbox import Inbox
from device.contract.content_type import PNG_SIGNATURE
from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from device.subscribe import main
from tests.support.mosquitto import MosquittoBroker, free_port
from tests.support.programs import Program, wait_until
from tests.support.published import CUTOUT, ID, PNG, SHOT, announcement, files_in


@pytest.mark.parametrize("picture_first", [True, False])
def test_cutout_is_saved_when_both_halves_are_there(tmp_path: Path, *, picture_first: bool) -> None:
    """Picture and announcement make one PNG and one JSON, in whichever order they come."""
    catalogue = Catalogue(tmp_path, "selvedge")
    messages = [Message(CUTOUT, PNG, 1), Message(SHOT, announcement(), 1)]
    first, second = messages if picture_first else messages[::-1]
    assert catalogue.take(first) is None
    assert files_in(tmp_path) == []
    assert isinstance(catalogue.take(second), Saved)
    assert files_in(tmp_path) == [f"{ID}.json", f"{ID}.png"]
    assert (tmp_path / f"{ID}.png").read_bytes() == PNG


def test_second_delivery_changes_nothing(tmp_path: Path) -> None:
    """What the broker delivers again is passed over, even when it is different."""
    catalogue = Catalogue(tmp_path, "selvedge")
    catalogue.take(Message(CUTOUT, PNG, 1))
    catalogue.take(Message(SHOT, announcement(), 1))
    for payload in (PNG, PNG_SIGNATURE + b"other"):
        assert catalogue.take(Message(CUTOUT, payload, 1)) is None
        assert catalogue.take(Message(SHOT, announcement(payload), 1)) is None
    assert (tmp_path / f"{ID}.png").read_bytes() == PNG
    assert list((tmp_path / ".incoming").iterdir()) == []


def test_crash_between_the_halves_is_mended(tmp_path: Path) -> None:
    """A subscriber that died after either step completes the shot when it is delivered again."""
    Catalogue(tmp_path, "selvedge").take(Message(CUTOUT, PNG, 1))
    assert isinstance(Catalogue(tmp_path, "selvedge").take(Message(SHOT, announcement(), 1)), Saved)
    # Died after the picture was moved and before the announcement was.
    (tmp_path / f"{ID}.json").unlink()
    assert Catalogue(tmp_path, "selvedge").take(Message(CUTOUT, PNG, 1)) is None
    assert isinstance(Catalogue(tmp_path, "selvedge").take(Message(SHOT, announcement(), 1)), Saved)
    assert files_in(tmp_path) == [f"{ID}.json", f"{ID}.png"]


def _power_cut(folder: Path, *undone: str) -> None:
    """Undo moves out of ``.incoming/``, as a disk does that had not kept them."""
    for name in undone:
        (folder / name).rename(folder / ".incoming" / name)


@pytest.mark.parametrize("undone", [(f"{ID}.json",), (f"{ID}.png",), (f"{ID}.json", f"{ID}.png")])
def test_what_lies_whole_is_taken_up_at_the_start(tmp_path: Path, undone: tuple[str, ...]) -> None:
    """A shot that the broker has forgotten, and a power cut has put back, is completed."""
    catalogue = Catalogue(tmp_path, "selvedge")
    catalogue.take(Message(CUTOUT, PNG, 1))
    catalogue.take(Message(SHOT, announcement(), 1))
    _power_cut(tmp_path, *undone)
    half = tmp_path / ".incoming" / f".{ID}.png.77.part"
    half.write_bytes(b"half")
    (saved,) = Catalogue(tmp_path, "selvedge").take_up()
    assert isinstance(saved, Saved)
    assert files_in(tmp_path) == [f"{ID}.json", f"{ID}.png"]
    assert list((tmp_path / ".incoming").iterdir()) == []
    assert list(Catalogue(tmp_path, "selvedge").take_up()) == []


def test_a_half_that_cannot_be_read_stops_nothing(tmp_path: Path) -> None:
    """One bad entry is named, and the shots beside it are taken up."""
    catalogue = Catalogue(tmp_path, "selvedge")
    catalogue.take(Message(CUTOUT, PNG, 1))
    catalogue.take(Message(SHOT, announcement(), 1))
    _power_cut(tmp_path, f"{ID}.json", f"{ID}.png")
    (tmp_path / ".incoming" / "20261122T144800123Z-rig-0000.json").mkdir()
    refused, saved = Catalogue(tmp_path, "selvedge").take_up()
    assert isinstance(refused, Refused)
    assert isinstance(saved, Saved)


def test_a_shot_is_on_disk_for_good_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each move out of ``.incoming/`` is synced before the next step, the last one included."""
    steps: list[str] = []
    replace, sync = Path.replace, os.fsync

    def note_move(path: Path, target: Path) -> Path:
        if target.parent == tmp_path:
            steps.append(f"move {target.suffix}")
        return replace(path, target)

    def note_sync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink() == tmp_path:
            steps.append("sync")
        sync(descriptor)

    monkeypatch.setattr(Path, "replace", note_move)
    monkeypatch.setattr(os, "fsync", note_sync)
    catalogue = Catalogue(tmp_path, "selvedge")
    catalogue.take(Message(CUTOUT, PNG, 1))
    catalogue.take(Message(SHOT, announcement(), 1))
    assert steps == ["move .png", "sync", "move .json", "sync"]


def test_picture_that_is_not_the_announced_one_is_refused(tmp_path: Path) -> None:
    """When the checksum differs nothing is saved, and the right picture may still come."""
    catalogue = Catalogue(tmp_path, "selvedge")
    catalogue.take(Message(CUTOUT, PNG_SIGNATURE + b"torn", 1))
    assert isinstance(catalogue.take(Message(SHOT, announcement(), 1)), Refused)
    assert files_in(tmp_path) == []
    catalogue.take(Message(CUTOUT, PNG, 1))
    assert isinstance(catalogue.take(Message(SHOT, announcement(), 1)), Saved)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("selvedge/rig/cutout/..", PNG),
        ("selvedge/rig/cutout/../../../tmp/evil", PNG),
        ("selvedge/rig/cutout/.hidden", PNG),
        (f"selvedge/../cutout/{ID}", PNG),
        (f"other/rig/cutout/{ID}", PNG),
        (CUTOUT, b"GIF89a"),
        (SHOT, b"no json"),
        (SHOT, announcement(id="20261122T144800123Z-rig-0002")),
        (SHOT, announcement(sha256=None)),
        (SHOT, b"[" * 60_000),
        (SHOT, announcement(more="x" * 70_000)),
    ],
)
def test_hostile_message_is_refused(tmp_path: Path, topic: str, payload: bytes) -> None:
    """Unsafe names and broken payloads are refused; no file appears anywhere."""
    catalogue = Catalogue(tmp_path, "selvedge")
    assert isinstance(catalogue.take(Message(topic, payload, 1)), Refused)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_status_that_a_broker_repeats_is_passed_over(tmp_path: Path) -> None:
    """Some brokers send retained messages that nobody asked for: no word about them."""
    catalogue = Catalogue(tmp_path, "selvedge")
    assert catalogue.take(Message("selvedge/rig/status", b"{}", 1, retain=True)) is None


def test_announcements_of_other_workers_do_not_pile_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of announcements whose picture never comes the newest are kept; pictures all are."""
    monkeypatch.setattr("device.catalogue.folder._MOST_UNPAIRED", 20)
    catalogue = Catalogue(tmp_path, "selvedge")
    catalogue.take(Message(CUTOUT, PNG, 1))
    for serial in range(2, 102):
        shot_id = f"20261122T144800123Z-rig-{serial:04d}"
        told = announcement(id=shot_id)
        assert catalogue.take(Message(f"selvedge/rig/shot/{shot_id}", told, 1)) is None
    waiting = [path.name for path in (tmp_path / ".incoming").iterdir()]
    assert len(waiting) <= 24
    assert isinstance(catalogue.take(Message(SHOT, announcement(), 1)), Saved)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--broker", "studio"], "not an address"),
        (["--broker", "embedded"], "lives inside the daemon"),
        (["--broker", f"mqtt://127.0.0.1:{free_port()}", "--broker-wait-s", "0"], "start it"),
        (["--broker", "mqtt://h", "--rig", "a/b"], "rig name"),
        (["--broker", "mqtt://h", "--password-file", "/nowhere"], "password file"),
    ],
)
def test_bad_usage_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """Wrong usage ends with exit code 2 and one line that says what to mend."""
    assert main([*arguments, "--save", str(tmp_path / "save")]) == 2
    told = capsys.readouterr().err
    assert told.startswith("selvedge: ")
    assert words in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        *(["--shots", "0"], ["--shots", "-1"], ["--shots", "x"]),
        *(["--seconds", "0"], ["--seconds", "-1"], ["--seconds", "nan"], ["--seconds", "x"]),
    ],
)
def test_impossible_ends_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    """Zero or fewer shots or seconds is wrong usage, and not an empty success."""
    address = f"mqtt://127.0.0.1:{free_port()}"
    with pytest.raises(SystemExit) as end:
        main(["--broker", address, "--save", str(tmp_path), "--broker-wait-s", "0", *wrong])
    assert end.value.code == 2
    assert f"argument {wrong[0]}: {wrong[1]!r} is not" in capsys.readouterr().err


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[MosquittoBroker]:
    """A running mosquitto that lets anybody in."""
    mosquitto = MosquittoBroker(tmp_path / "mosquitto")
    mosquitto.start()
    yield mosquitto
    mosquitto.stop()


@pytest.mark.broker
@pytest.mark.parametrize("changed", [["--rig", "other"], ["--prefix", "other"]])
def test_changed_wish_gets_nothing_of_the_old_one(
    tmp_path: Path, broker: MosquittoBroker, changed: list[str]
) -> None:
    """Another --rig or --prefix gets only what it names, and the first still gets all of its."""
    folder = tmp_path / "catalogue"
    listen = ["--broker", broker.address, "--save", str(folder), "--seconds", "1"]
    assert main(listen) == 0
    with closing(MqttPublisher(MqttLogin(parse_broker(broker.address), "rig"))) as rig:
        rig.connect(5)
        assert rig.publish(Message(CUTOUT, PNG, 1), 5)
        assert rig.publish(Message(SHOT, announcement(), 1), 5)
    assert main([*listen, *changed]) == 0
    assert files_in(folder) == []
    assert main([*listen, "--shots", "1"]) == 0
    assert files_in(folder) == [f"{ID}.json", f"{ID}.png"]


@pytest.mark.broker
def test_workers_of_a_group_share_the_cutouts(tmp_path: Path, broker: MosquittoBroker) -> None:
    """Each shot is saved by one worker of the group, whole, and both get some."""
    workers = []
    for name in ("one", "two"):
        listen = ["--broker", broker.address, "--save", str(tmp_path / name), "--share", "tools"]
        workers.append(Program("device.subscribe", *listen, "--seconds", "60"))
        workers[-1].wait_for("listening")
    try:
        with closing(MqttPublisher(MqttLogin(parse_broker(broker.address), "rig"))) as rig:
            rig.connect(5)
            for serial in range(1, 13):
                shot_id = f"20261122T144800123Z-rig-{serial:04d}"
                assert rig.publish(Message(f"selvedge/rig/cutout/{shot_id}", PNG, 1), 5)
                told = announcement(id=shot_id)
                assert rig.publish(Message(f"selvedge/rig/shot/{shot_id}", told, 1), 5)
        wait_until(
            lambda: sum(len(list(tmp_path.glob(f"{w}/*.json"))) for w in ("one", "two")) == 12
        )
    finally:
        for worker in workers:
            worker.kill()
    one, two = (set(files_in(tmp_path / name)) for name in ("one", "two"))
    assert one
    assert two
    assert not one & two
    assert len(one | two) == 24


def test_help_is_quick_and_loads_no_sdk() -> None:
    """--help needs no MQTT library."""
    program = "import sys; sys.modules['paho'] = None; import runpy; sys.argv = ['x', '--help']\n"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            program + "runpy.run_module('device.subscribe', run_name='__main__')",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "--save" in done.stdout


@pytest.mark.parametrize(
    ("verdict", "ending"),
    [
        ({"state": "ok", "reasons": []}, " ok, of a frame of 1x1 px"),
        (
            {"state": "retake", "reasons": ["blurred", "moved"], "advice": ["focus", "wait"]},
            "; TAKE IT AGAIN: blurred: focus; moved: wait",
        ),
        ({"state": "retake", "reasons": ["blurred"]}, "; TAKE IT AGAIN: blurred"),
        ({"state": "retake", "reasons": None, "advice": 7}, "; TAKE IT AGAIN: "),
    ],
)
def test_shot_to_be_taken_again_says_so_on_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verdict: object, ending: str
) -> None:
    """Whoever watches the subscriber reads why, and what to do, whatever version the rig has."""
    inbox = Inbox(Catalogue(tmp_path, "selvedge"))
    shot = {"width_px": 1, "height_px": 1, "verdict": verdict}
    inbox.receive(Message(CUTOUT, PNG, 1))
    inbox.receive(Message(SHOT, json.dumps({**json.loads(announcement()), **shot}).encode(), 1))
    line = capsys.readouterr().out.rstrip("\n")
    assert line.endswith(ending)
