"""What a recipe has done and will do, as a table and as command lines."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from train.recipes.command_line import write_words
from train.recipes.planning import Plan, Step
from train.recipes.recipe import DEVICES
from train.recipes.work_folder import WorkFolder


def format_duration(hours: float) -> str:
    """Write hours as a person says them: ``40 s``, ``5 min``, ``3.5 h``."""
    if hours < 1 / 60:
        return f"{hours * 3600:.0f} s"
    return f"{hours * 60:.0f} min" if hours < 1 else f"{hours:.1f} h"


def format_table(plan: Plan, work: WorkFolder) -> str:
    """List the stages in order: state, expected duration on each device, folder."""
    width = max(len("stage"), *(len(name) for name in plan.steps))
    head = f"{'stage':<{width}}  {'state':<7}{'2 cores':>9}{'a GPU':>9}  folder"
    lines = [head]
    for step in plan.steps.values():
        spans = "".join(f"{_show(step.stage.hours.get(device)):>9}" for device in DEVICES)
        folder = work.find(step) if work.is_done(step) else work.find_part(step)
        shown = str(folder / step.name) if folder.exists() else "-"
        lines.append(f"{step.name:<{width}}  {_state(work, step):<7}{spans}  {shown}")
    left = [step for step in plan.steps.values() if not work.is_done(step)]
    totals = [
        f"{format_duration(sum(step.stage.hours.get(device, 0) for step in left))} on {machine}"
        for device, machine in zip(DEVICES, ("two CPU cores", "a GPU"), strict=True)
    ]
    lines.append(f"{len(left)} of {len(plan.steps)} left: {' or '.join(totals)} expected")
    return "\n".join(lines)


def format_commands(plan: Plan, work: WorkFolder, steps: Sequence[Step]) -> str:
    """Show the commands that would run, each in a folder with links to its inputs."""
    lines = [
        f"{step.name}: python -m {shlex.join(write_words(plan, step, None))}"
        for step in steps
        if not work.is_done(step)
    ]
    return "\n".join(
        [*lines, f"{len(lines)} of {len(steps)} stages would run; nothing was written"]
    )


def _show(hours: float | None) -> str:
    return "-" if hours is None else format_duration(hours)


def _state(work: WorkFolder, step: Step) -> str:
    if work.is_done(step):
        return "done"
    return "begun" if work.is_begun(step) else "-"
