"""Pixels as values."""
