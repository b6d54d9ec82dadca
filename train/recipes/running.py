"""Runs the steps of a plan one after the other, and goes on where it was stopped."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from train.atomic_file import write_atomically
from train.errors import UsageError, WorkError
from train.recipes.child import run_command
from train.recipes.command_line import PART_COMMAND, write_words
from train.recipes.data_root import place_entry
from train.recipes.overview import format_duration
from train.recipes.planning import Plan, Step
from train.recipes.work_folder import WorkFolder

# The same sums in the same order: else two runs differ in the last bits, and later in more.
_REPEATABLE = {"TF_DETERMINISTIC_OPS": "1"}
_HIDE_GPUS = {"CUDA_VISIBLE_DEVICES": "-1"}


def choose_steps(
    plan: Plan, work: WorkFolder, *, until: str | None, only: str | None
) -> list[Step]:
    """Return the steps to run: all, those up to one, or one alone.

    Raises:
        UsageError: there is no such stage, or one alone lacks what it is made from.
    """
    if only is not None:
        step = plan.find_step(only)
        missing = [each.name for each in plan.list_needed(step)[:-1] if not work.is_done(each)]
        if missing:
            raise UsageError(
                f"stage {only} is made from {', '.join(missing)}, not there yet: use --until {only}"
            )
        return [step]
    return list(plan.steps.values()) if until is None else plan.list_needed(plan.find_step(until))


def check_options(steps: Sequence[Step], work: WorkFolder) -> None:
    """Ask each command whether it has the options that the recipe gives it.

    Raises:
        UsageError: names the stage, the option, and the command.
    """
    stages = [step.stage for step in steps if not work.is_done(step)]
    for command in {stage.command.name: stage.command for stage in stages}.values():
        asked = subprocess.run(  # noqa: S603 - this interpreter, and a module of this project
            [sys.executable, "-m", *command.words, "--help"],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).resolve().parents[2],
        )
        known = set(re.findall(r"--([a-z][a-z0-9-]*)", asked.stdout))
        for stage in stages:
            unknown = [name for name in stage.options if name not in known]
            if stage.command.name == command.name and unknown:
                raise UsageError(
                    f"stage {stage.name} has option {unknown[0]!r}, which python -m {command.name}"
                    " does not have: see its --help"
                )


def run_steps(
    plan: Plan, work: WorkFolder, steps: Sequence[Step], *, part: str | None = None
) -> None:
    """Run what is not done; the folder must be held.

    Args:
        plan: all of the recipe.
        work: where outputs are.
        steps: what to run, in order.
        part: ``K/N``: render this part of the one step alone, which stays unfinished.

    Raises:
        UsageError: a command refused what it was given.
        WorkError: a command failed.
    """
    for number, step in enumerate(steps, start=1):
        place = f"stage {number}/{len(steps)} {step.name}"
        if work.is_done(step):
            work.publish(step)
            _say(f"{place}: done before")
            continue
        going_on = ", going on" if work.is_begun(step) else ""
        _say(f"{place}: python -m {step.stage.command.name}{going_on}{_expect(plan, step)}")
        started_s = time.monotonic()
        _run_step(plan, work, step, part)
        spent_s = time.monotonic() - started_s
        if part is not None:
            _say(
                f"part {part} is in {work.path / step.name}: copy the parts into one such folder, "
                "then give the command without --part"
            )
            return
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        work.finish(step, {"name": step.name, "finished": now, "seconds": round(spent_s, 1)})
        _say(f"{place}: done in {format_duration(spent_s / 3600)}")


def _run_step(plan: Plan, work: WorkFolder, step: Step, part: str | None) -> None:
    inputs = {}
    for name in step.stage.inputs:
        entry = plan.entries.get(name)
        if entry is None:
            inputs[name] = work.find(plan.steps[name]) / name
        else:
            inputs[entry.link_name] = place_entry(entry, work.data)
    folder = work.begin(step, inputs)
    words = write_words(plan, step, folder, part=part)
    write_atomically(folder / "command.txt", f"python -m {shlex.join(words)}\n".encode())
    environment = _REPEATABLE | (_HIDE_GPUS if plan.recipe.device == "cpu" else {})
    code = run_command(words, folder, environment)
    if code == 0:
        return
    if code < 0:
        raise WorkError(
            f"stage {step.name} was ended by {signal.Signals(-code).name}; "
            "the same command goes on where it stopped"
        )
    sentence = (
        f"stage {step.name} failed with exit code {code}, its own words are above "
        f"(its folder is {folder})"
    )
    raise UsageError(sentence) if code == UsageError.exit_code else WorkError(sentence)


def refuse_part(step: Step, part: str) -> None:
    """Refuse to cut a stage into parts that is not rendered.

    Raises:
        UsageError: it is another command, or not K/N.
    """
    number, _, parts = part.partition("/")
    if not (number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
        raise UsageError(f"--part is {part}: give K/N with K from 1 to N, for example 1/2")
    if step.stage.command.name != PART_COMMAND:
        raise UsageError(
            f"stage {step.name} is no python -m {PART_COMMAND}: only renders come in parts"
        )


def _expect(plan: Plan, step: Step) -> str:
    hours = step.stage.hours.get(plan.recipe.device)
    return "" if hours is None else f", {format_duration(hours)} expected"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
