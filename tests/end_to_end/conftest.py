"""What the end-to-end tests share: programs that never outlive a test, and a broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import Program


@pytest.fixture
def start() -> Iterator[Callable[..., Program]]:
    """Starts programs and sees to it that none outlives the test."""
    programs: list[Program] = []

    def begin(*arguments: str) -> Program:
        programs.append(Program(*arguments))
        return programs[-1]

    yield begin
    for program in programs:
        program.kill()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[MosquittoBroker]:
    """A running mosquitto that lets anybody in."""
    mosquitto = MosquittoBroker(tmp_path / "mosquitto")
    mosquitto.start()
    yield mosquitto
    mosquitto.stop()
