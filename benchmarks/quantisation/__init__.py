"""Quantisation: `python -m benchmarks.quantisation`."""
