"""A rig that works through a shot list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.listener import listen
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import Program, draw_photos, wait_until


@pytest.mark.broker
def test_photos_without_names_are_those_of_the_list(tmp_path: Path) -> None:
    """Three photos of a camera that counts become the list's items, and its progress is there."""
    camera = draw_photos(tmp_path / "photos", 3)
    for number, photo in enumerate(sorted((tmp_path / "photos").iterdir())):
        photo.rename(photo.with_name(f"IMG_{number:04d}.png"))
    (tmp_path / "list.csv").write_text("sku,views\n4711,front back\n4712,front\n", "utf-8")
    broker = MosquittoBroker(tmp_path / "mosquitto")
    broker.start()
    try:
        with listen(broker.address) as heard:
            rig = Program(
                *("device.run", "--camera", camera, "--broker", broker.address, "--rig", "rig"),
                *(
                    "--shot-list",
                    str(tmp_path / "list.csv"),
                    "--state-dir",
                    str(tmp_path / "state"),
                ),
            )
            assert rig.end() == 0, rig.text
            shots = [json.loads(each.payload) for each in heard if "/shot/" in each.topic]
        with listen(broker.address) as late:
            wait_until(lambda: any(each.topic == "selvedge/rig/list" for each in late))
    finally:
        broker.stop()
    wanted, expected = [("4711", "front"), ("4711", "back"), ("4712", "front")], []
    for shot in shots:
        expected.append(wanted[0])
        if shot["verdict"]["state"] != "retake":  # Else it is to be shot again.
            del wanted[0]
    names = [(shot["sku"], shot["view"]) for shot in shots]
    assert len(names) == 3
    assert names == expected
    (progress,) = [json.loads(each.payload) for each in late if each.topic == "selvedge/rig/list"]
    assert (progress["total"], progress["name"]) == (3, "list.csv")
    assert progress["missing"] == 3 - len(set(names))
