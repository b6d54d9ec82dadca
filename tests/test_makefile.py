"""The Makefile's own help."""

from __future__ import annotations

import re
import subprocess

from tests.support.imports import ROOT


def test_help_lists_every_target() -> None:
    """`make help` names each target that a person may run, with what it does."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    done = subprocess.run(
        ["make", "--no-print-directory", "help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    described = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert sorted(described) == sorted(targets)
