"""Start: `python -m benchmarks.start`."""
