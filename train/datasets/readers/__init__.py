"""Readers of foreign data set formats, one file a format."""
