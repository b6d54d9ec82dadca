"""``python -m train COMMAND``: the workstation's training commands."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable

from train.errors import UsageError, WorkError
from train.install_command import install_command
from train.native_stderr import quieten_libraries

USAGE = """usage: python -m train COMMAND …

commands:
  recipe    run all stages of a recipe, from public data to the bundle
  import    bring a data set into the neutral form: import ccp|pairs|coco|voc|labelme …
  check     list the faults of a data set with their mends
  fit       train a garment model on data sets, from initial weights
  compare-inits  train from several initial weights at the same budget, and draw the curves
  evaluate  judge a run or a bundle on pictures that training never saw
  architecture  write an untrained network, for `convert check` to look at
  spoil     make a data set with spoiled copies, for the next
  verdict   teach a bundle what its own masks are worth
  person    teach a bundle to see people, beside the garment
  average   take the mean of a run's best and last weights, or of several runs
  resize    put a run's weights into a network of another input size
  report    put a run's curves, figures and worst pictures on one page, against another's
  chart     draw two columns of a CSV table against each other
  pseudolabel  give masks to photos that have none, checked by a second method
  studio    render a digital studio: pictures with exact masks

Each has its own --help."""


COMMANDS = {
    "recipe": "train.commands.recipe",
    "import": "train.commands.import_data",
    "check": "train.commands.check",
    "fit": "train.commands.fit",
    "compare-inits": "train.commands.compare_inits",
    "evaluate": "train.commands.evaluate",
    "spoil": "train.commands.spoil",
    "verdict": "train.commands.verdict",
    "person": "train.commands.person",
    "average": "train.commands.average",
    "resize": "train.commands.resize",
    "report": "train.commands.report",
    "chart": "train.commands.chart",
    "pseudolabel": "train.commands.pseudolabel",
    "architecture": "train.commands.architecture",
    "studio": "train.commands.studio",
}


def _load_command(name: str) -> Callable[[list[str]], int]:
    # TensorFlow and Blender take seconds to import: each command brings only its own.
    if name not in COMMANDS:
        raise UsageError(f"no command {name!r}: use {', '.join(COMMANDS)}")
    run: Callable[[list[str]], int] = importlib.import_module(COMMANDS[name]).main
    return run


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] in ("-h", "--help"):
        sys.stdout.write(USAGE + "\n")
        return 0 if words else 2
    try:
        with quieten_libraries():
            return _load_command(words[0])(words[1:])
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "train":
            raise  # A fault of this package, which no installation fixes.
        command = install_command("studio" if error.name == "bpy" else "train")
        sys.stderr.write(f"selvedge: {error.name} is not installed: run `{command}`\n")
        return 2
    except (UsageError, WorkError) as error:
        sys.stderr.write(f"selvedge: {error}\n")
        return error.exit_code
    except OSError as error:  # a full disk, a folder that may not be written
        named = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"selvedge: {named}{error.strerror or error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("selvedge: stopped; what was finished is on disk\n")
        return 1


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be no text
    sys.exit(main())
