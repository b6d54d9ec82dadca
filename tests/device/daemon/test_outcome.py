"""The last line of a run says what became of each shot, and the exit code agrees."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from device.daemon.composition import run_daemon
from device.daemon.outcome import Outcome, choose_reason, report_end
from device.errors import WorkError
from device.settings.loading import load_config
from device.shots.spool import Spool
from tests.support.programs import draw_photos


def _outcome(**changes: object) -> Outcome:
    known: dict[str, object] = {
        "shots": 3,
        "left": 0,
        "unclaimed": 0,
        "trouble": None,
        "refused": 0,
        "refusal": None,
        "passed_over": 0,
        "failed": 0,
        "protocol": "5",
        "was_stopped": False,
    }
    return Outcome(**(known | changes))  # type: ignore[arg-type] # By their names.


def _report(broker: str = "mqtt://h", *, deliver: bool = False, **changes: object) -> str:
    """The line of a run that ends, with `!` before it where the exit code is 1."""
    flags = {"camera": "0", "broker": broker, "state_dir": Path("/state")}
    config = load_config(None, {**flags, **({"deliver_unclaimed": True} if deliver else {})})
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "device.daemon.outcome._LOG.info", lambda form, *values: lines.append(form % values)
        )
        try:
            report_end(config, _outcome(**changes))
        except WorkError as error:
            return f"!{error}"
    return lines[0]


def test_delivered_is_said_where_it_is_certain() -> None:
    """A broker of 3.1.1, the embedded one, and one that may give shots to nobody promise less."""
    assert _report() == "3 shots taken, all delivered"
    assert _report(shots=0) == "0 shots taken"
    for line in (_report(protocol="3.1.1"), _report("embedded"), _report(deliver=True)):
        assert line.startswith("3 shots taken, all taken by the ")
        assert "delivered" not in line


def test_torn_shots_are_no_reason_for_others_to_stay(tmp_path: Path) -> None:
    """They lie aside until somebody looks; what the broker refused is the reason."""
    (tmp_path / "torn" / "a").mkdir(parents=True)
    spool = Spool(tmp_path, 10**9)
    (torn,) = spool.troubles
    assert choose_reason((torn,), spool.torn.trouble) is None
    assert choose_reason((torn, "refused"), spool.torn.trouble) == "refused"


def test_what_stays_is_counted_by_its_reason() -> None:
    """Unclaimed, unacknowledged and refused shots stand side by side; a signal is no failure."""
    line = _report(left=3, unclaimed=2, trouble="the line is cut", refused=1, refusal="full")
    assert line.startswith("!3 shots taken; 1 refused (full); 1 not acknowledged by the broker")
    assert "(the line is cut)" in line
    assert "2 taken by no subscriber" in line
    assert "python -m device.subscribe --broker mqtt://h:1883 --save" in line
    assert _report(left=3, unclaimed=3, was_stopped=True).startswith("3 shots taken; 3 taken by no")
    assert _report(refused=1, refusal="the disk is full").startswith("!3 shots taken, all del")


def test_full_disk_is_in_the_last_line_and_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A photo that the disk refused to the end is counted with its reason."""

    def refuse(_: Path, __: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("device.shots.shot_folder.write_synced", refuse)
    settings = {"camera": draw_photos(tmp_path / "p", 2), "rig": "r", "broker": "embedded:0"}
    config = load_config(None, {**settings, "state_dir": tmp_path / "s", "seconds": 3})
    with pytest.raises(WorkError, match=r"0 shots taken; 1 refused \(.*No space left on device"):
        run_daemon(config)
