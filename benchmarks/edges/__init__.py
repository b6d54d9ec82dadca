"""Edges: `python -m benchmarks.edges`."""
