"""The subscriber that the documentation offers, run as it is written there."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import ROOT, wait_until


@pytest.mark.broker
def test_example_saves_each_cutout_whole_and_in_forty_lines(
    tmp_path: Path, broker: MosquittoBroker
) -> None:
    """It saves a shot once, as what it is, refuses a wrong checksum and an unsafe name."""
    text = (ROOT / "docs/subscribers.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 42
    (tmp_path / "subscriber.py").write_text(code, "utf-8")
    folder, png = tmp_path / "cutouts", b"\x89PNG picture"
    sha256 = hashlib.sha256(png).hexdigest()
    command = [sys.executable, "subscriber.py", "127.0.0.1", str(broker.port), str(folder)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as program:
        try:
            with closing(MqttPublisher(MqttLogin(parse_broker(broker.address), "rig"))) as rig:
                rig.connect(5)
                wait_until(folder.is_dir)
                wait_until(
                    lambda: _publish(rig, "20261122T144800123Z-rig-0001", png, sha256, folder)
                )
                _publish(rig, "20261122T144800123Z-rig-0002", png, "0" * 64, folder)
                _publish(rig, "..", png, sha256, folder)
                last = "20261122T144800123Z-rig-0003"
                webp = b"RIFF\x09\0\0\0WEBP picture"
                other = hashlib.sha256(webp).hexdigest()
                wait_until(lambda: _publish(rig, last, webp, other, folder))
        finally:
            program.terminate()
    complete = sorted(path.stem for path in folder.glob("*.json"))
    assert complete == [f"20261122T144800123Z-rig-000{serial}" for serial in (1, 3)]
    assert (folder / f"{last}.webp").read_bytes() == webp
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["subscriber.py"]


def _publish(rig: MqttPublisher, shot: str, picture: bytes, sha256: str, folder: Path) -> bool:
    """Publish a shot, again and again as a rig may; returns whether it was saved."""
    announcement: dict[str, object] = {
        "id": shot,
        "sku": "4711",
        "sha256": sha256,
        "verdict": {"state": "ok"},
    }
    webp = picture.startswith(b"RIFF")
    announcement["content_type"] = "image/webp" if webp else "image/png"
    rig.publish(Message(f"selvedge/rig/cutout/{shot}", picture, 1), 5)
    rig.publish(Message(f"selvedge/rig/shot/{shot}", json.dumps(announcement).encode(), 1), 5)
    return (folder / f"{shot}.json").exists()
