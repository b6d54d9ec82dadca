"""The installation: what it writes, writes again, and takes away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from device.install import main
from device.service.installation import install
from device.settings.loading import load_config

UNIT = "etc/systemd/system/selvedge@.service"


def _tree(root: Path) -> dict[str, tuple[bytes, int] | None]:
    """Every file with its content and time of change, and every folder."""
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        if path.is_file()
        else None
        for path in root.rglob("*")
    }


def test_installing_twice_changes_nothing_and_removing_leaves_nothing(tmp_path: Path) -> None:
    """The second run touches no file, and the undoing leaves the system as it was."""
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    (tmp_path / "etc/systemd/system/other.service").write_text("[Unit]\n", "ascii")
    before = _tree(tmp_path)
    options = ["--rig", "studio-7", "--root", str(tmp_path)]
    assert main(options) == 0
    once = _tree(tmp_path)
    assert main(options) == 0
    assert _tree(tmp_path) == once
    assert f"ExecStart={sys.executable} " in (tmp_path / UNIT).read_text("utf-8")
    assert load_config(tmp_path / "etc/selvedge/studio-7.toml", {}).rig == "studio-7"
    assert main([*options, "--remove"]) == 0
    assert _tree(tmp_path) == before


def test_what_a_person_changed_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed configuration is never overwritten nor removed; a second rig keeps the unit."""
    for rig in ("front", "back"):
        install(rig, tmp_path, Path(sys.executable), start=False)
    changed = tmp_path / "etc/selvedge/front.toml"
    changed.write_text('camera = "0"\n', "ascii")
    install("front", tmp_path, Path(sys.executable), start=False)
    assert changed.read_text("ascii") == 'camera = "0"\n'
    assert main(["--rig", "back", "--root", str(tmp_path), "--remove"]) == 0
    assert (tmp_path / UNIT).exists()
    assert "other rigs stay: front" in capsys.readouterr().out
    assert main(["--rig", "front", "--root", str(tmp_path), "--remove"]) == 0
    assert changed.exists()
    assert "stays, for it was changed" in capsys.readouterr().out
    assert not (tmp_path / UNIT).exists()
    assert main(["--rig", "front", "--root", str(tmp_path), "--purge"]) == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_purging_takes_what_was_changed_and_never_a_shot_that_waits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--purge leaves nothing of a rig; while a shot waits for the broker it touches nothing."""
    options = ["--rig", "front", "--root", str(tmp_path)]
    assert main(options) == 0
    (tmp_path / "etc/selvedge/front.toml").write_text('camera = "0"\n', "ascii")
    shot = tmp_path / "var/lib/selvedge/front/spool/20261122T101112131Z-front-0001"
    shot.mkdir(parents=True)
    before = _tree(tmp_path)
    assert main([*options, "--purge"]) == 2
    assert _tree(tmp_path) == before
    assert "1 shots wait" in capsys.readouterr().err
    torn = tmp_path / f"var/lib/selvedge/front/torn/{shot.name}.1"
    torn.parent.mkdir()
    shot.rename(torn)
    assert main([*options, "--purge"]) == 2
    assert "1 shots that could not be sent" in capsys.readouterr().err
    torn.rmdir()
    assert main([*options, "--purge"]) == 0
    assert set(_tree(tmp_path)) <= {"etc", "var", "var/lib"}


@pytest.mark.parametrize("prefix", [".gone-", ".part-"])
def test_leftovers_in_the_spool_do_not_stop_purging(tmp_path: Path, prefix: str) -> None:
    """A delivered shot or a half-written one that a power cut left there is nobody's to send."""
    options = ["--rig", "front", "--root", str(tmp_path)]
    assert main(options) == 0
    leftover = tmp_path / f"var/lib/selvedge/front/spool/{prefix}20261122T101112131Z-front-0001"
    leftover.mkdir(parents=True)
    (leftover / "cutout.png").write_bytes(b"half a picture")
    assert main([*options, "--purge"]) == 0
    assert not leftover.exists()


def test_a_shot_that_comes_while_the_rig_is_stopped_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rig finishes the shot in hand when it is stopped: purging looks only after that."""
    root = tmp_path / "root"
    assert main(["--rig", "front", "--root", str(root)]) == 0
    shot = root / "var/lib/selvedge/front/spool/20261122T101112131Z-front-0001"
    monkeypatch.setattr("device.service.removal._SYSTEM", root)

    def run(*command: str) -> None:
        if "--now" in command:
            shot.mkdir(parents=True)

    monkeypatch.setattr("device.service.systemd.run", run)
    assert main(["--rig", "front", "--root", str(root), "--purge"]) == 2
    assert shot.exists()
    assert "systemctl enable --now selvedge@front" in capsys.readouterr().err


def test_a_configuration_is_not_for_everybody(tmp_path: Path) -> None:
    """It may come to hold a login: others may not read it, in an image and after each boot."""
    assert main(["--rig", "front", "--root", str(tmp_path)]) == 0
    assert (tmp_path / "etc/selvedge/front.toml").stat().st_mode & 0o777 == 0o640
    at_boot = (tmp_path / "etc/tmpfiles.d/selvedge.conf").read_text("utf-8")
    assert "z /etc/selvedge/*.toml 0640 root selvedge -" in at_boot


def test_code_that_the_sandbox_hides_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment in a home folder would fail in the service: it is said first."""
    monkeypatch.setattr("sys.executable", "/home/anna/selvedge/.venv/bin/python")
    assert main(["--rig", "studio-1"]) == 2
    told = capsys.readouterr().err
    assert "/opt/selvedge" in told
    assert told.count("\n") == 1


def test_help_says_what_it_does() -> None:
    """--help comes at once and names the undoing."""
    done = subprocess.run(
        [sys.executable, "-m", "device.install", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "--remove" in done.stdout
