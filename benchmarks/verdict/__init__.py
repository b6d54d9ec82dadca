"""Verdicts: `python -m benchmarks.verdict`."""
