"""Ctrl-C ends a command with a sentence, whenever it comes."""

from __future__ import annotations

import signal
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.support.programs import ROOT, draw_photos

FIRST = "device.cli.interrupts"
# Whatever Python says when it is taken down around its own work, and what it then advises.
WRONG = ("Traceback", "FATAL", "terminate called", "pip install", "Exception ignored")
COMMANDS = {
    "run": ("--camera", "demo", "--state-dir", "{folder}", "--rig", "interrupted"),
    "cutout": ("{folder}/photos", "-o", "{folder}/out"),
    "subscribe": ("--broker", "mqtt://127.0.0.1:9", "--save", "{folder}/saved"),
    "doctor": ("--state-dir", "{folder}"),
    "bench": ("--frames", "3"),
}
MOMENTS = (1, 60, 120, 250)


def _interrupted(command: str, folder: Path, moment: int) -> tuple[int, str]:
    """Exit code and stderr of a command that got SIGINT after so many modules of its own.

    Python tells each module as it has loaded it, so that the moment depends on no clock.
    """
    arguments = (each.format(folder=folder) for each in COMMANDS[command])
    with subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", f"device.{command}", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stderr is not None
        count, said = 0, ""
        for line in process.stderr:
            loaded = line.startswith("import time:")
            if count or line.rstrip().endswith(f" {FIRST}"):
                count += loaded
            # The first is this package's own, before it has done anything.
            if loaded and count == moment + 1:
                process.send_signal(signal.SIGINT)
            said += "" if loaded else line
        return process.wait(), said


@pytest.mark.parametrize(
    ("command", "moment"),
    # The subscriber loads no more than 160.
    [each for each in product(COMMANDS, MOMENTS) if each != ("subscribe", 250)],
)
def test_interrupt_ends_with_a_sentence(command: str, moment: int, tmp_path: Path) -> None:
    """Ctrl-C while a command is loading ends it in order or with one line, and nothing else."""
    draw_photos(tmp_path / "photos", 1)
    code, said = _interrupted(command, tmp_path, moment)
    assert code in {0, 1}, said
    assert [word for word in WRONG if word in said] == []
    told = [line for line in said.splitlines() if line.startswith("selvedge: stopped")]
    assert len(told) == code or command == "run"


def _run(program: str) -> subprocess.CompletedProcess[str]:
    head = (
        "import os, signal, threading, time\n"
        "from device.cli.interrupts import InterruptibleScope, leave_at_once, run\n"
        "def interrupt(): os.kill(os.getpid(), signal.SIGINT); time.sleep(5)\n"
    )
    command = [sys.executable, "-c", head + program]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60
    )


def test_tidied_work_is_tidied_up() -> None:
    """What has to be tidied up is, and an import that fails of it does not hide it."""
    done = _run(
        "leave_at_once('stopped')\n"
        "def main():\n"
        "    with InterruptibleScope():\n"
        "        try:\n"
        "            interrupt()\n"
        "        except KeyboardInterrupt:\n"
        "            raise ImportError('numpy')\n"
        "        finally:\n"
        "            print('tidied', flush=True)\n"
        "run(main)"
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "tidied\n", "stopped\n")


def test_second_interrupt_ends_the_tidying() -> None:
    """Ctrl-C pressed again ends a command that is still tidying up."""
    done = _run(
        "leave_at_once('stopped')\n"
        "def main():\n"
        "    with InterruptibleScope():\n"
        "        try:\n"
        "            interrupt()\n"
        "        finally:\n"
        "            interrupt()\n"
        "            print('not reached', flush=True)\n"
        "run(main)"
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "stopped\n")


def test_ignored_interrupt_stays_ignored() -> None:
    """A script's background job, which starts with SIGINT ignored, works on."""
    done = _run(
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "leave_at_once('stopped')\n"
        "def main():\n"
        "    with InterruptibleScope():\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    print('done')\n"
        "    return 0\n"
        "run(main)"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_command_waits_for_no_thread() -> None:
    """A thread that hangs does not keep a command that is done; its output is whole."""
    done = _run(
        "threading.Thread(target=threading.Event().wait).start()\n"
        "def main():\n"
        "    print('x' * 5000)\n"
        "    return 7\n"
        "run(main)"
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "x" * 5000 + "\n", "")


def test_a_reader_that_has_enough_gets_no_traceback() -> None:
    """`python -m device.COMMAND | head -1` ends quietly once nobody reads any more."""
    program = (
        "from device.cli.interrupts import run\n"
        "def main():\n"
        "    while True:\n"
        "        print('a line of a long page', flush=True)\n"
        "run(main)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 1
