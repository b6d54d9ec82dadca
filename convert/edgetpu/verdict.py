"""The three answers to the question whether an op runs on the Edge TPU."""

from __future__ import annotations

from typing import Literal

Place = Literal["tpu", "cpu", "uncertain"]
Verdict = tuple[Place, str]
"""Where an op runs, and the sentence that decided."""
