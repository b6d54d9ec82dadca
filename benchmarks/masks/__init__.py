"""Masks: `python -m benchmarks`."""
