"""The reference subscriber under ten thousand hostile topics and payloads."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from device.catalogue.folder import Catalogue, Saved
from device.contract.message import Message
from tests.support.published import CUTOUT, ID, PNG, SHOT, announcement, files_in


def test_random_topics_never_leave_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand random topics write nothing outside the folder, and none crashes it."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # The disk's patience is another test's.
    chance = random.Random(3)  # noqa: S311 - a repeatable fuzz, no secret
    folder = tmp_path / "inside"
    folder.mkdir()
    catalogue = Catalogue(folder, "selvedge")
    pieces = ["selvedge", "rig", "cutout", "shot", ID, "..", "/", ".", "\0", "+", "#", "ä", " ", ""]
    for _ in range(10_000):
        topic = "/".join(chance.choice(pieces) for _ in range(chance.randint(1, 5)))
        catalogue.take(Message(topic, chance.choice([PNG, b"{}", announcement()]), 1))
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]
    assert set(files_in(folder)) <= {f"{ID}.png", f"{ID}.json"}


_NASTY: tuple[object, ...] = (
    None,
    True,
    -1,
    1e308,
    "",
    "..",
    "/etc/passwd",
    ID,
    "0" * 64,
    [],
    {},
    "x" * 9000,
    "\0",
)


def _picture(kind: str) -> bytes:
    """A small cutout as a rig makes it."""
    data = io.BytesIO()
    Image.new("RGBA", (5, 4), (200, 100, 50, 64)).save(data, kind, lossless=True)
    return data.getvalue()


def _mutated(chance: random.Random, payload: bytes) -> bytes:
    """The same payload, or after one to four accidents."""
    if payload.startswith(b"{") and chance.random() < 0.5:
        told = json.loads(payload)
        for key in chance.sample(sorted(told), chance.randint(0, 2)):
            told[key] = chance.choice(_NASTY)
        return json.dumps(told).encode()
    data = bytearray(payload)
    for _ in range(chance.randint(0, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.1:
        del data[chance.randrange(len(data)) :]
    return bytes(data)


def test_mutated_payloads_never_make_a_wrong_cutout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand mutated pictures and announcements: saved is only what its checksum names."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # The disk's patience is another test's.
    chance = random.Random(4)  # noqa: S311 - a repeatable fuzz, no secret
    catalogue = Catalogue(tmp_path, "selvedge")
    outcomes: Counter[str] = Counter()
    png, webp = _picture("png"), _picture("webp")
    more = {"rig": "rig", "serial": 1, "verdict": {"state": "ok"}, "size_bytes": len(png)}
    seeds = [png, webp, announcement(png, **more), announcement(webp, **more)]
    for _ in range(10_000):
        payload = _mutated(chance, chance.choice(seeds))
        outcome = catalogue.take(Message(chance.choice([CUTOUT, SHOT]), payload, 1))
        outcomes[type(outcome).__name__] += 1
        if isinstance(outcome, Saved):
            digest = hashlib.sha256(outcome.path.read_bytes()).hexdigest()
            assert digest == outcome.announcement["sha256"]
            outcome.path.with_suffix(".json").unlink()
            outcome.path.unlink()
    assert sum(outcomes.values()) == 10_000
    assert min(outcomes[kind] for kind in ("Saved", "Refused", "NoneType")) > 50, outcomes
    assert set(files_in(tmp_path)) <= {f"{ID}.png", f"{ID}.webp"}
