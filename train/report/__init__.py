"""One page about a run: its curves, its figures, its worst pictures, and another run's."""
