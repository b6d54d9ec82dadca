"""Stages are timed where they run, and what was read stays as it was."""

from __future__ import annotations

from typing import Any, cast

import pytest

from device.system.stage_clock import StageClock


def test_a_stages_pieces_are_added_up() -> None:
    """A stage that runs twice has one time: that of both pieces."""
    clock = StageClock()
    with clock.stage("invoke"):
        pass
    with clock.stage("decode"):
        pass
    first = clock.read()
    with clock.stage("invoke"):
        pass
    assert list(clock.read()) == ["invoke", "decode"]
    assert clock.read()["invoke"] > first["invoke"] >= 0
    assert clock.read()["decode"] == first["decode"]


def test_times_that_were_read_do_not_change() -> None:
    """A cutout's times say how it was made, whatever is done with it later."""
    clock = StageClock()
    with clock.stage("invoke"):
        pass
    taken = clock.read()
    with clock.stage("encode"):
        pass
    assert "encode" not in taken
    with pytest.raises(TypeError):
        cast("Any", taken)["invoke"] = 0.0


def test_a_stage_that_fails_has_no_time() -> None:
    """The error passes through, and no half a stage is reported."""
    clock = StageClock()
    with pytest.raises(ValueError, match="broken"), clock.stage("invoke"):
        raise ValueError("broken")
    assert not clock.read()
