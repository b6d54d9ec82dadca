"""The command `selvedge`, which has the doors of the rig behind it."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest

from device.__main__ import DOORS
from device.version import VERSION
from tests.support.imports import ROOT

COMMANDS = [[str(Path(sys.executable).with_name("selvedge"))], [sys.executable, "-m", "device"]]


def call(command: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this tree to its end."""
    return subprocess.run(
        [*command, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("command", COMMANDS, ids=["selvedge", "python -m device"])
def test_the_command_lists_every_door(command: list[str]) -> None:
    """Typed alone it lists what can be done, a line each; `--version` is the package's."""
    listed = call(command)
    assert listed.returncode == 0
    for door, summary in DOORS.items():
        assert [door, *summary.split()] in [line.split() for line in listed.stdout.splitlines()]
    assert call(command, "--version").stdout.strip() == f"selvedge {VERSION}"


@pytest.mark.parametrize("door", DOORS)
def test_a_door_calls_itself_as_it_was_typed(door: str) -> None:
    """`selvedge run --help` and `python -m device.run --help` show the line that one types."""
    under_selvedge = call(COMMANDS[0], door, "--help")
    assert under_selvedge.stdout.startswith(f"usage: selvedge {door} ")
    alone = call([sys.executable, "-m", f"device.{door}"], "--help")
    assert alone.stdout.startswith(f"usage: python -m device.{door} ")


def test_a_door_behind_the_command_is_the_same_program(tmp_path: Path) -> None:
    """Settings, error sentences and exit codes are those of `python -m device.run`."""
    arguments = ("--camera", "demo", "--broker", "mqtt://localhost", "--check-config")
    by_command = call(COMMANDS[0], "run", *arguments)
    by_module = call([sys.executable, "-m", "device.run"], *arguments)
    assert by_command.stdout == by_module.stdout != ""
    missing = str(tmp_path / "missing.jpg")
    refused = call(COMMANDS[0], "cutout", missing, "-o", str(tmp_path / "out"))
    assert refused.returncode == 2
    assert missing in refused.stderr


@pytest.mark.parametrize(
    "arguments", [("shoot",), ("--rig",), ("completion",), ("completion", "ksh")]
)
def test_an_unknown_command_is_answered_by_one_sentence(arguments: tuple[str, ...]) -> None:
    """Whoever mistypes a command reads which ones there are, in one line, with exit code 2."""
    refused = call(COMMANDS[0], *arguments)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "run, cutout" in refused.stderr or "bash, zsh, fish" in refused.stderr


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("sub",), "subscribe"),
        (("run", "--brok"), "--broker"),
        (("run", "--backend", "edge"), "edgetpu"),
        (("doctor", "--js"), "--json"),
        (("cutout", "cali"), "calibration_images"),
        (("completion", "z"), "zsh"),
    ],
)
def test_bash_completes_commands_flags_and_files(typed: tuple[str, ...], offered: str) -> None:
    """With the printed script in place, Tab completes a command, a flag, a choice, a path."""
    script = call(COMMANDS[0], "completion", "bash").stdout
    words = " ".join(f'"{word}"' for word in ("selvedge", *typed))
    press = (
        f"COMP_WORDS=({words}); COMP_CWORD={len(typed)}; "
        f'_shtab_selvedge; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    completed = call(["bash", "-c", f"{script}\n{press}"])
    assert offered in completed.stdout.split(), completed.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_a_script_too(shell: str) -> None:
    """The scripts for zsh and fish name each command."""
    script = call(COMMANDS[0], "completion", shell).stdout
    assert [door for door in DOORS if door not in script] == []


def test_the_package_installs_the_command() -> None:
    """`pip install` puts `selvedge` beside Python."""
    (entry,) = importlib.metadata.entry_points(group="console_scripts", name="selvedge")
    assert entry.value == "device.__main__:main"
