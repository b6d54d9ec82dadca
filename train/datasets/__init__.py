"""Data sets on disk: our own format, import from foreign ones, and checks."""
