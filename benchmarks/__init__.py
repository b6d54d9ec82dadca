"""Selvedge beside what else is installed, on the same pictures and machine."""
