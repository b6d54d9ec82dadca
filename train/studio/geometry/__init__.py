"""Meshes and fields from plans: numpy only."""
